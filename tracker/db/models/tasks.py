"""Tasks: what began as a proposal read in a report and is, once confirmed, a unit's duty."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.reports import Report
from tracker.db.models.units import Unit
from tracker.db.models.users import User
from tracker.domain.documents import DeadlineSource
from tracker.domain.tasks import TaskStatus, UnfinishedReason


class Task(Base):
    """A promise on its way through the life cycle of ``tracker.domain.tasks``.

    ``quote`` is verbatim in the report at ``start``..``end`` (its first source span) and, like ``original_due_on``,
    never changes once the task is established. ``wording`` is what people edit. ``due_version`` rises whenever the
    current deadline moves; reminders are unique by it. ``version`` rises with every edit or change of state, not with
    a progress report, so that a report of progress never collides with an edit.
    """

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)  # 编号, given when established
    plan_year: Mapped[int]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="RESTRICT"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))  # whose report promised it
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))  # 牵头单位
    lead_unit_confirmed: Mapped[bool] = mapped_column(default=False)  # False: the reporting unit, for want of any
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))  # 责任人
    status: Mapped[TaskStatus] = mapped_column(enum_column(TaskStatus))

    # what was promised
    label: Mapped[str | None] = mapped_column(String(20))
    group_title: Mapped[str | None] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    wording: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    start: Mapped[int | None]
    end: Mapped[int | None]
    area: Mapped[str | None] = mapped_column(String(40))  # 类别
    level: Mapped[str | None] = mapped_column(String(10))  # 督办级别: TaskLevel; None is 一般
    quantities: Mapped[list[JsonObject]] = mapped_column(Json, default=list)
    commitments: Mapped[list[JsonObject]] = mapped_column(Json, default=list)
    responsible_names: Mapped[list[str]] = mapped_column(Json, default=list)
    supporting_names: Mapped[list[str]] = mapped_column(Json, default=list)
    answers: Mapped[list[str]] = mapped_column(Json, default=list)  # ids of the report's problems
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    item_ref: Mapped[str | None] = mapped_column(String(20))  # the item's id in the report's reading
    confidence: Mapped[float] = mapped_column(default=1.0)
    vague: Mapped[bool] = mapped_column(default=False)
    inline: Mapped[bool] = mapped_column(default=False)

    # deadlines
    original_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_source: Mapped[DeadlineSource] = mapped_column(enum_column(DeadlineSource))
    due_confirmed: Mapped[bool] = mapped_column(default=False)  # False with plan_year: shown as 推定
    due_version: Mapped[int] = mapped_column(default=1)
    recurring: Mapped[str | None] = mapped_column(String(10))
    milestones: Mapped[list[str]] = mapped_column(Json, default=list)  # ISO dates
    planned_on: Mapped[date | None]  # the unit's own plan; never moves the deadline

    # the life
    established_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sign_due_on: Mapped[date | None]
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    percent: Mapped[int] = mapped_column(default=0)
    last_progress_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_on: Mapped[date | None]  # actual completion, apart from the approval
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    verdict: Mapped[str | None] = mapped_column(Text)
    archived_from: Mapped[str | None] = mapped_column(String(20))  # the final state the year was locked with
    return_count: Mapped[int] = mapped_column(default=0)
    extension_count: Mapped[int] = mapped_column(default=0)
    extension_pending: Mapped[bool] = mapped_column(default=False)
    urge_count: Mapped[int] = mapped_column(default=0)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_on: Mapped[date | None]  # when a suspension is looked at again
    status_reason: Mapped[str | None] = mapped_column(Text)  # of dismissal, return, suspension, withdrawal …
    unfinished_reason: Mapped[UnfinishedReason | None] = mapped_column(enum_column(UnfinishedReason))
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="RESTRICT"), unique=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="SET NULL"), index=True)
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="SET NULL"), index=True)
    years_carried: Mapped[int] = mapped_column(default=0)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    report: Mapped[Report | None] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    lead_unit: Mapped[Unit] = relationship(foreign_keys=[lead_unit_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    predecessor: Mapped[Task | None] = relationship(remote_side="Task.id", foreign_keys=[predecessor_id])

    __table_args__ = (
        Index("ix_task__plan_year_due_on_id", "plan_year", "due_on", "id"),
        Index("ix_task__due_on_id", "due_on", "id"),
        Index("ix_task__lead_unit_id_plan_year_due_on_id", "lead_unit_id", "plan_year", "due_on", "id"),
        Index("ix_task__unit_id_plan_year", "unit_id", "plan_year"),
        Index("ix_task__plan_year_lead_unit_id_status_due_on", "plan_year", "lead_unit_id", "status", "due_on"),
        Index("ix_task__owner_id_status_due_on", "owner_id", "status", "due_on"),
        Index(
            "ix_task__open_due",
            "due_on",
            "id",
            sqlite_where=sql("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
            postgresql_where=sql("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
        ),
        Index(
            "ix_task__extension_pending",
            "lead_unit_id",
            sqlite_where=sql("extension_pending"),
            postgresql_where=sql("extension_pending"),
        ),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        CheckConstraint("plan_year BETWEEN 1990 AND 2200", name="plan_year_sane"),
        CheckConstraint(
            "status IN ('proposed', 'dismissed') OR (original_due_on IS NOT NULL AND due_on IS NOT NULL"
            " AND number IS NOT NULL AND established_at IS NOT NULL)",
            name="established_is_complete",
        ),
        CheckConstraint("predecessor_id IS NULL OR predecessor_id <> id", name="no_own_predecessor"),
    )


class TaskSource(Base):
    """A span of a report that a task stands on; a merged task has several, and they survive every edit."""

    __tablename__ = "task_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="RESTRICT"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint('start >= 0 AND "end" > start', name="span_in_order"),)


class SupportingUnit(Base):
    """配合单位 of a task."""

    __tablename__ = "supporting_unit"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), primary_key=True, index=True)

    unit: Mapped[Unit] = relationship()


class ProgressReport(Base):
    """What a unit reported on a task (反馈); only ever added."""

    __tablename__ = "progress_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    percent: Mapped[int]
    done: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text, default="")
    next_step: Mapped[str] = mapped_column(Text, default="")

    author: Mapped[User] = relationship()
    evidence: Mapped[list[EvidenceFile]] = relationship(order_by="EvidenceFile.id", viewonly=True)

    __table_args__ = (
        Index("ix_progress_report__task_id_at", "task_id", "at"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
    )


class EvidenceFile(Base):
    """佐证材料: a file attached to a task, usually with a progress report. Never deleted, only marked withdrawn."""

    __tablename__ = "evidence_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    progress_id: Mapped[int | None] = mapped_column(ForeignKey("progress_report.id", ondelete="SET NULL"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_key: Mapped[str] = mapped_column(String(64))
    file_size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(300), default="")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    uploaded_by: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("task_id", "progress_id", "file_key"),)


class ClosureRequest(Base):
    """An application for closure (申请办结) and what was decided on it."""

    __tablename__ = "closure_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    statement: Mapped[str] = mapped_column(Text)
    completed_on: Mapped[date]
    no_evidence_reason: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(String(10))  # approved | returned
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str | None] = mapped_column(Text)

    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'returned')", name="decision_known"),
        Index(
            "uq_closure_request__pending",
            "task_id",
            unique=True,
            sqlite_where=sql("decision IS NULL"),
            postgresql_where=sql("decision IS NULL"),
        ),
    )


class ExtensionRequest(Base):
    """An application to move the deadline (申请延期) and what was decided on it."""

    __tablename__ = "extension_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    after_deadline: Mapped[bool] = mapped_column(default=False)  # 逾期后申请
    decision: Mapped[str | None] = mapped_column(String(10))  # approved | refused
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str | None] = mapped_column(Text)

    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused')", name="decision_known"),
        CheckConstraint("new_due_on > old_due_on", name="moves_forward"),
        Index(
            "uq_extension_request__pending",
            "task_id",
            unique=True,
            sqlite_where=sql("decision IS NULL"),
            postgresql_where=sql("decision IS NULL"),
        ),
    )
