"""The 督办台账 as a workbook, row by row, so that memory stays flat."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO, cast

from openpyxl import Workbook

from tracker.domain.ledger_rows import LEDGER_COLUMNS, LedgerRow
from tracker.exports.cells import append_head_row, append_text_row

WIDTHS = (14, 7, 30, 12, 44, 44, 28, 18, 18, 10, 12, 12, 12, 12, 9, 9, 9, 36, 28, 28, 30, 10, 10, 9, 17, 12, 12, 14, 24)
IN_MEMORY = 8 * 1024 * 1024


def write_ledger(rows: Iterable[LedgerRow], *, made_on: date) -> BinaryIO:
    """Return an open file with the workbook; the caller closes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("督办台账")
    sheet.freeze_panes = "F2"
    for index, width in enumerate(WIDTHS):
        sheet.column_dimensions[_letter(index)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.right.text = f"导出日期 {made_on.isoformat()}　第 &P 页"
    append_head_row(sheet, LEDGER_COLUMNS)
    for row in rows:
        append_text_row(sheet, row.cells())
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (handed on open)
    book.save(stream)
    stream.seek(0)
    return stream


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else "A" + chr(ord("A") + index - 26)
