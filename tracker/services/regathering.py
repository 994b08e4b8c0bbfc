"""Takes out of digests that were never tried what is not to leave with them: their day is over, or has become quiet.

What is taken out waits again: it is gathered on the next day that is meant for its reader, and leaves at the hour of that
day. So nothing leaves in the night, on a free day or on a quiet one because the machine stood still at its own hour.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from tracker.db.models import Message, MessageStatus, Notice
from tracker.db.queries.quiet import notices_held_back
from tracker.domain.calendar import local_date
from tracker.services.policies import load_delivery_book

UNDER_WAY = sql("message.status IN ('pending', 'sending')")  # in the words of the partial index
# Given up, and sent again by a person: its attempts and its waiting began anew, later than it was made.
SENT_AGAIN = Message.waiting_since > Message.created_at
NOT_ON_ITS_DAY = "没有在当天发出，内容并入之后的提醒"


def digest_prefix(day: date) -> str:
    """Return how the keys of a day's digests begin."""
    return f"digest:{day.isoformat()}:"


def is_digest_of(day: date) -> ColumnElement[bool]:
    """Return the condition that a message is a digest of a day, as a range of its key that the unique index answers."""
    first = digest_prefix(day)
    return and_(Message.dedupe_key >= first, Message.dedupe_key < first[:-1] + ";")


def reopen_earlier(session: Session, *, now: datetime) -> int:
    """Let what earlier days' digests carry wait again, where those were never tried; returns how many digests."""
    moment = moment_of(now)
    found = session.scalars(select(Message.id).where(*_EARLIER).with_for_update(), moment).all()
    if not found:
        return 0
    session.execute(
        update(Notice)
        .where(Notice.message_id.in_(select(Message.id).where(*_EARLIER)), Notice.cancelled_at.is_(None))
        .values(message_id=None)
        .execution_options(synchronize_session=False),
        moment,
    )
    session.execute(
        update(Message)
        .where(*_EARLIER)
        .values(status=MessageStatus.CANCELLED, last_error=NOT_ON_ITS_DAY, lease_until=None, token=None)
        .execution_options(synchronize_session=False),
        moment,
    )
    return len(found)


def hold_back_quiet(session: Session, *, now: datetime) -> None:
    """Take out of today's digests what is for somebody for whom the day has become quiet; call it as quiet days change."""
    day = local_date(now)
    held = notices_held_back(day, load_delivery_book(session))
    if held is None:
        return  # quiet for everybody or for nobody: the digests stay as they are, and wait or go
    todays = (UNDER_WAY, _is_untried(now), Message.dedupe_key.like(f"{digest_prefix(day)}%"))
    session.execute(
        update(Notice)
        .where(Notice.message_id.in_(select(Message.id).where(*todays)), Notice.cancelled_at.is_(None), held)
        .values(message_id=None)
        .execution_options(synchronize_session=False)
    )


def may_leave(now: datetime, *, is_sending_day: bool) -> ColumnElement[bool]:
    """Return the condition on ``Message`` that its day allows it to leave: on its own alone, unless it was tried then."""
    any_day = or_(Message.attempts > 0, Message.handed_at.is_not(None), SENT_AGAIN)
    # Not a later day's digest either, where the clock was set back: that day may be quiet.
    its_day = or_(is_digest_of(local_date(now)), Message.dedupe_key.not_like("digest:%"))
    return or_(any_day, its_day) if is_sending_day else any_day


def _is_untried(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Never handed to its channel, nobody is about to do so, and nobody has asked for it to go."""
    nobodys = or_(Message.status == MessageStatus.PENDING, Message.lease_until < now)
    return and_(Message.attempts == 0, Message.handed_at.is_(None), ~SENT_AGAIN, nobodys)


_EARLIER = (UNDER_WAY, _is_untried(bindparam("now")), Message.dedupe_key < bindparam("todays"))
HAS_EARLIER = exists(select(Message.id).where(*_EARLIER))
"""There is something for ``reopen_earlier`` to do; run with the parameters of ``moment_of``."""


def moment_of(now: datetime) -> dict[str, datetime | str]:
    """Return the parameters of ``HAS_EARLIER``."""
    return {"now": now, "todays": digest_prefix(local_date(now))}
