"""Reads for a promise over the years: a unit's plans with what ties them together, and what became of each task."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import LinkDecision, ReconciliationLine, Report, Task, TaskLink
from tracker.db.queries.links import readings_of
from tracker.db.queries.scope import may_see_task, no_business_for_admin
from tracker.domain.permissions import Actor
from tracker.domain.promise_chain import Chains, Promised, Repeat
from tracker.domain.reconciliation import Verdict
from tracker.domain.tasks import TaskStatus


@dataclass(frozen=True, slots=True)
class Told:
    """A task of a chain with what the report of its year says, and what a supervisor found."""

    task: Task
    link: TaskLink | None
    report_id: int | None
    verdict: Verdict | None


def chains_of(session: Session, actor: Actor, unit_id: int) -> Chains:
    """Return the ties between all that a unit promised over the years, as far as this person may see its tasks."""
    rows = session.execute(
        select(
            Task.id,
            Task.plan_year,
            Task.report_id,
            Task.item_ref,
            Task.wording,
            Task.status,
            Task.predecessor_id,
            Task.merged_into_id,
            Task.split_from_id,
        )
        .where(Task.unit_id == unit_id, may_see_task(actor), no_business_for_admin(actor))
        .order_by(Task.id)
    ).all()
    promises = [
        Promised(
            task_id=row.id,
            plan_year=row.plan_year,
            report_id=row.report_id,
            item_ref=row.item_ref,
            wording=row.wording,
            stands=row.status is not TaskStatus.DISMISSED,
            predecessor_id=row.predecessor_id,
            merged_into_id=row.merged_into_id,
            split_from_id=row.split_from_id,
        )
        for row in rows
    ]
    repeats = _repeats(session, unit_id)
    return Chains(promises, repeats, _texts_of_others(session, promises, repeats))


def _repeats(session: Session, unit_id: int) -> list[Repeat]:
    rows = session.execute(
        select(TaskLink.task_id, TaskLink.report_id, TaskLink.repeated_in, TaskLink.decision)
        .join(Report, Report.id == TaskLink.report_id)
        .where(Report.unit_id == unit_id, Report.superseded_at.is_(None), TaskLink.commitment_ref == "")
        .order_by(TaskLink.id)
    )
    return [
        Repeat(row.task_id, row.report_id, tuple(row.repeated_in), row.decision is not LinkDecision.PROPOSED)
        for row in rows
        if row.repeated_in
    ]


def _texts_of_others(
    session: Session, promises: Collection[Promised], repeats: Collection[Repeat]
) -> dict[tuple[int, str], str]:
    """Return the words of items that no task was read from: a corrected report kept the tasks of its first version."""
    known = {(one.report_id, one.item_ref) for one in promises}
    lacking = {
        repeat.report_id for repeat in repeats if any((repeat.report_id, item) not in known for item in repeat.items)
    }
    if not lacking:
        return {}
    return {
        (report_id, item["id"]): item["text"]
        for report_id, reading in readings_of(session, lacking).items()
        for item in reading.get("items", ())
    }


def told_of(session: Session, task_ids: Collection[int]) -> dict[int, Told]:
    """Return the tasks with the answer of the report in force and the verdict, in one statement."""
    rows = session.execute(
        select(Task, TaskLink, Report.id, ReconciliationLine.verdict)
        .outerjoin(
            Report,
            and_(
                Report.unit_id == Task.unit_id,
                Report.report_year == Task.plan_year,
                Report.superseded_at.is_(None),
            ),
        )
        .outerjoin(
            TaskLink,
            and_(TaskLink.task_id == Task.id, TaskLink.report_id == Report.id, TaskLink.commitment_ref == ""),
        )
        .outerjoin(ReconciliationLine, ReconciliationLine.task_id == Task.id)
        .where(Task.id.in_(task_ids))
        .options(joinedload(Task.lead_unit, innerjoin=True), joinedload(Task.unit, innerjoin=True))
    )
    return {task.id: Told(task, link, report_id, verdict) for task, link, report_id, verdict in rows}
