"""Own feeds of workspaces and conversations: added within limits, and given to others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.digest.own_feed_limits import Admission, OwnFeedLimits
from bot.news.feed import Feed
from bot.news.scope import Scope
from storage.feeds import feed_values
from storage.own_told import drop_entries, drop_told, give_told
from storage.statements import alone_in, chunks, insert_into, sha256_of, table_of
from storage.tables import (
    EntryRow,
    FeedAdditionsRow,
    FeedRow,
    StoryEntryRow,
    in_scope,
    scope_values,
)
from storage.transactions import Transactions

_ADDITIONS = table_of(FeedAdditionsRow).c


class OwnFeedRepository:
    """
    Implements `bot.digest.ports.OwnFeedStore`.

    Whoever changes the own feeds of a workspace waits for the one before, in whatever process, so
    that counting and adding are one.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def room(self, scope: Scope, by: str, on: date, limits: OwnFeedLimits) -> Admission:
        async with self._transactions.read() as session:
            return await _room(session, scope, by, on, limits)

    async def add(self, feed: Feed, by: str, on: date, limits: OwnFeedLimits) -> Admission:
        async with self._transactions.write() as session:
            await alone_in(session, feed.scope.workspace_id)
            if await _count(session, _feed_at(feed.url, feed.scope)):
                return Admission.KNOWN
            room = await _room(session, feed.scope, by, on, limits)
            if room is Admission.ADDED:
                values = {**feed_values(feed), "added_by": by}
                await session.execute(insert_into(session, FeedRow).values(values))
                await _count_addition(session, feed.scope.workspace_id, by, on)
            return room

    async def give(self, feed: Feed, to: Scope, limits: OwnFeedLimits) -> Admission:
        async with self._transactions.write() as session:
            await alone_in(session, to.workspace_id)
            old = _feed_at(feed.url, feed.scope)
            if not await _count(session, old):
                return Admission.GONE
            if await _count(session, _feed_at(feed.url, to)):
                await session.execute(delete(FeedRow).where(old))
                await drop_told(session, feed.scope, feed.url)
                return Admission.ADDED
            if await _count(session, in_scope(FeedRow, to)) >= limits.here:
                return Admission.HERE_FULL
            await session.execute(update(FeedRow).where(old).values(scope_values(to)))
            await give_told(session, feed, to)
            return Admission.ADDED

    async def sweep(self, touched: Collection[str], *, since: datetime) -> None:
        """
        Delete what a round of collecting stored of own feeds that are gone.

        A feed may be removed, or shared, while it is being read.

        Args:
            touched: Ids of the stories that were stored.
            since: When the round began (aware UTC); what was first seen then is looked at, too.
        """
        read = exists().where(
            FeedRow.workspace_id == EntryRow.workspace_id,
            FeedRow.channel_id == EntryRow.channel_id,
            FeedRow.url == EntryRow.feed_url,
        )
        async with self._transactions.write() as session:
            for some in (*chunks(list(touched)), ()):
                told = select(StoryEntryRow.entry_id).where(StoryEntryRow.story_id.in_(some))
                looked_at = EntryRow.id.in_(told) if some else EntryRow.seen_at >= since
                orphaned = and_(EntryRow.workspace_id != "", looked_at, ~read)
                found = list(await session.scalars(select(EntryRow.id).where(orphaned)))
                for part in chunks(found):
                    await drop_entries(session, EntryRow.id.in_(part))


async def _room(
    session: AsyncSession, scope: Scope, by: str, on: date, limits: OwnFeedLimits
) -> Admission:
    workspace = FeedRow.workspace_id == scope.workspace_id
    today = select(_ADDITIONS.count).where(
        _ADDITIONS.workspace_id == scope.workspace_id,
        _ADDITIONS.user_id == by,
        _ADDITIONS.added_on == on,
    )
    if (await session.scalar(today) or 0) >= limits.a_day:
        return Admission.ENOUGH_TODAY
    if await _count(session, in_scope(FeedRow, scope)) >= limits.here:
        return Admission.HERE_FULL
    if await _count(session, and_(workspace, FeedRow.added_by == by)) >= limits.person:
        return Admission.PERSON_FULL
    if await _count(session, workspace) >= limits.workspace:
        return Admission.WORKSPACE_FULL
    return Admission.ADDED


async def _count_addition(session: AsyncSession, workspace_id: str, by: str, on: date) -> None:
    first = {"workspace_id": workspace_id, "user_id": by, "added_on": on, "count": 1}
    insert = insert_into(session, FeedAdditionsRow).values(first)
    more = insert.on_conflict_do_update(
        index_elements=["workspace_id", "user_id", "added_on"],
        set_={"count": _ADDITIONS.count + 1},
    )
    await session.execute(more)


async def _count(session: AsyncSession, wanted: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(FeedRow).where(wanted)) or 0


def _feed_at(url: str, scope: Scope) -> ColumnElement[bool]:
    return and_(in_scope(FeedRow, scope), FeedRow.url_sha256 == sha256_of(url))
