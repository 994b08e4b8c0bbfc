"""When a reminder is due, to whom, and why: the ladders, and the rule of the newest applicable step.

A task stands on up to two ladders. Each has *tracks*, one for each circle of recipients; a track is a rising list of
steps, each with its day. On a given day the newest step of each track that has come since the clock began is what
applies: after an outage one message goes out, never a burst. Steps fall on working days only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, takewhile

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.tasks import WORKING, TaskStatus


class Ladder(StrEnum):
    """Which sequence of reminders an alarm belongs to."""

    DEADLINE = "deadline"
    SIGNING = "signing"
    PROGRESS = "progress"
    REVIEW = "review"


class Channel(StrEnum):
    """How a notice reaches a person. All but the inbox leave the house as one digest a person and day."""

    INBOX = "inbox"
    EMAIL = "email"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBHOOK = "webhook"


CHANNEL_LABELS: dict[Channel, str] = {
    Channel.INBOX: "系统内提醒",
    Channel.EMAIL: "邮件",
    Channel.WECOM: "企业微信",
    Channel.DINGTALK: "钉钉",
    Channel.FEISHU: "飞书",
    Channel.WEBHOOK: "短信网关",
}


class NoticeKind(StrEnum):
    """Groups of a digest, in the order they are read."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    DUE_SOON = "due_soon"
    SIGNING = "signing"
    REVIEW = "review"
    EVENT = "event"  # something was done: assigned, returned, approved, urged …


NOTICE_KIND_LABELS: dict[NoticeKind, str] = {
    NoticeKind.OVERDUE: "逾期",
    NoticeKind.DUE_TODAY: "今日到期",
    NoticeKind.DUE_SOON: "即将到期",
    NoticeKind.SIGNING: "待签收",
    NoticeKind.REVIEW: "待审核",
    NoticeKind.EVENT: "办理动态",
}


class Circle(StrEnum):
    """Whom a step concerns. The service finds the people."""

    OWNER = "owner"  # the owner; without one the unit's heads; without those the supervisor
    UNIT = "unit"  # the owner and the unit's heads
    SUPERVISOR = "supervisor"  # 黄单
    AREA_HEAD = "area_head"  # 红单: the head of the supervising unit


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """The steps. Days before are calendar days; days after are working days. An administrator may change them."""

    days_before: tuple[int, ...] = (30, 15, 7, 3, 1, 0)
    first_after: int = 1
    every_after: int = 3
    supervisor_after: int = 7
    area_head_after: int = 15
    area_head_every: int = 5  # weekly, in working days
    signing_working_days: int = 2
    signing_after: tuple[int, ...] = (0, 1, 3)
    signing_every: int = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder: its rule (``before:7``, ``overdue:3`` …), the day it falls on, and whom it concerns."""

    rule: str
    day: date
    circle: Circle
    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the ladders depend on. ``since`` is the day the clock began: steps before it never applied."""

    status: TaskStatus
    due_on: date | None
    since: date
    sign_due_on: date | None = None
    extension_pending: bool = False


def ladders_of(facts: ClockFacts) -> tuple[Ladder, ...]:
    """Return the ladders a task stands on. None while suspended, in review, or an extension is being decided."""
    if facts.status is TaskStatus.ASSIGNED:
        return (Ladder.SIGNING, Ladder.DEADLINE)
    if facts.status in WORKING and not facts.extension_pending:
        return (Ladder.DEADLINE,)
    return ()


def due_steps(
    ladder: Ladder, facts: ClockFacts, today: date, calendar: WorkingCalendar, policy: ReminderPolicy
) -> tuple[Step, ...]:
    """Return, per track, the newest step that applies on ``today``; none on a day that is not worked."""
    if ladder not in ladders_of(facts) or not calendar.is_working(today):
        return ()
    found = []
    for track in _tracks(ladder, facts, calendar, policy):
        newest = None
        for step in track:
            if step.day > today:
                break
            if step.day >= facts.since:
                newest = step
        if newest is not None:
            found.append(newest)
    return tuple(found)


def next_alarm(
    ladder: Ladder, facts: ClockFacts, after: date, calendar: WorkingCalendar, policy: ReminderPolicy
) -> date | None:
    """Return the first day later than ``after`` on which a step of the ladder falls; None off the ladder."""
    if ladder not in ladders_of(facts):
        return None
    days = [
        next((step.day for step in track if step.day > after and step.day >= facts.since), None)
        for track in _tracks(ladder, facts, calendar, policy)
    ]
    return min((day for day in days if day is not None), default=None)


def steps_until(
    ladder: Ladder, facts: ClockFacts, last: date, calendar: WorkingCalendar, policy: ReminderPolicy
) -> tuple[Step, ...]:
    """Return every step of the ladder from ``facts.since`` to ``last`` in the order of their days."""
    if ladder not in ladders_of(facts):
        return ()
    found = [
        step
        for track in _tracks(ladder, facts, calendar, policy)
        for step in takewhile(lambda step: step.day <= last, track)
        if step.day >= facts.since
    ]
    return tuple(sorted(found, key=lambda step: step.day))


def _tracks(
    ladder: Ladder, facts: ClockFacts, calendar: WorkingCalendar, policy: ReminderPolicy
) -> tuple[Iterator[Step], ...]:
    if ladder is Ladder.SIGNING:
        return () if facts.sign_due_on is None else (_signing(facts.sign_due_on, calendar, policy),)
    if facts.due_on is None:
        return ()
    due = facts.due_on
    return (
        _around_deadline(due, calendar, policy),
        _late(due, calendar, "yellow", (policy.supervisor_after,), None, Circle.SUPERVISOR),
        _late(due, calendar, "red", (policy.area_head_after,), policy.area_head_every, Circle.AREA_HEAD),
    )


def _around_deadline(due: date, calendar: WorkingCalendar, policy: ReminderPolicy) -> Iterator[Step]:
    # Where several steps fall on one working day, the newest of them speaks; none falls behind the deadline.
    newest = {
        calendar.on_or_after(due - timedelta(days=days)): days for days in sorted(policy.days_before, reverse=True)
    }
    for day, days in newest.items():
        if day <= due:
            yield Step(f"before:{days}", day, Circle.OWNER, NoticeKind.DUE_TODAY if day == due else NoticeKind.DUE_SOON)
    yield from _late(due, calendar, "overdue", (policy.first_after,), policy.every_after, Circle.UNIT)


def _late(
    due: date, calendar: WorkingCalendar, name: str, first: tuple[int, ...], every: int | None, circle: Circle
) -> Iterator[Step]:
    """Yield the steps after ``due``: after the ``first`` numbers of working days, then ``every`` so many more."""
    day, passed = due, 0
    for target in _targets(first, every):
        day = calendar.add(day, target - passed)
        passed = target
        yield Step(f"{name}:{target}", day, circle, NoticeKind.OVERDUE)


def _signing(sign_due_on: date, calendar: WorkingCalendar, policy: ReminderPolicy) -> Iterator[Step]:
    day, passed = sign_due_on, 0
    for target in _targets(policy.signing_after, policy.signing_every):
        day = calendar.add(day, target - passed)
        passed = target
        yield Step(f"signing:{target}", day, Circle.UNIT, NoticeKind.SIGNING)


def _targets(first: tuple[int, ...], every: int | None) -> Iterator[int]:
    yield from first
    if every:
        yield from (number for number in count(every, every) if number > first[-1])


STAGE_WORDS = {"yellow": "黄单，", "red": "红单，"}


def step_words(rule: str, kind: NoticeKind) -> str:
    """Write a step's rule (``before:7``, ``overdue:3``, ``yellow:7``, ``signing:1``) as people read it."""
    name, _, number = rule.partition(":")
    if name == "before":
        return "到期当天" if number == "0" else f"到期前 {number} 天"
    if kind is NoticeKind.SIGNING:
        return "签收期限当天" if number == "0" else f"过签收期限 {number} 个工作日"
    return f"{STAGE_WORDS.get(name, '')}逾期 {number} 个工作日"
