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
    PROGRESS = "progress"
    REVIEW = "review"
    EVENT = "event"  # something was done: assigned, returned, approved, urged …


NOTICE_KIND_LABELS: dict[NoticeKind, str] = {
    NoticeKind.OVERDUE: "逾期",
    NoticeKind.DUE_TODAY: "今日到期",
    NoticeKind.DUE_SOON: "即将到期",
    NoticeKind.SIGNING: "待签收",
    NoticeKind.PROGRESS: "待反馈",
    NoticeKind.REVIEW: "待审核",
    NoticeKind.EVENT: "办理动态",
}


class Circle(StrEnum):
    """Whom a step concerns. The service finds the people."""

    OWNER = "owner"  # the owner; without one the unit's heads; without those the supervisor
    UNIT = "unit"  # the owner and the unit's heads
    SUPERVISOR = "supervisor"  # 黄单
    AREA_HEAD = "area_head"  # 红单: the head of the supervising unit
    UNIT_SUPERVISOR = "unit_supervisor"
    SUPERVISOR_AREA_HEAD = "supervisor_area_head"


CIRCLE_PARTS: dict[Circle, tuple[Circle, ...]] = {
    Circle.UNIT_SUPERVISOR: (Circle.UNIT, Circle.SUPERVISOR),
    Circle.SUPERVISOR_AREA_HEAD: (Circle.SUPERVISOR, Circle.AREA_HEAD),
}
"""Circles made of others: what an administrator may choose for the rungs of the escalation."""


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """The steps. Days before are calendar days; days after are working days. An administrator may change them."""

    days_before: tuple[int, ...] = (30, 15, 7, 3, 1, 0)
    first_after: int = 1
    every_after: int = 3
    supervisor_after: int = 7
    supervisor_to: str = "supervisor"  # a Circle
    supervisor_slip: str = "黄单"
    area_head_after: int = 15
    area_head_every: int = 5  # weekly, in working days
    area_head_to: str = "area_head"
    area_head_slip: str = "红单"
    signing_working_days: int = 2
    signing_after: tuple[int, ...] = (0, 1, 3)
    signing_every: int = 5
    progress_every: int = 5
    review_working_days: int = 3
    review_every: int = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder: its rule (``before:7``, ``overdue:3``, ``signing:1@20260612`` …), its day, and whom it concerns.

    What follows the ``@`` tells occasions apart that come again under the same version of the deadline.
    """

    rule: str
    day: date
    circle: Circle
    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the ladders depend on. ``since`` is the day the clock began: steps before it never applied.

    ``recurring`` is how often progress is to be reported within ``plan_year``; ``review_since`` the day since which an
    application waits for its decision.
    """

    status: TaskStatus
    due_on: date | None
    since: date
    sign_due_on: date | None = None
    extension_pending: bool = False
    recurring: str | None = None
    plan_year: int = 0
    assigned_on: date | None = None
    last_progress_on: date | None = None
    review_since: date | None = None


def ladders_of(facts: ClockFacts) -> tuple[Ladder, ...]:
    """Return the ladders a task stands on. While something is being decided the clock is the decider's alone."""
    if facts.status is TaskStatus.ASSIGNED:
        return (Ladder.SIGNING, Ladder.DEADLINE)
    if facts.status is TaskStatus.IN_REVIEW or (facts.status in WORKING and facts.extension_pending):
        return (Ladder.REVIEW,)
    if facts.status in WORKING:
        return (Ladder.DEADLINE, Ladder.PROGRESS) if facts.recurring else (Ladder.DEADLINE,)
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
    if ladder is Ladder.PROGRESS:
        return (_progress(facts, calendar, policy),)
    if ladder is Ladder.REVIEW:
        return () if facts.review_since is None else (_review(facts.review_since, calendar, policy),)
    if facts.due_on is None:
        return ()
    due = facts.due_on
    return (
        _around_deadline(due, calendar, policy),
        _late(due, calendar, "yellow", (policy.supervisor_after,), None, Circle(policy.supervisor_to)),
        _late(due, calendar, "red", (policy.area_head_after,), policy.area_head_every, Circle(policy.area_head_to)),
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
        yield Step(f"signing:{target}@{sign_due_on:%Y%m%d}", day, Circle.UNIT, NoticeKind.SIGNING)


def _review(since: date, calendar: WorkingCalendar, policy: ReminderPolicy) -> Iterator[Step]:
    day, passed = since, 0
    for target in _targets((policy.review_working_days,), policy.review_every):
        day = calendar.add(day, target - passed)
        passed = target
        yield Step(f"review:{target}@{since:%Y%m%d}", day, Circle.SUPERVISOR, NoticeKind.REVIEW)


def _progress(facts: ClockFacts, calendar: WorkingCalendar, policy: ReminderPolicy) -> Iterator[Step]:
    """Yield the steps after each period whose report is missing, until the next period has ended."""
    missing = [
        (end, following)
        for start, end, following in periods_of(facts.recurring, facts.plan_year)
        if facts.assigned_on is not None
        and facts.assigned_on <= start
        and (facts.last_progress_on is None or facts.last_progress_on < start)
    ]
    for end, following in missing:
        day, passed = end, 0
        for target in _targets((1,), policy.progress_every):
            day = calendar.add(day, target - passed)
            passed = target
            if day > following:
                break
            yield Step(f"progress:{target}@{end:%Y%m%d}", day, Circle.UNIT, NoticeKind.PROGRESS)


def periods_of(recurring: str | None, plan_year: int) -> tuple[tuple[date, date, date], ...]:
    """Return the periods of progress reports in a plan's year: first day, last day, last day of the next."""
    months = {"month": 1, "quarter": 3, "half_year": 6}.get(recurring or "")
    if months is None:
        return ()
    starts = [date(plan_year, first, 1) for first in range(1, 13, months)] + [date(plan_year + 1, 1, 1)]
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return tuple(zip(starts, ends, [*ends[1:], date(plan_year + 1, 1, 31)], strict=False))


def _targets(first: tuple[int, ...], every: int | None) -> Iterator[int]:
    yield from first
    if every:
        multiples = count(every, every)
        yield from (number for number in multiples if number > first[-1])


CIRCLE_OF_RULE: dict[str, Circle] = {
    "before": Circle.OWNER,
    "overdue": Circle.UNIT,
    "yellow": Circle.SUPERVISOR,
    "red": Circle.AREA_HEAD,
    "signing": Circle.UNIT,
    "progress": Circle.UNIT,
    "review": Circle.SUPERVISOR,
}
"""Whom the steps of a rule concern, by the rule's name; events are not in it."""


def circle_of(rule: str, policy: ReminderPolicy | None = None) -> Circle | None:
    """Return the circle of a step's rule, under ``policy`` where its rungs have others; None for an event."""
    name = rule.partition(":")[0]
    if policy is not None and name in ("yellow", "red"):
        return Circle(policy.supervisor_to if name == "yellow" else policy.area_head_to)
    return CIRCLE_OF_RULE.get(name)


def track_of(rule: str) -> str | None:
    """Return the track of a step's rule, on which a later step stands for the earlier ones; None for an event."""
    name = rule.partition(":")[0]
    return None if name not in CIRCLE_OF_RULE else "deadline" if name in ("before", "overdue") else name


STAGE_WORDS = {"yellow": "黄单，", "red": "红单，"}


def step_words(rule: str, kind: NoticeKind) -> str:
    """Write a step's rule (``before:7``, ``overdue:3``, ``yellow:7``, ``signing:1``) as people read it."""
    name, _, number = rule.partition("@")[0].partition(":")
    if name == "before":
        return "到期当天" if number == "0" else f"到期前 {number} 天"
    if name == "progress":
        return f"应反馈之日后 {number} 个工作日"
    if name == "review":
        return f"申请后 {number} 个工作日未审核"
    if kind is NoticeKind.SIGNING:
        return "签收期限当天" if number == "0" else f"过签收期限 {number} 个工作日"
    return f"{STAGE_WORDS.get(name, '')}逾期 {number} 个工作日"
