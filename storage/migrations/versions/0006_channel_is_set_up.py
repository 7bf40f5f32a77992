"""Whether a channel was ever set up, and which zone that is no place its people were told of.

Only adds columns with defaults: the release before runs on the new schema. A channel counts as set
up when anything tells so: who set it up, a digest that comes or came, a zone other than the default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "channels",
        sa.Column("is_set_up", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "channels",
        sa.Column("zone_told", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    channels = sa.table(
        "channels",
        sa.column("workspace_id"),
        sa.column("channel_id"),
        sa.column("preference"),
        sa.column("set_up_by"),
        sa.column("next_due_at"),
        sa.column("state_reason"),
        sa.column("is_set_up", sa.Boolean()),
    )
    deliveries = sa.table("deliveries", sa.column("workspace_id"), sa.column("channel_id"))
    has_delivery = sa.exists().where(
        deliveries.c.workspace_id == channels.c.workspace_id,
        deliveries.c.channel_id == channels.c.channel_id,
    )
    op.execute(
        sa.update(channels)
        .where(
            sa.or_(
                channels.c.set_up_by != "",
                channels.c.next_due_at.is_not(None),
                channels.c.state_reason != "",
                channels.c.preference.not_like('%"zone":"UTC"%'),
                has_delivery,
            )
        )
        .values(is_set_up=sa.true())
    )


def downgrade() -> None:
    op.drop_column("channels", "zone_told")
    op.drop_column("channels", "is_set_up")
