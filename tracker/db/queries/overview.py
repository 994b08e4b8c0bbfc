"""The supervisor's picture of a year: how many tasks stand where, unit by unit. Three statements whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from tracker.db.models import Report, Task, Unit
from tracker.db.queries.ledger import awaits_extension
from tracker.db.queries.plan_returns import count_answered
from tracker.db.queries.scope import below, leads_in_scope
from tracker.db.queries.units import in_tree_order
from tracker.domain.permissions import Actor
from tracker.domain.reconciliation import effective_status
from tracker.domain.tasks import LEDGER, RUNNING, TaskStatus


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of tasks of one unit or of all. ``by_status`` has every state that occurs; a task of a locked year counts
    as what it was when the year was locked."""

    by_status: dict[TaskStatus, int]
    overdue: int
    due_soon: int

    def of(self, *statuses: TaskStatus) -> int:
        """Return how many tasks stand in one of ``statuses``."""
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def established(self) -> int:
        """Tasks that are duties, whatever became of them."""
        return self.of(*LEDGER)

    @property
    def closed(self) -> int:
        """Tasks struck off."""
        return self.of(TaskStatus.CLOSED)

    @property
    def completion(self) -> int | None:
        """完成率 in percent: closed ÷ (established − withdrawn); None where there is nothing to divide by.

        100 only when all is done.
        """
        base = self.established - self.of(TaskStatus.WITHDRAWN)
        if not base:
            return None
        return 100 if self.closed == base else min(round(100 * self.closed / base), 99)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the overview. ``report_id`` is the report its plan comes from, None where it has not filed;
    ``files_reports``: it is expected to."""

    id: int
    name: str
    files_reports: bool
    report_id: int | None
    reviewed: bool
    tally: Tally


@dataclass(frozen=True, slots=True)
class Overview:
    """All units with something to show, the most overdue first, and the total."""

    total: Tally
    units: tuple[UnitLine, ...]
    missing: tuple[UnitLine, ...]  # expected to file a report and did not
    waiting_extensions: int  # of whatever year
    answered_returns: int  # plans sent back that the unit has answered wholly, of whatever year


def year_overview(session: Session, actor: Actor, plan_year: int, *, today: date, soon: date) -> Overview:
    """Return the picture of ``plan_year`` in the actor's scope; ``soon`` is the last day that counts as soon due."""
    tallies = _tallies(session, actor, plan_year, today, soon)
    empty = Tally({}, 0, 0)
    report = and_(Report.unit_id == Unit.id, Report.plan_year == plan_year, Report.superseded_at.is_(None))
    rows = session.execute(
        select(
            Unit.id,
            Unit.path,
            Unit.position,
            Unit.short_name,
            and_(Unit.files_reports, Unit.is_active).label("expected"),
            Report.id.label("report_id"),
            Report.reviewed_at,
        )
        .outerjoin(Report, report)
        .where(below(actor.scope_path))
        .order_by(Unit.path)
    ).all()
    lines = [
        UnitLine(
            id=row.id,
            name=row.short_name,
            files_reports=row.expected,
            report_id=row.report_id,
            reviewed=row.reviewed_at is not None,
            tally=tallies.get(row.id, empty),
        )
        for row in in_tree_order(rows, rows)
    ]
    shown = [line for line in lines if line.tally.by_status or line.report_id]
    extensions = select(func.count(Task.id)).where(leads_in_scope(actor), awaits_extension())
    waiting, answered = session.execute(
        select(extensions.scalar_subquery(), count_answered(actor).scalar_subquery())
    ).one()
    return Overview(
        total=_sum(tallies.values()),
        units=tuple(sorted(shown, key=lambda line: -line.tally.overdue)),
        missing=tuple(line for line in lines if line.files_reports and line.report_id is None),
        waiting_extensions=waiting or 0,
        answered_returns=answered or 0,
    )


def _tallies(session: Session, actor: Actor, plan_year: int, today: date, soon: date) -> dict[int, Tally]:
    running = Task.status.in_(sorted(RUNNING))
    archived = Task.status == TaskStatus.ARCHIVED
    year = (Task.plan_year == plan_year, leads_in_scope(actor))
    # two halves: what lives is counted from an index alone, only the archived rows must be looked at
    living = (
        select(
            Task.lead_unit_id,
            Task.status,
            null().label("archived_from"),
            func.count(),
            func.sum(case((and_(running, Task.due_on < today), 1), else_=0)),
            func.sum(case((and_(running, Task.due_on.between(today, soon)), 1), else_=0)),
        )
        .where(*year, ~archived)
        .group_by(Task.lead_unit_id, Task.status)
    )
    locked = (
        select(Task.lead_unit_id, Task.status, Task.archived_from, func.count(), literal(0), literal(0))
        .where(*year, archived)
        .group_by(Task.lead_unit_id, Task.status, Task.archived_from)
    )
    rows: Sequence[Any] = session.execute(union_all(living, locked)).all()
    by_status: dict[int, dict[TaskStatus, int]] = defaultdict(lambda: defaultdict(int))
    overdue: dict[int, int] = defaultdict(int)
    due_soon: dict[int, int] = defaultdict(int)
    for unit_id, status, archived_from, number, late, near in rows:
        by_status[unit_id][effective_status(status, archived_from)] += number
        overdue[unit_id] += int(late)
        due_soon[unit_id] += int(near)
    return {unit_id: Tally(dict(found), overdue[unit_id], due_soon[unit_id]) for unit_id, found in by_status.items()}


def _sum(tallies: Iterable[Tally]) -> Tally:
    by_status: dict[TaskStatus, int] = defaultdict(int)
    overdue = due_soon = 0
    for tally in tallies:
        for status, number in tally.by_status.items():
            by_status[status] += number
        overdue, due_soon = overdue + tally.overdue, due_soon + tally.due_soon
    return Tally(dict(by_status), overdue, due_soon)
