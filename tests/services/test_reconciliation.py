"""The year-end reconciliation: three accounts, verdicts, the unit's confirmation, the lock and what it freezes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from tests.services.test_links import ANSWER, PLAN, file_report, link_about
from tests.support.factories import (
    NOW,
    TODAY,
    County,
    actor,
    make_county,
    make_evidence,
    make_task,
    make_unit,
    make_user,
)
from tests.support.statements import recorded_statements
from tracker.db.models import Alarm, AuditEntry, ReconciliationLine, Report, Task, TaskLink, Unit
from tracker.db.queries.reconciliation import account_rows, all_units_of_year, count_area, units_of_year
from tracker.domain.documents import Outcome
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion, YearLocked
from tracker.domain.permissions import Role
from tracker.domain.reconciliation import Counts, Difference, Verdict, count, total
from tracker.domain.tasks import TaskStatus, UnfinishedReason
from tracker.services.account_sheet import Sheet, build_sheet, suggestions_digest, takeable
from tracker.services.accounts import accounts_of_row, open_differences_of, open_unplanned_of
from tracker.services.closures import reopen
from tracker.services.linking import propose_links
from tracker.services.links import LinkAnswer, confirm_link, reject_link
from tracker.services.reconciliation import (
    LineFields,
    NothingToReconcile,
    SheetChanged,
    VerdictsMissing,
    YearNotReady,
    accept_suggestions,
    confirm_by_unit,
    explain_unplanned,
    lock_year,
    set_line,
)

STATES = {
    "执法队伍": TaskStatus.CLOSED,
    "普法宣传": TaskStatus.CLOSED,
    "工作站": TaskStatus.UNFINISHED,
    "决策程序": TaskStatus.CLOSED,
}


@pytest.fixture
def county(session) -> County:
    return make_county(session)


@pytest.fixture
def answer(session, county) -> Report:
    """A year whose four duties came to their ends in different ways, and the report that answers them."""
    file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
    for number, task in enumerate(session.scalars(select(Task).order_by(Task.start)), start=1):
        task.number, task.original_due_on, task.established_at = f"LWZ-2026-{number:03d}", task.due_on, NOW
        task.status = next(status for words, status in STATES.items() if words in task.title)
        if task.status is TaskStatus.CLOSED:
            task.completed_on, task.closed_at, task.percent = date(2026, 6, 1), NOW, 100
        else:
            task.unfinished_reason, task.status_reason = UnfinishedReason.FUNDING, "资金没有到位"
    session.flush()
    report = file_report(session, county.township, county.officer, ANSWER, 2026, propose=True)
    propose_links(session, report, now=NOW)
    return report


def sheet_of(session, county) -> Sheet:
    return build_sheet(session, county.township, 2026)


def row(sheet: Sheet, words: str) -> dict:
    return next(one for one in sheet.rows if words in one["title"])


def kinds(sheet: Sheet, words: str) -> list[str]:
    return [one["kind"] for one in row(sheet, words)["differences"]]


def explain_all(session, county) -> Sheet:
    """Give every task a verdict, every difference its explanation."""
    for one in sheet_of(session, county).rows:
        fields = LineFields(
            Verdict.PARTLY_DONE if one["status"] == "closed" else Verdict.NOT_DONE,
            {Difference(d["kind"]): "已当面核实" for d in one["differences"]},
            shortfall="",
            handling="下年继续跟进",
        )
        set_line(session, actor(county.supervisor), county.township.id, 2026, one["task_id"], fields, now=NOW)
    keys = {entry["key"]: "属日常工作" for entry in sheet_of(session, county).unplanned}
    explain_unplanned(session, actor(county.supervisor), county.township.id, 2026, keys, now=NOW)
    return sheet_of(session, county)


def lock(session, county, who=None) -> None:
    seen = sheet_of(session, county).digest
    lock_year(session, actor(who or county.supervisor), county.township.id, 2026, seen=seen, now=NOW)


# ---- the sheet ------------------------------------------------------------------------------------------------------


def test_three_accounts_stand_side_by_side(session, county, answer):
    """What the ledger, the report and the evidence say, with the differences and a suggestion."""
    task = session.scalars(select(Task).where(Task.title.contains("执法队伍"))).one()
    make_evidence(session, task, county.officer)
    sheet = sheet_of(session, county)
    force = row(sheet, "执法队伍")
    assert (force["status"], force["completed_on"]) == ("closed", "2026-06-01")
    assert [file["name"] for file in force["evidence"]] == ["签到表.pdf"]
    assert force["report"]["outcome"] == "partial"
    assert "第 1 段" in force["report"]["passages"][0]["where"]
    assert kinds(sheet, "执法队伍") == ["figures", "deadline"]
    assert kinds(sheet, "工作站") == ["reported_not_closed"]
    assert kinds(sheet, "决策程序") == ["closed_not_reported"]
    assert kinds(sheet, "普法宣传") == ["closed_not_reported", "figures", "shrunk"]
    assert row(sheet, "工作站")["shortfall"] == "经费：资金没有到位"
    assert [entry["explanation"] for entry in sheet.unplanned] == [""]
    assert sheet.undecided_links == 4
    assert sheet.counts == Counts(4, 0, 3, 3, 3, 0)


def test_a_decision_on_the_report_changes_the_differences(session, county, answer):
    """What a person confirmed counts, and enters the rate of mention."""
    supervisor = actor(county.supervisor)
    station = link_about(session, answer, "工作站")
    reject_link(session, supervisor, answer.id, station.id, now=NOW)
    force = link_about(session, answer, "持证执法人员")
    confirm_link(session, supervisor, answer.id, force.id, LinkAnswer(Outcome.PARTIAL), now=NOW)
    sheet = sheet_of(session, county)
    assert kinds(sheet, "工作站") == []
    assert sheet.counts.mentioned == 1
    assert sheet.undecided_links == 2


def test_without_a_report_nothing_differs(session, county):
    make_task(session, county.township, TaskStatus.CLOSED)
    sheet = sheet_of(session, county)
    assert (sheet.report, sheet.unplanned, sheet.rows[0]["report"]) == (None, [], None)
    assert sheet.rows[0]["differences"] == []


def test_proposals_and_dismissed_ones_are_no_duties(session, county):
    make_task(session, county.township, TaskStatus.PROPOSED)
    make_task(session, county.township, TaskStatus.DISMISSED)
    sheet = sheet_of(session, county)
    assert (list(sheet.rows), sheet.proposals) == ([], 1)
    with pytest.raises(NothingToReconcile):
        lock(session, county)


def test_the_following_year_is_named(session, county, answer):
    """A successor, and the task that writes the promise again."""
    again = session.scalars(select(Task).where(Task.report_id == answer.id, Task.item_ref == "i1")).one()
    again.number, again.status, again.original_due_on = "LWZ-2027-001", TaskStatus.ESTABLISHED, again.due_on
    again.established_at = NOW
    station = session.scalars(select(Task).where(Task.title.contains("工作站"))).one()
    make_task(session, county.township, TaskStatus.ESTABLISHED, plan_year=2027, predecessor_id=station.id, number="S1")
    sheet = sheet_of(session, county)
    assert [one["number"] for one in row(sheet, "普法宣传")["next"]] == ["LWZ-2027-001"]
    assert [one["number"] for one in row(sheet, "工作站")["next"]] == ["S1"]


def test_a_sheet_costs_few_statements(session, county, answer):
    session.expire_all()
    with recorded_statements() as few:
        sheet_of(session, county)
    for number in range(30):
        made = make_task(session, county.township, TaskStatus.CLOSED, title=f"第{number}项")
        make_evidence(session, made, county.officer)
    session.expire_all()
    with recorded_statements() as many:
        assert len(sheet_of(session, county).rows) == 34
    assert len(many) <= len(few) + 1 <= 9


# ---- verdicts -------------------------------------------------------------------------------------------------------


def test_a_verdict_with_its_explanations(session, county, answer):
    task_id = row(sheet_of(session, county), "执法队伍")["task_id"]
    fields = LineFields(
        Verdict.PARTLY_DONE,
        {Difference.FIGURES: "两名考试未通过", Difference.DEADLINE: "成绩 9 月公布"},
        shortfall="考试名额不足",
        handling="列入下年计划",
    )
    line = set_line(session, actor(county.supervisor), county.township.id, 2026, task_id, fields, now=NOW, version=0)
    after = row(sheet_of(session, county), "执法队伍")
    assert (after["verdict_label"], after["decided_by"], after["line_version"]) == ("部分完成", "陈督", 1)
    assert [one["explanation"] for one in after["differences"]] == ["两名考试未通过", "成绩 9 月公布"]
    assert (after["shortfall"], after["handling"]) == ("考试名额不足", "列入下年计划")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "reconciliation.verdict")).one()
    assert entry.changes["finding"] == [None, "部分完成"]
    with pytest.raises(StaleVersion):
        set_line(session, actor(county.supervisor), county.township.id, 2026, task_id, fields, now=NOW, version=0)
    set_line(
        session, actor(county.supervisor), county.township.id, 2026, task_id, fields, now=NOW, version=line.version
    )


def test_an_explanation_belongs_to_a_difference_that_is_there(session, county, answer):
    task_id = row(sheet_of(session, county), "工作站")["task_id"]
    with pytest.raises(SheetChanged):
        set_line(
            session,
            actor(county.supervisor),
            county.township.id,
            2026,
            task_id,
            LineFields(Verdict.DONE, {Difference.SHRUNK: "没有缩水"}),
            now=NOW,
        )


def test_suggestions_are_taken_over_where_nothing_differs(session, county, answer):
    """Only those, only the ones that were seen, and each with its audit line."""
    supervisor = actor(county.supervisor)
    reject_link(session, supervisor, answer.id, link_about(session, answer, "工作站").id, now=NOW)
    offered = suggestions_digest(takeable(sheet_of(session, county)))
    with pytest.raises(SheetChanged):
        accept_suggestions(session, supervisor, county.township.id, 2026, seen="else", now=NOW)
    assert accept_suggestions(session, supervisor, county.township.id, 2026, seen=offered, now=NOW) == 1
    sheet = sheet_of(session, county)
    assert row(sheet, "工作站")["verdict"] == "not_started"
    assert row(sheet, "执法队伍")["verdict"] is None
    empty = suggestions_digest([])
    assert accept_suggestions(session, supervisor, county.township.id, 2026, seen=empty, now=NOW) == 0


def test_unplanned_achievements_are_explained(session, county, answer):
    supervisor = actor(county.supervisor)
    (entry,) = sheet_of(session, county).unplanned
    explain_unplanned(session, supervisor, county.township.id, 2026, {entry["key"]: " 上级临时部署 "}, now=NOW)
    assert sheet_of(session, county).unplanned[0]["explanation"] == "上级临时部署"
    explain_unplanned(session, supervisor, county.township.id, 2026, {entry["key"]: ""}, now=NOW)
    assert sheet_of(session, county).unplanned[0]["explanation"] == ""
    with pytest.raises(SheetChanged):
        explain_unplanned(session, supervisor, county.township.id, 2026, {"nothing": "x"}, now=NOW)


@pytest.mark.parametrize("who", ["officer", "head", "auditor", "admin"])
def test_only_a_supervisor_finds(session, county, answer, who):
    person, unit = actor(getattr(county, who)), county.township.id
    task_id = sheet_of(session, county).rows[0]["task_id"]
    for verb in (
        lambda: set_line(session, person, unit, 2026, task_id, LineFields(Verdict.DONE), now=NOW),
        lambda: accept_suggestions(session, person, unit, 2026, seen="", now=NOW),
        lambda: explain_unplanned(session, person, unit, 2026, {}, now=NOW),
        lambda: lock_year(session, person, unit, 2026, seen="", now=NOW),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_scope(session, county, answer):
    """Another county's unit does not exist, nor does a task of another unit on this sheet."""
    task_id = sheet_of(session, county).rows[0]["task_id"]
    fields = LineFields(Verdict.DONE)
    with pytest.raises(NotFound):
        set_line(session, actor(county.other_supervisor), county.township.id, 2026, task_id, fields, now=NOW)
    other = make_task(session, county.sister, TaskStatus.CLOSED)
    with pytest.raises(NotFound):
        set_line(session, actor(county.supervisor), county.township.id, 2026, other.id, fields, now=NOW)
    with pytest.raises(NotFound):
        set_line(session, actor(county.supervisor), county.township.id, 2025, task_id, fields, now=NOW)


# ---- the unit's confirmation ----------------------------------------------------------------------------------------


def test_the_head_of_the_unit_confirms_what_stands(session, county, answer):
    head, unit = actor(county.head), county.township.id
    with pytest.raises(VerdictsMissing):
        confirm_by_unit(session, head, unit, 2026, seen=sheet_of(session, county).digest, now=NOW)
    sheet = explain_all(session, county)
    with pytest.raises(SheetChanged):
        confirm_by_unit(session, head, unit, 2026, seen="else", now=NOW)
    confirm_by_unit(session, head, unit, 2026, seen=sheet.digest, now=NOW)
    assert sheet_of(session, county).confirmed
    set_line(
        session,
        actor(county.supervisor),
        unit,
        2026,
        sheet.rows[0]["task_id"],
        LineFields(Verdict.DONE),
        now=NOW,
    )
    changed = sheet_of(session, county)
    assert (changed.confirmed, changed.confirmed_before) == (False, True)


@pytest.mark.parametrize("who", ["officer", "supervisor", "area_head", "auditor"])
def test_nobody_else_confirms_for_the_unit(session, county, answer, who):
    with pytest.raises(Forbidden):
        confirm_by_unit(session, actor(getattr(county, who)), county.township.id, 2026, seen="", now=NOW)


def test_a_sisters_head_does_not_see_the_sheet(session, county, answer):
    with pytest.raises(NotFound):
        confirm_by_unit(session, actor(county.sister_head), county.township.id, 2026, seen="", now=NOW)


# ---- the lock -------------------------------------------------------------------------------------------------------


def test_the_lock_names_what_is_missing(session, county, answer):
    """Open tasks, missing verdicts, differences and unplanned work without explanation, proposals."""
    make_task(session, county.township, TaskStatus.IN_PROGRESS, number="LWZ-2026-099")
    make_task(session, county.township, TaskStatus.PROPOSED)
    with pytest.raises(YearNotReady) as refused:
        lock(session, county)
    for words in (
        "LWZ-2026-099",
        "核查结论",
        "差异还没有说明：LWZ-2026-001",
        "计划外完成还有 1 项",
        "1 条计划条目待确认",
    ):
        assert words in refused.value.message, words
    assert {task.status for task in session.scalars(select(Task))} >= {TaskStatus.CLOSED, TaskStatus.IN_PROGRESS}


def test_the_lock_archives_and_freezes(session, county, answer):
    """Every task is archived with what it was, the sheet stays as it was signed, and nothing moves any more."""
    sheet = explain_all(session, county)
    confirm_by_unit(session, actor(county.head), county.township.id, 2026, seen=sheet.digest, now=NOW)
    task = session.scalars(select(Task).where(Task.title.contains("执法队伍"))).one()
    session.add(Alarm(task_id=task.id, ladder="deadline", fire_on=TODAY, since=TODAY))
    lock(session, county)
    tasks = session.scalars(select(Task).where(Task.plan_year == 2026)).all()
    assert {one.status for one in tasks} == {TaskStatus.ARCHIVED}
    assert {one.archived_from for one in tasks} == {"closed", "unfinished"}
    assert session.scalar(select(func.count()).select_from(Alarm)) == 0
    assert session.scalar(select(func.count()).where(AuditEntry.action == "task.lock")) == 4
    frozen = sheet_of(session, county)
    assert frozen.locked
    assert list(frozen.rows) == list(sheet.rows)
    assert (frozen.counts, frozen.digest) == (sheet.counts, sheet.digest)
    assert frozen.stored.snapshot["locked_by"] == "陈督"
    assert frozen.stored.snapshot["locked_on"] == "2026-06-10"
    assert frozen.stored.snapshot["confirmed_by"] == "周正"


def test_a_locked_year_does_not_move(session, county, answer):
    explain_all(session, county)
    lock(session, county)
    before = sheet_of(session, county)
    supervisor, unit = actor(county.supervisor), county.township.id
    task_id = before.rows[0]["task_id"]
    link = link_about(session, answer, "工作站")
    for verb in (
        lambda: set_line(session, supervisor, unit, 2026, task_id, LineFields(Verdict.DONE), now=NOW),
        lambda: accept_suggestions(session, supervisor, unit, 2026, seen="", now=NOW),
        lambda: explain_unplanned(session, supervisor, unit, 2026, {}, now=NOW),
        lambda: confirm_by_unit(session, actor(county.head), unit, 2026, seen=before.digest, now=NOW),
        lambda: lock(session, county),
        lambda: confirm_link(session, supervisor, answer.id, link.id, LinkAnswer(Outcome.DONE), now=NOW),
    ):
        with pytest.raises(YearLocked):
            verb()
    with pytest.raises(RuleViolation):
        reopen(session, supervisor, task_id, reason="补办", now=NOW)
    session.get_one(Task, task_id).title = "改过的标题"  # whatever reaches the rows, the frozen sheet does not follow
    session.flush()
    assert sheet_of(session, county).rows == before.rows


def test_the_lock_is_of_what_was_seen(session, county, answer):
    sheet = explain_all(session, county)
    make_evidence(session, session.get_one(Task, sheet.rows[0]["task_id"]), county.officer)
    with pytest.raises(SheetChanged):
        lock_year(session, actor(county.supervisor), county.township.id, 2026, seen=sheet.digest, now=NOW)


def test_two_supervisors_lock_once(session, county, answer):
    explain_all(session, county)
    lock(session, county)
    second = make_user(session, county.area, Role.SUPERVISOR)
    with pytest.raises(YearLocked):
        lock(session, county, second)


# ---- the area -------------------------------------------------------------------------------------------------------


def test_the_area_counts_as_its_units_do(session, county, answer):
    """The database's counts and those of the rows are the same, locked or not."""
    make_task(session, county.sister, TaskStatus.CLOSED, due_on=date(2026, 5, 1))
    make_task(session, county.sister, TaskStatus.WITHDRAWN)
    make_task(session, county.other_township, TaskStatus.CLOSED)
    supervisor = actor(county.supervisor)
    for _ in range(2):
        units = units_of_year(session, supervisor, 2026)
        assert [one.name for one in units] == ["柳湾镇人民政府", "石渡镇人民政府"]
        rows = account_rows(session, [one.unit_id for one in units], 2026)
        counts = total(count(accounts_of_row(one)) for one in rows)
        assert counts == count_area(session, supervisor, 2026) == Counts(6, 1, 4, 3, 3, 0)
        if not units[0].locked:
            assert sum(map(open_differences_of, rows)) == 7
            assert [open_unplanned_of(one) for one in units] == [1, 0]
            explain_all(session, county)
            lock(session, county)
    assert sum(map(open_differences_of, rows)) == 0
    assert [open_unplanned_of(one) for one in units] == [0, 0]
    assert units[0].locked_on == date(2026, 6, 10)


def test_the_area_is_the_own_scope(session, county, answer):
    assert [one.name for one in units_of_year(session, actor(county.officer), 2026)] == ["柳湾镇人民政府"]
    assert units_of_year(session, actor(county.sister_officer), 2026) == []
    assert count_area(session, actor(county.other_supervisor), 2026) == Counts()


def test_many_units_come_in_pages(session, county):
    for _ in range(65):
        make_task(session, make_unit(session, parent=county.area), TaskStatus.CLOSED)
    assert len(list(all_units_of_year(session, actor(county.supervisor), 2026))) == 65


def test_lines_go_with_their_sheet(session, county, answer):
    explain_all(session, county)
    assert session.scalar(select(func.count()).select_from(ReconciliationLine)) == 4
    assert session.scalar(select(func.count()).select_from(TaskLink).where(TaskLink.commitment_ref == "")) == 4


# ---- several at once ------------------------------------------------------------------------------------------------


def test_many_writers_and_one_lock(database):
    """Decisions, verdicts and task verbs beside a lock: each is wholly before it or refused, none meets a deadlock."""
    with database.writing.begin() as session:
        county = make_county(session)
        report = file_report(session, county.township, county.officer, ANSWER, 2026)
        tasks = [make_task(session, county.township, TaskStatus.CLOSED, title=f"第{n}项") for n in range(6)]
        propose_links(session, report, now=NOW)
        supervisor, unit_id = actor(county.supervisor), county.township.id
        for task in tasks:
            set_line(session, supervisor, unit_id, 2026, task.id, LineFields(Verdict.DONE), now=NOW)
        ids = [task.id for task in tasks]
        links = {
            link.task_id: link.id for link in session.scalars(select(TaskLink).where(TaskLink.commitment_ref == ""))
        }
        report_id = report.id

    def run(verb) -> str:
        try:
            with database.writing.begin() as session:
                verb(session)
        except RuleViolation as refusal:
            return type(refusal).__name__
        return "done"

    def close_off(session) -> None:
        sheet = build_sheet(session, session.get_one(Unit, unit_id), 2026)
        said = {entry["key"]: "属日常工作" for entry in sheet.unplanned}
        explain_unplanned(session, supervisor, unit_id, 2026, said, now=NOW)
        for one in sheet.rows:
            given = {Difference(d["kind"]): "已核实" for d in one["differences"]}
            set_line(session, supervisor, unit_id, 2026, one["task_id"], LineFields(Verdict.DONE, given), now=NOW)

    def lock_it(session) -> None:
        seen = build_sheet(session, session.get_one(Unit, unit_id), 2026).digest
        lock_year(session, supervisor, unit_id, 2026, seen=seen, now=NOW)

    work = [
        close_off,
        lock_it,
        *(lambda s, i=i: set_line(s, supervisor, unit_id, 2026, i, LineFields(Verdict.DONE), now=NOW) for i in ids),
        *(lambda s, i=i: reject_link(s, supervisor, report_id, links[i], now=NOW) for i in ids),
        *(lambda s, i=i: reopen(s, supervisor, i, reason="补办", now=NOW) for i in ids[:2]),
        lock_it,
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        outcomes = list(pool.map(run, work))
    assert "OperationalError" not in outcomes
    with database.reading() as session:
        sheet = build_sheet(session, session.get_one(Unit, unit_id), 2026)
        states = {task.status for task in session.scalars(select(Task).where(Task.id.in_(ids)))}
        assert (states == {TaskStatus.ARCHIVED}) == sheet.locked
