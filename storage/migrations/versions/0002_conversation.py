"""The conversation: requests, threads, feedback, rules of workspaces, shared buckets; channels learn more.

Only adds: the release before runs on the new schema, since every new column has a default.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("state NOT IN ('answered', 'expired', 'failed')")
HAS_ANSWER = sa.text("answer_ts IS NOT NULL")
HAS_TS = sa.text("ts IS NOT NULL")


def channel_columns() -> tuple[sa.Column[Any], ...]:
    # Made anew each time: a column belongs to the table it was added to.
    return (
        sa.Column("greeted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_dm", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "post_to_general_confirmed", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    for column in channel_columns():
        op.add_column("channels", column)
    op.create_index(
        "ix_deliveries_ts",
        "deliveries",
        ["workspace_id", "channel_id", "ts"],
        unique=False,
        sqlite_where=HAS_TS,
        postgresql_where=HAS_TS,
    )
    op.create_table(
        "requests",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("twin_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("message_ts", sa.Text(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("answer_ts", sa.Text(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_key", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_twin_key"), "requests", ["twin_key"], unique=True)
    op.create_index(op.f("ix_requests_received_at"), "requests", ["received_at"], unique=False)
    op.create_index(
        op.f("ix_requests_workspace_id_channel_id_message_ts"),
        "requests",
        ["workspace_id", "channel_id", "message_ts"],
        unique=False,
    )
    op.create_index(
        "ix_requests_unfinished",
        "requests",
        ["received_at", "source_key"],
        unique=False,
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )
    op.create_index(
        "ix_requests_answer",
        "requests",
        ["workspace_id", "channel_id", "answer_ts"],
        unique=False,
        sqlite_where=HAS_ANSWER,
        postgresql_where=HAS_ANSWER,
    )
    op.create_table(
        "threads",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", "thread_ts", name=op.f("pk_threads")),
    )
    op.create_index(op.f("ix_threads_expires_at"), "threads", ["expires_at"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=True),
        sa.Column("story_id", sa.Text(), nullable=True),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_at"), "feedback", ["at"], unique=False)
    op.create_index(
        op.f("ix_feedback_workspace_id_channel_id_at"),
        "feedback",
        ["workspace_id", "channel_id", "at"],
        unique=False,
    )
    op.create_table(
        "workspace_rules",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspace_rules")),
    )
    op.create_table(
        "buckets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_buckets")),
    )
    op.create_index(op.f("ix_buckets_updated_at"), "buckets", ["updated_at"], unique=False)


def downgrade() -> None:
    for table in ("buckets", "workspace_rules", "feedback", "threads", "requests"):
        op.drop_table(table)  # with its indexes
    op.drop_index("ix_deliveries_ts", table_name="deliveries")
    for column in reversed(channel_columns()):
        op.drop_column("channels", column.name)
