"""The year-end reconciliation over HTTP: the area, the sheet, verdicts, the unit's confirmation, the lock, the workbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.services.test_links import ANSWER, PLAN, file_report
from tests.services.test_reconciliation import STATES
from tests.support.factories import NOW, PASSWORD, make_county, make_evidence, make_task, make_unit
from tests.support.statements import recorded_statements
from tests.support.web import Visitor
from tracker.db.models import AuditEntry, ReconciliationLine, ReconciliationSheet, Task, Unit
from tracker.domain.reconciliation_rows import COLUMNS
from tracker.domain.tasks import TaskStatus
from tracker.services.linking import propose_links


@dataclass(frozen=True)
class Year:
    """A unit with four finished duties of 2026 and the report that answers them."""

    unit_id: int
    report_id: int
    tasks: dict[str, int]

    @property
    def path(self) -> str:
        return f"/reconciliation/{self.unit_id}/2026"


def write(app: Flask):
    return app.extensions["tracker"].database.writing.begin()


def read(app: Flask):
    return app.extensions["tracker"].database.reading()


@pytest.fixture
def year(app: Flask) -> Year:
    with write(app) as session:
        county = make_county(session)
        file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
        tasks = session.scalars(select(Task).order_by(Task.start)).all()
        for number, task in enumerate(tasks, start=1):
            task.number, task.original_due_on, task.established_at = f"LWZ-2026-{number:03d}", task.due_on, NOW
            task.status = next(status for words, status in STATES.items() if words in task.title)
            if task.status is TaskStatus.CLOSED:
                task.completed_on, task.closed_at, task.percent = NOW.date(), NOW, 100
        make_evidence(session, tasks[0], county.officer, name="=签到表.pdf")
        report = file_report(session, county.township, county.officer, ANSWER, 2026, propose=True)
        propose_links(session, report, now=NOW)
        for task in session.scalars(select(Task).where(Task.plan_year == 2027)):
            task.status, task.status_reason = TaskStatus.DISMISSED, "与本页无关"
        return Year(county.township.id, report.id, {task.title: task.id for task in tasks})


@pytest.fixture
def someone(visitor: Callable[[], Visitor], year: Year) -> Callable[[str], Visitor]:
    def enter(username: str) -> Visitor:
        made = visitor()
        made.sign_in(username, PASSWORD)
        return made

    return enter


def task(year: Year, words: str) -> int:
    return next(task_id for title, task_id in year.tasks.items() if words in title)


def fill_in(page: Visitor, year: Year) -> None:
    """Give every task its verdict and every difference its explanation, as a supervisor clicks through the page."""
    for task_id in year.tasks.values():
        page.open(f"{year.path}?row={task_id}")
        form = page._form(f"/tasks/{task_id}")
        said = {name: "当面核实" for name in dict(form.form_values()) if name.startswith("explanation_")}
        for area in form.xpath(".//textarea"):
            if area.get("name").startswith("explanation_"):
                said[area.get("name")] = "当面核实"
        page.submit(f"/tasks/{task_id}", verdict="partly_done", handling="结转", **said)
        assert page.status == 200, page.text
    page.open(year.path)
    page.submit("/unplanned", explanation="属日常工作")


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_area_at_a_glance(someone, year):
    page = someone("supervisor")
    page.open("/reconciliation?year=2026")
    assert page.status == 200
    for words in ("柳湾镇人民政府", "75%", "办结 ÷（立项 − 撤销）", "有已确认报告依据的任务 ÷ 立项", "对账中", "合计"):
        assert words in page.text, words


def test_the_default_is_last_year(someone, year):
    page = someone("supervisor")
    page.open("/reconciliation")
    assert "2025 年没有需要对账的任务" in page.text


def test_three_accounts_on_one_sheet(someone, year):
    page = someone("supervisor")
    page.open(year.path)
    assert page.status == 200
    for words in (
        "单位自报", "报告所述", "佐证支持", "=签到表.pdf", "少 2 名", "数值不符", "台账办结·报告未提", "报告称完成·台账未办结", "目标缩水",
        "计划外完成", "建议", "待核对",
    ):  # fmt: skip
        assert words in page.text, words


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("officer", 200),
        ("head", 200),
        ("auditor", 200),
        ("area_head", 200),
        ("sister", 404),
        ("section", 404),
        ("other_supervisor", 404),
        ("admin", 403),
    ],
)
def test_who_sees_the_sheet(someone, year, username, status):
    page = someone(username)
    page.open(year.path)
    assert page.status == status
    if status == 200:
        html = page.response.get_data(as_text=True)
        assert "锁定年度</a>" not in html
        assert f"{year.path}/tasks" not in html
    page.open(f"{year.path}/export.xlsx")
    assert page.status == status


def test_a_unit_and_a_year_that_are_not_there(someone, year):
    page = someone("supervisor")
    for path, status in (
        ("/reconciliation/9999/2026", 404),
        (f"/reconciliation/{year.unit_id}/99999", 404),
        ("/reconciliation?year=1", 400),
        ("/reconciliation?after=x", 400),
        (f"/reconciliation/{year.unit_id}/2019", 200),
    ):
        page.open(path)
        assert page.status == status, path


# ---- verdicts -------------------------------------------------------------------------------------------------------


def test_a_verdict_leads_to_the_next_task(someone, year, app):
    page = someone("supervisor")
    page.open(f"{year.path}?row={task(year, '执法队伍')}")
    page.submit(
        f"/tasks/{task(year, '执法队伍')}",
        verdict="partly_done",
        explanation_figures="两人未通过考试",
        shortfall="名额不足",
        handling="下年补足",
    )
    assert page.status == 200
    assert "已保存核查结论" in page.text
    assert f"row={task(year, '执法队伍')}" not in page.path
    for words in ("两人未通过考试", "名额不足", "下年补足", "部分完成"):
        assert words in page.text
    with read(app) as session:
        line = session.scalars(select(ReconciliationLine)).one()
        assert line.explanations == {"figures": "两人未通过考试"}


def test_without_a_verdict_nothing_is_saved_and_nothing_is_lost(someone, year, app):
    page = someone("supervisor")
    task_id = task(year, "执法队伍")
    page.open(f"{year.path}?row={task_id}")
    page.submit(f"/tasks/{task_id}", verdict="", handling="先记一笔")
    assert page.status == 400
    assert "请选择核查结论" in page.text
    assert "先记一笔" in page.response.get_data(as_text=True)


def test_the_second_of_two_is_told(someone, year, app):
    task_id = task(year, "工作站")
    slow, quick = someone("supervisor"), someone("supervisor")
    for page in (slow, quick):
        page.open(f"{year.path}?row={task_id}")
    quick.submit(f"/tasks/{task_id}", verdict="not_done", handling="约谈")
    slow.submit(f"/tasks/{task_id}", verdict="partly_done", handling="督办")
    assert slow.status == 409
    for words in ("已被别人修改", "未完成（陈督", "约谈"):
        assert words in slow.text
    assert "督办" in slow.response.get_data(as_text=True)
    slow.submit(f"/tasks/{task_id}")
    assert slow.status == 200
    with read(app) as session:
        assert session.scalars(select(ReconciliationLine.verdict)).one() == "partly_done"


def test_suggestions_of_agreed_rows_in_one_step(someone, year, app):
    page = someone("supervisor")
    page.open(f"/reports/{year.report_id}/links?task={task(year, '工作站')}")
    page.submit("/confirm", outcome="not_mentioned")
    page.open(year.path)
    assert "采纳这 1 项建议结论" in page.text
    page.submit("/accept")
    assert "已采纳 1 项建议结论" in page.text
    page.open(year.path)
    assert "采纳这" not in page.text


def test_unknown_fields_and_foreign_tasks(someone, year, app):
    page = someone("supervisor")
    task_id = task(year, "工作站")
    page.open(f"{year.path}?row={task_id}")
    page.submit(f"/tasks/{task_id}", verdict="done", decided_by_id="1")
    assert page.status == 400
    with write(app) as session:
        other = make_task(session, make_unit(session, parent=session.get_one(Unit, year.unit_id)), TaskStatus.CLOSED).id
    page.open(f"{year.path}?row={task_id}")
    data = dict(page._form(f"/tasks/{task_id}").form_values()) | {"verdict": "done"}
    answer = page.client.post(f"{year.path}/tasks/{other}", data=data, headers={"Referer": "http://localhost/"})
    assert answer.status_code == 404


# ---- confirming and locking -----------------------------------------------------------------------------------------


def test_from_open_to_locked(someone, year, app):
    supervisor, head = someone("supervisor"), someone("head")
    supervisor.open(f"{year.path}/lock")
    for words in ("还不能锁定", "核查结论", "差异还没有说明", "计划外完成还有 1 项"):
        assert words in supervisor.text
    head.open(year.path)
    assert "单位确认</button>" not in head.response.get_data(as_text=True)
    fill_in(supervisor, year)
    head.open(year.path)
    head.submit("/confirm")
    assert "已确认本单位的对账结果" in head.text
    assert "周正" in head.text
    supervisor.open(f"{year.path}/lock")
    assert "4 项任务转为“已归档”" in supervisor.text
    supervisor.submit("/lock")
    assert supervisor.status == 200
    assert "年度已锁定，4 项任务已归档" in supervisor.text
    assert "以下是锁定时的内容" in supervisor.text
    assert "<form" not in supervisor.response.get_data(as_text=True).split("<main")[1]
    supervisor.open("/reconciliation?year=2026")
    assert "已锁定" in supervisor.text
    supervisor.open(f"/tasks/{task(year, '执法队伍')}")
    assert "已归档" in supervisor.text
    with read(app) as session:
        sheet = session.scalars(select(ReconciliationSheet)).one()
        assert sheet.snapshot["confirmed_by"] == "周正"
        assert {one.archived_from for one in session.scalars(select(Task).where(Task.plan_year == 2026))} == {
            "closed",
            "unfinished",
        }


def test_what_changed_meanwhile_is_not_locked(someone, year, app):
    supervisor = someone("supervisor")
    fill_in(supervisor, year)
    supervisor.open(f"{year.path}/lock")
    with write(app) as session:
        uploader = session.scalars(select(Task)).first().report.uploaded_by
        make_evidence(session, session.get_one(Task, task(year, "工作站")), uploader)
    supervisor.submit("/lock")
    assert supervisor.status == 409
    assert "有变化" in supervisor.text


@pytest.mark.parametrize("username", ["officer", "head", "auditor"])
def test_who_may_lock(someone, year, username):
    page = someone(username)
    page.open(f"{year.path}/lock")
    assert page.status == 403


def test_the_unit_confirms_again_after_a_change(someone, year):
    supervisor, head = someone("supervisor"), someone("head")
    fill_in(supervisor, year)
    head.open(year.path)
    head.submit("/confirm")
    supervisor.open(f"{year.path}?row={task(year, '工作站')}")
    supervisor.submit(f"/tasks/{task(year, '工作站')}", verdict="not_done")
    head.open(year.path)
    assert "需要单位负责人重新确认" in head.text
    head.submit("/confirm")
    assert "需要单位负责人重新确认" not in head.text


# ---- the workbook ---------------------------------------------------------------------------------------------------


def test_the_workbook_of_a_unit(someone, year, app):
    page = someone("officer")
    page.open(f"{year.path}/export.xlsx")
    assert page.status == 200
    disposition = page.response.headers["Content-Disposition"]
    assert "柳湾镇人民政府2026年度对账表.xlsx" in unquote(disposition)
    assert "filename*=UTF-8''" in disposition
    rows = list(load_workbook(BytesIO(page.response.data)).worksheets[0].iter_rows(values_only=True))
    assert rows[2] == COLUMNS
    assert len(rows) == 3 + 4 + 1
    assert rows[3][1] == "LWZ-2026-001"
    assert rows[-1][COLUMNS.index("差异类型")] == "计划外完成"
    with read(app) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "reconciliation.export")).one()
        assert entry.actor_name == "李文"


def test_the_workbook_of_the_area_holds_only_the_own_scope(someone, year, app):
    with write(app) as session:
        other = session.scalars(select(Unit).where(Unit.name == "白鹿镇人民政府")).one()
        make_task(session, other, TaskStatus.CLOSED, title="别县的任务", quote="别县的任务")
    page = someone("supervisor")
    page.open("/reconciliation/export.xlsx?year=2026")
    assert page.status == 200
    book = load_workbook(BytesIO(page.response.data))
    assert book.sheetnames == ["对账表", "汇总", "催办履历"]
    text = str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "LWZ-2026-004" in text
    assert "别县" not in text
    assert "白鹿" not in text


# ---- hostile and large ----------------------------------------------------------------------------------------------


def test_hostile_words_are_words(someone, year, app):
    payload = "<script>alert(1)</script>"
    with write(app) as session:
        for one in session.scalars(select(Task)):
            one.title = one.wording = payload
            one.status_reason = payload
        sheet = ReconciliationSheet(unit_id=year.unit_id, plan_year=2026, created_at=NOW)
        session.add(sheet)
        session.flush()
        session.add(
            ReconciliationLine(
                sheet_id=sheet.id,
                task_id=task(year, "工作站"),
                explanations={"reported_not_closed": payload},
                handling=payload,
                shortfall=payload,
            )
        )
    page = someone("supervisor")
    for path in (year.path, f"{year.path}/lock", "/reconciliation?year=2026"):
        page.open(path)
        assert page.status == 200
        assert payload not in page.response.get_data(as_text=True)


def test_a_large_sheet_costs_no_more_statements(someone, year, app):
    page = someone("supervisor")
    with recorded_statements() as few:
        page.open(year.path)
    with write(app) as session:
        unit = session.get_one(Unit, year.unit_id)
        for number in range(500):
            make_task(session, unit, TaskStatus.CLOSED, title=f"第{number}项" + "很长" * 140)
    with recorded_statements() as many:
        page.open(year.path)
    assert page.status == 200
    assert len(many) == len(few) <= 11
    assert len(re.findall("<textarea", page.response.get_data(as_text=True))) < 10


def test_many_units_are_paged(someone, year, app):
    with write(app) as session:
        area = session.scalars(select(Unit).where(Unit.name == "清溪县")).one()
        for _ in range(70):
            make_task(session, make_unit(session, parent=area), TaskStatus.CLOSED)
    page = someone("supervisor")
    with recorded_statements() as seen:
        page.open("/reconciliation?year=2026")
    assert len(seen) <= 6
    assert "下一页" in page.text
    page.open(page.links()["下一页"])
    assert page.status == 200
    assert "回到第一页" in page.text
