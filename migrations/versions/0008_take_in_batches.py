"""Take in several files at once: batches and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("status = 'running'")
OPEN = sa.text("status IN ('waiting', 'reading')")
STATUS = ("running", "done", "cancelled")
FILE_STATUS = (
    "waiting",
    "reading",
    "needs_unit",
    "taken",
    "same",
    "repeated",
    "failed",
    "cancelled",
    "unpacked",
)


def upgrade() -> None:
    """Make the tables, and the index by which a file is found that is in the books already."""
    _create_batch()
    _create_file()
    op.create_index(op.f("ix_report__file_key"), "report", ["file_key"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_report__file_key"), "report")
    op.drop_table("batch_file")
    op.drop_table("batch")


def _reference(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}__{column}__{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _status(values: tuple[str, ...], name: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
    return sa.Column("status", kind, nullable=False)


def _create_batch() -> None:
    table = "batch"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=True),
        _status(STATUS, "batch_status"),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        _reference(table, "unit_id", "unit", "RESTRICT"),
        _reference(table, "created_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}__unit_id"), table, ["unit_id"])
    op.create_index(f"ix_{table}__running", table, ["lease_until"], sqlite_where=RUNNING, postgresql_where=RUNNING)


def _create_file() -> None:
    table = "batch_file"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("member", sa.Integer(), nullable=True),
        sa.Column("file_key", sa.String(length=64), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=False),
        _status(FILE_STATUS, "batch_file_status"),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unit_chosen", sa.Boolean(), nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=True),
        sa.Column("reading", JSON, nullable=True),
        sa.Column("intake_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "file_key IS NOT NULL OR source_key IS NOT NULL", name=op.f("ck_batch_file__batch_file_lies_somewhere")
        ),
        _reference(table, "batch_id", "batch", "CASCADE"),
        _reference(table, "unit_id", "unit", "SET NULL"),
        _reference(table, "intake_id", "intake", "SET NULL"),
        _reference(table, "report_id", "report", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("batch_id", "position", name=op.f(f"uq_{table}__batch_id_position")),
    )
    for column in ("file_key", "unit_id", "intake_id", "report_id"):
        op.create_index(op.f(f"ix_{table}__{column}"), table, [column])
    op.create_index(f"ix_{table}__open", table, ["batch_id", "position"], sqlite_where=OPEN, postgresql_where=OPEN)
