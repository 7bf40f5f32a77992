"""Stories: whole, with their entries and revisions; merged ones lead to the survivor."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.news.entry import Entry
from bot.news.scope import SHARED, Scope
from bot.news.story import Novelty, Revision, Story
from storage.entries import entry_of, entry_values
from storage.statements import (
    AT_ONCE,
    alone_in,
    chunks,
    execute_many,
    insert_into,
    table_of,
    upsert,
)
from storage.tables import (
    EntryRow,
    RevisionRow,
    StoryEntryRow,
    StoryRow,
    in_scope,
    scope_values,
)
from storage.transactions import Transactions


class StoryRepository:
    """Implements `bot.news.ports.StoryStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def since(self, since: datetime, scopes: Collection[Scope] = (SHARED,)) -> list[Story]:
        """Return stories as the port says, the latest first; read a few at a time, as of one moment."""
        wanted = and_(
            StoryRow.latest_at >= since,
            StoryRow.merged_into.is_(None),
            # The workspaces besides: SQLite uses no index for a list of tuples.
            StoryRow.workspace_id.in_({scope.workspace_id for scope in scopes}),
            tuple_(StoryRow.workspace_id, StoryRow.channel_id).in_(sorted(scopes)),
        )
        async with self._transactions.read() as session:
            return await load_stories(session, wanted)

    async def get(self, story_id: str, viewer: Scope) -> Story | None:
        async with self._transactions.read() as session:
            survivor = await _survivor(session, story_id)
            stories = await _load_some(session, [survivor])
        return stories[0] if stories and viewer.sees(stories[0].scope) else None

    async def save(self, stories: Sequence[Story], merged: dict[str, str]) -> None:
        async with self._transactions.write() as session:
            stories, merged = await _with_stored_ids(session, stories, merged)
            entries = {entry.id: entry for story in stories for entry in story.entries}
            # A first round brings thousands, and each story looks for its headline.
            story_rows = await asyncio.to_thread(lambda: [_story_values(one) for one in stories])
            await upsert(session, EntryRow, [entry_values(entry) for entry in entries.values()])
            await upsert(session, StoryRow, story_rows)
            await _replace_parts(session, stories)
            if merged:
                await _merge(session, _resolved(merged))


async def load_stories(session: AsyncSession, wanted: ColumnElement[bool]) -> list[Story]:
    """Return the stories of a condition on `StoryRow`, the latest first."""
    latest_first = (
        select(StoryRow.id).where(wanted).order_by(StoryRow.latest_at.desc(), StoryRow.id)
    )
    story_ids = (await session.scalars(latest_first)).all()
    stories: list[Story] = []
    for some in chunks(story_ids, AT_ONCE):
        stories += await _load_some(session, some)
    return stories


async def _load_some(session: AsyncSession, story_ids: Sequence[str]) -> list[Story]:
    """Return whole stories in the order of their ids; those that are not there are left out."""
    found = await session.scalars(select(StoryRow).where(StoryRow.id.in_(story_ids)))
    rows = {row.id: row for row in found}
    entries = await _entries_of(session, story_ids)
    revisions = defaultdict(list)
    for revision in await session.scalars(
        select(RevisionRow)
        .where(RevisionRow.story_id.in_(story_ids))
        .order_by(RevisionRow.story_id, RevisionRow.number)
    ):
        revisions[revision.story_id].append(_revision_of(revision))
    return [
        Story(
            id=row.id,
            entries=tuple(entries[row.id]),
            topics=row.topics,
            language=row.language,
            revisions=tuple(revisions[row.id]),
            scope=Scope(row.workspace_id, row.channel_id),
            copy_of=row.copy_of,
        )
        for row in (rows[story_id] for story_id in story_ids if story_id in rows)
        # A story without entries would break its own promise; only merged ones have none.
        if entries[row.id]
    ]


async def _entries_of(session: AsyncSession, story_ids: Sequence[str]) -> dict[str, list[Entry]]:
    """Return the entries of stories in their order; one story may have hundreds, each with its text."""
    linked = (
        select(StoryEntryRow.story_id, StoryEntryRow.entry_id)
        .where(StoryEntryRow.story_id.in_(story_ids))
        .order_by(StoryEntryRow.story_id, StoryEntryRow.position)
    )
    links = (await session.execute(linked)).all()
    loaded: dict[str, Entry] = {}
    for some in chunks(list({entry_id for _, entry_id in links}), AT_ONCE):
        for row in await session.scalars(select(EntryRow).where(EntryRow.id.in_(some))):
            loaded[row.id] = entry_of(row)
    entries: dict[str, list[Entry]] = defaultdict(list)
    for story_id, entry_id in links:
        entries[story_id].append(loaded[entry_id])
    return entries


async def _survivor(session: AsyncSession, story_id: str) -> str:
    """Follow merges; saving keeps the chain one step long, so this is one SELECT or two."""
    seen = {story_id}
    while True:
        target = await session.scalar(select(StoryRow.merged_into).where(StoryRow.id == story_id))
        if target is None or target in seen:
            return story_id
        seen.add(target)
        story_id = target


async def _with_stored_ids(
    session: AsyncSession, stories: Sequence[Story], merged: dict[str, str]
) -> tuple[Sequence[Story], dict[str, str]]:
    """
    Give new own stories the id under which another process has stored the same meanwhile.

    Their ids are random: what makes two of them the same is an own entry that both tell.
    """
    scopes = sorted({story.scope for story in stories} - {SHARED})
    for workspace_id in sorted({scope.workspace_id for scope in scopes}):
        await alone_in(session, workspace_id)
    taken = {story.id for story in stories}
    renamed: dict[str, str] = {}
    for scope in scopes:
        own = [story for story in stories if story.scope == scope]
        holders = await _holders(session, scope, own)
        for story in own:
            there = [holders[entry.id] for entry in story.entries if entry.id in holders]
            if there and story.id not in there and there[0] not in taken:
                taken.add(there[0])
                renamed[story.id] = there[0]
    stories = [replace(it, id=renamed.get(it.id, it.id)) for it in stories]
    return stories, {old: renamed.get(new, new) for old, new in merged.items()}


async def _holders(session: AsyncSession, scope: Scope, stories: Sequence[Story]) -> dict[str, str]:
    """Return own entry's id -> the story of the scope that is stored with it."""
    own = [it.id for story in stories for it in story.entries if it.scope == scope]
    found: dict[str, str] = {}
    for some in chunks(sorted(set(own))):
        rows = await session.execute(
            select(StoryEntryRow.entry_id, StoryRow.id)
            .join(StoryRow, StoryRow.id == StoryEntryRow.story_id)
            .where(StoryEntryRow.entry_id.in_(some), in_scope(StoryRow, scope))
            .order_by(StoryEntryRow.entry_id, StoryRow.id)
        )
        found.update((entry_id, story_id) for entry_id, story_id in rows)
    return found


async def _replace_parts(session: AsyncSession, stories: Sequence[Story]) -> None:
    for some in chunks([story.id for story in stories], AT_ONCE):
        await session.execute(delete(StoryEntryRow).where(StoryEntryRow.story_id.in_(some)))
        await session.execute(delete(RevisionRow).where(RevisionRow.story_id.in_(some)))
    links = [link for story in stories for link in _links(story)]
    if links:
        await execute_many(session, insert(table_of(StoryEntryRow)), links)
    revisions = [values for story in stories for values in _revisions(story)]
    if revisions:
        await execute_many(session, insert(table_of(RevisionRow)), revisions)


async def _merge(session: AsyncSession, merged: Mapping[str, str]) -> None:
    """Leave a pointer in place of each merged story, also of one that was never stored."""
    targets = {
        row.id: row
        for some in chunks(list(set(merged.values())))
        for row in await session.scalars(select(StoryRow).where(StoryRow.id.in_(some)))
    }
    unknown = set(merged.values()) - set(targets)
    if unknown:
        raise ValueError(f"stories merged into unknown ones: {sorted(unknown)}")
    for old, new in sorted(merged.items()):
        await _point(session, old, targets[new])


async def _point(session: AsyncSession, old: str, target: StoryRow) -> None:
    pointer = insert_into(session, StoryRow).values(_pointer_values(old, target))
    await session.execute(
        pointer.on_conflict_do_update(index_elements=["id"], set_={"merged_into": target.id})
    )
    await session.execute(
        update(StoryRow).where(StoryRow.merged_into == old).values(merged_into=target.id)
    )
    await session.execute(update(StoryRow).where(StoryRow.copy_of == old).values(copy_of=target.id))
    await session.execute(delete(StoryEntryRow).where(StoryEntryRow.story_id == old))
    await session.execute(delete(RevisionRow).where(RevisionRow.story_id == old))


def _resolved(merged: Mapping[str, str]) -> dict[str, str]:
    """Return *merged* with chains (a -> b, b -> c) cut short (a -> c, b -> c) and circles left out."""
    resolved = {}
    for old in merged:
        new, seen = merged[old], {old}
        while new in merged and new not in seen:
            seen.add(new)
            new = merged[new]
        if new not in seen:
            resolved[old] = new
    return resolved


def _story_values(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        **scope_values(story.scope),
        "headline": story.headline,
        "language": story.language,
        "topics": story.topics,
        "first_at": story.first_at,
        "latest_at": story.latest_at,
        "merged_into": None,
        "copy_of": story.copy_of,
    }


def _pointer_values(old: str, target: StoryRow) -> dict[str, Any]:
    return {
        "id": old,
        "workspace_id": target.workspace_id,
        "channel_id": target.channel_id,
        "headline": target.headline,
        "language": target.language,
        "topics": target.topics,
        "first_at": target.first_at,
        "latest_at": target.latest_at,
        "merged_into": target.id,
        "copy_of": target.copy_of,
    }


def _links(story: Story) -> list[dict[str, Any]]:
    ids = dict.fromkeys(entry.id for entry in story.entries)
    return [
        {"story_id": story.id, "entry_id": entry_id, "position": position}
        for position, entry_id in enumerate(ids)
    ]


def _revisions(story: Story) -> list[dict[str, Any]]:
    return [
        {
            "story_id": story.id,
            "number": revision.number,
            "entry_id": revision.entry_id,
            "at": revision.at,
            "novelty": revision.novelty,
            "detail": revision.detail,
        }
        for revision in story.revisions
    ]


def _revision_of(row: RevisionRow) -> Revision:
    return Revision(
        number=row.number,
        entry_id=row.entry_id,
        at=row.at,
        novelty=cast("Novelty", row.novelty),
        detail=row.detail,
    )
