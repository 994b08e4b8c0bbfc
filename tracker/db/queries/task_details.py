"""Everything the task page lists beside the task itself."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from tracker.db.models import Task
from tracker.db.queries.task_records import AROUND, origins, what_happened
from tracker.domain.reminders import NoticeKind
from tracker.domain.tasks import TaskStatus

Lists: TypeAlias = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by name."""

    name: str


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A report of progress."""

    id: int
    author: Person
    at: datetime
    percent: int
    done: str
    problems: str
    next_step: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A file of evidence; ``progress_id`` is the report of progress it came with."""

    id: int
    progress_id: int | None
    file_name: str
    file_size: int
    note: str
    uploaded_by: Person
    uploaded_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """An application for closure and what was decided."""

    requested_by: Person
    requested_at: datetime
    statement: str
    completed_on: date
    no_evidence_reason: str | None
    decision: str | None
    decided_by: Person | None
    decided_at: datetime | None
    decision_note: str | None


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An application for another deadline and what was decided."""

    requested_by: Person
    requested_at: datetime
    reason: str
    old_due_on: date
    new_due_on: date
    after_deadline: bool
    decision: str | None
    decided_by: Person | None
    decided_at: datetime | None
    decision_note: str | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the audit log about the task."""

    at: datetime
    actor_name: str
    action: str
    summary: str
    reason: str | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A notice as its recipient got it."""

    id: int
    rule: str
    kind: NoticeKind
    title: str
    reason: str
    created_at: datetime
    read_at: datetime | None
    cancelled_at: datetime | None
    name: str


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
    progress: tuple[ProgressLine, ...]
    evidence: tuple[EvidenceLine, ...]
    closures: tuple[ClosureLine, ...]
    extensions: tuple[ExtensionLine, ...]
    history: tuple[HistoryLine, ...]
    reminders: tuple[ReminderLine, ...]
    relatives: tuple[Relative, ...]
    years_before: tuple[int, ...]  # earlier plans in which the same promise stood


def load_details(session: Session, task: Task) -> TaskDetails:
    """Return what the page of ``task`` lists."""
    happened = _lists(session.execute(what_happened(), {"task_id": task.id}))
    references = {
        "predecessor": task.predecessor_id,
        "merged_into": task.merged_into_id,
        "split_from": task.split_from_id,
    }
    related = _lists(session.execute(origins(), {"task_id": task.id, **references}))
    return TaskDetails(
        sources=tuple(_passage(row) for row in sorted(related["source"], key=lambda row: (row.id, row.start))),
        supporting=tuple(row.title for row in sorted(related["supporting"], key=lambda row: (row.year, row.path))),
        progress=tuple(_progress(row) for row in _newest_first(happened["progress"])),
        evidence=tuple(_evidence(row) for row in reversed(_newest_first(happened["evidence"]))),
        closures=tuple(_closure(row) for row in _newest_first(happened["closure"])),
        extensions=tuple(_extension(row) for row in _newest_first(happened["extension"])),
        history=tuple(_history(row) for row in _newest_first(happened["history"])),
        reminders=tuple(_reminder(row) for row in _newest_first(happened["reminder"])),
        relatives=_relatives(related),
        years_before=_years_before(related["written"]),
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


def _lists(rows: Any) -> Lists:
    found: Lists = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    return found


def _newest_first(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: -row.id)


def _person(name: str | None) -> Person | None:
    return None if name is None else Person(name)


def _progress(row: Any) -> ProgressLine:
    return ProgressLine(row.id, Person(row.who), row.at, row.number, row.text, row.note, row.remark)


def _evidence(row: Any) -> EvidenceLine:
    return EvidenceLine(row.id, row.reference, row.text, row.number, row.note, Person(row.who), row.at, row.later_at)


def _closure(row: Any) -> ClosureLine:
    return ClosureLine(
        requested_by=Person(row.who),
        requested_at=row.at,
        statement=row.text,
        completed_on=row.first_day,
        no_evidence_reason=row.note,
        decision=row.code,
        decided_by=_person(row.other),
        decided_at=row.later_at,
        decision_note=row.remark,
    )


def _extension(row: Any) -> ExtensionLine:
    return ExtensionLine(
        requested_by=Person(row.who),
        requested_at=row.at,
        reason=row.text,
        old_due_on=row.first_day,
        new_due_on=row.second_day,
        after_deadline=bool(row.number),
        decision=row.code,
        decided_by=_person(row.other),
        decided_at=row.later_at,
        decision_note=row.remark,
    )


def _history(row: Any) -> HistoryLine:
    return HistoryLine(row.at, row.who, row.code, row.text, row.note, row.changes or {})


def _reminder(row: Any) -> ReminderLine:
    return ReminderLine(
        id=row.id,
        rule=row.code,
        kind=NoticeKind(row.other),
        title=row.text,
        reason=row.note,
        created_at=row.at,
        read_at=row.later_at,
        cancelled_at=row.last_at,
        name=row.who,
    )


def _passage(row: Any) -> SourcePassage:
    before, after = paragraph_before(row.before or ""), paragraph_after(row.after or "")
    return SourcePassage(row.id, row.title, row.year, row.path, row.start, row.end, row.text, before, after)


def _relatives(related: Lists) -> tuple[Relative, ...]:
    found = [
        Relative(kind, row.id, row.text, row.title, row.year, TaskStatus(row.status))
        for kind, rows in related.items()
        if kind not in {"source", "supporting", "written"}
        for row in rows
    ]
    return tuple(sorted(found, key=lambda relative: relative.id))


def _years_before(rows: list[Any]) -> tuple[int, ...]:
    longest = max(rows, key=lambda row: row.year, default=None)
    return tuple(year for year, _ in json.loads(longest.text)) if longest is not None else ()
