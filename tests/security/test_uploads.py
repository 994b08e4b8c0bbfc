"""Uploads over HTTP: what is refused, with which words, and that nothing of it is kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.security.world import OWN, World, build_world, enter
from tests.support.factories import REPORT_TEXT
from tracker.db.models import EvidenceFile, Intake, IntakeStatus, Report
from tracker.domain.permissions import Role
from tracker.web.background import background

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 200
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
DOCUMENT = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "柳湾镇">]>' + DOCUMENT


def docx(document: str | bytes = DOCUMENT, *, members: int = 0, **more: bytes) -> bytes:
    """A Word document with this main part, with further members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", document)
        for number in range(members):
            archive.writestr(f"word/media/{number}.png", b"x")
        for name, data in more.items():
            archive.writestr(f"word/{name}", data)
    return stream.getvalue()


@pytest.fixture
def world(runtime) -> World:
    return build_world(runtime)


def stored_files(runtime) -> set[Path]:
    return {path for path in runtime.settings.storage_path.rglob("*") if path.is_file()}


def upload(app, visitor, world, name: str, data: bytes):
    """Upload a report of 2023 as the officer; gives the page that the person sees in the end."""
    person, _ = enter(visitor, world.usernames[Role.OFFICER])
    person.open("/reports/upload")
    person.submit("/reports/upload", file=(io.BytesIO(data), name), report_year="2022")
    background(app).wait()
    if person.path.startswith("/reports/intake/"):
        person.open(person.path)
    return person


# ---- refused at the door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("报告.txt", b"", "文件是空的"),
        ("报告.xls", b"\xd0\xcf\x11\xe0", "可以读取的是"),
        ("报告.exe", b"MZ", "可以读取的是"),
        ("报告.docx.exe", docx(), "可以读取的是"),
        ("报告", b"text", "可以读取的是"),
        ("报告.docx\x00.exe", docx(), "可以读取的是"),
    ],
)
def test_what_no_reader_takes_is_refused_at_once(app, runtime, visitor, world, name, data, said):
    person = upload(app, visitor, world, name, data)
    assert person.status == 400
    assert said in person.text
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(Intake.report_year == 2022)) == 0


def test_51_megabytes_are_refused_and_not_kept(app, runtime, visitor, world):
    before = stored_files(runtime)
    person = upload(app, visitor, world, "大报告.txt", b"x" * (50 * 1024 * 1024 + 1))
    assert person.status == 413
    assert "50 MB" in person.text
    assert stored_files(runtime) == before


def test_60_megabytes_are_refused_before_they_are_read(app, runtime, visitor, world):
    before = stored_files(runtime)
    person, token = enter(visitor, world.usernames[Role.OFFICER])
    form = {"csrf_token": token, "file": (io.BytesIO(b"x" * (60 * 1024 * 1024)), "大报告.txt")}
    answer = person.client.post("/reports/upload", data=form, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert stored_files(runtime) == before


# ---- refused by the readers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("照片.docx", JPEG),
        ("网页.docx", b"<html><script>alert(1)</script></html>"),
        ("空包.docx", b"PK\x05\x06" + b"\x00" * 18),
        ("断.docx", docx()[:80]),
        ("文本.docx", REPORT_TEXT.encode()),
        ("照片.txt", JPEG),
        ("程序.txt", b"MZ\x90\x00" + bytes(range(256)) * 20),
        ("文档类型.docx", docx(ENTITIES)),
        ("炸弹.docx", docx(members=2100)),
        ("膨胀.docx", docx(**{"media.bin": b"\x00" * (60 * 1024 * 1024)})),
        ("不是文档.docx", docx("<x/>")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # an archive's bytes hold the time of day
)
def test_what_is_not_what_it_says_is_told_and_no_report_is_made(app, runtime, visitor, world, name, data):
    with runtime.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Report))
    person = upload(app, visitor, world, name, data)
    assert person.status in {200, 400}, person.status
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == before
        intake = session.scalars(select(Intake).where(Intake.report_year == 2022)).one_or_none()
    assert intake is None or intake.status is IntakeStatus.FAILED
    assert "Traceback" not in person.text
    assert "没有入账" in person.text or "没有读" in person.text or "请" in person.text
    assert intake is None or intake.message, "the person is told why"


def test_a_name_that_climbs_is_only_a_name(app, runtime, visitor, world):
    text = REPORT_TEXT.replace("2025", "2022").replace("2026", "2023").encode()
    upload(app, visitor, world, "../../../../etc/cron.d/evil.txt", text)
    for path in stored_files(runtime):
        assert path.resolve().is_relative_to(runtime.settings.storage_path.resolve())
        assert "evil" not in path.name
    with runtime.database.reading() as session:
        names = session.scalars(select(Intake.file_name).where(Intake.report_year == 2022)).all()
    assert all("/" not in name and ".." not in name for name in names)


# ---- evidence -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("网页.html", b"<script>alert(1)</script>"),
        ("图.svg", b"<svg onload='alert(1)'/>"),
        ("程序.exe", b"MZ\x90\x00"),
        ("脚本.js", b"alert(1)"),
        ("程序.pdf", b"MZ\x90\x00" + b"\x00" * 100),
        ("网页.png", b"<html><script>alert(1)</script></html>"),
        ("照片.docx", JPEG),
        ("空.pdf", b""),
        ("宏.docm", docx()),
    ],
)
def test_evidence_that_is_not_what_it_says_is_refused(runtime, visitor, world, name, data):
    person, _ = enter(visitor, world.usernames[Role.OFFICER])
    person.open(f"/tasks/{world.ids[OWN]['task']}/evidence")
    person.submit("/evidence", files=(io.BytesIO(data), name))
    assert person.status == 400, person.text
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(EvidenceFile.task_id == world.ids[OWN]["task"])) == 1
