"""What leaves the house: gather a day's notices into one message a person and channel, claim, hand over, mark.

A message is claimed with a lease and a token. Just before it goes to its channel that is noted (``handed_at``); only
then an attempt counts. Whoever ends between the hand-over and the mark leaves a message of which nobody knows whether it
arrived: it goes once more under the same Message-ID and says so in its record, and after a second time no more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    TextClause,
    and_,
    bindparam,
    case,
    cast,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from tracker.db.ignoring import insert_ignoring
from tracker.db.models import FailureKind, Message, MessageStatus, Notice, User
from tracker.db.queries.quiet import notices_to_send
from tracker.domain.calendar import local_date
from tracker.domain.reminders import Channel
from tracker.services.outdated import cancel_notices, hand_on
from tracker.services.policies import is_sending_day, load_delivery_book
from tracker.services.regathering import (
    HAS_EARLIER,
    UNDER_WAY,
    digest_prefix,
    is_digest_of,
    may_leave,
    moment_of,
    reopen_earlier,
)
from tracker.services.sending_hours import send_from
from tracker.services.undelivered import tell_supervisors

LEASE = timedelta(minutes=2)
BACK_OFF_MINUTES = (1, 2, 5, 15, 30, 60)
GIVE_UP_AFTER = timedelta(hours=72)
MOST_LOST = 2
FAR_AHEAD = timedelta(days=1)  # nothing is put off so long: the system's clock was set back
LOST_TWICE = "两次发送途中程序中断，无法确认是否送达，未再自动重发"
# In the words of the partial index, which answers nothing that is said otherwise.
WAITING = (sql("notice.message_id IS NULL AND notice.channel <> 'inbox' AND notice.cancelled_at IS NULL"),)
Conditions = tuple[ColumnElement[bool] | TextClause, ...]
# Statements that thousands of messages run go to the table itself: no session holds an object they would change.
_TABLE: Table = Message.__table__  # type: ignore[assignment]
_SOMETHING = select(or_(exists(select(Notice.id).where(*WAITING)), HAS_EARLIER))  # every round asks


def gather_digests(session: Session, *, now: datetime, channels: Collection[Channel] = (Channel.EMAIL,)) -> int:
    """Put the notices that wait into today's digest of each person and channel; returns how many notices were put in.

    Where today's digest has been on its way already, they wait for the next day's. What an earlier day's digest carries
    that was never tried waits again, one that certainly has not arrived is taken up into today's: one message, never a
    burst. What is for somebody for whom the day is quiet waits as well.
    """
    day = local_date(now)
    if not session.scalar(_SOMETHING, moment_of(now)) or not is_sending_day(session, day):
        return 0
    reopen_earlier(session, now=now)
    _hand_on_of_the_locked(session, now)
    quiet = notices_to_send(day, load_delivery_book(session))
    waiting: Conditions = (*WAITING, Notice.channel.in_(list(channels)), *quiet)
    wanted = session.execute(select(Notice.recipient_id, Notice.channel).where(*waiting).distinct()).all()
    if not wanted:
        return 0
    _insert_digests(session, [(row.recipient_id, Channel(row.channel)) for row in wanted], waiting, day, now)
    fresh = is_digest_of(day) & (Message.status == MessageStatus.PENDING) & (Message.attempts == 0)
    session.execute(select(Message.id).where(fresh).with_for_update())
    key = literal(digest_prefix(day)) + cast(Notice.recipient_id, String) + literal(":") + cast(Notice.channel, String)
    todays = select(Message.id).where(fresh, Message.dedupe_key == key).scalar_subquery()
    gathered = session.execute(
        update(Notice)
        .where(*waiting, todays.is_not(None))
        .values(message_id=todays)
        .execution_options(synchronize_session=False)
    )
    _take_up_earlier(session, fresh, day)
    return int(gathered.rowcount)  # type: ignore[attr-defined]


def _hand_on_of_the_locked(session: Session, now: datetime) -> None:
    ids = session.scalars(
        select(Notice.id).join(User, Notice.recipient_id == User.id).where(*WAITING, User.is_active.is_(False))
    ).all()
    if ids:
        hand_on(session, ids, now=now)
        cancel_notices(session, [(notice_id, "收件人的账号已停用") for notice_id in ids], now=now)


def _insert_digests(
    session: Session,
    wanted: list[tuple[int, Channel]],
    waiting: Conditions,
    day: date,
    now: datetime,
) -> None:
    hours = send_from(session, {recipient_id for recipient_id, _ in wanted}, day, waiting)
    rows = [
        {
            "dedupe_key": f"{digest_prefix(day)}{recipient_id}:{channel.value}",
            "recipient_id": recipient_id,
            "channel": channel,
            "status": MessageStatus.PENDING,
            "not_before": max(now, hours.get(recipient_id, now)),
            "attempts": 0,
            "header_id": f"<{secrets.token_hex(16)}@ledger>",
            "created_at": now,
            "waiting_since": now,
        }
        for recipient_id, channel in wanted
    ]
    insert_ignoring(session, Message, rows)
    if load_delivery_book(session).has_hours:
        _bring_forward(session, rows)


def _bring_forward(session: Session, rows: list[dict[str, Any]]) -> None:
    """Let a digest that waits for its hour go at an earlier one, where something now put into it is to leave by then."""
    session.connection().execute(
        update(_TABLE)
        .where(
            _TABLE.c.dedupe_key == bindparam("key"),
            _TABLE.c.not_before > bindparam("moment"),
            _TABLE.c.status == MessageStatus.PENDING,
            _TABLE.c.attempts == 0,
        )
        .values(not_before=bindparam("moment")),
        [{"key": row["dedupe_key"], "moment": row["not_before"]} for row in rows],
    )


def _take_up_earlier(session: Session, fresh: ColumnElement[bool], day: date) -> None:
    """Move what an earlier day's digest still carries into today's, where that one certainly did not arrive."""
    earlier = session.execute(
        select(Message.id, Message.recipient_id, Message.channel, Message.waiting_since)
        .where(
            UNDER_WAY,
            Message.status == MessageStatus.PENDING,
            Message.dedupe_key.like("digest:%"),
            Message.dedupe_key < digest_prefix(day),
            Message.handed_at.is_(None),
            Message.resends == 0,
        )
        .with_for_update()
    ).all()
    for row in earlier:
        todays = session.scalar(
            select(Message).where(fresh, Message.recipient_id == row.recipient_id, Message.channel == row.channel)
        )
        if todays is None:
            continue
        session.execute(
            update(Notice)
            .where(Notice.message_id == row.id)
            .values(message_id=todays.id)
            .execution_options(synchronize_session=False)
        )
        todays.waiting_since = min(todays.waiting_since, row.waiting_since)
        note = f"并入 {day} 的提醒一并发送"
        session.execute(
            update(Message).where(Message.id == row.id).values(status=MessageStatus.CANCELLED, last_error=note)
        )


def claim_messages(
    session: Session, *, now: datetime, limit: int = 20, channel: Channel = Channel.EMAIL
) -> tuple[str, list[int]]:
    """Take messages that may go now, with a lease; returns the lease's token and their ids.

    What was never tried leaves on its own day, if that is still one on which reminders go out; later it is gathered anew.
    A message whose sender died is taken again when its lease has ended; if that happened to it twice after the
    hand-over, it is given up instead.
    """
    token = secrets.token_hex(16)
    if not session.scalar(select(exists(select(Message.id).where(UNDER_WAY, Message.channel == channel)))):
        return token, []  # nearly every round: nothing more need be known, not even whether reminders go out today
    pending = and_(
        Message.status == MessageStatus.PENDING,
        or_(Message.not_before <= now, Message.not_before > now + FAR_AHEAD),
    )
    vanished = and_(
        Message.status == MessageStatus.SENDING,
        or_(Message.lease_until < now, Message.lease_until > now + 2 * LEASE),
    )
    ended = Message.lost + case((vanished & Message.handed_at.is_not(None), 1), else_=0)
    claimable = (
        select(Message.id, ended.label("lost"))
        .where(
            UNDER_WAY,
            Message.channel == channel,
            pending | vanished,
            may_leave(now, is_sending_day=is_sending_day(session, local_date(now))),
        )
        .order_by(Message.not_before, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(claimable).all()
    for row in rows:
        if row.lost >= MOST_LOST:
            _give_up(session, row.id, FailureKind.UNKNOWN, LOST_TWICE, now=now)
    taken = {row.id: row.lost for row in rows if row.lost < MOST_LOST}
    if taken:
        values = {"status": MessageStatus.SENDING, "token": token, "lease_until": now + LEASE}
        session.execute(update(Message).where(Message.id.in_(taken)).values(**values))
        once = [message_id for message_id, lost in taken.items() if lost]
        if once:
            session.execute(update(Message).where(Message.id.in_(once)).values(lost=1))
    return token, list(taken)


# What each message of thousands runs is put together once.
_HELD = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("message"),
        _TABLE.c.token == bindparam("holder"),
        _TABLE.c.status == MessageStatus.SENDING,
    )
    .returning(_TABLE.c.id)
)
_HAND_OVER = _HELD.values(
    handed_at=bindparam("now"),
    attempts=_TABLE.c.attempts + 1,
    resends=_TABLE.c.resends + case((_TABLE.c.handed_at.is_not(None), 1), else_=0),
    lease_until=bindparam("until"),
)
_SENT = _HELD.values(
    status=MessageStatus.SENT,
    subject=bindparam("subject"),
    body=bindparam("body"),
    address=bindparam("address"),
    sent_at=bindparam("now"),
    handed_at=None,
    last_error=None,
    lease_until=None,
    token=None,
)
_CANCELLED = _HELD.values(status=MessageStatus.CANCELLED, last_error=bindparam("reason"), lease_until=None, token=None)


def _still_ours(
    session: Session, statement: ReturningUpdate[Any], message_id: int, token: str, **values: object
) -> bool:
    """Run one of the statements above; False where the lease was lost meanwhile."""
    return session.execute(statement, {"message": message_id, "holder": token, **values}).scalar() is not None


def hand_over(session: Session, message_id: int, token: str, *, now: datetime) -> bool:
    """Note that a message goes to its channel now; False where the lease was lost meanwhile: then it must not go."""
    return _still_ours(session, _HAND_OVER, message_id, token, now=now, until=now + LEASE)


def release_messages(session: Session, ids: Collection[int], token: str) -> None:
    """Give claimed messages back untried: another time they go."""
    session.execute(
        update(Message)
        .where(Message.id.in_(ids), Message.token == token, Message.status == MessageStatus.SENDING)
        .values(status=MessageStatus.PENDING, token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def mark_sent(
    session: Session, message_id: int, token: str, *, subject: str, body: str, address: str, now: datetime
) -> bool:
    """Note that a message went; False where the lease was lost meanwhile and another sender has it."""
    return _still_ours(session, _SENT, message_id, token, subject=subject, body=body, address=address, now=now)


def mark_cancelled(session: Session, message_id: int, token: str, reason: str) -> bool:
    """Note that a message is not sent, and why; its notices stay in the inbox."""
    return _still_ours(session, _CANCELLED, message_id, token, reason=reason)


def mark_failed(
    session: Session,
    message_id: int,
    token: str,
    reason: str,
    *,
    retryable: bool,
    now: datetime,
    uncertain: bool = False,
    address: str | None = None,
) -> FailureKind | None:
    """Note a failure: tried again after a while, or given up when it cannot help or three days have passed.

    ``uncertain``: it may have arrived all the same. Returns why it was given up, or None.
    """
    message = session.get_one(Message, message_id, populate_existing=True)
    if message.token != token or message.status is not MessageStatus.SENDING:
        return None
    message.address = address or message.address
    message.handed_at = message.handed_at if uncertain else None
    failure = FailureKind.REFUSED if not retryable else None
    if failure is None and now - message.waiting_since >= GIVE_UP_AFTER:
        failure = FailureKind.GAVE_UP
    if failure is not None:
        _give_up(session, message_id, failure, reason, now=now)
        return failure
    minutes = BACK_OFF_MINUTES[min(max(message.attempts, 1), len(BACK_OFF_MINUTES)) - 1]
    message.status, message.last_error = MessageStatus.PENDING, reason
    message.not_before = now + timedelta(minutes=minutes)
    message.lease_until = message.token = None
    session.flush()
    return None


def _give_up(session: Session, message_id: int, failure: FailureKind, reason: str, *, now: datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(
            status=MessageStatus.FAILED, failure=failure, failed_at=now, last_error=reason, lease_until=None, token=None
        )
    )
    tell_supervisors(session, message_id, reason, now=now)
