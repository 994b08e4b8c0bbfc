"""The 编号 of a task: the unit's code, the plan year and a count, given once and never used again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Task, Unit
from tracker.domain.task_rules import next_number


def assign_number(session: Session, unit_id: int, plan_year: int) -> str:
    """Return the next free number of a unit's plan year, e.g. ``LHZ-2026-007``.

    The unit's row is locked first, so that two transactions cannot both see the same highest number; on SQLite a
    writing transaction is alone anyway. The unique key of ``task.number`` stands behind it.
    """
    code = session.scalar(select(Unit.code).where(Unit.id == unit_id).with_for_update(key_share=True))
    prefix = f"{code}-{plan_year}-"
    taken = session.scalars(
        select(Task.number).where(
            Task.unit_id == unit_id, Task.plan_year == plan_year, Task.number.startswith(prefix, autoescape=True)
        )
    )
    return next_number(prefix, [number for number in taken if number])
