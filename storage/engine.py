"""
Engines for the two databases, set up so that a transaction is what it says.

SQLite traps met here: Python's driver opens a transaction only before writes and not before reads
(so it is switched to autocommit, and BEGIN is said explicitly); a transaction that reads first and
writes later can fail at once with "locked" in spite of any time-out (so writers say BEGIN IMMEDIATE).
"""

from __future__ import annotations

import os
import select
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StorageError
from storage.failures import driver_error, file_error

BUSY_TIMEOUT_SECONDS = 20
# A process that is stopped (SIGSTOP, a paused machine) within a transaction would keep its locks for
# as long as it sleeps; the server ends such a transaction, and others go on.
IDLE_TIMEOUT_SECONDS = 15
_OPTIONS = f"-c timezone=UTC -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_SECONDS}s"
# A connection that was used a moment ago is there; one of longer ago is asked first.
REST_SECONDS = 1.0
_RESTS_SINCE = "plainwire_rests_since"
WRITES = "plainwire_writes"
LOOKS = "plainwire_looks"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_EXAMPLES = "Use sqlite:///plainwire.db or postgresql://USER:PASSWORD@HOST/NAME as DATABASE_URL."


def database_url(text: str) -> URL:
    """
    Return *text* as an address with the driver we use.

    Raises:
        StorageError: It is no address of a SQLite file or a PostgreSQL database.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # `from None`: the cause may quote the address, which may hold a password.
        raise StorageError("The database address is malformed.", next_step=_EXAMPLES) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise StorageError(f"{url.drivername!r} databases are not supported.", next_step=_EXAMPLES)
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise StorageError("The database address names no file.", next_step=_EXAMPLES)
    return url.set(drivername=driver)


def sqlite_path(text: str) -> Path | None:
    """Return the file of a SQLite address, None for a server; raises like `database_url`."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def make_engine(url: URL, *, durable: bool = True) -> AsyncEngine:
    """
    Return an engine; nothing is opened yet.

    Args:
        url: From `database_url`.
        durable: False for throw-away files, which need not survive a power cut.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, synchronous="FULL" if durable else "OFF")
    engine = create_async_engine(
        url,
        # Values of rows stay out of error texts and logs.
        hide_parameters=True,
        # Kept open, and no more than these: making one takes milliseconds, waiting for one less.
        pool_size=15,
        max_overflow=0,
        connect_args={"options": _OPTIONS, "connect_timeout": 10},
    )
    _check_after_a_rest(engine)
    return engine


def _check_after_a_rest(engine: AsyncEngine) -> None:
    """
    Ask a connection for a sign of life when it rested, so that a restart of the server does no harm.

    Not at every use (`pool_pre_ping`): under load that would be as many round trips as the work.
    Where the server ended a connection, there is something to read from it before anybody asks.
    """
    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def _back(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _out(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        now = time.monotonic()
        rested = now - record.info.get(_RESTS_SINCE, now) >= REST_SECONDS
        if not rested and not _has_news(record.driver_connection):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            # The pool gets a new connection, and throws away those that are as old.
            raise InvalidatePoolError from error


def _has_news(connection: Any) -> bool:
    """Return whether the server said something that nobody asked for: mostly that it is leaving."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def prepare_file(path: Path) -> None:
    """
    Create the SQLite file, readable by its owner only, and its folder; switch it to WAL. Blocks.

    Raises:
        StorageError: The folder is not writable, or the file is no database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _switch_to_wal(connection)
    except OSError as error:
        raise file_error(path, error) from error
    except sqlite3.Error as error:
        raise driver_error(error) from error


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """
    Let readers go on while one writes; the mode stays with the file.

    SQLite does not wait for other connections here, whatever its time-out says, so two processes
    that open a new file at once must try again.
    """
    until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _sqlite_engine(url: URL, *, synchronous: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        # Kept open: each new connection is a new thread.
        pool_size=8,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(LOOKS, False):
            return
        writes = options.get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
