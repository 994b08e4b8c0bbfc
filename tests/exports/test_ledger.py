"""The exported 督办台账: its columns, what stands in them, nothing computed, memory flat."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tracker.domain.ledger_rows import LEDGER_COLUMNS, LedgerRow, describe_quantity
from tracker.exports.ledger import WIDTHS, write_ledger

COLUMNS = [
    "编号",
    "年度",
    "来源报告",
    "类别",
    "任务内容",
    "原文",
    "成果形式/量化指标",
    "牵头单位",
    "配合单位",
    "责任人",
    "交办时间",
    "签收时间",
    "原定时限",
    "现时限",
    "延期次数",
    "完成比例",
    "序时进度",
    "进展情况",
    "存在问题",
    "下步措施",
    "佐证材料",
    "状态",
    "亮灯",
    "催办次数",
    "最近反馈时间",
    "办结时间",
    "销号审核人",
    "结转来源",
    "备注",
]

ROW = LedgerRow(
    number="LWZ-2026-001",
    plan_year=2026,
    source="柳湾镇2025年法治政府建设工作报告",
    area="行政执法",
    wording="组织培训4次",
    quote="组织执法人员培训不少于4次。",
    targets="培训 ≥4次",
    lead_unit="柳湾镇人民政府",
    supporting="柳湾镇司法所",
    owner="李文",
    assigned_at=date(2026, 3, 2),
    signed_at=date(2026, 3, 3),
    original_due_on=date(2026, 6, 30),
    due_on=date(2026, 9, 30),
    extensions=1,
    percent="75%",
    elapsed="60%",
    progress="已开展3次",
    problems="场地紧张",
    next_step="9月开展第4次",
    evidence="2 件：签到表.pdf、课件.pdf",
    status="办理中",
    light="正常",
    urged=0,
    last_progress_at=datetime(2026, 6, 9, 17, 30, tzinfo=UTC),
    completed_on=None,
    closed_by="",
    predecessor="LWZ-2025-007",
    remark="时限为推定",
)


def sheet_of(rows: list[LedgerRow]) -> Any:
    with write_ledger(rows, made_on=date(2026, 6, 10)) as stream:
        return load_workbook(BytesIO(stream.read())).worksheets[0]


def test_the_columns_are_those_of_the_field() -> None:
    assert list(LEDGER_COLUMNS) == COLUMNS
    assert len(fields(LedgerRow)) == len(COLUMNS) == len(WIDTHS)
    sheet = sheet_of([])
    assert sheet.title == "督办台账"
    assert [cell.value for cell in sheet[1]] == COLUMNS
    assert sheet.max_row == 1


def test_a_row_stands_under_its_columns() -> None:
    sheet = sheet_of([ROW])
    values = dict(zip(COLUMNS, (cell.value for cell in sheet[2]), strict=True))
    assert values["编号"] == "LWZ-2026-001"
    assert values["年度"] == 2026
    assert values["配合单位"] == "柳湾镇司法所"
    assert (values["交办时间"], values["原定时限"], values["现时限"]) == ("2026-03-02", "2026-06-30", "2026-09-30")
    assert (values["完成比例"], values["序时进度"], values["延期次数"], values["催办次数"]) == ("75%", "60%", 1, 0)
    assert values["最近反馈时间"] == "2026-06-10 01:30"  # China's time
    assert (values["办结时间"], values["销号审核人"]) == (None, None)
    assert values["结转来源"] == "LWZ-2025-007"
    assert values["备注"] == "时限为推定"


def test_nothing_is_computed_whatever_people_wrote() -> None:
    hostile = '=HYPERLINK("http://x","点")'
    words = {f.name: hostile for f in fields(LedgerRow) if f.type == "str"}
    sheet = sheet_of([LedgerRow(**{f.name: words.get(f.name, getattr(ROW, f.name)) for f in fields(LedgerRow)})])
    cells = list(sheet[2])
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert sum(cell.value == hostile for cell in cells) == len(words)
    assert all(cell.quotePrefix for cell in cells if cell.value == hostile)


def test_the_head_stays_in_sight_and_on_every_printed_page() -> None:
    sheet = sheet_of([ROW])
    assert sheet.freeze_panes == "F2"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 8)
    assert "2026-06-10" in sheet.oddFooter.right.text


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (
            {"what": "新增持证执法人员", "op": ">=", "value": 6, "max": None, "unit": "名", "per": None},
            "新增持证执法人员 ≥6名",
        ),
        ({"what": "培训", "op": ">=", "value": 1, "max": None, "unit": "次", "per": "quarter"}, "培训 每季度≥1次"),
        ({"what": "宣讲", "op": "range", "value": 3, "max": 5, "unit": "场", "per": None}, "宣讲 3—5场"),
        ({"what": "持证率", "op": "=", "value": 100.0, "max": None, "unit": "%", "per": None}, "持证率 100%"),
        ({"what": "投诉", "op": "<=", "value": 2.5, "max": None, "unit": "件", "per": "month"}, "投诉 每月≤2.5件"),
        ({"what": "案件", "op": "~", "value": 1200000, "max": None, "unit": "件", "per": None}, "案件 约1200000件"),
        ({"what": None, "op": ">=", "value": 4, "unit": "次"}, "≥4次"),
        ({}, ""),
    ],
)
def test_a_target_in_words(quantity: dict[str, object], expected: str) -> None:
    assert describe_quantity(quantity) == expected
