"""Asking for closure (申请办结), striking off (销号), returning (退回重办) and taking up again (重新办理)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import ClosureRequest, ProgressReport, Task
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Circle, NoticeKind
from tracker.domain.task_rules import (
    MAX_PERCENT,
    EvidenceMissing,
    NothingPending,
    check_completion_day,
    optional_text,
    required_text,
)
from tracker.domain.tasks import TaskAction
from tracker.services.evidence import AcceptedFile, add_files, count_evidence
from tracker.services.notices import notify
from tracker.services.recipients import people_of, supervisors_of
from tracker.services.task_changes import begin_change, finish_change, pending_closure, settle_pending


@dataclass(frozen=True, slots=True)
class ClosureFields:
    """What a unit states when it asks for closure; ``completed_on`` is the day the work was really done."""

    statement: str
    completed_on: date
    no_evidence_reason: str | None = None


def request_closure(
    session: Session,
    actor: Actor,
    task_id: int,
    fields: ClosureFields,
    *,
    now: datetime,
    version: int | None = None,
    files: Iterable[AcceptedFile] = (),
) -> ClosureRequest:
    """Ask the supervisor to strike a task off; needs evidence (some may come along) or a reason for having none."""
    change = begin_change(session, actor, task_id, TaskAction.REQUEST_CLOSURE, now=now, version=version)
    task = change.task
    check_completion_day(fields.completed_on, task.plan_year, change.today)
    names = add_files(change, files, progress_id=None)
    reason = optional_text(fields.no_evidence_reason, "没有佐证的原因", "no_evidence_reason")
    if not reason and count_evidence(session, task_id) == 0:
        raise EvidenceMissing(field="no_evidence_reason")
    request = ClosureRequest(
        task_id=task_id,
        requested_by_id=actor.id,
        requested_at=now,
        statement=required_text(fields.statement, "完成情况", "statement"),
        completed_on=fields.completed_on,
        no_evidence_reason=reason or None,
    )
    session.add(request)
    extra: dict[str, tuple[Any, Any]] = {"reported_completed_on": (None, fields.completed_on)}
    if names:
        extra["evidence"] = (None, "、".join(names))
    finish_change(change, extra=extra)
    notify(
        session,
        task,
        rule=f"closure:{request.id}",
        kind=NoticeKind.REVIEW,
        title=f"待审核办结：{task.title}",
        reason=f"{task.lead_unit.short_name}申请办结",
        recipients=supervisors_of(session, task.lead_unit),
        now=now,
    )
    return request


def approve(
    session: Session, actor: Actor, task_id: int, *, verdict: str, now: datetime, version: int | None = None
) -> Task:
    """Strike a task off (销号). The day of completion is the one the unit stated, apart from today's approval."""
    change = begin_change(session, actor, task_id, TaskAction.APPROVE, now=now, version=version)
    task, request = change.task, pending_closure(session, task_id)
    if request is None:
        raise NothingPending
    task.verdict = required_text(verdict, "审核意见", "verdict")
    request.decision, request.decision_note = "approved", task.verdict
    request.decided_by_id, request.decided_at = actor.id, now
    task.completed_on, task.closed_at, task.closed_by_id = request.completed_on, now, actor.id
    task.percent = MAX_PERCENT
    task.status_reason = None
    session.flush()
    settle_pending(change, "任务已办结，延期申请自动终止")
    finish_change(change)
    _tell_unit(session, task, f"closed:{task.version}", "已销号", f"审核意见：{task.verdict}", now)
    return task


def return_task(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Refuse closure with a reason; the task goes back to its unit and the return is counted."""
    change = begin_change(session, actor, task_id, TaskAction.RETURN, now=now, reason=reason, version=version)
    task, request = change.task, pending_closure(session, task_id)
    if request is None:
        raise NothingPending
    reason = required_text(reason, "退回的原因", "reason")
    request.decision, request.decision_note = "returned", reason
    request.decided_by_id, request.decided_at = actor.id, now
    task.status_reason = reason
    task.return_count += 1
    finish_change(change, reason=reason)
    _tell_unit(session, task, f"returned:{task.return_count}", "退回重办", f"退回原因：{reason}", now)
    return task


def reopen(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Take a closed task up again, before its year is locked. What was closed stays in the history."""
    change = begin_change(session, actor, task_id, TaskAction.REOPEN, now=now, reason=reason, version=version)
    task = change.task
    task.status_reason = required_text(reason, "重新办理的原因", "reason")
    task.completed_on = task.closed_at = task.closed_by_id = task.verdict = None
    last = session.scalar(
        select(ProgressReport.percent).where(ProgressReport.task_id == task_id).order_by(ProgressReport.at.desc())
    )
    task.percent = last or 0
    finish_change(change, reason=reason)
    _tell_unit(session, task, f"reopened:{task.version}", "重新办理", f"原因：{reason}", now)
    return task


def _tell_unit(session: Session, task: Task, rule: str, what: str, why: str, now: datetime) -> None:
    notify(
        session,
        task,
        rule=rule,
        kind=NoticeKind.EVENT,
        title=f"{what}：{task.title}",
        reason=why,
        recipients=people_of(session, task, Circle.UNIT),
        now=now,
    )
