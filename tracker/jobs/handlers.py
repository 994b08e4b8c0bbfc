"""What the clock does: thin, idempotent, one small transaction at a time."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.channels.base import DeliveryError, MessageChannel, OutgoingMessage
from tracker.channels.email import email_channel
from tracker.db.models import Beat, RequestReceipt, SignInAttempt, WebSession
from tracker.domain.calendar import LOCAL_ZONE
from tracker.runtime import Runtime
from tracker.services.digests import Digest, cancel_notices, compose_digest
from tracker.services.reminders import (
    claim_messages,
    gather_digests,
    mark_cancelled,
    mark_failed,
    mark_sent,
    plan_reminders_batch,
)

log = logging.getLogger(__name__)

RECEIPTS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)


def beat(runtime: Runtime, holder: str, *, done_until: date | None = None) -> None:
    """Note that the clock is alive."""
    with runtime.database.writing.begin() as session:
        _beat(session, "clock", holder, runtime.now(), done_until)


def plan_reminders(runtime: Runtime) -> str:
    """Plan what is due today, batch by batch, and gather the day's digests."""
    alarms = notices = 0
    while True:
        with runtime.database.writing.begin() as session:
            batch = plan_reminders_batch(session, now=runtime.now())
        alarms, notices = alarms + batch.alarms, notices + batch.notices
        if batch.alarms == 0:
            break
    gathered = 0
    if email_channel(runtime.settings.mail) is not None:
        with runtime.database.writing.begin() as session:
            gathered = gather_digests(session, now=runtime.now())
    return f"到点任务 {alarms} 项，新增提醒 {notices} 条，并入邮件 {gathered} 条"


def send_messages(runtime: Runtime) -> str:
    """Send what may go now; one message at a time outside any transaction."""
    channel = email_channel(runtime.settings.mail)
    if channel is None:
        return "邮件未启用"
    sent = failed = 0
    while True:
        with runtime.database.writing.begin() as session:
            token, ids = claim_messages(session, now=runtime.now())
        if not ids:
            return f"发出邮件 {sent} 封，未发出 {failed} 封"
        for message_id in ids:
            if _send_one(runtime, channel, message_id, token):
                sent += 1
            else:
                failed += 1


def _send_one(runtime: Runtime, channel: MessageChannel, message_id: int, token: str) -> bool:
    settings = runtime.settings
    with runtime.database.reading() as session:
        digest = compose_digest(session, message_id, base_url=settings.base_url, product_name=settings.product_name)
    if digest.lines == 0 or not digest.address:
        with runtime.database.writing.begin() as session:
            reason = "没有仍需提醒的事项" if digest.address else "收件人没有邮箱"
            mark_cancelled(session, message_id, token, reason)
            cancel_notices(session, digest.dropped, reason="发送时已不适用", now=runtime.now())
        return False
    try:
        channel.send(OutgoingMessage(digest.address, digest.name, digest.subject, digest.body, digest.header_id))
    except DeliveryError as error:
        log.warning("message %s was not delivered: %s", message_id, error.reason)
        with runtime.database.writing.begin() as session:
            mark_failed(session, message_id, token, error.reason, retryable=error.retryable, now=runtime.now())
        return False
    return _note_sent(runtime, digest, message_id, token)


def _note_sent(runtime: Runtime, digest: Digest, message_id: int, token: str) -> bool:
    now = runtime.now()
    with runtime.database.writing.begin() as session:
        cancel_notices(session, digest.dropped, reason="发送时已不适用", now=now)
        return mark_sent(
            session, message_id, token, subject=digest.subject, body=digest.body, address=digest.address, now=now
        )


def clean_up(runtime: Runtime) -> str:
    """Delete browser sessions, receipts and failed sign-ins that are past their time."""
    now, settings = runtime.now(), runtime.settings
    with runtime.database.writing.begin() as session:
        gone = session.scalars(
            delete(WebSession)
            .where(
                (WebSession.last_seen_at < now - timedelta(minutes=settings.session_idle_minutes))
                | (WebSession.created_at < now - timedelta(hours=settings.session_absolute_hours))
            )
            .returning(WebSession.id)
        ).all()
        session.execute(delete(RequestReceipt).where(RequestReceipt.created_at < now - RECEIPTS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPTS_KEPT))
    return f"清理过期登录 {len(gone)} 个"


def is_after(runtime: Runtime, hour: int, minute: int) -> bool:
    """Say whether the local time of day has reached ``hour``:``minute``."""
    local = runtime.now().astimezone(LOCAL_ZONE)
    return (local.hour, local.minute) >= (hour, minute)


def _beat(session: Session, name: str, holder: str, now: datetime, done_until: date | None) -> None:
    row = session.scalar(select(Beat).where(Beat.name == name).with_for_update())
    if row is None:
        session.add(Beat(name=name, holder=holder, last_at=now, done_until=done_until))
        return
    row.holder, row.last_at = holder, now
    if done_until is not None:
        row.done_until = done_until
