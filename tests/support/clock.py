"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

CHINA = ZoneInfo("Asia/Shanghai")


class FixedClock:
    """Called like ``tracker.runtime.system_clock``: gives the aware moment in UTC that was last set."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def __call__(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        """Go to an aware moment; a naive one is China's local time."""
        self._moment = (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a timedelta or by its parts (``days=1, hours=2``); may be negative. Gives the new moment."""
        self._moment += by or timedelta(**parts)
        return self._moment

    def go_to(self, day: date, hour: int = 8, minute: int = 30) -> datetime:
        """Go to an hour of a day in China. Gives the new moment."""
        self.set(datetime.combine(day, time(hour, minute), tzinfo=CHINA))
        return self._moment

    def today(self) -> date:
        """The day in China."""
        return self._moment.astimezone(CHINA).date()


@pytest.fixture
def clock() -> FixedClock:
    """A clock at 09:00 of Wednesday, 10 June 2026, in China: a working day in the middle of a plan's year."""
    return FixedClock(datetime(2026, 6, 10, 9, 0, tzinfo=CHINA))
