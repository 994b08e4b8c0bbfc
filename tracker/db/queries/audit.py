"""The audit log as its readers may see it: an auditor what happened in scope, an administrator what is the system's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import AuditEntry
from tracker.domain.audit_words import SYSTEM_ACTIONS
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.permissions import Actor, Role, path_range

PAGE = 50
COUNT_LIMIT = 1000
BATCH = 500


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is asked of the log; days are China's, both included."""

    person: str = ""
    action: str | None = None
    object_type: str | None = None
    object_id: int | None = None
    first: date | None = None
    last: date | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines, newest first, and the keys of the pages beside this one (None at the ends)."""

    rows: Sequence[AuditEntry]
    before: str | None
    after: str | None


def audit_page(
    session: Session, actor: Actor, wanted: AuditFilter, *, cursor: str | None = None, size: int = PAGE
) -> AuditPage:
    """Return a page of the log. ``cursor`` is ``>key`` to go on to older lines or ``<key`` back to newer ones."""
    backwards = bool(cursor) and str(cursor).startswith("<")
    query = select(AuditEntry).where(*_conditions(actor, wanted))
    if cursor and (condition := _beyond(cursor[1:], backwards)) is not None:
        query = query.where(condition)
    order = (AuditEntry.at, AuditEntry.id) if backwards else (AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = list(session.scalars(query.order_by(*order).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (bool(cursor), more)
    return AuditPage(
        rows,
        f"<{_key(rows[0])}" if rows and has_before else None,
        f">{_key(rows[-1])}" if rows and has_after else None,
    )


def audit_count(session: Session, actor: Actor, wanted: AuditFilter) -> tuple[int, bool]:
    """Count what the filter finds; stops at a thousand (the second value says so)."""
    inner: Select[Any] = select(literal_column("1")).select_from(AuditEntry).where(*_conditions(actor, wanted))
    number = session.scalar(select(func.count()).select_from(inner.limit(COUNT_LIMIT + 1).subquery())) or 0
    return min(number, COUNT_LIMIT), number > COUNT_LIMIT


def audit_rows(session: Session, actor: Actor, wanted: AuditFilter, *, limit: int) -> Iterator[AuditEntry]:
    """Yield up to ``limit`` lines, newest first, in batches that do not stay in memory."""
    cursor, left = None, limit
    while left > 0:
        page = audit_page(session, actor, wanted, cursor=cursor, size=min(BATCH, left))
        yield from page.rows
        left -= len(page.rows)
        session.expunge_all()
        if page.after is None:
            return
        cursor = page.after


def _conditions(actor: Actor, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found = [_in_scope(actor)]
    if actor.role is not Role.AUDITOR:
        found.append(AuditEntry.action.in_(list(SYSTEM_ACTIONS)))
    if wanted.person:
        found.append(AuditEntry.actor_name == wanted.person)
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.object_type:
        found.append(AuditEntry.object_type == wanted.object_type)
    if wanted.object_id is not None:
        found.append(AuditEntry.object_id == wanted.object_id)
    if wanted.first:
        found.append(AuditEntry.at >= _start(wanted.first))
    if wanted.last:
        found.append(AuditEntry.at < _start(wanted.last + timedelta(days=1)))
    if wanted.search:
        found.append(AuditEntry.summary.icontains(wanted.search, autoescape=True))
    return found


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    """Of a line without a unit (a failed sign-in of nobody) those at the top of the tree know.

    The path is compared as an expression: the log is read from its newest line on, and the index on paths would have
    it sorted anew for each page.
    """
    low, high = path_range(actor.scope_path)
    path = func.coalesce(AuditEntry.unit_path, "")
    inside = and_(path >= low, path < high)
    return or_(inside, path == "") if actor.scope_path.count("/") == 1 else inside


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LOCAL_ZONE).astimezone(UTC)


def _key(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}~{entry.id}"


def _beyond(key: str, backwards: bool) -> ColumnElement[bool] | None:
    text, _, identity = key.rpartition("~")
    try:
        at, number = datetime.fromisoformat(text), int(identity)
    except ValueError:
        return None
    if at.tzinfo is None or not 0 <= number < 2**31:
        return None
    if backwards:
        return and_(AuditEntry.at >= at, or_(AuditEntry.at > at, AuditEntry.id > number))
    return and_(AuditEntry.at <= at, or_(AuditEntry.at < at, AuditEntry.id < number))
