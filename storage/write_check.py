"""Whether the database takes what is written: tried, not guessed."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bot.errors import StorageError
from storage.failures import file_error
from storage.statements import insert_into, upsert
from storage.tables import MetaRow
from storage.transactions import Transactions

# More than a question and its place in the indexes; what does not fit any more is found in time.
_BYTES: Final = 64 * 1024
_KEY: Final = "write_check"
# Where the database's own words do not say that it is the space which is missing.
_UNCLEAR: Final = frozenset({"disk_error", "missing", "other"})


async def check_writing(transactions: Transactions, path: Path | None) -> None:
    """
    Write something large and take it back, and something small that stays.

    The large one finds a database that may not grow, the small one a disk that takes no commit; and
    beside an SQLite file a file is tried, since a commit may go into space that the file has already.

    Args:
        transactions: Of the database.
        path: The SQLite file; None for a server.

    Raises:
        StorageError: Says what is wrong, with its remedy.
    """
    try:
        async with transactions.write() as session:
            # By hand: on a full disk SQLite ends the whole transaction, the savepoint with it.
            await session.execute(text("SAVEPOINT write_check"))
            large = {"key": _KEY + "_large", "value": secrets.token_urlsafe(_BYTES)[:_BYTES]}
            await session.execute(insert_into(session, MetaRow), large)
            await session.execute(text("ROLLBACK TO SAVEPOINT write_check"))
            await upsert(session, MetaRow, [{"key": _KEY, "value": secrets.token_hex(4)}])
    except StorageError as error:
        raise await asyncio.to_thread(made_clear, error, path) from error
    if path is not None:
        await asyncio.to_thread(_try_file, path)


def made_clear(error: StorageError, path: Path | None) -> StorageError:
    """
    Return what the disk says where SQLite's own words leave it open, else *error*. Blocks.

    On a full disk SQLite may not even open its file, and reports an error of the disk then.
    """
    if path is None or error.reason not in _UNCLEAR or not path.parent.is_dir():
        return error
    try:
        _try_file(path)
    except StorageError as clearer:
        return clearer
    return error


def _try_file(path: Path) -> None:
    """Write a file beside the database, and delete it. Blocks."""
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise file_error(path, error) from error
