"""Create all tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "beat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beat")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("name", "slot", name=op.f("uq_job_run__name_slot")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt__username_address_at", ["username", "address", "at"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "area",
                "bureau",
                "township",
                "subdistrict",
                "section",
                name="unit_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("files_reports", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("path LIKE '%/'", name=op.f("ck_unit__path_ends_in_slash")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit__parent_id__unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit__code")),
        sa.UniqueConstraint("path", name=op.f("uq_unit__path")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit__parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("uq_unit__parent_id_name", ["parent_id", "name"], unique=True)

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "officer",
                "head",
                "supervisor",
                "auditor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_user_account__unit_id__unit"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account__username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account__unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("unit_path", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_audit_entry__actor_id__user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry__actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_entry__at_id", ["at", "id"], unique=False)
        batch_op.create_index(
            "ix_audit_entry__object_type_object_id_id", ["object_type", "object_id", "id"], unique=False
        )
        batch_op.create_index("ix_audit_entry__unit_path_id", ["unit_path", "id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("inbox", "email", name="channel", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "failed",
                "cancelled",
                name="message_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("header_id", sa.String(length=120), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["user_account.id"],
            name=op.f("fk_message__recipient_id__user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message__dedupe_key")),
        sa.UniqueConstraint("header_id", name=op.f("uq_message__header_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message__pending",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("status IN ('pending', 'sending')"),
            postgresql_where=sa.text("status IN ('pending', 'sending')"),
        )
        batch_op.create_index(batch_op.f("ix_message__recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "reconciliation_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("unit_confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("unit_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by_id", sa.Integer(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_on", sa.Date(), nullable=True),
        sa.Column("snapshot", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["locked_by_id"],
            ["user_account.id"],
            name=op.f("fk_reconciliation_sheet__locked_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_confirmed_by_id"],
            ["user_account.id"],
            name=op.f("fk_reconciliation_sheet__unit_confirmed_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_reconciliation_sheet__unit_id__unit"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_sheet")),
        sa.UniqueConstraint("unit_id", "plan_year", name=op.f("uq_reconciliation_sheet__unit_id_plan_year")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reading", JSON, nullable=True),
        sa.Column("notices", JSON, nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("plan_year BETWEEN 1990 AND 2200", name=op.f("ck_report__plan_year_sane")),
        sa.CheckConstraint("report_year BETWEEN 1990 AND 2200", name=op.f("ck_report__report_year_sane")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["report.id"], name=op.f("fk_report__superseded_by_id__report"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report__unit_id__unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_report__uploaded_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report__plan_year_unit_id", ["plan_year", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report__superseded_by_id"), ["superseded_by_id"], unique=False)
        batch_op.create_index("ix_report__unit_id_content_digest", ["unit_id", "content_digest"], unique=False)
        batch_op.create_index(
            "uq_report__current",
            ["unit_id", "report_year"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "request_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_request_receipt__user_id__user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_receipt")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_request_receipt__user_id_key")),
    )
    with op.batch_alter_table("request_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_receipt__created_at"), ["created_at"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["user_account.id"],
            name=op.f("fk_setting__updated_by_id__user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_web_session__user_id__user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_web_session__token_digest")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session__last_seen_at"), ["last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session__user_id"), ["user_id"], unique=False)

    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=True),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "reading",
                "done",
                "failed",
                "needs_answer",
                name="intake_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("reading", JSON, nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_intake__report_id__report"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_intake__unit_id__unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_intake__uploaded_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake__report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake__status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake__unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=False),
        sa.Column("lead_unit_confirmed", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "established",
                "assigned",
                "in_progress",
                "in_review",
                "returned",
                "closed",
                "suspended",
                "withdrawn",
                "unfinished",
                "carried_over",
                "archived",
                "dismissed",
                name="task_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=20), nullable=True),
        sa.Column("group_title", sa.String(length=300), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.Column("quantities", JSON, nullable=False),
        sa.Column("commitments", JSON, nullable=False),
        sa.Column("responsible_names", JSON, nullable=False),
        sa.Column("supporting_names", JSON, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("item_ref", sa.String(length=20), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("vague", sa.Boolean(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_source",
            sa.Enum("text", "plan_year", name="deadline_source", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("due_confirmed", sa.Boolean(), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("recurring", sa.String(length=10), nullable=True),
        sa.Column("milestones", JSON, nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("established_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_due_on", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("last_progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("archived_from", sa.String(length=20), nullable=True),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("extension_count", sa.Integer(), nullable=False),
        sa.Column("extension_pending", sa.Boolean(), nullable=False),
        sa.Column("urge_count", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column(
            "unfinished_reason",
            sa.Enum(
                "conditions",
                "policy",
                "funding",
                "cooperation",
                "neglect",
                "other",
                name="unfinished_reason",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("predecessor_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("split_from_id", sa.Integer(), nullable=True),
        sa.Column("years_carried", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('proposed', 'dismissed') OR (original_due_on IS NOT NULL AND due_on IS NOT NULL AND number IS NOT NULL AND established_at IS NOT NULL)",
            name=op.f("ck_task__established_is_complete"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_task__percent_range")),
        sa.CheckConstraint("plan_year BETWEEN 1990 AND 2200", name=op.f("ck_task__plan_year_sane")),
        sa.CheckConstraint("predecessor_id IS NULL OR predecessor_id <> id", name=op.f("ck_task__no_own_predecessor")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_task__closed_by_id__user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"], ["unit.id"], name=op.f("fk_task__lead_unit_id__unit"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["task.id"], name=op.f("fk_task__merged_into_id__task"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_task__owner_id__user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["task.id"], name=op.f("fk_task__predecessor_id__task"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_task__report_id__report"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["user_account.id"], name=op.f("fk_task__signed_by_id__user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["split_from_id"], ["task.id"], name=op.f("fk_task__split_from_id__task"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task__unit_id__unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("number", name=op.f("uq_task__number")),
        sa.UniqueConstraint("predecessor_id", name=op.f("uq_task__predecessor_id")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task__due_on_id", ["due_on", "id"], unique=False)
        batch_op.create_index(
            "ix_task__lead_unit_id_plan_year_due_on_id", ["lead_unit_id", "plan_year", "due_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_task__merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(
            "ix_task__extension_pending",
            ["lead_unit_id"],
            unique=False,
            sqlite_where=sa.text("extension_pending"),
            postgresql_where=sa.text("extension_pending"),
        )
        batch_op.create_index(
            "ix_task__open_due",
            ["due_on", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
        )
        batch_op.create_index("ix_task__owner_id_status_due_on", ["owner_id", "status", "due_on"], unique=False)
        batch_op.create_index("ix_task__plan_year_due_on_id", ["plan_year", "due_on", "id"], unique=False)
        batch_op.create_index(
            "ix_task__plan_year_lead_unit_id_status_due_on",
            ["plan_year", "lead_unit_id", "status", "due_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_task__report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task__split_from_id"), ["split_from_id"], unique=False)
        batch_op.create_index("ix_task__unit_id_plan_year", ["unit_id", "plan_year"], unique=False)

    op.create_table(
        "alarm",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column(
            "ladder",
            sa.Enum("deadline", "signing", name="ladder", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("fire_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_alarm__task_id__task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "ladder", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm__fire_on"), ["fire_on"], unique=False)

    op.create_table(
        "closure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("no_evidence_reason", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'returned')", name=op.f("ck_closure_request__decision_known")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_closure_request__decided_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["user_account.id"],
            name=op.f("fk_closure_request__requested_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_closure_request__task_id__task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_request")),
    )
    with op.batch_alter_table("closure_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closure_request__task_id"), ["task_id"], unique=False)
        batch_op.create_index(
            "uq_closure_request__pending",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )

    op.create_table(
        "extension_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("after_deadline", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name=op.f("ck_extension_request__decision_known")),
        sa.CheckConstraint("new_due_on > old_due_on", name=op.f("ck_extension_request__moves_forward")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_extension_request__decided_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["user_account.id"],
            name=op.f("fk_extension_request__requested_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_extension_request__task_id__task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
    )
    with op.batch_alter_table("extension_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_request__task_id"), ["task_id"], unique=False)
        batch_op.create_index(
            "uq_extension_request__pending",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("inbox", "email", name="channel", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "overdue",
                "due_today",
                "due_soon",
                "signing",
                "review",
                "event",
                name="notice_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_notice__message_id__message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["user_account.id"],
            name=op.f("fk_notice__recipient_id__user_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice__task_id__task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "task_id",
            "rule",
            "due_version",
            "recipient_id",
            "channel",
            name=op.f("uq_notice__task_id_rule_due_version_recipient_id_channel"),
        ),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice__message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_notice__recipient_id_channel_id", ["recipient_id", "channel", "id"], unique=False)
        batch_op.create_index(
            "ix_notice__waiting_for_digest",
            ["recipient_id"],
            unique=False,
            sqlite_where=sa.text("message_id IS NULL AND channel = 'email' AND cancelled_at IS NULL"),
            postgresql_where=sa.text("message_id IS NULL AND channel = 'email' AND cancelled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_notice__unread",
            ["recipient_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
        )

    op.create_table(
        "progress_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_progress_report__percent_range")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
            name=op.f("fk_progress_report__author_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_progress_report__task_id__task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
    )
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.create_index("ix_progress_report__task_id_at", ["task_id", "at"], unique=False)

    op.create_table(
        "reconciliation_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "done",
                "mostly_done",
                "partly_done",
                "not_done",
                "not_started",
                "cancelled",
                "unverifiable",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("explanations", JSON, nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_reconciliation_line__decided_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["reconciliation_sheet.id"],
            name=op.f("fk_reconciliation_line__sheet_id__reconciliation_sheet"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_reconciliation_line__task_id__task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_line")),
        sa.UniqueConstraint("task_id", name=op.f("uq_reconciliation_line__task_id")),
    )
    with op.batch_alter_table("reconciliation_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reconciliation_line__sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "supporting_unit",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_supporting_unit__task_id__task"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_supporting_unit__unit_id__unit"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("task_id", "unit_id", name=op.f("pk_supporting_unit")),
    )
    with op.batch_alter_table("supporting_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supporting_unit__unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "task_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("commitment_ref", sa.String(length=20), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done", "partial", "not_mentioned", name="outcome", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("contradicted_by", JSON, nullable=False),
        sa.Column("repeated_in", JSON, nullable=False),
        sa.Column("shrunk", JSON, nullable=True),
        sa.Column("proposal", JSON, nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "proposed",
                "confirmed",
                "rejected",
                name="link_decision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_task_link__decided_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_task_link__report_id__report"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_link__task_id__task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_link")),
    )
    with op.batch_alter_table("task_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_link__report_id"), ["report_id"], unique=False)
        batch_op.create_index("uq_task_link__task_report_ref", ["task_id", "report_id", "commitment_ref"], unique=True)

    op.create_table(
        "task_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.CheckConstraint('start >= 0 AND "end" > start', name=op.f("ck_task_source__span_in_order")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_task_source__report_id__report"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_task_source__task_id__task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_source")),
    )
    with op.batch_alter_table("task_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_source__report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_source__task_id"), ["task_id"], unique=False)

    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["progress_id"],
            ["progress_report.id"],
            name=op.f("fk_evidence_file__progress_id__progress_report"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_evidence_file__task_id__task"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_evidence_file__uploaded_by_id__user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint(
            "task_id", "progress_id", "file_key", name=op.f("uq_evidence_file__task_id_progress_id_file_key")
        ),
    )
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file__progress_id"), ["progress_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_file__task_id"), ["task_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_file__task_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_file__progress_id"))

    op.drop_table("evidence_file")
    with op.batch_alter_table("task_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_source__task_id"))
        batch_op.drop_index(batch_op.f("ix_task_source__report_id"))

    op.drop_table("task_source")
    with op.batch_alter_table("task_link", schema=None) as batch_op:
        batch_op.drop_index("uq_task_link__task_report_ref")
        batch_op.drop_index(batch_op.f("ix_task_link__report_id"))

    op.drop_table("task_link")
    with op.batch_alter_table("supporting_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supporting_unit__unit_id"))

    op.drop_table("supporting_unit")
    with op.batch_alter_table("reconciliation_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reconciliation_line__sheet_id"))

    op.drop_table("reconciliation_line")
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.drop_index("ix_progress_report__task_id_at")

    op.drop_table("progress_report")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice__waiting_for_digest",
            sqlite_where=sa.text("message_id IS NULL AND channel = 'email' AND cancelled_at IS NULL"),
            postgresql_where=sa.text("message_id IS NULL AND channel = 'email' AND cancelled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_notice__unread",
            sqlite_where=sa.text("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND channel = 'inbox' AND cancelled_at IS NULL"),
        )
        batch_op.drop_index("ix_notice__recipient_id_channel_id")
        batch_op.drop_index(batch_op.f("ix_notice__message_id"))

    op.drop_table("notice")
    with op.batch_alter_table("extension_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_extension_request__pending",
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_extension_request__task_id"))

    op.drop_table("extension_request")
    with op.batch_alter_table("closure_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_closure_request__pending",
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_closure_request__task_id"))

    op.drop_table("closure_request")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm__fire_on"))

    op.drop_table("alarm")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task__unit_id_plan_year")
        batch_op.drop_index(batch_op.f("ix_task__split_from_id"))
        batch_op.drop_index(batch_op.f("ix_task__report_id"))
        batch_op.drop_index("ix_task__plan_year_lead_unit_id_status_due_on")
        batch_op.drop_index("ix_task__plan_year_due_on_id")
        batch_op.drop_index("ix_task__owner_id_status_due_on")
        batch_op.drop_index(
            "ix_task__extension_pending",
            sqlite_where=sa.text("extension_pending"),
            postgresql_where=sa.text("extension_pending"),
        )
        batch_op.drop_index(
            "ix_task__open_due",
            sqlite_where=sa.text("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('assigned', 'in_progress', 'in_review', 'returned')"),
        )
        batch_op.drop_index(batch_op.f("ix_task__merged_into_id"))
        batch_op.drop_index("ix_task__lead_unit_id_plan_year_due_on_id")
        batch_op.drop_index("ix_task__due_on_id")

    op.drop_table("task")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake__unit_id"))
        batch_op.drop_index(batch_op.f("ix_intake__status"))
        batch_op.drop_index(batch_op.f("ix_intake__report_id"))

    op.drop_table("intake")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session__user_id"))
        batch_op.drop_index(batch_op.f("ix_web_session__last_seen_at"))

    op.drop_table("web_session")
    op.drop_table("setting")
    with op.batch_alter_table("request_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_receipt__created_at"))

    op.drop_table("request_receipt")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_report__current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index("ix_report__unit_id_content_digest")
        batch_op.drop_index(batch_op.f("ix_report__superseded_by_id"))
        batch_op.drop_index("ix_report__plan_year_unit_id")

    op.drop_table("report")
    op.drop_table("reconciliation_sheet")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message__recipient_id"))
        batch_op.drop_index(
            "ix_message__pending",
            sqlite_where=sa.text("status IN ('pending', 'sending')"),
            postgresql_where=sa.text("status IN ('pending', 'sending')"),
        )

    op.drop_table("message")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry__unit_path_id")
        batch_op.drop_index("ix_audit_entry__object_type_object_id_id")
        batch_op.drop_index("ix_audit_entry__at_id")
        batch_op.drop_index(batch_op.f("ix_audit_entry__actor_id"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account__unit_id"))

    op.drop_table("user_account")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("uq_unit__parent_id_name")
        batch_op.drop_index(batch_op.f("ix_unit__parent_id"))

    op.drop_table("unit")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt__username_address_at")

    op.drop_table("sign_in_attempt")
    op.drop_table("job_run")
    op.drop_table("calendar_day")
    op.drop_table("beat")
