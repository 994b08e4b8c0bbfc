"""Insert what is not there yet: the unique key decides, in either database's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from tracker.db.base import Base


def insert_ignoring(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert ``rows`` but for those whose unique key is there; returns how many are new."""
    if not rows:
        return 0
    session.flush()
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    key = inspect(model).primary_key[0]
    inserted = session.scalars(insert(model).on_conflict_do_nothing().returning(key), list(rows))
    return len(inserted.all())
