"""
Moving everything to another database, from SQLite to PostgreSQL or back: nothing lost, or nothing done.

The source is read as one consistent state. The target is written, read again and compared within
one transaction, which is committed only when every table has the same number of rows and the same
checksum. Stored texts are copied as they stand, so that what was encrypted stays so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StorageError
from storage.cipher import Cipher
from storage.columns import UtcDateTime
from storage.engine import WRITES, database_url, make_engine, sqlite_path
from storage.failures import translated
from storage.lock import RunnerLock
from storage.migrate import current_revision, migrate
from storage.migrations import HEAD
from storage.reencrypt import encrypted_columns
from storage.tables import Base

Progress = Callable[[str, int, int], None]
_BATCH = 1_000
_MODULUS = 1 << 256
# Kept as they are, since the databases store them differently; anything else is text.
_KEPT = (UtcDateTime, Boolean, Date, Double, Integer)


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """How many rows of a table were copied, and the checksum over all of them (hexadecimal)."""

    name: str
    rows: int
    checksum: str


async def copy_database(
    from_url: str, to_url: str, *, cipher: Cipher, progress: Progress | None = None
) -> list[CopiedTable]:
    """
    Copy every table of the database at *from_url* to an empty one at *to_url*.

    A SQLite file on either side is locked as `plainwire run` does. Of a PostgreSQL source, the
    processes that write to it have to be stopped before: what they write after the start is not copied.

    Args:
        from_url: An up-to-date database of plainwire.
        to_url: An empty one; its schema is made here.
        cipher: With the key of the source; every secret is tried before anything is kept.
        progress: Called with a table's name, its rows copied so far, and all of its rows.

    Returns:
        The tables, in the order in which they were copied.

    Raises:
        Locked: `plainwire run` works on one of them.
        CipherError: A secret cannot be decrypted with the keys at hand.
        StorageError: The source is behind, the target is not empty or did not take everything, or
            one of them cannot be used. The target then holds no rows.
    """
    async with AsyncExitStack() as stack:
        await _prepare(stack, from_url, to_url)
        source = await stack.enter_async_context(_reading(from_url))
        target = await stack.enter_async_context(_writing(to_url))
        await _refuse_filled(target)
        copied = [
            await _copy_table(source, target, table, cipher, progress or _silent)
            for table in Base.metadata.sorted_tables
        ]
        for table in copied:
            await _verify(target, table)
        await _restart_numbering(target)
    return copied


async def _prepare(stack: AsyncExitStack, from_url: str, to_url: str) -> None:
    """Look at both sides, lock files, and bring the target's schema into being."""
    if database_url(from_url) == database_url(to_url):
        raise StorageError(
            "Both addresses are the same database.", next_step="Name another one to copy to."
        )
    path = sqlite_path(from_url)
    if path is not None and not await asyncio.to_thread(path.exists):
        raise StorageError(f"There is no database file {path}.", next_step="Check the address.")
    for each in (path, sqlite_path(to_url)):
        if each is not None:
            stack.enter_context(RunnerLock(each))
    await _require_head(from_url)
    await migrate(to_url)


async def _require_head(url: str) -> None:
    engine = make_engine(database_url(url))
    try:
        revision = await current_revision(engine)
    finally:
        await engine.dispose()
    if revision != HEAD:
        raise StorageError(
            f"The database to copy from is not up to date (schema {revision or 'missing'}).",
            next_step="Check its address, or run `plainwire migrate` on it.",
        )


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(database_url(url))
    reading = engine
    if engine.dialect.name == "postgresql":
        reading = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    async with _opened(engine, reading) as connection:
        yield connection


@asynccontextmanager
async def _writing(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(database_url(url))
    async with _opened(engine, engine.execution_options(**{WRITES: True})) as connection:
        yield connection


@asynccontextmanager
async def _opened(engine: AsyncEngine, options: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open one transaction, which is committed when the block ends without an error."""
    try:
        with translated():
            async with options.begin() as connection:
                yield connection
    finally:
        await engine.dispose()


async def _refuse_filled(target: AsyncConnection) -> None:
    for table in Base.metadata.sorted_tables:
        if (await target.execute(select(table.primary_key.columns[0]).limit(1))).first():
            raise StorageError(
                f"The database to copy to is not empty (table {table.name}).",
                next_step="Copy to a new one.",
            )


async def _copy_table(
    source: AsyncConnection,
    target: AsyncConnection,
    declared: Table,
    cipher: Cipher,
    progress: Progress,
) -> CopiedTable:
    table = _as_stored(declared)
    secrets = [column.name for column in encrypted_columns(declared)]
    total = await source.scalar(select(func.count()).select_from(table)) or 0
    done = checksum = 0
    progress(table.name, done, total)
    async for rows in _batches(source, table):
        # Off the loop: many rows take a while to decrypt and to add up.
        checksum = await asyncio.to_thread(_examined, rows, secrets, cipher, checksum)
        await target.execute(insert(table), rows)
        done += len(rows)
        progress(table.name, done, total)
    return CopiedTable(table.name, done, f"{checksum:064x}")


async def _verify(target: AsyncConnection, copied: CopiedTable) -> None:
    """Read a table again and compare; nothing is committed when something differs."""
    count = checksum = 0
    async for rows in _batches(target, _as_stored(Base.metadata.tables[copied.name])):
        checksum = await asyncio.to_thread(_added, rows, checksum)
        count += len(rows)
    if (count, f"{checksum:064x}") != (copied.rows, copied.checksum):
        raise StorageError(
            f"Table {copied.name} arrived changed ({count} of {copied.rows} rows), so nothing was kept.",
            next_step="Please report it; the database copied from is as it was.",
        )


async def _batches(
    connection: AsyncConnection, table: Table
) -> AsyncIterator[list[dict[str, Any]]]:
    result = await connection.stream(select(table), execution_options={"yield_per": _BATCH})
    async for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]


def _examined(
    rows: Sequence[dict[str, Any]], secrets: Sequence[str], cipher: Cipher, checksum: int
) -> int:
    for row in rows:
        for name in secrets:
            if row[name] is not None:
                cipher.decrypt(row[name])
    return _added(rows, checksum)


def _added(rows: Sequence[dict[str, Any]], checksum: int) -> int:
    """Return a checksum with these rows added; it does not depend on their order."""
    for row in rows:
        digest = sha256(repr(tuple(row.values())).encode("utf-8", "backslashreplace")).digest()
        checksum = (checksum + int.from_bytes(digest, "big")) % _MODULUS
    return checksum


def _as_stored(table: Table) -> Table:
    """Return the table with texts as they stand in the database: neither decoded nor decrypted."""
    columns = [Column(it.name, it.type if _is_kept(it) else Text()) for it in table.columns]
    return Table(table.name, MetaData(), *columns)


def _is_kept(column: Column[Any]) -> bool:
    return isinstance(column.type, _KEPT)


async def _restart_numbering(target: AsyncConnection) -> None:
    """Let PostgreSQL number new rows after the copied ones; SQLite does so by itself."""
    if target.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        highest = await target.scalar(select(func.max(column)))
        if highest is not None:
            await target.execute(
                text("SELECT setval(pg_get_serial_sequence(:of_table, :of_column), :highest)"),
                {"of_table": table.name, "of_column": column.name, "highest": highest},
            )


def _silent(_table: str, _done: int, _total: int) -> None:
    """Report to nobody."""
