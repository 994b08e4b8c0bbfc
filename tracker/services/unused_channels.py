"""What waits for a channel that is not in use: it does not wait for ever, and its record says why it did not leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Message, MessageStatus, Notice
from tracker.domain.reminders import Channel
from tracker.services.outbox import GIVE_UP_AFTER, WAITING
from tracker.services.regathering import UNDER_WAY

NOT_IN_USE = "这个渠道没有启用或不能使用"


def drop_unused(session: Session, in_use: Collection[Channel], *, now: datetime) -> int:
    """Cancel what has waited three days for a channel that is not in use; returns how many notices and messages.

    Turned on later, the channel begins with what is new: nobody gets months of reminders at once. The inbox has them all.
    """
    used, before = list(in_use), now - GIVE_UP_AFTER
    notices = session.execute(
        update(Notice)
        .where(*WAITING, Notice.channel.not_in(used), Notice.created_at < before)
        .values(cancelled_at=now, cancelled_reason=NOT_IN_USE)
        .execution_options(synchronize_session=False)
    )
    forsaken = select(Message.id).where(
        UNDER_WAY,
        Message.channel.not_in(used),
        Message.waiting_since < before,
        or_(Message.status == MessageStatus.PENDING, Message.lease_until < now),
    )
    messages = session.execute(
        update(Message)
        .where(Message.id.in_(forsaken))
        .values(status=MessageStatus.CANCELLED, last_error=NOT_IN_USE, lease_until=None, token=None)
        .execution_options(synchronize_session=False)
    )
    return sum(int(cast(CursorResult[Any], done).rowcount) for done in (notices, messages))
