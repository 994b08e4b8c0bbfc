"""Lines of pages found again in the text, and places of the text found on the pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.domain.documents import Span
from tracker.domain.page_map import (
    Page,
    PageLine,
    boxes_of,
    page_at,
    pages_from_json,
    pages_of,
    pages_to_json,
    place_lines,
    printed_number,
    unsure_spans,
    with_recognised,
)

TEXT = "关于报告\n一、充实队伍。新增持证人员2名，加强巡查。\n二、改进普法。开展活动4场。"


def page(number: int, *texts: str) -> Page:
    lines = tuple(PageLine(text, (100, 50 * at, 100 + 10 * len(text), 50 * at + 40)) for at, text in enumerate(texts))
    return Page(number, 800, 1000, lines)


def found(text: str, *pages: Page) -> list[str | None]:
    return [line.span.of(text) if line.span else None for one in place_lines(text, pages) for line in one.lines]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["关于报告", "一、充实队伍。新增持"], ["关于报告", "一、充实队伍。新增持"]),
        (
            ["一、充实队伍。", "证人员2名，加强巡查。"],
            ["一、充实队伍。", "证人员2名，加强巡查。"],
        ),  # a gap between them
        (["内部资料", "关于报告", "— 1 —"], [None, "关于报告", None]),  # letterhead and page number
        (["1", "关于报告", "2"], [None, "关于报告", None]),  # a short line only where it is expected
        (["关于 报告"], ["关于报告"]),
        (["二、改进普法。开展活动4场。", "关于报告"], ["二、改进普法。开展活动4场。", None]),
        (["", " "], [None, None]),
    ],
)
def test_lines_are_found_in_order(lines: list[str], expected: list[str | None]) -> None:
    assert found(TEXT, page(1, *lines)) == expected


def test_a_line_may_cross_a_paragraph_and_a_far_one_must_be_unique() -> None:
    text = "甲" * 600 + "独一无二的一行文字" + "乙" * 10
    assert found(text, page(1, "独一无二的一行文字")) == ["独一无二的一行文字"]
    assert found(text + "独一无二的一行文字", page(1, "独一无二的一行文字")) == [None]
    assert found("前半\n后半", page(1, "前半后半")) == ["前半\n后半"]


def test_a_place_has_a_box_on_each_line_cut_to_its_part() -> None:
    pages = place_lines(TEXT, [page(1, "关于报告", "一、充实队伍。新增持"), page(2, "证人员2名，加强巡查。")])
    start = TEXT.index("新增持证人员2名")
    span = Span(start, start + len("新增持证人员2名"))
    assert boxes_of(pages[0], span) == [(170, 50, 200, 90)]
    assert boxes_of(pages[1], span) == [(100, 0, 150, 40)]
    assert pages_of(pages, span) == [1, 2]
    assert boxes_of(pages[0], Span(len(TEXT) - 1, len(TEXT))) == []
    assert [page_at(pages, offset) for offset in (0, start + 3, len(TEXT) - 1)] == [1, 2, 2]
    assert page_at([], 0) is None


def test_what_was_hard_to_read_is_told_with_its_page() -> None:
    line = PageLine("证人员2名，加强巡查。", (0, 0, 100, 10), unsure=((3, 5),))
    pages = place_lines(TEXT, [Page(3, 100, 100, (line, PageLine("看不清楚的一行字儿", (0, 20, 9, 30), ((0, 1),))))])
    assert [(span.of(TEXT), number, index) for span, number, index in unsure_spans(pages)] == [("2名", 3, 0)]


def test_pages_survive_json() -> None:
    pages = place_lines(
        TEXT, [page(1, "关于报告", "无此行"), Page(2, 10, 10, (PageLine("a", (1, 2, 3, 4), ((0, 1),)),))]
    )
    assert pages_from_json(pages_to_json(pages)) == pages


def test_recognised_pages_stand_in_the_place_of_those_they_are_of() -> None:
    seen = [replace(page(9, name), of=of) for name, of in (("左", 2), ("右", 2), ("末", 4))]
    whole = with_recognised([page(number, f"第{number}页") for number in (1, 2, 3, 4)], seen)
    assert [(one.number, one.lines[0].text, one.of) for one in whole] == [
        (1, "第1页", None), (2, "左", 2), (3, "右", 2), (4, "第3页", None), (5, "末", 4),
    ]  # fmt: skip
    recognised = [one for one in whole if one.of]
    assert [printed_number(recognised, number) for number in (1, 4)] == [1, 3]
    assert pages_from_json(pages_to_json(whole)) == whole
