"""The county's units and accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from tracker.db.models import AuditEntry
from tracker.samples.seed_world import World
from tracker.services.units import UnitFields, add_unit
from tracker.services.users import UserFields, add_user

READING_FIRST = timedelta(minutes=9)


def add_units(world: World, now: datetime) -> None:
    """Insert the units in the order of the manifest, which names each after the one above it."""
    for position, (key, spec) in enumerate(world.county.units.items(), start=1):
        fields = UnitFields(spec.name, spec.short_name, spec.code, spec.kind, spec.files_reports, position)
        parent = world.units[spec.parent] if spec.parent is not None else None
        world.units[key] = add_unit(world.session, parent, fields, now=now)


def add_people(world: World, password_hash: str, now: datetime) -> None:
    """Insert the accounts, all with the same password: they are for looking at the samples, and need not change it."""
    for username, spec in world.county.people.items():
        unit = world.units[spec.unit]
        fields = UserFields(spec.name, spec.role, unit.id)
        person = add_user(world.session, username, unit, fields, password_hash, now=now, must_change=False)
        person.password_changed_at = now
        world.people[username] = person


def switch_mail_on(world: World) -> None:
    """Give everybody an address: from then on reminders go out by e-mail as well."""
    for username, spec in world.county.people.items():
        world.people[username].email = spec.email


def note_last_logins(world: World) -> None:
    """Note that everybody signed in shortly before the last thing they did."""
    last_acts = (
        select(AuditEntry.actor_id, func.max(AuditEntry.at))
        .where(AuditEntry.actor_id.is_not(None))
        .group_by(AuditEntry.actor_id)
    )
    acted = {row[0]: row[1] for row in world.session.execute(last_acts)}
    for person in world.people.values():
        if person.id in acted:
            person.last_login_at = acted[person.id] - READING_FIRST
