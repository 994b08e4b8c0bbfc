"""Reading one's notices; that a notice was read, and when, is part of the record of reminders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db.models import Notice
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Channel


def open_notice(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> str:
    """Note that the person read a notice; returns the local path it leads to. Raises NotFound for another's."""
    notice = session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.recipient_id == actor.id, Notice.channel == Channel.INBOX)
    )
    if notice is None:
        raise NotFound("没有找到这条提醒。")
    if notice.read_at is None:
        notice.read_at = now
    return notice.link


def mark_all_read(session: Session, actor: Actor, *, up_to: int, now: datetime) -> int:
    """Note that the person has read all notices up to the id ``up_to``, what was on the page; returns how many were new."""
    marked = session.scalars(
        update(Notice)
        .where(
            Notice.recipient_id == actor.id,
            Notice.channel == Channel.INBOX,
            Notice.read_at.is_(None),
            Notice.id <= up_to,
        )
        .values(read_at=now)
        .returning(Notice.id)
    ).all()
    return len(marked)
