"""Find the reminders that wait without looking at those in the inbox, which never have a message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING = sa.text("message_id IS NULL AND channel <> 'inbox' AND cancelled_at IS NULL")
IN_A_MESSAGE = sa.text("message_id IS NOT NULL")
WAITING_INDEX, MESSAGE_INDEX = "ix_notice__waiting_for_digest", "ix_notice__message_id"


def upgrade() -> None:
    """Leave out of each index what nobody looks for by it; add the channel, which the digests are gathered by."""
    _make_anew(["recipient_id", "channel"], IN_A_MESSAGE)


def downgrade() -> None:
    """Index every reminder by its message again."""
    _make_anew(["recipient_id"], None)


def _make_anew(columns: list[str], in_a_message: sa.TextClause | None) -> None:
    for name in (WAITING_INDEX, MESSAGE_INDEX):
        op.drop_index(name, table_name="notice")
    op.create_index(WAITING_INDEX, "notice", columns, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index(MESSAGE_INDEX, "notice", ["message_id"], sqlite_where=in_a_message, postgresql_where=in_a_message)
