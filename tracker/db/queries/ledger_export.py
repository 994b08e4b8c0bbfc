"""The rows of the exported ledger: everything the columns of the 督办台账 ask for, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import EvidenceFile, ProgressReport, Report, SupportingUnit, Task, Unit
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.domain.calendar import WorkingCalendar, local_date
from tracker.domain.documents import DeadlineSource
from tracker.domain.ledger_rows import LedgerRow, describe_quantity
from tracker.domain.lights import LIGHT_LABELS, LightPolicy
from tracker.domain.tasks import STATUS_LABELS


def export_rows(
    session: Session, task_ids: Sequence[int], *, today: date, calendar: WorkingCalendar, policy: LightPolicy
) -> list[LedgerRow]:
    """Return the export's rows of these tasks, in the order of the ids given; four statements a batch."""
    query = (
        select(Task)
        .where(Task.id.in_(task_ids))
        .options(
            joinedload(Task.lead_unit),
            joinedload(Task.owner),
            joinedload(Task.closed_by),
            joinedload(Task.report).load_only(Report.title),
            joinedload(Task.predecessor).load_only(Task.number),
        )
    )
    tasks = {task.id: task for task in session.scalars(query)}
    progress, supporting, evidence = (
        _newest_progress(session, task_ids),
        _supporting(session, task_ids),
        _evidence(session, task_ids),
    )
    rows = []
    for task_id in task_ids:
        task = tasks[task_id]
        extra = {
            "supporting": "、".join([*supporting[task_id], *task.supporting_names]),
            "evidence": evidence[task_id],
            "light": LIGHT_LABELS[light_of(task, today, calendar, policy).light],
            **_progress_words(progress.get(task_id)),
        }
        rows.append(_row(task, elapsed_of(task, today), extra))
    session.expunge_all()
    return rows


def _row(task: Task, elapsed: int | None, extra: dict[str, Any]) -> LedgerRow:
    inferred = task.due_source is DeadlineSource.PLAN_YEAR and not task.due_confirmed
    return LedgerRow(
        number=task.number or "",
        plan_year=task.plan_year,
        source=task.report.title if task.report else "",
        area=task.area or "",
        wording=task.wording,
        quote=task.quote,
        targets="；".join(describe_quantity(quantity) for quantity in task.quantities),
        lead_unit=task.lead_unit.name,
        owner=task.owner.name if task.owner else "",
        assigned_at=local_date(task.assigned_at) if task.assigned_at else None,
        signed_at=local_date(task.signed_at) if task.signed_at else None,
        original_due_on=task.original_due_on,
        due_on=task.due_on,
        extensions=task.extension_count,
        percent=f"{task.percent}%",
        elapsed=f"{elapsed}%" if elapsed is not None else "",
        status=STATUS_LABELS[task.status],
        urged=task.urge_count,
        last_progress_at=task.last_progress_at,
        completed_on=task.completed_on,
        closed_by=task.closed_by.name if task.closed_by else "",
        predecessor=(task.predecessor.number or "") if task.predecessor else "",
        remark="；".join(part for part in ("时限为推定" if inferred else "", task.status_reason or "") if part),
        **extra,
    )


def _progress_words(report: ProgressReport | None) -> dict[str, str]:
    if report is None:
        return {"progress": "", "problems": "", "next_step": ""}
    return {"progress": report.done, "problems": report.problems, "next_step": report.next_step}


def _newest_progress(session: Session, task_ids: Sequence[int]) -> dict[int, ProgressReport]:
    newest = (
        select(func.max(ProgressReport.id)).where(ProgressReport.task_id.in_(task_ids)).group_by(ProgressReport.task_id)
    )
    return {row.task_id: row for row in session.scalars(select(ProgressReport).where(ProgressReport.id.in_(newest)))}


def _supporting(session: Session, task_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(SupportingUnit.task_id, Unit.name)
        .join(Unit, SupportingUnit.unit_id == Unit.id)
        .where(SupportingUnit.task_id.in_(task_ids))
        .order_by(Unit.position, Unit.id)
    )
    for task_id, name in session.execute(query):
        found[task_id].append(name)
    return found


def _evidence(session: Session, task_ids: Sequence[int]) -> dict[int, str]:
    names: dict[int, list[str]] = defaultdict(list)
    query = (
        select(EvidenceFile.task_id, EvidenceFile.file_name)
        .where(EvidenceFile.task_id.in_(task_ids), EvidenceFile.withdrawn_at.is_(None))
        .order_by(EvidenceFile.id)
    )
    for task_id, name in session.execute(query):
        names[task_id].append(name)
    found: dict[int, str] = defaultdict(str)
    for task_id, files in names.items():
        found[task_id] = f"{len(files)} 件：{'、'.join(files)}"
    return found
