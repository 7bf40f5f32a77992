"""Small facts about the database itself, by name (table `meta`)."""

from __future__ import annotations

from storage.statements import upsert
from storage.tables import MetaRow
from storage.transactions import Transactions


class FactRepository:
    """Remembers single values between runs, such as when news was last collected."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, key: str) -> str | None:
        """Return the value of *key*, None when it was never set."""
        async with self._transactions.read() as session:
            row = await session.get(MetaRow, key)
        return None if row is None else row.value

    async def set(self, key: str, value: str) -> None:
        """Set or replace the value of *key*."""
        async with self._transactions.write() as session:
            await upsert(session, MetaRow, [{"key": key, "value": value}])
