"""Levels of tasks, exceptions to the steps, people's own settings, calendar feeds, 督办单."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("task", sa.Column("level", sa.String(length=10), nullable=True))
    _create_override()
    _create_preference()
    _create_feed()
    _create_slip()


def downgrade() -> None:
    """Take them away."""
    for table in ("supervision_slip", "calendar_feed", "preference", "reminder_override"):
        op.drop_table(table)
    op.drop_column("task", "level")


def _reference(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}__{column}__{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _create_override() -> None:
    table = "reminder_override"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        _reference(table, "unit_id", "unit", "CASCADE"),
        _reference(table, "updated_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("unit_id", "level", name=op.f(f"uq_{table}__unit_id_level")),
    )
    op.create_index(op.f(f"ix_{table}__unit_id"), table, ["unit_id"])


def _create_preference() -> None:
    table = "preference"
    op.create_table(
        table,
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("channels", JSON, nullable=True),
        sa.Column("hour", sa.String(length=5), nullable=True),
        sa.Column("absent_from", sa.Date(), nullable=True),
        sa.Column("absent_until", sa.Date(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        _reference(table, "user_id", "user_account", "CASCADE"),
        _reference(table, "deputy_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("user_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}__deputy_id"), table, ["deputy_id"])


def _create_feed() -> None:
    table = "calendar_feed"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _reference(table, "user_id", "user_account", "CASCADE"),
        _reference(table, "unit_id", "unit", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("token_digest", name=op.f(f"uq_{table}__token_digest")),
    )
    op.create_index(op.f(f"ix_{table}__user_id"), table, ["user_id"])


def _create_slip() -> None:
    table = "supervision_slip"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(length=10), nullable=False),
        sa.Column("colour", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("task_number", sa.String(length=60), nullable=False),
        sa.Column("task_title", sa.String(length=300), nullable=False),
        sa.Column("task_wording", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_by_name", sa.String(length=40), nullable=True),
        sa.Column("receipt_note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _reference(table, "task_id", "task", "CASCADE"),
        _reference(table, "area_id", "unit", "RESTRICT"),
        _reference(table, "unit_id", "unit", "RESTRICT"),
        _reference(table, "received_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("task_id", "rung", "due_version", name=op.f(f"uq_{table}__task_id_rung_due_version")),
        sa.UniqueConstraint("area_id", "rung", "year", "serial", name=op.f(f"uq_{table}__area_id_rung_year_serial")),
    )
    op.create_index(f"ix_{table}__unit_id_id", table, ["unit_id", "id"])
