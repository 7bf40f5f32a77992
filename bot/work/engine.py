"""
procrastinate as it is used here: its own PostgreSQL schema, short waits, quiet logs.

Imported by the cluster form alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ProcrastinateException

from bot.errors import StorageError
from bot.work.port import WorkKind

# Where procrastinate's tables live, beside ours in the same database.
SCHEMA: Final = "plainwire_jobs"
# psycopg_pool waits 30 s for a connection and tries 5 minutes to replace one, waiting twice as long
# each time; after a long outage that would be minutes of doing nothing.
_CONNECT_SECONDS = 5.0
_REPLACE_SECONDS = 2.0


def open_engine(url: str, *, connections: int) -> App:
    """
    Return procrastinate's application on a database; nothing is connected yet.

    Args:
        url: `postgresql://…`, as libpq reads it.
        connections: At most so many at once, besides the one that listens.
    """
    # The worker's ends and the pool's attempts are logged here, in one line each; procrastinate's
    # and the pool's own lines would repeat them, with tracebacks.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    connector = PsycopgConnector(
        conninfo=url,
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        reconnect_timeout=_REPLACE_SECONDS,
        kwargs={
            "options": f"-c search_path={SCHEMA}",
            "connect_timeout": int(_CONNECT_SECONDS),
            "application_name": "plainwire",
        },
    )
    return App(connector=connector)


def task_of(kind: WorkKind) -> str:
    """Return the name of the task that runs one kind of work; jobs keep it across releases."""
    return f"plainwire:{kind}"


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
