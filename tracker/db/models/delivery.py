"""How reminders reach people: exceptions to the steps, what each person has set, calendar feeds, 督办单."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime
from tracker.db.models.tasks import Task
from tracker.db.models.units import Unit
from tracker.db.models.users import User


class ReminderOverride(Base):
    """Other steps for the tasks of a branch of units, of a level, or of both; what it does not name is inherited."""

    __tablename__ = "reminder_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    level: Mapped[str | None] = mapped_column(String(10))
    values: Mapped[JsonObject] = mapped_column(Json, default=dict)  # of ReminderPolicy's fields, as typed
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (UniqueConstraint("unit_id", "level"),)


class Preference(Base):
    """What a person has set: channels, the hour of the digest, and who stands in during an absence."""

    __tablename__ = "preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[list[str] | None] = mapped_column(Json)  # besides the inbox; None: the usual ones
    hour: Mapped[str | None] = mapped_column(String(5))
    absent_from: Mapped[date | None]
    absent_until: Mapped[date | None]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    deputy: Mapped[User | None] = relationship(foreign_keys=[deputy_id])


class CalendarFeed(Base):
    """A private address of deadlines for calendar programs. Only the token's digest is stored."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))  # None: the person's own
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
    unit: Mapped[Unit | None] = relationship()


class SupervisionSlip(Base):
    """督办单: the document of an escalation, numbered within its area, kind and year; its unit confirms the receipt."""

    __tablename__ = "supervision_slip"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))  # who issues it
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))  # whom it goes to
    rung: Mapped[str] = mapped_column(String(10))  # yellow or red: the step of the ladder
    colour: Mapped[str] = mapped_column(String(10))  # what it is called: 黄单, 红单 …
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))
    due_version: Mapped[int]
    due_on: Mapped[date]
    days_late: Mapped[int]  # working days
    issued_on: Mapped[date]
    task_number: Mapped[str] = mapped_column(String(60))
    task_title: Mapped[str] = mapped_column(String(300))
    task_wording: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    received_by_name: Mapped[str | None] = mapped_column(String(40))
    receipt_note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    area: Mapped[Unit] = relationship(foreign_keys=[area_id])
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])

    __table_args__ = (
        UniqueConstraint("task_id", "rung", "due_version"),
        UniqueConstraint("area_id", "rung", "year", "serial"),
        Index("ix_supervision_slip__unit_id_id", "unit_id", "id"),
    )
