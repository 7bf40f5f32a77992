"""What happened: feeds, entries, stories, article pages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.news.topic import Topic
from storage.columns import JsonOf
from storage.encoding import TEXTS, TOPICS
from storage.tables.base import Base

# Under a name of its own: entries have a column called "text".
_EMPTY = text("''")


class FeedRow(Base):
    """
    A feed and what is remembered of polling it.

    `url_sha256` is the key because addresses from outside may be longer than an index entry of
    PostgreSQL (2,704 bytes). Workspace and channel together are its scope, as everywhere here.
    """

    __tablename__ = "feeds"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    url_sha256: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    name: Mapped[str]
    outlet: Mapped[str]
    language: Mapped[str]
    weight: Mapped[float]
    only_ai: Mapped[bool]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    next_poll_at: Mapped[datetime | None] = mapped_column(index=True)
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    moved_to: Mapped[str | None]
    moved_seen: Mapped[int] = mapped_column(default=0)
    gone: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[str] = mapped_column(server_default=_EMPTY, default="")
    added_by: Mapped[str] = mapped_column(server_default=_EMPTY, default="")
    channel_id: Mapped[str] = mapped_column(primary_key=True, server_default=_EMPTY)


class FeedAdditionsRow(Base):
    """How many feeds somebody added on a day (UTC); removing one gives nothing back."""

    __tablename__ = "feed_additions"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    added_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class EntryRow(Base):
    """An item of a feed; `left_out_reason` is set when it is no AI news and tells no story."""

    __tablename__ = "entries"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(index=True)
    feed_url: Mapped[str]
    outlet: Mapped[str]
    outlet_name: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    url_key: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    weight: Mapped[float]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    left_out_reason: Mapped[str | None]
    channel_id: Mapped[str] = mapped_column(server_default=_EMPTY)


class StoryRow(Base):
    """An event. One with `merged_into` only points to the story that it became part of."""

    __tablename__ = "stories"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(index=True)
    headline: Mapped[str]
    language: Mapped[str]
    topics: Mapped[tuple[Topic, ...]] = mapped_column(JsonOf(TOPICS))
    first_at: Mapped[datetime]
    latest_at: Mapped[datetime] = mapped_column(index=True)
    merged_into: Mapped[str | None] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(server_default=_EMPTY)
    # The wider story that this one copies; never a foreign key, for the wider one may go first.
    copy_of: Mapped[str | None] = mapped_column(index=True)


class StoryEntryRow(Base):
    """
    Which entries tell a story, in order.

    A table of its own, because an entry may also stand in the copies that narrower scopes have.
    """

    __tablename__ = "story_entries"

    story_id: Mapped[str] = mapped_column(
        ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[str] = mapped_column(
        ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int]

    __table_args__ = (Index(None, "entry_id"),)


class RevisionRow(Base):
    """Revision 2 or later of a story, and what was new in it."""

    __tablename__ = "revisions"

    story_id: Mapped[str] = mapped_column(
        ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str]
    at: Mapped[datetime]
    novelty: Mapped[str]
    detail: Mapped[str]


class PageRow(Base):
    """The article behind an address, as it was read."""

    __tablename__ = "pages"

    url_sha256: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    author: Mapped[str]
    published_at: Mapped[datetime | None]
    canonical_url: Mapped[str]
    paywalled: Mapped[bool]
    problems: Mapped[tuple[str, ...]] = mapped_column(JsonOf(TEXTS))
