"""Sending plans back: who may, what can be remarked on, who hears of it, how it ends; over the services."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.factories import NOW, TODAY, actor, make_county, make_report, make_task
from tracker.db.models import AuditEntry, Notice, PlanReturn, ReconciliationSheet, Task, User
from tracker.db.queries.plan_returns import count_answered, open_return, return_state, returns_so_far, waiting_returns
from tracker.db.queries.reports import get_report
from tracker.domain.errors import ActionNotAllowed, Forbidden, NotFound, RuleViolation, StaleVersion, YearLocked
from tracker.domain.plan_returns import (
    AlreadyReturned,
    NobodyToCorrect,
    NoRemark,
    NoReply,
    NothingReturned,
    ReturnState,
)
from tracker.domain.reminders import Channel
from tracker.domain.tasks import TaskStatus
from tracker.services.digests import UNSEEN, compose_digest
from tracker.services.outbox import gather_digests
from tracker.services.plan_returns import Remark, answer_return, note_correction, send_back, settle_return

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def county(session):
    return make_county(session)


@pytest.fixture
def report(session, county):
    return make_report(session, county.township, county.officer)


@pytest.fixture
def proposal(session, county, report):
    return make_task(session, county.township, TaskStatus.PROPOSED, report=report, title="加强执法队伍建设")


@pytest.fixture
def supervisor(county):
    return actor(county.supervisor)


def on(task: Task, text: str = "请写明培训几次。", version: int | None = None) -> Remark:
    return Remark(text, task_id=task.id, version=task.version if version is None else version)


@pytest.fixture
def returned(session, supervisor, report, proposal):
    """The plan sent back with two remarks: in general, and on the one proposal."""
    return send_back(session, supervisor, report.id, [on(proposal)], general="计划偏虚。", now=NOW)


def notices(session, user: User) -> list[tuple[str, str, str]]:
    rows = session.scalars(
        select(Notice).where(Notice.recipient_id == user.id, Notice.channel == Channel.INBOX).order_by(Notice.id)
    )
    return [(row.title, row.reason, row.link) for row in rows]


def actions(session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# ---- sending ----------------------------------------------------------------------------------------------------------


def test_the_unit_hears_of_it_and_the_log_has_every_word(session, county, report, proposal, supervisor):
    due = TODAY + timedelta(days=5)
    found = send_back(session, supervisor, report.id, [on(proposal)], general="计划偏虚。", reply_by=due, now=NOW)
    assert [(row.task_id, row.text) for row in found.remarks] == [
        (None, "计划偏虚。"),
        (proposal.id, "请写明培训几次。"),
    ]
    assert found.remarks[1].quote == proposal.quote
    assert (found.round, found.reply_by, return_state(found)) == (1, due, ReturnState.RETURNED)
    expected = ("计划退回修改：柳湾镇 2026 年计划", f"2 条意见，请于 {due} 前答复", f"/reports/{report.id}/return")
    assert notices(session, county.officer) == notices(session, county.head) == [expected]
    assert notices(session, county.sister_officer) == notices(session, county.supervisor) == []
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.object_type, entry.object_id) == ("plan.return", "report", report.id)
    assert "总的意见：计划偏虚。" in entry.changes["remarks"][1]


def test_the_officer_gets_it_by_mail_as_long_as_the_unit_is_the_officers(session, county, returned):
    assert gather_digests(session, now=NOW) == 1
    notice = session.scalars(select(Notice).where(Notice.channel == Channel.EMAIL)).one()
    words = {"base_url": "http://x", "product_name": "台账"}
    digest = compose_digest(session, notice.message_id, **words)
    assert "计划退回修改：柳湾镇 2026 年计划" in digest.body
    county.officer.unit = county.sister
    session.flush()
    moved = compose_digest(session, notice.message_id, **words)
    assert (moved.lines, moved.dropped) == (0, ((notice.id, UNSEEN),))


@pytest.mark.parametrize("who", ["officer", "head", "auditor", "area_head"])
def test_only_a_supervisor_sends_back_and_ends(session, county, report, proposal, returned, who):
    person = actor(getattr(county, who))
    with pytest.raises(Forbidden):
        send_back(session, person, report.id, [on(proposal)], now=NOW)
    with pytest.raises(Forbidden):
        settle_return(session, person, report.id, version=1, now=NOW)


def test_out_of_scope_is_not_found(session, county, report, proposal, returned):
    with pytest.raises(NotFound):
        send_back(session, actor(county.other_supervisor), report.id, [on(proposal)], now=NOW)
    with pytest.raises(NotFound):
        settle_return(session, actor(county.other_supervisor), report.id, version=1, now=NOW)
    for stranger in (county.other_officer, county.sister_officer, county.section_officer):
        with pytest.raises(NotFound):
            answer_return(session, actor(stranger), report.id, {returned.remarks[0].id: "好"}, version=1, now=NOW)


@pytest.mark.parametrize("status", [TaskStatus.ESTABLISHED, TaskStatus.IN_PROGRESS, TaskStatus.DISMISSED])
def test_only_proposals_can_be_remarked_on(session, county, report, supervisor, status):
    task = make_task(session, county.township, status, report=report)
    with pytest.raises(ActionNotAllowed, match="只能对待确认的条目提意见"):
        send_back(session, supervisor, report.id, [on(task)], now=NOW)


def test_an_item_that_changed_meanwhile_is_looked_at_again(session, report, proposal, supervisor):
    with pytest.raises(StaleVersion, match="加强执法队伍建设"):
        send_back(session, supervisor, report.id, [on(proposal, version=proposal.version + 1)], now=NOW)


def test_items_and_problems_of_other_reports_are_not_found(session, county, report, supervisor):
    other = make_report(session, county.sister, county.sister_officer)
    foreign = make_task(session, county.sister, TaskStatus.PROPOSED, report=other)
    for remark in (on(foreign), Remark("请补充", problem="p9"), Remark("请补充", task_id=10**8, version=1)):
        with pytest.raises(NotFound):
            send_back(session, supervisor, report.id, [remark], now=NOW)


def test_a_problem_is_remarked_on_only_while_no_item_answers_it(session, county, report, proposal, supervisor):
    remark = Remark("请补充措施。", problem="p1")
    proposal.answers = ["p1"]
    session.flush()
    with pytest.raises(ActionNotAllowed, match="已有条目回应"):
        send_back(session, supervisor, report.id, [remark], now=NOW)
    proposal.answers = []
    session.flush()
    found = send_back(session, supervisor, report.id, [remark], now=NOW)
    assert [(row.problem_ref, row.quote) for row in found.remarks] == [("p1", report.reading["problems"][0]["text"])]


@pytest.mark.parametrize(
    ("general", "text", "error"),
    [("", None, NoRemark), ("  ", None, NoRemark), ("", " ", RuleViolation), ("长" * 1001, None, RuleViolation)],
)
def test_something_must_be_said(session, report, proposal, supervisor, general, text, error):
    remarks = [] if text is None else [on(proposal, text)]
    with pytest.raises(error):
        send_back(session, supervisor, report.id, remarks, general=general, now=NOW)


def test_a_plan_without_items_can_be_sent_back_in_general(session, report, supervisor):
    found = send_back(session, supervisor, report.id, [], general="没有写下一年计划，请补报。", now=NOW)
    assert return_state(found) is ReturnState.RETURNED


def test_an_answer_cannot_be_asked_for_by_yesterday(session, report, supervisor):
    with pytest.raises(RuleViolation, match="不能早于今天"):
        send_back(session, supervisor, report.id, [], general="请改", reply_by=TODAY - timedelta(days=1), now=NOW)


def test_a_superseded_report_and_a_locked_year_stay_as_they_are(session, county, report, supervisor):
    session.add(ReconciliationSheet(unit_id=county.township.id, plan_year=2026, locked_at=NOW, created_at=NOW))
    session.flush()
    with pytest.raises(YearLocked):
        send_back(session, supervisor, report.id, [], general="请改", now=NOW)
    report.superseded_at = NOW
    session.flush()
    with pytest.raises(ActionNotAllowed, match="旧版本"):
        send_back(session, supervisor, report.id, [], general="请改", now=NOW)


def test_nobody_at_the_unit_is_said_before_anything_is_sent(session, county, report, supervisor):
    county.officer.is_active = county.head.is_active = False
    session.flush()
    with pytest.raises(NobodyToCorrect):
        send_back(session, supervisor, report.id, [], general="请改", now=NOW)
    assert session.scalars(select(PlanReturn)).all() == []


def test_sending_twice_needs_the_answers_to_the_first(session, county, report, proposal, returned, supervisor):
    with pytest.raises(AlreadyReturned):
        send_back(session, supervisor, report.id, [on(proposal)], now=LATER)
    answer_all(session, county, report, returned)
    again = send_back(session, supervisor, report.id, [on(proposal, "还是没有次数。")], now=LATER)
    assert again.round == 2
    assert [return_state(row) for row in returns_so_far(session, report)] == [ReturnState.RETURNED, ReturnState.CLOSED]
    assert returned.closing_note == "再次退回"


def test_the_database_keeps_a_second_open_one_out(session, county, report, returned):
    session.add(PlanReturn(report_id=report.id, round=9, returned_by_id=county.supervisor.id, returned_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


# ---- answering and ending ---------------------------------------------------------------------------------------------


def answer_all(session, county, report, found) -> None:
    replies = {remark.id: "已补充培训次数。" for remark in found.remarks}
    answer_return(session, actor(county.officer), report.id, replies, version=found.version, now=LATER)


def test_answers_may_come_one_by_one_and_be_put_right(session, county, report, returned):
    first, second = returned.remarks
    officer, head = actor(county.officer), actor(county.head)
    answer_return(session, officer, report.id, {first.id: "已改。", second.id: " "}, version=1, now=LATER)
    assert (second.replied_at, return_state(returned)) == (None, ReturnState.RETURNED)
    answer_return(session, head, report.id, {first.id: "已改。", second.id: "培训4次。"}, version=2, now=LATER)
    assert (first.replied_by_id, second.replied_by_id) == (county.officer.id, county.head.id)
    assert return_state(returned) is ReturnState.ANSWERED
    answer_return(session, officer, report.id, {second.id: "培训5次。"}, version=3, now=LATER)
    told = [reason for _, reason, _ in notices(session, county.supervisor)]
    assert told == ["李文答复 1 条，还有 1 条没有答复", "周正答复 1 条，已全部答复", "李文答复 1 条，已全部答复"]
    assert actions(session) == ["plan.return", *["plan.answer"] * 3]


def test_an_answer_says_something_of_this_return_as_it_stands(session, county, report, returned):
    officer, remark = actor(county.officer), returned.remarks[0]
    for replies, version, error in (
        ({remark.id: "  "}, 1, NoReply),
        ({}, 1, NoReply),
        ({10**8: "好"}, 1, NotFound),
        ({remark.id: "长" * 1001}, 1, RuleViolation),
        ({remark.id: "好"}, 7, StaleVersion),
    ):
        with pytest.raises(error):
            answer_return(session, officer, report.id, replies, version=version, now=NOW)
    with pytest.raises(Forbidden):
        answer_return(session, actor(county.supervisor), report.id, {remark.id: "好"}, version=1, now=NOW)


def test_a_supervisor_ends_it_and_the_unit_is_told(session, county, report, returned, supervisor):
    with pytest.raises(StaleVersion):
        settle_return(session, supervisor, report.id, version=9, now=LATER)
    settle_return(session, supervisor, report.id, version=1, note="按原计划立项。", now=LATER)
    assert return_state(returned) is ReturnState.CLOSED
    assert notices(session, county.head)[-1][:2] == ("退回意见已了结：柳湾镇 2026 年计划", "按原计划立项。")
    with pytest.raises(NothingReturned):
        settle_return(session, supervisor, report.id, version=2, now=LATER)
    with pytest.raises(NothingReturned):
        answer_return(session, actor(county.officer), report.id, {returned.remarks[0].id: "好"}, version=2, now=LATER)
    assert actions(session) == ["plan.return", "plan.settle"]


def test_a_correction_ends_it_and_the_supervisor_is_told(session, county, report, returned, supervisor):
    report.superseded_at = LATER
    session.flush()
    new = make_report(session, county.township, county.officer, text=report.text + "\n（四）新增一条。")
    report.superseded_by_id = new.id
    note_correction(session, actor(county.officer), report, new, now=LATER)
    session.flush()
    assert return_state(returned) is ReturnState.CORRECTED
    assert notices(session, county.supervisor) == [
        ("退回的计划已更正：柳湾镇 2026 年计划", "请重新审阅", f"/reports/{new.id}/review")
    ]
    assert actions(session)[-1] == "plan.correct"
    seen = get_report(session, supervisor, new.id)
    assert [row.id for row in returns_so_far(session, seen)] == [returned.id]
    with pytest.raises(NothingReturned, match="已经更正"):
        settle_return(session, supervisor, report.id, version=1, now=LATER)


def test_a_supervisor_who_left_is_replaced_by_those_in_office(session, county, report, returned):
    county.supervisor.is_active = False
    session.flush()
    answer_all(session, county, report, returned)
    assert notices(session, county.supervisor) == []


def test_what_waits_for_whom(session, county, report, returned, supervisor):
    officer, sister = actor(county.officer), actor(county.sister_officer)

    def own(person):
        return [(row.report_id, row.unanswered) for row in waiting_returns(session, person)]

    def answered(person):
        return session.scalar(count_answered(person))

    assert (own(officer), own(sister), own(supervisor)) == ([(report.id, 2)], [], [])
    assert answered(supervisor) == 0
    answer_all(session, county, report, returned)
    assert own(officer) == []
    assert answered(supervisor) == 1
    assert answered(actor(county.other_supervisor)) == 0
    settle_return(session, supervisor, report.id, version=returned.version, now=LATER)
    assert answered(supervisor) == 0
    assert open_return(session, report.id) is None
