"""From when a day's messages may go to whom: a person's own hour, else that of the person's unit and of what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import Session

from tracker.db.models import Notice, Preference, Task, Unit, User
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.delivery import DeliveryPolicy
from tracker.domain.delivery_book import DeliveryBook
from tracker.services.policies import load_delivery_book


def round_begins(session: Session) -> time:
    """Return from when on a day's round is held: the earliest of the hours in force and of those people have chosen."""
    book = load_delivery_book(session)
    own = session.scalar(select(func.min(Preference.hour)))
    return min(book.begins, time.fromisoformat(within(own, book.base))) if own else book.begins


def send_from(
    session: Session, people: Collection[int], day: date, waiting: Iterable[ColumnElement[bool] | TextClause]
) -> dict[int, datetime]:
    """Return when the digest of ``day`` may go to each of ``people``.

    ``waiting`` are the conditions on the notices it will be made of: of their hours the earliest counts.
    """
    book = load_delivery_book(session)
    found = dict.fromkeys(people, book.base.hour)  # the round may begin before it
    if book.has_hours:
        found |= _of_units(session, book, waiting)
    own = session.execute(
        select(Preference.user_id, Preference.hour).where(
            Preference.user_id.in_(list(people)), Preference.hour.is_not(None)
        )
    ).all()
    found |= {row.user_id: within(row.hour, book.base) for row in own}
    return {person: datetime.combine(day, time.fromisoformat(hour), LOCAL_ZONE) for person, hour in found.items()}


def hour_of(person: User, book: DeliveryBook, levels: Iterable[str | None] = (None,)) -> str:
    """Return from when a message about tasks of ``levels`` goes to a person, as ``08:30``."""
    own = person.preference.hour if person.preference is not None else None
    return within(own, book.base) if own else book.hour(person.unit.path, levels)


def within(hour: str, policy: DeliveryPolicy) -> str:
    """Keep an hour in the window people may choose in."""
    return min(max(hour, policy.window_from), policy.window_until)


def _of_units(
    session: Session, book: DeliveryBook, waiting: Iterable[ColumnElement[bool] | TextClause]
) -> dict[int, str]:
    rows = session.execute(
        select(Notice.recipient_id, Unit.path, Task.level)
        .join(User, Notice.recipient_id == User.id)
        .join(Unit, User.unit_id == Unit.id)
        .outerjoin(Task, Notice.task_id == Task.id)
        .where(*waiting)
        .distinct()
    )
    hours: dict[int, str] = {}
    for person, path, level in rows:
        hour = book.hour(path, (level,))
        hours[person] = min(hour, hours.get(person, hour))
    return hours
