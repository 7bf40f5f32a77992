"""Forgetting one person, when they ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.feedback import FeedbackRepository
from storage.requests import RequestRepository
from storage.statements import table_of, tables_of_channels
from storage.tables import ChannelRow
from storage.threads import ThreadRepository
from storage.transactions import Transactions

_CHANNELS = table_of(ChannelRow)


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

    What stays: the digests of channels, the effect of their feedback on those, and their id where
    an admin named it in the workspace's rules or as who installed the app.
    """
    threads = await ThreadRepository(transactions).forget_person(workspace_id, user_id)
    requests = await RequestRepository(transactions).forget_person(workspace_id, user_id)
    feedback = await FeedbackRepository(transactions).forget_person(workspace_id, user_id)
    async with transactions.write() as session:
        set_up = (_CHANNELS.c.workspace_id == workspace_id, _CHANNELS.c.set_up_by == user_id)
        own_digests = await _forget_own_digests(session, *set_up)
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


async def _forget_own_digests(session: AsyncSession, *set_up: Any) -> int:
    keys = (_CHANNELS.c.workspace_id, _CHANNELS.c.channel_id)
    found = await session.execute(select(*keys).where(*set_up, _CHANNELS.c.is_dm))
    own = [tuple(row) for row in found]
    for table in tables_of_channels() if own else ():
        at = tuple_(table.c.workspace_id, table.c.channel_id)
        await session.execute(delete(table).where(at.in_(own)))
    return len(own)
