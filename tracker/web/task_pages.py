"""The small pages of a task's actions, as one table: what each asks, what it says will happen, which verb it calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import ClosureRequest, ExtensionRequest, Task
from tracker.domain.permissions import Actor
from tracker.domain.task_rules import MAX_PERCENT
from tracker.domain.tasks import STATUS_LABELS, TaskAction, TaskStatus, UnfinishedReason, transition_for
from tracker.services.assignments import assign, assign_owner, decline, sign
from tracker.services.closures import ClosureFields, approve, reopen, request_closure, return_task
from tracker.services.evidence import AcceptedFile, attach_evidence
from tracker.services.extensions import approve_extension, refuse_extension, request_extension
from tracker.services.outcomes import carry_over, mark_unfinished, resume, suspend, withdraw
from tracker.services.progress import ProgressFields, report_progress
from tracker.services.tasks import dismiss, establish
from tracker.services.urging import urge
from tracker.web.forms import tasks as forms
from tracker.web.forms.base import StrictForm

A = TaskAction


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page may say before the action is done. ``sign_due_on`` is what 交办 would set."""

    task: Task
    today: date
    closure: ClosureRequest | None = None
    extension: ExtensionRequest | None = None
    sign_due_on: date | None = None


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


@dataclass(frozen=True, slots=True)
class Before:
    """One line of what will change: now, and then."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One action's page at ``/tasks/<id>/<slug>``. ``run`` returns the sentence said afterwards."""

    action: TaskAction
    slug: str
    title: str
    submit: str
    form: type[StrictForm]
    run: Callable[[Submission], str]
    lead: str = ""
    effects: tuple[str, ...] = ()
    changes: Callable[[Facts], list[Before]] = lambda facts: []
    final: bool = False  # cannot be taken back

    def rows(self, facts: Facts) -> list[Before]:
        """Return what the action will change, the state first."""
        target = transition_for(self.action).target
        state = [] if target is None else [Before("状态", STATUS_LABELS[facts.task.status], STATUS_LABELS[target])]
        return state + self.changes(facts)


def _establish(s: Submission) -> str:
    task = establish(s.session, s.actor, s.task_id, version=s.version, now=s.now)
    return f"已立项，编号 {task.number}，时限 {task.due_on}。"


def _dismiss(s: Submission) -> str:
    dismiss(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已忽略，不计入台账。原文保留。"


def _assign(s: Submission) -> str:
    task = assign(s.session, s.actor, s.task_id, owner_id=s.form.owner_id.data, version=s.version, now=s.now)
    return f"已交办{task.lead_unit.short_name}，请其于 {task.sign_due_on} 前签收。"


def _sign(s: Submission) -> str:
    owner = s.form.owner_id.data if "owner_id" in s.form else None
    planned = s.form.planned_on.data
    task = sign(s.session, s.actor, s.task_id, planned_on=planned, owner_id=owner, version=s.version, now=s.now)
    return f"已签收，办理时限 {task.due_on}。"


def _decline(s: Submission) -> str:
    decline(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已退回，由督办员重新确定牵头单位。"


def _own(s: Submission) -> str:
    task = assign_owner(s.session, s.actor, s.task_id, owner_id=s.form.owner_id.data, version=s.version, now=s.now)
    return f"责任人已改为 {task.owner.name if task.owner else '未定'}。"


def _progress(s: Submission) -> str:
    form = s.form
    fields = ProgressFields(
        form.percent.data, form.done.data, problems=form.problems.data or "", next_step=form.next_step.data or ""
    )
    report_progress(s.session, s.actor, s.task_id, fields, files=s.files, now=s.now)
    ready = "如已全部完成，可以申请办结。" if form.percent.data == MAX_PERCENT else ""
    return f"已反馈，完成比例 {form.percent.data}%。{ready}"


def _evidence(s: Submission) -> str:
    attach_evidence(s.session, s.actor, s.task_id, s.files, note=s.form.note.data or "", now=s.now)
    return f"已补充 {len(s.files)} 份佐证材料。"


def _closure(s: Submission) -> str:
    fields = ClosureFields(s.form.statement.data, s.form.completed_on.data, s.form.no_evidence_reason.data)
    request_closure(s.session, s.actor, s.task_id, fields, files=s.files, version=s.version, now=s.now)
    return "已申请办结，等待督办员审核。"


def _approve(s: Submission) -> str:
    task = approve(s.session, s.actor, s.task_id, verdict=s.form.verdict.data, version=s.version, now=s.now)
    return f"已销号，实际完成日 {task.completed_on}。"


def _return(s: Submission) -> str:
    task = return_task(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return f"已退回重办，这是第 {task.return_count} 次退回。"


def _extension(s: Submission) -> str:
    day, reason = s.form.new_due_on.data, s.form.reason.data
    request = request_extension(
        s.session, s.actor, s.task_id, new_due_on=day, reason=reason, version=s.version, now=s.now
    )
    late = "本次为逾期后申请。" if request.after_deadline else ""
    return f"已申请延期至 {day}，批准前时限不变。{late}"


def _approve_extension(s: Submission) -> str:
    note = s.form.note.data or ""
    task = approve_extension(s.session, s.actor, s.task_id, note=note, version=s.version, now=s.now)
    return f"已同意延期，时限改为 {task.due_on}，原定时限保留。"


def _refuse_extension(s: Submission) -> str:
    task = refuse_extension(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return f"未同意延期，时限仍为 {task.due_on}。"


def _suspend(s: Submission) -> str:
    day, reason = s.form.review_on.data, s.form.reason.data
    suspend(s.session, s.actor, s.task_id, reason=reason, review_on=day, version=s.version, now=s.now)
    return f"已暂缓，停止计时，{day} 复核。"


def _resume(s: Submission) -> str:
    task = resume(s.session, s.actor, s.task_id, version=s.version, now=s.now)
    return f"已恢复办理，时限 {task.due_on}。"


def _withdraw(s: Submission) -> str:
    withdraw(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已撤销，单独统计，不计入完成率。"


def _reopen(s: Submission) -> str:
    reopen(s.session, s.actor, s.task_id, reason=s.form.reason.data, version=s.version, now=s.now)
    return "已重新办理，原办结记录保留在办理记录中。"


def _unfinished(s: Submission) -> str:
    kind, reason = UnfinishedReason(s.form.reason_class.data), s.form.reason.data
    mark_unfinished(s.session, s.actor, s.task_id, reason_class=kind, reason=reason, version=s.version, now=s.now)
    return "已认定未完成，可以结转下年。"


def _carry_over(s: Submission) -> str:
    task = carry_over(s.session, s.actor, s.task_id, due_on=s.form.due_on.data, version=s.version, now=s.now)
    return f"已结转 {task.plan_year} 年，新编号 {task.number}。"


def _urge(s: Submission) -> str:
    urging = urge(s.session, s.actor, s.task_id, text=s.form.text.data or "", now=s.now)
    return f"已催办{'、'.join(urging.reached)}，累计 {urging.task.urge_count} 次。"


def _extension_rows(facts: Facts) -> list[Before]:
    if facts.extension is None:
        return []
    return [
        Before("现时限", facts.extension.old_due_on, facts.extension.new_due_on),
        Before("延期次数", facts.task.extension_count, facts.task.extension_count + 1),
    ]


def _closing_rows(facts: Facts) -> list[Before]:
    return [Before("实际完成日", None, facts.closure.completed_on)] if facts.closure else []


TELL_UNIT = "通知责任人和单位负责人"
TELL_SUPERVISOR = "通知督办员"

PAGES: tuple[ActionPage, ...] = (
    ActionPage(
        A.ESTABLISH,
        "establish",
        "确认立项",
        "确认立项",
        forms.ConfirmForm,
        _establish,
        "核对牵头单位、时限和任务内容。立项后原文和原定时限不再改变。",
        ("给出编号，计入台账", "时限此后只能通过延期调整"),
        lambda f: [Before("原定时限", None, f.task.due_on)],
    ),
    ActionPage(
        A.DISMISS,
        "dismiss",
        "忽略",
        "忽略这一条",
        forms.ReasonForm,
        _dismiss,
        "不构成任务的条目可以忽略，原文保留。",
        final=True,
    ),
    ActionPage(
        A.ASSIGN,
        "assign",
        "交办",
        "交办",
        forms.AssignForm,
        _assign,
        "把任务发给牵头单位签收。",
        ("通知牵头单位承办人；没有承办人的，通知单位负责人",),
        lambda f: [Before("签收期限", None, f.sign_due_on)],
    ),
    ActionPage(
        A.SIGN,
        "sign",
        "签收",
        "签收",
        forms.SignForm,
        _sign,
        "签收后由本单位办理。不属于本单位职责的，请单位负责人退回。",
        ("办理时限不变", "开始按时限提醒"),
    ),
    ActionPage(
        A.DECLINE,
        "decline",
        "退回交办",
        "退回",
        forms.ReasonForm,
        _decline,
        "不属于本单位职责的任务，说明原因后退回督办员。",
        (TELL_SUPERVISOR, "原责任人清空，由督办员重新确定牵头单位"),
    ),
    ActionPage(A.ASSIGN_OWNER, "owner", "指定责任人", "保存", forms.OwnerForm, _own, "责任人会收到提醒。"),
    ActionPage(
        A.REPORT_PROGRESS,
        "progress",
        "反馈进展",
        "提交反馈",
        forms.ProgressForm,
        _progress,
        "每次反馈都保留，不覆盖以前的内容。",
    ),
    ActionPage(
        A.ADD_EVIDENCE,
        "evidence",
        "补充佐证",
        "上传",
        forms.EvidenceForm,
        _evidence,
        "佐证材料是办结和年终对账的依据。",
    ),
    ActionPage(
        A.REQUEST_CLOSURE,
        "closure",
        "申请办结",
        "提交申请",
        forms.ClosureForm,
        _closure,
        "由督办员核对佐证后销号。",
        (TELL_SUPERVISOR, "审核期间停止时限提醒"),
    ),
    ActionPage(
        A.APPROVE,
        "approve",
        "审核办结",
        "同意销号",
        forms.ApproveForm,
        _approve,
        "核对完成情况和佐证，同意的销号，不同意的退回重办。",
        (TELL_UNIT, "停止提醒"),
        _closing_rows,
    ),
    ActionPage(
        A.RETURN,
        "return",
        "退回重办",
        "退回重办",
        forms.ReasonForm,
        _return,
        "写清缺什么，单位补齐后可以再次申请。",
        (TELL_UNIT, "恢复时限提醒"),
        lambda f: [Before("退回次数", f.task.return_count, f.task.return_count + 1)],
    ),
    ActionPage(
        A.REQUEST_EXTENSION,
        "extension",
        "申请延期",
        "提交申请",
        forms.ExtensionForm,
        _extension,
        "批准前时限不变，原定时限始终保留。",
        (TELL_SUPERVISOR, "审核期间停止时限提醒"),
    ),
    ActionPage(
        A.APPROVE_EXTENSION,
        "approve-extension",
        "审核延期",
        "同意延期",
        forms.ApproveExtensionForm,
        _approve_extension,
        "同意后现时限改变，原定时限保留。",
        (TELL_UNIT, "按新时限提醒"),
        _extension_rows,
    ),
    ActionPage(
        A.REFUSE_EXTENSION,
        "refuse-extension",
        "不同意延期",
        "不同意延期",
        forms.ReasonForm,
        _refuse_extension,
        "时限不变。",
        (TELL_UNIT, "恢复时限提醒"),
    ),
    ActionPage(
        A.SUSPEND,
        "suspend",
        "暂缓",
        "暂缓办理",
        forms.SuspendForm,
        _suspend,
        "停止计时和提醒，时限不变。",
        (TELL_UNIT,),
    ),
    ActionPage(
        A.RESUME,
        "resume",
        "恢复办理",
        "恢复办理",
        forms.ConfirmForm,
        _resume,
        "恢复计时和提醒，时限不变。",
        (TELL_UNIT,),
    ),
    ActionPage(
        A.WITHDRAW,
        "withdraw",
        "撤销任务",
        "撤销任务",
        forms.ReasonForm,
        _withdraw,
        "确实不再需要办理的任务才撤销。撤销后不能恢复。",
        (TELL_UNIT, "停止提醒，单独统计", "等待审核的申请自动终止"),
        final=True,
    ),
    ActionPage(
        A.REOPEN,
        "reopen",
        "重新办理",
        "重新办理",
        forms.ReasonForm,
        _reopen,
        "办结后发现不实或不足的，在年度锁定前可以重新办理。",
        (TELL_UNIT, "恢复时限提醒"),
        lambda f: [Before("实际完成日", f.task.completed_on, "（清空）")],
    ),
    ActionPage(
        A.MARK_UNFINISHED,
        "unfinished",
        "认定未完成",
        "认定未完成",
        forms.UnfinishedForm,
        _unfinished,
        "年度结束仍未完成的，说明原因，之后可以结转下年。",
        (TELL_UNIT, "停止提醒", "等待审核的申请自动终止"),
        final=True,
    ),
    ActionPage(
        A.CARRY_OVER,
        "carry-over",
        "结转下年",
        "结转",
        forms.CarryOverForm,
        _carry_over,
        "在下一年度建立一项后续任务，原文、牵头单位、配合单位和指标一并带去。",
        ("后续任务为“已立项”，等待交办", "连续结转的年数加一"),
        lambda f: [Before("年度", f.task.plan_year, f.task.plan_year + 1)],
        final=True,
    ),
    ActionPage(
        A.URGE,
        "urge",
        "催办",
        "催办",
        forms.UrgeForm,
        _urge,
        "同一任务对同一人每天只催办一次，全部留痕。",
        ("提醒责任人和单位负责人",),
        lambda f: [Before("催办次数", f.task.urge_count, f.task.urge_count + 1)],
    ),
)
BY_ACTION = {page.action: page for page in PAGES}
SHOWS_CLOSURE = frozenset({A.APPROVE, A.RETURN})
SHOWS_EVIDENCE = SHOWS_CLOSURE | {A.REQUEST_CLOSURE}
SHOWS_PROMISE = SHOWS_EVIDENCE | {A.ESTABLISH, A.DISMISS, A.SIGN, A.DECLINE, A.CARRY_OVER}
SHOWS_EXTENSION = frozenset({A.APPROVE_EXTENSION, A.REFUSE_EXTENSION})
CHOOSES_OWNER = frozenset({A.ASSIGN, A.SIGN, A.ASSIGN_OWNER})
COUNTERPART = {A.APPROVE: A.RETURN, A.RETURN: A.APPROVE, A.APPROVE_EXTENSION: A.REFUSE_EXTENSION}
STOPPED = frozenset(TaskStatus) - {
    TaskStatus.ASSIGNED,
    TaskStatus.IN_PROGRESS,
    TaskStatus.IN_REVIEW,
    TaskStatus.RETURNED,
}
