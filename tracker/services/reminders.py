"""The reminder round: for each appointment whose day has come, the newest step of each track becomes notices.

Planning inserts rows whose unique keys make a second round, or a second clock, add nothing. What leaves the house is
gathered and sent from there (see outbox).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select, tuple_, update
from sqlalchemy.orm import Session, joinedload, load_only

from tracker.db.models import Alarm, Task, User
from tracker.db.queries.quiet import alarms_to_heed
from tracker.domain.calendar import WorkingCalendar, local_date
from tracker.domain.policy_book import PolicyBook
from tracker.domain.reminders import Ladder, Step, due_steps, next_alarm
from tracker.services.alarms import clock_facts, review_days
from tracker.services.notices import insert_notices, notice_rows
from tracker.services.policies import is_sending_day, load_calendar, load_delivery_book, load_policy_book
from tracker.services.recipients import Directory, people_of
from tracker.services.reminder_words import kind_today, step_reason, step_title
from tracker.services.slips import issue_slips

log = logging.getLogger(__name__)

BATCH = 500
NEEDED = (
    Task.number,
    Task.title,
    Task.status,
    Task.due_on,
    Task.due_version,
    Task.sign_due_on,
    Task.extension_pending,
    Task.recurring,
    Task.plan_year,
    Task.assigned_at,
    Task.last_progress_at,
    Task.owner_id,
    Task.lead_unit_id,
    Task.level,
)
"""What a reminder depends on and says: a task's texts and lists stay where they are."""


AlarmKey = tuple[int, Ladder]
"""A task's id, and the ladder it stands on."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What one batch of a round did: alarms looked at, notices new, and the alarms that could not be dealt with."""

    alarms: int
    notices: int
    failed: tuple[AlarmKey, ...] = ()


@dataclass(frozen=True, slots=True)
class _Round:
    """What all alarms of a batch have in common."""

    session: Session
    today: date
    now: datetime
    calendar: WorkingCalendar
    book: PolicyBook
    directory: Directory
    fired: list[tuple[Task, Step]] = field(default_factory=list)


def plan_reminders_batch(
    session: Session, *, now: datetime, limit: int = BATCH, leaving: Collection[AlarmKey] = ()
) -> RoundResult:
    """Deal with up to ``limit`` alarms whose day has come; call again until ``alarms`` is 0.

    One that cannot be worked out stays as it is and keeps nobody else's reminders back: it is among ``failed``, and the
    caller names it in ``leaving`` for the rest of the round.

    On a day that is not worked nothing happens, on a quiet one nothing to the tasks it is quiet for: steps fall on working
    days, and what an outage or a quiet day left is caught up on the next one.
    """
    today = local_date(now)
    calendar = load_calendar(session)
    if not is_sending_day(session, today):
        return RoundResult(0, 0)
    alarms = session.execute(
        select(Alarm.task_id, Alarm.ladder, Alarm.fire_on, Alarm.since)
        .where(
            Alarm.fire_on <= today,
            *_others_than(leaving),
            *alarms_to_heed(today, load_delivery_book(session)),
        )
        .order_by(Alarm.fire_on, Alarm.task_id, Alarm.ladder)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not alarms:
        return RoundResult(0, 0)
    round_ = _Round(session, today, now, calendar, load_policy_book(session), Directory(session))
    tasks = _tasks_of(session, [alarm.task_id for alarm in alarms])
    reviews = review_days(session, [alarm.task_id for alarm in alarms if alarm.ladder == Ladder.REVIEW])
    rows: list[dict[str, Any]] = []
    following: dict[AlarmKey, date | None] = {}
    failed: list[AlarmKey] = []
    for alarm in alarms:
        key, since = (alarm.task_id, Ladder(alarm.ladder)), max(alarm.since, alarm.fire_on)
        try:
            new, following[key] = _fire(round_, tasks[alarm.task_id], key[1], since, reviews)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
            log.exception("the reminders of task %s (%s) could not be worked out", *key)
            failed.append(key)
            continue
        rows += new
    notices = insert_notices(session, rows)
    issue_slips(session, round_.fired, now=now)
    _move(session, following)
    return RoundResult(len(alarms), notices, tuple(failed))


def _others_than(keys: Collection[AlarmKey]) -> tuple[ColumnElement[bool], ...]:
    return (tuple_(Alarm.task_id, Alarm.ladder).not_in(list(keys)),) if keys else ()


def _tasks_of(session: Session, ids: Sequence[int]) -> dict[int, Task]:
    query = (
        select(Task)
        .where(Task.id.in_(set(ids)))
        .options(load_only(*NEEDED), joinedload(Task.lead_unit), joinedload(Task.owner).joinedload(User.preference))
    )
    return {task.id: task for task in session.scalars(query)}


def _fire(
    round_: _Round, task: Task, ladder: Ladder, since: date, reviews: Mapping[int, date]
) -> tuple[list[dict[str, Any]], date | None]:
    """Return the notices of one alarm's steps since its appointment, and the day of the next one."""
    facts = clock_facts(task, since=since, review_since=reviews.get(task.id))
    today, rows = round_.today, []
    policy = round_.book.of(task.lead_unit.path, task.level)
    for step in due_steps(ladder, facts, today, round_.calendar, policy):
        round_.fired.append((task, step))
        rows += notice_rows(
            task,
            rule=step.rule,
            kind=kind_today(step, task, today),
            title=step_title(task, step, today),
            recipients=people_of(round_.session, task, step.circle, round_.directory),
            reason=step_reason(task, step, today),
            slot=today,
            step_on=step.day,
            now=round_.now,
        )
    return rows, next_alarm(ladder, facts, today, round_.calendar, policy)


def _move(session: Session, following: Mapping[AlarmKey, date | None]) -> None:
    """Set each alarm to its next day, or take it away where there is none, in a statement for each kind."""
    over = [key for key, day in following.items() if day is None]
    if over:
        session.execute(
            delete(Alarm)
            .where(tuple_(Alarm.task_id, Alarm.ladder).in_(over))
            .execution_options(synchronize_session=False)
        )
    moved = [{"task": key[0], "rung": key[1], "day": day} for key, day in following.items() if day is not None]
    if moved:
        alarm = Alarm.__table__
        session.connection().execute(
            update(alarm)  # type: ignore[arg-type]
            .where(alarm.c.task_id == bindparam("task"), alarm.c.ladder == bindparam("rung"))
            .values(fire_on=bindparam("day")),
            moved,
        )
    _forget_alarms(session, following)


def _forget_alarms(session: Session, keys: Iterable[AlarmKey]) -> None:
    """Make this session read anew what was changed past it."""
    changed = set(keys)
    for row in list(session.identity_map.values()):
        if isinstance(row, Alarm) and (row.task_id, row.ladder) in changed:
            session.expire(row)
