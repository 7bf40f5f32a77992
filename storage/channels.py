"""Channels with their preferences, and which of them are due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.digest.preference import Channel
from storage.statements import upsert
from storage.tables import ChannelRow
from storage.transactions import Transactions


class ChannelRepository:
    """Implements `bot.digest.ports.ChannelStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, workspace_id: str, channel_id: str) -> Channel | None:
        async with self._transactions.read() as session:
            row = await session.get(ChannelRow, (workspace_id, channel_id))
        return None if row is None else _channel_of(row)

    async def save(self, channel: Channel) -> None:
        await self.save_many([channel])

    async def save_many(self, channels: list[Channel]) -> None:
        """Insert or replace many channels in one transaction."""
        async with self._transactions.write() as session:
            await upsert(session, ChannelRow, [_values(channel) for channel in channels])

    async def all(self, workspace_id: str | None = None) -> list[Channel]:
        wanted = select(ChannelRow).order_by(
            ChannelRow.workspace_id, ChannelRow.name, ChannelRow.channel_id
        )
        if workspace_id is not None:
            wanted = wanted.where(ChannelRow.workspace_id == workspace_id)
        async with self._transactions.read() as session:
            return [_channel_of(row) for row in await session.scalars(wanted)]

    async def due(self, now: datetime, limit: int = 500) -> list[Channel]:
        # The order is that of the index, so the database reads the first rows and stops.
        wanted = (
            select(ChannelRow)
            .where(ChannelRow.next_due_at <= now)
            .order_by(ChannelRow.next_due_at, ChannelRow.workspace_id, ChannelRow.channel_id)
            .limit(limit)
        )
        async with self._transactions.read() as session:
            return [_channel_of(row) for row in await session.scalars(wanted)]

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        """Forget a channel; its deliveries stay, so that adding it again posts nothing twice."""
        async with self._transactions.write() as session:
            gone = await session.execute(
                delete(ChannelRow)
                .where(ChannelRow.workspace_id == workspace_id, ChannelRow.channel_id == channel_id)
                .returning(ChannelRow.channel_id)
            )
            return gone.first() is not None


def _values(channel: Channel) -> dict[str, Any]:
    return {
        "workspace_id": channel.workspace_id,
        "channel_id": channel.channel_id,
        "name": channel.name,
        "preference": channel.preference,
        "set_up_by": channel.set_up_by,
        "next_due_at": channel.next_due_at,
        "switched_on_at": channel.switched_on_at,
    }


def _channel_of(row: ChannelRow) -> Channel:
    return Channel(
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        name=row.name,
        preference=row.preference,
        set_up_by=row.set_up_by,
        next_due_at=row.next_due_at,
        switched_on_at=row.switched_on_at,
    )
