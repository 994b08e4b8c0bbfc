"""One rule for who sees which rows; every list, count, search, export and message goes through it."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.db.models import Report, SupportingUnit, Task, Unit, User
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor, Role, path_range

ScopeUnit = aliased(Unit, name="scope_unit")
Bound = str | ColumnElement[str]
"""A bound of the paths in a scope: a path, or a parameter of a statement that serves every scope."""


def below(path: str) -> ColumnElement[bool]:
    """Return the condition on ``Unit`` of being the unit at ``path`` or lying below it."""
    low, high = path_range(path)
    return (Unit.path >= low) & (Unit.path < high)


def unit_ids_in_scope(actor: Actor) -> Select[int]:
    """Return the ids of the units the actor may see."""
    return select(Unit.id).where(below(actor.scope_path))


def leads_in_scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Task`` for the ledger: a unit in scope leads it."""
    return Task.lead_unit_id.in_(unit_ids_in_scope(actor))


def may_see_task(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Task`` for a single task: a unit in scope leads, promised or supports it.

    It looks each unit up by its id, so that it costs the same in a county and in a province.
    """
    return task_seen_between(*path_range(actor.scope_path))


@lru_cache(maxsize=1024)  # working it out takes longer than what it asks of the database
def task_seen_between(low: Bound, high: Bound) -> ColumnElement[bool]:
    """Return what ``may_see_task`` does, for a scope given by the bounds of its units' paths."""
    supports = exists().where(SupportingUnit.task_id == Task.id, _lies_between(SupportingUnit.unit_id, low, high))
    return or_(_lies_between(Task.lead_unit_id, low, high), _lies_between(Task.unit_id, low, high), supports)


def _lies_between(unit_id: InstrumentedAttribute[int], low: Bound, high: Bound) -> ColumnElement[bool]:
    return exists().where(ScopeUnit.id == unit_id, ScopeUnit.path >= low, ScopeUnit.path < high)


def report_seen_between(low: Bound, high: Bound, report_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return the condition that the report named by a column is one of a unit in scope; false where it names none."""
    return exists().where(
        Report.id == report_id, ScopeUnit.id == Report.unit_id, ScopeUnit.path >= low, ScopeUnit.path < high
    )


def get_task(session: Session, actor: Actor, task_id: int) -> Task:
    """Return a task the actor may see; raises NotFound as if others did not exist."""
    return _found(session.scalar(_task_seen_by(actor, task_id)))


def lock_task(session: Session, actor: Actor, task_id: int) -> Task:
    """Return a task for changing; others who want to change it wait until this transaction ends. Raises NotFound."""
    locked = _task_seen_by(actor, task_id).with_for_update(
        of=Task, key_share=True
    )  # who only refers to it need not wait
    return _found(session.scalar(locked.execution_options(populate_existing=True)))


def _task_seen_by(actor: Actor, task_id: int) -> Select[Task]:
    return select(Task).where(Task.id == task_id, may_see_task(actor), no_business_for_admin(actor))


def _found(task: Task | None) -> Task:
    if task is None:
        raise NotFound("没有找到这项任务，可能已被合并，或不在您的查看范围内。")
    return task


def get_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Return a unit in the actor's scope; raises NotFound."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, below(actor.scope_path)))
    if unit is None:
        raise NotFound("没有找到这个单位，或不在您的查看范围内。")
    return unit


def lock_unit(session: Session, unit_id: int) -> None:
    """Make others who work on the same unit as a whole wait until this transaction ends; tasks are locked before it."""
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))


def get_user(session: Session, actor: Actor, user_id: int) -> User:
    """Return an account whose unit is in the actor's scope; raises NotFound."""
    user = session.scalar(select(User).where(User.id == user_id, User.unit_id.in_(unit_ids_in_scope(actor))))
    if user is None:
        raise NotFound("没有找到这个账号，或不在您的查看范围内。")
    return user


def no_business_for_admin(actor: Actor) -> ColumnElement[bool]:
    """Return a condition that is false for an administrator, who takes no part in the business."""
    return Task.id.is_not(None) if actor.role is not Role.ADMIN else Task.id.is_(None)
