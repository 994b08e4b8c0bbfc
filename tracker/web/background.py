"""Work that a request begins and does not wait for: a small pool of threads in the web process takes uploads in.

Nothing is kept here. What to do stands in the database, so an upload whose process ends is taken up by another.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any, cast

from flask import Flask, current_app

from tracker.db.models import Batch, BatchStatus, Intake
from tracker.db.queries.batches import uploads_moving
from tracker.runtime import Runtime
from tracker.services.batch_runs import BatchParts, open_batch_parts, process_batch, resume_stale_batches
from tracker.services.intake import (
    IntakeParts,
    is_stale,
    open_parts,
    process_intake,
    process_text,
    resume_stale_intakes,
)
from tracker.services.scanning import is_scan

log = logging.getLogger(__name__)

KEY = "tracker_background"
THREADS = 2  # a reading is a child process of its own: two keep both cores busy


class Background:
    """The pool of one application."""

    def __init__(self, parts: IntakeParts, batches: BatchParts) -> None:
        self.parts = parts
        self.batches = batches
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="intake")
        # a person's single file does not queue behind a batch
        self._batch_pool = ThreadPoolExecutor(1, thread_name_prefix="batch")
        self._scans = ThreadPoolExecutor(1, thread_name_prefix="scan")  # recognised one after the other
        self._waiting: set[int] = set()
        self._running: set[Future[Any]] = set()

    def take_in(self, intake_id: int) -> None:
        """Begin to process an upload; a second call for the same one does nothing."""
        self._submit(self._pool, self._take_in, intake_id)

    def _take_in(self, intake_id: int) -> None:
        """Take an upload in; one that turns out to be a scan goes on in a line of its own, so that others need not wait."""
        process_text(self.parts, intake_id)
        with self.parts.database.reading() as session:
            intake = session.get(Intake, intake_id)
        if intake is not None and is_scan(intake):
            self._line_up(intake_id)

    def _line_up(self, intake_id: int) -> None:
        """Put a scan at the end of the line, unless it stands there."""
        if intake_id not in self._waiting:
            self._waiting.add(intake_id)
            self._submit(self._scans, self._scan, intake_id)

    def _scan(self, intake_id: int) -> None:
        try:
            process_intake(self.parts, intake_id, wait=True)
        finally:
            self._waiting.discard(intake_id)

    def resume(self) -> None:
        """Begin to take up what a process that ended left behind."""
        self._submit(self._pool, resume_stale_intakes, self.parts)
        self._submit(self._batch_pool, resume_stale_batches, self.batches)

    def take_in_batch(self, batch_id: int) -> None:
        """Begin to work through a batch; a second call for the same one does nothing."""
        self._submit(self._batch_pool, self._take_in_batch, batch_id)

    def _take_in_batch(self, batch_id: int) -> None:
        process_batch(self.batches, batch_id)
        with self.parts.database.reading() as session:
            scans = [intake.id for intake in uploads_moving(session, batch_id) if is_scan(intake)]
        for intake_id in scans:
            self._line_up(intake_id)
        if scans:  # behind them in the line: the batch learns at once that they are done
            self._submit(self._scans, process_batch, self.batches, batch_id)

    def resume_batch_later(self, batch: Batch, now: datetime) -> None:
        """Take up the batch somebody is looking at, where its run has ended."""
        if batch.status is BatchStatus.RUNNING and batch.lease_until is not None and batch.lease_until <= now:
            self.take_in_batch(batch.id)

    def resume_later(self, intake: Intake, now: datetime) -> None:
        """Take up the upload somebody is looking at, where no run can have it any more."""
        if is_stale(intake, now):
            self.take_in(intake.id)

    def wait(self, seconds: float = 30.0) -> None:
        """Wait until nothing is under way, for tests and for an orderly end."""
        while under_way := list(self._running):  # taking in may begin a recognising
            if wait(under_way, timeout=seconds).not_done:
                return

    def _submit(self, pool: ThreadPoolExecutor, work: Any, *arguments: Any) -> None:
        future = pool.submit(work, *arguments)
        self._running.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[Any]) -> None:
        self._running.discard(future)
        if (error := future.exception()) is not None:
            log.error("background work failed", exc_info=error)


def background(app: Flask | None = None) -> Background:
    """Return the pool of ``app`` (of the running application where none is given), made on first use."""
    application = app or current_app
    found = application.extensions.get(KEY)
    if found is None:
        runtime = cast(Runtime, application.extensions["tracker"])
        parts = open_parts(runtime.settings, runtime.database, runtime.storage, runtime.clock)
        made = Background(parts, open_batch_parts(runtime.settings, parts))
        found = application.extensions.setdefault(KEY, made)
    return cast(Background, found)
