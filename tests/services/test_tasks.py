"""The life of a task through its verbs: guards, effects, audit lines, scope, roles, stale versions."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.factories import (
    NOW,
    TODAY,
    County,
    actor,
    make_county,
    make_evidence,
    make_report,
    make_task,
    make_user,
)
from tracker.db.models import Alarm, AuditEntry, Notice, ReconciliationSheet, Task, TaskSource
from tracker.domain.documents import DeadlineSource
from tracker.domain.errors import (
    ActionNotAllowed,
    Forbidden,
    NotFound,
    ReasonRequired,
    RuleViolation,
    StaleVersion,
    YearLocked,
)
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, Ladder
from tracker.domain.task_rules import (
    AlreadyUrged,
    DeadlineFixed,
    EvidenceMissing,
    ExtensionPending,
    IncompleteTask,
    LeadUnitFixed,
    NobodyToAnswer,
    OwnerOutsideUnit,
)
from tracker.domain.tasks import OPEN, TaskStatus, UnfinishedReason
from tracker.services.assignments import assign, assign_many, assign_owner, decline, sign
from tracker.services.closures import ClosureFields, approve, reopen, request_closure, return_task
from tracker.services.extensions import approve_extension, refuse_extension, request_extension
from tracker.services.outcomes import carry_over, mark_unfinished, resume, suspend, withdraw
from tracker.services.progress import ProgressFields, report_progress
from tracker.services.tasks import TaskEdit, dismiss, edit, establish, supporting_units
from tracker.services.urging import urge, urge_many


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def lines(session, task) -> list[AuditEntry]:
    return list(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.object_type == "task", AuditEntry.object_id == task.id)
            .order_by(AuditEntry.id)
        )
    )


def inbox(session, user) -> list[str]:
    return list(
        session.scalars(
            select(Notice.title)
            .where(Notice.recipient_id == user.id, Notice.channel == Channel.INBOX)
            .order_by(Notice.id)
        )
    )


def alarms(session, task) -> dict[Ladder, date]:
    rows = session.execute(select(Alarm.ladder, Alarm.fire_on).where(Alarm.task_id == task.id))
    return {row.ladder: row.fire_on for row in rows}


# establishing


def test_establishing_freezes_the_deadline_and_gives_a_number(session, county):
    task = make_task(session, county.township, TaskStatus.PROPOSED, due_on=date(2026, 6, 30))
    establish(session, actor(county.supervisor), task.id, now=NOW)
    assert (task.status, task.number, task.original_due_on) == (
        TaskStatus.ESTABLISHED,
        "LWZ-2026-001",
        date(2026, 6, 30),
    )
    assert task.established_at == NOW
    assert task.version == 2
    assert task.due_confirmed
    line = lines(session, task)[-1]
    assert (line.action, line.actor_name, line.unit_path) == ("task.establish", "陈督", county.township.path)
    assert line.changes["status"] == ["proposed", "established"]
    assert alarms(session, task) == {}


def test_numbers_follow_one_another_within_unit_and_year(session, county):
    def number(unit, year):
        task = make_task(session, unit, TaskStatus.PROPOSED, plan_year=year, due_on=date(year, 12, 31))
        return establish(session, actor(county.supervisor), task.id, now=NOW).number

    assert [number(county.township, 2026) for _ in range(3)] == ["LWZ-2026-001", "LWZ-2026-002", "LWZ-2026-003"]
    assert number(county.township, 2027) == "LWZ-2027-001"
    assert number(county.sister, 2026) == "SDZ-2026-001"
    make_task(session, county.sister, TaskStatus.ESTABLISHED, number="SDZ-2026-1041")
    assert number(county.sister, 2026) == "SDZ-2026-1042"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_on": None}, "due_on"),
        ({"wording": " "}, "wording"),
        ({"title": ""}, "title"),
        ({"due_on": date(2062, 6, 30)}, "due_on"),
    ],
)
def test_an_incomplete_proposal_is_not_established(session, county, values, field):
    task = make_task(session, county.township, TaskStatus.PROPOSED, **values)
    with pytest.raises(RuleViolation) as caught:
        establish(session, actor(county.supervisor), task.id, now=NOW)
    assert caught.value.field == field
    assert task.status is TaskStatus.PROPOSED
    assert lines(session, task) == []


def test_an_inferred_deadline_stays_marked_until_a_person_confirms_it(session, county):
    task = make_task(
        session, county.township, TaskStatus.PROPOSED, due_source=DeadlineSource.PLAN_YEAR, due_on=date(2026, 12, 31)
    )
    establish(session, actor(county.supervisor), task.id, now=NOW)
    assert not task.due_confirmed
    edit(
        session,
        actor(county.supervisor),
        task.id,
        TaskEdit(confirm_due=True),
        version=task.version,
        reason="已与单位核对",
        now=NOW,
    )
    assert task.due_confirmed


def test_dismissing_needs_a_reason_and_keeps_the_source(session, county):
    report = make_report(session, county.township, county.officer)
    task = make_task(session, county.township, TaskStatus.PROPOSED, report=report)
    with pytest.raises(ReasonRequired):
        dismiss(session, actor(county.supervisor), task.id, reason="  ", now=NOW)
    dismiss(session, actor(county.supervisor), task.id, reason="属于口号，不构成任务", now=NOW)
    assert task.status is TaskStatus.DISMISSED
    assert task.status_reason == "属于口号，不构成任务"
    assert session.scalar(select(func.count()).select_from(TaskSource).where(TaskSource.task_id == task.id)) == 1


# editing


def test_a_proposal_is_edited_freely_a_task_only_with_a_reason(session, county):
    task = make_task(session, county.township, TaskStatus.PROPOSED)
    chief = actor(county.supervisor)
    edit(session, chief, task.id, TaskEdit(due_on=date(2026, 5, 31), title="清理执法证件"), version=1, now=NOW)
    assert (task.title, task.due_on, task.due_confirmed) == ("清理执法证件", date(2026, 5, 31), True)
    edit(session, chief, task.id, TaskEdit(lead_unit_id=county.sister.id), version=2, now=NOW)
    assert task.lead_unit is county.sister
    establish(session, chief, task.id, now=NOW)
    with pytest.raises(ReasonRequired):
        edit(session, chief, task.id, TaskEdit(wording="改一改"), version=task.version, now=NOW)
    edit(session, chief, task.id, TaskEdit(wording="改一改"), version=task.version, reason="表述更准确", now=NOW)
    line = lines(session, task)[-1]
    assert line.reason == "表述更准确"
    assert line.changes["wording"][1] == "改一改"


@pytest.mark.parametrize(
    ("status", "changes", "error"),
    [
        (TaskStatus.ESTABLISHED, TaskEdit(due_on=date(2026, 12, 1)), DeadlineFixed),
        (TaskStatus.IN_PROGRESS, TaskEdit(due_on=date(2026, 12, 1)), DeadlineFixed),
        (TaskStatus.ESTABLISHED, TaskEdit(title="　"), RuleViolation),
        (TaskStatus.ESTABLISHED, TaskEdit(title="题" * 301), RuleViolation),
        (TaskStatus.ESTABLISHED, TaskEdit(wording="字" * 4001), RuleViolation),
        (TaskStatus.CLOSED, TaskEdit(title="改"), ActionNotAllowed),
        (TaskStatus.PROPOSED, TaskEdit(due_on=date(2036, 12, 1)), RuleViolation),
    ],
)
def test_what_an_edit_may_not_change(session, county, status, changes, error):
    task = make_task(session, county.township, status)
    with pytest.raises(error):
        edit(session, actor(county.supervisor), task.id, changes, version=1, reason="更正", now=NOW)


def test_the_lead_unit_is_fixed_once_sent_out_and_the_owner_must_be_of_it(session, county):
    task = make_task(session, county.township, TaskStatus.IN_PROGRESS)
    chief = actor(county.supervisor)
    with pytest.raises(LeadUnitFixed):
        edit(session, chief, task.id, TaskEdit(lead_unit_id=county.sister.id), version=1, reason="更正", now=NOW)
    with pytest.raises(OwnerOutsideUnit):
        edit(session, chief, task.id, TaskEdit(owner_id=county.sister_officer.id), version=1, reason="更正", now=NOW)
    locked = make_user(session, county.township, is_active=False)
    with pytest.raises(OwnerOutsideUnit):
        edit(session, chief, task.id, TaskEdit(owner_id=locked.id), version=1, reason="更正", now=NOW)
    edit(session, chief, task.id, TaskEdit(owner_id=county.officer.id), version=1, reason="更正", now=NOW)
    assert task.owner is county.officer
    assert inbox(session, county.officer) == ["由您承办：组织执法人员专题培训"]


def test_supporting_units_are_replaced_named_in_the_history_and_checked_for_scope(session, county):
    task = make_task(session, county.township)
    chief = actor(county.supervisor)
    wanted = (county.sister.id, county.bureau.id, county.township.id)  # the lead unit supports nobody
    edit(session, chief, task.id, TaskEdit(supporting_unit_ids=wanted), version=1, reason="补充", now=NOW)
    assert supporting_units(session, task.id) == [county.sister, county.bureau]
    assert lines(session, task)[-1].changes["supporting_units"] == ["", "石渡镇人民政府、清溪县交通运输局"]
    edit(session, chief, task.id, TaskEdit(supporting_unit_ids=(county.bureau.id,)), version=2, reason="核减", now=NOW)
    assert supporting_units(session, task.id) == [county.bureau]
    foreign = TaskEdit(supporting_unit_ids=(county.other_township.id,))
    with pytest.raises(NotFound):
        edit(session, chief, task.id, foreign, version=3, reason="补充", now=NOW)


def test_the_second_of_two_editors_is_told(session, county):
    task = make_task(session, county.township, TaskStatus.PROPOSED)
    chief = actor(county.supervisor)
    edit(session, chief, task.id, TaskEdit(title="先保存的"), version=1, now=NOW)
    with pytest.raises(StaleVersion):
        edit(session, chief, task.id, TaskEdit(title="后保存的"), version=1, now=NOW)
    assert task.title == "先保存的"


# sending out and signing


def test_assigning_starts_the_signing_clock_and_tells_the_officers(session, county):
    task = make_task(session, county.township, TaskStatus.ESTABLISHED, due_on=date(2026, 9, 30))
    assign(session, actor(county.supervisor), task.id, now=NOW)
    assert task.status is TaskStatus.ASSIGNED
    assert task.sign_due_on == date(2026, 6, 12)
    assert inbox(session, county.officer) == ["待签收：组织执法人员专题培训"]
    assert inbox(session, county.head) == []
    channels = session.scalars(select(Notice.channel).where(Notice.recipient_id == county.officer.id)).all()
    assert set(channels) == {Channel.INBOX, Channel.EMAIL}
    assert set(alarms(session, task)) == {Ladder.SIGNING, Ladder.DEADLINE}


def test_two_working_days_jump_the_weekend_and_the_holiday(session, county):
    task = make_task(session, county.township, TaskStatus.ESTABLISHED, due_on=date(2026, 9, 30))
    friday = NOW + timedelta(days=2)
    assign(session, actor(county.supervisor), task.id, now=friday)
    assert task.sign_due_on == date(2026, 6, 16)


def test_a_unit_without_officers_is_told_through_its_head_and_one_without_accounts_is_named(session, county):
    head_only = make_user(session, county.bureau, Role.HEAD, name="吕交")
    task = make_task(session, county.bureau, TaskStatus.ESTABLISHED)
    assign(session, actor(county.supervisor), task.id, now=NOW)
    assert inbox(session, head_only) == ["待签收：组织执法人员专题培训"]
    head_only.is_active = False
    orphan = make_task(session, county.bureau, TaskStatus.ESTABLISHED)
    with pytest.raises(NobodyToAnswer, match="清溪县交通运输局没有在用的承办人"):
        assign(session, actor(county.supervisor), orphan.id, now=NOW)


def test_a_batch_sends_what_it_can_and_names_the_rest(session, county):
    good = make_task(session, county.township, TaskStatus.ESTABLISHED)
    closed = make_task(session, county.township, TaskStatus.CLOSED)
    nobody = make_task(session, county.bureau, TaskStatus.ESTABLISHED)
    foreign = make_task(session, county.other_township, TaskStatus.ESTABLISHED)
    outcome = assign_many(
        session, actor(county.supervisor), [foreign.id, good.id, closed.id, nobody.id, good.id], now=NOW
    )
    assert outcome.done == (good,)
    assert [refusal.task_id for refusal in outcome.refused] == [closed.id, nobody.id, foreign.id]
    assert "已办结" in outcome.refused[0].message
    assert foreign.status is TaskStatus.ESTABLISHED


def test_signing_plans_within_the_deadline_and_never_moves_it(session, county):
    task = make_task(session, county.township, TaskStatus.ASSIGNED, due_on=date(2026, 9, 30))
    for planned in (date(2026, 10, 1), date(2026, 6, 9)):
        with pytest.raises(RuleViolation) as caught:
            sign(session, actor(county.officer), task.id, planned_on=planned, now=NOW)
        assert caught.value.field == "planned_on"
    sign(session, actor(county.officer), task.id, planned_on=date(2026, 8, 31), now=NOW)
    assert (task.status, task.due_on, task.planned_on) == (
        TaskStatus.IN_PROGRESS,
        date(2026, 9, 30),
        date(2026, 8, 31),
    )
    assert task.owner is county.officer
    assert task.signed_by_id == county.officer.id
    assert set(alarms(session, task)) == {Ladder.DEADLINE}


def test_who_becomes_the_owner_at_signing(session, county):
    colleague = make_user(session, county.township)
    given = make_task(session, county.township, TaskStatus.ASSIGNED)
    sign(session, actor(county.head), given.id, owner_id=colleague.id, now=NOW)
    assert given.owner is colleague
    named_before = make_task(session, county.township, TaskStatus.ASSIGNED, owner=colleague)
    sign(session, actor(county.officer), named_before.id, now=NOW)
    assert named_before.owner is colleague
    by_officer = make_task(session, county.township, TaskStatus.ASSIGNED)
    with pytest.raises(Forbidden):
        sign(session, actor(county.officer), by_officer.id, owner_id=colleague.id, now=NOW)
    outside = make_task(session, county.township, TaskStatus.ASSIGNED)
    with pytest.raises(OwnerOutsideUnit):
        sign(session, actor(county.head), outside.id, owner_id=county.sister_officer.id, now=NOW)


def test_a_declined_task_goes_back_and_can_be_led_by_another_unit(session, county):
    task = make_task(session, county.township, TaskStatus.ASSIGNED, owner=county.officer)
    with pytest.raises(Forbidden):
        decline(session, actor(county.officer), task.id, reason="不归我们管", now=NOW)
    decline(session, actor(county.head), task.id, reason="属县交通运输局职责", now=NOW)
    assert (task.status, task.owner, task.sign_due_on) == (TaskStatus.ESTABLISHED, None, None)
    assert inbox(session, county.supervisor) == ["退回交办：组织执法人员专题培训"]
    assert alarms(session, task) == {}
    change = TaskEdit(lead_unit_id=county.sister.id)
    edit(session, actor(county.supervisor), task.id, change, version=task.version, reason="调整牵头单位", now=NOW)
    assign(session, actor(county.supervisor), task.id, now=NOW)
    assert inbox(session, county.sister_officer) == ["待签收：组织执法人员专题培训"]


def test_naming_an_owner_is_for_head_and_supervisor_and_tells_the_person(session, county):
    task = make_task(session, county.township)
    with pytest.raises(Forbidden):
        assign_owner(session, actor(county.officer), task.id, owner_id=county.officer.id, now=NOW)
    assign_owner(session, actor(county.head), task.id, owner_id=county.officer.id, now=NOW)
    assert task.owner is county.officer
    assert inbox(session, county.officer) == ["由您承办：组织执法人员专题培训"]
    with pytest.raises(OwnerOutsideUnit):
        assign_owner(session, actor(county.supervisor), task.id, owner_id=county.auditor.id, now=NOW)


# closure


def closure(**values) -> ClosureFields:
    return ClosureFields(**({"statement": "四次培训均已办结。", "completed_on": date(2026, 6, 5)} | values))


def test_closure_needs_evidence_or_a_reason_for_having_none(session, county):
    task = make_task(session, county.township)
    with pytest.raises(EvidenceMissing):
        request_closure(session, actor(county.officer), task.id, closure(), now=NOW)
    request = request_closure(
        session, actor(county.officer), task.id, closure(no_evidence_reason="会议记录涉密"), now=NOW
    )
    assert (task.status, request.no_evidence_reason) == (TaskStatus.IN_REVIEW, "会议记录涉密")
    assert inbox(session, county.supervisor) == ["待审核办结：组织执法人员专题培训"]
    assert set(alarms(session, task)) == {Ladder.REVIEW}


@pytest.mark.parametrize("day", [date(2026, 6, 11), date(2025, 12, 31)])
def test_the_day_of_completion_is_neither_to_come_nor_before_the_plan(session, county, day):
    task = make_task(session, county.township)
    make_evidence(session, task, county.officer)
    with pytest.raises(RuleViolation) as caught:
        request_closure(session, actor(county.officer), task.id, closure(completed_on=day), now=NOW)
    assert caught.value.field == "completed_on"


def test_approval_keeps_the_day_of_completion_apart_from_its_own(session, county):
    task = make_task(session, county.township)
    make_evidence(session, task, county.officer)
    request = request_closure(session, actor(county.officer), task.id, closure(), now=NOW)
    later = NOW + timedelta(days=3)
    approve(session, actor(county.supervisor), task.id, verdict="材料齐全，同意销号", now=later)
    assert (task.status, task.completed_on, task.closed_at, task.percent) == (
        TaskStatus.CLOSED,
        date(2026, 6, 5),
        later,
        100,
    )
    assert (request.decision, request.decided_by_id) == ("approved", county.supervisor.id)
    assert alarms(session, task) == {}


def test_a_return_is_counted_and_its_reason_reaches_the_unit(session, county):
    task = make_task(session, county.township, owner=county.officer)
    for number in (1, 2):
        request_closure(session, actor(county.officer), task.id, closure(no_evidence_reason="纸质"), now=NOW)
        with pytest.raises(ReasonRequired):
            return_task(session, actor(county.supervisor), task.id, reason="", now=NOW)
        return_task(session, actor(county.supervisor), task.id, reason="缺少签到表", now=NOW)
        assert (task.status, task.return_count) == (TaskStatus.RETURNED, number)
    assert inbox(session, county.officer) == ["退回重办：组织执法人员专题培训"] * 2
    assert Ladder.DEADLINE in alarms(session, task)


def test_a_closed_task_is_taken_up_again_with_the_last_reported_share(session, county):
    task = make_task(session, county.township)
    report_progress(session, actor(county.officer), task.id, ProgressFields(60, "已办两次"), now=NOW)
    request_closure(session, actor(county.officer), task.id, closure(no_evidence_reason="纸质"), now=NOW)
    approve(session, actor(county.supervisor), task.id, verdict="同意", now=NOW)
    reopen(session, actor(county.supervisor), task.id, reason="抽查发现次数不足", now=NOW)
    assert (task.status, task.percent, task.completed_on, task.closed_at) == (TaskStatus.IN_PROGRESS, 60, None, None)


# extensions


def test_an_extension_moves_the_deadline_only_when_approved(session, county):
    task = make_task(session, county.township, due_on=date(2026, 6, 30))
    ask = {"new_due_on": date(2026, 8, 31), "reason": "省里培训延后"}
    request = request_extension(session, actor(county.officer), task.id, **ask, now=NOW)
    assert (task.due_on, task.extension_pending, task.extension_count) == (date(2026, 6, 30), True, 0)
    assert not request.after_deadline
    assert set(alarms(session, task)) == {Ladder.REVIEW}  # the unit's clock stops while it is decided
    with pytest.raises(ExtensionPending):
        request_extension(session, actor(county.officer), task.id, **ask, now=NOW)
    approve_extension(session, actor(county.supervisor), task.id, note="同意", now=NOW)
    assert (task.due_on, task.original_due_on, task.extension_count, task.due_version, task.extension_pending) == (
        date(2026, 8, 31),
        date(2026, 6, 30),
        1,
        2,
        False,
    )
    assert Ladder.DEADLINE in alarms(session, task)


def test_a_refused_extension_moves_nothing_and_one_after_the_deadline_is_marked(session, county):
    task = make_task(session, county.township, due_on=date(2026, 6, 9))
    request = request_extension(
        session, actor(county.officer), task.id, new_due_on=date(2026, 7, 31), reason="人手不足", now=NOW
    )
    assert request.after_deadline
    assert inbox(session, county.supervisor) == ["待审核延期（逾期后申请）：组织执法人员专题培训"]
    with pytest.raises(ReasonRequired):
        refuse_extension(session, actor(county.supervisor), task.id, reason="", now=NOW)
    refuse_extension(session, actor(county.supervisor), task.id, reason="请抓紧", now=NOW)
    assert (task.due_on, task.extension_count, task.due_version) == (date(2026, 6, 9), 0, 1)
    with pytest.raises(RuleViolation):
        approve_extension(session, actor(county.supervisor), task.id, now=NOW)


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 9, 1), date(2026, 6, 9), date(2028, 1, 1)])
def test_an_extension_goes_forward_only(session, county, day):
    task = make_task(session, county.township, due_on=date(2026, 9, 30))
    with pytest.raises(RuleViolation) as caught:
        request_extension(session, actor(county.officer), task.id, new_due_on=day, reason="延期", now=NOW)
    assert caught.value.field == "new_due_on"


def test_what_waits_is_answered_when_the_task_ends(session, county):
    task = make_task(session, county.township)
    extension = request_extension(
        session, actor(county.officer), task.id, new_due_on=date(2026, 10, 31), reason="延期", now=NOW
    )
    request_closure(session, actor(county.officer), task.id, closure(no_evidence_reason="纸质"), now=NOW)
    approve(session, actor(county.supervisor), task.id, verdict="同意", now=NOW)
    assert (extension.decision, task.extension_pending, task.due_on) == ("refused", False, date(2026, 9, 30))
    waiting = make_task(session, county.township)
    request = request_closure(session, actor(county.officer), waiting.id, closure(no_evidence_reason="纸质"), now=NOW)
    withdraw(session, actor(county.supervisor), waiting.id, reason="上级文件废止", now=NOW)
    assert (request.decision, waiting.status) == ("returned", TaskStatus.WITHDRAWN)


# stopping and ending otherwise


def test_suspending_stops_the_clock_and_resuming_starts_it_with_the_same_deadline(session, county):
    task = make_task(session, county.township, TaskStatus.RETURNED)
    with pytest.raises(RuleViolation):
        suspend(session, actor(county.supervisor), task.id, reason="等上位法", review_on=TODAY, now=NOW)
    suspend(session, actor(county.supervisor), task.id, reason="等上位法", review_on=date(2026, 8, 1), now=NOW)
    assert (task.status, task.review_on) == (TaskStatus.SUSPENDED, date(2026, 8, 1))
    assert alarms(session, task) == {}
    resume(session, actor(county.supervisor), task.id, now=NOW)
    assert (task.status, task.review_on, task.due_on) == (TaskStatus.IN_PROGRESS, None, date(2026, 9, 30))
    assert Ladder.DEADLINE in alarms(session, task)


def test_an_unfinished_task_is_carried_over_with_its_history(session, county):
    report = make_report(session, county.township, county.officer)
    task = make_task(session, county.township, report=report, owner=county.officer, years_carried=1)
    change = TaskEdit(supporting_unit_ids=(county.bureau.id,))
    edit(session, actor(county.supervisor), task.id, change, version=1, reason="补充配合单位", now=NOW)
    mark_unfinished(
        session,
        actor(county.supervisor),
        task.id,
        reason_class=UnfinishedReason.FUNDING,
        reason="经费未到位",
        now=NOW,
    )
    with pytest.raises(RuleViolation):
        carry_over(session, actor(county.supervisor), task.id, due_on=date(2026, 12, 31), now=NOW)
    successor = carry_over(session, actor(county.supervisor), task.id, due_on=date(2027, 6, 30), now=NOW)
    assert (task.status, task.unfinished_reason) == (TaskStatus.CARRIED_OVER, UnfinishedReason.FUNDING)
    assert (successor.status, successor.plan_year, successor.predecessor_id, successor.years_carried) == (
        TaskStatus.ESTABLISHED,
        2027,
        task.id,
        2,
    )
    assert (successor.number, successor.quote, successor.original_due_on) == (
        "LWZ-2027-001",
        task.quote,
        date(2027, 6, 30),
    )
    assert supporting_units(session, successor.id) == [county.bureau]
    assert session.scalar(select(func.count()).select_from(TaskSource).where(TaskSource.task_id == successor.id)) == 1
    assert lines(session, successor)[0].changes["predecessor"] == [None, task.number]
    with pytest.raises(ActionNotAllowed):
        carry_over(session, actor(county.supervisor), task.id, due_on=date(2027, 6, 30), now=NOW)


def test_a_locked_year_refuses_reopening_and_carrying_into_it(session, county):
    closed = make_task(session, county.township, TaskStatus.CLOSED)
    unfinished = make_task(session, county.sister, TaskStatus.UNFINISHED)
    session.add_all(
        ReconciliationSheet(unit=unit, plan_year=year, locked_at=NOW, locked_by_id=county.supervisor.id, created_at=NOW)
        for unit, year in ((county.township, 2026), (county.sister, 2027))
    )
    session.flush()
    with pytest.raises(YearLocked):
        reopen(session, actor(county.supervisor), closed.id, reason="补正", now=NOW)
    with pytest.raises(YearLocked):
        carry_over(session, actor(county.supervisor), unfinished.id, due_on=date(2027, 6, 30), now=NOW)


# urging


def test_urging_is_counted_and_happens_once_a_day(session, county):
    task = make_task(session, county.township, owner=county.officer, due_on=date(2026, 6, 1))
    urging = urge(session, actor(county.supervisor), task.id, text="请本周内反馈", now=NOW)
    assert set(urging.reached) == {"李文", "周正"}
    assert (task.urge_count, task.version) == (1, 1)
    with pytest.raises(AlreadyUrged):
        urge(session, actor(county.supervisor), task.id, now=NOW + timedelta(hours=3))
    urge(session, actor(county.supervisor), task.id, now=NOW + timedelta(days=1))
    assert task.urge_count == 2
    assert [line.action for line in lines(session, task)] == ["task.urge"] * 2
    assert inbox(session, county.officer) == ["催办：组织执法人员专题培训"] * 2


def test_a_batch_of_urging_names_what_was_urged_today(session, county):
    tasks = [make_task(session, county.township) for _ in range(3)]
    urge(session, actor(county.supervisor), tasks[0].id, now=NOW)
    outcome = urge_many(session, actor(county.supervisor), [task.id for task in tasks], now=NOW)
    assert outcome.done == (tasks[1], tasks[2])
    assert "今天已经催办过" in outcome.refused[0].message


# who may, and who may not even know

VERBS = {
    "establish": (TaskStatus.PROPOSED, lambda s, a, t: establish(s, a, t, now=NOW)),
    "assign": (TaskStatus.ESTABLISHED, lambda s, a, t: assign(s, a, t, now=NOW)),
    "sign": (TaskStatus.ASSIGNED, lambda s, a, t: sign(s, a, t, now=NOW)),
    "decline": (TaskStatus.ASSIGNED, lambda s, a, t: decline(s, a, t, reason="x", now=NOW)),
    "progress": (TaskStatus.IN_PROGRESS, lambda s, a, t: report_progress(s, a, t, ProgressFields(1, "x"), now=NOW)),
    "closure": (
        TaskStatus.IN_PROGRESS,
        lambda s, a, t: request_closure(s, a, t, closure(no_evidence_reason="x"), now=NOW),
    ),
    "approve": (TaskStatus.IN_REVIEW, lambda s, a, t: approve(s, a, t, verdict="x", now=NOW)),
    "return": (TaskStatus.IN_REVIEW, lambda s, a, t: return_task(s, a, t, reason="x", now=NOW)),
    "withdraw": (TaskStatus.IN_PROGRESS, lambda s, a, t: withdraw(s, a, t, reason="x", now=NOW)),
    "urge": (TaskStatus.IN_PROGRESS, lambda s, a, t: urge(s, a, t, now=NOW)),
}
MAY = {
    "establish": {"supervisor"},
    "assign": {"supervisor"},
    "sign": {"officer", "head", "area_head"},
    "decline": {"head", "area_head"},
    "progress": {"officer", "head", "area_head"},
    "closure": {"officer", "head", "area_head"},
    "approve": {"supervisor"},
    "return": {"supervisor"},
    "withdraw": {"supervisor"},
    "urge": {"supervisor"},
}
KNOWN = ("officer", "head", "area_head", "supervisor", "auditor")
STRANGERS = ("sister_officer", "sister_head", "section_officer", "other_supervisor", "other_officer", "admin")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", KNOWN + STRANGERS)
def test_who_may_do_what_to_a_task_of_the_township(session, county, verb, who):
    status, call = VERBS[verb]
    task = make_task(session, county.township, status)
    person = actor(getattr(county, who))
    if who in MAY[verb]:
        call(session, person, task.id)
        assert len(lines(session, task)) == 1
        return
    with pytest.raises(NotFound if who in STRANGERS else Forbidden):
        call(session, person, task.id)
    assert (task.status, lines(session, task)) == (status, [])


def test_a_supporting_unit_sees_a_task_but_does_not_act_on_it(session, county):
    task = make_task(session, county.township, TaskStatus.ASSIGNED)
    change = TaskEdit(supporting_unit_ids=(county.sister.id,))
    edit(session, actor(county.supervisor), task.id, change, version=1, reason="补充", now=NOW)
    with pytest.raises(Forbidden, match="柳湾镇人民政府牵头"):
        sign(session, actor(county.sister_officer), task.id, now=NOW)


@pytest.mark.parametrize("status", [status for status in TaskStatus if status not in OPEN])
def test_a_task_that_is_not_open_takes_no_progress_and_no_withdrawal(session, county, status):
    task = make_task(session, county.township, status)
    with pytest.raises(ActionNotAllowed):
        report_progress(session, actor(county.officer), task.id, ProgressFields(10, "推进"), now=NOW)
    with pytest.raises(ActionNotAllowed):
        withdraw(session, actor(county.supervisor), task.id, reason="不再需要", now=NOW)


# several at once, each with a transaction of its own


def at_once(work, times) -> list[object]:
    """Run ``work(number)`` in as many threads, started together; give the results, errors among them."""
    barrier, results = threading.Barrier(times), [None] * times

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_eight_at_once_get_eight_numbers(database):
    with database.writing.begin() as session:
        county = make_county(session)
        ids = [make_task(session, county.township, TaskStatus.PROPOSED).id for _ in range(8)]
        chief = actor(county.supervisor)

    def work(number: int) -> str | None:
        with database.writing.begin() as session:
            return establish(session, chief, ids[number], now=NOW).number

    assert sorted(map(str, at_once(work, 8))) == [f"LWZ-2026-{number:03d}" for number in range(1, 9)]


def test_eight_reports_of_progress_beside_an_edit_are_all_kept(database):
    with database.writing.begin() as session:
        county = make_county(session)
        task_id = make_task(session, county.township).id
        officer, chief = actor(county.officer), actor(county.supervisor)

    def work(number: int) -> None:
        with database.writing.begin() as session:
            if number == 0:
                edit(session, chief, task_id, TaskEdit(title="新名称"), version=1, reason="更正", now=NOW)
            else:
                report_progress(session, officer, task_id, ProgressFields(number * 10, f"第{number}次"), now=NOW)

    assert at_once(work, 9) == [None] * 9
    with database.reading() as session:
        task = session.get_one(Task, task_id)
        assert (task.title, task.version) == ("新名称", 2)
        assert len(lines(session, task)) == 9


def test_of_eight_editors_with_the_same_version_one_wins_and_seven_are_told(database):
    with database.writing.begin() as session:
        county = make_county(session)
        task_id = make_task(session, county.township, TaskStatus.PROPOSED).id
        chief = actor(county.supervisor)

    def work(number: int) -> str:
        with database.writing.begin() as session:
            return edit(session, chief, task_id, TaskEdit(title=f"第{number}稿"), version=1, now=NOW).title

    results = at_once(work, 8)
    assert sum(isinstance(result, StaleVersion) for result in results) == 7
    with database.reading() as session:
        assert session.get_one(Task, task_id).title in results


def test_only_one_of_two_approvals_counts(database):
    with database.writing.begin() as session:
        county = make_county(session)
        task_id = make_task(session, county.township, TaskStatus.IN_REVIEW).id
        chief = actor(county.supervisor)

    def work(number: int) -> None:
        with database.writing.begin() as session:
            if number:
                approve(session, chief, task_id, verdict="同意", version=1, now=NOW)
            else:
                return_task(session, chief, task_id, reason="缺材料", version=1, now=NOW)

    results = at_once(work, 2)
    assert sorted(type(result).__name__ for result in results) == ["ActionNotAllowed", "NoneType"]


def test_an_incomplete_task_error_names_what_to_do():
    assert "补齐" in IncompleteTask().message
