"""Reads for the task page. Each list is one statement; the task's own columns come joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, literal_column, select, union_all
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from tracker.db.models import (
    AuditEntry,
    ClosureRequest,
    EvidenceFile,
    ExtensionRequest,
    Notice,
    ProgressReport,
    Report,
    SupportingUnit,
    Task,
    TaskSource,
    Unit,
    User,
)
from tracker.db.queries.scope import below, may_see_task, no_business_for_admin
from tracker.domain.errors import NotFound
from tracker.domain.permissions import UNIT_ROLES, Actor
from tracker.domain.reminders import Channel
from tracker.domain.tasks import TaskStatus

AROUND = 600  # characters of context fetched on each side of a quote; cut to whole paragraphs afterwards
HISTORY = 200
REMINDERS = 50


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A span of a report a task stands on, with what stands around it (at most one paragraph each side)."""

    report_id: int
    report_title: str
    report_year: int
    report_unit_path: str
    start: int
    end: int
    quote: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A task this one comes from, went into, or was carried to. ``kind``: predecessor, successor, merged_into,
    merged_from, split_from or split_into."""

    kind: str
    id: int
    number: str | None
    title: str
    plan_year: int
    status: TaskStatus


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """Everything the task page shows beside the task itself, each list in its order of reading."""

    sources: tuple[SourcePassage, ...]
    supporting: tuple[str, ...]
    progress: Sequence[ProgressReport]
    evidence: Sequence[EvidenceFile]
    closures: Sequence[ClosureRequest]
    extensions: Sequence[ExtensionRequest]
    history: Sequence[AuditEntry]
    reminders: Sequence[Any]  # rule, kind, title, reason, created_at, read_at, cancelled_at, name
    relatives: tuple[Relative, ...]


def load_task(session: Session, actor: Actor, task_id: int) -> Task:
    """Return a task the actor may see with units, owner and closer; raises NotFound."""
    lead, unit = aliased(Unit), aliased(Unit)
    task = session.scalar(
        select(Task)
        .join(lead, Task.lead_unit_id == lead.id)
        .join(unit, Task.unit_id == unit.id)
        .where(Task.id == task_id, may_see_task(actor), no_business_for_admin(actor))
        .options(
            contains_eager(Task.lead_unit.of_type(lead)),
            contains_eager(Task.unit.of_type(unit)),
            joinedload(Task.owner).joinedload(User.unit),
            joinedload(Task.closed_by).joinedload(User.unit),
        )
    )
    if task is None:
        raise NotFound("没有找到这项任务，可能已被合并，或不在您的查看范围内。")
    return task


def load_details(session: Session, task: Task) -> TaskDetails:
    """Return what the page of ``task`` lists."""
    evidence = session.scalars(
        select(EvidenceFile)
        .where(EvidenceFile.task_id == task.id)
        .options(joinedload(EvidenceFile.uploaded_by, innerjoin=True))
        .order_by(EvidenceFile.id)
    ).all()
    progress = session.scalars(
        select(ProgressReport)
        .where(ProgressReport.task_id == task.id)
        .options(joinedload(ProgressReport.author, innerjoin=True))
        .order_by(ProgressReport.id.desc())
    ).all()
    return TaskDetails(
        sources=_sources(session, task.id),
        supporting=tuple(_supporting_names(session, task.id)),
        progress=progress,
        evidence=evidence,
        closures=load_closures(session, task.id),
        extensions=load_extensions(session, task.id),
        history=load_history(session, task.id),
        reminders=_reminders(session, task.id),
        relatives=_relatives(session, task),
    )


def load_closures(session: Session, task_id: int) -> Sequence[ClosureRequest]:
    """Return a task's applications for closure, newest first."""
    return session.scalars(
        select(ClosureRequest)
        .where(ClosureRequest.task_id == task_id)
        .options(joinedload(ClosureRequest.requested_by, innerjoin=True), joinedload(ClosureRequest.decided_by))
        .order_by(ClosureRequest.id.desc())
    ).all()


def load_extensions(session: Session, task_id: int) -> Sequence[ExtensionRequest]:
    """Return a task's applications for an extension, newest first."""
    return session.scalars(
        select(ExtensionRequest)
        .where(ExtensionRequest.task_id == task_id)
        .options(joinedload(ExtensionRequest.requested_by, innerjoin=True), joinedload(ExtensionRequest.decided_by))
        .order_by(ExtensionRequest.id.desc())
    ).all()


def load_evidence(session: Session, task_id: int) -> Sequence[EvidenceFile]:
    """Return a task's evidence that has not been withdrawn, oldest first."""
    return session.scalars(
        select(EvidenceFile)
        .where(EvidenceFile.task_id == task_id, EvidenceFile.withdrawn_at.is_(None))
        .options(joinedload(EvidenceFile.uploaded_by, innerjoin=True))
        .order_by(EvidenceFile.id)
    ).all()


def load_history(session: Session, task_id: int, *, limit: int = HISTORY) -> Sequence[AuditEntry]:
    """Return the newest lines of a task's history."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_type == "task", AuditEntry.object_id == task_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()


def possible_owners(session: Session, unit_id: int) -> list[tuple[int, str, str]]:
    """Return id, name and role of the accounts that may own tasks of a unit, officers first."""
    people = session.execute(
        select(User.id, User.name, User.role)
        .where(User.unit_id == unit_id, User.role.in_(UNIT_ROLES), User.is_active.is_(True))
        .order_by(User.role.desc(), User.id)
    )
    return [(person.id, person.name, person.role) for person in people]


def units_to_choose(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the active units in scope as id and name in the order of the tree."""
    units = session.execute(
        select(Unit.id, Unit.name)
        .where(below(actor.scope_path), Unit.is_active.is_(True))
        .order_by(Unit.position, Unit.path)
    )
    return [(unit.id, unit.name) for unit in units]


def supporting_ids(session: Session, task_id: int) -> list[int]:
    """Return the ids of a task's 配合单位."""
    return list(session.scalars(select(SupportingUnit.unit_id).where(SupportingUnit.task_id == task_id)))


def _sources(session: Session, task_id: int) -> tuple[SourcePassage, ...]:
    """Return the passages with their context; the report's whole text never leaves the database."""
    first = case((TaskSource.start > AROUND, TaskSource.start - AROUND), else_=0)
    rows = session.execute(
        select(
            TaskSource.report_id,
            Report.title,
            Report.report_year,
            Unit.path,
            TaskSource.start,
            TaskSource.end,
            TaskSource.quote,
            func.substr(Report.text, first + 1, TaskSource.start - first).label("before"),
            func.substr(Report.text, TaskSource.end + 1, literal_column(str(AROUND))).label("after"),
        )
        .join(Report, TaskSource.report_id == Report.id)
        .join(Unit, Report.unit_id == Unit.id)
        .where(TaskSource.task_id == task_id)
        .order_by(TaskSource.report_id, TaskSource.start)
    )
    return tuple(
        SourcePassage(
            row.report_id,
            row.title,
            row.report_year,
            row.path,
            row.start,
            row.end,
            row.quote,
            paragraph_before(row.before or ""),
            paragraph_after(row.after or ""),
        )
        for row in rows
    )


def paragraph_before(text: str) -> str:
    """Return the end of ``text``: what stands before the quote in its own paragraph, and the paragraph before it."""
    parts = text.split("\n")
    cut = len(parts) <= 2 and len(text) >= AROUND  # the paragraph begins before what was fetched
    return ("…" if cut else "") + "\n".join(parts[-2:])


def paragraph_after(text: str) -> str:
    """Return the start of ``text``: what stands after the quote in its own paragraph, and the paragraph after it."""
    parts = text.split("\n")
    cut = len(parts) <= 2 and len(text) >= AROUND
    return "\n".join(parts[:2]) + ("…" if cut else "")


def _supporting_names(session: Session, task_id: int) -> Sequence[str]:
    return session.scalars(
        select(Unit.name)
        .join(SupportingUnit, SupportingUnit.unit_id == Unit.id)
        .where(SupportingUnit.task_id == task_id)
        .order_by(Unit.position, Unit.path)
    ).all()


def _reminders(session: Session, task_id: int) -> Sequence[Any]:
    """Return the notices of a task as their recipients got them, newest first."""
    return session.execute(
        select(
            Notice.rule,
            Notice.kind,
            Notice.title,
            Notice.reason,
            Notice.created_at,
            Notice.read_at,
            Notice.cancelled_at,
            User.name,
        )
        .join(User, Notice.recipient_id == User.id)
        .where(Notice.task_id == task_id, Notice.channel == Channel.INBOX)
        .order_by(Notice.id.desc())
        .limit(REMINDERS)
    ).all()


def _relatives(session: Session, task: Task) -> tuple[Relative, ...]:
    # one index search each: joined by OR, a planner that has counted the many empty columns reads the whole table
    columns = (Task.predecessor_id, Task.merged_into_id, Task.split_from_id)
    related = [select(Task.id).where(column == task.id) for column in columns]
    if known := [key for key in (task.predecessor_id, task.merged_into_id, task.split_from_id) if key]:
        related.append(select(Task.id).where(Task.id.in_(known)))
    rows = session.execute(
        select(
            Task.id,
            Task.number,
            Task.title,
            Task.plan_year,
            Task.status,
            Task.predecessor_id,
            Task.merged_into_id,
            Task.split_from_id,
        )
        .where(Task.id.in_(union_all(*related)))
        .order_by(Task.id)
    )
    return tuple(Relative(_kind(task, row), row.id, row.number, row.title, row.plan_year, row.status) for row in rows)


def _kind(task: Task, row: Any) -> str:
    if row.id == task.predecessor_id:
        return "predecessor"
    if row.predecessor_id == task.id:
        return "successor"
    if row.id == task.merged_into_id:
        return "merged_into"
    if row.merged_into_id == task.id:
        return "merged_from"
    return "split_from" if row.id == task.split_from_id else "split_into"
