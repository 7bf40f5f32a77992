"""Copying everything to another database, in both directions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select, text

from bot.errors import CipherError, Locked, StorageError
from storage.cipher import Cipher, generate_key
from storage.copy import copy_database
from storage.database import Database
from storage.lock import RunnerLock
from storage.tables import Base
from tests.fakes import stored
from tests.fakes.filled import fill
from tests.fakes.stored import make_channel, make_usage

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["from-sqlite", pytest.param("from-postgresql", marks=pytest.mark.postgres)])
def ways(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The addresses to copy from and to, both without any table; once in each direction."""
    both = f"sqlite:///{tmp_path / 'copied.db'}", str(request.getfixturevalue("empty_postgres"))
    return both if request.param == "from-sqlite" else both[::-1]


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[str, str]:
    """The addresses of two SQLite files: what refuses on one database does so on the other."""
    return f"sqlite:///{tmp_path / 'from.db'}", f"sqlite:///{tmp_path / 'to.db'}"


@pytest.fixture
async def file(two_files: tuple[str, str], cipher: Cipher) -> AsyncIterator[Database]:
    async with await Database.open(two_files[0], cipher=cipher) as opened:
        yield opened


@pytest.fixture
async def source(ways: tuple[str, str], cipher: Cipher) -> AsyncIterator[Database]:
    async with await Database.open(ways[0], cipher=cipher) as opened:
        yield opened


async def _rows(database: Database, table: Table) -> list[tuple[Any, ...]]:
    """Return the rows of a table as the program reads them: decoded, decrypted, in UTC."""
    async with database.engine.connect() as connection:
        return sorted((tuple(row) for row in await connection.execute(select(table))), key=repr)


async def _same(one: Database, two: Database) -> dict[str, int]:
    """Compare all tables of two databases, and return how many rows each has."""
    counts = {}
    for table in Base.metadata.sorted_tables:
        rows = await _rows(one, table)
        assert await _rows(two, table) == rows
        counts[table.name] = len(rows)
    return counts


@settings(
    max_examples=1,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_everything_arrives(
    ways: tuple[str, str], source: Database, cipher: Cipher, data: st.DataObject
) -> None:
    """Generated rows of every kind arrive with every date, instant, figure and secret as it was."""
    await fill(source, "TONE", "TTWO")
    for _ in range(12):
        await source.channels.save(data.draw(stored.channels))
        await source.requests.record(data.draw(stored.requests))
        await source.threads.save(data.draw(stored.memories))
        await source.feedback.record(data.draw(stored.feedback))
        await source.stories.save([data.draw(stored.stories())], {})
        await source.usage.record(data.draw(stored.usages))
        await source.deliveries.open(data.draw(stored.keys), data.draw(stored.instants), None)
    seen: list[tuple[str, int, int]] = []

    copied = await copy_database(*ways, cipher=cipher, progress=lambda *it: seen.append(it))

    async with await Database.open(ways[1], cipher=cipher, migrate=False) as target:
        counts = await _same(source, target)
        assert {it.name: it.rows for it in copied} == counts
        assert min(counts.values()) > 0
        assert {name: done for name, done, total in seen if done == total} == counts
        await _numbering_goes_on(target)


async def _numbering_goes_on(target: Database) -> None:
    """What is numbered by the database gets a new number, not one that was copied."""
    before = len(await target.usage.since(make_usage().at))
    await target.usage.record(make_usage())
    assert len(await target.usage.since(make_usage().at)) == before + 1


async def test_more_rows_than_a_batch(
    ways: tuple[str, str], source: Database, cipher: Cipher
) -> None:
    """A table larger than a batch arrives whole, and progress is told on the way."""
    await source.channels.save_many([make_channel(f"C{number}") for number in range(2_500)])
    seen: list[tuple[str, int, int]] = []

    await copy_database(*ways, cipher=cipher, progress=lambda *it: seen.append(it))

    told = [(done, total) for name, done, total in seen if name == "channels"]
    assert told == [(0, 2_500), (1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    async with await Database.open(ways[1], cipher=cipher) as target:
        assert len(await target.channels.all()) == 2_500


async def test_a_target_that_holds_something_is_refused(
    two_files: tuple[str, str], file: Database, cipher: Cipher
) -> None:
    """Nothing is ever mixed or overwritten: a filled target is left as it is."""
    async with await Database.open(two_files[1], cipher=cipher) as target:
        await target.facts.set("mine", "yes")
        await fill(file, "TONE")

        with pytest.raises(StorageError, match="not empty"):
            await copy_database(*two_files, cipher=cipher)

        assert await target.channels.all() == []
        assert await target.facts.get("mine") == "yes"


async def test_the_wrong_key_copies_nothing(
    two_files: tuple[str, str], file: Database, cipher: Cipher
) -> None:
    """A secret that the key at hand does not open stops the copy before anything is kept."""
    await fill(file, "TONE")

    with pytest.raises(CipherError):
        await copy_database(*two_files, cipher=Cipher([generate_key()]))

    async with await Database.open(two_files[1], cipher=cipher) as target:
        assert all([await _rows(target, it) == [] for it in Base.metadata.sorted_tables])


async def test_a_row_that_arrives_changed_copies_nothing(
    two_files: tuple[str, str],
    file: Database,
    cipher: Cipher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When what arrived differs in one value, the table is named and nothing is kept."""
    await fill(file, "TONE")
    from storage import copy

    verify = copy._verify

    async def spoiled(target, copied) -> None:
        if copied.name == "usage":
            await target.execute(text("UPDATE usage SET purpose = 'x'"))
        await verify(target, copied)

    monkeypatch.setattr(copy, "_verify", spoiled)
    with pytest.raises(StorageError, match="Table usage arrived changed"):
        await copy_database(*two_files, cipher=cipher)

    async with await Database.open(two_files[1], cipher=cipher) as target:
        assert await target.channels.all() == []


async def test_wrong_sources_are_named(tmp_path: Path, cipher: Cipher) -> None:
    """A source that is missing, empty, running, or the target itself is refused with a sentence."""
    urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("source", "empty", "to")}
    async with await Database.open(urls["source"], cipher=cipher):
        pass
    (tmp_path / "empty.db").touch()

    for source, what in (("to", "no database file"), ("empty", "not up to date")):
        with pytest.raises(StorageError, match=what):
            await copy_database(urls[source], f"sqlite:///{tmp_path}/x.db", cipher=cipher)
    with pytest.raises(StorageError, match="same database"):
        await copy_database(urls["source"], urls["source"], cipher=cipher)
    with RunnerLock(tmp_path / "source.db"), pytest.raises(Locked):
        await copy_database(urls["source"], urls["to"], cipher=cipher)
