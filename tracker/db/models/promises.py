"""What plans promised, kept for finding the same promise again: items by report, their sketches, and what is alike.

These rows follow the reading, not the proposals: merging, splitting, dismissing and correcting leave them as they are.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, UtcDateTime
from tracker.db.models.reports import Report
from tracker.db.models.units import Unit

WAITING = "compared_at IS NULL"


class PromiseRun(Base):
    """Whether a report's items have been compared; written with the report, so that none is ever forgotten."""

    __tablename__ = "promise_run"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0)
    compared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_promise_run__waiting", "report_id", sqlite_where=sql(WAITING), postgresql_where=sql(WAITING)),
    )


class Promise(Base):
    """One item of a report's plan. ``size`` counts its words beyond set phrases.

    ``written`` is 第几年写入: one more than the entries of ``earlier``, which are [plan year, promise id], the oldest first.
    ``task_id`` is the task the item became or, in a corrected report, had become before.
    """

    __tablename__ = "promise"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="SET NULL"), index=True)
    plan_year: Mapped[int]
    item_ref: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    start: Mapped[int]
    end: Mapped[int]
    size: Mapped[int]
    written: Mapped[int] = mapped_column(default=1)
    earlier: Mapped[list[list[int]]] = mapped_column(Json, default=list)

    report: Mapped[Report] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("report_id", "item_ref"),
        Index("ix_promise__unit_id_plan_year", "unit_id", "plan_year"),
        CheckConstraint('start >= 0 AND "end" > start', name="span_in_order"),
    )


class PromiseMark(Base):
    """One number of an item's sketch: the inverted index in which items that may be alike are found."""

    __tablename__ = "promise_mark"

    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class PromiseMatch(Base):
    """``share`` of one item's words stands in another one; there is a row each way.

    ``again``: both are the same unit's, in different years, and are the same promise. Otherwise the units differ (雷同).
    """

    __tablename__ = "promise_match"

    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("promise.id", ondelete="CASCADE"), primary_key=True, index=True)
    again: Mapped[bool]
    share: Mapped[float]

    __table_args__ = (
        CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_part"),
        {"sqlite_with_rowid": False},
    )
