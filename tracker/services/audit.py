"""The audit line every action leaves; a task's history is its lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import AuditEntry
from tracker.domain.permissions import Actor

SYSTEM_NAME = "系统"


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: int | None,
    *,
    unit_path: str,
    summary: str,
    now: datetime,
    reason: str | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> AuditEntry:
    """Add one line. ``action`` is a verb such as ``task.sign``; ``changes`` maps a field to (before, after).

    ``actor`` None is the clock or an operator at the command line.
    """
    entry = AuditEntry(
        at=now,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else SYSTEM_NAME,
        address=actor.address if actor else None,
        action=action,
        object_type=object_type,
        object_id=object_id,
        unit_path=unit_path,
        summary=summary[:500],
        reason=(reason or "").strip() or None,
        changes={field: [_plain(before), _plain(after)] for field, (before, after) in (changes or {}).items()},
    )
    session.add(entry)
    return entry


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the fields whose values differ, as ``record`` takes them."""
    return {field: (before.get(field), after[field]) for field in after if before.get(field) != after[field]}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
