"""
procrastinate as it is used here: its own PostgreSQL schema, short waits, quiet logs.

Imported by the cluster form alone.
"""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException, ProcrastinateException
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from bot.errors import StorageError
from bot.work.jobs import Jobs
from bot.work.port import WorkKind

# Where procrastinate's tables live, beside ours in the same database.
SCHEMA: Final = "plainwire_jobs"
# psycopg_pool waits 30 s for a connection and tries 5 minutes to replace one, waiting twice as long
# each time; after a long outage that would be minutes of doing nothing.
_CONNECT_SECONDS = 5.0
_REPLACE_SECONDS = 2.0
_REST_SECONDS = 1.0
# The table of jobs is empty most of the day, and its statistics say so when ten thousand jobs arrive
# within a second: the planner then sorts all of them for each one that is fetched, which takes a
# second. Every query here has its index; these make the planner take it, whatever it believes.
_PLANS: Final = " ".join(
    f"-c enable_{way}=off" for way in ("sort", "bitmapscan", "seqscan", "hashjoin", "mergejoin")
)


def open_engine(url: str, *, connections: int, for_people: bool = False) -> App:
    """
    Return procrastinate's application on a database; nothing is connected yet.

    Args:
        url: `postgresql://…`, as libpq reads it.
        connections: At most so many at once, besides the one that listens.
        for_people: For procrastinate's command line, which works without an event loop.
    """
    # The worker's ends and the pool's attempts are logged here, in one line each; procrastinate's
    # and the pool's own lines would repeat them, with tracebacks.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    # Each of its queries is a whole; a transaction around one would keep its locks for as long as a
    # process that was stopped in between sleeps, and others would wait for it.
    ours: dict[str, Any] = (
        {} if for_people else {"configure": _each_query_alone, "pool_factory": _pool}
    )
    connector = PsycopgConnector(
        **ours,
        conninfo=url,
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        reconnect_timeout=_REPLACE_SECONDS,
        kwargs={
            "options": f"-c search_path={SCHEMA} {_PLANS}",
            "connect_timeout": int(_CONNECT_SECONDS),
            "application_name": "plainwire",
        },
    )
    app = App(connector=connector)
    app.job_manager = Jobs(connector)
    return app


async def _each_query_alone(connection: Any) -> None:
    await connection.set_autocommit(True)


def _pool(**chosen: Any) -> AsyncConnectionPool:
    """
    Return a pool that asks a connection for a sign of life only when it rested.

    procrastinate's asks before every query, which doubles the round trips. Where the server ended a
    connection, there is something to read from it before anybody asks.
    """
    used_at: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    async def check(connection: Any) -> None:
        rested = time.monotonic() - used_at.get(connection, 0.0) >= _REST_SECONDS
        if rested or _has_news(connection):
            await AsyncConnectionPool.check_connection(connection)

    async def used(connection: Any) -> None:
        used_at[connection] = time.monotonic()

    return AsyncConnectionPool(**{**chosen, "check": check, "reset": used})


def _has_news(connection: Any) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def jobs_of(app: App) -> Jobs:
    """Return the jobs of an application that `open_engine` made."""
    assert isinstance(app.job_manager, Jobs)
    return app.job_manager


def task_of(kind: WorkKind) -> str:
    """Return the name of the task that runs one kind of work; jobs keep it across releases."""
    return f"plainwire:{kind}"


async def once_more(write: Callable[[], Awaitable[object]]) -> None:
    """
    Do it again on another connection, when the server was just ending the first one.

    Asking twice for a unit that waits changes nothing.
    """
    try:
        await write()
    except ConnectorException as error:
        if isinstance(error.__cause__, PoolTimeout):
            # There is no server; whoever asked has waited for long enough.
            raise
        await write()


@contextmanager
def translated() -> Iterator[None]:
    """Raise a `StorageError`, the cause chained, for what the engine's database does."""
    try:
        yield
    except ProcrastinateException as error:
        raise StorageError(
            "Work could not be handed out: the database server cannot be reached.",
            next_step="It goes on by itself when the server is back.",
        ) from error
