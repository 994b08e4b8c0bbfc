"""The clock's rows: alarms, notices, outgoing messages, heartbeats and runs.

An *alarm* is a task's next appointment on one ladder (deadline, signing). A *notice* is one reminder event for one
person on one channel; its unique key is what makes a second round add nothing. A *message* is an envelope that
leaves the house (a day's digest by e-mail); the inbox needs none, a notice is delivered there by being a row.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, UtcDateTime, enum_column
from tracker.db.models.reports import Report
from tracker.db.models.tasks import Task
from tracker.db.models.users import User
from tracker.domain.reminders import Channel, Ladder, NoticeKind


class MessageStatus(StrEnum):
    """How far an outgoing message has come."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FailureKind(StrEnum):
    """Why a message was given up; labels in FAILURE_LABELS."""

    REFUSED = "refused"  # the far end said never
    GAVE_UP = "gave_up"  # tried for three days
    UNKNOWN = "unknown"  # twice nobody learnt whether it arrived


FAILURE_LABELS: dict[FailureKind, str] = {
    FailureKind.REFUSED: "对方拒收",
    FailureKind.GAVE_UP: "多次未成，已停止重试",
    FailureKind.UNKNOWN: "结果不明，未再重发",
}


class Alarm(Base):
    """The next appointment of a task on one ladder; moved in the same transaction as what it depends on."""

    __tablename__ = "alarm"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    ladder: Mapped[Ladder] = mapped_column(enum_column(Ladder), primary_key=True)
    fire_on: Mapped[date] = mapped_column(index=True)
    since: Mapped[date]  # the day the clock began: earlier steps never applied

    task: Mapped[Task] = relationship()


class Notice(Base):
    """One reminder event for one person on one channel: on a task, or (``task_id`` None) on a whole report."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(60))  # e.g. before:7, overdue:3, signing, urge:15, returned:2
    due_version: Mapped[int] = mapped_column(default=0)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    slot: Mapped[date]  # the day it belongs to
    step_on: Mapped[date | None]  # the day its step fell on; earlier than ``slot``: made up for after an outage (补发)
    title: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(300), default="")  # why this person gets it
    link: Mapped[str] = mapped_column(String(300), default="")  # a local path
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_reason: Mapped[str | None] = mapped_column(String(200))

    task: Mapped[Task | None] = relationship()
    report: Mapped[Report | None] = relationship()
    recipient: Mapped[User] = relationship()

    __table_args__ = (
        UniqueConstraint("task_id", "rule", "due_version", "recipient_id", "channel"),
        CheckConstraint("task_id IS NOT NULL OR report_id IS NOT NULL", name="about_something"),
        Index(
            "uq_notice__report",
            "report_id",
            "rule",
            "recipient_id",
            "channel",
            unique=True,
            sqlite_where=sql("task_id IS NULL"),
            postgresql_where=sql("task_id IS NULL"),
        ),
        Index("ix_notice__recipient_id_channel_id", "recipient_id", "channel", "id"),
        # Without what nobody looks for by it, so that what waits is found among what waits alone (``services.outbox``).
        Index(
            "ix_notice__message_id",
            "message_id",
            sqlite_where=sql("message_id IS NOT NULL"),
            postgresql_where=sql("message_id IS NOT NULL"),
        ),
        Index(
            "ix_notice__waiting_for_digest",
            "recipient_id",
            "channel",
            sqlite_where=sql("message_id IS NULL AND channel <> 'inbox' AND cancelled_at IS NULL"),
            postgresql_where=sql("message_id IS NULL AND channel <> 'inbox' AND cancelled_at IS NULL"),
        ),
        Index(
            "ix_notice__unread",
            "recipient_id",
            sqlite_where=sql("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
            postgresql_where=sql("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
        ),
    )


class Message(Base):
    """An envelope that leaves the house. Subject and body are written when it is sent and kept as proof."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    address: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(enum_column(MessageStatus))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token: Mapped[str | None] = mapped_column(String(32))  # of the sender that holds the lease
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # given to the channel, outcome not yet known
    resends: Mapped[int] = mapped_column(default=0)  # how often it went again though the time before may have arrived
    lost: Mapped[int] = mapped_column(default=0)  # how often its sender ended between handing it over and noting so
    header_id: Mapped[str] = mapped_column(String(120), unique=True)  # Message-ID, fixed for all attempts
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)  # the oldest of what it carries; for giving up
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[FailureKind | None] = mapped_column(enum_column(FailureKind))

    recipient: Mapped[User] = relationship()

    __table_args__ = (
        Index(
            "ix_message__pending",
            "not_before",
            sqlite_where=sql("status IN ('pending', 'sending')"),
            postgresql_where=sql("status IN ('pending', 'sending')"),
        ),
        Index(
            "ix_message__failed",
            "failed_at",
            sqlite_where=sql("status = 'failed'"),
            postgresql_where=sql("status = 'failed'"),
        ),
    )


class Beat(Base):
    """What is alive: the clock (``clock``, with the last day a round has done) and each job (``job:remind`` …).

    The clock's ``fence`` rises with every change of leader: who finds another's there leads no longer.
    """

    __tablename__ = "beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(80))
    fence: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of a job: when it last came to its end
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_until: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    last_error: Mapped[str | None] = mapped_column(Text)


class JobRun(Base):
    """The first run of a job for one slot, a day's round of reminders for instance, as proof that it was held."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    slot: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("name", "slot"),)


class ChannelState(Base):
    """How a channel does: its circuit breaker and its rate, shared by all clocks."""

    __tablename__ = "channel_state"

    channel: Mapped[Channel] = mapped_column(enum_column(Channel), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # of the channel itself, in a row
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing is tried before (熔断)
    last_error: Mapped[str | None] = mapped_column(Text)
    last_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_start: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the minute counted for the rate
    window_count: Mapped[int] = mapped_column(default=0)


class ClockHold(Base):
    """A leap of the system's clock: reminders stand still until a person confirms the time or it is set right."""

    __tablename__ = "clock_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    note: Mapped[str | None] = mapped_column(String(200))
