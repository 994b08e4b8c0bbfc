"""What a digest says at the moment it is sent: only what still applies and what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db.models import Message, Notice, Task, User
from tracker.db.queries.notices import may_see_notice
from tracker.domain.digests import DigestLine, digest_subject, digest_text
from tracker.domain.reminders import NoticeKind
from tracker.domain.tasks import OPEN, WORKING, TaskStatus
from tracker.services.reminders import recipient_of

STILL_APPLIES: dict[NoticeKind, frozenset[TaskStatus]] = {
    NoticeKind.OVERDUE: WORKING | {TaskStatus.ASSIGNED},
    NoticeKind.DUE_TODAY: WORKING | {TaskStatus.ASSIGNED},
    NoticeKind.DUE_SOON: WORKING | {TaskStatus.ASSIGNED},
    NoticeKind.SIGNING: frozenset({TaskStatus.ASSIGNED}),
    NoticeKind.REVIEW: frozenset({TaskStatus.IN_REVIEW}) | WORKING,
    NoticeKind.EVENT: frozenset(TaskStatus),
}


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to send, or (``lines`` 0) the reason why there is none. ``dropped`` are notices that no longer apply."""

    address: str
    name: str
    subject: str
    body: str
    header_id: str
    lines: int
    dropped: tuple[int, ...] = ()


def compose_digest(session: Session, message_id: int, *, base_url: str, product_name: str) -> Digest:
    """Write the digest of a claimed message from its notices as they stand now."""
    person = recipient_of(session, message_id)
    header_id = session.scalars(select(Message.header_id).where(Message.id == message_id)).one()
    rows = session.execute(
        select(Notice, Task)
        .outerjoin(Task, Notice.task_id == Task.id)
        .where(Notice.message_id == message_id, Notice.cancelled_at.is_(None))
        .order_by(Notice.id)
    ).all()
    visible = _visible(session, person, [notice.id for notice, _ in rows])
    lines, dropped = [], []
    for notice, task in rows:
        if person.is_active and _applies(notice, task, visible):
            kind = NoticeKind(notice.kind)
            lines.append(DigestLine(kind, notice.title, notice.reason, f"{base_url}{notice.link}"))
        else:
            dropped.append(notice.id)
    return Digest(
        address=person.email or "",
        name=person.name,
        subject=digest_subject(lines, product_name) if lines else "",
        body=digest_text(person.name, lines, product_name) if lines else "",
        header_id=header_id,
        lines=len(lines),
        dropped=tuple(dropped),
    )


def cancel_notices(session: Session, notice_ids: tuple[int, ...], *, reason: str, now: datetime) -> None:
    """Note that notices were not sent, and why."""
    if notice_ids:
        session.execute(
            update(Notice).where(Notice.id.in_(notice_ids)).values(cancelled_at=now, cancelled_reason=reason)
        )


def _visible(session: Session, person: User, notice_ids: list[int]) -> frozenset[int]:
    """Return those of the notices whose task or report the person may see today."""
    if not notice_ids:
        return frozenset()
    query = select(Notice.id).outerjoin(Task, Notice.task_id == Task.id).where(Notice.id.in_(notice_ids))
    return frozenset(session.scalars(query.where(may_see_notice(person.as_actor()))))


def _applies(notice: Notice, task: Task | None, visible: frozenset[int]) -> bool:
    if notice.id not in visible:
        return False
    if task is None:
        return True  # what was done to a report stays done
    if task.status not in STILL_APPLIES[NoticeKind(notice.kind)]:
        return False
    timed = NoticeKind(notice.kind) is not NoticeKind.EVENT and task.status in OPEN
    return not (timed and task.extension_pending and notice.kind != NoticeKind.REVIEW)
