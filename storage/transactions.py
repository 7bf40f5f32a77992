"""One way to read and one way to write, the same on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from storage.engine import LOOKS, WRITES
from storage.failures import translated


class Transactions:
    """
    Opens the transactions of one database; every repository gets this and nothing else.

    Reading sees one consistent state throughout. Writing commits when the block ends without an
    error. Both raise `StorageError` for what the database does, the cause chained.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.dialect = engine.dialect.name
        self.writing_engine = engine.execution_options(**{WRITES: True})
        self._readers = _sessions(_reading(engine))
        self._looking = _looking(engine)
        self._writers = _sessions(self.writing_engine)
        # SQLite has one writer at a time; queueing here is fair and costs no polling of the file.
        self._turn = asyncio.Lock() if self.dialect == "sqlite" else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads."""
        with translated():
            # Ended like a write: at a ROLLBACK psycopg forgets all statements it has prepared.
            async with self._readers.begin() as session:
                yield session

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for single SELECTs: each sees one state, two of them maybe not the same."""
        with translated():
            async with self._looking.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that may write. Never open one inside another."""
        async with AsyncExitStack() as stack:
            stack.enter_context(translated())
            if self._turn is not None:
                await stack.enter_async_context(self._turn)
            yield await stack.enter_async_context(self._writers.begin())


def _reading(engine: AsyncEngine) -> AsyncEngine:
    # Several SELECTs of one read must fit together; on SQLite a transaction does that by itself.
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def _looking(engine: AsyncEngine) -> AsyncEngine:
    """Without BEGIN and its end: half of the round trips of a small SELECT."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{LOOKS: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
