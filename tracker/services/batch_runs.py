"""Working through a batch: each file is read, given to its unit and taken in as an upload of its own, or waits for a person.

One small transaction a step, and a claim on each file that runs out, so that a killed run costs nothing but the file it was
reading, which the next run reads again. Several runs may work on one batch.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.db.models import Batch, BatchFile, BatchFileStatus, BatchStatus, Report, Unit
from tracker.db.queries.batches import has_open_files, signers_of, stale_batches, uploads_moving
from tracker.db.queries.reports import units_to_file_for
from tracker.db.queries.scope import below
from tracker.domain.batches import is_archive
from tracker.domain.errors import RuleViolation
from tracker.domain.photos import is_bundle
from tracker.domain.signers import Guess, Signer, guess_unit
from tracker.readers.archive_sandbox import list_archive_in_child, read_member_in_child
from tracker.readers.archives import Member
from tracker.readers.base import MEGABYTE, SCANNED, UnreadableDocument
from tracker.services.batch_claims import Claim, claim_next, end_file, lock_running, still_ours
from tracker.services.batch_photos import Photos, with_photos_together
from tracker.services.batches import PATIENCE
from tracker.services.intake import (
    SOMETHING_WENT_WRONG,
    UNEXPECTED,
    IntakeParts,
    is_stale,
    process_text,
    reading_limits,
)
from tracker.services.uploads import receive_upload
from tracker.settings import Settings
from tracker.storage import StoredFile

log = logging.getLogger(__name__)

COPIES = 6  # of a member's bytes that its child holds at once
FOR_A_ROUND = 20  # files that the clock takes on at once
SCAN = "这是扫描件或照片。请先选定单位，然后逐页识别文字。"
GONE = "原件已不在存储中，请重新上传。"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BatchParts:
    """What a run needs: that of single uploads, and how a stored zip is listed and a member taken out of it."""

    intake: IntakeParts
    list_archive: Callable[[Path], Sequence[Member]]
    take_out: Callable[[Path, int], bytes]
    member_limit: int = 50 * MEGABYTE


def open_batch_parts(settings: Settings, intake: IntakeParts) -> BatchParts:
    """Return the parts of an installation: zips are opened in a child process within its limits."""
    limits = replace(reading_limits(settings), unpacked_bytes=settings.batch_unpacked_limit_mb * MEGABYTE)
    roomy = replace(limits, memory_bytes=max(limits.memory_bytes, COPIES * limits.file_bytes))

    def list_archive(path: Path) -> Sequence[Member]:
        return list_archive_in_child(path, settings.batch_files, limits)

    def take_out(path: Path, number: int) -> bytes:
        return read_member_in_child(path, number, roomy)

    return BatchParts(intake, list_archive, take_out, limits.file_bytes)


def process_batch(parts: BatchParts, batch_id: int, *, limit: int | None = None) -> int:
    """Work through a batch until nothing in it waits for a run, at most ``limit`` files; returns how many.

    Safe to call at any time, from any process, any number of times.
    """
    signers, done = _signers(parts, batch_id), 0
    while limit is None or done < limit:
        try:
            claim = _claim(parts, batch_id)
            if claim is None:
                break
            _work(parts, claim, signers)
        except OperationalError:
            log.warning("batch %s: the database did not answer; it is taken up again later", batch_id, exc_info=True)
            return done
        done += 1
    for intake_id in _left_uploads(parts, batch_id):
        process_text(parts.intake, intake_id)
    _rest(parts, batch_id)
    return done


def resume_stale_batches(parts: BatchParts, *, limit: int = FOR_A_ROUND) -> int:
    """Take up what a run that ended left behind, ``limit`` files at most; returns how many were worked on."""
    with parts.intake.database.reading() as session:
        ids = stale_batches(session, now=parts.intake.clock())
    done = 0
    for batch_id in ids:
        if done < limit:
            done += process_batch(parts, batch_id, limit=limit - done)
    return done


def _left_uploads(parts: BatchParts, batch_id: int) -> list[int]:
    """Return the batch's uploads whose run ended between two steps."""
    now = parts.intake.clock()
    with parts.intake.database.reading() as session:
        moving = uploads_moving(session, batch_id)
        return [intake.id for intake in moving if is_stale(intake, now)]


# ---- one file ---------------------------------------------------------------------------------------------------------


def _claim(parts: BatchParts, batch_id: int) -> Claim | None:
    with parts.intake.database.writing.begin() as session:
        return claim_next(session, batch_id, parts.intake.lease, now=parts.intake.clock())


def _work(parts: BatchParts, claim: Claim, signers: Sequence[Signer]) -> None:
    try:
        if claim.member is None and is_archive(claim.path) and not is_bundle(claim.path):
            _unpack(parts, claim)
        else:
            _take_in(parts, claim, signers)
    except UnreadableDocument as refusal:
        _fail(parts, claim, refusal.code, refusal.message)
    except RuleViolation as refusal:
        _fail(parts, claim, "refused", refusal.message)
    except OperationalError:
        raise
    except FileNotFoundError:
        _fail(parts, claim, "missing", GONE)
    except Exception:
        log.exception("file %s of batch %s failed", claim.file_id, claim.batch_id)
        _fail(parts, claim, UNEXPECTED, SOMETHING_WENT_WRONG)


def _unpack(parts: BatchParts, claim: Claim) -> None:
    """Put the members of a zip in its place, all in one transaction; their bytes are taken out one by one later."""
    assert claim.stored is not None
    storage = parts.intake.storage
    archive = storage.path(claim.stored.key)
    members = parts.list_archive(archive)
    if not members:
        raise UnreadableDocument("empty", "压缩包里没有文件。")
    entries = with_photos_together(storage, archive, members, parts.take_out, limit=parts.member_limit)
    now = parts.intake.clock()
    with parts.intake.database.writing.begin() as session:
        batch, file = still_ours(session, claim)
        if batch is None or file is None:
            return
        for number, member in enumerate(entries, start=1):
            row = _member(batch, file, claim.position + number, member)
            session.add(row)
            if isinstance(member, Member) and member.refusal:
                end_file(session, batch, row, BatchFileStatus.FAILED, "refused", member.refusal, now)
        file.status, file.lease_until, file.finished_at = BatchFileStatus.UNPACKED, None, now


def _member(batch: Batch, archive: BatchFile, position: int, member: Member | Photos) -> BatchFile:
    row = BatchFile(
        batch_id=batch.id,
        position=position,
        path=f"{archive.path.rpartition('/')[2]}/{member.path}"[-400:],
        status=BatchFileStatus.WAITING,
        report_year=batch.report_year,
    )
    if isinstance(member, Photos):
        row.file_key, row.file_size = member.stored.key, member.stored.size
    else:
        row.source_key, row.member, row.file_size = archive.file_key, member.number, min(member.size, 2**31 - 1)
    return row


def _take_in(parts: BatchParts, claim: Claim, signers: Sequence[Signer]) -> None:
    """Read a file and hand it over to its unit, or say why not."""
    stored = claim.stored or _take_out(parts, claim)
    if claim.unit_id is None and _settle_known(parts, claim, stored):
        return
    reading = claim.kept or _read(parts, claim, stored)
    guess = _guess(claim, reading, signers)
    now = parts.intake.clock()
    with parts.intake.database.writing.begin() as session:
        batch, file = still_ours(session, claim)
        if batch is None or file is None:
            return
        file.file_key, file.file_size, file.unit_id = stored.key, stored.size, guess.unit_id
        file.report_year = claim.report_year or (reading["report_year"] if reading else None)
        if guess.unit_id is None or guess.doubt:
            file.reading = reading
            end_file(session, batch, file, BatchFileStatus.NEEDS_UNIT, "ask_unit", guess.doubt, now)
            return
        intake_id = _hand_over(session, claim, file, stored, reading, now)
    process_text(parts.intake, intake_id)


def _read(parts: BatchParts, claim: Claim, stored: StoredFile) -> Json | None:
    """Return what stands in the file; None for a scan, which is recognised page by page as an upload of its own."""
    try:
        return parts.intake.read(parts.intake.storage.path(stored.key), claim.name)
    except UnreadableDocument as refusal:
        if refusal.code != SCANNED:
            raise
        return None


def _guess(claim: Claim, reading: Json | None, signers: Sequence[Signer]) -> Guess:
    if claim.unit_id:
        return Guess(claim.unit_id)
    if reading is not None:
        return guess_unit(reading["unit"], claim.path, signers)
    return replace(guess_unit(None, claim.path, signers), doubt=SCAN)


def _hand_over(
    session: Session, claim: Claim, file: BatchFile, stored: StoredFile, reading: Json | None, now: Any
) -> int:
    """Make the file an upload of its own, with what was read, so that it is not read again."""
    assert file.unit_id is not None
    intake = receive_upload(
        session,
        claim.actor,
        unit_id=file.unit_id,
        report_year=claim.report_year,
        file=stored,
        file_name=claim.name,
        now=now,
    )
    if reading is not None and intake.attempts == 0 and intake.reading is None:  # not one that was on its way before
        intake.reading = {"reading": reading, "unit_accepted": True}
    file.status, file.intake_id, file.reading, file.lease_until = BatchFileStatus.TAKEN, intake.id, None, None
    file.finished_at = now
    session.flush()
    return intake.id


def _take_out(parts: BatchParts, claim: Claim) -> StoredFile:
    assert claim.source_key is not None
    assert claim.member is not None
    content = parts.take_out(parts.intake.storage.path(claim.source_key), claim.member)
    if not content:
        raise UnreadableDocument("empty", "文件是空的，没有任何内容。请检查后重新上传。")
    return parts.intake.storage.save(io.BytesIO(content), limit=parts.member_limit)


def _settle_known(parts: BatchParts, claim: Claim, stored: StoredFile) -> bool:
    """End a file that stands earlier in the batch, or in the books, byte for byte; says whether it was one."""
    now = parts.intake.clock()
    with parts.intake.database.writing.begin() as session:
        batch, file = still_ours(session, claim)
        if batch is None or file is None:
            return True
        file.file_key, file.file_size = stored.key, stored.size
        if (earlier := _earlier_in_batch(session, claim, stored.key)) is not None:
            words = f"与本批的“{earlier}”是同一个文件，没有重复处理。"
            end_file(session, batch, file, BatchFileStatus.REPEATED, "repeated", words, now)
            return True
        report = _in_the_books(session, claim, stored.key)
        if report is None:
            return False
        file.report_id, file.unit_id, file.report_year = report.id, report.unit_id, report.report_year
        words = f"这个文件此前已经入账（{report.title}），没有重复登记。"
        end_file(session, batch, file, BatchFileStatus.SAME, "same", words, now)
        return True


def _earlier_in_batch(session: Session, claim: Claim, key: str) -> str | None:
    gone = (BatchFileStatus.FAILED, BatchFileStatus.CANCELLED, BatchFileStatus.REPEATED)
    return session.scalar(
        select(BatchFile.path)
        .where(
            BatchFile.batch_id == claim.batch_id,
            BatchFile.file_key == key,
            BatchFile.position < claim.position,
            BatchFile.status.not_in(gone),
        )
        .order_by(BatchFile.position)
        .limit(1)
    )


def _in_the_books(session: Session, claim: Claim, key: str) -> Report | None:
    query = (
        select(Report)
        .join(Report.unit)
        .where(Report.file_key == key, Report.superseded_at.is_(None), below(claim.actor.scope_path))
        .order_by(Report.id)
        .limit(1)
    )
    if claim.report_year is not None:
        query = query.where(Report.report_year == claim.report_year)
    return session.scalar(query)


# ---- the ends ---------------------------------------------------------------------------------------------------------


def _fail(parts: BatchParts, claim: Claim, code: str, message: str) -> None:
    with parts.intake.database.writing.begin() as session:
        batch, file = still_ours(session, claim)
        if batch is not None and file is not None:
            end_file(session, batch, file, BatchFileStatus.FAILED, code, message, parts.intake.clock())


def _rest(parts: BatchParts, batch_id: int) -> None:
    """Note that a batch is done, or when somebody should look again for what another run has or this one left."""
    now = parts.intake.clock()
    with parts.intake.database.writing.begin() as session:
        batch = lock_running(session, batch_id)
        if batch is None:
            return
        if has_open_files(session, batch_id):
            waits = session.scalar(
                select(exists().where(BatchFile.batch_id == batch_id, BatchFile.status == BatchFileStatus.WAITING))
            )
            batch.lease_until = now if waits else now + PATIENCE
        else:
            batch.status, batch.finished_at, batch.lease_until = BatchStatus.DONE, now, None


def _signers(parts: BatchParts, batch_id: int) -> list[Signer]:
    """Return the units that the batch's sender may file for."""
    with parts.intake.database.reading() as session:
        batch = session.scalar(select(Batch).where(Batch.id == batch_id).options(joinedload(Batch.created_by)))
        if batch is None:
            return []
        units = units_to_file_for(session, batch.created_by.as_actor(), limit=20_000)
        child = aliased(Unit)
        ids = select(child.parent_id).where(child.files_reports.is_(True))
        areas = session.scalars(select(Unit).where(Unit.id.in_(ids))).all()
        return signers_of(units, {area.id: area for area in areas})
