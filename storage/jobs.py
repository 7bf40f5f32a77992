"""
The tables of procrastinate, the engine of the form with many processes, in a schema of their own.

procrastinate ships its schema and one SQL file per change of it, and keeps no record of which were
applied; the table `applied` beside its own does. Files marked "pre" may run while processes of the
previous release still work; those marked "post" only when none does any more, so they wait for
`plainwire migrate --finish`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import UsageError
from storage.failures import translated

# Also in `bot/work/engine.py`, which connects to it; a test holds the two together.
SCHEMA: Final = "plainwire_jobs"
# Any fixed number but that of our own migrations.
_ADVISORY_LOCK = 0x706C_6169_6E78
_PACKAGE = "procrastinate.sql"
# Not to_regclass(): it believes a cache that is not renewed while one waits for an advisory lock.
_IS_THERE = text(
    f"SELECT true FROM pg_tables WHERE schemaname = '{SCHEMA}' AND tablename = 'applied'"  # noqa: S608 - a constant
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsCount:
    """
    What the engine has at hand.

    Attributes:
        by_state: procrastinate's word for the state -> how many jobs.
        workers: Processes that showed a sign of life within the given time.
    """

    by_state: dict[str, int]
    workers: int


def has_engine() -> bool:
    """Return whether the extra `plainwire[cluster]` is installed, without importing it."""
    from importlib.util import find_spec

    return find_spec("procrastinate") is not None and find_spec("psycopg_pool") is not None


def require_engine() -> None:
    """Raise UsageError when the extra is not installed."""
    if not has_engine():
        raise UsageError(
            "On a database server the work is handed out by procrastinate, which is not installed.",
            next_step="Run `pip install 'plainwire[cluster]'`, or use an SQLite file as DATABASE_URL.",
        )


async def prepare_jobs(engine: AsyncEngine, *, finish: bool = False) -> list[str]:
    """
    Create the engine's tables, or bring them up to date; safe when several processes do it at once.

    Args:
        engine: Of a PostgreSQL database.
        finish: Run the changes too that processes of the previous release would not survive.

    Returns:
        The files that were applied; ["schema.sql"] for a new database.

    Raises:
        UsageError: procrastinate is not installed.
        StorageError: The database cannot be reached, or does not let us create tables.
    """
    require_engine()
    with translated():
        async with engine.connect() as connection:
            if not _missing(await _applied(connection), finish=finish):
                return []
        async with engine.begin() as connection:
            number = {"number": _ADVISORY_LOCK}
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), number)
            return await _apply(connection, finish=finish)


async def count_jobs(engine: AsyncEngine, alive_seconds: float) -> JobsCount | None:
    """Return how many jobs and living workers there are; None when the tables are not there."""
    with translated():
        async with engine.connect() as connection:
            if not await connection.scalar(_IS_THERE):
                return None
            states = await connection.execute(
                text(
                    f"SELECT status::text, count(*) FROM {SCHEMA}.procrastinate_jobs GROUP BY 1"  # noqa: S608 - a constant
                )
            )
            alive = text(
                f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers "  # noqa: S608 - a constant
                "WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
            )
            workers = await connection.scalar(alive, {"seconds": alive_seconds})
            by_state = {str(state): int(count) for state, count in states}
            return JobsCount(by_state=by_state, workers=int(workers or 0))


async def _applied(connection: AsyncConnection) -> set[str] | None:
    """Return the files that were applied, None when there is no schema yet."""
    if not await connection.scalar(_IS_THERE):
        return None
    rows = await connection.scalars(text(f"SELECT name FROM {SCHEMA}.applied"))  # noqa: S608 - a constant
    return set(rows)


def _files() -> list[str]:
    """Return the names of procrastinate's migrations, in order."""
    folder = resources.files(_PACKAGE) / "migrations"
    return sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))


def _missing(applied: set[str] | None, *, finish: bool) -> list[str]:
    if applied is None:
        return ["schema.sql"]
    return [name for name in _files() if name not in applied and (finish or "_post_" not in name)]


async def _apply(connection: AsyncConnection, *, finish: bool) -> list[str]:
    applied = await _applied(connection)
    missing = _missing(applied, finish=finish)
    if applied is None:
        await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        await connection.execute(text(f"CREATE TABLE {SCHEMA}.applied (name text PRIMARY KEY)"))
    await connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    for name in missing:
        await connection.exec_driver_sql(_script(name), execution_options={"no_parameters": True})
    # A new schema holds what all the files do.
    names = _files() if applied is None else missing
    if names:
        statement = text("INSERT INTO applied (name) VALUES (:name)")
        await connection.execute(statement, [{"name": name} for name in names])
    return missing


def _script(name: str) -> str:
    folder = resources.files(_PACKAGE)
    path = folder / name if name == "schema.sql" else folder / "migrations" / name
    return path.read_text(encoding="utf-8")
