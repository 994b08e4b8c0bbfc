"""Writes notices: what was done to a task and whom it concerns. A notice is a row; the clock sends what leaves the house.

An event's notice is unique by its rule, so the rule of an event names the row it comes from (``returned:2``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from tracker.db.models import Notice, Report, Task, Unit, User
from tracker.domain.calendar import local_date
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, Circle, NoticeKind


def notify(
    session: Session,
    task: Task,
    *,
    rule: str,
    kind: NoticeKind,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    reason: str = "",
    slot: date | None = None,
) -> int:
    """Insert the notices of one event for each recipient and channel; what is there already stays. Returns how many are new."""
    rows = notice_rows(
        task, rule=rule, kind=kind, title=title, recipients=recipients, now=now, reason=reason, slot=slot
    )
    return insert_notices(session, rows)


def notify_of_report(
    session: Session,
    report: Report,
    *,
    rule: str,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    link: str,
    reason: str = "",
) -> int:
    """Insert the notices of something done to a whole report. Returns how many are new."""
    about = {"task_id": None, "report_id": report.id, "due_version": 0, "link": link, "kind": NoticeKind.EVENT}
    event = {"rule": rule[:60], "slot": local_date(now), "title": title[:300], "reason": reason[:300]}
    return insert_notices(session, _rows({**about, **event, "created_at": now}, recipients))


def notice_rows(
    task: Task,
    *,
    rule: str,
    kind: NoticeKind,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    reason: str = "",
    slot: date | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of one event, one for each recipient and channel."""
    event = {
        "task_id": task.id,
        "report_id": None,
        "rule": rule[:60],
        "due_version": task.due_version,
        "kind": kind,
        "slot": slot or local_date(now),
        "title": title[:300],
        "reason": reason[:300],
        "link": f"/tasks/{task.id}",
        "created_at": now,
    }
    return _rows(event, recipients)


def _rows(event: dict[str, Any], recipients: Iterable[User]) -> list[dict[str, Any]]:
    return [
        {**event, "recipient_id": person.id, "channel": channel}
        for person in {person.id: person for person in recipients}.values()
        for channel in channels_of(person)
    ]


def insert_notices(session: Session, rows: list[dict[str, Any]]) -> int:
    """Insert notice rows, ignoring those whose unique key is there; returns the number inserted."""
    if not rows:
        return 0
    session.flush()
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    inserted = session.scalars(insert(Notice).on_conflict_do_nothing().returning(Notice.id), rows)
    return len(inserted.all())


def channels_of(person: User) -> tuple[Channel, ...]:
    """Return the channels a person is reached by."""
    return (Channel.INBOX, Channel.EMAIL) if person.email else (Channel.INBOX,)


def people_of(session: Session, task: Task, circle: Circle) -> list[User]:
    """Find the people of a circle for a task; an empty one falls back to the unit's heads, then to the supervisors."""
    if circle is Circle.SUPERVISOR:
        return supervisors_of(session, task.lead_unit)
    if circle is Circle.AREA_HEAD:
        return _above(session, task.lead_unit, Role.HEAD) or supervisors_of(session, task.lead_unit)
    owner = [task.owner] if task.owner is not None and task.owner.is_active else []
    heads = staff(session, task.lead_unit_id, Role.HEAD)
    if circle is Circle.OWNER:
        return (
            owner or heads or staff(session, task.lead_unit_id, Role.OFFICER) or supervisors_of(session, task.lead_unit)
        )
    return (
        [*owner, *heads] or staff(session, task.lead_unit_id, Role.OFFICER) or supervisors_of(session, task.lead_unit)
    )


def staff(session: Session, unit_id: int, *roles: Role) -> list[User]:
    """Return the active accounts of a unit with one of ``roles``."""
    return list(
        session.scalars(
            select(User)
            .where(User.unit_id == unit_id, User.role.in_(roles), User.is_active.is_(True))
            .order_by(User.id)
        )
    )


def supervisors_of(session: Session, unit: Unit) -> list[User]:
    """Return the supervisors of the nearest unit above (or at) ``unit`` that has any."""
    return _above(session, unit, Role.SUPERVISOR)


def _above(session: Session, unit: Unit, role: Role) -> list[User]:
    ids = [int(part) for part in unit.path.split("/") if part]
    people = session.scalars(
        select(User).where(User.unit_id.in_(ids), User.role == role, User.is_active.is_(True)).order_by(User.id)
    ).all()
    if role is Role.HEAD:
        ids = ids[:-1]  # the head of the unit itself is not its supervisor
    for unit_id in reversed(ids):
        if found := [person for person in people if person.unit_id == unit_id]:
            return found
    return []
