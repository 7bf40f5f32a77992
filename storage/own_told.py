"""What own feeds told: given to another scope with its feed, and deleted with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.news.feed import Feed
from bot.news.scope import Scope
from storage.statements import chunks
from storage.stories import load_stories
from storage.tables import (
    EntryRow,
    ExplanationRow,
    RevisionRow,
    StoryEntryRow,
    StoryRow,
    in_scope,
    scope_values,
)


async def drop_told(session: AsyncSession, scope: Scope, url: str) -> None:
    """Delete what an own feed told: its entries, and the stories that only it told."""
    await drop_entries(session, _told_by(url, scope))


async def drop_entries(session: AsyncSession, theirs: ColumnElement[bool]) -> None:
    """Delete own entries; stories that others told, too, are told by those alone from now on."""
    held = select(StoryEntryRow.story_id).join(EntryRow, EntryRow.id == StoryEntryRow.entry_id)
    touched = set(await session.scalars(held.where(theirs)))
    for some in chunks(list(touched)):
        blanked = RevisionRow.entry_id.in_(select(EntryRow.id).where(theirs))
        await session.execute(
            update(RevisionRow).where(RevisionRow.story_id.in_(some), blanked).values(detail="")
        )
    await session.execute(delete(EntryRow).where(theirs))
    await _tidied(session, touched)


async def give_told(session: AsyncSession, feed: Feed, to: Scope) -> None:
    """Let what a feed told belong to another scope; stories that others told, too, stay behind."""
    theirs = _told_by(feed.url, feed.scope)
    linked = select(StoryEntryRow.story_id).join(EntryRow, EntryRow.id == StoryEntryRow.entry_id)
    told = linked.where(theirs)
    own = and_(in_scope(EntryRow, feed.scope), EntryRow.feed_url != feed.url)
    mine = in_scope(StoryRow, feed.scope)
    wanted = select(StoryRow.id).where(
        mine, StoryRow.id.in_(told), ~StoryRow.id.in_(linked.where(own))
    )
    moving = list(await session.scalars(wanted))
    values = scope_values(to)
    for some in chunks(moving):
        which = or_(StoryRow.id.in_(some), StoryRow.merged_into.in_(some))
        await session.execute(update(StoryRow).where(which).values(values))
        await session.execute(
            update(ExplanationRow).where(ExplanationRow.story_id.in_(some)).values(values)
        )
    await session.execute(update(EntryRow).where(theirs).values(values))
    moved = _told_by(feed.url, to)
    # Whoever does not see the new owner must not go on with what is its alone.
    hidden = and_(moved, StoryRow.channel_id != to.channel_id) if to.channel_id else false()
    unseen = linked.join(StoryRow, StoryRow.id == StoryEntryRow.story_id).where(hidden)
    touched = set(await session.scalars(unseen))
    for some in chunks(list(touched)):
        entries = select(EntryRow.id).where(moved)
        await session.execute(
            delete(StoryEntryRow).where(
                StoryEntryRow.story_id.in_(some), StoryEntryRow.entry_id.in_(entries)
            )
        )
    await _tidied(session, touched)


async def _tidied(session: AsyncSession, touched: Collection[str]) -> None:
    """Bring stories that lost entries up to date: explained anew, or gone without an own entry."""
    for some in chunks(list(touched)):
        await session.execute(delete(ExplanationRow).where(ExplanationRow.story_id.in_(some)))
        own = exists().where(
            StoryEntryRow.story_id == StoryRow.id,
            StoryEntryRow.entry_id == EntryRow.id,
            EntryRow.workspace_id == StoryRow.workspace_id,
            EntryRow.channel_id == StoryRow.channel_id,
        )
        empty = list(await session.scalars(select(StoryRow.id).where(StoryRow.id.in_(some), ~own)))
        for part in chunks(empty):
            ended = or_(StoryRow.id.in_(part), StoryRow.merged_into.in_(part))
            await session.execute(delete(StoryRow).where(ended))
        await _retitled(session, set(some) - set(empty))


async def _retitled(session: AsyncSession, story_ids: Collection[str]) -> None:
    """Let no headline stay that only a removed entry had."""
    for story in await load_stories(session, StoryRow.id.in_(story_ids)):
        values: dict[str, Any] = {
            "headline": story.headline,
            "first_at": story.first_at,
            "latest_at": story.latest_at,
        }
        await session.execute(update(StoryRow).where(StoryRow.id == story.id).values(values))


def _told_by(url: str, scope: Scope) -> ColumnElement[bool]:
    return and_(in_scope(EntryRow, scope), EntryRow.feed_url == url)
