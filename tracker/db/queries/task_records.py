"""The two statements behind the lists of the task page: what happened to a task, and where it comes from and went.

Each is a union of searches by the task's id over columns of the same names, so that a page with much history costs no
more statements than a bare one. They are built once a process.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import TypeEngine

from tracker.db.base import Json, UtcDateTime
from tracker.db.models import (
    AuditEntry,
    ClosureRequest,
    EvidenceFile,
    ExtensionRequest,
    Notice,
    ProgressReport,
    Promise,
    Report,
    SupportingUnit,
    Task,
    TaskSource,
    Unit,
    User,
)
from tracker.domain.reminders import Channel

AROUND = 600  # characters of context fetched on each side of a quote; cut to whole paragraphs afterwards
HISTORY = 200
REMINDERS = 200

Columns: TypeAlias = dict[str, TypeEngine[Any]]

HAPPENED: Columns = {
    "id": Integer(),
    "at": UtcDateTime(),
    "who": String(),
    "other": String(),  # who decided; the kind of a reminder
    "code": String(),
    "number": Integer(),
    "reference": Integer(),
    "text": String(),
    "note": String(),
    "remark": String(),
    "first_day": Date(),
    "second_day": Date(),
    "later_at": UtcDateTime(),
    "last_at": UtcDateTime(),
    "changes": Json,
}
ORIGINS: Columns = {
    "id": Integer(),
    "title": String(),
    "path": String(),
    "text": String(),
    "before": String(),
    "after": String(),
    "start": Integer(),
    "end": Integer(),
    "year": Integer(),
    "status": String(),
}


@lru_cache(maxsize=1)
def what_happened() -> CompoundSelect[*tuple[Any, ...]]:
    """Return the union of what happened to the task ``task_id``: progress, evidence, closure, extension, history, reminder."""
    return union_all(
        _progress_rows(), _evidence_rows(), _closure_rows(), _extension_rows(), _history_rows(), _reminder_rows()
    )


@lru_cache(maxsize=1)
def origins() -> CompoundSelect[*tuple[Any, ...]]:
    """Return the union of where a task comes from and went: source, supporting, written, and the kinds of relatives.

    Its values are ``task_id`` and the ids of its ``predecessor``, ``merged_into`` and ``split_from``, each maybe None.
    """
    carried = (
        ("predecessor", Task.id, "predecessor"),
        ("successor", Task.predecessor_id, "task_id"),
        ("merged_into", Task.id, "merged_into"),
        ("merged_from", Task.merged_into_id, "task_id"),
        ("split_from", Task.id, "split_from"),
        ("split_into", Task.split_from_id, "task_id"),
    )
    return union_all(_source_rows(), _supporting_rows(), _written_rows(), *(_relative_rows(*way) for way in carried))


def _row(columns: Columns, kind: str, **values: Any) -> Select[*tuple[Any, ...]]:
    """Return a branch of a union: ``values`` by the union's names, nothing of the right type where there is none."""
    fields = (
        type_coerce(values[name], kept).label(name) if name in values else cast(null(), kept).label(name)
        for name, kept in columns.items()
    )
    return select(literal_column(f"'{kind}'", String).label("kind"), *fields)


def _progress_rows() -> Select[*tuple[Any, ...]]:
    return (
        _row(
            HAPPENED,
            "progress",
            id=ProgressReport.id,
            at=ProgressReport.at,
            who=User.name,
            number=ProgressReport.percent,
            text=ProgressReport.done,
            note=ProgressReport.problems,
            remark=ProgressReport.next_step,
        )
        .select_from(ProgressReport)
        .join(User, ProgressReport.author_id == User.id)
        .where(ProgressReport.task_id == bindparam("task_id", type_=Integer))
    )


def _evidence_rows() -> Select[*tuple[Any, ...]]:
    return (
        _row(
            HAPPENED,
            "evidence",
            id=EvidenceFile.id,
            at=EvidenceFile.uploaded_at,
            who=User.name,
            number=EvidenceFile.file_size,
            reference=EvidenceFile.progress_id,
            text=EvidenceFile.file_name,
            note=EvidenceFile.note,
            later_at=EvidenceFile.withdrawn_at,
        )
        .select_from(EvidenceFile)
        .join(User, EvidenceFile.uploaded_by_id == User.id)
        .where(EvidenceFile.task_id == bindparam("task_id", type_=Integer))
    )


def _closure_rows() -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        _row(
            HAPPENED,
            "closure",
            id=ClosureRequest.id,
            at=ClosureRequest.requested_at,
            who=User.name,
            other=decider.name,
            code=ClosureRequest.decision,
            text=ClosureRequest.statement,
            note=ClosureRequest.no_evidence_reason,
            remark=ClosureRequest.decision_note,
            first_day=ClosureRequest.completed_on,
            later_at=ClosureRequest.decided_at,
        )
        .select_from(ClosureRequest)
        .join(User, ClosureRequest.requested_by_id == User.id)
        .outerjoin(decider, ClosureRequest.decided_by_id == decider.id)
        .where(ClosureRequest.task_id == bindparam("task_id", type_=Integer))
    )


def _extension_rows() -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        _row(
            HAPPENED,
            "extension",
            id=ExtensionRequest.id,
            at=ExtensionRequest.requested_at,
            who=User.name,
            other=decider.name,
            code=ExtensionRequest.decision,
            number=cast(ExtensionRequest.after_deadline, Integer),
            text=ExtensionRequest.reason,
            remark=ExtensionRequest.decision_note,
            first_day=ExtensionRequest.old_due_on,
            second_day=ExtensionRequest.new_due_on,
            later_at=ExtensionRequest.decided_at,
        )
        .select_from(ExtensionRequest)
        .join(User, ExtensionRequest.requested_by_id == User.id)
        .outerjoin(decider, ExtensionRequest.decided_by_id == decider.id)
        .where(ExtensionRequest.task_id == bindparam("task_id", type_=Integer))
    )


def _history_rows() -> Select[*tuple[Any, ...]]:
    newest = aliased(
        AuditEntry,
        select(AuditEntry)
        .where(AuditEntry.object_type == "task", AuditEntry.object_id == bindparam("task_id", type_=Integer))
        .order_by(AuditEntry.id.desc())
        .limit(HISTORY)
        .subquery(),
    )
    return _row(
        HAPPENED,
        "history",
        id=newest.id,
        at=newest.at,
        who=newest.actor_name,
        code=newest.action,
        text=newest.summary,
        note=newest.reason,
        changes=newest.changes,
    )


def _reminder_rows() -> Select[*tuple[Any, ...]]:
    newest = aliased(
        Notice,
        select(Notice)
        .where(Notice.task_id == bindparam("task_id", type_=Integer), Notice.channel == Channel.INBOX)
        .order_by(Notice.id.desc())
        .limit(REMINDERS)
        .subquery(),
    )
    return _row(
        HAPPENED,
        "reminder",
        id=newest.id,
        at=newest.created_at,
        who=User.name,
        other=newest.kind,
        code=newest.rule,
        text=newest.title,
        note=newest.reason,
        later_at=newest.read_at,
        last_at=newest.cancelled_at,
    ).join_from(newest, User, newest.recipient_id == User.id)


def _source_rows() -> Select[*tuple[Any, ...]]:
    """Return the passages with their context; the report's whole text never leaves the database."""
    first = case((TaskSource.start > AROUND, TaskSource.start - AROUND), else_=0)
    return (
        _row(
            ORIGINS,
            "source",
            id=TaskSource.report_id,
            title=Report.title,
            path=Unit.path,
            text=TaskSource.quote,
            before=func.substr(Report.text, first + 1, TaskSource.start - first),
            after=func.substr(Report.text, TaskSource.end + 1, literal_column(str(AROUND))),
            start=TaskSource.start,
            end=TaskSource.end,
            year=Report.report_year,
        )
        .select_from(TaskSource)
        .join(Report, TaskSource.report_id == Report.id)
        .join(Unit, Report.unit_id == Unit.id)
        .where(TaskSource.task_id == bindparam("task_id", type_=Integer))
    )


def _supporting_rows() -> Select[*tuple[Any, ...]]:
    return (
        _row(ORIGINS, "supporting", id=Unit.id, title=Unit.name, path=Unit.path, year=Unit.position)
        .select_from(SupportingUnit)
        .join(Unit, SupportingUnit.unit_id == Unit.id)
        .where(SupportingUnit.task_id == bindparam("task_id", type_=Integer))
    )


def _written_rows() -> Select[*tuple[Any, ...]]:
    """Return in how many plans the task's promise has stood, with the earlier ones as JSON."""
    row = _row(ORIGINS, "written", id=Promise.id, text=cast(Promise.earlier, String), year=Promise.written)
    return (
        row.select_from(Promise)
        .join(Report, Promise.report_id == Report.id)
        .where(
            Promise.task_id == bindparam("task_id", type_=Integer), Promise.written > 1, Report.superseded_at.is_(None)
        )
    )


def _relative_rows(kind: str, column: InstrumentedAttribute[Any], value: str) -> Select[*tuple[Any, ...]]:
    row = _row(ORIGINS, kind, id=Task.id, title=Task.title, text=Task.number, year=Task.plan_year, status=Task.status)
    # by way of the id alone: a planner that has counted the many empty columns would rather read the whole table
    return row.where(Task.id.in_(select(Task.id).where(column == bindparam(value, type_=Integer)).correlate(None)))
