"""From what a recogniser saw to paragraphs: marks folded, doubts kept, rows gathered, lines joined."""

from __future__ import annotations

import pytest

from tests.support.scans import page_of
from tracker.domain.page_map import Page, PageLine, pages_from_json
from tracker.readers.scans.lines import Seen, merge_rows, to_line
from tracker.readers.scans.paragraphs import build_scanned, in_reading_order


def seen(text: str, doubtful: str = "") -> Seen:
    at = text.index(doubtful) if doubtful else -1
    scores = tuple(0.3 if at <= index < at + len(doubtful) else 0.99 for index in range(len(text)))
    return Seen(text, scores, (0, 0, 10 * len(text), 20))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("开展活动4场,覆盖2000人;", "开展活动4场，覆盖2000人；"),
        ("(一)充实队伍:", "（一）充实队伍："),
        ("参与率98.6%;2名学生", "参与率98.6%；2名学生"),
        ("共1,200件，上午9:30开始", "共1,200件，上午9:30开始"),
        ("1.规范 行政 权力", "1.规范行政权力"),
        ("  前后空格  ", "前后空格"),
        ("WPS Office, 2024", "WPS Office, 2024"),
        ("〈条例〉", "《条例》"),
        ("是否?不!", "是否？不！"),
    ],
)
def test_marks_are_folded_in_chinese_lines(text: str, folded: str) -> None:
    assert to_line(seen(text)).text == folded


def test_doubtful_characters_are_kept_as_ranges_of_the_folded_text() -> None:
    line = to_line(seen(" 新增 持证2名,加强", "2名"))
    assert [line.text[start:end] for start, end in line.unsure] == ["2名"]
    assert to_line(seen("（一）清楚", "）")).unsure == ()  # a bracket's shape changes no sense
    assert to_line(seen("清楚")).unsure == ()


def test_parts_of_a_row_are_put_side_by_side() -> None:
    boxes = {"右": (300, 12, 400, 40), "左": (100, 10, 200, 38), "下": (100, 60, 200, 88)}
    rows = merge_rows([PageLine(text, box) for text, box in boxes.items()])
    assert [[line.text for line in row] for row in rows] == [["左", "右"], ["下"]]
    pages = in_reading_order([Page(1, 500, 500, tuple(PageLine(text, box) for text, box in boxes.items()))])
    assert [line.text for line in pages[0].lines] == ["左", "右", "下"]


def lines(*rows: tuple[str, float, float]) -> Page:
    """A page of rows: text, left edge and top in characters of 20 units; the text column is 20 characters wide."""
    made = [
        PageLine(
            text, (round(100 + 20 * x), round(200 + 30 * y), round(100 + 20 * (x + len(text))), round(220 + 30 * y))
        )
        for text, x, y in rows
    ]
    return Page(1, 600, 1000, tuple(made))


FULL = "此行写满整整二十个字直到右边为止毫无空白"
PLAN = "一、明年的打算"


@pytest.mark.parametrize(
    ("rows", "paragraphs"),
    [
        # an indented line opens a paragraph, a full one goes on
        (
            [(FULL[:18], 2, 0), (FULL, 0, 1), ("尾巴。", 0, 2), (FULL[2:], 2, 3)],
            [FULL[:18] + FULL + "尾巴。", FULL[2:]],
        ),
        # a short end closes it, even where nothing is indented
        ([(FULL, 0, 0), ("短尾。", 0, 1), (FULL, 0, 2), ("完。", 0, 3)], [FULL + "短尾。", FULL + "完。"]),
        # titles in the middle stand alone
        (
            [("云溪县清河镇政府", 6, 0), ("关于年度的报告", 6.5, 1), (FULL[2:], 2, 2), (FULL, 0, 3)],
            ["云溪县清河镇政府", "关于年度的报告", FULL[2:] + FULL],
        ),
        # a number opens one after a sentence that filled its line
        ([(FULL[:19] + "。", 0, 0), (PLAN, 0, 1), (FULL, 0, 2)], [FULL[:19] + "。", PLAN, FULL]),
        # a line that is a little askew still goes on
        ([(FULL, 0.3, 0), (FULL, 0, 1), (FULL, 0.4, 2)], [FULL * 3]),
        # a wide gap between lines parts them
        ([(FULL, 0, 0), (FULL, 0, 1), (FULL, 0, 2), (FULL, 0, 6)], [FULL * 3, FULL]),
    ],
)
def test_lines_are_joined_by_geometry(rows: list[tuple[str, float, float]], paragraphs: list[str]) -> None:
    assert build_scanned([lines(*rows)]).text.split("\n") == paragraphs


def test_rows_of_cells_become_rows_of_a_table() -> None:
    table = [("任务", 0, 1), ("责任单位", 8, 1), ("时限", 16, 1), ("普法宣传", 0, 2), ("司法所", 8, 2), ("六月", 16, 2)]
    document = build_scanned([lines((FULL, 0, 0), *table)])
    assert document.text.split("\n")[1:] == ["任务\t责任单位\t时限", "普法宣传\t司法所\t六月"]
    assert [block.kind for block in document.blocks] == ["paragraph", "table_row", "table_row"]


def test_page_numbers_and_running_heads_are_left_out() -> None:
    def sheet(number: int) -> Page:
        head = PageLine("清河镇法治建设年度报告", (100, 20, 400, 40))
        foot = PageLine(f"— {number} —", (280, 950, 330, 970))
        return Page(number, 600, 1000, (head, *lines((FULL, 0, 0), (FULL, 0, 1)).lines, foot))

    assert build_scanned([sheet(1), sheet(2), sheet(3)]).text == FULL * 6


def test_a_paragraph_goes_on_over_the_page() -> None:
    text = "（一）充实执法队伍。" + "补充人员并组织培训，" * 8 + "年底前完成。"
    pages = pages_from_json([page_of(text[:41]), page_of(text)])
    rest = Page(2, 1240, 1754, tuple(line for line in pages[1].lines[2:]))
    assert build_scanned([pages[0], rest]).text.replace("\n", "").startswith(text[:41])
