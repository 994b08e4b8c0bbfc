"""What a digest says at the moment it is sent: only what still applies and what its reader may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.db.models import Message, Notice, Task, User
from tracker.db.queries.notices import SEEN_BY_READER, reader_of
from tracker.domain.digests import DigestLine, Reminded, digest_html, digest_subject, digest_text, superseded
from tracker.domain.reminders import Channel, NoticeKind, circle_of
from tracker.exports.deadline_events import DeadlineEvent, deadline_calendar
from tracker.services.outdated import objection

NEW_DEADLINES = ("assigned:", "owner:", "extension_approved:")  # events after which a deadline is new to its reader
DISABLED = "收件人的账号已停用"
UNSEEN = "收件人已看不到这项任务"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to send, or (``lines`` 0) none: the notices it carries, and those left out, each with its reason."""

    address: str
    name: str
    subject: str
    body: str
    html: str
    header_id: str
    lines: int
    carried: tuple[int, ...] = ()
    dropped: tuple[tuple[int, str], ...] = ()
    orphaned: tuple[int, ...] = ()  # of those left out: others must learn of them, since their reader is gone
    events: tuple[DeadlineEvent, ...] = ()


Row = tuple[Notice, Task | None]
"""A notice and its task; None where it is about a whole report."""


# What each message of thousands runs is put together once.
_MESSAGE = (
    select(Message.channel, Message.header_id, User)
    .join(User, Message.recipient_id == User.id)
    .where(Message.id == bindparam("message"))
)
_NOTICES = (
    select(Notice, Task, SEEN_BY_READER.label("seen"))
    .outerjoin(Task, Notice.task_id == Task.id)
    .where(Notice.message_id == bindparam("message"), Notice.cancelled_at.is_(None))
    .order_by(Notice.id)
)


def compose_digest(session: Session, message_id: int, *, base_url: str, product_name: str) -> Digest:
    """Write the digest of a claimed message from its notices as they stand now."""
    channel, header_id, person = session.execute(_MESSAGE, {"message": message_id}).one()
    found = session.execute(_NOTICES, {"message": message_id, **reader_of(person.as_actor())}).all()
    rows: list[Row] = [(notice, task) for notice, task, _ in found]
    dropped = _dropped(person, rows, seen={notice.id for notice, _, seen in found if seen})
    kept = [(notice, task) for notice, task in rows if notice.id not in dropped]
    lines = [_line(notice, task, base_url) for notice, task in kept]
    return Digest(
        address=(person.email if channel == Channel.EMAIL else person.phone) or "",
        name=person.name,
        subject=digest_subject(lines, product_name) if lines else "",
        body=digest_text(person.name, lines, product_name) if lines else "",
        html=digest_html(person.name, lines, product_name) if lines else "",
        header_id=header_id,
        lines=len(lines),
        carried=tuple(notice.id for notice, _ in kept),
        dropped=tuple(dropped.items()),
        orphaned=tuple(notice.id for notice, _ in rows if _is_orphaned(notice, dropped.get(notice.id))),
        events=_events(kept, base_url),
    )


def _is_orphaned(notice: Notice, reason: str | None) -> bool:
    """Say whether a notice lost its reader: a disabled account, or one moved out of sight of what it is reminded of."""
    return reason == DISABLED or (reason == UNSEEN and circle_of(notice.rule) is not None)


def calendar_of(digest: Digest, *, base_url: str, product_name: str, now: datetime) -> bytes | None:
    """Return the calendar file of the digest's new deadlines; None where there are none."""
    if not digest.events:
        return None
    host = urlsplit(base_url).hostname or "ledger"
    return deadline_calendar(digest.events, host=host, product_name=product_name, now=now)


def _line(notice: Notice, task: Task | None, base_url: str) -> DigestLine:
    made_up = notice.step_on is not None and notice.step_on < notice.slot
    due_on = task.due_on if task is not None else None
    return DigestLine(NoticeKind(notice.kind), notice.title, notice.reason, f"{base_url}{notice.link}", due_on, made_up)


def _dropped(person: User, rows: Sequence[Row], seen: Collection[int]) -> dict[int, str]:
    """Return what is left out of the digest, by notice, with the reason; ``seen``: what its reader may see today."""
    if not person.is_active:
        return {notice.id: DISABLED for notice, _ in rows}
    found: dict[int, str] = {}
    for notice, task in rows:
        reason = UNSEEN if notice.id not in seen else None
        if reason is None and task is not None:  # what was done to a report stays done
            reason = objection(notice, task)
        if reason is not None:
            found[notice.id] = reason
    remaining = [
        Reminded(notice.id, notice.task_id, notice.rule, notice.step_on or notice.slot)
        for notice, task in rows
        if notice.id not in found and task is not None and notice.task_id is not None
    ]
    return found | dict.fromkeys(superseded(remaining), "已由更新的提醒代替")


def _events(rows: Sequence[Row], base_url: str) -> tuple[DeadlineEvent, ...]:
    new = {task.id: task for notice, task in rows if task is not None and notice.rule.startswith(NEW_DEADLINES)}
    return tuple(
        DeadlineEvent(
            task.id,
            f"{task.number or ''} {task.title}".strip(),
            task.due_on,
            f"{base_url}/tasks/{task.id}",
            task.due_version,
        )
        for task in new.values()
        if task.due_on is not None
    )
