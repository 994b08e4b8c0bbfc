"""The clock's process: one leader, a few idempotent ticks, nothing kept in the scheduler itself.

APScheduler is only the tick. Two clocks at once do no harm (every effect has a unique key); leadership is thrift. On
SQLite its lock is a file's, on PostgreSQL an advisory one on a connection of its own; both end with the process. A
leader that stands still without ending (a frozen machine) is passed over after a while; when it wakes, the fence tells
it that another leads.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from tracker.jobs.leadership import Seat, leadership
from tracker.jobs.timetable import TIMETABLE, Job
from tracker.jobs.watch import ClockWatch
from tracker.runtime import Runtime
from tracker.services.beats import keep_seat, last_beat, note_job, take_seat
from tracker.settings import TIMEZONE

log = logging.getLogger(__name__)

BEAT_SECONDS = 15.0
LOOK_FOR_LEADERSHIP_SECONDS = 2.0
SILENT_SECONDS = 90.0  # a leader that has not beaten for so long stands still
STUCK_SECONDS = 60.0  # the scheduler has not ticked for so long: a new one is made
TICK_SECONDS = 5


def run_scheduler(runtime: Runtime, *, stop: threading.Event | None = None) -> None:
    """Run the timetable until interrupted; waits while another process is the clock."""
    stop = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        if threading.current_thread() is threading.main_thread():
            signal.signal(number, lambda *_: stop.set())
    silence = _Silence(runtime)
    while not stop.is_set():
        try:
            with leadership(runtime) as seat:
                if seat.held or silence.is_too_long():
                    _Leader(runtime, stop, seat).lead()
                else:
                    stop.wait(LOOK_FOR_LEADERSHIP_SECONDS)
        except Exception:
            log.exception("the clock could not do its work; it begins again")
            stop.wait(LOOK_FOR_LEADERSHIP_SECONDS)


def run_once(runtime: Runtime, at: datetime | None = None) -> list[tuple[str, str]]:
    """Run every job of the timetable once, as of ``at`` where it is given; returns (job, what it did)."""
    moment = runtime if at is None else replace(runtime, clock=lambda: at)
    return [(job.name, job.run(moment) or "未到时间") for job in TIMETABLE]


class _Silence:
    """How long the leader has not beaten, told by time as it passes here, whatever the clock on the wall says."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen: tuple[int, datetime] | None = None
        self._since = time.monotonic()

    def is_too_long(self) -> bool:
        with self._runtime.database.reading() as session:
            beat = last_beat(session)
        sign = None if beat is None else (beat.fence, beat.last_at)
        if sign != self._seen:
            self._seen, self._since = sign, time.monotonic()
        if time.monotonic() - self._since <= SILENT_SECONDS:
            return False
        self._since = time.monotonic()
        log.warning("the leading clock has not beaten for %.0f s; this process takes over", SILENT_SECONDS)
        return True


@dataclass(slots=True)
class _Leader:
    runtime: Runtime
    stop: threading.Event
    seat: Seat
    fence: int = 0
    ticked: float = 0.0

    def lead(self) -> None:
        """Run the jobs until interrupted, or another leads, or the lock is lost, or the scheduler stands still."""
        holder = f"{socket.gethostname()}:{os.getpid()}"
        watch = ClockWatch(self.runtime)
        watch.look()  # before the beat: it compares with the last one there was
        with self.runtime.database.writing.begin() as session:
            self.fence = take_seat(session, holder, now=self.runtime.now())
        log.info("this process is the clock now (%s, fence %s)", holder, self.fence)
        with self._scheduler(holder, watch) as scheduler:
            while not self.stop.is_set() and self._may_go_on():
                if _quietly("look", watch.look):
                    _run_now(scheduler)
                self.stop.wait(BEAT_SECONDS)

    def _may_go_on(self) -> bool:
        if time.monotonic() - self.ticked > STUCK_SECONDS:
            log.error("the scheduler stands still; a new one takes over")
            return False
        try:
            if not self.seat.still_held():
                log.warning("the clock's lock is lost")
                return False
            with self.runtime.database.writing.begin() as session:
                kept = keep_seat(session, self.fence, now=self.runtime.now())
        except Exception:
            log.exception("the clock could not note that it is alive; it tries again")
            return True
        if not kept:
            log.warning("another process is the clock now")
        return kept

    @contextmanager
    def _scheduler(self, holder: str, watch: ClockWatch) -> Iterator[BackgroundScheduler]:
        scheduler = BackgroundScheduler(timezone=TIMEZONE)
        options = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for job in TIMETABLE:
            scheduler.add_job(guarded(self.runtime, job, holder, watch), seconds=job.every, id=job.name, **options)
        scheduler.add_job(self._tick, seconds=TICK_SECONDS, id="tick", **options)
        self.ticked = time.monotonic()
        scheduler.start()
        try:
            _run_now(scheduler)
            yield scheduler
        finally:
            scheduler.shutdown(wait=True)

    def _tick(self) -> None:
        self.ticked = time.monotonic()


def guarded(runtime: Runtime, job: Job, holder: str, watch: ClockWatch) -> Callable[[], None]:
    """Return the job as the scheduler calls it: an error is logged and noted, and the next tick tries again."""

    def run() -> None:
        started = time.monotonic()
        outcome, error = None, None
        try:
            watch.look()
            outcome = job.run(runtime)
        except Exception as failure:
            log.exception("the job %s failed; it is tried again at its next tick", job.name)
            error = f"{type(failure).__name__}: {failure}".splitlines()[0]
        if outcome:
            log.info("%s: %s (%.0f ms)", job.name, outcome, 1000 * (time.monotonic() - started))
        _quietly("note", lambda: _note(runtime, job, holder, outcome, error))

    return run


def _note(runtime: Runtime, job: Job, holder: str, outcome: str | None, error: str | None) -> None:
    now = runtime.now()
    with runtime.database.writing.begin() as session:
        next_at = now + timedelta(seconds=job.every)
        note_job(session, job.name, holder, now=now, next_at=next_at, outcome=outcome, error=error)


def _run_now(scheduler: BackgroundScheduler) -> None:
    """Let every job run at once: at the start, and after the system's clock was set, which moves their next times."""
    for job in scheduler.get_jobs():
        scheduler.modify_job(job.id, next_run_time=datetime.now(scheduler.timezone))


def _quietly(name: str, action: Callable[[], bool | None]) -> bool:
    try:
        return bool(action())
    except Exception:
        log.exception("%s failed; it is tried again", name)
        return False
