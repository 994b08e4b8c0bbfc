"""Tasks that were split, merged, withdrawn, suspended or carried over are held against the report as they now stand."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.services.test_links import file_report
from tests.support.factories import NOW, actor, make_county
from tracker.db.models import LinkDecision, ReconciliationSheet, Task, TaskLink
from tracker.db.queries.links import count_links, promises_of
from tracker.domain.documents import Outcome
from tracker.domain.tasks import TaskStatus, UnfinishedReason
from tracker.services.account_sheet import build_sheet
from tracker.services.linking import comparisons_for, propose_links
from tracker.services.links import LinkAnswer, PromiseWithdrawn, confirm_link
from tracker.services.outcomes import carry_over, mark_unfinished, withdraw
from tracker.services.plan_items import Chosen
from tracker.services.regrouping import merge_proposals, split_proposal
from tracker.web.link_page import link_page

PLAN = """柳湾镇2025年法治政府建设工作报告
一、2025年主要工作
全年受理行政复议案件3件。
二、2026年工作安排
（一）充实执法队伍。6月底前新增持证执法人员6名；年底前组织执法业务培训4次。
（二）抓好普法宣传。全年开展普法宣讲10场。
（三）建好公共法律服务工作站。年底前建成镇公共法律服务工作站。
"""
ANSWER = """柳湾镇2026年法治政府建设工作报告
一、2026年主要工作
新增持证执法人员6名。
全年开展普法宣讲12场。
镇公共法律服务工作站于10月建成并投入使用。
二、2027年工作安排
（一）推进执法规范化。6月底前开展案卷评查2次。
"""


@pytest.fixture
def county(session):
    return make_county(session)


@pytest.fixture
def plan(session, county):
    return file_report(session, county.township, county.officer, PLAN, 2025, propose=True)


def answered(session, county):
    report = file_report(session, county.township, county.officer, ANSWER, 2026)
    propose_links(session, report, now=NOW)
    return report


def the_task(session, words: str) -> Task:
    return session.scalars(select(Task).where(Task.wording.contains(words), Task.status != TaskStatus.DISMISSED)).one()


def whole(session, report, task: Task) -> TaskLink:
    return session.scalars(
        select(TaskLink).where(
            TaskLink.report_id == report.id, TaskLink.task_id == task.id, TaskLink.commitment_ref == ""
        )
    ).one()


def give_life(task: Task, status: TaskStatus) -> Task:
    task.status, task.number, task.established_at = status, f"T-{task.id}", NOW
    task.due_on = task.original_due_on = task.due_on or date(2026, 12, 31)
    return task


def test_split_tasks_are_answered_each_on_its_own_part(session, county, plan):
    force = the_task(session, "持证执法人员")
    parts = split_proposal(session, actor(county.supervisor), plan.id, Chosen(force.id, force.version), now=NOW)
    report = answered(session, county)
    outcomes = {part.wording: whole(session, report, part).outcome for part in parts}
    assert [outcome for wording, outcome in outcomes.items() if "持证" in wording] == [Outcome.DONE]
    assert [outcome for wording, outcome in outcomes.items() if "业务培训" in wording] == [Outcome.NOT_MENTIONED]
    assert not session.scalars(select(TaskLink).where(TaskLink.task_id == force.id)).all()


def test_merged_tasks_are_answered_as_one_with_all_their_passages(session, county, plan):
    chosen = [Chosen(task.id, task.version) for words in ("普法宣讲", "工作站") for task in [the_task(session, words)]]
    heir = merge_proposals(session, actor(county.supervisor), plan.id, chosen, now=NOW)
    report = answered(session, county)
    link = whole(session, report, heir)
    said = "".join(passage["text"] for passage in link.evidence)
    assert "普法宣讲12场" in said
    assert "工作站于10月建成" in said
    assert link.outcome is Outcome.DONE
    assert len(promises_of(session, county.township.id, 2026)) == 2


def test_a_split_after_the_comparison_is_followed_by_the_next_run(session, county, plan):
    report = answered(session, county)
    force = the_task(session, "持证执法人员")
    parts = split_proposal(session, actor(county.supervisor), plan.id, Chosen(force.id, force.version), now=NOW)
    propose_links(session, report, now=NOW)
    assert {whole(session, report, part).outcome for part in parts} == {Outcome.DONE, Outcome.NOT_MENTIONED}
    assert not session.scalars(select(TaskLink).where(TaskLink.task_id == force.id)).all()


def test_a_withdrawn_promise_is_not_asked_for_and_stands_apart(session, county, plan):
    station = give_life(the_task(session, "工作站"), TaskStatus.IN_PROGRESS)
    session.flush()
    withdraw(session, actor(county.supervisor), station.id, reason="选址未批", now=NOW)
    report = answered(session, county)
    (comparison,) = comparisons_for(session, report.id)
    assert station.id not in comparison.marks
    assert not session.scalars(select(TaskLink).where(TaskLink.task_id == station.id)).all()
    assert count_links(session, report).total == 2
    sheet = build_sheet(session, county.township, 2026)
    assert sheet.not_compared == 0


def test_what_is_withdrawn_after_the_comparison(session, county, plan):
    """An open answer goes with the next run; a decided one stays to be read, and is changed by nobody."""
    report = answered(session, county)
    for words in ("工作站", "普法宣讲"):
        give_life(the_task(session, words), TaskStatus.IN_PROGRESS)
    session.flush()
    lectures = whole(session, report, the_task(session, "普法宣讲"))
    confirm_link(session, actor(county.supervisor), report.id, lectures.id, LinkAnswer(Outcome.DONE), now=NOW)
    for words in ("工作站", "普法宣讲"):
        withdraw(session, actor(county.supervisor), the_task(session, words).id, reason="政策调整", now=NOW)
    open_one = whole(session, report, the_task(session, "工作站"))
    with pytest.raises(PromiseWithdrawn):
        confirm_link(session, actor(county.supervisor), report.id, open_one.id, LinkAnswer(Outcome.DONE), now=NOW)
    propose_links(session, report, now=NOW)
    left = session.scalars(select(TaskLink).join(Task).where(Task.status == TaskStatus.WITHDRAWN)).all()
    assert {link.decision for link in left} == {LinkDecision.CONFIRMED}
    assert {link.task_id for link in left} == {lectures.task_id}


def test_a_suspended_promise_is_asked_for(session, county, plan):
    station = give_life(the_task(session, "工作站"), TaskStatus.SUSPENDED)
    session.flush()
    report = answered(session, county)
    assert whole(session, report, station).outcome is Outcome.DONE


def test_a_carried_over_promise_is_asked_for_in_both_years(session, county, plan, app):
    """The successor is held against the next report and shows what the last one said of its predecessor."""
    supervisor = actor(county.supervisor)
    report = answered(session, county)
    force = give_life(the_task(session, "持证执法人员"), TaskStatus.IN_PROGRESS)
    session.flush()
    link = whole(session, report, force)
    confirm_link(session, supervisor, report.id, link.id, LinkAnswer(Outcome.PARTIAL), now=NOW)
    reason_class = UnfinishedReason.FUNDING
    mark_unfinished(session, supervisor, force.id, reason_class=reason_class, reason="经费未到位", now=NOW)
    successor = carry_over(session, supervisor, force.id, due_on=date(2027, 6, 30), now=NOW)
    following = ANSWER.replace("2027", "2028").replace("2026", "2027").replace("新增", "上半年再新增")
    later = file_report(session, county.township, county.officer, following, 2027)
    propose_links(session, later, now=NOW)
    assert whole(session, later, successor).outcome is not Outcome.NOT_MENTIONED
    with app.test_request_context(base_url="http://localhost"):
        page = link_page(session, supervisor, later, task_id=successor.id)
    before = page.chosen.before
    assert (before.task.id, before.link.outcome) == (force.id, Outcome.PARTIAL)
    assert "持证执法人员6名" in before.quote


def test_a_locked_year_is_left_alone(session, county, plan):
    report = answered(session, county)
    before = {link.id: (link.version, link.proposal) for link in session.scalars(select(TaskLink))}
    session.add(ReconciliationSheet(unit_id=county.township.id, plan_year=2026, created_at=NOW, locked_at=NOW))
    session.flush()
    assert propose_links(session, report, now=NOW) == ()
    assert {link.id: (link.version, link.proposal) for link in session.scalars(select(TaskLink))} == before
