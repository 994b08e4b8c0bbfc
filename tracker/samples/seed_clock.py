"""The clock in the sample county's past: the rounds of reminders, the digests that went out, the inboxes that were read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select, update

from tracker.db.models import Alarm, Message, MessageStatus, Notice
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.reminders import Channel
from tracker.samples.seed_world import World
from tracker.services.digests import compose_digest
from tracker.services.outbox import claim_messages, gather_digests, hand_over, mark_cancelled, mark_sent
from tracker.services.outdated import cancel_notices
from tracker.services.reminders import BATCH, plan_reminders_batch

ROUND = time(8, 30)
READ_AFTER = timedelta(days=2)  # people look into their inbox about that often


def round_at(day: date) -> datetime:
    """Return the moment of a day's round of reminders."""
    return datetime.combine(day, ROUND, LOCAL_ZONE)


def remind(world: World, now: datetime) -> None:
    """Run the round of one working day, where some appointment has come."""
    first = world.session.scalar(select(func.min(Alarm.fire_on)))
    if first is None or first > now.date():
        return
    dealt_with = BATCH
    while dealt_with == BATCH:  # fewer were the last
        batch = plan_reminders_batch(world.session, now=now)
        if batch.failed:
            raise RuntimeError(f"the sample's reminders of {batch.failed} could not be worked out")
        dealt_with = batch.alarms


def send_digests(world: World, now: datetime, *, base_url: str, product_name: str) -> None:
    """Gather the day's digests and note them as sent a minute later, each with what it said."""
    session = world.session
    if not gather_digests(session, now=now):
        return
    sent_at = now + timedelta(minutes=1)
    while True:
        token, ids = claim_messages(session, now=now, limit=500)
        if not ids:
            return
        for message_id in ids:
            digest = compose_digest(session, message_id, base_url=base_url, product_name=product_name)
            cancel_notices(session, digest.dropped, now=sent_at)
            if digest.lines == 0:
                mark_cancelled(session, message_id, token, "没有仍需提醒的事项")
                continue
            hand_over(session, message_id, token, now=sent_at)
            text = {"subject": digest.subject, "body": digest.body, "address": digest.address}
            mark_sent(session, message_id, token, now=sent_at, **text)


def read_inboxes(world: World, now: datetime) -> None:
    """Note that what has lain in the inboxes for two days was read this morning."""
    world.session.execute(
        update(Notice)
        .where(
            Notice.channel == Channel.INBOX,
            Notice.read_at.is_(None),
            Notice.cancelled_at.is_(None),
            Notice.created_at <= now - READ_AFTER,
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def count_sent(world: World) -> int:
    """Return how many digests have gone out."""
    query = select(func.count()).select_from(Message).where(Message.status == MessageStatus.SENT)
    return world.session.scalar(query) or 0
