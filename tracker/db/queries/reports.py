"""Reads on reports: one report with its text, its versions, the list by year, uploads under way, a unit's surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from tracker.db.models import (
    AuditEntry,
    BatchFile,
    Intake,
    IntakeStatus,
    Report,
    SupportingUnit,
    Task,
    TaskSource,
    Unit,
    User,
)
from tracker.db.queries.scope import below
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import LEDGER
from tracker.domain.unit_names import KnownUnit, Neighbourhood

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
    in_a_batch = exists().where(BatchFile.intake_id == Intake.id)  # its batch tells of it
    return session.scalars(
        select(Intake)
        .join(Intake.unit)
        .where(may_see_reports(actor), or_(Intake.status.in_(UNDER_WAY), own_failures), ~in_a_batch)
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
