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
from tracker.runtime import Runtime
from tracker.services.batch_runs import BatchParts, open_batch_parts, process_batch, resume_stale_batches
from tracker.services.intake import IntakeParts, is_stale, open_parts, process_intake, resume_stale_intakes

log = logging.getLogger(__name__)

KEY = "tracker_background"
THREADS = 2  # a reading is a child process of its own: two keep both cores busy


class Background:
    """The pool of one application."""

    def __init__(self, parts: IntakeParts, batches: BatchParts) -> None:
        self.parts = parts
        self.batches = batches
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="intake")
        self._batch_pool = ThreadPoolExecutor(
            1, thread_name_prefix="batch"
        )  # a person's single file does not queue behind
        self._running: set[Future[Any]] = set()

    def take_in(self, intake_id: int) -> None:
        """Begin to process an upload; a second call for the same one does nothing."""
        self._submit(process_intake, self.parts, intake_id)

    def resume(self) -> None:
        """Begin to take up what a process that ended left behind."""
        self._submit(resume_stale_intakes, self.parts)
        self._submit(resume_stale_batches, self.batches, pool=self._batch_pool)

    def take_in_batch(self, batch_id: int) -> None:
        """Begin to work through a batch; a second call for the same one does nothing."""
        self._submit(process_batch, self.batches, batch_id, pool=self._batch_pool)

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
        wait(list(self._running), timeout=seconds)

    def _submit(self, work: Any, *arguments: Any, pool: ThreadPoolExecutor | None = None) -> None:
        future = (pool or self._pool).submit(work, *arguments)
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
