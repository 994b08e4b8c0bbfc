"""Reads for the year-end reconciliation: a unit's tasks with their accounts, and the counts of an area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from tracker.db.base import JsonObject
from tracker.db.models import (
    EvidenceFile,
    LinkDecision,
    ReconciliationLine,
    ReconciliationSheet,
    Report,
    Task,
    TaskLink,
    Unit,
)
from tracker.db.queries.scope import below
from tracker.domain.documents import Outcome
from tracker.domain.permissions import Actor
from tracker.domain.reconciliation import Counts, Verdict
from tracker.domain.tasks import LEDGER, TaskStatus

PAGE = 60


@dataclass(frozen=True, slots=True)
class TaskAccounts:
    """A task with what the next report says of it and what a supervisor found; the last two may be missing."""

    task: Task
    link: TaskLink | None
    line: ReconciliationLine | None


def task_accounts(session: Session, unit_id: int, year: int) -> list[TaskAccounts]:
    """Return the duties of a unit's plan year in the order of their numbers. One statement."""
    line = and_(ReconciliationLine.task_id == Task.id)
    rows = session.execute(
        select(Task, TaskLink, ReconciliationLine)
        .join(Task.lead_unit)
        .outerjoin(Report, _answering())
        .outerjoin(TaskLink, _whole_answer())
        .outerjoin(ReconciliationLine, line)
        .where(Task.unit_id == unit_id, Task.plan_year == year, Task.status.in_(LEDGER))
        .options(contains_eager(Task.lead_unit), joinedload(ReconciliationLine.decided_by))
        .order_by(Task.number, Task.id)
        .execution_options(populate_existing=True)
    )
    return [TaskAccounts(*row) for row in rows]


def count_proposals(session: Session, unit_id: int, year: int) -> int:
    """Count the plan items of a year that still wait to be confirmed."""
    return (
        session.scalar(
            select(func.count(Task.id)).where(
                Task.unit_id == unit_id, Task.plan_year == year, Task.status == TaskStatus.PROPOSED
            )
        )
        or 0
    )


def evidence_of(session: Session, unit_id: int, year: int) -> dict[int, list[tuple[int, str]]]:
    """Return the evidence that has not been withdrawn, by task: id and file name."""
    rows = session.execute(
        select(EvidenceFile.task_id, EvidenceFile.id, EvidenceFile.file_name)
        .join(Task, Task.id == EvidenceFile.task_id)
        .where(Task.unit_id == unit_id, Task.plan_year == year, EvidenceFile.withdrawn_at.is_(None))
        .order_by(EvidenceFile.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for task_id, evidence_id, name in rows:
        found.setdefault(task_id, []).append((evidence_id, name))
    return found


@dataclass(frozen=True, slots=True)
class NextTask:
    """A task of the following year that carries a promise on: a successor, or the same promise written again."""

    id: int
    number: str
    predecessor_id: int | None
    report_id: int | None
    item_ref: str | None


def next_year_tasks(session: Session, unit_id: int, year: int) -> list[NextTask]:
    """Return the numbered tasks of the following year's plan that continue a promise or may repeat one."""
    rows = session.execute(
        select(Task.id, Task.number, Task.predecessor_id, Task.report_id, Task.item_ref)
        .where(Task.unit_id == unit_id, Task.plan_year == year + 1, Task.number.is_not(None), Task.status.in_(LEDGER))
        .order_by(Task.number, Task.id)  # a sheet's digest hangs on it
    )
    return [NextTask(**row._asdict()) for row in rows]


def get_sheet(session: Session, unit_id: int, year: int, *, lock: bool = False) -> ReconciliationSheet | None:
    """Return the sheet of a unit's year with who confirmed and who locked it, or None."""
    query = (
        select(ReconciliationSheet)
        .where(ReconciliationSheet.unit_id == unit_id, ReconciliationSheet.plan_year == year)
        .options(joinedload(ReconciliationSheet.unit_confirmed_by), joinedload(ReconciliationSheet.locked_by))
    )
    if lock:
        query = query.with_for_update(of=ReconciliationSheet).execution_options(populate_existing=True)
    return session.scalar(query)


def answering_report(session: Session, unit_id: int, year: int) -> Report | None:
    """Return the report in force that answers a plan year, with its reading (for what was done without a plan)."""
    return session.scalar(
        select(Report)
        .where(Report.unit_id == unit_id, Report.report_year == year, Report.superseded_at.is_(None))
        .options(undefer(Report.reading))
    )


# ---- the area -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit that has duties in a year, with its sheet if there is one."""

    unit_id: int
    name: str
    position: int
    locked: bool
    locked_on: date | None
    unit_confirmed: bool
    unplanned: list[JsonObject] | None  # what the report tells beyond the plan
    explained: JsonObject | None  # the explanations of it, by key


def units_of_year(
    session: Session, actor: Actor, year: int, *, after: tuple[int, int] | None = None, limit: int = PAGE
) -> list[UnitYear]:
    """Return the units in scope that have duties or a sheet in a year; one more than ``limit`` says that there is more."""
    sheet = ReconciliationSheet
    query = (
        select(
            Unit.id,
            Unit.name,
            Unit.position,
            sheet.locked_at.is_not(None),
            sheet.locked_on,
            sheet.unit_confirmed_at.is_not(None),
            Report.reading["unplanned"],
            sheet.unplanned,
        )
        .outerjoin(sheet, and_(sheet.unit_id == Unit.id, sheet.plan_year == year))
        .outerjoin(Report, and_(Report.unit_id == Unit.id, Report.report_year == year, Report.superseded_at.is_(None)))
        .where(below(actor.scope_path), or_(sheet.id.is_not(None), _has_duties(year)))
        .order_by(Unit.position, Unit.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(Unit.position, Unit.id) > after)
    return [UnitYear(*row) for row in session.execute(query)]


def all_units_of_year(session: Session, actor: Actor, year: int) -> Iterator[UnitYear]:
    """Yield all units of ``units_of_year``, a page at a time."""
    after: tuple[int, int] | None = None
    while True:
        rows = units_of_year(session, actor, year, after=after)
        yield from rows[:PAGE]
        if len(rows) <= PAGE:
            return
        after = (rows[PAGE - 1].position, rows[PAGE - 1].unit_id)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The few columns of a task that the counts and differences of an area are derived from."""

    unit_id: int
    status: TaskStatus
    archived_from: str | None
    percent: int
    due_on: date | None
    original_due_on: date | None
    completed_on: date | None
    outcome: Outcome | None
    decision: LinkDecision | None
    late: bool | None
    figures: list[JsonObject] | None
    shrunk: JsonObject | None
    contradicted_by: list[JsonObject] | None
    verdict: Verdict | None
    explanations: JsonObject | None


def account_rows(session: Session, unit_ids: Sequence[int], year: int) -> list[AccountRow]:
    """Return the duties of several units for a year. One statement, no row objects."""
    rows = session.execute(
        select(
            Task.unit_id,
            Task.status,
            Task.archived_from,
            Task.percent,
            Task.due_on,
            Task.original_due_on,
            Task.completed_on,
            TaskLink.outcome,
            TaskLink.decision,
            TaskLink.late,
            TaskLink.figures,
            TaskLink.shrunk,
            TaskLink.contradicted_by,
            ReconciliationLine.verdict,
            ReconciliationLine.explanations,
        )
        .outerjoin(Report, _answering())
        .outerjoin(TaskLink, _whole_answer())
        .outerjoin(ReconciliationLine, ReconciliationLine.task_id == Task.id)
        .where(Task.unit_id.in_(unit_ids), Task.plan_year == year, Task.status.in_(LEDGER))
    )
    return [AccountRow(**row._asdict()) for row in rows]


def count_area(session: Session, actor: Actor, year: int) -> Counts:
    """Count a year over all units in scope, in the database."""
    closed = or_(Task.status == TaskStatus.CLOSED, _was(TaskStatus.CLOSED))
    withdrawn = or_(Task.status == TaskStatus.WITHDRAWN, _was(TaskStatus.WITHDRAWN))
    mentioned = and_(TaskLink.decision == LinkDecision.CONFIRMED, TaskLink.outcome != Outcome.NOT_MENTIONED)
    query = (
        select(
            func.count(Task.id),
            _sum(withdrawn),
            _sum(closed),
            _sum(and_(closed, Task.completed_on <= Task.due_on)),
            _sum(and_(closed, Task.completed_on <= Task.original_due_on)),
            _sum(mentioned),
        )
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Report, _answering())
        .outerjoin(TaskLink, _whole_answer())
        .where(below(actor.scope_path), Task.plan_year == year, Task.status.in_(LEDGER))
    )
    return Counts(*session.execute(query).one())


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _was(status: TaskStatus) -> ColumnElement[bool]:
    return and_(Task.status == TaskStatus.ARCHIVED, Task.archived_from == status.value)


def _has_duties(year: int) -> ColumnElement[bool]:
    return exists().where(Task.unit_id == Unit.id, Task.plan_year == year, Task.status.in_(LEDGER))


def _answering() -> ColumnElement[bool]:
    """The report in force of the unit that promised, for the year that it promised for."""
    return and_(Report.unit_id == Task.unit_id, Report.report_year == Task.plan_year, Report.superseded_at.is_(None))


def _whole_answer() -> ColumnElement[bool]:
    return and_(TaskLink.task_id == Task.id, TaskLink.report_id == Report.id, TaskLink.commitment_ref == "")
