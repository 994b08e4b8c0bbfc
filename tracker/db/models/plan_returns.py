"""Plans sent back to their unit (退回计划): each time one row, with its remarks and what the unit answers to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, UtcDateTime
from tracker.db.models.reports import Report
from tracker.db.models.tasks import Task
from tracker.db.models.users import User


class PlanReturn(Base):
    """One sending back of a report's plan. Whether it was answered or corrected is derived (``tracker.domain.plan_returns``).

    It is open until a supervisor ends it; a report has at most one that is open.
    """

    __tablename__ = "plan_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="RESTRICT"))
    round: Mapped[int]
    returned_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    returned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reply_by: Mapped[date | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    report: Mapped[Report] = relationship()
    returned_by: Mapped[User] = relationship(foreign_keys=[returned_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    remarks: Mapped[list[PlanRemark]] = relationship(order_by="PlanRemark.id", back_populates="plan_return")

    __table_args__ = (
        UniqueConstraint("report_id", "round"),
        CheckConstraint("round >= 1", name="round_counts"),
        Index(
            "uq_plan_return__open",
            "report_id",
            unique=True,
            sqlite_where=sql("closed_at IS NULL"),
            postgresql_where=sql("closed_at IS NULL"),
        ),
    )


class PlanRemark(Base):
    """What is to be put right: in one item, over one problem that no item answers, or (neither) in the plan as a whole.

    ``quote`` is what it spoke of when it was sent, so that the remark can be read after the item has changed.
    """

    __tablename__ = "plan_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("plan_return.id", ondelete="CASCADE"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="RESTRICT"), index=True)
    problem_ref: Mapped[str | None] = mapped_column(String(20))
    quote: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    plan_return: Mapped[PlanReturn] = relationship(back_populates="remarks")
    task: Mapped[Task | None] = relationship()
    replied_by: Mapped[User | None] = relationship()

    __table_args__ = (UniqueConstraint("return_id", "task_id"), UniqueConstraint("return_id", "problem_ref"))
