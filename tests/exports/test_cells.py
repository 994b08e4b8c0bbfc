"""A user's words reach a workbook as words: no formula, no broken file, nothing lost but what cannot be held."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tracker.exports.cells import LONGEST_CELL, append_head_row, append_text_row, clean_text, sheet_title, text_cell


def written(values: list[object], *, write_only: bool) -> list[Any]:
    """Write one row, read the file back and return its cells."""
    book = Workbook(write_only=write_only)
    sheet = book.create_sheet("表") if write_only else book.active
    append_text_row(sheet, values)
    target = BytesIO()
    book.save(target)
    return list(load_workbook(BytesIO(target.getvalue())).worksheets[0][1])


@pytest.mark.parametrize("write_only", [True, False])
@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]
)
def test_words_never_become_a_formula(text: str, write_only: bool) -> None:
    """Whatever a text begins with, the cell is of type string, and stays so when it is edited."""
    (cell,) = written([text], write_only=write_only)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


@pytest.mark.parametrize(
    ("value", "expected", "kind"),
    [
        ("完成 3 次", "完成 3 次", "s"),
        (3, 3, "n"),
        (0, 0, "n"),
        (0.5, 0.5, "n"),
        (None, None, "n"),
        ("", None, "n"),
        (True, "是", "s"),
        (date(2026, 6, 30), "2026-06-30", "s"),
        (datetime(2026, 6, 29, 16, 30, tzinfo=UTC), "2026-06-30 00:30", "s"),
        ("#REF!", "#REF!", "s"),
        ("2026", "2026", "s"),
    ],
)
def test_kinds_of_values(value: object, expected: object, kind: str) -> None:
    """Numbers stay numbers, days and moments are text in China's time, nothing is an empty cell."""
    (cell,) = written([value], write_only=True)
    assert (cell.value, cell.data_type) == (expected, kind)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("甲\x00\x0b乙", "甲乙"),
        ("一行\r\n二行\r三行", "一行\n二行\n三行"),
        ("半个\ud800字", "半个字"),
        ("\ufffe甲\uffff", "甲"),
        ("字" * (LONGEST_CELL + 5), "字" * (LONGEST_CELL - 1) + "…"),
    ],
)
def test_what_a_workbook_cannot_hold_is_left_out(raw: str, clean: str) -> None:
    """Control characters, half characters and over-long texts do not break the file."""
    assert clean_text(raw) == clean
    assert written([raw], write_only=True)[0].value == clean


@pytest.mark.parametrize(
    ("name", "title"),
    [("清河镇[甲]:*?/\\", "清河镇 甲"), ("'引号'", "引号"), ("", "工作表"), ("镇" * 40, "镇" * 31), ("=1", "=1")],
)
def test_names_of_sheets(name: str, title: str) -> None:
    """A unit's name becomes a name a worksheet may have."""
    assert sheet_title(name) == title
    Workbook().create_sheet(sheet_title(name)).append(["甲"])


def test_heads_are_text_too() -> None:
    """The row of titles goes through the same door; an empty row is no error."""
    book = Workbook()
    append_head_row(book.active, ["=编号", "年度"])
    append_text_row(book.active, [])
    assert book.active is not None
    assert book.active["A1"].data_type == "s"
    assert text_cell(book.active, "=1").data_type == "s"
