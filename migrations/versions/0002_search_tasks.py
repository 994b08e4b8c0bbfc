"""Search tasks by any two characters.

FTS5 keeps shadow tables of its own, and SQLAlchemy knows neither kind of index, so the statements are written out.
Tasks that are there already are indexed here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.language.bigrams import search_tokens

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index and fill it."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE task_search USING fts5(tokens)")
        insert = "INSERT INTO task_search (rowid, tokens) VALUES (:id, :tokens)"
    else:
        op.execute(
            "CREATE TABLE task_search (task_id integer PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE, tokens tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_task_search__tokens ON task_search USING gin (tokens)")
        insert = "INSERT INTO task_search (task_id, tokens) VALUES (:id, to_tsvector('simple', :tokens))"
    rows = connection.execute(sa.text("SELECT id, number, title, wording FROM task")).fetchall()
    for row in rows:
        tokens = " ".join(search_tokens(f"{row.number or ''} {row.title} {row.wording}"))
        connection.execute(sa.text(insert), {"id": row.id, "tokens": tokens})


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP TABLE task_search")
