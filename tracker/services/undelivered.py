"""What could not be delivered: told to the supervisors, listed with its reason, sent once more when a person says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import Message, MessageStatus, Notice, Task
from tracker.db.queries.undelivered import in_sight
from tracker.domain.errors import Forbidden, NotFound, RuleViolation
from tracker.domain.permissions import Actor, Role
from tracker.domain.reminders import CHANNEL_LABELS, Channel, NoticeKind
from tracker.services.audit import record
from tracker.services.notices import notify
from tracker.services.preferences import missing_for
from tracker.services.recipients import supervisors_of

PAGE = "/reminders/undelivered"


class NothingToSend(RuleViolation):
    """这封提醒已经重新发送或已处理，请刷新页面查看。"""


class NoAddress(RuleViolation):
    """收件人的账号已停用，或没有填写这个渠道要用的邮箱、电话，请先在账号中补上，再重新发送。"""


def tell_supervisors(session: Session, message_id: int, reason: str, *, now: datetime) -> None:
    """Put into the supervisors' inboxes that a person's reminders could not be delivered; once a message and reason."""
    session.flush()
    message = session.scalars(
        select(Message).where(Message.id == message_id).options(joinedload(Message.recipient))
    ).one()
    task = session.scalar(
        select(Task)
        .join(Notice, Notice.task_id == Task.id)
        .where(Notice.message_id == message_id)
        .order_by(Notice.id)
        .limit(1)
    )
    if task is None:
        return
    person = message.recipient
    notify(
        session,
        task,
        rule=f"undelivered:{message_id}:{message.attempts}",
        kind=NoticeKind.EVENT,
        title=f"提醒未能送达：{person.name}（{CHANNEL_LABELS[Channel(message.channel)]}）",
        reason=reason[:200],
        link=PAGE,
        channels=(Channel.INBOX,),
        recipients=[other for other in supervisors_of(session, task.lead_unit) if other.id != person.id],
        now=now,
    )


def send_again(session: Session, actor: Actor, message_id: int, *, now: datetime) -> Message:
    """Put a message that was given up back among those that go, under its Message-ID; attempts count anew.

    Raises NotFound out of sight, Forbidden for roles that look on, NothingToSend where it is not given up any more.
    """
    message = _get(session, actor, message_id)
    if message.status is not MessageStatus.FAILED:
        raise NothingToSend
    person = message.recipient
    if not person.is_active or missing_for(person, Channel(message.channel)):
        raise NoAddress
    failure = message.failure
    message.status, message.failure, message.failed_at = MessageStatus.PENDING, None, None
    message.attempts, message.lost, message.not_before, message.waiting_since = 0, 0, now, now
    session.flush()
    record(
        session,
        actor,
        "message.send_again",
        "message",
        message.id,
        unit_path=person.unit.path,
        summary=f"重新发送给{person.name}的提醒",
        changes={"failure": (failure.value if failure else None, None), "error": (message.last_error, None)},
        now=now,
    )
    return message


def set_aside(session: Session, actor: Actor, message_id: int, *, reason: str, now: datetime) -> Message:
    """Take a message off the list without sending it; the reason stays in its record."""
    message = _get(session, actor, message_id)
    if message.status is not MessageStatus.FAILED:
        raise NothingToSend
    if not reason.strip():
        raise RuleViolation("请填写不再发送的原因。", field="reason")
    before = message.last_error
    message.status = MessageStatus.CANCELLED
    message.last_error = f"{before}；不再发送：{reason.strip()[:200]}"
    session.flush()
    record(
        session,
        actor,
        "message.set_aside",
        "message",
        message.id,
        unit_path=message.recipient.unit.path,
        summary=f"不再发送给{message.recipient.name}的提醒",
        reason=reason.strip()[:200],
        now=now,
    )
    return message


def _get(session: Session, actor: Actor, message_id: int) -> Message:
    message = session.scalar(
        select(Message).where(Message.id == message_id, in_sight(actor)).with_for_update(of=Message)
    )
    if message is None:
        raise NotFound("没有找到这封提醒，或不在您的查看范围内。")
    if actor.role not in (Role.SUPERVISOR, Role.ADMIN):
        raise Forbidden
    return message
