"""Connections to a database server are kept, and replaced when the server has ended them."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from storage.cipher import Cipher
from storage.database import Database

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


def throw_out(dsn: str) -> int:
    """End all connections but those of the tests themselves, as a server that restarts does."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' AND application_name <> 'cleaner'"
        ).fetchall()
    return len(ended)


async def test_a_connection_that_the_server_ended_is_replaced(
    migrated_postgres: str, cipher: Cipher
) -> None:
    """Reading and writing go on without an error, also right after a connection was last used."""
    async with await Database.open(migrated_postgres, cipher=cipher) as database:
        for number in range(3):
            await database.facts.set("test", str(number))
            assert await asyncio.to_thread(throw_out, migrated_postgres) >= 1

            assert await database.facts.get("test") == str(number)


async def test_many_readers_share_few_connections(migrated_postgres: str, cipher: Cipher) -> None:
    """Who finds all connections in use waits for one; nothing fails and none is made for a moment."""
    async with await Database.open(migrated_postgres, cipher=cipher) as database:
        await database.facts.set("test", "here")
        found = await asyncio.gather(*(database.facts.get("test") for _ in range(100)))
        most = database.engine.pool.size()  # type: ignore[attr-defined]  # of the pool that servers get

        assert set(found) == {"here"}
        assert database.engine.pool.checkedin() <= most  # type: ignore[attr-defined]  # likewise
