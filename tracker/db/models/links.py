"""What the next report says of each task, as proposed by the matcher and as decided by a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.reports import Report
from tracker.db.models.tasks import Task
from tracker.db.models.users import User
from tracker.domain.documents import Outcome


class LinkDecision(StrEnum):
    """What a person made of a proposed link; a decided one is never overwritten by a new run."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"  # the report does not speak of it


class TaskLink(Base):
    """The answer of one report to one task (``commitment_ref`` empty) or to one of its commitments.

    ``proposal`` is the matcher's row in the form of ``tracker link --json`` and stays as it was proposed;
    ``outcome``, ``evidence`` and ``figures`` are what stands, edited by the person who decides.
    """

    __tablename__ = "task_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    commitment_ref: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    score: Mapped[float]
    late: Mapped[bool | None]
    evidence: Mapped[list[JsonObject]] = mapped_column(Json, default=list)
    figures: Mapped[list[JsonObject]] = mapped_column(Json, default=list)
    contradicted_by: Mapped[list[JsonObject]] = mapped_column(Json, default=list)
    repeated_in: Mapped[list[str]] = mapped_column(Json, default=list)
    shrunk: Mapped[JsonObject | None] = mapped_column(Json)
    proposal: Mapped[JsonObject] = mapped_column(Json, default=dict)
    decision: Mapped[LinkDecision] = mapped_column(enum_column(LinkDecision))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    report: Mapped[Report] = relationship()
    decided_by: Mapped[User | None] = relationship()

    __table_args__ = (Index("uq_task_link__task_report_ref", "task_id", "report_id", "commitment_ref", unique=True),)
