"""How every verb on a task begins and ends: lock, scope, rule, version; then version, audit line and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import ClosureRequest, ExtensionRequest, ReconciliationSheet, Task, User
from tracker.db.queries.scope import lock_task
from tracker.domain.calendar import local_date
from tracker.domain.errors import Forbidden, StaleVersion
from tracker.domain.permissions import Actor
from tracker.domain.task_rules import check_year_open
from tracker.domain.tasks import ACTION_LABELS, TaskAction, TaskStatus, check_action
from tracker.services.alarms import clock_stopped_since, reset_alarms
from tracker.services.audit import differences, record

TRACKED = (
    "number",
    "status",
    "title",
    "wording",
    "area",
    "due_on",
    "due_confirmed",
    "planned_on",
    "percent",
    "completed_on",
    "verdict",
    "review_on",
    "extension_pending",
    "unfinished_reason",
)
CLOCKED = frozenset({"status", "due_on", "owner", "lead_unit", "extension_pending"})


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one task under way: its row is locked, the rules have been asked, ``before`` is what it was."""

    session: Session
    actor: Actor
    task: Task
    action: TaskAction
    target: TaskStatus
    before: dict[str, Any]
    owner_before: int | None
    now: datetime
    stopped_since: date | None = None

    @property
    def today(self) -> date:
        """The local day of the change."""
        return local_date(self.now)


def begin_change(
    session: Session,
    actor: Actor,
    task_id: int,
    action: TaskAction,
    *,
    now: datetime,
    reason: str | None = None,
    version: int | None = None,
) -> Change:
    """Lock a task and ask the life cycle; nothing is changed yet.

    ``version`` is that of the form; None where a change cannot overwrite another's. Raises NotFound, Forbidden,
    ActionNotAllowed, ReasonRequired, StaleVersion or YearLocked.
    """
    task = lock_task(session, actor, task_id)
    if not actor.sees(task.lead_unit.path):
        raise Forbidden(f"这项任务由{task.lead_unit.name}牵头，您所在单位可以查看，不能办理。")
    target = check_action(task.status, action, actor.role, reason)
    if version is not None and version != task.version:
        raise StaleVersion
    check_year_open(locked=is_year_locked(session, task.unit_id, task.plan_year), plan_year=task.plan_year)
    stopped_since = clock_stopped_since(session, task)
    return Change(session, actor, task, action, target, snapshot(task), task.owner_id, now, stopped_since)


def finish_change(
    change: Change,
    *,
    reason: str | None = None,
    detail: str = "",
    appends: bool = False,
    extra: dict[str, tuple[Any, Any]] | None = None,
) -> Task:
    """Move the task to the action's state, raise its version, write the audit line, set its alarms anew.

    ``appends`` is for what only adds (progress, evidence, 催办): the version stays. ``extra`` are further changes of
    the audit line; ``detail`` follows the action's name in its summary.
    """
    task, session = change.task, change.session
    task.status = change.target
    task.updated_at = change.now
    if not appends:
        task.version += 1
    session.flush()
    changed = {**differences(change.before, snapshot(task)), **_namesake(change), **(extra or {})}
    record(
        session,
        change.actor,
        f"task.{change.action.value}",
        "task",
        task.id,
        unit_path=task.lead_unit.path,
        summary=f"{ACTION_LABELS[change.action]}：{detail or task.title}",
        now=change.now,
        reason=reason,
        changes=changed,
    )
    if CLOCKED & changed.keys():
        stopped_since = None if "due_on" in changed else change.stopped_since  # a new deadline has steps of its own
        reset_alarms(session, task, now=change.now, stopped_since=stopped_since)
    return task


def _namesake(change: Change) -> dict[str, tuple[str, str]]:
    """Return the change of owner where two people of one name follow each other: told by their accounts."""
    task, session = change.task, change.session
    if task.owner is None or change.owner_before in (None, task.owner_id) or change.before["owner"] != task.owner.name:
        return {}
    before, after = session.get_one(User, change.owner_before), task.owner
    return {"owner": (f"{before.name}（{before.username}）", f"{after.name}（{after.username}）")}


def snapshot(task: Task) -> dict[str, Any]:
    """Return what the audit line compares: plain values, people and units by name."""
    values = {name: getattr(task, name) for name in TRACKED}
    values["lead_unit"] = task.lead_unit.name
    values["owner"] = task.owner.name if task.owner else None
    return values


def is_year_locked(session: Session, unit_id: int, plan_year: int) -> bool:
    """Say whether the reconciliation of a unit's plan year has been locked."""
    return (
        session.scalar(
            select(ReconciliationSheet.id).where(
                ReconciliationSheet.unit_id == unit_id,
                ReconciliationSheet.plan_year == plan_year,
                ReconciliationSheet.locked_at.is_not(None),
            )
        )
        is not None
    )


def pending_closure(session: Session, task_id: int) -> ClosureRequest | None:
    """Return the application for closure that waits for a decision, if any."""
    return session.scalar(
        select(ClosureRequest).where(ClosureRequest.task_id == task_id, ClosureRequest.decision.is_(None))
    )


def pending_extension(session: Session, task_id: int) -> ExtensionRequest | None:
    """Return the application for an extension that waits for a decision, if any."""
    return session.scalar(
        select(ExtensionRequest).where(ExtensionRequest.task_id == task_id, ExtensionRequest.decision.is_(None))
    )


def settle_pending(change: Change, note: str) -> None:
    """Answer what still waits when a task ends otherwise, so that no application is left hanging."""
    closure = pending_closure(change.session, change.task.id)
    if closure is not None:
        closure.decision, closure.decision_note = "returned", note
        closure.decided_by_id, closure.decided_at = change.actor.id, change.now
    extension = pending_extension(change.session, change.task.id)
    if extension is not None:
        extension.decision, extension.decision_note = "refused", note
        extension.decided_by_id, extension.decided_at = change.actor.id, change.now
    change.task.extension_pending = False
