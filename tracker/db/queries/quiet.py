"""Whom reminders leave alone on a day, asked in SQL: the exceptions to the quiet days, the nearest unit first."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, true

from tracker.db.models import Alarm, Notice, Task, Unit, User
from tracker.domain.delivery_book import DeliveryBook, Verdict
from tracker.domain.permissions import path_range
from tracker.domain.policy_book import TaskLevel


def alarms_to_heed(day: date, book: DeliveryBook) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on ``Alarm`` that its task is not held back on ``day``; none where no exception speaks."""
    if not book.verdicts(day):
        return ()
    quiet = exists().where(
        Task.id == Alarm.task_id, Unit.id == Task.lead_unit_id, _is_quiet(day, book, Unit.path, Task.level)
    )
    return (~quiet,)


def notices_to_send(day: date, book: DeliveryBook) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on ``Notice`` that its reader is not left alone on ``day``; none where no exception speaks."""
    held = notices_held_back(day, book)
    return () if held is None else (~held,)


def notices_held_back(day: date, book: DeliveryBook) -> ColumnElement[bool] | None:
    """Return the condition on ``Notice`` that its reader is left alone on ``day``; None where no exception speaks."""
    if not book.verdicts(day):
        return None
    return (
        select(User.id)
        .join(Unit, Unit.id == User.unit_id)
        .outerjoin(Task, Task.id == Notice.task_id)
        .where(User.id == Notice.recipient_id, _is_quiet(day, book, Unit.path, Task.level))
        .correlate(Notice)
        .exists()
    )


def _is_quiet(day: date, book: DeliveryBook, unit_path: Any, level: Any) -> ColumnElement[bool]:
    """Write ``DeliveryBook.is_quiet`` as a condition on the columns of a unit's path and a task's level."""
    whens = [(_fits(verdict, unit_path, level), int(verdict.quiet)) for verdict in book.verdicts(day)]
    return case(*whens, else_=int(book.base.is_quiet(day))) == 1


def _fits(verdict: Verdict, unit_path: Any, level: Any) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [true()]
    if verdict.unit_path is not None:
        low, high = path_range(verdict.unit_path)
        found += [unit_path >= low, unit_path < high]
    if verdict.level == TaskLevel.ROUTINE:
        found.append(or_(level.is_(None), level == verdict.level))
    elif verdict.level is not None:
        found.append(level == verdict.level)
    return and_(*found)
