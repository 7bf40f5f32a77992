"""Changing the encryption key: everything encrypted, in whatever table, is encrypted anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, bindparam, select, tuple_, update

from storage.columns import EncryptedJsonOf, EncryptedText
from storage.statements import chunks
from storage.tables import Base
from storage.transactions import Transactions

_BATCH = 500


async def reencrypt(transactions: Transactions) -> int:
    """
    Encrypt every secret anew with the first key; return how many rows there are.

    Rows are written in batches, each in its own transaction: when it is broken off, doing it again
    goes through all of them once more. The old key can go when it is through.

    Raises:
        CipherError: One cannot be decrypted with the keys at hand; it and what follows stay.
    """
    return sum([await _table(transactions, table) for table in Base.metadata.sorted_tables])


def encrypted_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table that hold what the cipher made."""
    return [it for it in table.columns if isinstance(it.type, EncryptedText | EncryptedJsonOf)]


async def _table(transactions: Transactions, table: Table) -> int:
    secrets = encrypted_columns(table)
    if not secrets:
        return 0
    keys = list(table.primary_key)
    async with transactions.read() as session:
        found = [tuple(row) for row in await session.execute(select(*keys))]
    write = (
        update(table)
        .where(*(key == bindparam(f"of_{key.name}") for key in keys))
        .values({column.name: bindparam(f"new_{column.name}") for column in secrets})
    )
    for some in chunks(found, _BATCH):
        async with transactions.write() as session:
            # Held until written: what is changed meanwhile must not be written back as it was.
            held = select(*keys, *secrets).where(tuple_(*keys).in_(some)).with_for_update()
            rows = [
                {f"of_{key.name}": row[key.name] for key in keys}
                | {f"new_{column.name}": row[column.name] for column in secrets}
                for row in (await session.execute(held)).mappings()
            ]
            if rows:
                await (await session.connection()).execute(write, rows)
    return len(found)
