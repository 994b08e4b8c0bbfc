"""Working days: the State Council's calendar with its 调休, extended by what an administrator has entered."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from tracker.settings import TIMEZONE

SATURDAY = 5
NOVEMBER = 11
LOCAL_ZONE = ZoneInfo(TIMEZONE)
HOLIDAYS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "元旦": ((1, 1), (1, 4)),
    "春节": ((1, 20), (2, 28)),
    "清明节": ((4, 2), (4, 8)),
    "劳动节": ((4, 29), (5, 7)),
    "端午节": ((5, 26), (6, 28)),
    "中秋节": ((9, 6), (10, 10)),
    "国庆节": ((10, 1), (10, 8)),
}
"""First and last (month, day) between which the arrangement of every year has days off for each holiday of all citizens
(全国年节及纪念日放假办法); those of the moon's calendar move within theirs."""


def local_date(moment: datetime) -> date:
    """Return the calendar day of the aware ``moment`` in China."""
    return moment.astimezone(LOCAL_ZONE).date()


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Says which days are worked. ``overrides`` (day → worked) win over the library's table.

    For a year the library has no table for, Monday to Friday count as worked; ``known`` tells so.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def known(self, year: int) -> bool:
        """Say whether the official arrangement of ``year`` is at hand (from the library, or entered for every holiday)."""
        return not self.missing_holidays(year)

    def missing_holidays(self, year: int) -> tuple[str, ...]:
        """Return the holidays of ``year`` for which neither the library nor an override has a day off, in their order."""
        if _official(date(year, 7, 1)) is not None:
            return ()
        free = [day for day, works in self.overrides.items() if day.year == year and not works]
        return tuple(
            name
            for name, (first, last) in HOLIDAYS.items()
            if not any(first <= (day.month, day.day) <= last for day in free)
        )

    def is_working(self, day: date) -> bool:
        """Say whether ``day`` is worked."""
        if day in self.overrides:
            return self.overrides[day]
        official = _official(day)
        return day.weekday() < SATURDAY if official is None else official

    def on_or_after(self, day: date) -> date:
        """Return the first working day that is not before ``day``."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, working_days: int) -> date:
        """Return the day ``working_days`` working days after ``day`` (0: the first working day not before it)."""
        current = self.on_or_after(day) if working_days == 0 else day
        for _ in range(working_days):
            current = self.on_or_after(current + timedelta(days=1))
        return current

    def between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.is_working(start + timedelta(days=offset)) for offset in range(1, days + 1))


@lru_cache(maxsize=4096)  # the library walks its whole table at each question
def _official(day: date) -> bool | None:
    """Say whether the library's table has ``day`` as worked; None where it has no table for the year."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """A day as a year's page shows it. ``special``: worked though a weekend, or free though a weekday."""

    day: date
    works: bool
    entered: bool

    @property
    def special(self) -> bool:
        """Whether the day is not what its weekday says."""
        return self.works == (self.day.weekday() >= SATURDAY)


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks that begin on Monday; None where a week reaches into another month."""

    number: int
    weeks: tuple[tuple[CalendarCell | None, ...], ...]
    working_days: int


def months_of(year: int, calendar: WorkingCalendar) -> tuple[Month, ...]:
    """Return the twelve months of a year with each day's kind."""
    return tuple(_month(year, number, calendar) for number in range(1, 13))


def official_years() -> frozenset[int]:
    """Return the years whose official arrangement the library holds."""
    return frozenset(day.year for day in chinese_calendar.holidays)


def gap_words(year: int, missing: Collection[str]) -> str:
    """Say that a year's arrangement is not at hand, or for which holidays it is not."""
    if len(missing) == len(HOLIDAYS):
        return f"还没有 {year} 年的放假调休安排"
    return f"{year} 年的放假调休安排没有录全，还缺{'、'.join(missing)}"


def years_that_matter(today: date) -> tuple[int, ...]:
    """Return the years whose arrangement should be at hand: this one, and from November, when it is out, the next."""
    return (today.year, today.year + 1) if today.month >= NOVEMBER else (today.year,)


def _month(year: int, number: int, calendar: WorkingCalendar) -> Month:
    weeks = tuple(
        tuple(
            CalendarCell(day, calendar.is_working(day), day in calendar.overrides) if day.month == number else None
            for day in week
        )
        for week in Calendar(firstweekday=0).monthdatescalendar(year, number)
    )
    worked = sum(cell.works for week in weeks for cell in week if cell is not None)
    return Month(number, weeks, worked)
