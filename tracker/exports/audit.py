"""The audit log as a workbook, row by row, so that memory stays flat."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO, cast

from openpyxl import Workbook

from tracker.exports.cells import append_head_row, append_text_row

COLUMNS = ("时间", "操作人", "网络地址", "操作", "对象", "内容", "原因", "变更")
WIDTHS = (17, 12, 16, 16, 12, 48, 30, 60)
IN_MEMORY = 8 * 1024 * 1024


def write_audit_log(rows: Iterable[Sequence[object]], *, note: str) -> BinaryIO:
    """Return an open file with one row of ``COLUMNS`` a line; ``note`` (what was asked for) stands at the end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("操作记录")
    sheet.freeze_panes = "A2"
    for index, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = "1:1"
    append_head_row(sheet, COLUMNS)
    for row in rows:
        append_text_row(sheet, row)
    append_text_row(sheet, (note,), border=None)
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (handed on open)
    book.save(stream)
    stream.seek(0)
    return stream
