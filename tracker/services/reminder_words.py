"""How a reminder of a ladder's step is put into words: its heading and why this person gets it."""

from __future__ import annotations

from datetime import date

from tracker.db.models import Task
from tracker.domain.reminders import Circle, NoticeKind, Step

WHY = {
    Circle.OWNER: "您是这项任务的责任人",
    Circle.UNIT: "您是这项任务的责任人或单位负责人",
    Circle.SUPERVISOR: "黄单提醒：逾期已达督办标准，请督办",
    Circle.AREA_HEAD: "红单提醒：长期逾期，请领导协调",
}


def step_title(task: Task, step: Step, today: date) -> str:
    """Return the heading of a step's notice."""
    head = f"{task.number} {task.title}"
    if step.kind is NoticeKind.SIGNING:
        return f"{head}（应于 {task.sign_due_on} 前签收）"
    if step.kind is NoticeKind.PROGRESS:
        return f"{head}（应反馈进展，尚未收到）"
    if step.kind is NoticeKind.REVIEW:
        return f"{head}（{'延期' if task.extension_pending else '办结'}申请待审核）"
    if task.due_on is None:
        return head
    days = (task.due_on - today).days
    when = f"已逾期 {-days} 天" if days < 0 else "今日到期" if days == 0 else f"还有 {days} 天到期"
    return f"{head}（时限 {task.due_on}，{when}）"


def step_reason(task: Task, step: Step, today: date) -> str:
    """Return why a person of the step's circle gets it; a step made up for after an outage says so."""
    made_up = f"（补发，原应于 {step.day} 提醒）" if step.day < today else ""
    return f"{_why(task, step)}{made_up}"


def kind_today(step: Step, task: Task, today: date) -> NoticeKind:
    """Return the group the step belongs to on the day it goes out, which after an outage may be another."""
    if step.kind in (NoticeKind.DUE_SOON, NoticeKind.DUE_TODAY) and task.due_on is not None:
        left = (task.due_on - today).days
        return NoticeKind.OVERDUE if left < 0 else NoticeKind.DUE_TODAY if left == 0 else NoticeKind.DUE_SOON
    return step.kind


def _why(task: Task, step: Step) -> str:
    if step.circle is Circle.OWNER and task.owner_id is None:
        return "任务尚未明确责任人，请指定"
    if step.circle is Circle.OWNER and task.owner is not None and not task.owner.is_active:
        return f"责任人{task.owner.name}的账号已停用，请另行指定"
    if step.kind is NoticeKind.SIGNING:
        return "任务已交办，尚未签收"
    if step.kind is NoticeKind.PROGRESS:
        return "已过反馈之日，请反馈进展"
    if step.kind is NoticeKind.REVIEW:
        return "申请已满审核期限，请审核"
    return WHY[step.circle]
