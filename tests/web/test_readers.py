"""The administrator's page of the readers: what is read, what is lacking, the limits, and a trial."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import select

from tests.support.factories import PASSWORD, make_county, make_user
from tracker.db.models import AuditEntry
from tracker.domain.permissions import Role
from tracker.readers.facilities import describe
from tracker.readers.registry import READERS, read_file
from tracker.readers.sandbox import ChildFailed
from tracker.readers.self_test import samples
from tracker.services import reading_state
from tracker.services.reading_state import RECOGNISER, Helper, Kind, helpers_of, read_here
from tracker.settings import Settings

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def admin(visitor, runtime):
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        make_user(session, county.township, Role.ADMIN, username="town-admin")
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


def test_every_reader_appears_by_itself() -> None:
    taken = {name for *_, names in describe() for name in names}
    assert taken == {reader.name for reader in READERS}


@pytest.mark.parametrize("media_type", [row[0] for row in describe() if row[3]])
def test_a_sample_is_read_by_whoever_takes_its_kind(tmp_path, media_type):
    sample = samples().get(media_type)
    if sample is None:
        return  # no small file of this kind can be written by hand
    path = tmp_path / sample.name
    path.write_bytes(sample.content)
    assert sample.words in read_file(path)[1].text


def test_the_page_names_kinds_helpers_and_limits(admin):
    admin.open("/settings")
    admin.open(admin.links()["文件读取"])
    assert (
        "Word 文档（.docx） .docx 可以 docx" in admin.text.replace("　", " ") or "Word 文档（.docx）.docx" in admin.text
    )
    assert "LibreOffice" in admin.text
    assert "TRACKER_BATCH_FILES" in admin.text


def test_a_trial_reads_the_samples_and_leaves_a_line(admin, runtime):
    admin.open("/readers/")
    admin.submit("/readers/test")
    assert admin.status == 200
    assert "自检完成" in admin.text
    assert "未通过" not in admin.text
    assert "纯文本：通过" in admin.text
    with runtime.database.reading() as session:
        lines = session.scalars(select(AuditEntry.summary).where(AuditEntry.action == "reader.test")).all()
    assert len(lines) == 1
    assert "全部通过" in lines[0]


def test_a_reader_that_fails_is_named(admin, monkeypatch):
    def garbled(*_: object) -> dict[str, str]:
        return {"reader": "text", "text": "别的文字"}

    admin.open("/readers/")
    monkeypatch.setattr(reading_state, "read_and_extract_in_child", garbled)
    admin.submit("/readers/test")
    assert "未通过。读出的文字与样本不同。" in admin.text


def test_a_libreoffice_that_converts_nothing_is_named(tmp_path):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    kinds = [Kind("application/msword", "旧版 Word", (".doc",), ("doc",)), Kind("text/plain", "文本", (), ("text",))]
    trials = reading_state.try_readers(Settings(tmp_path, "", "x", office=str(program)), kinds)
    assert [(trial.name, trial.passed) for trial in trials] == [("旧版 Word", False), ("文本", True)]
    assert "LibreOffice 没有转换成功" in trials[0].words
    (bare,) = reading_state.try_readers(Settings(tmp_path, "", "x", office="off"), kinds[:1])
    assert bare.passed


def test_readers_that_do_not_answer_are_no_error_page(admin, monkeypatch):
    def fail(*_: object) -> None:
        raise ChildFailed("crashed")

    monkeypatch.setattr(reading_state, "run_in_child", fail)
    admin.open("/readers/")
    assert admin.status == 200
    assert "读取程序没有应答" in admin.text


def test_only_the_administrator_at_the_top_tries(admin, visitor):
    other = visitor()
    other.sign_in("town-admin", PASSWORD)
    other.open("/readers/")
    assert other.status == 200
    assert "play-circle" not in other.response.get_data(as_text=True)
    admin.open("/readers/")
    token = dict(admin._form("/readers/test").form_values())
    assert other.client.post("/readers/test", data=token).status_code in (400, 403)


@pytest.mark.parametrize(("found", "readers"), [(True, ("image",)), (False, ())])
def test_pictures_are_read_only_where_the_recogniser_is(found, readers):
    kinds = [Kind("image/png", "图片", (".png",), ("image",)), Kind("text/plain", "文本", (".txt",), ("text",))]
    read = read_here(kinds, [Helper(RECOGNISER, found, "", "")])
    assert [kind.readers for kind in read] == [readers, ("text",)]


@pytest.mark.parametrize(
    ("office", "readers", "says"),
    [(sys.executable, ("doc",), "自动编号齐全"), ("off", ("doc",), "缺少自动编号"), ("off", (), "读不了")],
)
def test_what_is_installed_is_told_with_its_meaning(tmp_path, office, readers, says):
    kinds = [Kind("application/msword", "旧版 Word", (".doc",), readers)]
    office = helpers_of(Settings(tmp_path, "", "x", office=office), kinds)[0]
    assert office.found is (says == "自动编号齐全")
    assert says in office.meaning
    assert "libreoffice-writer-nogui" in office.advice
