"""Scans on their way into the books: page by page, resumed where they stopped, one after the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.test_intake import answer, intake_of, upload
from tests.support.clock import FixedClock
from tests.support.factories import County, actor, make_county
from tests.support.recogniser import open_with_recogniser
from tests.support.scans import PICTURE, picture_of
from tracker.db.models import IntakeStatus, Report
from tracker.db.session import Database
from tracker.domain.page_map import pages_from_json, unsure_spans
from tracker.readers.scans import scanner as scanner_module
from tracker.readers.scans.scanner import Scanner, ScanWorker
from tracker.services.intake import IntakeParts, process_intake, process_text, resume_stale_intakes
from tracker.services.scanning import is_scan, picture_name, progress_of
from tracker.services.uploads import Answer, answer_intake

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # both databases: test_killed_scan
PAGES = (
    "清溪县柳湾镇人民政府\n2025年法治政府建设工作报告\n一、主要工作\n全年办理行政处罚案件10件，组织宣讲12场。\n二、存在的问题\n一是执法力量薄弱；二是普法形式单一。",
    "三、2026年工作计划\n（一）充实执法队伍。6月底前新增持证执法人员2名。（责任单位：镇司法所）\n（二）创新普法形式。年内开展普法活动不少于4场。",
    "（三）规范决策程序。完善重大事项公开制度。",
)


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Path) -> IntakeParts:
    return open_with_recogniser(database, clock, tmp_path, pages=5)


def scan_of(parts: IntakeParts, county: County, *pages: str, **how: Any) -> int:
    return upload(parts, county.officer, picture_of(*pages), name="扫描件.png", **how)


def reads_of(monkeypatch: pytest.MonkeyPatch, stop_at: int | None = None) -> list[int]:
    """Note which pages are read from now on; the one at ``stop_at`` ends the process's work as a shutdown would."""
    seen: list[int] = []
    read = ScanWorker.read

    def noted(self: ScanWorker, path: Path, index: int) -> Any:
        if index == stop_at:
            raise KeyboardInterrupt
        seen.append(index)
        return read(self, path, index)

    monkeypatch.setattr(ScanWorker, "read", noted)
    return seen


def test_a_scan_becomes_a_report_with_the_place_of_every_line(parts: IntakeParts, county: County) -> None:
    intake_id = scan_of(parts, county, *PAGES)
    assert process_intake(parts, intake_id) is IntakeStatus.DONE
    with parts.database.reading() as session:
        report = session.get_one(Report, intake_of(parts, intake_id).report_id)
        assert (report.reader, report.report_year) == ("ocr", 2025)
        assert report.text.split("\n")[-1] == PAGES[2]
        assert any("共 3 页，有 1 处认得不准" in notice for notice in report.notices)
        pages = pages_from_json(report.reading["pages"])
        assert [page.number for page in pages] == [1, 2, 3]
        for page in pages:
            assert all(line.span and line.span.of(report.text) == line.text for line in page.lines)
        assert [(span.of(report.text), page) for span, page, _ in unsure_spans(pages)] == [("2名", 2)]
        key = report.file_key
    assert parts.storage.derived(key, picture_name(3)).read_bytes() == PICTURE


def test_a_scan_waits_for_its_turn_and_others_do_not(parts: IntakeParts, county: County) -> None:
    intake_id = scan_of(parts, county, *PAGES)
    assert process_text(parts, intake_id) is IntakeStatus.QUEUED
    with parts.scanner.turn(wait=False):
        assert process_intake(parts, intake_id) is None
        parts.clock.advance(minutes=2)  # type: ignore[attr-defined]
        assert resume_stale_intakes(parts) == 0
    waiting = intake_of(parts, intake_id)
    assert is_scan(waiting)
    assert progress_of(waiting) is None
    assert resume_stale_intakes(parts) == 1
    assert intake_of(parts, intake_id).status is IntakeStatus.DONE


def test_pages_already_read_are_not_read_again(
    parts: IntakeParts, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = scan_of(parts, county, *PAGES)
    with monkeypatch.context() as patched:
        first = reads_of(patched, stop_at=2)
        with pytest.raises(KeyboardInterrupt):
            process_intake(parts, intake_id)
    assert first == [0, 1]
    stopped = intake_of(parts, intake_id)
    assert (stopped.status, progress_of(stopped)) == (IntakeStatus.READING, (2, 3))
    assert process_intake(parts, intake_id) is None  # its claim still holds
    parts.clock.advance(minutes=10)  # type: ignore[attr-defined]
    second = reads_of(monkeypatch)
    resume_stale_intakes(parts)
    assert second == [2]
    assert intake_of(parts, intake_id).status is IntakeStatus.DONE


def test_only_runs_that_bring_no_page_count_as_tries(
    parts: IntakeParts, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = scan_of(parts, county, *PAGES, "一、又一页", "二、末页")
    for page in (1, 2, 3, 4):
        with monkeypatch.context() as patched:
            reads_of(patched, stop_at=page)
            with pytest.raises(KeyboardInterrupt):
                process_intake(parts, intake_id)
        parts.clock.advance(minutes=10)  # type: ignore[attr-defined]
    assert process_intake(parts, intake_id) is IntakeStatus.DONE


def test_a_page_that_fails_says_which_and_trying_again_goes_on_there(
    parts: IntakeParts, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = scan_of(parts, county, *PAGES[:2], "@abort")
    assert process_intake(parts, intake_id) is IntakeStatus.FAILED
    failed = intake_of(parts, intake_id)
    assert failed.step == "crashed"
    assert "第 3 页" in (failed.message or "")
    seen = reads_of(monkeypatch)
    answer(parts, county.officer, intake_id, Answer("retry"))
    assert seen == [2]


def test_cancelling_stops_before_the_next_page(
    parts: IntakeParts, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = scan_of(parts, county, *PAGES)
    read = ScanWorker.read

    def read_and_cancel(self: ScanWorker, path: Path, index: int) -> Any:
        if index == 1:
            with parts.database.writing.begin() as session:
                answer_intake(session, actor(county.officer), intake_id, Answer("cancel"), now=parts.clock())
        return read(self, path, index)

    monkeypatch.setattr(ScanWorker, "read", read_and_cancel)
    assert process_intake(parts, intake_id) is None
    cancelled = intake_of(parts, intake_id)
    assert (cancelled.status, cancelled.step) == (IntakeStatus.FAILED, "cancelled")
    with parts.database.reading() as session:
        assert session.query(Report).count() == 0


@pytest.mark.parametrize(
    ("pages", "code", "words"),
    [
        (["页"] * 6, "too_many_pages", "有 6 页，超过 5 页的上限"),
        ([""], "no_text", "没有在图片中认出文字"),
        (["@refuse"], "damaged", "无法打开"),
    ],
)
def test_refusals_end_the_upload_with_a_sentence(
    parts: IntakeParts, county: County, pages: list[str], code: str, words: str
) -> None:
    intake_id = scan_of(parts, county, *pages)
    assert process_intake(parts, intake_id) is IntakeStatus.FAILED
    failed = intake_of(parts, intake_id)
    assert failed.step == code
    assert words in (failed.message or "")


def test_without_the_extra_the_upload_says_how_to_install_it(
    parts: IntakeParts, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner_module, "missing_parts", lambda _: ["rapidocr"])
    bare = replace(parts, scanner=Scanner())
    intake_id = scan_of(bare, county, *PAGES)
    assert process_intake(bare, intake_id) is IntakeStatus.FAILED
    failed = intake_of(bare, intake_id)
    assert failed.step == "scanned"
    assert "make ocr" in (failed.message or "")


def test_another_year_keeps_the_places(parts: IntakeParts, county: County) -> None:
    intake_id = scan_of(parts, county, *PAGES, year=2024)
    assert process_intake(parts, intake_id) is IntakeStatus.DONE
    with parts.database.reading() as session:
        report = session.get_one(Report, intake_of(parts, intake_id).report_id)
        assert report.report_year == 2024
        assert len(report.reading["pages"]) == 3
