"""Explain what was done without a plan, keep why a verdict falls short, and what a unit confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("reconciliation_sheet", sa.Column("unplanned", JSON, nullable=True))
    op.add_column("reconciliation_sheet", sa.Column("unit_confirmed_digest", sa.String(length=64), nullable=True))
    op.add_column("reconciliation_line", sa.Column("shortfall", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("reconciliation_line") as table:
        table.drop_column("shortfall")
    with op.batch_alter_table("reconciliation_sheet") as table:
        table.drop_column("unit_confirmed_digest")
        table.drop_column("unplanned")
