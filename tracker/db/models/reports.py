"""Reports as filed and what was read in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.units import Unit
from tracker.db.models.users import User


class IntakeStatus(StrEnum):
    """How far the taking-in of an uploaded file has come."""

    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    NEEDS_ANSWER = "needs_answer"  # unit or year unclear or unexpected: a person must say


UNDER_WAY = (IntakeStatus.QUEUED, IntakeStatus.READING)
"""Uploads that wait for a run or are in one."""


class Intake(Base):
    """One uploaded file on its way to a report. ``step`` and ``message`` are the progress line."""

    __tablename__ = "intake"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    file_name: Mapped[str] = mapped_column(String(255))
    file_key: Mapped[str] = mapped_column(String(64))
    file_size: Mapped[int]
    report_year: Mapped[int | None]  # as chosen by the person, wins over what is read
    replaces: Mapped[bool] = mapped_column(default=False)  # the person said: this corrects the earlier version
    status: Mapped[IntakeStatus] = mapped_column(enum_column(IntakeStatus), index=True)
    step: Mapped[str] = mapped_column(String(40), default="")
    message: Mapped[str | None] = mapped_column(Text)
    reading: Mapped[JsonObject | None] = deferred(mapped_column(Json))  # kept while an answer is awaited
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    uploaded_by: Mapped[User] = relationship()


class Report(Base):
    """A report of one unit and year. The current version is the one not superseded.

    ``reading`` is everything taken from it in the form of ``tracker extract --json`` (without the text).
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    report_year: Mapped[int]
    plan_year: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    file_name: Mapped[str] = mapped_column(String(255))
    file_key: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int]
    content_digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the text as read
    reader: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = deferred(mapped_column(Text))
    reading: Mapped[JsonObject] = deferred(mapped_column(Json))
    notices: Mapped[list[str]] = mapped_column(Json, default=list)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"), index=True)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # no proposal left open

    unit: Mapped[Unit] = relationship()
    uploaded_by: Mapped[User] = relationship()

    __table_args__ = (
        Index(
            "uq_report__current",
            "unit_id",
            "report_year",
            unique=True,
            sqlite_where=sql("superseded_at IS NULL"),
            postgresql_where=sql("superseded_at IS NULL"),
        ),
        Index("ix_report__unit_id_content_digest", "unit_id", "content_digest"),
        Index("ix_report__plan_year_unit_id", "plan_year", "unit_id"),
        CheckConstraint("report_year BETWEEN 1990 AND 2200", name="report_year_sane"),
        CheckConstraint("plan_year BETWEEN 1990 AND 2200", name="plan_year_sane"),
    )
