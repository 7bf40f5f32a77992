"""Bringing a database to the present schema; Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StorageError
from storage.engine import WRITES, database_url, make_engine, prepare_file, sqlite_path
from storage.failures import translated
from storage.migrations import HEAD, REVISIONS

if TYPE_CHECKING:
    from alembic.config import Config

# Any fixed number: all processes that migrate one PostgreSQL database queue up behind it.
_ADVISORY_LOCK = 0x706C_6169_6E77
_NO_TABLE = "42P01"


async def migrate(url: str) -> str:
    """
    Bring the database at *url* to the present schema, creating it when it is empty.

    Returns:
        The revision that it had before, "" when it was empty.

    Raises:
        StorageError: It cannot be reached or written, or is newer than this program.
    """
    path = sqlite_path(url)
    if path is not None:
        prepare_file(path)
    engine = make_engine(database_url(url))
    try:
        before = await current_revision(engine)
        if before != HEAD:
            await upgrade(engine)
        return before
    finally:
        await engine.dispose()


async def current_revision(engine: AsyncEngine) -> str:
    """
    Return the revision of the schema, "" when the database is empty, by one SELECT.

    Raises:
        StorageError: The database cannot be reached, or is newer than this program.
    """
    with translated():
        try:
            async with engine.connect() as connection:
                found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            if not _is_missing_table(error):
                raise
            found = None
    return _known(found or "")


async def upgrade(engine: AsyncEngine) -> None:
    """
    Run the missing migrations in one transaction.

    Safe when several processes do it at once: each waits for the write lock first, and Alembic
    looks at the revision only then.
    """
    with translated():
        async with engine.execution_options(**{WRITES: True}).begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK}
                )
            await connection.run_sync(_upgrade)


def alembic_config() -> Config:
    """Return Alembic's settings, for use without an ini file."""
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    # "%" starts an interpolation in ini values.
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        # A newer program was faster and went beyond what we know.
        raise StorageError(
            "The database was migrated by a newer program.", next_step="Upgrade plainwire."
        ) from error


def _is_missing_table(error: DBAPIError) -> bool:
    return getattr(
        error.orig, "sqlstate", None
    ) == _NO_TABLE or "no such table: alembic_version" in str(error.orig)


def _known(revision: str) -> str:
    if revision and revision not in REVISIONS:
        raise StorageError(
            f"The database is newer than this program (schema {revision}, known up to {HEAD}).",
            next_step="Upgrade plainwire.",
        )
    return revision
