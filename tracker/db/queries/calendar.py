"""The days an administrator has entered, gathered to ranges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import CalendarDay


@dataclass(frozen=True, slots=True)
class EnteredRange:
    """Neighbouring days entered alike."""

    first: date
    last: date
    works: bool
    note: str

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def days_of_year(session: Session, year: int) -> list[EnteredRange]:
    """Return the entered days of a year as ranges, in their order."""
    rows = session.scalars(
        select(CalendarDay)
        .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day)
    )
    ranges: list[EnteredRange] = []
    for row in rows:
        last = ranges[-1] if ranges else None
        if last and last.last + timedelta(days=1) == row.day and (last.works, last.note) == (row.works, row.note):
            ranges[-1] = EnteredRange(last.first, row.day, row.works, row.note)
        else:
            ranges.append(EnteredRange(row.day, row.day, row.works, row.note))
    return ranges
