"""The clock's process: one leader, a few idempotent ticks, nothing kept in the scheduler itself.

APScheduler is only the tick. Two clocks at once do no harm (every effect has a unique key); the lock is thrift. On
SQLite the lock is a file's, on PostgreSQL an advisory one on a connection of its own; both end with the process.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import text

from tracker.jobs.handlers import beat
from tracker.jobs.timetable import TIMETABLE, Job
from tracker.runtime import Runtime
from tracker.settings import TIMEZONE

log = logging.getLogger(__name__)

ADVISORY_LOCK = 0x7472_6163  # any number all clocks agree on
BEAT_SECONDS = 30
LOOK_FOR_LEADERSHIP_SECONDS = 2.0


def run_scheduler(runtime: Runtime, *, stop: threading.Event | None = None) -> None:
    """Run the timetable until interrupted; waits while another process is the clock."""
    stop = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        if threading.current_thread() is threading.main_thread():
            signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        with leadership(runtime) as leads:
            if leads:
                _lead(runtime, stop)
            else:
                stop.wait(LOOK_FOR_LEADERSHIP_SECONDS)


def run_once(runtime: Runtime, at: datetime | None = None) -> list[tuple[str, str]]:
    """Run every job of the timetable once, as of ``at`` where it is given; returns (job, what it did)."""
    moment = runtime if at is None else replace(runtime, clock=lambda: at)
    return [(job.name, job.run(moment) or "未到时间") for job in TIMETABLE]


@contextmanager
def leadership(runtime: Runtime) -> Iterator[bool]:
    """Hold the clock's lock for the block, if it is free; yields whether it is held."""
    with _file_lock(runtime) if runtime.settings.is_sqlite else _advisory_lock(runtime) as held:
        yield held


def _lead(runtime: Runtime, stop: threading.Event) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    log.info("this process is the clock now (%s)", holder)
    scheduler = BackgroundScheduler(timezone=TIMEZONE)
    options = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for job in TIMETABLE:
        scheduler.add_job(_guarded(runtime, job), seconds=job.every, id=job.name, **options)
    scheduler.start()
    try:
        for job in TIMETABLE:
            scheduler.modify_job(job.name, next_run_time=datetime.now(scheduler.timezone))
        while not stop.is_set():
            _quietly("beat", lambda: beat(runtime, holder))
            if not scheduler.running:
                log.error("the scheduler's thread has died; a new one takes over")
                return
            stop.wait(BEAT_SECONDS)
    finally:
        scheduler.shutdown(wait=True)


def _guarded(runtime: Runtime, job: Job) -> Callable[[], None]:
    def run() -> None:
        started = time.monotonic()
        outcome = _quietly(job.name, lambda: job.run(runtime))
        if outcome:
            log.info("%s: %s (%.0f ms)", job.name, outcome, 1000 * (time.monotonic() - started))

    return run


def _quietly(name: str, action: Callable[[], str | None]) -> str | None:
    """Run an action; an error is logged and the next tick tries again."""
    try:
        return action()
    except Exception:
        log.exception("the job %s failed; it is tried again at its next tick", name)
        return None


@contextmanager
def _file_lock(runtime: Runtime) -> Iterator[bool]:
    path = runtime.settings.instance_path / "clock.lock"
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _advisory_lock(runtime: Runtime) -> Iterator[bool]:
    with runtime.database.writing_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}))
        try:
            yield held
        finally:
            if held and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
