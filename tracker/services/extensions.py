"""Extensions (延期): the only way an established deadline moves, forward, by a supervisor's approval."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db.models import ExtensionRequest, Task
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Circle, NoticeKind
from tracker.domain.task_rules import (
    ExtensionPending,
    IncompleteTask,
    NothingPending,
    check_new_deadline,
    optional_text,
    required_text,
)
from tracker.domain.tasks import TaskAction
from tracker.services.notices import notify
from tracker.services.recipients import people_of, supervisors_of
from tracker.services.task_changes import Change, begin_change, finish_change, pending_extension


def request_extension(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    new_due_on: date,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> ExtensionRequest:
    """Ask for a later deadline; nothing moves yet, the reminders pause. After the deadline it is marked 逾期后申请."""
    change = begin_change(
        session, actor, task_id, TaskAction.REQUEST_EXTENSION, now=now, reason=reason, version=version
    )
    task = change.task
    if task.due_on is None:
        raise IncompleteTask
    if task.extension_pending:
        raise ExtensionPending
    check_new_deadline(new_due_on, task.due_on, task.plan_year, change.today)
    request = ExtensionRequest(
        task_id=task_id,
        requested_by_id=actor.id,
        requested_at=now,
        reason=required_text(reason, "延期的原因", "reason"),
        old_due_on=task.due_on,
        new_due_on=new_due_on,
        after_deadline=task.due_on < change.today,
    )
    session.add(request)
    task.extension_pending = True
    finish_change(change, reason=reason, extra={"requested_due_on": (task.due_on, new_due_on)})
    late = "（逾期后申请）" if request.after_deadline else ""
    notify(
        session,
        task,
        rule=f"extension:{request.id}",
        kind=NoticeKind.REVIEW,
        title=f"待审核延期{late}：{task.title}",
        reason=f"{task.lead_unit.short_name}申请由 {task.due_on} 延至 {new_due_on}",
        recipients=supervisors_of(session, task.lead_unit),
        now=now,
    )
    return request


def approve_extension(
    session: Session, actor: Actor, task_id: int, *, now: datetime, note: str = "", version: int | None = None
) -> Task:
    """Move the current deadline to the day asked for. The original stays; the count and the due version rise."""
    change = begin_change(session, actor, task_id, TaskAction.APPROVE_EXTENSION, now=now, version=version)
    task, request = change.task, _pending(change)
    request.decision, request.decision_note = "approved", optional_text(note, "审核意见", "note") or None
    request.decided_by_id, request.decided_at = actor.id, now
    task.due_on = request.new_due_on
    task.due_version += 1
    task.extension_count += 1
    task.extension_pending = False
    finish_change(change, reason=note)
    _tell_unit(session, task, request, "已同意延期", f"时限由 {request.old_due_on} 延至 {request.new_due_on}", now)
    return task


def refuse_extension(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Refuse an extension with a reason; nothing moves."""
    change = begin_change(session, actor, task_id, TaskAction.REFUSE_EXTENSION, now=now, reason=reason, version=version)
    task, request = change.task, _pending(change)
    request.decision, request.decision_note = "refused", required_text(reason, "不同意的原因", "reason")
    request.decided_by_id, request.decided_at = actor.id, now
    task.extension_pending = False
    finish_change(change, reason=reason)
    _tell_unit(session, task, request, "未同意延期", f"时限仍为 {task.due_on}。{request.decision_note}", now)
    return task


def _pending(change: Change) -> ExtensionRequest:
    request = pending_extension(change.session, change.task.id)
    if request is None:
        raise NothingPending
    return request


def _tell_unit(session: Session, task: Task, request: ExtensionRequest, what: str, why: str, now: datetime) -> None:
    notify(
        session,
        task,
        rule=f"extension_{request.decision}:{request.id}",
        kind=NoticeKind.EVENT,
        title=f"{what}：{task.title}",
        reason=why,
        recipients=people_of(session, task, Circle.UNIT),
        now=now,
    )
