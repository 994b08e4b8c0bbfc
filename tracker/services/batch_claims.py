"""A run's hold on a file of a batch: claimed for a while, given up when the claim runs out, ended one way or another.

The batch is locked before its files, always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from tracker.db.models import Batch, BatchFile, BatchFileStatus, BatchStatus
from tracker.domain.permissions import Actor
from tracker.services.audit import record
from tracker.services.intake import SOMETHING_WENT_WRONG, UNEXPECTED
from tracker.storage import StoredFile

MAX_ATTEMPTS = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that this run has for itself: ``attempt`` tells it from a run before whose lease ran out."""

    file_id: int
    batch_id: int
    attempt: int
    actor: Actor
    path: str
    position: int
    source_key: str | None
    member: int | None
    stored: StoredFile | None
    report_year: int | None
    unit_id: int | None  # chosen by a person
    kept: Json | None

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.path.rpartition("/")[2]


def claim_next(session: Session, batch_id: int, lease: timedelta, *, now: datetime) -> Claim | None:
    """Take the next file that waits, or that a run left; None where there is none or the batch is over."""
    batch = lock_running(session, batch_id)
    while batch is not None:
        file = _next_file(session, batch_id, now)
        if file is None:
            return None
        if file.attempts < MAX_ATTEMPTS:
            file.status, file.attempts = BatchFileStatus.READING, file.attempts + 1
            file.lease_until = batch.lease_until = now + lease
            return _claim_of(file, batch)
        end_file(session, batch, file, BatchFileStatus.FAILED, UNEXPECTED, SOMETHING_WENT_WRONG, now)
        session.flush()
    return None


def _claim_of(file: BatchFile, batch: Batch) -> Claim:
    return Claim(
        file.id,
        batch.id,
        file.attempts,
        batch.created_by.as_actor(),
        file.path,
        file.position,
        file.source_key,
        file.member,
        StoredFile(file.file_key, file.file_size) if file.file_key else None,
        file.report_year,
        file.unit_id if file.unit_chosen else None,
        file.reading,
    )


def lock_running(session: Session, batch_id: int) -> Batch | None:
    """Lock a batch that is under way; a batch before its files, always."""
    return session.scalar(
        select(Batch)
        .where(Batch.id == batch_id, Batch.status == BatchStatus.RUNNING)
        .options(joinedload(Batch.created_by), joinedload(Batch.unit))
        .with_for_update(of=Batch)
    )


def _next_file(session: Session, batch_id: int, now: datetime) -> BatchFile | None:
    left = and_(BatchFile.status == BatchFileStatus.READING, BatchFile.lease_until <= now)
    return session.scalar(
        select(BatchFile)
        .where(BatchFile.batch_id == batch_id, or_(BatchFile.status == BatchFileStatus.WAITING, left))
        .options(undefer(BatchFile.reading))
        .order_by(BatchFile.position)
        .limit(1)
        .with_for_update(of=BatchFile)
    )


def still_ours(session: Session, claim: Claim) -> tuple[Batch | None, BatchFile | None]:
    """Lock the batch and the file, where the batch goes on and no other run has the file."""
    batch = lock_running(session, claim.batch_id)
    file = session.scalar(
        select(BatchFile)
        .where(
            BatchFile.id == claim.file_id,
            BatchFile.status == BatchFileStatus.READING,
            BatchFile.attempts == claim.attempt,
        )
        .with_for_update(of=BatchFile)
    )
    return batch, file


def end_file(
    session: Session, batch: Batch, file: BatchFile, status: BatchFileStatus, code: str, message: str, now: datetime
) -> None:
    """Let a file's way end here; of one that failed an audit line is left and what was read of it goes."""
    file.status, file.code, file.message = status, code[:40], message
    file.lease_until, file.finished_at = None, now
    if status is not BatchFileStatus.FAILED:
        return
    file.reading = None
    record(
        session,
        batch.created_by.as_actor(),
        "report.upload_failed",
        "batch",
        batch.id,
        unit_path=batch.unit.path,
        summary=f"报告文件未能入账：{file.path}",
        reason=message,
        now=now,
    )
