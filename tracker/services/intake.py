"""Taking in a report: from the uploaded file to the stored report with its proposed tasks, wholly or not at all.

The conductor: it alone calls one step after the other, each in its own transaction, so nothing is held open while a
file is read. A run claims the upload for a while (the lease); what a killed run leaves is picked up by the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, joinedload, undefer

from tracker.db.models import Intake, IntakeStatus, Unit
from tracker.db.session import Database
from tracker.domain.documents import ReportReading
from tracker.domain.errors import RuleViolation
from tracker.domain.formats import reading_from_dict
from tracker.readers.base import MEGABYTE, SCANNED, Limits, UnreadableDocument
from tracker.readers.office import find_office
from tracker.readers.sandbox import (
    extract_mixed_in_child,
    extract_scanned_in_child,
    link_in_child,
    read_and_extract_in_child,
)
from tracker.readers.scans.scanner import ScanLimits, Scanner
from tracker.readers.scans.source import can_be_scanned
from tracker.services.audit import record
from tracker.services.linking import Compare, link_report
from tracker.services.linking_model import comparer
from tracker.services.promises import compare_promises
from tracker.services.reports import Question, settle
from tracker.services.rereading import reread_for_year
from tracker.services.scanning import STEP, ScanSoFar, is_scan, recognise, scan_of_pictures, scan_so_far, step_of
from tracker.settings import Settings
from tracker.storage import Storage

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
QUEUE_PATIENCE = timedelta(seconds=60)  # an upload still queued after this lost the process that should have taken it
SOMETHING_WENT_WRONG = "处理这份文件时出现意外，没有入账任何内容。请点“重新处理”；仍不成功时请联系系统管理员。"
UNEXPECTED = "unexpected"
WORTH_ANOTHER_TRY = frozenset({UNEXPECTED, "timeout", "memory", "crashed", "error"})
NO_ANSWER = "intake %s: the database did not answer; it is taken up again later"

Json = dict[str, Any]
ReadFile = Callable[[Path, str], Json]
ReadPages = Callable[[list[Json], str, str], Json]
ReadMixed = Callable[[Path, str, list[tuple[int, Sequence[Json]]]], Json]


@dataclass(frozen=True, slots=True)
class IntakeParts:
    """What a run needs. ``read`` turns a stored file (its path, the user's file name) into a reading in the form of
    ``tracker extract --json``, in a child process, or raises UnreadableDocument. ``compare`` links two readings. ``lease`` is
    longer than both may take, and than a page of a scan. ``read_pages`` turns what ``scanner`` saw into a reading;
    ``read_mixed`` reads a file again with what it saw on some of its pages."""

    database: Database
    storage: Storage
    read: ReadFile
    clock: Callable[[], datetime]
    lease: timedelta = timedelta(minutes=3)
    compare: Compare = link_in_child
    scanner: Scanner = field(default_factory=Scanner)
    read_pages: ReadPages = extract_scanned_in_child
    read_mixed: ReadMixed = extract_mixed_in_child


def open_parts(settings: Settings, database: Database, storage: Storage, clock: Callable[[], datetime]) -> IntakeParts:
    """Return the parts of an installation: files are read in a child process within its limits."""
    limits = reading_limits(settings)
    office = find_office(settings.office, settings.office_seconds)

    def read(path: Path, name: str) -> Json:
        return read_and_extract_in_child(path, name, limits, office)

    def read_pages(pages: list[Json], name: str, sha256: str) -> Json:
        return extract_scanned_in_child(pages, name, sha256, limits)

    def read_mixed(path: Path, name: str, seen: list[tuple[int, Sequence[Json]]]) -> Json:
        return extract_mixed_in_child(path, name, seen, limits)

    lease = timedelta(seconds=max(settings.reading_seconds, settings.ocr_page_seconds)) + timedelta(minutes=2)
    if office is not None:
        lease += timedelta(seconds=office.longest_seconds + settings.reading_seconds)
    compare = comparer(settings.linking_model_path)
    scan_limits = ScanLimits(settings.ocr_pages, settings.ocr_page_seconds, settings.ocr_memory_mb * MEGABYTE)
    scanner = Scanner(settings.scan_lock_path, scan_limits, python=settings.ocr_python)
    return IntakeParts(database, storage, read, clock, lease, compare, scanner, read_pages, read_mixed)


def reading_limits(settings: Settings) -> Limits:
    """Return what reading one file may cost in an installation."""
    return Limits(
        file_bytes=settings.upload_limit_mb * MEGABYTE,
        unpacked_bytes=settings.unpacked_limit_mb * MEGABYTE,
        ratio=settings.unpacked_ratio,
        members=settings.member_limit,
        depth=settings.nesting_limit,
        pages=settings.page_limit,
        seconds=settings.reading_seconds,
        memory_bytes=settings.reading_memory_mb * MEGABYTE,
    )


def process_intake(parts: IntakeParts, intake_id: int, *, wait: bool = False) -> IntakeStatus | None:
    """Take one upload as far as it goes; returns where it stands then, None where another run has it.

    Safe to call at any time, from any process, any number of times. A scan is recognised where no other is being
    recognised on this server; it stays in the queue otherwise, or with ``wait`` takes its turn.
    """
    status = process_text(parts, intake_id)
    if not _waits_for_scan(parts, intake_id):
        return status
    with parts.scanner.turn(wait=wait) as free:
        return _process(parts, _claim(parts, intake_id, scan=True)) if free else status


def process_text(parts: IntakeParts, intake_id: int) -> IntakeStatus | None:
    """Take an upload as far as it goes without recognising anything: a scan is left in the queue (QUEUED)."""
    return _process(parts, _claim(parts, intake_id, scan=False))


def _waits_for_scan(parts: IntakeParts, intake_id: int) -> bool:
    with parts.database.reading() as session:
        intake = session.get(Intake, intake_id)
        return intake is not None and is_scan(intake) and _is_free(intake, parts.clock())


def _process(parts: IntakeParts, claim: _Claim | None) -> IntakeStatus | None:
    if claim is None:
        return None
    if not claim.stored and (status := _read_and_store(parts, claim)) is not IntakeStatus.READING:
        return status
    return _link(parts, claim)


def _read_and_store(parts: IntakeParts, claim: _Claim) -> IntakeStatus | None:
    try:
        kept = _reading_of(parts, claim)
        if kept is None:
            return None
        if (pictures := scan_of_pictures(kept, parts.scanner, claim.attempt)) is not None:
            return _await_scan(parts, claim, pictures)
        kept = reread_for_year(kept, claim.report_year)
        return _store(parts, claim, kept)
    except UnreadableDocument as refusal:
        if refusal.code != SCANNED or not can_be_scanned(parts.storage.path(claim.file_key)):
            return _fail(parts, claim, refusal.message, refusal.code)
        why = parts.scanner.refusal()
        return _fail(parts, claim, why, SCANNED) if why else _await_scan(parts, claim, ScanSoFar(attempt=claim.attempt))
    except RuleViolation as refusal:
        return _fail(parts, claim, refusal.message, "refused")
    except OperationalError:
        log.warning(NO_ANSWER, claim.intake_id, exc_info=True)
        return None
    except Exception:
        log.exception("intake %s failed", claim.intake_id)
        return _fail(parts, claim, SOMETHING_WENT_WRONG)


def _reading_of(parts: IntakeParts, claim: _Claim) -> Json | None:
    """Return the upload's reading with what is kept beside it: kept already, recognised, or read; None when taken away."""
    so_far = scan_so_far(claim.kept)
    if so_far is None:
        return claim.kept or {"reading": parts.read(parts.storage.path(claim.file_key), claim.file_name)}

    def note(newer: ScanSoFar) -> bool:
        return _note_pages(parts, claim, newer)

    whole = recognise(parts.scanner, parts.storage, claim.file_key, so_far, note, claim.attempt)
    if whole is None:
        return None
    if whole.only:
        path = parts.storage.path(claim.file_key)
        reading = parts.read_mixed(path, claim.file_name, whole.seen)
        return {"reading": reading, "unit_accepted": whole.unit_accepted}
    return {"reading": parts.read_pages(whole.pages, claim.file_name, claim.file_key)}


def _await_scan(parts: IntakeParts, claim: _Claim, so_far: ScanSoFar) -> IntakeStatus | None:
    """Put an upload that turned out to be a scan, wholly or in part, back into the queue for its turn."""
    with parts.database.writing.begin() as session:
        intake = _still_ours(session, claim)
        if intake is None:
            return None
        intake.status, intake.step, intake.lease_until = IntakeStatus.QUEUED, STEP, None
        intake.reading = so_far.to_json()
        return intake.status


def _note_pages(parts: IntakeParts, claim: _Claim, so_far: ScanSoFar) -> bool:
    """Keep the pages read so far and prolong the claim; says whether the upload is still this run's."""
    with parts.database.writing.begin() as session:
        intake = _still_ours(session, claim)
        if intake is None:
            return False
        intake.reading, intake.step = so_far.to_json(), step_of(so_far)
        intake.lease_until = parts.clock() + parts.lease
        return True


def _link(parts: IntakeParts, claim: _Claim) -> IntakeStatus | None:
    """Compare what the new report makes comparable, and what it promises with what was promised; then the upload is done.

    A comparison that fails takes nothing back: the report is in the books, and its page offers to compare again.
    """
    try:
        with parts.database.reading() as session:
            report_id = session.scalar(select(Intake.report_id).where(Intake.id == claim.intake_id))
        if report_id is not None:
            _compare_promises(parts, report_id)
            link_report(parts.database, report_id, now=parts.clock(), compare=parts.compare)
    except OperationalError:
        log.warning(NO_ANSWER, claim.intake_id, exc_info=True)
        return None
    except Exception:
        log.exception("intake %s: its report could not be compared", claim.intake_id)
    with parts.database.writing.begin() as session:
        intake = _still_ours(session, claim)
        if intake is None:
            return None
        _finish(intake, parts.clock())
        return intake.status


def _compare_promises(parts: IntakeParts, report_id: int) -> None:
    """Look for the same promises elsewhere; where that fails the report waits, and the clock tries again."""
    try:
        compare_promises(parts.database, report_id, now=parts.clock())
    except OperationalError:
        raise
    except Exception:
        log.exception("report %s: its promises could not be compared", report_id)


def _finish(intake: Intake, now: datetime) -> None:
    intake.status, intake.step = IntakeStatus.DONE, "stored"
    intake.finished_at, intake.lease_until = now, None


def resume_stale_intakes(parts: IntakeParts, *, limit: int = 20) -> int:
    """Take up what a process that ended left behind; returns how many uploads were taken up."""
    now = parts.clock()
    with parts.database.reading() as session:
        ids = session.scalars(
            select(Intake.id)
            .where(
                or_(
                    and_(Intake.status == IntakeStatus.READING, Intake.lease_until <= now),
                    and_(Intake.status == IntakeStatus.QUEUED, Intake.created_at <= now - QUEUE_PATIENCE),
                )
            )
            .order_by(Intake.id)
            .limit(limit)
        ).all()
    return sum(process_intake(parts, intake_id) is not None for intake_id in ids)


def is_stale(intake: Intake, now: datetime) -> bool:
    """Say whether an upload waits for a run that will not come: its process ended before or while it was read."""
    if intake.status is IntakeStatus.QUEUED:
        return intake.created_at <= now - QUEUE_PATIENCE
    return intake.status is IntakeStatus.READING and (intake.lease_until is None or intake.lease_until <= now)


@dataclass(frozen=True, slots=True)
class _Claim:
    """An upload this run has for itself: ``attempt`` tells it from a run before whose lease ran out."""

    intake_id: int
    attempt: int
    file_key: str
    file_name: str
    report_year: int | None
    kept: Json | None
    stored: bool  # its report is in the books; what is left is to compare it


def _claim(parts: IntakeParts, intake_id: int, *, scan: bool) -> _Claim | None:
    now = parts.clock()
    with parts.database.writing.begin() as session:
        intake = session.scalar(
            select(Intake).where(Intake.id == intake_id).options(undefer(Intake.reading)).with_for_update(of=Intake)
        )
        if intake is None or is_scan(intake) is not scan or not _is_free(intake, now):
            return None
        stored = intake.report_id is not None
        if intake.attempts >= MAX_ATTEMPTS and stored:
            _finish(intake, now)
            return None
        if _tries(intake) >= MAX_ATTEMPTS:
            intake.status, intake.message, intake.finished_at = IntakeStatus.FAILED, SOMETHING_WENT_WRONG, now
            intake.lease_until, intake.step = None, UNEXPECTED
            return None
        intake.status = IntakeStatus.READING
        if not stored and not scan:
            intake.step, intake.message = "reading", None
        intake.attempts += 1
        intake.lease_until = now + parts.lease
        key, name = intake.file_key, intake.file_name
        return _Claim(intake.id, intake.attempts, key, name, intake.report_year, intake.reading, stored)


def _tries(intake: Intake) -> int:
    """Return how many runs came to nothing; of a scan those since the one that read its last page."""
    so_far = scan_so_far(intake.reading)
    return intake.attempts - so_far.attempt if so_far else intake.attempts


def _is_free(intake: Intake, now: datetime) -> bool:
    if intake.status is IntakeStatus.QUEUED:
        return True
    return intake.status is IntakeStatus.READING and (intake.lease_until is None or intake.lease_until <= now)


def _store(parts: IntakeParts, claim: _Claim, kept: Json) -> IntakeStatus | None:
    """Settle the upload in one writing transaction; a version stored by another run at the same time asks again."""
    for _ in range(2):
        try:
            with parts.database.writing.begin() as session:
                intake = _still_ours(session, claim)
                if intake is None:
                    return None
                _settle(session, intake, kept, parts.clock())
                return intake.status
        except IntegrityError:
            log.info("intake %s met another version of the same report", claim.intake_id)
    return _fail(parts, claim, SOMETHING_WENT_WRONG)


def _settle(session: Session, intake: Intake, kept: Json, now: datetime) -> None:
    lease_until = intake.lease_until
    reading: ReportReading = reading_from_dict(kept["reading"])
    outcome = settle(session, intake, reading, kept["reading"], unit_accepted=bool(kept.get("unit_accepted")), now=now)
    intake.lease_until = None
    if isinstance(outcome, Question):
        intake.status, intake.step, intake.message = IntakeStatus.NEEDS_ANSWER, outcome.code, outcome.message
        intake.reading = kept
        return
    intake.status, intake.step, intake.message = IntakeStatus.DONE, outcome.code, outcome.message
    intake.report_id, intake.finished_at, intake.reading = outcome.report_id, now, None
    if outcome.code == "stored":  # not yet done: it is still to be compared, by this run or by one after it
        intake.status, intake.step, intake.finished_at = IntakeStatus.READING, "linking", None
        intake.lease_until = lease_until


def _still_ours(session: Session, claim: _Claim) -> Intake | None:
    intake = session.scalar(
        select(Intake)
        .where(Intake.id == claim.intake_id)
        .options(joinedload(Intake.uploaded_by))
        .with_for_update(of=Intake)
    )
    if intake is None or intake.status is not IntakeStatus.READING or intake.attempts != claim.attempt:
        return None
    # one report of a unit at a time: the decision below rests on which version is in force
    session.execute(select(Unit.id).where(Unit.id == intake.unit_id).with_for_update())
    return intake


def _fail(parts: IntakeParts, claim: _Claim, message: str, code: str = UNEXPECTED) -> IntakeStatus | None:
    """End an upload without a report; ``code`` says whether trying again may help (see WORTH_ANOTHER_TRY)."""
    with parts.database.writing.begin() as session:
        intake = _still_ours(session, claim)
        if intake is None:
            return None
        intake.status, intake.message, intake.finished_at = IntakeStatus.FAILED, message, parts.clock()
        intake.lease_until, intake.step = None, code[:40]
        if scan_so_far(intake.reading) is None or code not in WORTH_ANOTHER_TRY:
            intake.reading = None
        record(
            session,
            intake.uploaded_by.as_actor(),
            "report.upload_failed",
            "intake",
            intake.id,
            unit_path=intake.unit.path,
            summary=f"报告文件未能入账：{intake.file_name}",
            reason=message,
            now=parts.clock(),
        )
        return IntakeStatus.FAILED
