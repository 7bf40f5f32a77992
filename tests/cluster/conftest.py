"""A PostgreSQL server with the ledger and the engine's tables, emptied for every test."""

from __future__ import annotations

import psycopg
import pytest

from storage.engine import database_url, make_engine
from storage.jobs import SCHEMA, prepare_jobs
from storage.migrate import migrate
from storage.tables import Base


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server(postgres_server: str) -> str:
    """An empty database; the tests of storage/ have the other one of this server."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE jobs")
    return postgres_server.rsplit("/", 1)[0] + "/jobs"


@pytest.fixture(scope="session")
async def prepared(server: str) -> str:
    await migrate(server)
    engine = make_engine(database_url(server))
    try:
        await prepare_jobs(engine)
    finally:
        await engine.dispose()
    return server


@pytest.fixture
def postgres(prepared: str) -> str:
    """The address of a migrated database with empty tables."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    jobs = [f"{SCHEMA}.procrastinate_jobs", f"{SCHEMA}.procrastinate_workers"]
    with psycopg.connect(prepared, autocommit=True) as connection:
        # The engine's triggers find its tables by the search path.
        connection.execute(f"SET search_path TO public, {SCHEMA}")
        connection.execute(";".join(f"DELETE FROM {name}" for name in [*tables, *jobs]))
    return prepared
