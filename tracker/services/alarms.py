"""Keeps a task's alarms in step with its deadline, state and calendar, in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Alarm, ClosureRequest, ExtensionRequest, Task, Unit
from tracker.db.queries.scope import below
from tracker.domain.calendar import WorkingCalendar, local_date
from tracker.domain.reminders import ClockFacts, Ladder, ReminderPolicy, ladders_of, next_alarm
from tracker.domain.tasks import TaskStatus
from tracker.services.outdated import cancel_outdated
from tracker.services.policies import load_calendar, load_policy_book


def reset_alarms(session: Session, task: Task, *, now: datetime, stopped_since: date | None = None) -> None:
    """Set the task's alarms anew from today; steps whose day has passed do not come back.

    A ladder that goes on keeps what no round has dealt with yet, since the clock stood still or the day was quiet; one that
    begins again after the task's own clock was stopped (``stopped_since``) catches up with what came meanwhile. Call
    it after every change of state, deadline, owner, lead unit or extension flag. What has been planned, has not left and
    no longer applies is cancelled with its reason.
    """
    today = local_date(now)
    session.flush()
    unserved = unserved_steps(session, task, today)
    session.execute(delete(Alarm).where(Alarm.task_id == task.id))
    cancel_outdated(session, task, now=now)
    facts = clock_facts(task, since=today)
    if not ladders_of(facts):
        return
    if Ladder.REVIEW in ladders_of(facts):
        facts = clock_facts(task, since=today, review_since=review_days(session, [task.id]).get(task.id, today))
    calendar, policy = load_calendar(session), load_policy_book(session).of(task.lead_unit.path, task.level)
    for ladder in ladders_of(facts):
        since = unserved.get(ladder, today)
        if stopped_since is not None and ladder is not Ladder.REVIEW:
            since = min(since, stopped_since)
        set_alarm(session, task, ladder, replace(facts, since=since), since - timedelta(days=1), calendar, policy)


def unserved_steps(session: Session, task: Task, today: date) -> dict[Ladder, date]:
    """Return, by ladder, the day of the first step that has come and that no round has dealt with."""
    waiting = select(Alarm.ladder, Alarm.fire_on, Alarm.since).where(Alarm.task_id == task.id, Alarm.fire_on < today)
    return {Ladder(ladder): max(fire_on, since) for ladder, fire_on, since in session.execute(waiting)}


def set_alarm(
    session: Session,
    task: Task,
    ladder: Ladder,
    facts: ClockFacts,
    after: date,
    calendar: WorkingCalendar,
    policy: ReminderPolicy,
) -> None:
    """Add the alarm of the first step later than ``after``, where there is one."""
    fire_on = next_alarm(ladder, facts, after, calendar, policy)
    if fire_on is not None:
        session.add(Alarm(task_id=task.id, ladder=ladder, fire_on=fire_on, since=facts.since))


def recheck_alarms(session: Session, *, now: datetime, unit_path: str = "") -> int:
    """Let the next round look at every alarm anew, after the steps, the calendar or the tree changed; returns how many.

    ``unit_path`` narrows them to the tasks led at or below a unit.

    One statement, however many tasks there are: the round itself works out the next day under the new rules. Steps
    whose day lies before today do not come back; what today's round has still to do is left as it is.
    """
    today = local_date(now)
    session.flush()
    later = [Alarm.fire_on > today]
    if unit_path:
        later.append(
            Alarm.task_id.in_(select(Task.id).join(Unit, Task.lead_unit_id == Unit.id).where(below(unit_path)))
        )
    touched = session.execute(
        update(Alarm).where(*later).values(fire_on=today, since=today).execution_options(synchronize_session=False)
    )
    return int(cast(CursorResult[Any], touched).rowcount)


def review_days(session: Session, task_ids: Sequence[int]) -> dict[int, date]:
    """Return since which day an application of each task waits for its decision; tasks without one are left out."""
    found: dict[int, date] = {}
    for request in (ClosureRequest, ExtensionRequest) if task_ids else ():
        waiting = select(request.task_id, request.requested_at).where(
            request.task_id.in_(task_ids), request.decision.is_(None)
        )
        for task_id, requested_at in session.execute(waiting):
            day = local_date(requested_at)
            found[task_id] = min(day, found.get(task_id, day))
    return found


def clock_stopped_since(session: Session, task: Task) -> date | None:
    """Return since which day the task's clock stands still: an application waits for its decision, or it is suspended."""
    if task.status is TaskStatus.SUSPENDED:
        return local_date(task.suspended_at) if task.suspended_at else None
    if task.status is TaskStatus.IN_REVIEW or task.extension_pending:
        return review_days(session, [task.id]).get(task.id)
    return None


def clock_facts(task: Task, *, since: date, review_since: date | None = None) -> ClockFacts:
    """Return what the ladders need to know of a task."""
    return ClockFacts(
        status=task.status,
        due_on=task.due_on,
        since=since,
        sign_due_on=task.sign_due_on,
        extension_pending=task.extension_pending,
        recurring=task.recurring,
        plan_year=task.plan_year,
        assigned_on=local_date(task.assigned_at) if task.assigned_at else None,
        last_progress_on=local_date(task.last_progress_at) if task.last_progress_at else None,
        review_since=review_since,
    )
