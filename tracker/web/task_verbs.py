"""From a valid form to its verb: each function here calls one service and returns the sentence said afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.permissions import Actor
from tracker.domain.task_rules import MAX_PERCENT
from tracker.domain.tasks import UnfinishedReason
from tracker.services.assignments import assign, assign_owner, decline, sign
from tracker.services.closures import ClosureFields, approve, reopen, request_closure, return_task
from tracker.services.evidence import AcceptedFile, attach_evidence
from tracker.services.extensions import approve_extension, refuse_extension, request_extension
from tracker.services.outcomes import carry_over, mark_unfinished, resume, suspend, withdraw
from tracker.services.progress import ProgressFields, report_progress
from tracker.services.tasks import dismiss, establish
from tracker.services.urging import urge


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid form on its way to its verb."""

    session: Session
    actor: Actor
    task_id: int
    form: Any
    files: Sequence[AcceptedFile]
    version: int | None
    now: datetime


def do_establish(s: Submission) -> str:
    """Make a proposal a duty."""
    task = establish(s.session, s.actor, s.task_id, version=s.version, now=s.now)
    return f"已立项，编号 {task.number}，时限 {task.due_on}。"


def do_dismiss(s: Submission) -> str:
    """Leave a proposal out."""
    dismiss(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已忽略，不计入台账。原文保留。"


def do_assign(s: Submission) -> str:
    """Send a task out."""
    task = assign(s.session, s.actor, s.task_id, owner_id=s.form.owner_id.data, version=s.version, now=s.now)
    return f"已交办{task.lead_unit.short_name}，请其于 {task.sign_due_on} 前签收。"


def do_sign(s: Submission) -> str:
    """Sign for a task."""
    owner = s.form.owner_id.data if "owner_id" in s.form else None
    planned = s.form.planned_on.data
    task = sign(s.session, s.actor, s.task_id, planned_on=planned, owner_id=owner, version=s.version, now=s.now)
    return f"已签收，办理时限 {task.due_on}。"


def do_decline(s: Submission) -> str:
    """Send a task back."""
    decline(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已退回，由督办员重新确定牵头单位。"


def do_own(s: Submission) -> str:
    """Name the owner."""
    task = assign_owner(s.session, s.actor, s.task_id, owner_id=s.form.owner_id.data, version=s.version, now=s.now)
    return f"责任人已改为 {task.owner.name if task.owner else '未定'}。"


def do_progress(s: Submission) -> str:
    """Add a report of progress."""
    form = s.form
    fields = ProgressFields(
        form.percent.data, form.done.data, problems=form.problems.data or "", next_step=form.next_step.data or ""
    )
    report_progress(s.session, s.actor, s.task_id, fields, files=s.files, now=s.now)
    ready = "如已全部完成，可以申请办结。" if form.percent.data == MAX_PERCENT else ""
    return f"已反馈，完成比例 {form.percent.data}%。{ready}"


def do_evidence(s: Submission) -> str:
    """Attach files."""
    attach_evidence(s.session, s.actor, s.task_id, s.files, note=s.form.note.data or "", now=s.now)
    return f"已补充 {len(s.files)} 份佐证材料。"


def do_closure(s: Submission) -> str:
    """Ask for closure."""
    fields = ClosureFields(s.form.statement.data, s.form.completed_on.data, s.form.no_evidence_reason.data)
    request_closure(s.session, s.actor, s.task_id, fields, files=s.files, version=s.version, now=s.now)
    return "已申请办结，等待督办员审核。"


def do_approve(s: Submission) -> str:
    """Strike a task off."""
    task = approve(s.session, s.actor, s.task_id, verdict=s.form.verdict.data, version=s.version, now=s.now)
    return f"已销号，实际完成日 {task.completed_on}。"


def do_return(s: Submission) -> str:
    """Send a closure back."""
    task = return_task(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return f"已退回重办，这是第 {task.return_count} 次退回。"


def do_extension(s: Submission) -> str:
    """Ask for a later deadline."""
    day, reason = s.form.new_due_on.data, s.form.reason.data
    request = request_extension(
        s.session, s.actor, s.task_id, new_due_on=day, reason=reason, version=s.version, now=s.now
    )
    late = "本次为逾期后申请。" if request.after_deadline else ""
    return f"已申请延期至 {day}，批准前时限不变。{late}"


def do_approve_extension(s: Submission) -> str:
    """Move the deadline."""
    note = s.form.note.data or ""
    task = approve_extension(s.session, s.actor, s.task_id, note=note, version=s.version, now=s.now)
    return f"已同意延期，时限改为 {task.due_on}，原定时限保留。"


def do_refuse_extension(s: Submission) -> str:
    """Leave the deadline."""
    task = refuse_extension(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return f"未同意延期，时限仍为 {task.due_on}。"


def do_suspend(s: Submission) -> str:
    """Stop the clock."""
    day, reason = s.form.review_on.data, s.form.reason.data
    suspend(s.session, s.actor, s.task_id, reason=reason, review_on=day, version=s.version, now=s.now)
    return f"已暂缓，停止计时，{day} 复核。"


def do_resume(s: Submission) -> str:
    """Start the clock."""
    task = resume(s.session, s.actor, s.task_id, version=s.version, now=s.now)
    return f"已恢复办理，时限 {task.due_on}。"


def do_withdraw(s: Submission) -> str:
    """Strike what is not warranted."""
    withdraw(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已撤销，单独统计，不计入完成率。"


def do_reopen(s: Submission) -> str:
    """Take up again."""
    reopen(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已重新办理，原办结记录保留在办理记录中。"


def do_unfinished(s: Submission) -> str:
    """Find a task unfinished."""
    kind, reason = UnfinishedReason(s.form.reason_class.data), s.form.reason.data
    mark_unfinished(s.session, s.actor, s.task_id, reason_class=kind, reason=reason, version=s.version, now=s.now)
    return "已认定未完成，可以结转下年。"


def do_carry_over(s: Submission) -> str:
    """Carry a task over."""
    task = carry_over(s.session, s.actor, s.task_id, due_on=s.form.due_on.data, version=s.version, now=s.now)
    return f"已结转 {task.plan_year} 年，新编号 {task.number}。"


def do_urge(s: Submission) -> str:
    """Urge the unit."""
    urging = urge(s.session, s.actor, s.task_id, text=s.form.text.data or "", now=s.now)
    return f"已催办{'、'.join(urging.reached)}，累计 {urging.task.urge_count} 次。"
