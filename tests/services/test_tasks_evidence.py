"""Evidence: what is taken in, counted, withdrawn and found."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import select

from tests.support.factories import NOW, County, actor, make_county, make_evidence, make_task, pdf_bytes, zip_bytes
from tracker.db.models import AuditEntry, EvidenceFile
from tracker.domain.errors import ActionNotAllowed, Forbidden, NotFound, ReasonRequired, RuleViolation
from tracker.domain.task_rules import EvidenceMissing
from tracker.domain.tasks import TaskStatus
from tracker.services.closures import ClosureFields, request_closure
from tracker.services.evidence import (
    EvidenceRefused,
    accept_file,
    attach_evidence,
    count_evidence,
    find_evidence,
    record_download,
    withdraw_evidence,
)
from tracker.services.progress import ProgressFields, report_progress
from tracker.storage import Storage


@pytest.fixture
def county(session) -> County:
    return make_county(session)


@pytest.fixture
def storage(tmp_path) -> Storage:
    return Storage(tmp_path / "files")


PNG = b"\x89PNG\r\n\x1a\n rest"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"


@pytest.mark.parametrize(
    ("name", "stream", "media_type"),
    [
        ("签到表.pdf", pdf_bytes(), "application/pdf"),
        ("照片.JPG", io.BytesIO(b"\xff\xd8\xff\xe0 rest"), "image/jpeg"),
        ("截图.png", io.BytesIO(PNG), "image/png"),
        ("通知.doc", io.BytesIO(OLE), "application/msword"),
        (
            "台账.docx",
            zip_bytes("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("公文.ofd", zip_bytes("OFD.xml"), "application/ofd"),
        ("说明.txt", io.BytesIO("说明文字".encode()), "text/plain"),
        ("材料.zip", zip_bytes("a.txt"), "application/zip"),
        ("通知.wps", io.BytesIO(OLE), "application/vnd.ms-works"),
    ],
)
def test_files_are_accepted_by_suffix_first_bytes_and_container(storage, name, stream, media_type):
    file = accept_file(storage, name, stream, limit_mb=1)
    assert (file.name, file.media_type) == (name, media_type)
    assert storage.exists(file.key)


def bomb() -> io.BytesIO:
    """A small zip that unpacks to eight megabytes of nothing."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * (8 << 20))
    stream.seek(0)
    return stream


@pytest.mark.parametrize(
    ("name", "stream", "word"),
    [
        ("程序.exe", io.BytesIO(b"MZ"), "格式不在可用范围"),
        ("页面.html", io.BytesIO(b"<html>"), "格式不在可用范围"),
        ("没有后缀", io.BytesIO(b"abc"), "格式不在可用范围"),
        ("签到表.pdf", io.BytesIO(b""), "空文件"),
        ("签到表.pdf", io.BytesIO(PNG), "内容与后缀 .pdf 不符"),
        ("照片.jpg", pdf_bytes(), "内容与后缀 .jpg 不符"),
        ("说明.txt", io.BytesIO(b"a\x00b"), "内容与后缀 .txt 不符"),
        ("台账.docx", zip_bytes("xl/workbook.xml"), "不是真正的 docx"),
        ("台账.xlsx", io.BytesIO(b"PK\x03\x04 broken"), "已损坏"),
        ("很多.zip", zip_bytes(*(f"{number}.txt" for number in range(2001))), "超过 2000 个"),
        ("炸弹.zip", bomb(), "压缩比超过 100 倍"),
        ("截断.zip", io.BytesIO(zip_bytes("a.txt").read()[:40]), "已损坏"),
        ("大.pdf", io.BytesIO(b"%PDF-" + b"x" * (1 << 20)), "超过 1 MB"),
    ],
)
def test_other_files_are_refused_with_what_to_do(storage, name, stream, word):
    with pytest.raises(EvidenceRefused, match=word) as caught:
        accept_file(storage, name, stream, limit_mb=1)
    assert caught.value.field == "files"


def test_a_name_is_cleaned_of_paths_and_control_characters(storage):
    file = accept_file(storage, "..\\..\\C:\\签\u202e到\r\n表.pdf", pdf_bytes(), limit_mb=1)
    assert file.name == "签到表.pdf"
    long = accept_file(storage, "长" * 300 + ".pdf", pdf_bytes(), limit_mb=1)
    assert len(long.name) == 120
    assert long.name.endswith(".pdf")


def test_progress_brings_its_evidence_and_counts_each_content_once(session, county, storage):
    task = make_task(session, county.township)
    one = accept_file(storage, "签到表.pdf", pdf_bytes("一"), limit_mb=1)
    two = accept_file(storage, "课件.pdf", pdf_bytes("二"), limit_mb=1)
    report = report_progress(
        session,
        actor(county.officer),
        task.id,
        ProgressFields(40, "办了两次", "人手不足", "再办两次"),
        files=[one, two, one],
        now=NOW,
    )
    session.expire(report)
    assert [file.file_name for file in report.evidence] == ["签到表.pdf", "课件.pdf"]
    assert (task.percent, task.last_progress_at, task.version) == (40, NOW, 1)
    with pytest.raises(EvidenceRefused, match="尚未上传过"):
        attach_evidence(session, actor(county.officer), task.id, [one], now=NOW)
    assert count_evidence(session, task.id) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (ProgressFields(101, "x"), "percent"),
        (ProgressFields(-1, "x"), "percent"),
        (ProgressFields(10, " "), "done"),
        (ProgressFields(10, "字" * 4001), "done"),
    ],
)
def test_a_faulty_report_of_progress_is_refused(session, county, fields, field):
    task = make_task(session, county.township)
    with pytest.raises(RuleViolation) as caught:
        report_progress(session, actor(county.officer), task.id, fields, now=NOW)
    assert caught.value.field == field


def test_withdrawn_evidence_no_longer_counts_but_stays(session, county):
    task = make_task(session, county.township)
    file = make_evidence(session, task, county.officer)
    with pytest.raises(ReasonRequired):
        withdraw_evidence(session, actor(county.officer), task.id, file.id, reason="", now=NOW)
    withdraw_evidence(session, actor(county.officer), task.id, file.id, reason="传错了", now=NOW)
    assert count_evidence(session, task.id) == 0
    assert session.scalar(select(EvidenceFile.withdrawn_at).where(EvidenceFile.id == file.id)) == NOW
    fields = ClosureFields("已办结", date(2026, 6, 1))
    with pytest.raises(EvidenceMissing):
        request_closure(session, actor(county.officer), task.id, fields, now=NOW)
    with pytest.raises(RuleViolation, match="已经撤回"):
        withdraw_evidence(session, actor(county.officer), task.id, file.id, reason="再撤", now=NOW)


def test_evidence_is_found_only_under_its_own_task_and_in_scope(session, county):
    task, neighbour = make_task(session, county.township), make_task(session, county.township)
    file = make_evidence(session, task, county.officer)
    assert find_evidence(session, actor(county.auditor), task.id, file.id) is file
    for person, task_id in ((county.officer, neighbour.id), (county.sister_officer, task.id), (county.admin, task.id)):
        with pytest.raises(NotFound):
            find_evidence(session, actor(person), task_id, file.id)
    with pytest.raises(NotFound):
        withdraw_evidence(session, actor(county.officer), neighbour.id, file.id, reason="x", now=NOW)


def test_a_download_leaves_an_audit_line(session, county):
    task = make_task(session, county.township)
    file = make_evidence(session, task, county.officer)
    record_download(session, actor(county.auditor), task.id, file.id, now=NOW)
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.download")).one()
    assert (line.object_id, line.actor_name) == (file.id, "吴审")


def test_evidence_may_be_added_while_in_review_but_not_withdrawn(session, county, storage):
    task = make_task(session, county.township, TaskStatus.IN_REVIEW)
    file = accept_file(storage, "补充.pdf", pdf_bytes(), limit_mb=1)
    attach_evidence(session, actor(county.officer), task.id, [file], note="审核要求补充", now=NOW)
    evidence = session.scalars(select(EvidenceFile).where(EvidenceFile.task_id == task.id)).one()
    with pytest.raises(ActionNotAllowed):
        withdraw_evidence(session, actor(county.officer), task.id, evidence.id, reason="x", now=NOW)
    with pytest.raises(Forbidden):
        attach_evidence(session, actor(county.supervisor), task.id, [file], now=NOW)
