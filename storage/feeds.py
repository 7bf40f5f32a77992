"""Feeds and what is remembered of polling them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, true, update

from bot.news.feed import Feed, PolledFeed, PollState
from storage.statements import insert_into, sha256_of
from storage.tables import FeedRow, loaded_workspace, stored_workspace
from storage.transactions import Transactions


class FeedRepository:
    """Implements `bot.news.ports.FeedStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def all(self, workspace_id: str | None = None) -> list[PolledFeed]:
        wanted = FeedRow.workspace_id == stored_workspace(workspace_id)
        return await self._select(wanted, FeedRow.name, FeedRow.url)

    async def everywhere(self) -> list[PolledFeed]:
        """Return the feeds of the catalogue and of every workspace, by name."""
        return await self._select(true(), FeedRow.name, FeedRow.url)

    async def due(self, now: datetime) -> list[PolledFeed]:
        waiting = or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= now)
        never_first = FeedRow.next_poll_at.asc().nulls_first()
        return await self._select(and_(FeedRow.gone.is_(False), waiting), never_first, FeedRow.url)

    async def add(self, feed: Feed) -> bool:
        """Add a feed, or update it; one that was gone is polled again."""
        values = {**_key(feed), **_description(feed)}
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

    async def remove(self, url: str, workspace_id: str | None = None) -> bool:
        async with self._transactions.write() as session:
            gone = await session.execute(
                delete(FeedRow).where(_at(url, workspace_id)).returning(FeedRow.url_sha256)
            )
            return gone.first() is not None

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
            if await session.scalar(there.where(_at(to_url, feed.workspace_id))):
                await session.execute(delete(FeedRow).where(_is(feed)))
            else:
                await session.execute(
                    update(FeedRow).where(_is(feed)).values({**moved, **forgotten})
                )

    async def _select(self, wanted: ColumnElement[bool], *order: Any) -> list[PolledFeed]:
        async with self._transactions.read() as session:
            rows = await session.scalars(select(FeedRow).where(wanted).order_by(*order))
            return [_polled(row) for row in rows]


def _at(url: str, workspace_id: str | None) -> ColumnElement[bool]:
    return and_(
        FeedRow.workspace_id == stored_workspace(workspace_id),
        FeedRow.url_sha256 == sha256_of(url),
    )


def _is(feed: Feed) -> ColumnElement[bool]:
    return _at(feed.url, feed.workspace_id)


def _key(feed: Feed) -> dict[str, Any]:
    return {
        "workspace_id": stored_workspace(feed.workspace_id),
        "url_sha256": sha256_of(feed.url),
        "url": feed.url,
    }


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
        workspace_id=loaded_workspace(row.workspace_id),
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
