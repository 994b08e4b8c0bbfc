"""Clearing the storage of files that no row refers to: uploads that were given up, and what a killed process left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import BatchFile, BatchFileStatus, EvidenceFile, Intake, IntakeStatus, Report
from tracker.storage import Storage

GRACE = timedelta(days=1)  # a file is stored before its row is written
KEEP_FAILED = timedelta(days=30)  # so long a failed upload can be tried again
BATCH = 500


def remove_orphans(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete the files older than a day that nothing refers to; returns how many. Reads the database only."""
    removed = 0
    batch: list[str] = []
    for key in storage.older_than(now - GRACE):
        batch.append(key)
        if len(batch) == BATCH:
            removed += _remove(session, storage, batch, now)
            batch = []
    return removed + _remove(session, storage, batch, now)


def _remove(session: Session, storage: Storage, keys: Iterable[str], now: datetime) -> int:
    keys = list(keys)
    wanted = _referred_to(session, keys, now)
    return sum(storage.remove(key, unless_newer_than=now - GRACE) for key in keys if key not in wanted)


def _referred_to(session: Session, keys: list[str], now: datetime) -> set[str]:
    still_needed = or_(Intake.status != IntakeStatus.FAILED, Intake.finished_at > now - KEEP_FAILED)
    found = set(session.scalars(select(Report.file_key).where(Report.file_key.in_(keys))))
    found.update(session.scalars(select(EvidenceFile.file_key).where(EvidenceFile.file_key.in_(keys))))
    found.update(session.scalars(select(Intake.file_key).where(Intake.file_key.in_(keys), still_needed)))
    found.update(_of_batches(session, keys, now))
    return found


def _of_batches(session: Session, keys: list[str], now: datetime) -> set[str]:
    """Return the keys that a file of a batch still needs, the zip it is yet to be taken out of among them."""
    open_ = (BatchFileStatus.WAITING, BatchFileStatus.READING, BatchFileStatus.NEEDS_UNIT)
    may_go_again = and_(BatchFile.status == BatchFileStatus.FAILED, BatchFile.finished_at > now - KEEP_FAILED)
    needed = or_(BatchFile.status.in_(open_), may_go_again)
    own = select(BatchFile.file_key).where(BatchFile.file_key.in_(keys), needed)
    zips = select(BatchFile.source_key).where(BatchFile.source_key.in_(keys), BatchFile.file_key.is_(None), needed)
    return {key for query in (own, zips) for key in session.scalars(query) if key}
