"""Small facts about the database itself, by name (table `meta`)."""

from __future__ import annotations

from storage.statements import insert_into, upsert
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

    async def once(self, key: str, value: str) -> str:
        """Set the value of *key* if it has none, and return the one that stands: the first."""
        async with self._transactions.write() as session:
            insert = insert_into(session, MetaRow).on_conflict_do_nothing()
            await session.execute(insert, {"key": key, "value": value})
            row = await session.get(MetaRow, key)
        return value if row is None else row.value

    async def set(self, key: str, value: str) -> None:
        """Set or replace the value of *key*."""
        async with self._transactions.write() as session:
            await upsert(session, MetaRow, [{"key": key, "value": value}])
