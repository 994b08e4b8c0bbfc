"""The life of a task: its states, and the one table that says which action leads where and who may take it.

Overdue is never a state: it is derived from the dates (see lights). ``dismissed`` is where a proposal ends that was
ignored, merged into another or split: it never became a duty, and its source span is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import ActionNotAllowed, Forbidden, ReasonRequired
from tracker.domain.permissions import Role


class TaskStatus(StrEnum):
    """Where a task stands; labels in STATUS_LABELS."""

    PROPOSED = "proposed"
    ESTABLISHED = "established"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    UNFINISHED = "unfinished"
    CARRIED_OVER = "carried_over"
    ARCHIVED = "archived"
    DISMISSED = "dismissed"


STATUS_LABELS: dict[TaskStatus, str] = {
    TaskStatus.PROPOSED: "待确认",
    TaskStatus.ESTABLISHED: "已立项",
    TaskStatus.ASSIGNED: "待签收",
    TaskStatus.IN_PROGRESS: "办理中",
    TaskStatus.IN_REVIEW: "待审核",
    TaskStatus.RETURNED: "退回重办",
    TaskStatus.CLOSED: "已办结",
    TaskStatus.SUSPENDED: "暂缓",
    TaskStatus.WITHDRAWN: "已撤销",
    TaskStatus.UNFINISHED: "未完成",
    TaskStatus.CARRIED_OVER: "已结转",
    TaskStatus.ARCHIVED: "已归档",
    TaskStatus.DISMISSED: "不予立项",
}


class TaskAction(StrEnum):
    """What a person may do to a task; labels in ACTION_LABELS."""

    ESTABLISH = "establish"
    DISMISS = "dismiss"
    MERGE = "merge"
    SPLIT = "split"
    ASSIGN = "assign"
    SIGN = "sign"
    DECLINE = "decline"
    REPORT_PROGRESS = "report_progress"
    REQUEST_CLOSURE = "request_closure"
    APPROVE = "approve"
    RETURN = "return"
    REQUEST_EXTENSION = "request_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    MARK_UNFINISHED = "mark_unfinished"
    CARRY_OVER = "carry_over"
    LOCK = "lock"
    EDIT = "edit"
    ASSIGN_OWNER = "assign_owner"
    ADD_EVIDENCE = "add_evidence"
    WITHDRAW_EVIDENCE = "withdraw_evidence"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    URGE = "urge"


ACTION_LABELS: dict[TaskAction, str] = {
    TaskAction.ESTABLISH: "确认立项",
    TaskAction.DISMISS: "忽略",
    TaskAction.MERGE: "合并",
    TaskAction.SPLIT: "拆分",
    TaskAction.ASSIGN: "交办",
    TaskAction.SIGN: "签收",
    TaskAction.DECLINE: "退回（非本单位职责）",
    TaskAction.REPORT_PROGRESS: "反馈进展",
    TaskAction.REQUEST_CLOSURE: "申请办结",
    TaskAction.APPROVE: "销号",
    TaskAction.RETURN: "退回重办",
    TaskAction.REQUEST_EXTENSION: "申请延期",
    TaskAction.SUSPEND: "暂缓",
    TaskAction.RESUME: "恢复",
    TaskAction.WITHDRAW: "撤销",
    TaskAction.REOPEN: "重新办理",
    TaskAction.MARK_UNFINISHED: "认定未完成",
    TaskAction.CARRY_OVER: "结转",
    TaskAction.LOCK: "锁定年度",
    TaskAction.EDIT: "修改",
    TaskAction.ASSIGN_OWNER: "指定责任人",
    TaskAction.ADD_EVIDENCE: "补充佐证",
    TaskAction.WITHDRAW_EVIDENCE: "撤回佐证",
    TaskAction.APPROVE_EXTENSION: "同意延期",
    TaskAction.REFUSE_EXTENSION: "不同意延期",
    TaskAction.URGE: "催办",
}


class UnfinishedReason(StrEnum):
    """Why a task was not finished (原因类别)."""

    CONDITIONS = "conditions"
    POLICY = "policy"
    FUNDING = "funding"
    COOPERATION = "cooperation"
    NEGLECT = "neglect"
    OTHER = "other"


UNFINISHED_LABELS: dict[UnfinishedReason, str] = {
    UnfinishedReason.CONDITIONS: "客观条件",
    UnfinishedReason.POLICY: "政策调整",
    UnfinishedReason.FUNDING: "经费",
    UnfinishedReason.COOPERATION: "配合不到位",
    UnfinishedReason.NEGLECT: "主观不力",
    UnfinishedReason.OTHER: "其他",
}

S, A = TaskStatus, TaskAction
UNIT = frozenset({Role.OFFICER, Role.HEAD})
HEAD = frozenset({Role.HEAD})
SUPERVISOR = frozenset({Role.SUPERVISOR})

WORKING = frozenset({S.IN_PROGRESS, S.RETURNED})
OPEN = frozenset({S.ESTABLISHED, S.ASSIGNED, S.IN_PROGRESS, S.IN_REVIEW, S.RETURNED, S.SUSPENDED})
RUNNING = OPEN - {S.SUSPENDED, S.ESTABLISHED}  # the deadline clock runs and reminders go out
FINAL = frozenset({S.CLOSED, S.WITHDRAWN, S.UNFINISHED, S.CARRIED_OVER})
LEDGER = frozenset(TaskStatus) - {S.PROPOSED, S.DISMISSED}  # what counts as 已立项


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the life cycle. ``target`` None keeps the state; ``reason`` says that one must be given."""

    action: TaskAction
    sources: frozenset[TaskStatus]
    target: TaskStatus | None
    roles: frozenset[Role]
    reason: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.ESTABLISH, frozenset({S.PROPOSED}), S.ESTABLISHED, SUPERVISOR),
    Transition(A.DISMISS, frozenset({S.PROPOSED}), S.DISMISSED, SUPERVISOR, reason=True),
    Transition(A.MERGE, frozenset({S.PROPOSED}), S.DISMISSED, SUPERVISOR),
    Transition(A.SPLIT, frozenset({S.PROPOSED}), S.DISMISSED, SUPERVISOR),
    Transition(A.ASSIGN, frozenset({S.ESTABLISHED}), S.ASSIGNED, SUPERVISOR),
    Transition(A.SIGN, frozenset({S.ASSIGNED}), S.IN_PROGRESS, UNIT),
    Transition(A.DECLINE, frozenset({S.ASSIGNED}), S.ESTABLISHED, HEAD, reason=True),
    Transition(A.REPORT_PROGRESS, WORKING, None, UNIT),
    Transition(A.REQUEST_CLOSURE, WORKING, S.IN_REVIEW, UNIT),
    Transition(A.APPROVE, frozenset({S.IN_REVIEW}), S.CLOSED, SUPERVISOR),
    Transition(A.RETURN, frozenset({S.IN_REVIEW}), S.RETURNED, SUPERVISOR, reason=True),
    Transition(A.REQUEST_EXTENSION, WORKING, None, UNIT, reason=True),
    Transition(A.SUSPEND, WORKING, S.SUSPENDED, SUPERVISOR, reason=True),
    Transition(A.RESUME, frozenset({S.SUSPENDED}), S.IN_PROGRESS, SUPERVISOR),
    Transition(A.WITHDRAW, OPEN, S.WITHDRAWN, SUPERVISOR, reason=True),
    Transition(A.REOPEN, frozenset({S.CLOSED}), S.IN_PROGRESS, SUPERVISOR, reason=True),
    Transition(A.MARK_UNFINISHED, OPEN, S.UNFINISHED, SUPERVISOR, reason=True),
    Transition(A.CARRY_OVER, frozenset({S.UNFINISHED}), S.CARRIED_OVER, SUPERVISOR),
    Transition(A.LOCK, FINAL, S.ARCHIVED, SUPERVISOR),
    # what changes a task without moving it on
    Transition(A.EDIT, OPEN | {S.PROPOSED}, None, SUPERVISOR),
    Transition(A.ASSIGN_OWNER, OPEN, None, HEAD | SUPERVISOR),
    Transition(A.ADD_EVIDENCE, WORKING | {S.IN_REVIEW}, None, UNIT),
    Transition(A.WITHDRAW_EVIDENCE, WORKING, None, UNIT, reason=True),
    Transition(A.APPROVE_EXTENSION, WORKING | {S.IN_REVIEW, S.SUSPENDED}, None, SUPERVISOR),
    Transition(A.REFUSE_EXTENSION, WORKING | {S.IN_REVIEW, S.SUSPENDED}, None, SUPERVISOR, reason=True),
    Transition(A.URGE, WORKING | {S.ASSIGNED}, None, SUPERVISOR),
)

_BY_ACTION = {transition.action: transition for transition in TRANSITIONS}


def transition_for(action: TaskAction) -> Transition:
    """Return the row of the life-cycle table for ``action``."""
    return _BY_ACTION[action]


def next_status(status: TaskStatus, action: TaskAction) -> TaskStatus:
    """Return the state that ``action`` leads to; raises ActionNotAllowed where the table has no such row."""
    transition = _BY_ACTION[action]
    if status not in transition.sources:
        raise ActionNotAllowed(
            f"任务当前为“{STATUS_LABELS[status]}”，不能{ACTION_LABELS[action]}。请刷新页面查看最新状态。"
        )
    return transition.target or status


def check_action(status: TaskStatus, action: TaskAction, role: Role, reason: str | None = None) -> TaskStatus:
    """Check role, state and reason of an action in this order and return the next state.

    Raises Forbidden, ActionNotAllowed or ReasonRequired.
    """
    transition = _BY_ACTION[action]
    if role not in transition.roles:
        raise Forbidden
    target = next_status(status, action)
    if transition.reason and not (reason or "").strip():
        raise ReasonRequired(f"请填写{ACTION_LABELS[action]}的原因。", field="reason")
    return target


def allowed_actions(status: TaskStatus, role: Role) -> tuple[TaskAction, ...]:
    """Return, in the table's order, what ``role`` may do to a task in ``status``."""
    return tuple(t.action for t in TRANSITIONS if role in t.roles and status in t.sources)
