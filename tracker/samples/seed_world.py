"""What the tellers of the story share: the session, the county as told, and the rows that stand for it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from tracker.db.models import Report, Task, Unit, User
from tracker.domain.calendar import LOCAL_ZONE, WorkingCalendar
from tracker.domain.permissions import Actor
from tracker.samples.story import County, TaskSpec
from tracker.storage import Storage

OPENS, CLOSES = time(8, 30), time(18, 0)


@dataclass(slots=True)
class World:
    """The county in the making. ``until`` is the present: nothing of the story lies after it."""

    session: Session
    storage: Storage
    county: County
    until: datetime
    calendar: WorkingCalendar
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    tasks: dict[TaskSpec, Task] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The last day of the story."""
        return self.until.astimezone(LOCAL_ZONE).date()

    def actor(self, username: str) -> Actor:
        """Return a person of the county as the one who acts, at the desk of the own unit."""
        person = self.people[username]
        return person.as_actor(address=f"10.36.{person.unit_id}.{10 + person.id}")

    def supervisor(self, unit_key: str) -> Actor:
        """Return the supervisor in charge of a unit: one has the bureaus, the other what is divided by area."""
        supervisors = [name for name, person in self.county.people.items() if person.role == "supervisor"]
        is_bureau = self.county.units[unit_key].kind == "bureau"
        return self.actor(supervisors[-1] if is_bureau else supervisors[0])

    def working_day(self, day: date) -> date:
        """Return the first working day not before ``day``, but never one that is still to come."""
        return min(self.calendar.on_or_after(day), self.today)

    def moment(self, day: date, minutes: int) -> datetime:
        """Return the moment ``minutes`` after the offices open on ``day``; today's hours are squeezed into what has passed."""
        opens = datetime.combine(day, OPENS, LOCAL_ZONE)
        if day < self.today:
            return opens + timedelta(minutes=minutes)
        midnight = datetime.combine(day, time.min, LOCAL_ZONE)
        start = max(midnight, min(opens, self.until - timedelta(hours=2)))
        office_hours = datetime.combine(day, CLOSES, LOCAL_ZONE) - opens
        return start + (self.until - start) * min(1.0, timedelta(minutes=minutes) / office_hours)
