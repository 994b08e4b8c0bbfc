"""What a person should do next with a task: the one primary action of its page and of its row in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.lights import is_overdue
from tracker.domain.permissions import UNIT_ROLES, Role
from tracker.domain.task_rules import MAX_PERCENT
from tracker.domain.tasks import WORKING, TaskAction, TaskStatus, allowed_actions

S, A = TaskStatus, TaskAction
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the next step depends on."""

    status: TaskStatus
    due_on: date | None
    percent: int = 0
    extension_pending: bool = False


class Urgency(StrEnum):
    """The groups of a clerk's list, in the order they are worked off."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    SIGNING = "signing"
    RETURNED = "returned"
    REST = "rest"
    WAITING = "waiting"  # in review or suspended: nothing to do now


URGENCY_LABELS: dict[Urgency, str] = {
    Urgency.OVERDUE: "逾期",
    Urgency.TODAY: "今日到期",
    Urgency.SOON: f"{SOON_DAYS} 日内到期",
    Urgency.SIGNING: "待签收",
    Urgency.RETURNED: "退回重办",
    Urgency.REST: "办理中",
    Urgency.WAITING: "等待中",
}


def urgency_of(facts: TaskFacts, today: date) -> Urgency:
    """Return the group a task stands in for the unit that must do it."""
    if facts.status in {S.IN_REVIEW, S.SUSPENDED, S.ESTABLISHED}:
        return Urgency.WAITING
    if is_overdue(facts.status, facts.due_on, today):
        return Urgency.OVERDUE
    days = (facts.due_on - today).days if facts.due_on is not None else SOON_DAYS + 1
    if days == 0:
        return Urgency.TODAY
    if days <= SOON_DAYS:
        return Urgency.SOON
    if facts.status is S.ASSIGNED:
        return Urgency.SIGNING
    return Urgency.RETURNED if facts.status is S.RETURNED else Urgency.REST


def next_step(facts: TaskFacts, role: Role, today: date) -> TaskAction | None:
    """Return the action that is this person's turn, or None where it is somebody else's."""
    if role in UNIT_ROLES:
        return _unit_step(facts)
    if role is Role.SUPERVISOR:
        return _supervisor_step(facts, today)
    return None


def possible_actions(facts: TaskFacts, role: Role) -> tuple[TaskAction, ...]:
    """Return what ``role`` may do now, in the life cycle's order, without what needs an application that is not there."""
    absent = {A.REQUEST_EXTENSION} if facts.extension_pending else {A.APPROVE_EXTENSION, A.REFUSE_EXTENSION}
    absent |= {A.MERGE, A.SPLIT, A.LOCK, A.WITHDRAW_EVIDENCE}  # done elsewhere, not from the task's own page
    return tuple(action for action in allowed_actions(facts.status, role) if action not in absent)


def _unit_step(facts: TaskFacts) -> TaskAction | None:
    if facts.status is S.ASSIGNED:
        return A.SIGN
    if facts.status in WORKING:
        return A.REQUEST_CLOSURE if facts.percent == MAX_PERCENT else A.REPORT_PROGRESS
    return None


def _supervisor_step(facts: TaskFacts, today: date) -> TaskAction | None:
    if facts.extension_pending and facts.status is not S.IN_REVIEW:
        return A.APPROVE_EXTENSION
    step = {
        S.PROPOSED: A.ESTABLISH,
        S.ESTABLISHED: A.ASSIGN,
        S.IN_REVIEW: A.APPROVE,
        S.SUSPENDED: A.RESUME,
        S.UNFINISHED: A.CARRY_OVER,
    }.get(facts.status)
    if step is None and is_overdue(facts.status, facts.due_on, today):
        return A.URGE
    return step
