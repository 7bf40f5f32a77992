"""
Feeds serve a conversation, a workspace or everybody; own stories have random ids; additions are counted.

Own feeds that are there stay those of their whole workspace, and its admins are to be told so once.

The ids of own stories could be worked out from a team's id and the shared story's. They get new ones;
the old ones lead there like those of merged stories, so that buttons in old messages go on working
where they may, and nowhere else.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SCOPED = ("entries", "stories", "explanations")
_EMPTY = sa.text("''")


def upgrade() -> None:
    op.create_table(
        "feed_additions",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "user_id", "added_on", name=op.f("pk_feed_additions")
        ),
    )
    op.create_index(op.f("ix_feed_additions_added_on"), "feed_additions", ["added_on"])
    op.create_table(
        "admin_notes",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "about", "user_id", name=op.f("pk_admin_notes")),
    )
    for table in _SCOPED:
        op.add_column(table, _text("channel_id"))
    for name in ("seed", "added_by"):
        op.add_column("feeds", _text(name))
    op.add_column("told", _text("copy_of"))
    op.add_column("stories", sa.Column("copy_of", sa.Text(), nullable=True))
    op.create_index(op.f("ix_stories_copy_of"), "stories", ["copy_of"])
    with op.batch_alter_table("feeds") as batch:
        batch.add_column(_text("channel_id"))
        batch.drop_constraint(op.f("pk_feeds"), type_="primary")
        batch.create_primary_key(op.f("pk_feeds"), ["workspace_id", "url_sha256", "channel_id"])
    _owe_the_note()
    _keep_entry_ids()
    _draw_story_ids()


def downgrade() -> None:
    # What serves one conversation alone must not come to serve a whole workspace.
    for table in (*_SCOPED, "feeds"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE channel_id <> ''"))  # noqa: S608 - our own names
    with op.batch_alter_table("feeds") as batch:
        batch.drop_constraint(op.f("pk_feeds"), type_="primary")
        batch.drop_column("channel_id")
        batch.create_primary_key(op.f("pk_feeds"), ["workspace_id", "url_sha256"])
    op.drop_index(op.f("ix_stories_copy_of"), table_name="stories")
    op.drop_column("stories", "copy_of")
    op.drop_column("told", "copy_of")
    for name in ("added_by", "seed"):
        op.drop_column("feeds", name)
    for table in _SCOPED:
        op.drop_column(table, "channel_id")
    op.drop_table("admin_notes")
    op.drop_table("feed_additions")


def _text(name: str) -> sa.Column[str]:
    # With a default of the server, so that the release before can still insert.
    return sa.Column(name, sa.Text(), server_default=_EMPTY, nullable=False)


def _owe_the_note() -> None:
    op.execute(
        sa.text(
            "INSERT INTO admin_notes (workspace_id, about, user_id)"
            " SELECT DISTINCT workspace_id, 'own-feeds', '' FROM feeds WHERE workspace_id <> ''"
        )
    )


def _keep_entry_ids() -> None:
    """Until now, the ids of entries were made from the workspace's."""
    op.execute(sa.text("UPDATE feeds SET seed = workspace_id WHERE workspace_id <> ''"))


def _draw_story_ids() -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT id FROM stories WHERE workspace_id <> '' AND merged_into IS NULL")
    )
    for (old,) in found.fetchall():
        values = {"old": old, "new": f"o_{secrets.token_hex(16)}", "copy_of": _copied(old)}
        for statement in _RENAME:
            connection.execute(sa.text(statement), values)
        if values["copy_of"]:
            connection.execute(sa.text(_TOLD), values)


_RENAME = (
    (
        "INSERT INTO stories (id, workspace_id, channel_id, headline, language, topics, first_at,"
        " latest_at, merged_into, copy_of) SELECT CAST(:new AS TEXT), workspace_id, channel_id,"
        " headline, language, topics, first_at, latest_at, NULL, CAST(:copy_of AS TEXT)"
        " FROM stories WHERE id = :old"
    ),
    "UPDATE story_entries SET story_id = :new WHERE story_id = :old",
    "UPDATE revisions SET story_id = :new WHERE story_id = :old",
    "UPDATE explanations SET story_id = :new WHERE story_id = :old",
    "UPDATE stories SET merged_into = :new WHERE id = :old OR merged_into = :old",
)
_TOLD = "UPDATE told SET copy_of = :copy_of WHERE story_id = :old"


def _copied(story_id: str) -> str | None:
    """Return which shared story an old id names as copied: "w_", its digits, the workspace's."""
    parts = story_id.split("_")
    return f"s_{parts[1]}" if parts[0] == "w" and len(parts) > 1 else None
