"""Units and accounts for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.db.models import Unit, UnitKind, User
    from tracker.domain.permissions import Role

PASSWORD = "Qingxi-2026-ledger"
SINCE = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def add_unit(
    session: Session, name: str, *, code: str, parent: Unit | None = None, kind: UnitKind | None = None
) -> Unit:
    """Add a unit below ``parent`` (none: the root, an area). Flushes, so that ids and paths are there."""
    from tracker.db.models import Unit, UnitKind

    unit = Unit(
        parent_id=parent.id if parent else None,
        path=f"?{code}/",
        name=name,
        short_name=name[:2],
        code=code,
        kind=kind or (UnitKind.TOWNSHIP if parent else UnitKind.AREA),
        created_at=SINCE,
    )
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else ''}{unit.id}/"
    session.flush()
    return unit


def add_user(
    session: Session, username: str, *, role: Role, unit: Unit, name: str = "", email: str | None = None
) -> User:
    """Add an account with the password PASSWORD that need not be changed first. Flushes."""
    from tracker.db.models import User

    user = User(
        username=username,
        name=name or username,
        role=role,
        unit_id=unit.id,
        email=email,
        password_hash=password_hash(),
        must_change_password=False,
        password_changed_at=SINCE,
        created_at=SINCE,
    )
    session.add(user)
    session.flush()
    return user


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once a test process: it is slow on purpose."""
    from tracker.services.sign_in import hash_password

    return hash_password(PASSWORD)
