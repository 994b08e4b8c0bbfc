"""Keep what proves a reminder: hand-overs, resends, failures, made-up steps; channels' circuits, jobs' beats, holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0008"
down_revision = "0003"
branch_labels = None
depends_on = None

CHANNELS = ("inbox", "email", "wecom", "dingtalk", "feishu", "webhook")
LADDERS = ("deadline", "signing", "progress", "review")
KINDS = ("overdue", "due_today", "due_soon", "signing", "review", "event", "progress")
FAILURES = ("refused", "gave_up", "unknown")
MOMENT = sa.DateTime(timezone=True)
WAITING = "message_id IS NULL AND channel {} AND cancelled_at IS NULL"


def upgrade() -> None:
    """Add the columns and tables; more ladders and channels are allowed."""
    _allow("alarm", "ladder", LADDERS)
    _allow("notice", "channel", CHANNELS)
    _allow("notice", "kind", KINDS, "notice_kind")
    _allow("message", "channel", CHANNELS)
    op.add_column("notice", sa.Column("step_on", sa.Date(), nullable=True))
    _waiting_index("<> 'inbox'")
    _widen_message()
    _widen_beat()
    _create_channel_state()
    _create_clock_hold()


def downgrade() -> None:
    """Take all that away; appointments and messages of what is no longer known go with it."""
    op.drop_table("clock_hold")
    op.drop_table("channel_state")
    with op.batch_alter_table("beat") as table:
        for name in ("last_error", "failures", "outcome", "next_at", "fence"):
            table.drop_column(name)
    op.drop_index("ix_message__failed", table_name="message")
    with op.batch_alter_table("message") as table:
        table.drop_constraint("failure_kind", type_="check")
        for name in ("failure", "failed_at", "waiting_since", "lost", "resends", "handed_at"):
            table.drop_column(name)
    _waiting_index("= 'email'")
    with op.batch_alter_table("notice") as table:
        table.drop_column("step_on")
    op.execute("UPDATE notice SET message_id = NULL WHERE channel NOT IN ('inbox', 'email')")
    _fold("notice", "kind", KINDS[:6])
    _allow("notice", "kind", KINDS[:6], "notice_kind")
    for table_name, column, values in (
        ("message", "channel", CHANNELS[:2]),
        ("notice", "channel", CHANNELS[:2]),
        ("alarm", "ladder", LADDERS[:2]),
    ):
        _fold(table_name, column, values)
        _allow(table_name, column, values)


def _fold(table: str, column: str, values: tuple[str, ...]) -> None:
    """Bring rows with values that will not be allowed to the nearest that is; no row is lost."""
    listed = ", ".join(f"'{value}'" for value in values)
    if table == "alarm":  # its key is the task and the ladder: a place may be taken
        op.execute(f"DELETE FROM alarm WHERE ladder NOT IN ({listed})")  # noqa: S608  (constants of this file)
    else:
        if (table, column) == ("notice", "channel"):  # its key holds the channel: keep the rules apart
            apart = "UPDATE notice SET rule = substr(channel || '/' || rule, 1, 60) WHERE channel NOT IN "
            op.execute(f"{apart}({listed})")
        op.execute(f"UPDATE {table} SET {column} = '{values[-1]}' WHERE {column} NOT IN ({listed})")  # noqa: S608


def _allow(table: str, column: str, values: tuple[str, ...], name: str | None = None) -> None:
    """Let a column take these values and no others."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name or column, type_="check")
        batch.create_check_constraint(name or column, f"{column} IN ({listed})")


def _waiting_index(channels: str) -> None:
    op.drop_index("ix_notice__waiting_for_digest", table_name="notice")
    where = sa.text(WAITING.format(channels))
    op.create_index(
        "ix_notice__waiting_for_digest", "notice", ["recipient_id"], sqlite_where=where, postgresql_where=where
    )


@contextmanager
def _with_defaults(table: str, *columns: sa.Column[object]) -> Iterator[BatchOperations]:
    """Add columns that rows already there get a default for, which does not stay."""
    for column in columns:
        op.add_column(table, column)
    with op.batch_alter_table(table) as batch:
        yield batch
        for column in columns:
            batch.alter_column(column.name, server_default=None)


def _widen_message() -> None:
    op.add_column("message", sa.Column("handed_at", MOMENT, nullable=True))
    op.add_column("message", sa.Column("waiting_since", MOMENT, nullable=True))
    op.add_column("message", sa.Column("failed_at", MOMENT, nullable=True))
    op.add_column("message", sa.Column("failure", sa.String(length=20), nullable=True))
    op.execute("UPDATE message SET waiting_since = created_at")
    op.execute("UPDATE message SET failed_at = not_before, failure = 'refused' WHERE status = 'failed'")
    zero = {"nullable": False, "server_default": "0"}
    with _with_defaults(
        "message", sa.Column("resends", sa.Integer(), **zero), sa.Column("lost", sa.Integer(), **zero)
    ) as batch:
        batch.alter_column("waiting_since", existing_type=MOMENT, nullable=False)
        listed = ", ".join(f"'{value}'" for value in FAILURES)
        batch.create_check_constraint("failure_kind", f"failure IN ({listed})")
    where = sa.text("status = 'failed'")
    op.create_index("ix_message__failed", "message", ["failed_at"], sqlite_where=where, postgresql_where=where)


def _widen_beat() -> None:
    op.add_column("beat", sa.Column("next_at", MOMENT, nullable=True))
    op.add_column("beat", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("beat", sa.Column("last_error", sa.Text(), nullable=True))
    zero = {"nullable": False, "server_default": "0"}
    with _with_defaults("beat", sa.Column("fence", sa.Integer(), **zero), sa.Column("failures", sa.Integer(), **zero)):
        pass


def _create_channel_state() -> None:
    listed = ", ".join(f"'{value}'" for value in CHANNELS)
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_failed_at", MOMENT, nullable=True),
        sa.Column("last_sent_at", MOMENT, nullable=True),
        sa.Column("window_start", MOMENT, nullable=True),
        sa.Column("window_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"channel IN ({listed})", name=op.f("ck_channel_state__channel")),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )


def _create_clock_hold() -> None:
    op.create_table(
        "clock_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("to_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user_account.id"],
            name=op.f("fk_clock_hold__settled_by_id__user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_hold")),
    )
