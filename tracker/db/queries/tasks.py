"""Reads for the task's pages: the task with its units and people, and what an action or the edit form needs besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from tracker.db.models import (
    AuditEntry,
    ClosureRequest,
    EvidenceFile,
    ExtensionRequest,
    SupportingUnit,
    Task,
    Unit,
    User,
)
from tracker.db.queries.scope import below, may_see_task, no_business_for_admin
from tracker.domain.errors import NotFound
from tracker.domain.permissions import UNIT_ROLES, Actor


def load_task(session: Session, actor: Actor, task_id: int) -> Task:
    """Return a task the actor may see with units, owner and closer; raises NotFound."""
    anybody = replace(actor, id=0, name="", address=None)
    task = session.scalar(_task_statement(anybody), {"task_id": task_id})
    if task is None:
        raise NotFound("没有找到这项任务，可能已被合并，或不在您的查看范围内。")
    return task


@lru_cache(maxsize=256)  # built once a scope and role
def _task_statement(anybody: Actor) -> Select[Task]:
    lead, unit = aliased(Unit), aliased(Unit)
    return (
        select(Task)
        .join(lead, Task.lead_unit_id == lead.id)
        .join(unit, Task.unit_id == unit.id)
        .where(Task.id == bindparam("task_id", type_=Integer), may_see_task(anybody), no_business_for_admin(anybody))
        .options(
            contains_eager(Task.lead_unit.of_type(lead)),
            contains_eager(Task.unit.of_type(unit)),
            joinedload(Task.owner).joinedload(User.unit),
            joinedload(Task.closed_by).joinedload(User.unit),
        )
    )


def load_closures(session: Session, task_id: int) -> Sequence[ClosureRequest]:
    """Return a task's applications for closure, newest first."""
    return session.scalars(
        select(ClosureRequest)
        .where(ClosureRequest.task_id == task_id)
        .options(joinedload(ClosureRequest.requested_by, innerjoin=True), joinedload(ClosureRequest.decided_by))
        .order_by(ClosureRequest.id.desc())
    ).all()


def load_extensions(session: Session, task_id: int) -> Sequence[ExtensionRequest]:
    """Return a task's applications for an extension, newest first."""
    return session.scalars(
        select(ExtensionRequest)
        .where(ExtensionRequest.task_id == task_id)
        .options(joinedload(ExtensionRequest.requested_by, innerjoin=True), joinedload(ExtensionRequest.decided_by))
        .order_by(ExtensionRequest.id.desc())
    ).all()


def load_evidence(session: Session, task_id: int) -> Sequence[EvidenceFile]:
    """Return a task's evidence that has not been withdrawn, oldest first."""
    return session.scalars(
        select(EvidenceFile)
        .where(EvidenceFile.task_id == task_id, EvidenceFile.withdrawn_at.is_(None))
        .options(joinedload(EvidenceFile.uploaded_by, innerjoin=True))
        .order_by(EvidenceFile.id)
    ).all()


def load_history(session: Session, task_id: int, *, limit: int) -> Sequence[AuditEntry]:
    """Return the newest lines of a task's history."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_type == "task", AuditEntry.object_id == task_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()


def possible_owners(session: Session, unit_id: int) -> list[tuple[int, str, str]]:
    """Return id, name and role of the accounts that may own tasks of a unit, officers first."""
    people = session.execute(
        select(User.id, User.name, User.role)
        .where(User.unit_id == unit_id, User.role.in_(UNIT_ROLES), User.is_active.is_(True))
        .order_by(User.role.desc(), User.id)
    )
    return [(person.id, person.name, person.role) for person in people]


def units_to_choose(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the active units in scope as id and name in the order of the tree."""
    units = session.execute(
        select(Unit.id, Unit.name)
        .where(below(actor.scope_path), Unit.is_active.is_(True))
        .order_by(Unit.position, Unit.path)
    )
    return [(unit.id, unit.name) for unit in units]


def supporting_ids(session: Session, task_id: int) -> list[int]:
    """Return the ids of a task's 配合单位."""
    return list(session.scalars(select(SupportingUnit.unit_id).where(SupportingUnit.task_id == task_id)))
