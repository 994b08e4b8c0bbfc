"""Reads on reports: one report with its text, its versions, the list by year, uploads under way, a unit's surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, undefer

from tracker.db.models import AuditEntry, Intake, IntakeStatus, Report, SupportingUnit, Task, TaskSource, Unit, User
from tracker.db.queries.scope import below
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import LEDGER, TaskStatus
from tracker.domain.unit_names import KnownUnit, Neighbourhood

PAGE = 50
UNDER_WAY = (IntakeStatus.QUEUED, IntakeStatus.READING, IntakeStatus.NEEDS_ANSWER)
SHOW_FAILED_FOR = timedelta(days=3)


def get_report(session: Session, actor: Actor, report_id: int, *, text: bool = False) -> Report:
    """Return a report of a unit in scope, with its text and reading where ``text``; raises NotFound."""
    query = (
        select(Report)
        .join(Report.unit)
        .where(Report.id == report_id, may_see_reports(actor))
        .options(contains_eager(Report.unit), joinedload(Report.uploaded_by))
    )
    if text:
        query = query.options(undefer(Report.text), undefer(Report.reading))
    report = session.scalar(query)
    if report is None:
        raise NotFound("没有找到这份报告，或不在您的查看范围内。")
    return report


def may_see_reports(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Unit`` for reading its reports; an administrator reads none."""
    return below(actor.scope_path) if actor.role is not Role.ADMIN else false()


def get_intake(session: Session, actor: Actor, intake_id: int, *, reading: bool = False) -> Intake:
    """Return an upload for a unit in scope; raises NotFound."""
    query = (
        select(Intake)
        .join(Intake.unit)
        .where(Intake.id == intake_id, may_see_reports(actor))
        .options(contains_eager(Intake.unit), joinedload(Intake.uploaded_by))
    )
    intake = session.scalar(query.options(undefer(Intake.reading)) if reading else query)
    if intake is None:
        raise NotFound("没有找到这次上传，或不在您的查看范围内。")
    return intake


def intakes_under_way(session: Session, actor: Actor, *, now: datetime) -> Sequence[Intake]:
    """Return uploads in scope that are not finished, and the person's own that failed in the last days."""
    own_failures = and_(
        Intake.status == IntakeStatus.FAILED,
        Intake.uploaded_by_id == actor.id,
        Intake.finished_at > now - SHOW_FAILED_FOR,
    )
    return session.scalars(
        select(Intake)
        .join(Intake.unit)
        .where(may_see_reports(actor), or_(Intake.status.in_(UNDER_WAY), own_failures))
        .options(contains_eager(Intake.unit), joinedload(Intake.uploaded_by))
        .order_by(Intake.id.desc())
        .limit(20)
    ).all()


def current_report(session: Session, unit_id: int, report_year: int) -> Report | None:
    """Return the version in force of a unit's report of a year."""
    return session.scalar(
        select(Report).where(
            Report.unit_id == unit_id, Report.report_year == report_year, Report.superseded_at.is_(None)
        )
    )


def versions_of(session: Session, report: Report) -> Sequence[Report]:
    """Return all versions of a report, the newest first."""
    return session.scalars(
        select(Report)
        .where(Report.unit_id == report.unit_id, Report.report_year == report.report_year)
        .options(joinedload(Report.uploaded_by))
        .order_by(Report.id.desc())
    ).all()


def tasks_of_report(session: Session, report: Report) -> Sequence[Task]:
    """Return every task read from this report, dismissed ones too, in the order of the text.

    After them come the confirmed ones that earlier versions of the report left behind (``report_id`` is another).
    """
    earlier = select(Report.id).where(
        Report.unit_id == report.unit_id, Report.report_year == report.report_year, Report.id < report.id
    )
    kept = and_(Task.report_id.in_(earlier), Task.status.in_(LEDGER))
    return session.scalars(
        select(Task)
        .where(or_(Task.report_id == report.id, kept), Task.predecessor_id.is_(None))
        .options(joinedload(Task.lead_unit), joinedload(Task.owner))
        .order_by(Task.report_id.desc(), Task.start, Task.id)
    ).all()


def sources_of(session: Session, report_id: int) -> dict[int, list[TaskSource]]:
    """Return the source spans in a report by task; a merged task has several."""
    found: dict[int, list[TaskSource]] = {}
    for source in session.scalars(
        select(TaskSource).where(TaskSource.report_id == report_id).order_by(TaskSource.start, TaskSource.id)
    ):
        found.setdefault(source.task_id, []).append(source)
    return found


def supporters_of(session: Session, report_id: int) -> dict[int, list[Unit]]:
    """Return the supporting units of a report's tasks."""
    found: dict[int, list[Unit]] = {}
    rows = session.execute(
        select(SupportingUnit.task_id, Unit)
        .join(Unit, Unit.id == SupportingUnit.unit_id)
        .join(Task, Task.id == SupportingUnit.task_id)
        .where(Task.report_id == report_id)
        .order_by(Unit.position, Unit.id)
    )
    for task_id, unit in rows:
        found.setdefault(task_id, []).append(unit)
    return found


def last_change(session: Session, task_id: int) -> AuditEntry | None:
    """Return the newest line of a task's history."""
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.object_type == "task", AuditEntry.object_id == task_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def earlier_tasks(session: Session, unit_id: int, report_year: int) -> Sequence[tuple[Task, list[str]]]:
    """Return the tasks of all versions of a unit's report of a year with the quotes they stand on."""
    reports = select(Report.id).where(Report.unit_id == unit_id, Report.report_year == report_year)
    tasks = session.scalars(
        select(Task).where(Task.report_id.in_(reports), Task.predecessor_id.is_(None)).order_by(Task.start, Task.id)
    ).all()
    quotes: dict[int, list[str]] = {task.id: [task.quote] for task in tasks}
    rows = session.execute(select(TaskSource.task_id, TaskSource.quote).where(TaskSource.report_id.in_(reports)))
    for task_id, quote in rows:
        quotes.setdefault(task_id, []).append(quote)
    return [(task, quotes[task.id]) for task in tasks]


def neighbourhood(session: Session, unit: Unit) -> Neighbourhood:
    """Return the units that a report of ``unit`` can mean by name."""
    parents = [unit.id, *([unit.parent_id] if unit.parent_id is not None else [])]
    rows = session.scalars(
        select(Unit)
        .where(or_(Unit.parent_id.in_(parents), Unit.id.in_(parents)), Unit.is_active.is_(True))
        .order_by(Unit.id)
    ).all()
    if unit.parent_id is None:  # the root has nobody beside it
        return Neighbourhood(_known(unit), tuple(_known(row) for row in rows if row.id != unit.id))
    return Neighbourhood(
        own=_known(unit),
        children=tuple(_known(row) for row in rows if row.parent_id == unit.id),
        siblings=tuple(_known(row) for row in rows if row.parent_id == unit.parent_id and row.id != unit.id),
        area=next((_known(row) for row in rows if row.id == unit.parent_id), None),
    )


def units_to_file_for(session: Session, actor: Actor, *, limit: int = 2000) -> Sequence[Unit]:
    """Return the units in scope for which this person may upload, the own one first where it files reports itself."""
    return session.scalars(
        select(Unit)
        .where(below(actor.scope_path), Unit.is_active.is_(True), Unit.files_reports.is_(True))
        .order_by(Unit.position, Unit.id)
        .limit(limit)
    ).all()


def units_choosable_for(session: Session, actor: Actor, unit: Unit, *, limit: int = 400) -> Sequence[Unit]:
    """Return the units that may lead or support what ``unit`` promised: itself, those below, beside, and its area."""
    area = unit.path[: -len(f"{unit.id}/")] if unit.parent_id is not None else unit.path
    root = area if area.startswith(actor.scope_path) else actor.scope_path
    return session.scalars(
        select(Unit).where(below(root), Unit.is_active.is_(True)).order_by(Unit.position, Unit.id).limit(limit)
    ).all()


# ---- the list -------------------------------------------------------------------------------------------------------


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
    """What the list shows; ``state`` is filed, missing, to_review or empty."""

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
        select(Unit, report, _count(report.id, (TaskStatus.PROPOSED,)), _count(report.id, tuple(LEDGER)))
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
    if after is not None:
        query = query.where(tuple_(Unit.position, Unit.id) > after)
    return [_listed(row[0], row[1], year, row[2], row[3]) for row in session.execute(query)]


def list_all_years(
    session: Session, actor: Actor, wanted: ReportFilter, *, after: tuple[int, int] | None = None, limit: int = PAGE
) -> list[ListedReport]:
    """Return the current reports of all years, the newest year first; ``after`` is (year, report id)."""
    query = (
        select(Unit, Report, _count(Report.id, (TaskStatus.PROPOSED,)), _count(Report.id, tuple(LEDGER)))
        .join(Report, Report.unit_id == Unit.id)
        .where(may_see_reports(actor), Report.superseded_at.is_(None))
        .order_by(Report.report_year.desc(), Report.id.desc())
        .limit(limit + 1)
    )
    query = query.where(_named(wanted.words))
    if wanted.state == "to_review":
        query = query.where(_waits(Report.id))
    if after is not None:
        query = query.where(tuple_(Report.report_year, Report.id) < after)
    return [_listed(row[0], row[1], row[1].report_year, row[2], row[3]) for row in session.execute(query)]


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


def _listed(unit: Unit, report: Report | None, year: int, proposed: int, established: int) -> ListedReport:
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
    )


def _known(unit: Unit) -> KnownUnit:
    return KnownUnit(unit.id, unit.name, unit.short_name)


def owners_choosable(session: Session, unit_ids: Sequence[int]) -> Sequence[User]:
    """Return the active officers and heads of the units, for choosing who answers for a task."""
    return session.scalars(
        select(User)
        .where(User.unit_id.in_(unit_ids), User.role.in_((Role.OFFICER, Role.HEAD)), User.is_active.is_(True))
        .order_by(User.unit_id, User.id)
        .limit(1000)
    ).all()
