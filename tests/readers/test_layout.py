"""Pieces of text with their places to paragraphs and rows: one table of cases, whatever the pieces came from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tracker.readers.layout import Page, Piece, Rule, lines_of_pages
from tracker.readers.layout.text_lines import join_text, tidy

SIZE = 12.0
LEFT, WIDTH = 60.0, 30  # letters
FILLER = "开展执法检查和普法宣传，推动各项工作取得新的进展，群众满意度稳步提高。"


def letters(text: str, x: float, y: float, size: float = SIZE) -> list[Piece]:
    """Return a line letter by letter."""
    return [Piece(char, x + n * size, x + (n + 1) * size, y, size * 1.2) for n, char in enumerate(text)]


def whole(text: str, x: float, y: float, size: float = SIZE) -> list[Piece]:
    """Return a line in one piece, as recognised pictures give it."""
    return [Piece(text, x, x + len(text) * size, y, size * 1.2)]


def typeset(
    paragraphs: Sequence[str],
    *,
    make=letters,
    indent: int = 2,
    x: float = LEFT,
    y: float = 100,
    pitch: float = 20,
    width: int = WIDTH,
):
    """Return the pieces of paragraphs set in lines, and where the next line would stand."""
    pieces: list[Piece] = []
    for text in paragraphs:
        room, shift = width - indent, indent * SIZE
        while text:
            pieces += make(text[:room], x + shift, y)
            text, room, shift, y = text[room:], width, 0.0, y + pitch
    return pieces, y


def page(number: int, pieces: list[Piece], rules: list[Rule] | None = None) -> Page:
    return Page(number, 595, 842, pieces, rules or [])


def read(*pages: Page) -> list[str]:
    return [line.text for line in lines_of_pages(pages)[0]]


def report(count: int) -> list[str]:
    return [f"（{'一二三四五六七八九十'[n % 10]}）" + FILLER * (1 + n % 3) for n in range(count)]


@pytest.mark.parametrize("make", [letters, whole])
@pytest.mark.parametrize("indent", [0, 2])
def test_lines_are_joined(make, indent: int) -> None:
    pieces, _ = typeset(report(8), make=make, indent=indent)
    assert read(page(1, pieces)) == report(8)


def test_a_paragraph_goes_on_over_the_page() -> None:
    first, _ = typeset(report(5))
    text = FILLER * 2
    first += letters(text[:28], LEFT + 2 * SIZE, 760)
    second = letters(text[28:58], LEFT, 100) + letters(text[58:], LEFT, 120)
    second += typeset(report(3), y=140)[0]
    assert read(page(1, first), page(2, second)) == [*report(5), text, *report(3)]


@pytest.mark.parametrize("number", ["— {} —", "- {} -", "{}", "第{}页", "第{}页 共3页", "{}/3"])
def test_headers_and_page_numbers_are_dropped(number: str) -> None:
    pages = []
    for n in (1, 2, 3):
        pieces, _ = typeset([f"第{n}章" + text for text in report(4)])
        pages.append(page(n, pieces + letters("石桥镇年度报告", 250, 50, 9) + letters(number.format(n), 290, 800, 9)))
    assert read(*pages) == [f"第{n}章" + text for n in (1, 2, 3) for text in report(4)]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_line_of_text_that_two_pages_begin_with_is_no_header(count: int) -> None:
    first = "全年召开专题会议12次，研究解决执法难题6个，各项任务按时完成，没有发"
    pages = [
        page(n, letters(first, LEFT, 100) + typeset([FILLER * n], indent=0, y=120)[0]) for n in range(1, count + 1)
    ]
    assert "".join(read(*pages)).count(first) == (count if count == 2 else 0)


def test_a_header_of_two_pages_stands_apart_from_the_text() -> None:
    pages = []
    for n in (1, 2):
        pieces, _ = typeset([f"第{n}章" + text for text in report(4)])
        pages.append(page(n, pieces + letters("石桥镇年度报告", 250, 60, 9) + letters("内部资料", 250, 800, 9)))
    assert read(*pages) == [f"第{n}章" + text for n in (1, 2) for text in report(4)]


def test_footnotes_below_their_line_are_dropped() -> None:
    pieces, _ = typeset(report(6))
    rule = Rule(LEFT, 740, LEFT + 120, 740.5)
    assert read(page(1, pieces + letters("①不含辅助人员。", LEFT, 760, 9), [rule])) == report(6)


def test_two_columns_under_one_title() -> None:
    title = letters("石桥镇法治政府建设情况报告", 180, 60, 18)
    left, _ = typeset(report(6), width=18, x=60)
    right, _ = typeset(["右栏" + text for text in report(6)], width=18, x=310, y=107)
    found = read(page(1, title + left + right))
    assert found == ["石桥镇法治政府建设情况报告", *report(6), *("右栏" + text for text in report(6))]


def test_contents_are_dropped_and_told() -> None:
    pieces, y = typeset(["目录", "一、工作情况" + "…" * 12 + "1", "二、工作计划" + "." * 12 + "3"], indent=0)
    pieces += typeset(report(5), y=y)[0]
    lines, notices = lines_of_pages([page(1, pieces)])
    assert [line.text for line in lines] == report(5)
    assert notices == ["文档中的目录已略去。"]


ROWS = (
    ("序号", "任务", "单位"),
    ("1", "充实巡查力量", "执法队"),
    ("2", "改进普法方式", "司法所"),
    ("3", "建立调解室", "司法所"),
)
EDGES = (60.0, 110.0, 300.0, 420.0)


def table(rows: Sequence[Sequence[str]], y: float, *, upright: bool, level: str) -> tuple[list[Piece], list[Rule]]:
    """Return a table's pieces and borders; ``level`` lines stand around every row, or above, below the head and below only."""
    pieces: list[Piece] = []
    for n, row in enumerate(rows):
        for x, cell in zip(EDGES, row, strict=False):
            pieces += letters(cell, x + 6, y + 24 * n + 16, 10)
    bottom = y + 24 * len(rows)
    places = {"all": [y + 24 * n for n in range(len(rows) + 1)], "three": [y, y + 24, bottom], "none": []}[level]
    rules = [Rule(EDGES[0], at, EDGES[-1], at) for at in places]
    rules += [Rule(x, y, x, bottom) for x in EDGES] if upright else []
    return pieces, rules


@pytest.mark.parametrize(("upright", "level"), [(True, "all"), (False, "all"), (False, "three"), (False, "none")])
def test_tables_with_and_without_borders(upright: bool, level: str) -> None:
    pieces, y = typeset(report(4))
    cells, rules = table(ROWS, y + 20, upright=upright, level=level)
    after, _ = typeset(report(3), y=y + 180)
    lines, _ = lines_of_pages([page(1, pieces + cells + after, rules)])
    assert [line.text for line in lines] == [*report(4), *("\t".join(row) for row in ROWS), *report(3)]
    assert [line.kind for line in lines].count("table_row") == 4


def test_a_table_goes_on_over_the_page_and_its_head_is_told_once() -> None:
    first, rules = table(ROWS[:3], 600, upright=True, level="all")
    second, more = table((ROWS[0], ROWS[3]), 100, upright=True, level="all")
    before, _ = typeset(report(4))
    found = read(page(1, before + first, rules), page(2, second, more))
    assert found == [*report(4), *("\t".join(row) for row in ROWS)]


def test_a_cell_over_two_rows_has_its_text_once() -> None:
    pieces, rules = table(
        (ROWS[0], ("1", "充实巡查力量", "执法队"), ("2", "改进普法方式", "")), 100, upright=True, level="all"
    )
    rules = [rule for rule in rules if not (rule.is_level and rule.y0 == 148)] + [Rule(60, 148, 300, 148)]
    assert read(page(1, pieces, rules)) == ["序号\t任务\t单位", "1\t充实巡查力量\t执法队", "2\t改进普法方式\t"]


def test_letters_printed_twice_to_look_bold_are_read_once() -> None:
    pieces, _ = typeset(report(2))
    twice = [Piece(piece.text, piece.x0 + 0.3, piece.x1 + 0.3, piece.y, piece.size) for piece in pieces]
    assert read(page(1, pieces + twice)) == report(2)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [("法 治 政 府", "法治政府"), ("共 12 件", "共12件"), ("rule  of law", "rule of law"), ("　　正文", "正文")],
)
def test_spaces_beside_chinese_letters_are_padding(raw: str, wanted: str) -> None:
    assert tidy(raw) == wanted


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("法治", "政府", "法治政府"),
        ("rule of", "law", "rule of law"),
        ("20", "31年", "2031年"),
        ("it came.", "Then", "it came. Then"),
        ("self-", "help", "self-help"),
    ],
)
def test_joining(before: str, after: str, wanted: str) -> None:
    assert join_text(before, after) == wanted


def test_no_pages_give_no_lines() -> None:
    assert lines_of_pages([]) == ([], [])
    assert read(page(1, [])) == []
