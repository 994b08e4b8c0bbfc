"""Sends what may go now: claim, check again, hand over, send outside any transaction, mark."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.channels.base import Attachment, DeliveryError, OpenChannel, OutgoingMessage
from tracker.domain.reminders import CHANNEL_LABELS, Channel
from tracker.runtime import Runtime
from tracker.services.channels import channels_in_use
from tracker.services.circuits import allowance, note_fault, note_given, note_success
from tracker.services.digests import Digest, calendar_of, compose_digest
from tracker.services.holds import open_hold
from tracker.services.outbox import claim_messages, hand_over, mark_cancelled, mark_failed, mark_sent, release_messages
from tracker.services.outdated import cancel_notices, hand_on, note_carried

log = logging.getLogger(__name__)

CLAIM = 20
MARK_WAITS = (0.2, 0.5, 1, 2, 4, 8, 15, 30)  # seconds between attempts to note what happened; less than a lease
WELL_FOR = timedelta(minutes=1)  # so long that a channel works need not be noted again
Result = TypeVar("Result")


@dataclass(slots=True)
class Tally:
    """What a round of sending came to."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(slots=True)
class Courier:
    """Carries the messages of one channel in one round."""

    runtime: Runtime
    channel: Channel
    opened: OpenChannel
    tally: Tally = field(default_factory=Tally)
    _well_since: datetime | None = None
    _to_note: Callable[[Session], None] = field(default_factory=lambda: _nothing)

    def deliver_all(self) -> Tally:
        """Send until nothing is left that may go now, or the channel's circuit opens."""
        try:
            while self._deliver_some():
                pass
        finally:
            self.opened.sender.close()
        return self.tally

    def _deliver_some(self) -> bool:
        now = self.runtime.now()
        with self._writing() as session:
            number = allowance(session, self.channel, self.opened.limits, now=now, most=CLAIM)
            token, ids = claim_messages(session, now=now, limit=number, channel=self.channel) if number else ("", [])
            if ids:
                note_given(session, self.channel, len(ids), now=now)
        try:
            for position, message_id in enumerate(ids):
                if not self._deliver(message_id, token):
                    with self._writing() as session:
                        release_messages(session, ids[position + 1 :], token)
                    return False
        finally:
            self._note_last()
        return bool(ids)

    def _deliver(self, message_id: int, token: str) -> bool:
        """Send one message; False where the circuit has opened."""
        settings = self.runtime.settings
        with self.runtime.database.reading() as session:
            digest = compose_digest(session, message_id, base_url=settings.base_url, product_name=settings.product_name)
        unreachable = self.opened.needs_address and not digest.address
        if digest.lines == 0 or unreachable:
            self._drop(message_id, token, digest, self._no_address() if digest.lines else "没有仍需提醒的事项")
            return True
        if not stubbornly(lambda: self._hand_over(message_id, token)):
            return True  # another sender has it by now
        try:
            self._send(digest)
        except DeliveryError as error:
            self.tally.failed += 1
            log.warning("message %s was not delivered: %s", message_id, error.reason)
            failure = error
        else:
            self._to_note = lambda session: self._note_sent(session, message_id, token, digest)
            self.tally.sent += 1
            return True
        return not stubbornly(lambda: self._note_failure(message_id, token, digest, failure))

    def _send(self, digest: Digest) -> None:
        """Send one message; a fault of our own is no reason to keep the other messages waiting."""
        try:
            self.opened.sender.send(self._envelope(digest))
        except (DeliveryError, MemoryError):
            raise
        except Exception as error:
            log.exception("a message could not be sent, by a fault of this program")
            reason = f"发送程序出错：{type(error).__name__}"
            raise DeliveryError(reason, retryable=True, uncertain=True) from error

    def _no_address(self) -> str:
        return "收件人没有填写邮箱" if self.channel is Channel.EMAIL else "收件人没有填写电话"

    def _hand_over(self, message_id: int, token: str) -> bool:
        """Note that the one before went and that this one goes now: one commit for both."""
        with self._writing() as session:
            self._to_note(session)
            handed = hand_over(session, message_id, token, now=self.runtime.now())
        self._to_note = _nothing
        return handed

    def _note_last(self) -> None:
        def note() -> None:
            with self._writing() as session:
                self._to_note(session)

        if self._to_note is not _nothing:
            stubbornly(note)
            self._to_note = _nothing

    def _envelope(self, digest: Digest) -> OutgoingMessage:
        settings = self.runtime.settings
        events = calendar_of(
            digest, base_url=settings.base_url, product_name=settings.product_name, now=self.runtime.now()
        )
        attached = () if events is None else (Attachment("新任务时限.ics", "text/calendar", events),)
        return OutgoingMessage(
            digest.address, digest.name, digest.subject, digest.body, digest.header_id, digest.html, attached
        )

    def _drop(self, message_id: int, token: str, digest: Digest, reason: str) -> None:
        with self._writing() as session:
            mark_cancelled(session, message_id, token, reason)
            self._leave_out(session, digest)
        self.tally.dropped += 1

    def _note_sent(self, session: Session, message_id: int, token: str, digest: Digest) -> None:
        now, subject = self.runtime.now(), digest.subject[:300]
        self._leave_out(session, digest)
        note_carried(session, digest.carried)
        mark_sent(session, message_id, token, subject=subject, body=digest.body, address=digest.address, now=now)
        if self._well_since is None or now - self._well_since >= WELL_FOR:
            note_success(session, self.channel, now=now)
            self._well_since = now

    def _note_failure(self, message_id: int, token: str, digest: Digest, error: DeliveryError) -> bool:
        now = self.runtime.now()
        with self._writing() as session:
            mark_failed(
                session,
                message_id,
                token,
                error.reason,
                retryable=error.retryable,
                uncertain=error.uncertain,
                address=digest.address,
                now=now,
            )
            if error.of_channel:
                self._well_since = None
                return note_fault(session, self.channel, self.opened.limits, error.reason, now=now)
        return False

    def _leave_out(self, session: Session, digest: Digest) -> None:
        now = self.runtime.now()
        if digest.orphaned:
            hand_on(session, digest.orphaned, now=now)
        if digest.dropped:
            cancel_notices(session, digest.dropped, now=now)

    def _writing(self) -> Session:
        return self.runtime.database.writing.begin()  # type: ignore[return-value]


def _nothing(_session: Session) -> None:
    """Nothing waits to be noted."""


def send_messages(runtime: Runtime, channels: Mapping[Channel, OpenChannel] | None = None) -> str:
    """Send what may go now over each channel in use; one message at a time, outside any transaction."""
    with runtime.database.reading() as session:
        if open_hold(session) is not None:
            return "系统时间待确认，暂停发送"
        in_use = channels_in_use(session, runtime.settings) if channels is None else channels
    if not in_use:
        return "邮件未启用"
    parts = []
    for channel, opened in in_use.items():
        tally = Courier(runtime, channel, opened).deliver_all()
        parts.append(f"{CHANNEL_LABELS[channel]}发出 {tally.sent} 封，未发出 {tally.failed + tally.dropped} 封")
    return "；".join(parts)


def stubbornly(action: Callable[[], Result]) -> Result:
    """Run what notes a fact that cannot be undone, again and again while the database cannot take it."""
    for seconds in MARK_WAITS:
        try:
            return action()
        except DBAPIError:
            log.exception("the outcome of a message could not be noted; once more in %s s", seconds)
            time.sleep(seconds)
    return action()
