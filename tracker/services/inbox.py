"""Reading one's notices; that a notice was read, and when, is part of the record of reminders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db.models import Notice, Task
from tracker.db.queries.notices import in_inbox
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor


def open_notice(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> str:
    """Note that the person read a notice; returns the local path it leads to. Raises NotFound for another's."""
    notice = session.scalar(
        select(Notice).outerjoin(Task, Notice.task_id == Task.id).where(Notice.id == notice_id, *in_inbox(actor))
    )
    if notice is None:
        raise NotFound("没有找到这条提醒。")
    if notice.read_at is None:
        notice.read_at = now
    return notice.link


def mark_all_read(session: Session, actor: Actor, *, up_to: int, now: datetime) -> int:
    """Note that the person has read all notices up to the id ``up_to``, what was on the page; returns how many were new.

    Only what the inbox shows: nobody has read what was cancelled or is out of sight.
    """
    shown = select(Notice.id).outerjoin(Task, Notice.task_id == Task.id).where(*in_inbox(actor))
    marked = session.scalars(
        update(Notice)
        .where(Notice.read_at.is_(None), Notice.id <= up_to, Notice.id.in_(shown))
        .values(read_at=now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(marked)
