"""From a task's row to its light: the one place that says which columns the light looks at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from tracker.domain.calendar import WorkingCalendar, local_date
from tracker.domain.lights import LightPolicy, LightVerdict, TaskDates, elapsed_share, light_for, progress_due_on
from tracker.domain.tasks import TaskStatus


class LightColumns(Protocol):
    """What a row must have; a ``Task`` does, and so does a row of a query that names these columns."""

    @property
    def status(self) -> TaskStatus: ...
    @property
    def plan_year(self) -> int: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def assigned_at(self) -> datetime | None: ...
    @property
    def completed_on(self) -> date | None: ...
    @property
    def percent(self) -> int: ...
    @property
    def recurring(self) -> str | None: ...
    @property
    def last_progress_at(self) -> datetime | None: ...


def dates_of(task: LightColumns, today: date) -> TaskDates:
    """Return what the light depends on. The duty begins on the day it was sent out."""
    assigned_on = local_date(task.assigned_at) if task.assigned_at else None
    last_progress_on = local_date(task.last_progress_at) if task.last_progress_at else None
    return TaskDates(
        status=task.status,
        due_on=task.due_on,
        started_on=assigned_on,
        completed_on=task.completed_on,
        percent=task.percent,
        progress_due_on=progress_due_on(task.recurring, task.plan_year, assigned_on, last_progress_on, today),
    )


def light_of(task: LightColumns, today: date, calendar: WorkingCalendar, policy: LightPolicy) -> LightVerdict:
    """Return the light of a task's row with its reason."""
    return light_for(dates_of(task, today), today, calendar, policy)


def elapsed_of(task: LightColumns, today: date) -> int | None:
    """Return the elapsed share of a task's time in percent (序时进度), None where it has not begun."""
    dates = dates_of(task, today)
    return elapsed_share(dates.started_on, dates.due_on, today)
