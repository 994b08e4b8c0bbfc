"""Reads for linking: the promises of a plan year with what the next report says of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, distinct, exists, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from tracker.db.base import JsonObject
from tracker.db.models import LinkDecision, ReconciliationSheet, Report, Task, TaskLink
from tracker.db.queries.reports import may_see_reports
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor
from tracker.domain.reconciliation import effective_status
from tracker.domain.tasks import TaskStatus

LINKABLE = frozenset(TaskStatus) - {TaskStatus.DISMISSED}
"""A promise is looked for from the moment it is read; what was ignored, merged or split lives on elsewhere or nowhere."""


def is_withdrawn(task: Task) -> bool:
    """Say whether a promise was withdrawn, also where its year was locked since: no report is asked for it."""
    return effective_status(task.status, task.archived_from) is TaskStatus.WITHDRAWN


def promises_of(session: Session, unit_id: int, plan_year: int) -> Sequence[Task]:
    """Return what a unit promised for a year, in the order of its numbers, with lead units."""
    return session.scalars(
        select(Task)
        .where(Task.unit_id == unit_id, Task.plan_year == plan_year, Task.status.in_(LINKABLE))
        .options(joinedload(Task.lead_unit, innerjoin=True))
        .order_by(Task.number.is_(None), Task.number, Task.start, Task.id)
    ).all()


def links_of(session: Session, report_id: int) -> dict[int, dict[str, TaskLink]]:
    """Return a report's answers by task and commitment ("" is the task as a whole)."""
    found: dict[int, dict[str, TaskLink]] = {}
    rows = session.scalars(
        select(TaskLink)
        .where(TaskLink.report_id == report_id)
        .options(joinedload(TaskLink.decided_by))
        .order_by(TaskLink.task_id, TaskLink.id)
    )
    for link in rows:
        found.setdefault(link.task_id, {})[link.commitment_ref] = link
    return found


def get_link(session: Session, actor: Actor, report_id: int, link_id: int, *, lock: bool = False) -> TaskLink:
    """Return an answer of this report, with its task, report and text; raises NotFound out of scope."""
    query = (
        select(TaskLink)
        .join(TaskLink.report)
        .join(Report.unit)
        .where(TaskLink.id == link_id, TaskLink.report_id == report_id, may_see_reports(actor))
        .options(joinedload(TaskLink.task).joinedload(Task.lead_unit), joinedload(TaskLink.report, innerjoin=True))
    )
    if lock:
        query = query.with_for_update(of=TaskLink).execution_options(populate_existing=True)
    link = session.scalar(query)
    if link is None or link.task.status is TaskStatus.DISMISSED:
        raise NotFound("没有找到这条对应关系，可能已随任务合并或忽略，或不在您的查看范围内。")
    return link


def answer_before(session: Session, task_id: int) -> TaskLink | None:
    """Return what the report in force says of a whole task, with the task; None where no report was held against it."""
    return session.scalar(
        select(TaskLink)
        .join(TaskLink.report)
        .where(TaskLink.task_id == task_id, _whole(), Report.superseded_at.is_(None))
        .options(joinedload(TaskLink.task, innerjoin=True))
    )


def report_text(session: Session, report_id: int) -> tuple[str, JsonObject]:
    """Return the text of a report and its reading."""
    row = session.execute(select(Report.text, Report.reading).where(Report.id == report_id)).one()
    return row.text, row.reading


def with_reading(session: Session, report_id: int) -> Report | None:
    """Return a report with its text and reading, or None."""
    return session.scalar(
        select(Report)
        .where(Report.id == report_id)
        .options(undefer(Report.text), undefer(Report.reading), joinedload(Report.unit))
        .execution_options(populate_existing=True)
    )


def earlier_decisions(session: Session, report: Report) -> dict[tuple[int, str], TaskLink]:
    """Return the decided answers among the newest ones of the earlier versions of a report, by task and commitment.

    A decision that was taken back on a later version does not come back from the one before.
    """
    rows = session.scalars(
        select(TaskLink)
        .join(TaskLink.report)
        .where(
            Report.unit_id == report.unit_id,
            Report.report_year == report.report_year,
            Report.id < report.id,
        )
        .order_by(TaskLink.report_id)
    )
    newest = {(link.task_id, link.commitment_ref): link for link in rows}
    return {key: link for key, link in newest.items() if link.decision is not LinkDecision.PROPOSED}


def answers_to_version_before(session: Session, report: Report) -> tuple[Report | None, Sequence[TaskLink]]:
    """Return the newest earlier version of a report that was compared, with its text, and all its answers."""
    earlier = session.scalar(
        select(Report.id)
        .join(TaskLink, TaskLink.report_id == Report.id)
        .where(Report.unit_id == report.unit_id, Report.report_year == report.report_year, Report.id < report.id)
        .order_by(Report.id.desc())
        .limit(1)
    )
    if earlier is None:
        return None, ()
    rows = session.scalars(select(TaskLink).where(TaskLink.report_id == earlier).order_by(TaskLink.id)).all()
    return with_reading(session, earlier), rows


def decided_answers(session: Session, *, limit: int) -> list[tuple[TaskLink, int, int]]:
    """Return the newest decided answers to whole tasks with their report's unit and year, in the order of their reports."""
    rows = session.execute(
        select(TaskLink, Report.unit_id, Report.report_year)
        .join(TaskLink.report)
        .where(_decided(), _whole())
        .order_by(TaskLink.report_id.desc(), TaskLink.task_id.desc())
        .limit(limit)
    ).all()
    return [(link, unit_id, year) for link, unit_id, year in reversed(rows)]


def count_decided(session: Session) -> tuple[int, int]:
    """Count the promises that people have decided on, and the reports and years they did it for; versions count once."""
    promises, reports = session.execute(
        select(
            func.count(distinct(TaskLink.task_id)),
            func.count(distinct(Report.unit_id * 10_000 + Report.report_year)),
        )
        .join(TaskLink.report)
        .where(_decided(), _whole())
    ).one()
    return promises, reports


def readings_of(session: Session, report_ids: Iterable[int]) -> dict[int, JsonObject]:
    """Return the readings of reports."""
    rows = session.execute(select(Report.id, Report.reading).where(Report.id.in_(sorted(set(report_ids)))))
    return {row.id: row.reading for row in rows}


def links_in_reports(session: Session, report_ids: Sequence[int]) -> Sequence[TaskLink]:
    """Return the answers to whole tasks that these reports give and whose promise they repeat."""
    if not report_ids:
        return []
    rows = session.scalars(select(TaskLink).where(TaskLink.report_id.in_(report_ids), TaskLink.commitment_ref == ""))
    return [link for link in rows if link.repeated_in]


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """How far a report's answers have been looked at."""

    total: int
    decided: int


def count_links(session: Session, report: Report) -> LinkCounts:
    """Count the promises a report answers to, and those a person has decided on."""
    row = session.execute(
        select(func.count(), func.count().filter(_decided()))
        .select_from(Task)
        .where(
            Task.unit_id == report.unit_id,
            Task.plan_year == report.report_year,
            Task.status.in_(LINKABLE - {TaskStatus.WITHDRAWN}),
            func.coalesce(Task.archived_from, "") != TaskStatus.WITHDRAWN.value,
        )
        .outerjoin(TaskLink, and_(TaskLink.task_id == Task.id, TaskLink.report_id == report.id, _whole()))
    ).one()
    return LinkCounts(*row)


def locked_year(session: Session, unit_id: int, plan_year: int) -> bool:
    """Say whether a unit's plan year has been locked."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    ReconciliationSheet.unit_id == unit_id,
                    ReconciliationSheet.plan_year == plan_year,
                    ReconciliationSheet.locked_at.is_not(None),
                )
            )
        )
    )


def _decided() -> ColumnElement[bool]:
    return TaskLink.decision != LinkDecision.PROPOSED


def _whole() -> ColumnElement[bool]:
    return TaskLink.commitment_ref == ""
