"""The list of reports: by unit for a year, with what is missing, or of all years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Report, Task, Unit
from tracker.db.queries.plan_returns import is_returned, unanswered_remarks
from tracker.db.queries.reports import may_see_reports
from tracker.domain.permissions import Actor
from tracker.domain.plan_returns import ReturnState, state_of
from tracker.domain.tasks import LEDGER, TaskStatus

PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A line of the list: a unit and what it filed for a year, or that it did not."""

    unit_id: int
    unit_name: str
    unit_position: int
    report_year: int
    report_id: int | None
    title: str | None
    plan_year: int | None
    filed_at: datetime | None
    proposed: int
    established: int
    returned: ReturnState | None = None  # where its plan was sent back and that is not ended


@dataclass(frozen=True, slots=True)
class FilingCounts:
    """How many units are expected to file for a year, have filed, and have proposals that wait to be confirmed."""

    expected: int
    filed: int
    to_review: int

    @property
    def missing(self) -> int:
        """How many have not filed."""
        return self.expected - self.filed


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What the list shows; ``state`` is filed, missing, to_review, returned or empty."""

    year: int | None = None
    words: str = ""
    state: str = ""


def list_year(
    session: Session, actor: Actor, wanted: ReportFilter, *, after: tuple[int, int] | None = None, limit: int = PAGE
) -> list[ListedReport]:
    """Return the units expected to file for ``wanted.year`` and those that did, in the units' order.

    ``after`` is (position, unit id) of the last line shown; one line more than ``limit`` says that there is more.
    """
    year = wanted.year or 0
    report = aliased(Report)
    joined = and_(report.unit_id == Unit.id, report.report_year == year, report.superseded_at.is_(None))
    query = (
        select(
            Unit,
            report,
            _count(report.id, (TaskStatus.PROPOSED,)),
            _count(report.id, tuple(LEDGER)),
            unanswered_remarks(report.id),
        )
        .outerjoin(report, joined)
        .where(may_see_reports(actor), or_(and_(Unit.files_reports, Unit.is_active), report.id.is_not(None)))
        .order_by(Unit.position, Unit.id)
        .limit(limit + 1)
    )
    query = query.where(_named(wanted.words))
    if wanted.state == "missing":
        query = query.where(report.id.is_(None))
    elif wanted.state == "filed":
        query = query.where(report.id.is_not(None))
    elif wanted.state == "to_review":
        query = query.where(_waits(report.id))
    elif wanted.state == "returned":
        query = query.where(is_returned(report.id))
    if after is not None:
        query = query.where(tuple_(Unit.position, Unit.id) > after)
    return [_listed(row[0], row[1], year, row[2], row[3], row[4]) for row in session.execute(query)]


def list_all_years(
    session: Session, actor: Actor, wanted: ReportFilter, *, after: tuple[int, int] | None = None, limit: int = PAGE
) -> list[ListedReport]:
    """Return the current reports of all years, the newest year first; ``after`` is (year, report id)."""
    query = (
        select(
            Unit,
            Report,
            _count(Report.id, (TaskStatus.PROPOSED,)),
            _count(Report.id, tuple(LEDGER)),
            unanswered_remarks(Report.id),
        )
        .join(Report, Report.unit_id == Unit.id)
        .where(may_see_reports(actor), Report.superseded_at.is_(None))
        .order_by(Report.report_year.desc(), Report.id.desc())
        .limit(limit + 1)
    )
    query = query.where(_named(wanted.words))
    if wanted.state == "to_review":
        query = query.where(_waits(Report.id))
    elif wanted.state == "returned":
        query = query.where(is_returned(Report.id))
    if after is not None:
        query = query.where(tuple_(Report.report_year, Report.id) < after)
    return [_listed(row[0], row[1], row[1].report_year, row[2], row[3], row[4]) for row in session.execute(query)]


def count_filings(session: Session, actor: Actor, year: int) -> FilingCounts:
    """Count, for a year, the units in scope that are expected to file, that filed, and whose items wait."""
    joined = and_(Report.unit_id == Unit.id, Report.report_year == year, Report.superseded_at.is_(None))
    row = session.execute(
        select(func.count(Unit.id), func.count(Report.id), func.count(Report.id).filter(_waits(Report.id)))
        .select_from(Unit)
        .outerjoin(Report, joined)
        .where(may_see_reports(actor), or_(and_(Unit.files_reports, Unit.is_active), Report.id.is_not(None)))
    ).one()
    return FilingCounts(*row)


def _count(report_id: SQLColumnExpression[int], statuses: tuple[TaskStatus, ...]) -> ColumnElement[int]:
    return select(func.count(Task.id)).where(Task.report_id == report_id, Task.status.in_(statuses)).scalar_subquery()


def _waits(report_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(Task.report_id == report_id, Task.status == TaskStatus.PROPOSED)


def _named(words: str) -> ColumnElement[bool]:
    wanted = words.strip()
    if not wanted:
        return true()
    return or_(Unit.name.contains(wanted, autoescape=True), Unit.short_name.contains(wanted, autoescape=True))


def _listed(
    unit: Unit, report: Report | None, year: int, proposed: int, established: int, unanswered: int | None
) -> ListedReport:
    return ListedReport(
        unit_id=unit.id,
        unit_name=unit.name,
        unit_position=unit.position,
        report_year=year,
        report_id=report.id if report else None,
        title=report.title if report else None,
        plan_year=report.plan_year if report else None,
        filed_at=report.created_at if report else None,
        proposed=proposed or 0,
        established=established or 0,
        returned=None if unanswered is None else state_of(closed=False, superseded=False, answered=[unanswered == 0]),
    )
