"""What was planned and changed before it left: cancelled with its reason, handed on, taken up, made up for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.clock import CHINA
from tests.support.factories import County, actor, make_county, make_task, make_user
from tracker.db.models import AuditEntry, Message, MessageStatus, Notice, Task
from tracker.db.queries.undelivered import ownerless
from tracker.domain.digests import DigestLine, Reminded, grouped, superseded
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, NoticeKind
from tracker.domain.tasks import TaskStatus
from tracker.exports.deadline_events import DeadlineEvent, deadline_calendar
from tracker.services.alarms import reset_alarms
from tracker.services.assignments import assign_owner
from tracker.services.digests import Digest, calendar_of, compose_digest
from tracker.services.outbox import claim_messages, gather_digests, hand_over, mark_failed
from tracker.services.outdated import hand_on
from tracker.services.reminders import plan_reminders_batch

DUE = date(2026, 6, 30)
EVE = date(2026, 6, 23)  # seven days before


def at(day: date, hour: int = 8, minute: int = 30) -> datetime:
    """A moment in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


@pytest.fixture
def task(session: Session, county: County) -> Task:
    """The officer's task, due on 30 June; its clock has run since May."""
    made = make_task(session, county.township, owner=county.officer, due_on=DUE, title="印发执法手册")
    reset_alarms(session, made, now=at(date(2026, 5, 6)))
    return made


def go(session: Session, day: date) -> None:
    """The round of a day."""
    plan_reminders_batch(session, now=at(day))
    gather_digests(session, now=at(day))


def mails(session: Session) -> list[tuple[str, int, str | None]]:
    """Rule, recipient and reason of cancelling of each notice by e-mail."""
    rows = session.scalars(
        select(Notice)
        .where(Notice.channel == Channel.EMAIL)
        .order_by(Notice.id)
        .execution_options(populate_existing=True)
    )
    return [(row.rule, row.recipient_id, row.cancelled_reason) for row in rows]


def digest(session: Session, person_id: int) -> Digest:
    """The newest digest of a person as it would leave now."""
    message = session.scalars(
        select(Message).where(Message.recipient_id == person_id).order_by(Message.id.desc()).limit(1)
    ).one()
    return compose_digest(session, message.id, base_url="https://ledger.example", product_name="台账")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": TaskStatus.CLOSED}, "任务已转为“已办结”"),
        ({"status": TaskStatus.SUSPENDED}, "任务已转为“暂缓”"),
        ({"extension_pending": True}, "延期申请正在审核，暂停提醒"),
        ({"due_on": date(2026, 9, 30), "due_version": 2}, "时限已调整为 2026-09-30"),
        ({"owner": None}, "责任人或牵头单位已变更"),
    ],
)
def test_what_no_longer_applies_is_cancelled_with_its_reason(
    session: Session, county: County, task: Task, change: dict[str, object], reason: str
):
    go(session, EVE)
    assert mails(session) == [("before:7", county.officer.id, None)]
    for name, value in change.items():
        setattr(task, name, value)
    reset_alarms(session, task, now=at(EVE, 9))
    assert mails(session) == [("before:7", county.officer.id, reason)]
    assert digest(session, county.officer.id).lines == 0


def test_a_new_owner_is_reminded_the_same_day_and_the_old_one_no_more(session: Session, county: County, task: Task):
    other = make_user(session, county.township, Role.OFFICER, email="zhao@example.org")
    go(session, EVE)
    assign_owner(session, actor(county.head), task.id, owner_id=other.id, now=at(EVE, 9))
    go(session, EVE)
    stepped = [row for row in mails(session) if row[0] == "before:7"]
    assert stepped == [("before:7", county.officer.id, "责任人或牵头单位已变更"), ("before:7", other.id, None)]


def test_a_new_owner_of_the_same_name_is_another_person(session: Session, county: County, task: Task):
    namesake = make_user(session, county.township, Role.OFFICER, name=county.officer.name, email="other@example.org")
    go(session, EVE)
    assign_owner(session, actor(county.head), task.id, owner_id=namesake.id, now=at(EVE, 9))
    go(session, EVE)
    stepped = [row for row in mails(session) if row[0] == "before:7"]
    assert stepped == [("before:7", county.officer.id, "责任人或牵头单位已变更"), ("before:7", namesake.id, None)]
    line = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert line.changes["owner"] == [f"李文（{county.officer.username}）", f"李文（{namesake.username}）"]


@pytest.mark.parametrize("due", [date(2026, 6, 22), date(2026, 6, 30)])
def test_a_step_that_came_while_the_clock_stood_still_is_not_lost_by_a_change(
    session: Session, county: County, due: date
):
    """The step falls on Monday 22 or Tuesday 23 June; the clock is back on Wednesday, an hour after a new owner is named."""
    task = make_task(session, county.township, owner=county.head, due_on=due)
    reset_alarms(session, task, now=at(date(2026, 5, 6)))
    for day in (date(2026, 6, 15), date(2026, 6, 18)):
        plan_reminders_batch(session, now=at(day))
    assign_owner(session, actor(county.supervisor), task.id, owner_id=county.officer.id, now=at(date(2026, 6, 24), 7))
    go(session, date(2026, 6, 24))
    rules = {row.rule for row in session.scalars(select(Notice).where(Notice.slot == date(2026, 6, 24)))}
    assert ("before:7" if due == DUE else "overdue:1") in rules
    go(session, date(2026, 6, 25))
    assert len({row for row in mails(session) if row[0] in ("before:7", "overdue:1")}) == 1


def test_an_account_disabled_after_the_round_hands_its_reminders_on(session: Session, county: County, task: Task):
    county.head.email = "head@example.org"
    plan_reminders_batch(session, now=at(EVE))
    county.officer.is_active = False
    gather_digests(session, now=at(EVE))
    assert mails(session) == [
        ("before:7", county.officer.id, "收件人的账号已停用"),
        ("before:7", county.head.id, None),
    ]
    assert "原收件人李文的账号已停用" in digest(session, county.head.id).body


def test_an_owner_transferred_after_the_round_hands_the_reminder_on(session: Session, county: County, task: Task):
    county.head.email = "head@example.org"
    go(session, EVE)
    county.officer.unit = county.sister
    session.flush()
    made = digest(session, county.officer.id)
    assert (made.lines, len(made.orphaned)) == (0, 1)
    hand_on(session, made.orphaned, now=at(EVE))
    gather_digests(session, now=at(EVE))
    assert "原收件人李文已看不到这项任务" in digest(session, county.head.id).body
    (listed,) = ownerless(session, actor(county.supervisor))
    assert (listed.id, listed.owner_name, listed.owner_active) == (task.id, "李文", True)


@pytest.mark.parametrize("officers", [0, 1])
def test_without_owner_and_head_the_supervisor_is_told(session: Session, county: County, task: Task, officers: int):
    county.head.is_active, county.officer.is_active = False, False
    left = [make_user(session, county.township, Role.OFFICER) for _ in range(officers)]
    go(session, EVE)
    told = session.scalars(select(Notice.recipient_id).where(Notice.channel == Channel.INBOX)).all()
    assert set(told) == {county.supervisor.id, *(person.id for person in left)}


def test_after_an_outage_it_says_that_it_is_made_up_for(session: Session, county: County, task: Task):
    go(session, date(2026, 6, 25))  # the seven-day step was missed by two days
    made = digest(session, county.officer.id)
    assert made.subject == "【台账】即将到期 1 项（补发）"
    assert "补发，原应于 2026-06-23 提醒" in made.body
    notice = session.scalars(select(Notice).where(Notice.channel == Channel.EMAIL)).one()
    assert (notice.step_on, notice.slot) == (EVE, date(2026, 6, 25))


def test_yesterdays_digest_that_did_not_leave_goes_with_todays(session: Session, county: County, task: Task):
    go(session, date(2026, 6, 29))
    token, (first,) = claim_messages(session, now=at(date(2026, 6, 29)))
    hand_over(session, first, token, now=at(date(2026, 6, 29)))
    mark_failed(session, first, token, "451 busy", retryable=True, now=at(date(2026, 6, 29)))
    go(session, DUE)
    old = session.get_one(Message, first, populate_existing=True)
    assert (old.status, old.last_error) == (MessageStatus.CANCELLED, "并入 2026-06-30 的提醒一并发送")
    made = digest(session, county.officer.id)
    assert made.lines == 1  # the step of yesterday is spoken for by today's
    assert [reason for _, reason in made.dropped] == ["已由更新的提醒代替"]
    today = session.scalars(select(Message).where(Message.id != first)).one()
    assert today.waiting_since == old.waiting_since


def test_what_may_have_arrived_is_not_taken_up(session: Session, county: County, task: Task):
    go(session, date(2026, 6, 29))
    token, (first,) = claim_messages(session, now=at(date(2026, 6, 29)))
    hand_over(session, first, token, now=at(date(2026, 6, 29)))
    mark_failed(session, first, token, "没有应答", retryable=True, uncertain=True, now=at(date(2026, 6, 29)))
    go(session, DUE)
    assert session.get_one(Message, first, populate_existing=True).status is MessageStatus.PENDING


def test_a_clock_set_back_does_not_keep_what_waits_for_ever(session: Session, county: County, task: Task):
    go(session, EVE)
    _, (message,) = claim_messages(session, now=at(EVE) + timedelta(hours=9))
    assert claim_messages(session, now=at(EVE))[1] == [message]  # a lease so far ahead is none


def test_a_new_deadline_comes_with_a_calendar_file(session: Session, county: County, task: Task):
    for owner in (county.head, county.officer):
        assign_owner(session, actor(county.supervisor), task.id, owner_id=owner.id, now=at(EVE, 9))
    gather_digests(session, now=at(EVE, 9))
    made = digest(session, county.officer.id)
    assert [event.task_id for event in made.events] == [task.id]
    file = calendar_of(made, base_url="https://ledger.example/x", product_name="台账", now=at(EVE)) or b""
    assert f"UID:task-{task.id}@ledger.example".encode() in file
    assert b"DTSTART;VALUE=DATE:20260630\r\n" in file


def test_a_calendar_file_keeps_its_lines_short_and_its_text_escaped():
    event = DeadlineEvent(7, "印发手册；组织培训, 四次\n" + "很长的名称" * 20, DUE, "https://ledger.example/tasks/7", 2)
    file = deadline_calendar([event], host="ledger.example", product_name="台账", now=at(EVE))
    lines = file.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    text = file.decode().replace("\r\n ", "")
    assert "SUMMARY:到期：印发手册；组织培训\\, 四次 很长的名称" in text
    assert "SEQUENCE:2\r\n" in text


def test_a_digest_is_read_from_the_most_urgent_on():
    kinds = [NoticeKind.EVENT, NoticeKind.REVIEW, NoticeKind.SIGNING, NoticeKind.DUE_SOON, NoticeKind.OVERDUE]
    lines = [DigestLine(kind, f"{kind}{day}", "", "", date(2026, 6, day)) for kind in kinds for day in (9, 3)]
    order = [(kind, [line.due_on.day for line in group if line.due_on]) for kind, group in grouped(lines)]
    assert order == [(kind, [3, 9]) for kind in reversed(kinds)]


def test_the_later_step_speaks_for_its_track():
    given = [
        Reminded(1, 7, "before:1", date(2026, 6, 29)),
        Reminded(2, 7, "overdue:1", date(2026, 7, 1)),
        Reminded(3, 7, "yellow:7", date(2026, 7, 9)),
        Reminded(4, 8, "before:1", date(2026, 6, 29)),
        Reminded(5, 7, "returned:3", date(2026, 6, 1)),
    ]
    assert superseded(given) == {1}
