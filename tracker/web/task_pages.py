"""The small pages of a task's actions, as one table: what each asks, what it says will happen, which verb it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.db.models import ClosureRequest, ExtensionRequest, Task
from tracker.domain.tasks import STATUS_LABELS, TaskAction, TaskStatus, transition_for
from tracker.web.forms import tasks as forms
from tracker.web.forms.base import StrictForm
from tracker.web.task_verbs import (
    Submission,
    do_approve,
    do_approve_extension,
    do_assign,
    do_carry_over,
    do_closure,
    do_decline,
    do_dismiss,
    do_establish,
    do_evidence,
    do_extension,
    do_own,
    do_progress,
    do_refuse_extension,
    do_reopen,
    do_resume,
    do_return,
    do_sign,
    do_suspend,
    do_unfinished,
    do_urge,
    do_withdraw,
)

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
        do_establish,
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
        do_dismiss,
        "不构成任务的条目可以忽略，原文保留。",
        final=True,
    ),
    ActionPage(
        A.ASSIGN,
        "assign",
        "交办",
        "交办",
        forms.AssignForm,
        do_assign,
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
        do_sign,
        "签收后由本单位办理。不属于本单位职责的，请单位负责人退回。",
        ("办理时限不变", "开始按时限提醒"),
    ),
    ActionPage(
        A.DECLINE,
        "decline",
        "退回交办",
        "退回",
        forms.ReasonForm,
        do_decline,
        "不属于本单位职责的任务，说明原因后退回督办员。",
        (TELL_SUPERVISOR, "原责任人清空，由督办员重新确定牵头单位"),
    ),
    ActionPage(A.ASSIGN_OWNER, "owner", "指定责任人", "保存", forms.OwnerForm, do_own, "责任人会收到提醒。"),
    ActionPage(
        A.REPORT_PROGRESS,
        "progress",
        "反馈进展",
        "提交反馈",
        forms.ProgressForm,
        do_progress,
        "每次反馈都保留，不覆盖以前的内容。",
    ),
    ActionPage(
        A.ADD_EVIDENCE,
        "evidence",
        "补充佐证",
        "上传",
        forms.EvidenceForm,
        do_evidence,
        "佐证材料是办结和年终对账的依据。",
    ),
    ActionPage(
        A.REQUEST_CLOSURE,
        "closure",
        "申请办结",
        "提交申请",
        forms.ClosureForm,
        do_closure,
        "由督办员核对佐证后销号。",
        (TELL_SUPERVISOR, "审核期间停止时限提醒"),
    ),
    ActionPage(
        A.APPROVE,
        "approve",
        "审核办结",
        "同意销号",
        forms.ApproveForm,
        do_approve,
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
        do_return,
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
        do_extension,
        "批准前时限不变，原定时限始终保留。",
        (TELL_SUPERVISOR, "审核期间停止时限提醒"),
    ),
    ActionPage(
        A.APPROVE_EXTENSION,
        "approve-extension",
        "审核延期",
        "同意延期",
        forms.ApproveExtensionForm,
        do_approve_extension,
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
        do_refuse_extension,
        "时限不变。",
        (TELL_UNIT, "恢复时限提醒"),
    ),
    ActionPage(
        A.SUSPEND,
        "suspend",
        "暂缓",
        "暂缓办理",
        forms.SuspendForm,
        do_suspend,
        "停止计时和提醒，时限不变。",
        (TELL_UNIT,),
    ),
    ActionPage(
        A.RESUME,
        "resume",
        "恢复办理",
        "恢复办理",
        forms.ConfirmForm,
        do_resume,
        "恢复计时和提醒，时限不变。",
        (TELL_UNIT,),
    ),
    ActionPage(
        A.WITHDRAW,
        "withdraw",
        "撤销任务",
        "撤销任务",
        forms.ReasonForm,
        do_withdraw,
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
        do_reopen,
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
        do_unfinished,
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
        do_carry_over,
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
        do_urge,
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
