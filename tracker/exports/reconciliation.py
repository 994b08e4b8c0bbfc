"""The 对账表 as a workbook: of one unit, or of an area with its totals. Row by row, so that memory stays flat."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tracker.domain.reconciliation import RATES, Counts
from tracker.domain.reconciliation_rows import COLUMNS, SheetTable, rate_words
from tracker.exports.cells import CENTRE, HEAD_FILL, HEAD_FONT, TITLE_FONT, WRAP, append_head_row, append_text_row

WIDTHS = (6, 15, 40, 14, 18, 16, 8, 42, 12, 10, 10, 18, 34, 24, 24, 14, 11, 11, 12)
TOTALS = ("单位", "立项", "撤销", "办结", *(label for _, label, _ in RATES), "状态")
RECORD_WIDTHS = (15, 34, 22, 12, 17, 12, 18, 12, 40, 17, 34)
MOST_RECORD_LINES = 1_000_000
"""A worksheet ends at 1,048,576 rows."""
IN_MEMORY = 8 * 1024 * 1024
LAST = get_column_letter(len(COLUMNS))


def write_sheet(
    table: SheetTable,
    *,
    made_on: date,
    record_columns: Sequence[str] = (),
    record: Iterable[Sequence[object]] = (),
) -> BinaryIO:
    """Return an open file with one unit's 对账表 and, beside it, the 催办履历 of its tasks; the caller closes it."""
    book = Workbook(write_only=True)
    sheet = _sheet(book, "对账表", f"{table.unit} {table.year} 年度对账表", table.summary(), made_on)
    for cells in table.lines():
        append_text_row(sheet, cells)
    if record_columns:
        _Record(book, record_columns, RECORD_WIDTHS).write(record)
    return _saved(book)


def write_area(
    accounts: Iterable[tuple[SheetTable, Iterable[Sequence[object]]]],
    *,
    area: str,
    year: int,
    total: Counts,
    made_on: date,
    record_columns: Sequence[str] = (),
) -> BinaryIO:
    """Return an open file with the 对账表 of all units of an area, their totals and their 催办履历; the caller closes it.

    ``accounts``: each unit's table with the lines of its record, consumed one unit after the other.
    """
    book = Workbook(write_only=True)
    note = "各单位依次排列，汇总与催办履历见后两张表。"
    sheet = _sheet(book, "对账表", f"{area} {year} 年度对账表", note, made_on)
    summary: Any = book.create_sheet("汇总")
    record = _Record(book, ("单位", *record_columns), (18, *RECORD_WIDTHS))
    totals: list[tuple[object, ...]] = []
    for table, lines in accounts:
        append_text_row(sheet, (f"{table.unit}　{table.summary()}",), font=HEAD_FONT, fill=HEAD_FILL)
        for cells in table.lines():
            append_text_row(sheet, cells)
        totals.append(_totals_row(table.unit, table.counts, table.state))
        record.write((table.unit, *cells) for cells in lines)
    _write_totals(summary, totals, total)
    return _saved(book)


def _sheet(book: Workbook, name: str, title: str, note: str, made_on: date) -> Any:
    sheet: Any = book.create_sheet(name)
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "C4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    sheet.oddFooter.right.text = f"导出日期 {made_on.isoformat()}　第 &P 页"
    for row in (1, 2):
        sheet.merged_cells.add(f"A{row}:{LAST}{row}")
    append_text_row(sheet, (title,), font=TITLE_FONT, alignment=CENTRE, border=None)
    append_text_row(sheet, (note,), alignment=WRAP, border=None)
    append_head_row(sheet, COLUMNS)
    return sheet


class _Record:
    """The sheet 催办履历; what no workbook can hold any more is said to be missing in its last line."""

    def __init__(self, book: Workbook, columns: Sequence[str], widths: Sequence[int]) -> None:
        self._sheet: Any = book.create_sheet("催办履历")
        self._room = MOST_RECORD_LINES
        for index, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(index)].width = width
        self._sheet.freeze_panes = "C2"
        append_head_row(self._sheet, columns)

    def write(self, lines: Iterable[Sequence[object]]) -> None:
        """Add lines as long as there is room."""
        for cells in lines:
            if self._room <= 0:
                if self._room == 0:
                    append_text_row(self._sheet, ("一张表已写满，其余的请按单位分别导出。",), font=HEAD_FONT)
                self._room = -1
                return
            append_text_row(self._sheet, cells)
            self._room -= 1


def _write_totals(sheet: Any, rows: Iterable[tuple[object, ...]], total: Counts) -> None:
    for index, width in enumerate((30, 8, 8, 8, 10, 16, 16, 12, 22), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "B2"
    append_head_row(sheet, TOTALS)
    for cells in rows:
        append_text_row(sheet, cells)
    append_text_row(sheet, _totals_row("合计", total, ""), font=HEAD_FONT)
    for _, label, definition in RATES:
        append_text_row(sheet, (f"{label}：{definition}",), border=None)


def _totals_row(name: str, counts: Counts, state: str) -> tuple[object, ...]:
    rates = (rate_words(getattr(counts, rate)) for rate, _, _ in RATES)
    return (name, counts.established, counts.withdrawn, counts.closed, *rates, state)


def _saved(book: Workbook) -> BinaryIO:
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (handed on open)
    book.save(stream)
    stream.seek(0)
    return stream
