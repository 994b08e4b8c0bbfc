"""Keep what plans promised, to find the same promise again. Reports that are there already wait for the clock to compare them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
WAITING = sa.text("compared_at IS NULL")


def upgrade() -> None:
    """Make the tables and let every report wait."""
    op.create_table(
        "promise_run",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk_promise_run__report_id__report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name="pk_promise_run"),
    )
    op.create_index(
        "ix_promise_run__waiting", "promise_run", ["report_id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("item_ref", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("earlier", JSON, nullable=False),
        sa.CheckConstraint('start >= 0 AND "end" > start', name=op.f("ck_promise__span_in_order")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_promise__report_id__report", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_promise__unit_id__unit", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_promise__task_id__task", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_promise"),
        sa.UniqueConstraint("report_id", "item_ref", name="uq_promise__report_id_item_ref"),
    )
    op.create_index("ix_promise__task_id", "promise", ["task_id"])
    op.create_index("ix_promise__unit_id_plan_year", "promise", ["unit_id", "plan_year"])
    op.create_table(
        "promise_mark",
        sa.Column("mark", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name="fk_promise_mark__promise_id__promise", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mark", "promise_id", name="pk_promise_mark"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "promise_match",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_promise_match__share_is_a_part")),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name="fk_promise_match__promise_id__promise", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["promise.id"], name="fk_promise_match__other_id__promise", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("promise_id", "other_id", name="pk_promise_match"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_promise_match__other_id", "promise_match", ["other_id"])
    op.execute("INSERT INTO promise_run (report_id, attempts) SELECT id, 0 FROM report WHERE superseded_at IS NULL")


def downgrade() -> None:
    """Drop the tables."""
    for table in ("promise_match", "promise_mark", "promise", "promise_run"):
        op.drop_table(table)
