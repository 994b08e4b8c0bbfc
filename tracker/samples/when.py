"""The dates of a story, told relative to the plan year or to the day the sample data are built."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_CALENDAR = re.compile(r"(?:(prev|next) )?(\d{2})-(\d{2})")
_SHARE = re.compile(r"(\d{1,3})%")
_DAYS = re.compile(r"([+-]\d{1,3})d")
_YEAR = re.compile(r"\{Y([+-]\d)?\}")


class Anchor(StrEnum):
    """What a moment is counted from."""

    CALENDAR = "calendar"
    SHARE = "share"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class When:
    """A day of the story.

    ``calendar``: ``month``/``day`` of the plan year plus ``value`` years. ``share``: ``value`` percent of the way
    from the filing of the report to today. ``days``: ``value`` days from today.
    """

    anchor: Anchor
    value: int
    month: int = 0
    day: int = 0

    @property
    def is_relative(self) -> bool:
        """Say whether the day moves with the day of building."""
        return self.anchor is not Anchor.CALENDAR

    def on(self, plan_year: int, filed_on: date, today: date) -> date:
        """Return the day. One counted from today never falls before the filing, on which the story begins."""
        if self.anchor is Anchor.CALENDAR:
            return date(plan_year + self.value, self.month, self.day)
        if self.anchor is Anchor.SHARE:
            return filed_on + timedelta(days=(today - filed_on).days * self.value // 100)
        return max(filed_on, today + timedelta(days=self.value))


def parse_when(text: str) -> When:
    """Read ``06-30``, ``prev 12-26``, ``next 01-12``, ``30%``, ``-5d`` or ``+7d``; raises ValueError."""
    if match := _CALENDAR.fullmatch(text):
        years = {"prev": -1, "next": 1}.get(match[1], 0)
        date(2023, int(match[2]), int(match[3]))  # refuses a day that not every year has
        return When(Anchor.CALENDAR, years, int(match[2]), int(match[3]))
    if match := _SHARE.fullmatch(text):
        return When(Anchor.SHARE, int(match[1]))
    if match := _DAYS.fullmatch(text):
        return When(Anchor.DAYS, int(match[1]))
    raise ValueError(f"no day of the story: {text!r}")


def render(text: str, year: int) -> str:
    """Put real years for ``{Y}``, ``{Y+1}``, ``{Y-1}`` … where ``year`` is the report's year."""
    return _YEAR.sub(lambda match: str(year + int(match[1] or 0)), text)
