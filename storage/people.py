"""Forgetting one person, when they ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.news.scope import Scope
from storage.feedback import FeedbackRepository
from storage.own_told import drop_told
from storage.requests import RequestRepository
from storage.statements import table_of, tables_of_channels
from storage.tables import AdminNoteRow, ChannelRow, FeedRow
from storage.threads import ThreadRepository
from storage.transactions import Transactions

_CHANNELS = table_of(ChannelRow)
_FEEDS = table_of(FeedRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """
    What went.

    Attributes:
        requests, threads, feedback: How many rows.
        own_digests: Digests by direct message, with everything that was posted there.
        channels: Channels that no longer know who set them up; whoever misses their digest is
            then looked for among the admins.
    """

    requests: int
    threads: int
    feedback: int
    own_digests: int
    channels: int


async def forget_person(transactions: Transactions, workspace_id: str, user_id: str) -> Forgotten:
    """
    Erase what is stored about one person of a workspace.

    What stays: the digests of channels with the feeds that were added there, the effect of their
    feedback on those, their id where an admin named it in the workspace's rules or as who installed
    the app, and how many feeds they added today, which is deleted by itself.
    """
    threads = await ThreadRepository(transactions).forget_person(workspace_id, user_id)
    requests = await RequestRepository(transactions).forget_person(workspace_id, user_id)
    feedback = await FeedbackRepository(transactions).forget_person(workspace_id, user_id)
    async with transactions.write() as session:
        set_up = (_CHANNELS.c.workspace_id == workspace_id, _CHANNELS.c.set_up_by == user_id)
        own_digests = await _forget_own_digests(session, *set_up)
        await _forget_feeds(session, workspace_id, user_id)
        done = await session.execute(
            update(_CHANNELS).where(*set_up).values(set_up_by="", version=_CHANNELS.c.version + 1)
        )
    return Forgotten(
        requests=requests,
        threads=threads,
        feedback=feedback,
        own_digests=own_digests,
        channels=cast("CursorResult[Any]", done).rowcount,
    )


async def _forget_feeds(session: AsyncSession, workspace_id: str, user_id: str) -> None:
    """Delete the feeds of the person's own direct message; the others are nobody's any more."""
    theirs = (_FEEDS.c.workspace_id == workspace_id, _FEEDS.c.added_by == user_id)
    direct = _FEEDS.c.channel_id.startswith("D")
    found = await session.execute(select(_FEEDS.c.channel_id, _FEEDS.c.url).where(*theirs, direct))
    for channel_id, url in found.all():
        await drop_told(session, Scope(workspace_id, channel_id), url)
    await session.execute(delete(_FEEDS).where(*theirs, direct))
    await session.execute(update(_FEEDS).where(*theirs).values(added_by=""))
    notes = table_of(AdminNoteRow)
    owed = notes.alias()
    still = exists().where(owed.c.workspace_id == workspace_id, owed.c.user_id == "")
    told = (notes.c.workspace_id == workspace_id, notes.c.user_id == user_id)
    # Who was told stays written down for as long as the others are still to be told.
    await session.execute(delete(notes).where(*told, ~still))


async def _forget_own_digests(session: AsyncSession, *set_up: Any) -> int:
    keys = (_CHANNELS.c.workspace_id, _CHANNELS.c.channel_id)
    found = await session.execute(select(*keys).where(*set_up, _CHANNELS.c.is_dm))
    own = [tuple(row) for row in found]
    for table in tables_of_channels() if own else ():
        at = tuple_(table.c.workspace_id, table.c.channel_id)
        await session.execute(delete(table).where(at.in_(own)))
    return len(own)
