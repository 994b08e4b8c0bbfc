"""From proposal to duty: establishing, dismissing and editing tasks. Sending them out is in ``assignments``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import SupportingUnit, Task, Unit, User
from tracker.db.queries.scope import get_unit
from tracker.domain.documents import DeadlineSource
from tracker.domain.errors import ReasonRequired, RuleViolation
from tracker.domain.permissions import UNIT_ROLES, Actor
from tracker.domain.reminders import NoticeKind
from tracker.domain.task_rules import (
    LONGEST_TITLE,
    DeadlineFixed,
    LeadUnitFixed,
    OwnerOutsideUnit,
    check_deadline_year,
    check_establishment,
    optional_text,
    required_text,
)
from tracker.domain.tasks import TaskAction, TaskStatus
from tracker.services.notices import notify
from tracker.services.numbering import assign_number
from tracker.services.task_changes import Change, begin_change, finish_change


class Unset(Enum):
    """Stands for a field that an edit leaves alone; None would clear it."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class TaskEdit:
    """What an edit changes. ``due_on`` counts before establishment only; ``confirm_due`` takes the 推定 away."""

    title: str | Unset = UNSET
    wording: str | Unset = UNSET
    area: str | Unset | None = UNSET
    lead_unit_id: int | Unset = UNSET
    owner_id: int | Unset | None = UNSET
    supporting_unit_ids: tuple[int, ...] | Unset = UNSET
    due_on: date | Unset = UNSET
    confirm_due: bool = False


def establish(session: Session, actor: Actor, task_id: int, *, now: datetime, version: int | None = None) -> Task:
    """Make a proposal a duty: quote and original deadline are frozen, the number is given.

    A deadline that was inferred keeps its mark 推定 until a person sets or confirms it by an edit.
    """
    change = begin_change(session, actor, task_id, TaskAction.ESTABLISH, now=now, version=version)
    task = change.task
    check_establishment(task.title, task.wording, task.due_on, task.plan_year)
    check_active(task.lead_unit)
    task.original_due_on = task.due_on
    task.due_confirmed = task.due_confirmed or task.due_source is DeadlineSource.TEXT
    task.lead_unit_confirmed = True
    task.established_at = now
    task.number = assign_number(session, task.unit_id, task.plan_year)
    return finish_change(change, detail=f"{task.number} {task.title}")


def dismiss(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Leave a proposal out of the ledger, with the reason; its source spans stay."""
    change = begin_change(session, actor, task_id, TaskAction.DISMISS, now=now, reason=reason, version=version)
    change.task.status_reason = required_text(reason, "忽略的原因", "reason")
    return finish_change(change, reason=reason)


def edit(
    session: Session,
    actor: Actor,
    task_id: int,
    changes: TaskEdit,
    *,
    now: datetime,
    version: int,
    reason: str | None = None,
) -> Task:
    """Change what a proposal or a task says and who is in charge.

    Once it is established a reason is needed, the deadline is fixed (DeadlineFixed), and so is the lead unit as soon
    as it was sent out (LeadUnitFixed). Raises StaleVersion where another was faster.
    """
    change = begin_change(session, actor, task_id, TaskAction.EDIT, now=now, version=version)
    task = change.task
    established = task.status is not TaskStatus.PROPOSED
    if established and not (reason or "").strip():
        raise ReasonRequired("请填写修改已立项任务的原因。", field="reason")
    _edit_text(task, changes)
    _edit_deadline(task, changes)
    _edit_lead_unit(change, changes)
    if not isinstance(changes.owner_id, Unset):
        set_owner(session, task, changes.owner_id)
    extra: dict[str, tuple[Any, Any]] = {}
    if not isinstance(changes.supporting_unit_ids, Unset):
        before, after = _set_supporting_units(change, changes.supporting_unit_ids)
        if before != after:
            extra["supporting_units"] = (before, after)
    finish_change(change, reason=reason, extra=extra)
    if established:
        tell_owner(change)
    return task


def tell_owner(change: Change) -> None:
    """Tell the person who has become the owner by this change, unless it is the actor."""
    task, actor = change.task, change.actor
    if task.owner is None or task.owner.id in {actor.id, change.owner_before}:
        return
    notify(
        change.session,
        task,
        rule=f"owner:{task.version}",
        kind=NoticeKind.EVENT,
        title=f"由您承办：{task.title}",
        reason=f"{actor.name}指定您为责任人",
        recipients=[task.owner],
        now=change.now,
    )


def set_owner(session: Session, task: Task, owner_id: int | None) -> None:
    """Set or clear the 责任人; raises OwnerOutsideUnit unless it is an active officer or head of the lead unit."""
    if owner_id is None:
        task.owner = None
        return
    task.owner = find_owner(session, task.lead_unit_id, owner_id)


def find_owner(session: Session, unit_id: int, owner_id: int) -> User:
    """Return an account that may own tasks of a unit; raises OwnerOutsideUnit."""
    owner = session.scalar(
        select(User).where(
            User.id == owner_id, User.unit_id == unit_id, User.role.in_(UNIT_ROLES), User.is_active.is_(True)
        )
    )
    if owner is None:
        raise OwnerOutsideUnit(field="owner_id")
    return owner


def check_active(unit: Unit) -> None:
    """Raise where a unit has been closed down and can lead nothing."""
    if not unit.is_active:
        raise RuleViolation(f"{unit.name}已停用，请改选牵头单位。", field="lead_unit_id")


def supporting_units(session: Session, task_id: int) -> list[Unit]:
    """Return the 配合单位 of a task in the order of the tree."""
    return list(
        session.scalars(
            select(Unit)
            .join(SupportingUnit, SupportingUnit.unit_id == Unit.id)
            .where(SupportingUnit.task_id == task_id)
            .order_by(Unit.position, Unit.path)
        )
    )


def _edit_text(task: Task, changes: TaskEdit) -> None:
    if not isinstance(changes.title, Unset):
        task.title = required_text(changes.title, "任务名称", "title", limit=LONGEST_TITLE)
    if not isinstance(changes.wording, Unset):
        task.wording = required_text(changes.wording, "任务内容", "wording")
    if not isinstance(changes.area, Unset):
        task.area = optional_text(changes.area, "类别", "area", limit=40) or None


def _edit_deadline(task: Task, changes: TaskEdit) -> None:
    if not isinstance(changes.due_on, Unset) and changes.due_on != task.due_on:
        if task.status is not TaskStatus.PROPOSED:
            raise DeadlineFixed(field="due_on")
        check_deadline_year(changes.due_on, task.plan_year)
        task.due_on, task.due_confirmed = changes.due_on, True
    if changes.confirm_due:
        task.due_confirmed = True


def _edit_lead_unit(change: Change, changes: TaskEdit) -> None:
    task = change.task
    if isinstance(changes.lead_unit_id, Unset):
        return
    if changes.lead_unit_id != task.lead_unit_id:
        if task.status not in {TaskStatus.PROPOSED, TaskStatus.ESTABLISHED}:
            raise LeadUnitFixed(field="lead_unit_id")
        unit = get_unit(change.session, change.actor, changes.lead_unit_id)
        check_active(unit)
        task.lead_unit = unit
        task.owner = None  # an owner belongs to the lead unit
        change.session.flush()
    task.lead_unit_confirmed = True


def _set_supporting_units(change: Change, unit_ids: tuple[int, ...]) -> tuple[str, str]:
    """Replace the 配合单位; return their names before and after."""
    session, task = change.session, change.task
    before = supporting_units(session, task.id)
    wanted = {unit_id for unit_id in unit_ids if unit_id != task.lead_unit_id}
    known = {unit.id for unit in before}
    for unit_id in wanted - known:
        get_unit(session, change.actor, unit_id)  # out of scope is not found
    session.execute(
        delete(SupportingUnit).where(SupportingUnit.task_id == task.id, SupportingUnit.unit_id.not_in(wanted))
    )
    session.add_all(SupportingUnit(task_id=task.id, unit_id=unit_id) for unit_id in sorted(wanted - known))
    session.flush()
    after = supporting_units(session, task.id)
    return "、".join(unit.name for unit in before), "、".join(unit.name for unit in after)
