"""Disks that take nothing, staged inside SQLite: full (`max_page_count`), or read-only (`query_only`)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import event

from bot.errors import StorageError
from storage.database import Database

_NO_LIMIT = 1_073_741_823
# Said in a question, it does not fit into the space that pages of its table may have left.
LONG = ", and tell it in detail" * 150
# Bytes of what is written until nothing fits any more, the free space of pages included.
_FILL = (8_000, 1_000, 60)


class Disk:
    """The disk under an open SQLite database; use as an async context manager in which it is full."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._full = False
        event.listen(database.engine.sync_engine.pool, "checkout", self._checked_out)

    async def __aenter__(self) -> None:
        self._full = True
        for size in _FILL:
            number = 0
            with suppress(StorageError):
                while True:
                    await self._database.facts.set(f"fill-{size}-{number}", "x" * size)
                    number += 1

    async def __aexit__(self, *_error: object) -> None:
        self._full = False

    def _checked_out(self, connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        # Below its size SQLite takes the size itself.
        cursor.execute(f"PRAGMA max_page_count = {1 if self._full else _NO_LIMIT}")
        cursor.close()


class ReadOnly:
    """The disk under an open SQLite database; use as a context manager in which it is read-only."""

    def __init__(self, database: Database) -> None:
        self._read_only = False
        event.listen(database.engine.sync_engine.pool, "checkout", self._checked_out)

    def __enter__(self) -> None:
        self._read_only = True

    def __exit__(self, *_error: object) -> None:
        self._read_only = False

    def _checked_out(self, connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only = {'ON' if self._read_only else 'OFF'}")
        cursor.close()


__all__ = ["LONG", "Disk", "ReadOnly"]
