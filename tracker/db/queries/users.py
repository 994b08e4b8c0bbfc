"""Accounts for the administrator: the list with its filters, and one account with what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import Task, Unit, User, WebSession
from tracker.db.queries.scope import below
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import OPEN

PAGE = 50


class UserState(StrEnum):
    """What an account may be filtered by."""

    ACTIVE = "active"
    DISABLED = "disabled"
    NEVER = "never"  # has not signed in yet
    PENDING = "pending"  # must change the password at the next sign-in


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What is asked of the list; ``unit_path`` takes the units below along."""

    unit_path: str | None = None
    role: Role | None = None
    state: UserState | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """Rows by user name, and the names to go on from (None at the ends)."""

    rows: Sequence[Any]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in."""

    address: str | None
    created_at: datetime
    last_seen_at: datetime


def list_users(
    session: Session, actor: Actor, wanted: UserFilter, *, cursor: str | None = None, size: int = PAGE
) -> UserPage:
    """Return a page of accounts in scope. ``cursor`` is ``>name`` to go on or ``<name`` to go back."""
    backwards = bool(cursor) and str(cursor).startswith("<")
    query = _rows().where(*_conditions(actor, wanted))
    if cursor:
        name = cursor[1:]
        query = query.where(User.username < name if backwards else User.username > name)
    order = User.username.desc() if backwards else User.username
    rows = list(session.execute(query.order_by(order).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (bool(cursor), more)
    return UserPage(
        rows,
        f"<{rows[0].username}" if rows and has_before else None,
        f">{rows[-1].username}" if rows and has_after else None,
    )


def count_users(session: Session, actor: Actor, wanted: UserFilter) -> int:
    """Count what the filter finds."""
    query = select(func.count()).select_from(User).join(Unit, User.unit_id == Unit.id)
    return session.scalar(query.where(*_conditions(actor, wanted))) or 0


def open_sessions(session: Session, user_id: int, *, idle_since: datetime, begun_since: datetime) -> list[OpenSession]:
    """Return the browsers an account is signed in with, the last used first; what has run out is left aside."""
    rows = session.execute(
        select(WebSession.address, WebSession.created_at, WebSession.last_seen_at)
        .where(
            WebSession.user_id == user_id, WebSession.last_seen_at >= idle_since, WebSession.created_at >= begun_since
        )
        .order_by(WebSession.last_seen_at.desc())
    )
    return [OpenSession(*row) for row in rows]


def count_open_duties(session: Session, user_id: int) -> int:
    """Count the open tasks that name a person; the number alone, an administrator reads no business."""
    return session.scalar(select(func.count()).where(Task.owner_id == user_id, Task.status.in_(sorted(OPEN)))) or 0


def _rows() -> Any:
    return select(
        User.id,
        User.username,
        User.name,
        User.role,
        User.email,
        User.is_active,
        User.must_change_password,
        User.last_login_at,
        User.unit_id,
        Unit.short_name.label("unit_name"),
        Unit.is_active.label("unit_is_active"),
    ).join(Unit, User.unit_id == Unit.id)


def _conditions(actor: Actor, wanted: UserFilter) -> list[ColumnElement[bool]]:
    found = [below(actor.scope_path)]
    if wanted.unit_path is not None:
        found.append(below(wanted.unit_path))
    if wanted.role is not None:
        found.append(User.role == wanted.role)
    if wanted.search:
        columns = (User.username, User.name, User.email)
        found.append(or_(*(column.icontains(wanted.search, autoescape=True) for column in columns)))
    match wanted.state:
        case UserState.ACTIVE:
            found.append(User.is_active.is_(True))
        case UserState.DISABLED:
            found.append(User.is_active.is_(False))
        case UserState.NEVER:
            found += [User.is_active.is_(True), User.last_login_at.is_(None)]
        case UserState.PENDING:
            found += [User.is_active.is_(True), User.must_change_password.is_(True)]
    return found
