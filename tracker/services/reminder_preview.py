"""What the rules mean for one task: these messages, on these days, to these people. Nothing is written.

An administrator sees of a real task what the clock needs, its number, unit, level and deadline, and not its content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import Notice, Task, User
from tracker.db.queries.scope import leads_in_scope
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.delivery_book import DeliveryBook
from tracker.domain.errors import NotFound, RuleViolation
from tracker.domain.permissions import ROLE_LABELS, Actor
from tracker.domain.policy_book import LEVEL_LABELS
from tracker.domain.reminders import (
    CHANNEL_LABELS,
    Channel,
    ClockFacts,
    Ladder,
    ReminderPolicy,
    Step,
    ladders_of,
    step_words,
    steps_until,
    track_of,
)
from tracker.services.alarms import clock_facts, review_days, unserved_steps
from tracker.services.notices import readers_of
from tracker.services.policies import load_calendar, load_delivery_book
from tracker.services.recipients import Directory, people_of
from tracker.services.sending_hours import hour_of
from tracker.services.task_level import level_of

AHEAD = timedelta(days=400)
MOST = 14


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message to come: the day it goes out, what it is, and to whom by which channels."""

    day: date
    moved_from: date | None  # the step's own day, where it is quiet or no round was held
    what: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """A task as the preview shows it, and its messages; ``more``: there would be others after them."""

    number: str
    unit_name: str
    level: str
    due_on: date | None
    hour: str
    messages: tuple[PlannedMessage, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Post:
    """What decides when a message leaves, and who gets it."""

    book: DeliveryBook
    calendar: WorkingCalendar
    directory: Directory


def task_by_number(session: Session, actor: Actor, number: str) -> Task:
    """Return an established task by its number, within the actor's scope; raises NotFound."""
    task = session.scalar(
        select(Task)
        .where(Task.number == number.strip(), leads_in_scope(actor))
        .options(joinedload(Task.lead_unit), joinedload(Task.owner))
        .order_by(Task.plan_year.desc())
        .limit(1)
    )
    if task is None:
        raise NotFound("没有找到这个编号的任务，请核对编号，例如 LWZ-2026-001。", field="task_number")
    return task


def preview_task(session: Session, task: Task, policy: ReminderPolicy, *, today: date) -> TaskPreview:
    """Return what would be sent about a task from today on under ``policy``, without what today's round has written."""
    facts = clock_facts(task, since=today, review_since=review_days(session, [task.id]).get(task.id))
    held_back = unserved_steps(session, task, today)
    if not ladders_of(facts):
        raise RuleViolation(
            "这项任务现在不在提醒范围内（未交办、已办结、暂缓或撤销），请换一个编号。", field="task_number"
        )
    told, post = _told(session, task), _Post(load_delivery_book(session), load_calendar(session), Directory(session))
    planned = planned_steps(facts, policy, post.calendar, today + AHEAD, held_back)
    steps = [step for step in planned if step.rule not in told]
    sent = as_sent(steps, post.calendar, post.book, task.lead_unit.path, task.level, first=today)
    messages = tuple(_message(session, task, step, day, post, policy) for step, day in sent[:MOST])
    return TaskPreview(
        number=task.number or "",
        unit_name=task.lead_unit.name,
        level=LEVEL_LABELS[level_of(task)],
        due_on=task.due_on,
        hour=post.book.first_hour,
        messages=messages,
        more=len(sent) > MOST,
    )


def _told(session: Session, task: Task) -> frozenset[str]:
    query = select(Notice.rule).where(Notice.task_id == task.id, Notice.due_version == task.due_version)
    return frozenset(session.scalars(query.distinct()))


def planned_steps(
    facts: ClockFacts,
    policy: ReminderPolicy,
    calendar: WorkingCalendar,
    last: date,
    held_back: Mapping[Ladder, date] | None = None,
) -> tuple[Step, ...]:
    """Return the steps of all ladders a task stands on, from ``facts.since`` or what no round has dealt with, to ``last``."""
    begins = {ladder: (held_back or {}).get(ladder, facts.since) for ladder in ladders_of(facts)}
    steps = [
        step
        for ladder, since in begins.items()
        for step in steps_until(ladder, replace(facts, since=since), last, calendar, policy)
    ]
    return tuple(sorted(steps, key=lambda step: step.day))


def sent_on(day: date, calendar: WorkingCalendar, book: DeliveryBook, unit_path: str, level: str | None = None) -> date:
    """Return when what falls on ``day`` goes out: the first working day that is not quiet for the unit and the level."""
    for _ in range(366):
        day = calendar.on_or_after(day)
        if not book.is_quiet(day, unit_path, level):
            return day
        day += timedelta(days=1)
    return day


def as_sent(
    steps: Iterable[Step],
    calendar: WorkingCalendar,
    book: DeliveryBook,
    unit_path: str,
    level: str | None,
    *,
    first: date = date.min,
) -> list[tuple[Step, date]]:
    """Return steps with the days on which they go out, from ``first`` on.

    Of the steps of a track that fall on one day the newest stands for all.
    """
    newest: dict[tuple[str | None, date], Step] = {}
    for step in steps:
        newest[track_of(step.rule), sent_on(max(step.day, first), calendar, book, unit_path, level)] = step
    return [(step, day) for (_, day), step in newest.items()]


def _message(
    session: Session, task: Task, step: Step, day: date, post: _Post, policy: ReminderPolicy
) -> PlannedMessage:
    people = people_of(session, task, step.circle, post.directory)
    return PlannedMessage(
        day,
        step.day if day != step.day else None,
        named(step_words(step.rule, step.kind), policy),
        tuple(_reader(reader, mark, channels, task, day, post) for reader, mark, channels in _readers(people, day)),
    )


def _readers(people: Iterable[User], day: date) -> list[tuple[User, str, list[Channel]]]:
    """Return who reads a step planned on ``day``, deputies in the place of who is away; nobody twice by one channel."""
    found: dict[tuple[int, str], tuple[User, str, list[Channel]]] = {}
    reached: set[tuple[int, Channel]] = set()
    for person in people:
        for reader, channel, mark in readers_of(person, day):
            if (reader.id, channel) not in reached:
                reached.add((reader.id, channel))
                found.setdefault((reader.id, mark), (reader, mark, []))[2].append(channel)
    return list(found.values())


def named(words: str, policy: ReminderPolicy) -> str:
    """Call the rungs of the escalation as the policy does."""
    return words.replace("黄单，", f"{policy.supervisor_slip}，").replace("红单，", f"{policy.area_head_slip}，")


def _reader(reader: User, mark: str, channels: Sequence[Channel], task: Task, day: date, post: _Post) -> str:
    elsewhere = "" if reader.unit_id == task.lead_unit_id else f"{reader.unit.short_name}"
    words = "、".join(CHANNEL_LABELS[channel] for channel in channels)
    when = _when(reader, task, day, post) if any(channel is not Channel.INBOX for channel in channels) else ""
    return f"{elsewhere}{ROLE_LABELS[reader.role]}{reader.name}（{mark}{words}{when}）"


def _when(person: User, task: Task, day: date, post: _Post) -> str:
    """Say when a person's message leaves, where that is not the moment at which the day's reminders begin."""
    leaves = sent_on(day, post.calendar, post.book, person.unit.path, task.level)
    hour = hour_of(person, post.book, (task.level,))
    if leaves != day:
        return f" {leaves} {hour}"
    return "" if hour == post.book.first_hour else f" {hour}"
