"""Accounts, their server-side sessions, and the record of failed sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db.base import Base, Json, JsonObject, UtcDateTime, enum_column
from tracker.db.models.units import Unit
from tracker.domain.permissions import ROLE_LABELS, Actor, Role

if TYPE_CHECKING:
    from tracker.db.models.delivery import Preference


class User(Base):
    """A person's account. It belongs to one unit and has one role."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
    password_hash: Mapped[str] = mapped_column(String(256))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_active: Mapped[bool] = mapped_column(default=True)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(
        lazy="joined"
    )  # no inner join: within an outer one it would read all accounts first

    preference: Mapped[Preference | None] = relationship(
        primaryjoin="User.id == foreign(Preference.user_id)", viewonly=True, uselist=False
    )

    @property
    def role_label(self) -> str:
        """The role's Chinese name."""
        return ROLE_LABELS[self.role]

    def as_actor(self, address: str | None = None) -> Actor:
        """Return the value the rules work with; needs ``unit`` loaded."""
        return Actor(
            id=self.id,
            name=self.name,
            role=self.role,
            unit_id=self.unit_id,
            scope_path=self.unit.path,
            address=address,
        )


class WebSession(Base):
    """A browser's session. Only a digest of the cookie's token is stored, so a copy of the table opens no door."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    data: Mapped[JsonObject] = mapped_column(Json, default=dict)
    address: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignInAttempt(Base):
    """A failed sign-in (or password change), kept for throttling."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_sign_in_attempt__username_address_at", "username", "address", "at"),)
