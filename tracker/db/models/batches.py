"""Several files taken in at once: the batch, and each of its files on its way to an upload of its own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.reports import Intake, Report
from tracker.db.models.units import Unit
from tracker.db.models.users import User


class BatchStatus(StrEnum):
    """Whether a run works on a batch, or is expected to."""

    RUNNING = "running"
    DONE = "done"  # no file waits for a run; some may wait for a person
    CANCELLED = "cancelled"


class BatchFileStatus(StrEnum):
    """How far a file has come by itself; once it has an upload, that one tells the rest."""

    WAITING = "waiting"
    READING = "reading"
    NEEDS_UNIT = "needs_unit"  # read; a person must say whose report it is
    TAKEN = "taken"  # an upload of its own
    SAME = "same"  # this very file is in the books already
    REPEATED = "repeated"  # this very file stands earlier in the batch
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNPACKED = "unpacked"  # a zip whose members stand as files of their own


class Batch(Base):
    """Files that a supervisor sent at once. ``lease_until``: when a run that works on it is taken for ended."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(200))
    report_year: Mapped[int | None]  # as chosen for all files, wins over what is read
    status: Mapped[BatchStatus] = mapped_column(enum_column(BatchStatus))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    created_by: Mapped[User] = relationship()

    __table_args__ = (
        Index(
            "ix_batch__running",
            "lease_until",
            sqlite_where=sql("status = 'running'"),
            postgresql_where=sql("status = 'running'"),
        ),
    )


class BatchFile(Base):
    """One file of a batch.

    ``source_key`` and ``member`` say where in a stored zip it lies until it is taken out (``file_key``). ``unit_id`` is the
    unit it goes to, or while a person is asked the one proposed; ``reading`` is kept while a person is asked.
    """

    __tablename__ = "batch_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(String(400))
    source_key: Mapped[str | None] = mapped_column(String(64))
    member: Mapped[int | None]
    file_key: Mapped[str | None] = mapped_column(String(64), index=True)
    file_size: Mapped[int]
    status: Mapped[BatchFileStatus] = mapped_column(enum_column(BatchFileStatus))
    code: Mapped[str] = mapped_column(String(40), default="")
    message: Mapped[str | None] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    unit_chosen: Mapped[bool] = mapped_column(default=False)  # by a person
    report_year: Mapped[int | None]
    reading: Mapped[JsonObject | None] = deferred(mapped_column(Json))
    intake_id: Mapped[int | None] = mapped_column(ForeignKey("intake.id", ondelete="SET NULL"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    batch: Mapped[Batch] = relationship()
    unit: Mapped[Unit | None] = relationship()
    intake: Mapped[Intake | None] = relationship()
    report: Mapped[Report | None] = relationship()

    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index(
            "ix_batch_file__open",
            "batch_id",
            "position",
            sqlite_where=sql("status IN ('waiting', 'reading')"),
            postgresql_where=sql("status IN ('waiting', 'reading')"),
        ),
        CheckConstraint("file_key IS NOT NULL OR source_key IS NOT NULL", name="batch_file_lies_somewhere"),
    )
