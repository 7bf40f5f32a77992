"""Statements that both databases understand but SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base

T = TypeVar("T")

Values = Mapping[str, Any]

# Below SQLite's limit of 32,766 and PostgreSQL's of 65,535 parameters per statement.
_CHUNK = 5_000
# Rows that are bound or read in one piece: some milliseconds of the event loop.
AT_ONCE = 200


def table_of(row: type[Base]) -> Table:
    """Return the table behind a row class."""
    return cast("Table", row.__table__)


def tables_of_channels() -> list[Table]:
    """Return every table whose rows belong to a channel; a new table is found by itself."""
    wanted = {"workspace_id", "channel_id"}
    return [table for table in Base.metadata.sorted_tables if wanted <= set(table.c.keys())]


def insert_into(session: AsyncSession, row: type[Base]) -> sqlite.Insert:
    """Return an INSERT that can say what happens on a conflict, for the session's database."""
    return insert_of(session.get_bind().dialect.name, row)


async def alone_in(session: AsyncSession, workspace_id: str) -> None:
    """Wait until nobody else changes the own feeds or own stories of a workspace."""
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:of_workspace, 0))")
        await session.execute(lock, {"of_workspace": f"own:{workspace_id}"})
    # On SQLite one transaction writes at a time.


async def upsert(session: AsyncSession, row: type[Base], rows: Sequence[Values]) -> None:
    """
    Insert rows, or replace those with the same primary key.

    All rows name the same columns. They are written in the order of their keys, so that two
    processes that write the same rows wait for each other instead of locking each other out.
    """
    if not rows:
        return
    statement = _upsert(session.get_bind().dialect.name, row, tuple(rows[0]))
    keys = keys_of(row)
    await execute_many(
        session, statement, sorted(rows, key=lambda values: [values[k] for k in keys])
    )


async def execute_many(
    session: AsyncSession, statement: Executable, rows: Sequence[Values]
) -> None:
    """Execute a statement for each of many rows; between a few and the next, others have a turn."""
    for some in chunks(rows, AT_ONCE):
        await session.execute(statement, list(some))


def insert_of(dialect: str, row: type[Base]) -> sqlite.Insert:
    """Return an INSERT that can say what happens on a conflict, for a database by its name."""
    if dialect == "sqlite":
        return sqlite.insert(table_of(row))
    from sqlalchemy.dialects import postgresql

    # The two classes have the same methods and no common base.
    return cast("sqlite.Insert", postgresql.insert(table_of(row)))


@lru_cache
def _upsert(dialect: str, row: type[Base], columns: tuple[str, ...]) -> sqlite.Insert:
    """Building a statement takes longer than running it, and there are few of these."""
    statement = insert_of(dialect, row)
    keys = keys_of(row)
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def keys_of(row: type[Base]) -> list[str]:
    """Return the names of the columns of a row's primary key."""
    return [column.name for column in table_of(row).primary_key]


def chunks(values: Sequence[T], size: int = _CHUNK) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that fit into one statement; *size* smaller when each has many parts."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def sha256_of(url: str) -> str:
    """Return the key under which an address from outside is stored."""
    return sha256(url.encode("utf-8", "replace")).hexdigest()
