"""Watches the system's clock against time as it passes: a leap forward holds the reminders, one back restarts the ticks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.runtime import Runtime
from tracker.services.beats import last_beat
from tracker.services.holds import LEAP, LONGEST_OUTAGE, hold_clock, leap_words, settle_if_set_right

log = logging.getLogger(__name__)

SMALL = timedelta(minutes=1)  # what a time server corrects


def elapsed() -> float:
    """Return seconds that pass whatever the clock on the wall says, sleep of the machine included where that is known."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ClockWatch:
    """Compares two clocks between one look and the next."""

    def __init__(self, runtime: Runtime, *, seconds: Callable[[], float] = elapsed) -> None:
        """Begins now; ``seconds`` is the clock that cannot be set."""
        self._runtime, self._seconds = runtime, seconds
        self._lock = threading.Lock()
        self._wall, self._passed = runtime.now(), seconds()
        self._began = False

    def look(self) -> bool:
        """Hold the reminders after a leap forward; returns whether the clock was set, in either direction."""
        with self._lock:
            if not self._began:
                self._began = True
                self._compare_with_last_run()
            wall, passed = self._runtime.now(), self._seconds()
            expected = self._wall + timedelta(seconds=passed - self._passed)
            if wall - expected > LEAP:
                self._hold(expected, wall)
            elif expected - wall > SMALL:
                self._settle(wall)
            self._wall, self._passed = wall, passed
            return abs(wall - expected) > SMALL

    def _compare_with_last_run(self) -> None:
        """An outage is caught up by itself; one longer than anybody has may as well be a clock gone wrong."""
        now = self._runtime.now()
        with self._runtime.database.reading() as session:
            beat = last_beat(session)
        if beat is not None and now - beat.last_at > LONGEST_OUTAGE:
            self._hold(beat.last_at, now)
        else:
            self._settle(now)

    def _hold(self, before: datetime, after: datetime) -> None:
        with self._runtime.database.writing.begin() as session:
            hold = hold_clock(session, from_at=before, to_at=after)
            words = leap_words(hold)
        log.error("系统时间%s，提醒已暂停，待确认：tracker confirm-clock", words)

    def _settle(self, now: datetime) -> None:
        with self._runtime.database.writing.begin() as session:
            if settle_if_set_right(session, now=now):
                log.warning("系统时间已恢复，提醒继续发送")
