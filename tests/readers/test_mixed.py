"""Files with text and pages that are pictures: what was recognised on those stands in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.ofd_files import write_scanned_ofd
from tests.support.raw_pdf import show
from tests.support.scans import ENGINE, page_of, pdf_of
from tracker.readers.base import DEFAULT_LIMITS, ScannedDocument, UnreadableDocument
from tracker.readers.cleanup import Line
from tracker.readers.extracting import extract_file
from tracker.readers.layout.seams import SEAM, closed
from tracker.readers.ofd import ofd_pictures
from tracker.readers.registry import read_file
from tracker.readers.sandbox import extract_mixed_in_child
from tracker.readers.scans.mixed import extract_rest, read_mixed
from tracker.readers.scans.scanner import ScanLimits, Scanner

PLAN = "三、2031年工作计划\n（一）充实巡查力量。6月底前增配巡查员2名。"
LONG = "全年办理行政处罚案件10件，组织宣讲12场，群众对执法工作的"


def pdf(path: Path) -> Path:
    return pdf_of(
        path, show("First page of words."), "（一）图。", "（二）图。", show("Page four has words."), "图三。"
    )


def ofd(path: Path) -> Path:
    return write_scanned_ofd(
        path, "甲页上的文字。", *map(str.encode, ("（一）图。", "（二）图。")), "乙页上的文字。", "图三。".encode()
    )


MADE = [
    (pdf, "a.pdf", "First page of words.", "Page four has words."),
    (ofd, "a.ofd", "甲页上的文字。", "乙页上的文字。"),
]


@pytest.mark.parametrize(("make", "name", "first", "fourth"), MADE)
def test_what_was_recognised_stands_in_its_pages_place(tmp_path: Path, make, name, first, fourth) -> None:
    seen = {
        2: [page_of("（一）左页。"), page_of("（二）右页。")],
        3: [page_of("（三）任务。")],
        5: [page_of(PLAN, doubtful="2名")],
    }
    found = extract_mixed_in_child(make(tmp_path / name), name, list(seen.items()))
    assert found["text"].split("\n") == [
        first,
        "（一）左页。",
        "（二）右页。",
        "（三）任务。",
        fourth,
        *PLAN.split("\n"),
    ]
    assert found["reader"] == name[2:]
    assert (
        "第 2、3、5 页是图片，文字由识别得来，有 1 处认得不准，已在文中标出。请对照原件核对数字和名称。"
        in found["notices"]
    )
    assert "picture_pages" not in found
    assert [page["of"] for page in found["pages"]] == [2, 2, 3, 5]
    assert [page["number"] for page in found["pages"]] == ([2, 3, 4, 6] if make is pdf else [1, 2, 3, 4])
    for page in found["pages"]:
        for line in page["lines"]:
            assert found["text"][line["start"] : line["end"]] == line["text"]


@pytest.mark.parametrize(("make", "name", "first", "fourth"), MADE)
def test_without_a_recogniser_the_pages_are_named(tmp_path: Path, make, name, first, fourth) -> None:
    report = extract_file(make(tmp_path / name))
    assert report.reading.text == f"{first}\n{fourth}"
    assert "第 2、3、5 页是图片，其中的文字没有读出，请对照原件核对。" in report.reading.notices
    assert report.to_dict()["picture_pages"] == [2, 3, 5]


def test_a_page_left_unread_and_one_without_text_are_told(tmp_path: Path) -> None:
    found = read_mixed(pdf(tmp_path / "a.pdf"), {2: [page_of("")], 5: [page_of("末页。")]}).report.reading
    assert found.text.endswith("words.\n末页。")
    told = (
        "第 5 页是图片，文字由识别得来，没有认得不准的字。请对照原件核对数字和名称。",
        "第 2 页是图片，没有认出文字。",
    )
    assert found.notices[:3] == (*told, "第 3 页是图片，其中的文字没有读出，请对照原件核对。")


def test_pictures_only_are_still_a_scan(tmp_path: Path) -> None:
    for path in (pdf_of(tmp_path / "a.pdf", "一", "二"), write_scanned_ofd(tmp_path / "a.ofd", b"1")):
        with pytest.raises(ScannedDocument):
            read_file(path)


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ([LONG, SEAM, Line("满意度明显提高。"), SEAM, "后文。"], [LONG + "满意度明显提高。", "后文。"]),
        (["前文。", SEAM, Line(LONG), SEAM, "满意度提高。"], ["前文。", LONG + "满意度提高。"]),
        ([LONG, SEAM, Line("（一）充实队伍。")], [LONG, "（一）充实队伍。"]),
        ([LONG + "评价高。", SEAM, Line("另起一段。")], [LONG + "评价高。", "另起一段。"]),
        (["一、工作情况", SEAM, Line("全年办案10件。")], ["一、工作情况", "全年办案10件。"]),
        ([LONG, SEAM, Line("1\t巡查", "table_row")], [LONG, "1\t巡查"]),
        ([LONG, "满意度提高。"], [LONG, "满意度提高。"]),
        ([SEAM, Line("首页。"), SEAM], ["首页。"]),
    ],
)
def test_a_paragraph_goes_on_over_the_seam(parts: list[Any], lines: list[str]) -> None:
    assert [line.text for line in closed(parts)] == lines


def rest_of(path: Path, **limits: int) -> tuple[str, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    scanner = Scanner(None, ScanLimits(**limits), ENGINE)
    report = extract_rest(path, extract_file(path), scanner, lambda done, pages: told.append((done, pages)))
    return report.reading.text, told


@pytest.mark.parametrize(("make", "name", "first", "fourth"), MADE)
def test_the_command_reads_them_page_by_page(tmp_path: Path, make, name, first, fourth) -> None:
    text, told = rest_of(make(tmp_path / name))
    assert text.split("\n") == [first, "（一）图。", "（二）图。", fourth, "图三。"]
    assert told == [(0, 3), (1, 3), (2, 3)]


def test_more_pictures_than_the_limit_and_broken_ones_leave_the_report(tmp_path: Path) -> None:
    assert rest_of(pdf(tmp_path / "a.pdf"), pages=2) == ("First page of words.\nPage four has words.", [])
    path = pdf_of(tmp_path / "b.pdf", show("First page of words."), "@refuse", "图")
    assert rest_of(path)[0] == "First page of words."
    path = pdf_of(tmp_path / "c.pdf", show("First page of words."), "图", "@abort")
    assert rest_of(path)[0] == "First page of words.\n图"


def test_pictures_of_an_ofd_are_asked_for_only_where_none_is_missing(tmp_path: Path) -> None:
    path = write_scanned_ofd(tmp_path / "a.ofd", "甲页上的文字。", b"1", b"2")
    assert len(ofd_pictures(path, DEFAULT_LIMITS)) == 2
    report = extract_file(path)

    class Fewer:
        def count(self, _: Path) -> int:
            return 1

    from tracker.readers.scans.source import picture_index

    assert report.pictures == (2, 3)
    with pytest.raises(UnreadableDocument):
        picture_index(Fewer(), path, report.pictures, 0)
