"""Erasing a channel that Slack deleted, with everything stored for it."""

from __future__ import annotations

from sqlalchemy import delete

from storage.statements import tables_of_channels
from storage.transactions import Transactions


class ChannelDataRepository:
    """Implements `bot.digest.ports.ChannelData`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def erase(self, workspace_id: str, channel_id: str) -> None:
        async with self._transactions.write() as session:
            for table in tables_of_channels():
                await session.execute(
                    delete(table).where(
                        table.c.workspace_id == workspace_id, table.c.channel_id == channel_id
                    )
                )
