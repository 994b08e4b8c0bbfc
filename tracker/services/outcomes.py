"""How a task stops or ends otherwise than by closure: 暂缓, 恢复, 撤销, 认定未完成, 结转."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import SupportingUnit, Task, TaskSource
from tracker.domain.documents import DeadlineSource
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Circle, NoticeKind
from tracker.domain.task_rules import check_review_day, check_successor_deadline, check_year_open, required_text
from tracker.domain.tasks import UNFINISHED_LABELS, TaskAction, TaskStatus, UnfinishedReason
from tracker.services.audit import record
from tracker.services.notices import notify
from tracker.services.numbering import assign_number
from tracker.services.recipients import people_of
from tracker.services.task_changes import begin_change, finish_change, is_year_locked, settle_pending
from tracker.services.tasks import check_active

CARRIED_FIELDS = (
    "report_id",
    "unit_id",
    "label",
    "group_title",
    "title",
    "wording",
    "quote",
    "start",
    "end",
    "area",
    "quantities",
    "commitments",
    "responsible_names",
    "supporting_names",
    "item_ref",
    "confidence",
    "vague",
    "inline",
    "recurring",
)


def suspend(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    reason: str,
    review_on: date,
    now: datetime,
    version: int | None = None,
) -> Task:
    """Stop a task's clock until it is looked at again on ``review_on``; its deadline stays what it was."""
    change = begin_change(session, actor, task_id, TaskAction.SUSPEND, now=now, reason=reason, version=version)
    task = change.task
    check_review_day(review_on, change.today)
    task.status_reason = required_text(reason, "暂缓的原因", "reason")
    task.suspended_at, task.review_on = now, review_on
    finish_change(change, reason=reason)
    _tell_unit(session, task, "suspended", "已暂缓", f"停止计时，{review_on} 复核。原因：{reason}", now)
    return task


def resume(session: Session, actor: Actor, task_id: int, *, now: datetime, version: int | None = None) -> Task:
    """Let a suspended task run again; its deadline has not moved."""
    change = begin_change(session, actor, task_id, TaskAction.RESUME, now=now, version=version)
    task = change.task
    task.suspended_at = task.review_on = task.status_reason = None
    finish_change(change)
    _tell_unit(session, task, "resumed", "恢复办理", f"继续计时，时限 {task.due_on}", now)
    return task


def withdraw(
    session: Session, actor: Actor, task_id: int, *, reason: str, now: datetime, version: int | None = None
) -> Task:
    """Strike a task that is no longer warranted; it is counted apart. The approver is the actor."""
    change = begin_change(session, actor, task_id, TaskAction.WITHDRAW, now=now, reason=reason, version=version)
    task = change.task
    task.status_reason = required_text(reason, "撤销的原因", "reason")
    task.review_on = None
    settle_pending(change, "任务已撤销，申请自动终止")
    finish_change(change, reason=reason)
    _tell_unit(session, task, "withdrawn", "已撤销", f"原因：{reason}", now)
    return task


def mark_unfinished(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    reason_class: UnfinishedReason,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Task:
    """Find that the year ended without the task, with the class of the reason and the reason itself."""
    change = begin_change(session, actor, task_id, TaskAction.MARK_UNFINISHED, now=now, reason=reason, version=version)
    task = change.task
    task.status_reason = required_text(reason, "未完成的原因", "reason")
    task.unfinished_reason = reason_class
    task.review_on = None
    settle_pending(change, "任务已认定未完成，申请自动终止")
    finish_change(change, reason=reason)
    why = f"{UNFINISHED_LABELS[reason_class]}：{reason}"
    _tell_unit(session, task, "unfinished", "认定未完成", why, now)
    return task


def carry_over(
    session: Session, actor: Actor, task_id: int, *, due_on: date, now: datetime, version: int | None = None
) -> Task:
    """Carry an unfinished task over; returns its successor, established in the next year with its own deadline."""
    change = begin_change(session, actor, task_id, TaskAction.CARRY_OVER, now=now, version=version)
    task = change.task
    year = task.plan_year + 1
    check_year_open(locked=is_year_locked(session, task.unit_id, year), plan_year=year)
    check_active(task.lead_unit)
    check_successor_deadline(due_on, year)
    successor = _successor(session, task, due_on, now)
    finish_change(change, extra={"successor": (None, successor.number)})
    record(
        session,
        actor,
        "task.establish",
        "task",
        successor.id,
        unit_path=successor.lead_unit.path,
        summary=f"结转立项：{successor.number} {successor.title}",
        now=now,
        changes={"predecessor": (None, task.number), "due_on": (None, due_on)},
    )
    return successor


def _successor(session: Session, task: Task, due_on: date, now: datetime) -> Task:
    successor = Task(
        **{field: getattr(task, field) for field in CARRIED_FIELDS},
        number=assign_number(session, task.unit_id, task.plan_year + 1),
        plan_year=task.plan_year + 1,
        lead_unit=task.lead_unit,
        lead_unit_confirmed=True,
        owner=task.owner if task.owner is not None and task.owner.is_active else None,
        status=TaskStatus.ESTABLISHED,
        original_due_on=due_on,
        due_on=due_on,
        due_source=DeadlineSource.PLAN_YEAR,
        due_confirmed=True,
        predecessor_id=task.id,
        years_carried=task.years_carried + 1,
        established_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(successor)
    session.flush()
    for source in session.scalars(select(TaskSource).where(TaskSource.task_id == task.id).order_by(TaskSource.id)):
        session.add(
            TaskSource(
                task_id=successor.id,
                report_id=source.report_id,
                start=source.start,
                end=source.end,
                quote=source.quote,
            )
        )
    units = session.scalars(select(SupportingUnit.unit_id).where(SupportingUnit.task_id == task.id)).all()
    session.add_all(SupportingUnit(task_id=successor.id, unit_id=unit_id) for unit_id in units)
    session.flush()
    return successor


def _tell_unit(session: Session, task: Task, event: str, what: str, why: str, now: datetime) -> None:
    notify(
        session,
        task,
        rule=f"{event}:{task.version}",
        kind=NoticeKind.EVENT,
        title=f"{what}：{task.title}",
        reason=why,
        recipients=people_of(session, task, Circle.UNIT),
        now=now,
    )
