"""Reads on batches: one in scope, the list of them, a batch's files with what became of each, and how many stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from tracker.db.models import Batch, BatchFile, BatchFileStatus, BatchStatus, Intake, IntakeStatus, Report, Task, Unit
from tracker.db.models.reports import UNDER_WAY
from tracker.db.queries.reports import may_see_reports
from tracker.domain.batches import FileState
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor
from tracker.domain.signers import Signer
from tracker.domain.tasks import TaskStatus
from tracker.domain.unit_names import KnownUnit

PAGE = 50
SHOWN = 50  # batches in the list
OPEN = (BatchFileStatus.WAITING, BatchFileStatus.READING)

STATE: ColumnElement[str] = case(
    (BatchFile.status.in_(OPEN), FileState.WAITING.value),
    (BatchFile.status == BatchFileStatus.NEEDS_UNIT, FileState.ATTENTION.value),
    (BatchFile.status.in_((BatchFileStatus.SAME, BatchFileStatus.REPEATED)), FileState.SAME.value),
    (BatchFile.status == BatchFileStatus.FAILED, FileState.FAILED.value),
    (BatchFile.status == BatchFileStatus.CANCELLED, FileState.CANCELLED.value),
    (Intake.status.in_(UNDER_WAY), FileState.WAITING.value),
    (Intake.status == IntakeStatus.NEEDS_ANSWER, FileState.ATTENTION.value),
    (and_(Intake.status == IntakeStatus.DONE, Intake.step == "same"), FileState.SAME.value),
    (Intake.status == IntakeStatus.DONE, FileState.STORED.value),
    (Intake.step == "cancelled", FileState.CANCELLED.value),
    else_=FileState.FAILED.value,
)
"""How a file stands; asks for an outer join of its upload."""


def get_batch(session: Session, actor: Actor, batch_id: int) -> Batch:
    """Return a batch that was sent for a unit in scope; raises NotFound."""
    batch = session.scalar(
        select(Batch)
        .join(Batch.unit)
        .where(Batch.id == batch_id, may_see_reports(actor))
        .options(contains_eager(Batch.unit), joinedload(Batch.created_by))
    )
    if batch is None:
        raise NotFound("没有找到这次批量上传，或不在您的查看范围内。")
    return batch


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """A batch with the number of its files in each state."""

    batch: Batch
    counts: Mapping[FileState, int]


def list_batches(session: Session, actor: Actor, *, running: bool = False) -> list[ListedBatch]:
    """Return the newest batches in scope with their counts; only those that are under way where ``running``."""
    query = (
        select(Batch)
        .join(Batch.unit)
        .where(may_see_reports(actor))
        .options(contains_eager(Batch.unit), joinedload(Batch.created_by))
        .order_by(Batch.id.desc())
        .limit(SHOWN)
    )
    if running:
        query = query.where(Batch.status == BatchStatus.RUNNING)
    batches = session.scalars(query).all()
    counts = _counts(session, [batch.id for batch in batches])
    return [ListedBatch(batch, counts.get(batch.id, {})) for batch in batches]


def count_files(session: Session, batch_id: int) -> dict[FileState, int]:
    """Count a batch's files by how they stand; an opened zip is not one of them."""
    return _counts(session, [batch_id]).get(batch_id, {})


def _counts(session: Session, batch_ids: Sequence[int]) -> dict[int, dict[FileState, int]]:
    found: dict[int, dict[FileState, int]] = {}
    if not batch_ids:
        return found
    rows = session.execute(
        select(BatchFile.batch_id, STATE.label("state"), func.count())
        .outerjoin(BatchFile.intake)
        .where(BatchFile.batch_id.in_(batch_ids), BatchFile.status != BatchFileStatus.UNPACKED)
        .group_by(BatchFile.batch_id, "state")
    )
    for batch_id, state, number in rows:
        found.setdefault(batch_id, {})[FileState(state)] = number
    return found


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a batch with its upload, its report, and the number of plan items read (those too vague beside)."""

    file: BatchFile
    state: FileState
    intake: Intake | None
    unit: Unit | None
    report: Report | None
    items: int
    vague: int


def list_files(
    session: Session, batch: Batch, *, state: FileState | None = None, after: int = -1, limit: int = PAGE + 1
) -> list[ListedFile]:
    """Return a batch's files in the order in which they were sent, after the position ``after``."""
    filed, stored = aliased(Unit), aliased(Report)
    query = (
        select(BatchFile, STATE.label("state"), Intake, filed, stored)
        .outerjoin(BatchFile.intake)
        .outerjoin(filed, filed.id == func.coalesce(Intake.unit_id, BatchFile.unit_id))
        .outerjoin(stored, stored.id == func.coalesce(Intake.report_id, BatchFile.report_id))
        .where(BatchFile.batch_id == batch.id, BatchFile.position > after, BatchFile.status != BatchFileStatus.UNPACKED)
        .order_by(BatchFile.position)
        .limit(limit)
    )
    if state is not None:
        query = query.where(STATE.in_([state.value]))
    rows = session.execute(query).all()
    items = _items(session, [report.id for *_, report in rows if report is not None])
    return [_listed(tuple(row), items) for row in rows]


def _listed(row: tuple[Any, ...], items: Mapping[int, tuple[int, int]]) -> ListedFile:
    file, state, intake, unit, report = row
    number, vague = items.get(report.id, (0, 0)) if report is not None else (0, 0)
    return ListedFile(file, FileState(state), intake, unit, report, number, vague)


def _items(session: Session, report_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    if not report_ids:
        return {}
    rows = session.execute(
        select(Task.report_id, func.count(), func.sum(case((Task.vague, 1), else_=0)))
        .where(Task.report_id.in_(report_ids), Task.status != TaskStatus.DISMISSED)
        .group_by(Task.report_id)
    )
    return {report_id: (number, int(vague or 0)) for report_id, number, vague in rows}


def count_retryable(session: Session, batch_id: int, codes: Collection[str]) -> int:
    """Count the files that failed for one of these reasons, by themselves or as uploads."""
    by_itself = and_(BatchFile.status == BatchFileStatus.FAILED, BatchFile.code.in_(codes))
    as_upload = and_(Intake.status == IntakeStatus.FAILED, Intake.step.in_(codes))
    query = (
        select(func.count())
        .select_from(BatchFile)
        .outerjoin(BatchFile.intake)
        .where(BatchFile.batch_id == batch_id, or_(by_itself, as_upload))
    )
    return session.scalar(query) or 0


def batch_of_intake(session: Session, intake_id: int) -> Batch | None:
    """Return the batch with which an upload came, the newest where it was sent again; None where it came alone."""
    return session.scalar(
        select(Batch)
        .join(BatchFile, BatchFile.batch_id == Batch.id)
        .where(BatchFile.intake_id == intake_id)
        .order_by(Batch.id.desc())
        .limit(1)
    )


def has_open_files(session: Session, batch_id: int) -> bool:
    """Say whether a run is still needed: a file waits for one, or an upload of the batch does."""
    waiting = session.scalar(
        select(
            exists()
            .where(BatchFile.batch_id == batch_id, BatchFile.intake_id == Intake.id, Intake.status.in_(UNDER_WAY))
            .correlate(None)
        )
    )
    return bool(waiting) or bool(
        session.scalar(select(exists().where(BatchFile.batch_id == batch_id, BatchFile.status.in_(OPEN))))
    )


def uploads_moving(session: Session, batch_id: int) -> Sequence[Intake]:
    """Return the uploads of a batch that wait for a run or are in one."""
    return session.scalars(
        select(Intake)
        .join(BatchFile, BatchFile.intake_id == Intake.id)
        .where(BatchFile.batch_id == batch_id, Intake.status.in_(UNDER_WAY))
        .order_by(Intake.id)
    ).all()


def stale_batches(session: Session, *, now: datetime, limit: int = 5) -> Sequence[int]:
    """Return the batches whose run ended before its work."""
    return session.scalars(
        select(Batch.id)
        .where(Batch.status == BatchStatus.RUNNING, Batch.lease_until <= now)
        .order_by(Batch.id)
        .limit(limit)
    ).all()


def signers_of(units: Sequence[Unit], areas: Mapping[int, Unit]) -> list[Signer]:
    """Return units as the rules of signatures take them."""
    above = ((unit, areas.get(unit.parent_id or 0)) for unit in units)
    return [Signer(_known(unit), _known(area) if area else None) for unit, area in above]


def _known(unit: Unit) -> KnownUnit:
    return KnownUnit(unit.id, unit.name, unit.short_name)
