"""The reminder round and the sending of messages: plan, claim, send, mark.

Planning inserts rows whose unique keys make a second round, or a second clock, add nothing. Sending claims a message
with a lease, sends outside any transaction, and marks it with the lease's token.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import Alarm, Message, MessageStatus, Notice, Task, User
from tracker.domain.calendar import WorkingCalendar, local_date
from tracker.domain.reminders import (
    Channel,
    Circle,
    Ladder,
    NoticeKind,
    ReminderPolicy,
    Step,
    due_steps,
    next_alarm,
)
from tracker.services.alarms import clock_facts
from tracker.services.notices import insert_notices, notice_rows, people_of
from tracker.services.policies import load_calendar, load_reminder_policy

BATCH = 200
LEASE = timedelta(minutes=2)
BACK_OFF_MINUTES = (1, 2, 5, 15, 30, 60)
GIVE_UP_AFTER = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What one batch of a round did: alarms looked at, notices new."""

    alarms: int
    notices: int


def plan_reminders_batch(session: Session, *, now: datetime, limit: int = BATCH) -> RoundResult:
    """Deal with up to ``limit`` alarms whose day has come; call again until ``alarms`` is 0.

    On a day that is not worked nothing happens: steps fall on working days, and what an outage left is caught up on the
    next one.
    """
    today = local_date(now)
    calendar, policy = load_calendar(session), load_reminder_policy(session)
    if not calendar.is_working(today):
        return RoundResult(0, 0)
    alarms = session.scalars(
        select(Alarm)
        .where(Alarm.fire_on <= today)
        .order_by(Alarm.fire_on, Alarm.task_id, Alarm.ladder)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    tasks = _tasks_of(session, alarms)
    notices = sum(_fire(session, alarm, tasks[alarm.task_id], today, calendar, policy, now) for alarm in alarms)
    return RoundResult(len(alarms), notices)


def _tasks_of(session: Session, alarms: Sequence[Alarm]) -> dict[int, Task]:
    ids = {alarm.task_id for alarm in alarms}
    query = select(Task).where(Task.id.in_(ids)).options(joinedload(Task.lead_unit), joinedload(Task.owner))
    return {task.id: task for task in session.scalars(query)}


def _fire(
    session: Session,
    alarm: Alarm,
    task: Task,
    today: date,
    calendar: WorkingCalendar,
    policy: ReminderPolicy,
    now: datetime,
) -> int:
    facts = clock_facts(task, since=alarm.since)
    ladder = Ladder(alarm.ladder)
    rows = []
    for step in due_steps(ladder, facts, today, calendar, policy):
        people = people_of(session, task, step.circle)
        rows += notice_rows(
            task,
            rule=step.rule,
            kind=_kind_today(step, task, today),
            title=_title(task, step, today),
            recipients=people,
            reason=_why(task, step),
            slot=today,
            now=now,
        )
    fire_on = next_alarm(ladder, facts, today, calendar, policy)
    if fire_on is None:
        session.delete(alarm)
    else:
        alarm.fire_on = fire_on
    return insert_notices(session, rows)


def _kind_today(step: Step, task: Task, today: date) -> NoticeKind:
    if step.kind is NoticeKind.DUE_SOON and task.due_on == today:
        return NoticeKind.DUE_TODAY
    return step.kind


def _title(task: Task, step: Step, today: date) -> str:
    head = f"{task.number} {task.title}"
    if step.kind is NoticeKind.SIGNING:
        return f"{head}（应于 {task.sign_due_on} 前签收）"
    if task.due_on is None:
        return head
    days = (task.due_on - today).days
    when = f"已逾期 {-days} 天" if days < 0 else "今日到期" if days == 0 else f"还有 {days} 天到期"
    return f"{head}（时限 {task.due_on}，{when}）"


WHY: dict[Circle, str] = {
    Circle.OWNER: "您是这项任务的责任人",
    Circle.UNIT: "您是这项任务的责任人或单位负责人",
    Circle.SUPERVISOR: "黄单提醒：逾期已达督办标准，请督办",
    Circle.AREA_HEAD: "红单提醒：长期逾期，请领导协调",
}


def _why(task: Task, step: Step) -> str:
    if step.circle is Circle.OWNER and task.owner_id is None:
        return "任务尚未明确责任人，请指定"
    if step.kind is NoticeKind.SIGNING:
        return "任务已交办，尚未签收"
    return WHY[step.circle]


def gather_digests(session: Session, *, now: datetime) -> int:
    """Put the e-mail notices that wait into today's digest of each person; returns how many notices were put in.

    Where today's digest has left already, they wait for the next day's.
    """
    day = local_date(now)
    waiting = session.execute(
        select(Notice.id, Notice.recipient_id).where(
            Notice.channel == Channel.EMAIL, Notice.message_id.is_(None), Notice.cancelled_at.is_(None)
        )
    ).all()
    if not waiting or not load_calendar(session).is_working(day):
        return 0
    by_person: dict[int, list[int]] = {}
    for notice_id, recipient_id in waiting:
        by_person.setdefault(recipient_id, []).append(notice_id)
    keys = {recipient_id: f"digest:{day.isoformat()}:{recipient_id}:email" for recipient_id in by_person}
    _insert_digests(session, keys, now)
    messages = session.execute(
        select(Message.id, Message.recipient_id)
        .where(Message.dedupe_key.in_(keys.values()), Message.status == MessageStatus.PENDING)
        .with_for_update()
    ).all()
    for message_id, recipient_id in messages:
        session.execute(
            update(Notice)
            .where(Notice.id.in_(by_person[recipient_id]), Notice.message_id.is_(None))
            .values(message_id=message_id)
        )
    return sum(len(by_person[recipient_id]) for _, recipient_id in messages)


def _insert_digests(session: Session, keys: dict[int, str], now: datetime) -> None:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    rows = [
        {
            "dedupe_key": key,
            "recipient_id": recipient_id,
            "channel": Channel.EMAIL,
            "status": MessageStatus.PENDING,
            "not_before": now,
            "attempts": 0,
            "header_id": f"<{secrets.token_hex(16)}@ledger>",
            "created_at": now,
        }
        for recipient_id, key in keys.items()
    ]
    session.execute(insert(Message).on_conflict_do_nothing(), rows)


def claim_messages(session: Session, *, now: datetime, limit: int = 20) -> tuple[str, list[int]]:
    """Take messages that may go now, with a lease; returns the lease's token and their ids.

    A message whose sender died is taken again when its lease has ended.
    """
    token = secrets.token_hex(16)
    claimable = (
        select(Message.id)
        .where(
            Message.not_before <= now,
            (Message.status == MessageStatus.PENDING)
            | ((Message.status == MessageStatus.SENDING) & (Message.lease_until < now)),
        )
        .order_by(Message.not_before, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(claimable))
    if ids:
        session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(status=MessageStatus.SENDING, token=token, lease_until=now + LEASE, attempts=Message.attempts + 1)
        )
    return token, ids


def mark_sent(
    session: Session, message_id: int, token: str, *, subject: str, body: str, address: str, now: datetime
) -> bool:
    """Note that a message went; False where the lease was lost meanwhile and another sender has it."""
    return _mark(
        session,
        message_id,
        token,
        status=MessageStatus.SENT,
        subject=subject,
        body=body,
        address=address,
        sent_at=now,
        last_error=None,
    )


def mark_cancelled(session: Session, message_id: int, token: str, reason: str) -> bool:
    """Note that a message is not sent, and why; its notices stay in the inbox."""
    return _mark(session, message_id, token, status=MessageStatus.CANCELLED, last_error=reason)


def mark_failed(session: Session, message_id: int, token: str, reason: str, *, retryable: bool, now: datetime) -> bool:
    """Note a failure: tried again after a while, or given up when it cannot help or three days have passed."""
    message = session.get_one(Message, message_id)
    if not retryable or now - message.created_at >= GIVE_UP_AFTER:
        return _mark(session, message_id, token, status=MessageStatus.FAILED, last_error=reason)
    minutes = BACK_OFF_MINUTES[min(message.attempts, len(BACK_OFF_MINUTES)) - 1]
    return _mark(
        session,
        message_id,
        token,
        status=MessageStatus.PENDING,
        last_error=reason,
        not_before=now + timedelta(minutes=minutes),
    )


def _mark(session: Session, message_id: int, token: str, **values: object) -> bool:
    result = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.token == token, Message.status == MessageStatus.SENDING)
        .values(lease_until=None, token=None, **values)
        .returning(Message.id)
    )
    return result.scalar() is not None


def recipient_of(session: Session, message_id: int) -> User:
    """Return the account a message goes to."""
    return session.scalars(
        select(User).join(Message, Message.recipient_id == User.id).where(Message.id == message_id)
    ).one()
