"""Sending tasks out (交办), signing for them (签收), sending them back, and who answers for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db.models import Task, User
from tracker.domain.errors import Forbidden, RuleViolation
from tracker.domain.permissions import UNIT_ROLES, Actor, Role
from tracker.domain.reminders import NoticeKind
from tracker.domain.task_rules import NobodyToAnswer, check_planned_day, required_text
from tracker.domain.tasks import TaskAction
from tracker.services.notices import notify
from tracker.services.policies import signing_day
from tracker.services.recipients import staff, supervisors_of
from tracker.services.task_changes import Change, begin_change, finish_change
from tracker.services.tasks import find_owner, set_owner, tell_owner


@dataclass(frozen=True, slots=True)
class Refusal:
    """A task that a batch left alone, and why."""

    task_id: int
    message: str


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What a batch did, in the order asked."""

    done: tuple[Task, ...]
    refused: tuple[Refusal, ...]


def assign(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    now: datetime,
    owner_id: int | None = None,
    version: int | None = None,
) -> Task:
    """Send a task to its lead unit; the signing clock runs from today.

    ``owner_id`` names the 责任人 beforehand. The notice goes to the owner and the unit's officers; where it has none,
    to its head; where nobody there has an account, NobodyToAnswer is raised.
    """
    change = begin_change(session, actor, task_id, TaskAction.ASSIGN, now=now, version=version)
    task = change.task
    people = staff(session, task.lead_unit_id, *UNIT_ROLES)
    if not people:
        raise NobodyToAnswer(f"{task.lead_unit.name}没有在用的承办人或负责人账号，无法交办。请先由系统管理员建立账号。")
    if owner_id is not None:
        set_owner(session, task, owner_id)
    elif task.owner is not None and not task.owner.is_active:
        task.owner = None
    task.assigned_at = now
    task.sign_due_on = signing_day(session, task.lead_unit.path, task.level, today=change.today)
    task.status_reason = None
    finish_change(change, extra={"sign_due_on": (None, task.sign_due_on)})
    _tell_unit(change, people)
    return task


def assign_many(session: Session, actor: Actor, task_ids: Iterable[int], *, now: datetime) -> BatchOutcome:
    """Send several tasks out; what cannot be sent is left alone and named with its reason."""
    done: list[Task] = []
    refused: list[Refusal] = []
    for task_id in sorted(set(task_ids)):  # in one order, so that two batches cannot wait for each other
        try:
            with session.begin_nested():
                done.append(assign(session, actor, task_id, now=now))
        except RuleViolation as error:
            refused.append(Refusal(task_id, error.message))
    return BatchOutcome(tuple(done), tuple(refused))


def sign(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    now: datetime,
    planned_on: date | None = None,
    owner_id: int | None = None,
    version: int | None = None,
) -> Task:
    """Sign for a task. ``planned_on`` is the unit's own plan: it may not pass the deadline and never moves it.

    The signer becomes the owner unless one is given or was named before; an officer can name nobody else.
    """
    change = begin_change(session, actor, task_id, TaskAction.SIGN, now=now, version=version)
    task = change.task
    check_planned_day(planned_on, task.due_on, change.today)
    if owner_id is not None:
        if actor.role is Role.OFFICER and owner_id != actor.id:
            raise Forbidden("承办人只能由自己签收。需要改由他人承办的，请单位负责人指定责任人。")
        set_owner(session, task, owner_id)
    elif (task.owner is None or not task.owner.is_active) and actor.unit_id == task.lead_unit_id:
        task.owner = find_owner(session, task.lead_unit_id, actor.id)
    task.planned_on = planned_on
    task.signed_at, task.signed_by_id = now, actor.id
    return finish_change(change)


def decline(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Send a task back as not the unit's duty; it waits for the supervisor to name another lead unit."""
    change = begin_change(session, actor, task_id, TaskAction.DECLINE, now=now, reason=reason, version=version)
    task = change.task
    task.status_reason = required_text(reason, "退回的原因", "reason")
    task.assigned_at = task.sign_due_on = None
    task.owner = None
    finish_change(change, reason=reason)
    notify(
        session,
        task,
        rule=f"declined:{task.version}",
        kind=NoticeKind.REVIEW,
        title=f"退回交办：{task.title}",
        reason=f"{task.lead_unit.short_name}认为不属于本单位职责，请重新确定牵头单位",
        recipients=supervisors_of(session, task.lead_unit),
        now=now,
    )
    return task


def assign_owner(
    session: Session, actor: Actor, task_id: int, *, owner_id: int, now: datetime, version: int | None = None
) -> Task:
    """Name the person who answers for a task: one of the lead unit's active officers or heads."""
    change = begin_change(session, actor, task_id, TaskAction.ASSIGN_OWNER, now=now, version=version)
    task = change.task
    set_owner(session, task, owner_id)
    finish_change(change)
    tell_owner(change)
    return task


def _tell_unit(change: Change, people: list[User]) -> None:
    task = change.task
    officers = [person for person in people if person.role is Role.OFFICER]
    recipients = [*officers, task.owner] if task.owner else officers or people
    notify(
        change.session,
        task,
        rule=f"assigned:{task.version}",
        kind=NoticeKind.SIGNING,
        title=f"待签收：{task.title}",
        reason=f"请于 {task.sign_due_on} 前签收，办理时限 {task.due_on}",
        recipients=recipients,
        now=change.now,
    )
