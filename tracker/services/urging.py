"""Urging by hand (催办): counted, kept, and at most once a day and person for the same task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db.models import Task
from tracker.domain.errors import RuleViolation
from tracker.domain.lights import is_overdue
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Circle, NoticeKind
from tracker.domain.task_rules import AlreadyUrged, optional_text
from tracker.domain.tasks import TaskAction
from tracker.services.assignments import BatchOutcome, Refusal
from tracker.services.notices import notify
from tracker.services.recipients import people_of
from tracker.services.task_changes import begin_change, finish_change


@dataclass(frozen=True, slots=True)
class Urging:
    """What one 催办 did: whom it reached, and who had already been urged today."""

    task: Task
    reached: tuple[str, ...]


def urge(session: Session, actor: Actor, task_id: int, *, now: datetime, text: str = "") -> Urging:
    """Urge the owner and the heads of the lead unit; raises AlreadyUrged where everyone was urged today."""
    change = begin_change(session, actor, task_id, TaskAction.URGE, now=now)
    task = change.task
    text = optional_text(text, "催办要求", "text", limit=200)
    late = is_overdue(task.status, task.due_on, change.today)
    rule, people = f"urge:{change.today:%Y%m%d}", people_of(session, task, Circle.UNIT)
    reached = []
    for person in people:
        new = notify(
            session,
            task,
            rule=rule,
            kind=NoticeKind.OVERDUE if late else NoticeKind.EVENT,
            title=f"催办：{task.title}",
            reason=f"{actor.name}催办{'：' + text if text else ''}，时限 {task.due_on}",
            recipients=[person],
            now=now,
        )
        if new:
            reached.append(person.name)
    if not reached:
        raise AlreadyUrged
    task.urge_count += 1
    finish_change(change, reason=text, appends=True, extra={"urged": (None, "、".join(reached))})
    return Urging(task, tuple(reached))


def urge_many(
    session: Session, actor: Actor, task_ids: Iterable[int], *, now: datetime, text: str = ""
) -> BatchOutcome:
    """Urge several tasks; what cannot be urged, or was urged today, is left alone and named."""
    done: list[Task] = []
    refused: list[Refusal] = []
    for task_id in sorted(set(task_ids)):
        try:
            with session.begin_nested():
                done.append(urge(session, actor, task_id, now=now, text=text).task)
        except RuleViolation as error:
            refused.append(Refusal(task_id, error.message))
    return BatchOutcome(tuple(done), tuple(refused))
