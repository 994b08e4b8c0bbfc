"""Units and the tree they form."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, UtcDateTime, enum_column


class UnitKind(StrEnum):
    """What sort of unit this is."""

    AREA = "area"  # 县、市、省 as a whole; its accounts are the supervising office's
    BUREAU = "bureau"
    TOWNSHIP = "township"
    SUBDISTRICT = "subdistrict"
    SECTION = "section"  # 内设机构、站所


class Unit(Base):
    """A unit. ``path`` is the chain of ids from the root, each followed by a slash, the own one last."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    path: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    short_name: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(20), unique=True)  # prefix of its task numbers, e.g. LHZ
    kind: Mapped[UnitKind] = mapped_column(enum_column(UnitKind))
    files_reports: Mapped[bool] = mapped_column(default=True)  # expected to file an annual report
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    parent: Mapped[Unit | None] = relationship(remote_side="Unit.id")

    __table_args__ = (
        Index("uq_unit__parent_id_name", "parent_id", "name", unique=True),
        CheckConstraint("path LIKE '%/'", name="path_ends_in_slash"),
    )
