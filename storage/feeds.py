"""Feeds and what is remembered of polling them."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, true, update

from bot.news.feed import Feed, PolledFeed, PollState
from bot.news.scope import SHARED, Scope
from storage.own_told import drop_told
from storage.statements import alone_in, insert_into, sha256_of
from storage.tables import EntryRow, FeedRow, in_scope, scope_values
from storage.transactions import Transactions


class FeedRepository:
    """Implements `bot.news.ports.FeedStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def all(self, scope: Scope = SHARED) -> list[PolledFeed]:
        return await self._select(in_scope(FeedRow, scope), FeedRow.name, FeedRow.url)

    async def everywhere(self) -> list[PolledFeed]:
        """Return the feeds of the catalogue and all own ones, by name."""
        return await self._select(true(), FeedRow.name, FeedRow.url)

    async def scopes(self) -> set[Scope]:
        """Return the workspaces and conversations that have feeds of their own."""
        columns = (FeedRow.workspace_id, FeedRow.channel_id)
        async with self._transactions.read() as session:
            rows = await session.execute(select(*columns).distinct())
            return {Scope(*row) for row in rows} - {SHARED}

    async def due(self, now: datetime) -> list[PolledFeed]:
        waiting = or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= now)
        never_first = FeedRow.next_poll_at.asc().nulls_first()
        return await self._select(and_(FeedRow.gone.is_(False), waiting), never_first, FeedRow.url)

    async def add(self, feed: Feed) -> bool:
        """Add a feed, or update it; one that was gone is polled again."""
        values = feed_values(feed)
        async with self._transactions.write() as session:
            insert = insert_into(session, FeedRow).on_conflict_do_nothing()
            added = await session.execute(insert.returning(FeedRow.url_sha256), values)
            if added.first() is not None:
                return True
            await session.execute(update(FeedRow).where(_is(feed)).values(_description(feed)))
            revived = {"gone": False, "failures": 0, "last_error": None, "next_poll_at": None}
            await session.execute(
                update(FeedRow).where(_is(feed), FeedRow.gone.is_(True)).values(revived)
            )
        return False

    async def remove(self, url: str, scope: Scope = SHARED) -> bool:
        async with self._transactions.write() as session:
            if scope != SHARED:
                await alone_in(session, scope.workspace_id)
            gone = await session.execute(
                delete(FeedRow).where(_at(url, scope)).returning(FeedRow.url_sha256)
            )
            if gone.first() is None:
                return False
            if scope != SHARED:
                await drop_told(session, scope, url)
            return True

    async def save_poll(self, feed: Feed, poll: PollState) -> None:
        async with self._transactions.write() as session:
            await session.execute(update(FeedRow).where(_is(feed)).values(asdict(poll)))

    async def move(self, feed: Feed, to_url: str) -> None:
        """
        Store a feed's new address; when that is already a feed of the same owner, the old one goes.

        The validators of the old address (ETag, Last-Modified) say nothing about the new one.
        """
        moved = {"url": to_url, "url_sha256": sha256_of(to_url), "etag": None}
        forgotten = {"last_modified": None, "moved_to": None, "moved_seen": 0}
        async with self._transactions.write() as session:
            there = select(func.count()).select_from(FeedRow)
            if to_url == feed.url:
                return
            if feed.scope != SHARED:
                # What an own feed told is found by its address when it is removed or shared.
                theirs = and_(in_scope(EntryRow, feed.scope), EntryRow.feed_url == feed.url)
                await session.execute(update(EntryRow).where(theirs).values(feed_url=to_url))
            if await session.scalar(there.where(_at(to_url, feed.scope))):
                await session.execute(delete(FeedRow).where(_is(feed)))
            else:
                await session.execute(
                    update(FeedRow).where(_is(feed)).values({**moved, **forgotten})
                )

    async def _select(self, wanted: ColumnElement[bool], *order: Any) -> list[PolledFeed]:
        async with self._transactions.read() as session:
            rows = await session.scalars(select(FeedRow).where(wanted).order_by(*order))
            return [_polled(row) for row in rows]


def feed_values(feed: Feed) -> dict[str, Any]:
    """Return the columns of a new feed; an own one gets a seed, which nobody can guess."""
    return {
        **scope_values(feed.scope),
        "url_sha256": sha256_of(feed.url),
        "url": feed.url,
        "seed": "" if feed.scope == SHARED else secrets.token_hex(16),
        **_description(feed),
    }


def _at(url: str, scope: Scope) -> ColumnElement[bool]:
    return and_(in_scope(FeedRow, scope), FeedRow.url_sha256 == sha256_of(url))


def _is(feed: Feed) -> ColumnElement[bool]:
    return _at(feed.url, feed.scope)


def _description(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "outlet": feed.outlet,
        "language": feed.language,
        "weight": feed.weight,
        "only_ai": feed.only_ai,
    }


def _polled(row: FeedRow) -> PolledFeed:
    feed = Feed(
        url=row.url,
        name=row.name,
        outlet=row.outlet,
        language=row.language,
        weight=row.weight,
        only_ai=row.only_ai,
        scope=Scope(row.workspace_id, row.channel_id),
        seed=row.seed,
    )
    poll = PollState(
        etag=row.etag,
        last_modified=row.last_modified,
        next_poll_at=row.next_poll_at,
        last_success_at=row.last_success_at,
        last_error=row.last_error,
        failures=row.failures,
        moved_to=row.moved_to,
        moved_seen=row.moved_seen,
        gone=row.gone,
    )
    return PolledFeed(feed=feed, poll=poll)
