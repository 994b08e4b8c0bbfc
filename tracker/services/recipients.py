"""Whom a reminder concerns: the people of a circle, found once a unit however many tasks ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import Task, Unit, User
from tracker.domain.permissions import Role
from tracker.domain.reminders import CIRCLE_PARTS, Channel, Circle
from tracker.services.preferences import chosen_channels


@dataclass(slots=True)
class Directory:
    """The active accounts of the units asked for so far; good for one transaction."""

    session: Session
    _staff: dict[int, list[User]] = field(default_factory=dict)

    def staff(self, unit_id: int, *roles: Role) -> list[User]:
        """Return the active accounts of a unit with one of ``roles``, oldest first."""
        if unit_id not in self._staff:
            self._look_up([unit_id])
        return [person for person in self._staff[unit_id] if person.role in roles]

    def above(self, unit: Unit, role: Role, *, itself: bool) -> list[User]:
        """Return the accounts of ``role`` at the nearest unit above ``unit`` (or at it) that has any."""
        ids = [int(part) for part in unit.path.split("/") if part]
        self._look_up([unit_id for unit_id in ids if unit_id not in self._staff])
        for unit_id in reversed(ids if itself else ids[:-1]):
            if found := self.staff(unit_id, role):
                return found
        return []

    def _look_up(self, unit_ids: list[int]) -> None:
        if not unit_ids:
            return
        self._staff.update({unit_id: [] for unit_id in unit_ids})
        query = select(User).where(User.unit_id.in_(unit_ids), User.is_active.is_(True)).order_by(User.id)
        for person in self.session.scalars(query.options(joinedload(User.preference))):
            self._staff[person.unit_id].append(person)


def people_of(session: Session, task: Task, circle: Circle, directory: Directory | None = None) -> list[User]:
    """Find the people of a circle for a task; an empty one falls back to the unit's heads, then to the supervisors.

    The supervisors are told together with the unit's officers, where it has any: those can sign for the task. An owner
    whose account is disabled, or who cannot see the task any more, counts as none.
    """
    book = directory or Directory(session)
    if circle in CIRCLE_PARTS:
        parts = (people_of(session, task, part, book) for part in CIRCLE_PARTS[circle])
        return list({person.id: person for people in parts for person in people}.values())
    if circle is Circle.SUPERVISOR:
        return book.above(task.lead_unit, Role.SUPERVISOR, itself=True)
    if circle is Circle.AREA_HEAD:
        return book.above(task.lead_unit, Role.HEAD, itself=False) or book.above(
            task.lead_unit, Role.SUPERVISOR, itself=True
        )
    owner = [task.owner] if task.owner is not None and is_reachable(task.owner, task) else []
    heads = book.staff(task.lead_unit_id, Role.HEAD)
    found = (owner or heads) if circle is Circle.OWNER else [*owner, *heads]
    return found or [
        *book.staff(task.lead_unit_id, Role.OFFICER),
        *book.above(task.lead_unit, Role.SUPERVISOR, itself=True),
    ]


def is_reachable(person: User, task: Task) -> bool:
    """Say whether an owner can still be told of the task: the account is active and the task in its sight."""
    return person.is_active and task.lead_unit.path.startswith(person.unit.path)


def staff(session: Session, unit_id: int, *roles: Role) -> list[User]:
    """Return the active accounts of a unit with one of ``roles``."""
    return Directory(session).staff(unit_id, *roles)


def supervisors_of(session: Session, unit: Unit) -> list[User]:
    """Return the supervisors of the nearest unit above (or at) ``unit`` that has any."""
    return Directory(session).above(unit, Role.SUPERVISOR, itself=True)


def channels_of(person: User) -> tuple[Channel, ...]:
    """Return the channels a person is reached by."""
    return chosen_channels(person)
