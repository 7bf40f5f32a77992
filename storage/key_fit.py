"""Whether what a database holds encrypted can be read with the keys at hand; and giving up what cannot."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import Select, Table, Text, delete, select, tuple_, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.request import REQUEST_FINAL, RequestState
from bot.errors import CipherError
from storage.cipher import Cipher
from storage.encoding import Said
from storage.failures import driver_error
from storage.reencrypt import encrypted_columns
from storage.statements import chunks, table_of
from storage.tables import Base, InstallationRow, RequestRow
from storage.transactions import Transactions
from storage.write_check import made_clear

_BATCH: Final = 500
_NOUNS: Final = {
    "installations": ("workspace token", "workspace tokens"),
    "requests": ("question", "questions"),
    "threads": ("thread memory", "thread memories"),
}
_LOST: Final = "its text cannot be decrypted any more"


@dataclass(frozen=True, slots=True)
class KeyFit:
    """How many encrypted rows were tried, and how many of each table (by its name) do not fit."""

    tried: int
    unreadable: Mapping[str, int] = field(default_factory=dict)

    @property
    def misfits(self) -> int:
        """How many rows cannot be read."""
        return sum(self.unreadable.values())

    def words(self) -> str:
        """Return what cannot be read, such as "1 workspace token and 3 questions"."""
        parts = []
        for name, count in sorted(self.unreadable.items()):
            one, several = _NOUNS.get(name, (f"row of {name}", f"rows of {name}"))
            parts.append(f"{count} {one if count == 1 else several}")
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def holds_secrets(path: Path) -> bool:
    """
    Return whether the SQLite file at *path* holds anything encrypted; False when it is not there. Blocks.

    Raises:
        StorageError: It is no database, or cannot be opened.
    """
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            there = {row[0] for row in opened.execute("SELECT name FROM sqlite_master")}
            return any(
                opened.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone()  # noqa: S608 - a name of ours
                for table in _tables()
                if table.name in there
            )
    except sqlite3.Error as error:
        raise made_clear(driver_error(error), path) from error


async def key_fit(transactions: Transactions, cipher: Cipher, *, at_most: int | None) -> KeyFit:
    """
    Try the keys on what is encrypted.

    Args:
        transactions: Of the database.
        cipher: With the keys at hand.
        at_most: Look at so many of the first and of the last rows of a table; None: at all of them.
    """
    unreadable: Counter[str] = Counter()
    tried = 0
    async with transactions.read() as session:
        for table in _tables():
            async for rows in _batches(session, table, at_most):
                tried += len(rows)
                unreadable[table.name] += len(
                    await asyncio.to_thread(_misfits, cipher, table, rows)
                )
    return KeyFit(tried, {name: count for name, count in unreadable.items() if count})


async def unreadable_workspaces(transactions: Transactions, cipher: Cipher) -> list[str]:
    """Return the workspaces whose token cannot be read."""
    rows = await _unreadable(transactions, cipher, table_of(InstallationRow))
    return [str(row[0]) for row in rows]


async def forget_unreadable(transactions: Transactions, cipher: Cipher) -> None:
    """
    Give up what none of the keys can read; everything else stays.

    A workspace keeps its row with an empty token, a question its row without its words (and is over),
    so that answers are still known as ours; the memory of a thread goes.
    """
    for table in _tables():
        keys = tuple(table.primary_key)
        for some in chunks(await _unreadable(transactions, cipher, table), _BATCH):
            async with transactions.write() as session:
                which = tuple_(*keys).in_(some)
                if table is table_of(InstallationRow):
                    await session.execute(
                        update(table).where(which).values(bot_token=SecretStr(""))
                    )
                elif table is table_of(RequestRow):
                    await _end_requests(session, which)
                else:
                    await session.execute(delete(table).where(which))


async def _end_requests(session: AsyncSession, which: Any) -> None:
    requests = table_of(RequestRow)
    is_open = requests.c.state.not_in(sorted(REQUEST_FINAL))
    ended = {
        "state": RequestState.EXPIRED.value,
        "reason": _LOST,
        "attempt": requests.c.attempt + 1,
    }
    await session.execute(update(requests).where(which, is_open).values(ended))
    await session.execute(update(requests).where(which).values(said=Said()))


async def _unreadable(
    transactions: Transactions, cipher: Cipher, table: Table
) -> list[tuple[Any, ...]]:
    """Return the primary keys of the rows that cannot be read."""
    found: list[tuple[Any, ...]] = []
    width = len(table.primary_key.columns)
    async with transactions.read() as session:
        async for rows in _batches(session, table, None):
            misfits = await asyncio.to_thread(_misfits, cipher, table, rows)
            found += [tuple(row[:width]) for row in misfits]
    return found


def _misfits(cipher: Cipher, table: Table, rows: Sequence[Any]) -> list[Any]:
    """Return the rows (key, then encrypted texts) that cannot be read. Blocks."""
    width = len(table.primary_key.columns)
    return [row for row in rows if not all(_fits(cipher, it) for it in row[width:] if it)]


def _fits(cipher: Cipher, token: str) -> bool:
    try:
        cipher.decrypt(token)
    except CipherError:
        return False
    return True


async def _batches(
    session: AsyncSession, table: Table, at_most: int | None
) -> AsyncIterator[Sequence[Any]]:
    for wanted in _selects(table, at_most):
        streamed = await session.stream(wanted, execution_options={"yield_per": _BATCH})
        async for rows in streamed.partitions():
            yield rows


def _selects(table: Table, at_most: int | None) -> list[Select[Any]]:
    keys = list(table.primary_key)
    texts = [type_coerce(column, Text()).label(column.name) for column in encrypted_columns(table)]
    wanted = select(*keys, *texts)
    if at_most is None:
        return [wanted]
    return [
        wanted.order_by(*keys).limit(at_most),
        wanted.order_by(*(key.desc() for key in keys)).limit(at_most),
    ]


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if encrypted_columns(table)]
