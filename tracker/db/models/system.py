"""The audit log, settings people change at run time, calendar additions, and receipts of repeated requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime
from tracker.db.models.users import User


class AuditEntry(Base):
    """Who did what to which object, when and from where; only ever added. A task's history is its lines here.

    ``changes`` maps a field to ``[before, after]``. ``unit_path`` decides who may read the line.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    actor_name: Mapped[str] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(40))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int | None]
    unit_path: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str | None] = mapped_column(Text)
    changes: Mapped[JsonObject] = mapped_column(Json, default=dict)

    actor: Mapped[User | None] = relationship()

    __table_args__ = (
        Index("ix_audit_entry__object_type_object_id_id", "object_type", "object_id", "id"),
        Index("ix_audit_entry__at_id", "at", "id"),
        Index("ix_audit_entry__unit_path_id", "unit_path", "id"),
    )


class Setting(Base):
    """A threshold or policy an administrator has changed; what is not here has its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class CalendarDay(Base):
    """A day entered by an administrator: worked or free, whatever the library says."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(String(60), default="")


class RequestReceipt(Base):
    """A write that was done. The same form sent again finds its receipt and is sent to the same place."""

    __tablename__ = "request_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    location: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (UniqueConstraint("user_id", "key"),)
