"""A 督办单 as a Word document in the layout of official papers, and the register of all of them as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tracker.domain.calendar import LOCAL_ZONE
from tracker.exports.cells import CENTRE, TITLE_FONT, append_head_row, append_text_row
from tracker.exports.official_document import RED, Paragraph, Table, blank, title, write_document
from tracker.exports.official_document import TITLE_FONT as SIGN_FONT

IN_MEMORY = 8 * 1024 * 1024
COLUMNS = (
    "文号", "颜色", "发单单位", "收单单位", "任务编号", "任务名称", "办理时限", "逾期工作日", "发单日期", "回执人", "回执时间", "回执说明",
)  # fmt: skip
WIDTHS = (26, 8, 20, 26, 18, 40, 12, 10, 12, 12, 18, 30)


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip says. ``second``: of the escalation's second rung."""

    number: str
    colour: str
    second: bool
    area: str
    unit: str
    task_number: str
    task_title: str
    task_wording: str
    due_on: date
    days_late: int
    issued_on: date
    received_by: str | None = None
    received_at: datetime | None = None
    receipt_note: str = ""

    @property
    def heading(self) -> str:
        """The paper's title."""
        return f"关于“{self.task_title}”逾期未办结的督办通知"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paper's text."""
        asked = (
            "任务逾期时间较长。请你单位主要负责人亲自过问，明确完成时间和措施，"
            if self.second
            else "请你单位明确专人，抓紧办理，"
        )
        return (
            f"你单位牵头承办的“{self.task_title}”（编号 {self.task_number}），办理时限为 {chinese_day(self.due_on)}，"
            f"截至 {chinese_day(self.issued_on)}已逾期 {self.days_late} 个工作日，仍未办结。",
            f"任务内容：{self.task_wording}",
            f"{asked}收到本单后在督办台账中回执，并反馈办理进展、存在问题和下步措施。确有困难不能按期完成的，"
            "请按规定申请延期，说明原因和新的时限。",
        )

    @property
    def receipt(self) -> str:
        """When and by whom the receipt was confirmed."""
        if self.received_at is None:
            return ""
        return f"{self.received_by or ''} {self.received_at.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"


def write_slip(facts: SlipFacts) -> bytes:
    """Return a slip as a Word document."""
    receipt = facts.received_at.astimezone(LOCAL_ZONE) if facts.received_at else None
    return write_document(
        (
            Paragraph(
                f"{facts.area}督办单", font=SIGN_FONT, size=72, align="center", indent=0, colour=RED, exact=False
            ),
            blank(),
            Paragraph(f"{facts.number}　　　　（{facts.colour}）", align="center", indent=0, rule=True),
            blank(),
            title(facts.heading),
            blank(),
            Paragraph(f"{facts.unit}：", indent=0),
            *(Paragraph(text) for text in facts.paragraphs[:-1]),
            Paragraph(facts.paragraphs[-1], keep=True),  # no signature on a page without text
            blank(keep=True),
            blank(keep=True),
            Paragraph(facts.area, align="right", indent=0, right=4, keep=True),
            Paragraph(chinese_day(facts.issued_on), align="right", indent=0, right=4),
            blank(),
            Table(
                (
                    ("回执单位", facts.unit, "回执人", facts.received_by or ""),
                    ("回执时间", f"{receipt:%Y-%m-%d %H:%M}" if receipt else "", "说明", facts.receipt_note),
                ),
                (18, 37, 15, 30),
            ),
        )
    )


def write_register(rows: Iterable[SlipFacts], *, made_on: date) -> BinaryIO:
    """Return an open workbook with the register; the caller closes it."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("督办单登记簿")
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "B3"
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = "2:2"
    sheet.oddFooter.right.text = f"导出日期 {made_on.isoformat()}　第 &P 页"
    sheet.merged_cells.add(f"A1:{get_column_letter(len(COLUMNS))}1")
    append_text_row(sheet, ("督办单登记簿",), font=TITLE_FONT, alignment=CENTRE, border=None)
    append_head_row(sheet, COLUMNS)
    for row in rows:
        append_text_row(sheet, _cells(row))
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (handed on open)
    book.save(stream)
    stream.seek(0)
    return stream


def chinese_day(day: date) -> str:
    """Write a day as official papers do."""
    return f"{day.year}年{day.month}月{day.day}日"


def _cells(row: SlipFacts) -> tuple[object, ...]:
    return (
        row.number,
        row.colour,
        row.area,
        row.unit,
        row.task_number,
        row.task_title,
        row.due_on,
        row.days_late,
        row.issued_on,
        row.received_by or "",
        row.received_at,
        row.receipt_note,
    )
