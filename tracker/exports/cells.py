"""Text into spreadsheet cells: a user's words are always text, never a formula and never a broken file.

A program that opens a workbook treats ``=1+1`` as something to compute, and a control character makes the file
unreadable. Every export writes its cells through this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

CHINA = ZoneInfo("Asia/Shanghai")
Look = tuple[Font, Alignment, PatternFill | None, Border | None]
_styles: WeakKeyDictionary[Workbook, dict[tuple[int, ...], tuple[Look, Any]]] = WeakKeyDictionary()

RISKY = frozenset("=+-@\t\n")
"""What a formula may begin with."""
LONGEST_CELL = 32_767  # what the format allows; a longer text would be cut by the program that opens it, or refused

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of characters, and what XML knows as no character."""
_LINE = Side(style="thin", color="FFB8BEC6")
BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
BODY_FONT = Font(name="宋体", size=10)
HEAD_FONT = Font(name="黑体", size=10)
TITLE_FONT = Font(name="黑体", size=16)
HEAD_FILL = PatternFill("solid", start_color="FFE9ECF0")
WRAP = Alignment(vertical="top", wrap_text=True)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def clean_text(value: str) -> str:
    """Return ``value`` without what a workbook cannot hold: control characters, lone surrogates, too great a length."""
    text = _UNWRITABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def text_cell(sheet: Any, value: object) -> Cell:
    """Return a cell of ``sheet`` for ``append``: a string stays a string, whatever it begins with; a number a number.

    Dates and moments (shown in China's time) are written as text too: 2026-06-30 reads the same in every program.
    None is an empty cell.
    """
    cell: Cell = WriteOnlyCell(sheet)
    if value is None or value == "":
        return cell
    if isinstance(value, bool):
        cell.value = "是" if value else "否"
    elif isinstance(value, int | float):
        cell.value = value
        return cell
    else:
        cell.value = clean_text(_words(value))
    cell.data_type = "s"  # openpyxl takes a leading "=" for a formula unless told otherwise
    return cell


def append_text_row(
    sheet: Any,
    values: Iterable[object],
    *,
    font: Font = BODY_FONT,
    alignment: Alignment = WRAP,
    fill: PatternFill | None = None,
    border: Border | None = BORDER,
) -> None:
    """Append one row; every value goes through ``text_cell``. ``sheet`` may be write-only or not."""
    row: list[Any] = [text_cell(sheet, value) for value in values]
    style = _style(sheet, (font, alignment, fill, border))
    for cell in row:
        cell._style = copy(style)
        if isinstance(cell.value, str) and cell.value[:1] in RISKY:
            cell.quotePrefix = True  # still text after someone has edited the cell
    sheet.append(row)


def _style(sheet: Any, look: Look) -> Any:
    """Return the workbook's own number for a look, found once: finding it for each cell takes most of a large export."""
    known = _styles.setdefault(sheet.parent, {})
    key = tuple(map(id, look))
    if key not in known:
        cell: Any = WriteOnlyCell(sheet)
        font, alignment, fill, border = look
        cell.font, cell.alignment = font, alignment
        if fill is not None:
            cell.fill = fill
        if border is not None:
            cell.border = border
        known[key] = (look, copy(cell._style))  # the look is kept too, so that no other can come by its id
    return known[key][1]


def append_head_row(sheet: Any, titles: Sequence[str]) -> None:
    """Append the row of column titles."""
    append_text_row(sheet, titles, font=HEAD_FONT, alignment=CENTRE, fill=HEAD_FILL)


def sheet_title(name: str) -> str:
    """Return ``name`` as a worksheet may be called: at most 31 characters, none of []:*?/\\ and no quote at its ends."""
    bare = "".join(" " if char in "[]:*?/\\" else char for char in clean_text(name)).replace("\n", " ")
    return bare.strip("' ")[:31].strip("' ") or "工作表"


def _words(value: object) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(CHINA) if value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
