"""The 对账表 as a workbook: the columns as agreed, the words in them, an area with its totals, no formula anywhere."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any, BinaryIO

import pytest
from openpyxl import Workbook, load_workbook

from tracker.domain.reconciliation import Counts
from tracker.domain.reconciliation_rows import (
    COLUMNS,
    SheetTable,
    deadline_words,
    ledger_words,
    rate_words,
    sureness_words,
)
from tracker.exports import reconciliation as exports
from tracker.exports.reconciliation import TOTALS, WIDTHS, write_area, write_sheet

MADE_ON = date(2027, 2, 10)


def duty(**values: Any) -> dict[str, Any]:
    """A row of a sheet as the page and the snapshot have it."""
    return {
        "number": "LWZ-2026-001",
        "quote": "6月底前新增持证执法人员6名。",
        "original_due_on": "2026-06-30",
        "due_on": "2026-09-30",
        "due_inferred": False,
        "lead_unit": "柳湾镇人民政府",
        "status": "closed",
        "status_label": "已办结",
        "percent": 100,
        "completed_on": "2026-08-01",
        "evidence": [{"id": 1, "name": "名单.xlsx"}],
        "report": {
            "passages": [{"text": "新增持证执法人员4名", "where": "工作开展第 1 段"}],
            "decided": True,
            "decision": "confirmed",
            "score": 0.9,
            "outcome_label": "部分完成",
        },
        "differences": [
            {"label": "数值不符", "detail": "承诺 6 名，报告 4 名。", "explanation": "两人未通过考试"},
            {"label": "时限不符", "detail": "日期不同。", "explanation": ""},
        ],
        "verdict_label": "部分完成",
        "shortfall": "考试名额不足",
        "handling": "下年补足",
        "next": [{"number": "LWZ-2027-003"}],
        "decided_by": "陈督",
        "decided_on": "2027-02-01",
        **values,
    }


def table(rows: list[dict[str, Any]], **values: Any) -> SheetTable:
    fields: dict[str, Any] = {
        "unit": "柳湾镇人民政府",
        "year": 2026,
        "rows": rows,
        "unplanned": [{"text": "建立扫码登记制度", "where": "工作开展第 3 段", "explanation": "上级部署"}],
        "counts": Counts(2, 0, 1, 1, 0, 1),
        "has_report": True,
        "state": "对账中",
    }
    return SheetTable(**(fields | values))


def read_back(stream: Any) -> Workbook:
    return load_workbook(BytesIO(stream.read()))


def test_the_columns_are_the_agreed_ones() -> None:
    """Nineteen columns in this order; each has its width."""
    assert " · ".join(COLUMNS) == (
        "序号 · 编号 · 上年报告原文 · 时限（原/现） · 牵头单位 · 台账结论 · 佐证件数 · 本年报告对应原文（段） · 对应程度 · 报告结论 · "
        "核查结论 · 差异类型 · 差异说明 · 未完成原因 · 处理 · 下年编号 · 单位确认人 · 督办确认人 · 日期"
    )
    assert len(WIDTHS) == len(COLUMNS)


def test_a_line() -> None:
    """What stands in each column of a duty and of an unplanned achievement."""
    duties, beyond = list(table([duty()], confirmed_by="周正").lines())
    said = dict(zip(COLUMNS, duties, strict=True))
    assert said == {
        "序号": 1,
        "编号": "LWZ-2026-001",
        "上年报告原文": "6月底前新增持证执法人员6名。",
        "时限（原/现）": "2026-06-30 / 2026-09-30",
        "牵头单位": "柳湾镇人民政府",
        "台账结论": "已办结（2026-08-01）",
        "佐证件数": 1,
        "本年报告对应原文（段）": "新增持证执法人员4名（工作开展第 1 段）",
        "对应程度": "已确认",
        "报告结论": "部分完成",
        "核查结论": "部分完成",
        "差异类型": "数值不符、时限不符",
        "差异说明": "数值不符：承诺 6 名，报告 4 名。说明：两人未通过考试\n时限不符：日期不同。未说明",
        "未完成原因": "考试名额不足",
        "处理": "下年补足",
        "下年编号": "LWZ-2027-003",
        "单位确认人": "周正",
        "督办确认人": "陈督",
        "日期": "2027-02-01",
    }
    extra = dict(zip(COLUMNS, beyond, strict=True))
    assert (extra["序号"], extra["差异类型"], extra["差异说明"]) == (2, "计划外完成", "上级部署")
    assert extra["本年报告对应原文（段）"] == "建立扫码登记制度（工作开展第 3 段）"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"original_due_on": "2026-06-30", "due_on": "2026-06-30"}, "2026-06-30"),
        ({"original_due_on": "2026-12-31", "due_on": "2026-12-31", "due_inferred": True}, "2026-12-31（推定）"),
        ({}, "2026-06-30 / 2026-09-30"),
    ],
)
def test_deadlines(values: dict[str, Any], words: str) -> None:
    assert deadline_words(duty(**values)) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "已办结（2026-08-01）"),
        ({"completed_on": None}, "已办结（未写明日期）"),
        ({"status": "unfinished", "status_label": "未完成", "percent": 40}, "未完成（40%）"),
    ],
)
def test_what_the_ledger_says(values: dict[str, Any], words: str) -> None:
    assert ledger_words(duty(**values)) == words


@pytest.mark.parametrize(
    ("report", "has_report", "words"),
    [
        (None, False, "未报送报告"),
        (None, True, "未比对"),
        ({"decided": True, "decision": "confirmed", "score": 0.2}, True, "已确认"),
        ({"decided": True, "decision": "rejected", "score": 0.9}, True, "已否定"),
        ({"decided": False, "decision": "proposed", "score": 0.8}, True, "待核对（把握高）"),
        ({"decided": False, "decision": "proposed", "score": 0.6}, True, "待核对（把握中）"),
        ({"decided": False, "decision": "proposed", "score": 0.1}, True, "待核对（把握低）"),
    ],
)
def test_how_sure_it_is(report: dict[str, Any] | None, has_report: bool, words: str) -> None:
    assert sureness_words(report, has_report=has_report) == words


@pytest.mark.parametrize(("rate", "words"), [(None, "—"), (0.0, "0%"), (1.0, "100%"), (2 / 3, "66.7%"), (0.5, "50%")])
def test_rates(rate: float | None, words: str) -> None:
    assert rate_words(rate) == words


def test_the_workbook_of_a_unit() -> None:
    """Title, state with rates, heads, lines; a landscape sheet whose heads repeat on paper."""
    book = read_back(write_sheet(table([duty()]), made_on=MADE_ON))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "柳湾镇人民政府 2026 年度对账表"
    assert sheet["A2"].value.startswith("对账中　立项 2 项　完成率 50%")
    assert [cell.value for cell in sheet[3]] == list(COLUMNS)
    assert (sheet.max_row, sheet.print_title_rows, sheet.page_setup.orientation) == (5, "$3:$3", "landscape")


def test_a_frozen_sheet_names_who_locked_it() -> None:
    locked = table(
        [duty()], state="已锁定（2027-03-01）", locked_by="陈督", locked_on="2027-03-01", confirmed_by="周正"
    )
    first, second = list(locked.lines())
    assert (first[-3:], second[-3:]) == (("周正", "陈督", "2027-03-01"),) * 2


def area_of(tables: list[SheetTable], *, area: str = "清溪县", total: Counts, lines: int = 1) -> BinaryIO:
    """An area whose every unit has so many lines of record."""
    accounts = [(each, [(f"{each.unit}{number}", "催办") for number in range(lines)]) for each in tables]
    return write_area(accounts, area=area, year=2026, total=total, made_on=MADE_ON, record_columns=("编号", "提醒"))


def test_an_area_with_its_totals() -> None:
    """One unit after the other, and the sums with the definitions of the rates."""
    tables = [table([duty()]), table([duty(number="SDZ-2026-001")], unit="石渡镇人民政府", unplanned=[])]
    book = read_back(area_of(tables, total=Counts(4, 0, 2, 2, 0, 2)))
    rows = list(book["对账表"].iter_rows(values_only=True))
    assert [row[0] for row in rows if row[1] is None][2:] == [
        f"柳湾镇人民政府　{tables[0].summary()}",
        2,
        f"石渡镇人民政府　{tables[1].summary()}",
    ]
    totals = list(book["汇总"].iter_rows(values_only=True))
    assert totals[0] == TOTALS
    assert totals[3][:5] == ("合计", 4, None, 2, "50%") or totals[3][:5] == ("合计", 4, 0, 2, "50%")
    assert "完成率：办结 ÷（立项 − 撤销）" in [row[0] for row in totals]


def test_an_area_with_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line with its unit; where a worksheet is full, its last line says so."""
    tables = [table([duty()]), table([duty()], unit="石渡镇人民政府")]
    full = list(read_back(area_of(tables, total=Counts(2), lines=2))["催办履历"].iter_rows(values_only=True))
    assert full[0] == ("单位", "编号", "提醒")
    assert [row[0] for row in full[1:]] == ["柳湾镇人民政府"] * 2 + ["石渡镇人民政府"] * 2
    monkeypatch.setattr(exports, "MOST_RECORD_LINES", 3)
    cut = list(read_back(area_of(tables, total=Counts(2), lines=2))["催办履历"].iter_rows(values_only=True))
    assert cut[:4] == full[:4]
    assert [row[0] for row in cut[4:]] == ["一张表已写满，其余的请按单位分别导出。"]


def test_nothing_becomes_a_formula() -> None:
    """Whatever people wrote, in whatever column."""
    hostile = "=HYPERLINK(A1)"
    row = duty(
        quote=hostile,
        lead_unit=hostile,
        shortfall=hostile,
        handling="+1",
        number="@x",
        decided_by="-1",
        report={**duty()["report"], "passages": [{"text": hostile, "where": ""}]},
        differences=[{"label": hostile, "detail": hostile, "explanation": hostile}],
    )
    unplanned = [{"text": hostile, "where": "", "explanation": hostile}]
    sheets = table([row], unit=hostile, unplanned=unplanned)
    total = Counts(1)
    for stream in (
        write_sheet(sheets, made_on=MADE_ON),
        area_of([sheets], area=hostile, total=total),
    ):
        cells = [cell for sheet in read_back(stream) for line in sheet.iter_rows() for cell in line]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert any(cell.value == hostile for cell in cells)
