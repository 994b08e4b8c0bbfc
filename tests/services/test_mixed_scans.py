"""Uploads with text whose other pages are pictures: the pictures go to the recogniser, and nothing is lost where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.test_intake import answer, intake_of, upload
from tests.services.test_scans import PAGES
from tests.support.clock import FixedClock
from tests.support.factories import County, make_county
from tests.support.ofd_files import write_scanned_ofd
from tests.support.raw_pdf import show
from tests.support.recogniser import open_with_recogniser
from tests.support.scans import PICTURE, pdf_of
from tracker.db.models import Intake, IntakeStatus, Report
from tracker.db.session import Database
from tracker.domain.page_map import unsure_spans
from tracker.readers.base import DEFAULT_LIMITS
from tracker.readers.scans import scanner as scanner_module
from tracker.readers.scans.scanner import Scanner
from tracker.services.intake import IntakeParts, process_intake, process_text
from tracker.services.page_views import has_pages, page_picture, pages_of_report, scanned_pages
from tracker.services.scanning import is_scan, progress_of, scan_of_pictures, scan_so_far
from tracker.services.uploads import Answer

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
PRINTED = show("A printed page of words.")


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Path) -> IntakeParts:
    return open_with_recogniser(database, clock, tmp_path, pages=3)


def send(parts: IntakeParts, county: County, tmp_path: Path, *pages: str | bytes, **how: Any) -> int:
    return upload(parts, county.officer, pdf_of(tmp_path / "a.pdf", *pages).read_bytes(), name="报告.pdf", **how)


def report_of(parts: IntakeParts, intake_id: int, look: Any) -> Any:
    with parts.database.reading() as session:
        return look(session.get_one(Report, session.get_one(Intake, intake_id).report_id))


def test_the_pictures_are_read_and_stand_between_the_print(parts: IntakeParts, county: County, tmp_path: Path) -> None:
    intake_id = send(parts, county, tmp_path, PAGES[0], PRINTED, PAGES[1])
    assert process_text(parts, intake_id) is IntakeStatus.QUEUED
    assert is_scan(intake_of(parts, intake_id))
    assert process_intake(parts, intake_id) is IntakeStatus.DONE

    def look(report: Report) -> None:
        assert (report.reader, report.report_year) == ("pdf", 2025)
        assert report.text == f"{PAGES[0]}\nA printed page of words.\n{PAGES[1]}"
        assert any("第 1、3 页是图片，文字由识别得来，有 1 处认得不准" in notice for notice in report.notices)
        assert [(span.of(report.text), page) for span, page, _ in unsure_spans(scanned_pages(report))] == [("2名", 3)]
        pages = pages_of_report(parts.storage, report, DEFAULT_LIMITS)
        assert [(page.number, page.of, len(page.lines) > 0) for page in pages] == [
            (1, 1, True),
            (2, None, True),
            (3, 3, True),
        ]
        assert all(line.span for page in pages for line in page.lines)
        pictures = [page_picture(parts.storage, report, number, DEFAULT_LIMITS, parts.scanner) for number in (1, 2, 3)]
        assert [picture.name for picture in pictures if picture] == ["scan-1.jpg", "page-2.png", "scan-2.jpg"]
        assert pictures[0] is not None
        assert pictures[0].read_bytes() == PICTURE

    report_of(parts, intake_id, look)


def test_lost_pictures_are_drawn_again(
    parts: IntakeParts, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = send(parts, county, tmp_path, PRINTED, PAGES[0], PAGES[1])
    process_intake(parts, intake_id)
    drawn: list[int] = []

    def draw(self: Any, path: Path, index: int) -> Sequence[bytes]:
        drawn.append(index)
        return (b"%d" % index,)

    monkeypatch.setattr(scanner_module.ScanWorker, "draw", draw)

    def look(report: Report) -> None:
        for number in (1, 2):
            parts.storage.derived(report.file_key, f"scan-{number}.jpg").unlink()
        found = page_picture(parts.storage, report, 3, DEFAULT_LIMITS, parts.scanner)
        assert found is not None
        assert found.read_bytes() == b"2"

    report_of(parts, intake_id, look)
    assert drawn == [1, 2]


def test_an_ofd_shows_its_recognised_pages(parts: IntakeParts, county: County, tmp_path: Path) -> None:
    path = write_scanned_ofd(tmp_path / "a.ofd", "前言一页。", PAGES[0].encode(), PAGES[1].encode())
    intake_id = upload(parts, county.officer, path.read_bytes(), name="报告.ofd")
    assert process_intake(parts, intake_id) is IntakeStatus.DONE

    def look(report: Report) -> None:
        assert report.text == "\n".join(("前言一页。", *PAGES[:2]))
        assert has_pages(report)
        assert [page.number for page in pages_of_report(parts.storage, report, DEFAULT_LIMITS)] == [1, 2]
        assert page_picture(parts.storage, report, 2, DEFAULT_LIMITS, parts.scanner) is not None
        assert page_picture(parts.storage, report, 3, DEFAULT_LIMITS, parts.scanner) is None

    report_of(parts, intake_id, look)


@pytest.mark.parametrize("how", ["@abort", "@refuse", "@fail"])
def test_a_picture_that_cannot_be_read_costs_only_itself(
    parts: IntakeParts, county: County, tmp_path: Path, how: str
) -> None:
    intake_id = send(parts, county, tmp_path, PRINTED, how, PAGES[0])
    assert process_intake(parts, intake_id) is IntakeStatus.DONE
    text, notices = report_of(parts, intake_id, lambda report: (report.text, report.notices))
    assert text == f"A printed page of words.\n{PAGES[0]}"
    assert any("第 2 页是图片，其中的文字没有读出" in notice for notice in notices)
    assert any("第 3 页是图片，文字由识别得来" in notice for notice in notices)


def test_without_the_extra_and_beyond_the_limit_the_notice_stays(
    parts: IntakeParts, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = send(parts, county, tmp_path, PRINTED, *["图"] * 4, year=2025)
    monkeypatch.setattr(scanner_module, "missing_parts", lambda _: ["rapidocr"])
    bare = replace(parts, scanner=Scanner())
    few = send(bare, county, tmp_path, PRINTED, "图", year=2024)
    for these, intake_id, pages in ((parts, many, "2、3、4、5"), (bare, few, "2")):
        assert process_intake(these, intake_id) is IntakeStatus.DONE
        notices = report_of(these, intake_id, lambda report: report.notices)
        assert any(f"第 {pages} 页是图片，其中的文字没有读出，请对照原件核对。" in notice for notice in notices)


def test_a_question_comes_after_the_pictures_and_they_are_read_once(
    parts: IntakeParts, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_id = send(parts, county, tmp_path, PRINTED, "没有写明年度的一页。", "@refuse")
    assert process_text(parts, intake_id) is IntakeStatus.QUEUED
    assert process_intake(parts, intake_id) is IntakeStatus.NEEDS_ANSWER
    asked = intake_of(parts, intake_id)
    assert (asked.step, progress_of(asked)) == ("ask_year", None)
    monkeypatch.setattr(scanner_module.ScanWorker, "read", None)
    answer(parts, county.officer, intake_id, Answer("year", report_year=2025))
    assert intake_of(parts, intake_id).status is IntakeStatus.DONE
    assert "没有写明年度的一页。" in report_of(parts, intake_id, lambda report: report.text)


def test_what_a_batch_settled_is_kept_while_the_pictures_wait(parts: IntakeParts) -> None:
    kept = {"reading": {"picture_pages": [2, 5]}, "unit_accepted": True}
    so_far = scan_of_pictures(kept, parts.scanner, attempt=1)
    assert so_far is not None
    again = scan_so_far(so_far.with_next([{"number": 1}], 2).to_json())
    assert again is not None
    assert (again.only, again.unit_accepted, again.seen, again.attempt) == ((2, 5), True, [(2, ({"number": 1},))], 2)
