"""The year-end reconciliation: a sheet per unit and year, a line per task."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.tasks import Task
from tracker.db.models.units import Unit
from tracker.db.models.users import User
from tracker.domain.reconciliation import Verdict


class ReconciliationSheet(Base):
    """The reconciliation of one unit's plan year. Once locked, ``snapshot`` is what was signed and nothing moves.

    ``unplanned`` maps the key of an unplanned achievement to its explanation. ``unit_confirmed_digest`` tells whether
    what the unit confirmed is still what stands.
    """

    __tablename__ = "reconciliation_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    plan_year: Mapped[int]
    unit_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    unit_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit_confirmed_digest: Mapped[str | None] = mapped_column(String(64))
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_on: Mapped[date | None]
    unplanned: Mapped[JsonObject | None] = mapped_column(Json)
    snapshot: Mapped[JsonObject | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship()
    unit_confirmed_by: Mapped[User | None] = relationship(foreign_keys=[unit_confirmed_by_id])
    locked_by: Mapped[User | None] = relationship(foreign_keys=[locked_by_id])
    lines: Mapped[list[ReconciliationLine]] = relationship(order_by="ReconciliationLine.id", viewonly=True)

    __table_args__ = (UniqueConstraint("unit_id", "plan_year"),)


class ReconciliationLine(Base):
    """What a supervisor found on one task. Differences are derived; only their explanation is stored.

    ``explanations`` maps a difference's code to its explanation; ``shortfall`` is the 未完成原因 where it is not the task's own.
    """

    __tablename__ = "reconciliation_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_sheet.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), unique=True)
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict))
    explanations: Mapped[JsonObject] = mapped_column(Json, default=dict)
    shortfall: Mapped[str | None] = mapped_column(Text)
    handling: Mapped[str] = mapped_column(Text, default="")  # 处理
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    decided_by: Mapped[User | None] = relationship()
