"""Reads on plans sent back: a report's returns with their remarks, and what waits for a unit or a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import PlanRemark, PlanReturn, Report, Unit
from tracker.db.queries.reports import may_see_reports
from tracker.domain.permissions import Actor
from tracker.domain.plan_returns import ReturnState, state_of


def returns_so_far(session: Session, report: Report) -> Sequence[PlanReturn]:
    """Return the returns of a report and of its earlier versions with all remarks, the newest first."""
    return (
        session.scalars(
            select(PlanReturn)
            .join(Report, PlanReturn.report_id == Report.id)
            .where(_is_version_of(report), Report.id <= report.id)
            .options(*_WITH_REMARKS, joinedload(PlanReturn.report))
            .order_by(*_NEWEST_FIRST)
        )
        .unique()
        .all()
    )


def versions_with_returns(session: Session, report: Report) -> tuple[list[Report], list[PlanReturn]]:
    """Return all versions of a report, and what ``returns_so_far`` returns: one statement for both."""
    rows = (
        session.execute(
            select(Report, PlanReturn)
            .outerjoin(PlanReturn, PlanReturn.report_id == Report.id)
            .where(_is_version_of(report))
            .options(joinedload(Report.uploaded_by), *_WITH_REMARKS)
            .order_by(Report.id.desc(), *_NEWEST_FIRST)
        )
        .unique()
        .all()
    )
    versions = list(dict.fromkeys(version for version, _ in rows))
    return versions, [row for version, row in rows if row is not None and version.id <= report.id]


def _is_version_of(report: Report) -> ColumnElement[bool]:
    return and_(Report.unit_id == report.unit_id, Report.report_year == report.report_year)


_NEWEST_FIRST = (PlanReturn.report_id.desc(), PlanReturn.round.desc())
_WITH_REMARKS = (
    joinedload(PlanReturn.remarks).joinedload(PlanRemark.replied_by),
    joinedload(PlanReturn.returned_by),
    joinedload(PlanReturn.closed_by),
)


def open_return(session: Session, report_id: int) -> PlanReturn | None:
    """Return the return of a report that nobody has ended."""
    return session.scalar(select(PlanReturn).where(PlanReturn.report_id == report_id, PlanReturn.closed_at.is_(None)))


def last_round(session: Session, report_id: int) -> int:
    """Return how many times a report has been sent back."""
    return session.scalar(select(func.max(PlanReturn.round)).where(PlanReturn.report_id == report_id)) or 0


def return_state(found: PlanReturn) -> ReturnState:
    """Return how a return stands."""
    return state_of(
        closed=found.closed_at is not None,
        superseded=found.report.superseded_at is not None,
        answered=[remark.replied_at is not None for remark in found.remarks],
    )


@dataclass(frozen=True, slots=True)
class WaitingReturn:
    """A plan that was sent back and whose report is still in force."""

    report_id: int
    plan_year: int
    unanswered: int


def waiting_returns(session: Session, actor: Actor, *, limit: int = 20) -> list[WaitingReturn]:
    """Return the plans of the actor's own unit that were sent back and are not wholly answered."""
    left = func.sum(case((PlanRemark.replied_at.is_(None), 1), else_=0))
    query = (
        select(Report.id, Report.plan_year, left)
        .select_from(PlanReturn)
        .join(Report, PlanReturn.report_id == Report.id)
        .join(PlanRemark, PlanRemark.return_id == PlanReturn.id)
        .where(PlanReturn.closed_at.is_(None), Report.superseded_at.is_(None), Report.unit_id == actor.unit_id)
        .group_by(Report.id, Report.plan_year)
        .having(left > 0)
        .order_by(Report.id)
        .limit(limit)
    )
    return [WaitingReturn(*row) for row in session.execute(query)]


def count_answered(actor: Actor) -> Select[int]:
    """Return the statement that counts the plans in scope that were sent back and are wholly answered."""
    unanswered = exists().where(PlanRemark.return_id == PlanReturn.id, PlanRemark.replied_at.is_(None))
    return (
        select(func.count(PlanReturn.id))
        .join(Report, PlanReturn.report_id == Report.id)
        .join(Unit, Report.unit_id == Unit.id)
        .where(PlanReturn.closed_at.is_(None), Report.superseded_at.is_(None), may_see_reports(actor), ~unanswered)
    )


def is_returned(report_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that a report's plan has been sent back and nobody has ended that."""
    return exists().where(PlanReturn.report_id == report_id, PlanReturn.closed_at.is_(None))


def unanswered_remarks(report_id: SQLColumnExpression[int]) -> ColumnElement[int | None]:
    """Return how many remarks of a report's open return wait for an answer; NULL where its plan is not sent back."""
    left = func.sum(case((PlanRemark.replied_at.is_(None), 1), else_=0))
    return (
        select(left)
        .select_from(PlanRemark)
        .join(PlanReturn, PlanRemark.return_id == PlanReturn.id)
        .where(PlanReturn.report_id == report_id, PlanReturn.closed_at.is_(None))
        .scalar_subquery()
    )
