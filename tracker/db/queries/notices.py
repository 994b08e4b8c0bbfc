"""What stands in a person's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, String, bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from tracker.db.models import Notice, Task
from tracker.db.queries.scope import Bound, report_seen_between, task_seen_between
from tracker.domain.permissions import Actor, path_range
from tracker.domain.reminders import Channel, NoticeKind

PAGE = 50
UNREAD = "notice.read_at IS NULL AND notice.channel = 'inbox' AND notice.cancelled_at IS NULL"
"""In the very words of the partial index on what is unread, which a value in place of a word would hide from the planner."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One notice as the inbox shows it."""

    id: int
    kind: NoticeKind
    slot: date
    created_at: datetime
    title: str
    reason: str
    read: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Lines, newest first, and the id to go on from (None at the end)."""

    lines: tuple[InboxLine, ...]
    next_before: int | None


def inbox_page(session: Session, actor: Actor, *, unread_only: bool, before: int | None, size: int = PAGE) -> InboxPage:
    """Return a page of the actor's notices older than ``before``; only what the person may still see."""
    query = (
        select(Notice)
        .outerjoin(Task, Notice.task_id == Task.id)
        .where(*in_inbox(actor))
        .order_by(Notice.id.desc())
        .limit(size + 1)
    )
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    notices = session.scalars(query).all()
    lines = tuple(
        InboxLine(
            id=notice.id,
            kind=NoticeKind(notice.kind),
            slot=notice.slot,
            created_at=notice.created_at,
            title=notice.title,
            reason=notice.reason,
            read=notice.read_at is not None,
        )
        for notice in notices[:size]
    )
    return InboxPage(lines, lines[-1].id if len(notices) > size else None)


def count_unread(session: Session, actor: Actor) -> int:
    """Count what the inbox would show as unread."""
    return session.scalar(_UNREAD_OF, {"person": actor.id, **reader_of(actor)}) or 0


def in_inbox(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on ``Notice`` outer-joined with ``Task`` of standing in the actor's inbox."""
    return (
        Notice.recipient_id == actor.id,
        Notice.channel == Channel.INBOX,
        Notice.cancelled_at.is_(None),
        may_see_notice(actor),
    )


def may_see_notice(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Notice`` outer-joined with ``Task`` of being about what the actor may see."""
    return _seen_between(*path_range(actor.scope_path))


def _seen_between(low: Bound, high: Bound) -> ColumnElement[bool]:
    return or_(task_seen_between(low, high), report_seen_between(low, high, Notice.report_id))


SEEN_BY_READER = _seen_between(bindparam("reader_low", type_=String), bindparam("reader_high", type_=String))
"""What ``may_see_notice`` does, in statements that are put together once; run with the parameters of ``reader_of``."""


def reader_of(actor: Actor) -> dict[str, str]:
    """Return the parameters of ``SEEN_BY_READER``."""
    low, high = path_range(actor.scope_path)
    return {"reader_low": low, "reader_high": high}


_UNREAD_OF = (  # every page asks
    select(func.count())
    .select_from(Notice)
    .outerjoin(Task, Notice.task_id == Task.id)
    .where(Notice.recipient_id == bindparam("person", type_=Integer), text(UNREAD), SEEN_BY_READER)
)
