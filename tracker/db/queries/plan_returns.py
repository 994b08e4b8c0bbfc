"""Reads on plans sent back: a report's returns with their remarks, and what waits for a unit or a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, func, select
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
            .where(Report.unit_id == report.unit_id, Report.report_year == report.report_year, Report.id <= report.id)
            .options(
                joinedload(PlanReturn.remarks).joinedload(PlanRemark.replied_by),
                joinedload(PlanReturn.returned_by),
                joinedload(PlanReturn.closed_by),
                joinedload(PlanReturn.report),
            )
            .order_by(PlanReturn.report_id.desc(), PlanReturn.round.desc())
        )
        .unique()
        .all()
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
    unit_name: str
    plan_year: int
    remarks: int
    unanswered: int


def waiting_returns(
    session: Session, actor: Actor, *, own_only: bool, answered: bool, limit: int = 50
) -> list[WaitingReturn]:
    """Return the open returns in scope (of the own unit alone where ``own_only``) that are wholly answered, or are not."""
    left = func.sum(case((PlanRemark.replied_at.is_(None), 1), else_=0))
    query = (
        select(Report.id, Unit.short_name, Report.plan_year, func.count(PlanRemark.id), left)
        .select_from(PlanReturn)
        .join(Report, PlanReturn.report_id == Report.id)
        .join(Unit, Report.unit_id == Unit.id)
        .join(PlanRemark, PlanRemark.return_id == PlanReturn.id)
        .where(PlanReturn.closed_at.is_(None), Report.superseded_at.is_(None), may_see_reports(actor))
        .group_by(Report.id, Unit.short_name, Report.plan_year)
        .having(left == 0 if answered else left > 0)
        .order_by(Report.id)
        .limit(limit)
    )
    if own_only:
        query = query.where(Report.unit_id == actor.unit_id)
    return [WaitingReturn(*row) for row in session.execute(query)]


def is_returned(report_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a report's plan has been sent back and the return is open."""
    return exists().where(PlanReturn.report_id == report_id, PlanReturn.closed_at.is_(None))
