"""Send plans back to their unit with remarks, and let a notice be about a whole report.

Going down, notices about a report are given up: the older program has no place for them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ABOUT = "task_id IS NOT NULL OR report_id IS NOT NULL"


def upgrade() -> None:
    """Make the tables of returns and remarks, and open notices to reports."""
    _create_returns()
    _create_remarks()
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        table.alter_column("task_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key(
            op.f("fk_notice__report_id__report"), "report", ["report_id"], ["id"], ondelete="CASCADE"
        )
        table.create_check_constraint(op.f("ck_notice__about_something"), ABOUT)
    op.create_index(
        "uq_notice__report",
        "notice",
        ["report_id", "rule", "recipient_id", "channel"],
        unique=True,
        sqlite_where=sa.text("task_id IS NULL"),
        postgresql_where=sa.text("task_id IS NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DELETE FROM notice WHERE task_id IS NULL")
    op.drop_index("uq_notice__report", table_name="notice")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("ck_notice__about_something"), type_="check")
        table.drop_constraint(op.f("fk_notice__report_id__report"), type_="foreignkey")
        table.alter_column("task_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("report_id")
    op.drop_table("plan_remark")
    op.drop_table("plan_return")


def _create_returns() -> None:
    op.create_table(
        "plan_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("returned_by_id", sa.Integer(), nullable=False),
        sa.Column("returned_at", MOMENT, nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("round >= 1", name=op.f("ck_plan_return__round_counts")),
        _key("plan_return", "report_id", "report", "RESTRICT"),
        _key("plan_return", "returned_by_id", "user_account", "RESTRICT"),
        _key("plan_return", "closed_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_return")),
        sa.UniqueConstraint("report_id", "round", name=op.f("uq_plan_return__report_id_round")),
    )
    op.create_index(
        "uq_plan_return__open",
        "plan_return",
        ["report_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _create_remarks() -> None:
    op.create_table(
        "plan_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("problem_ref", sa.String(length=20), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("replied_at", MOMENT, nullable=True),
        _key("plan_remark", "return_id", "plan_return", "CASCADE"),
        _key("plan_remark", "task_id", "task", "RESTRICT"),
        _key("plan_remark", "replied_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_remark")),
        sa.UniqueConstraint("return_id", "task_id", name=op.f("uq_plan_remark__return_id_task_id")),
        sa.UniqueConstraint("return_id", "problem_ref", name=op.f("uq_plan_remark__return_id_problem_ref")),
    )
    op.create_index(op.f("ix_plan_remark__task_id"), "plan_remark", ["task_id"])


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}__{column}__{target}"), ondelete=ondelete
    )
