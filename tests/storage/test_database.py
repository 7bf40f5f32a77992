"""Opening, and what people read when that fails."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.pool import QueuePool

from bot.errors import StorageError
from bot.news.entry import Page
from storage.cipher import Cipher
from storage.database import Database
from storage.engine import database_url, sqlite_path
from storage.openings import Opening
from storage.tables import UNANSWERED, UNFINISHED
from storage.transactions import Transactions
from tests.fakes.stored import NOON, make_channel, make_key

pytestmark = pytest.mark.anyio


async def test_the_file_is_made_with_its_folder_for_the_owner_only(
    tmp_path: Path, cipher: Cipher
) -> None:
    """A new SQLite file comes with its folder, mode 0600, in WAL mode, and durable."""
    path = tmp_path / "new" / "folder" / "plainwire.db"
    async with await Database.open(f"sqlite:///{path}", cipher=cipher) as database:
        async with database.engine.connect() as connection:
            pragmas = {
                name: await connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            }
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 20_000,
    }
    assert modes == {0o600}


async def test_what_is_stored_is_there_after_opening_again(url: str, cipher: Cipher) -> None:
    """A committed row survives closing."""
    async with await Database.open(url, cipher=cipher) as database:
        await database.channels.save(make_channel())
    async with await Database.open(url, cipher=cipher) as database:
        assert await database.channels.all() == [make_channel()]


async def test_closing_waits_for_what_is_being_given_back(url: str, cipher: Cipher) -> None:
    """A connection that is still in use when the database closes is closed too, not left behind."""
    database = await Database.open(url, cipher=cipher)
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    reading = asyncio.create_task(database.channels.all())
    while not pool.checkedout():  # noqa: ASYNC110  # the pool tells nobody
        await asyncio.sleep(0)

    await database.close()

    assert await reading == []
    assert (pool.checkedout(), pool.checkedin()) == (0, 0)


async def test_a_temporary_database_leaves_nothing(cipher: Cipher) -> None:
    """A throw-away database works like any other, alone, and its folder goes with it."""
    async with Database.temporary(cipher) as one, Database.temporary(cipher) as two:
        await one.channels.save(make_channel())
        assert await two.channels.all() == []
        path = Path(one.engine.url.database or "")
        assert path.exists()
    assert not path.parent.exists()


async def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    """What was written before an error in the same transaction is not there afterwards."""
    transactions = Transactions(database.engine)

    async def fail() -> None:
        async with transactions.write() as session:
            await session.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await database.facts.get("a") is None


async def test_a_cancelled_write_leaves_nothing_locked(database: Database) -> None:
    """A task that is cancelled in the middle of a write neither commits nor blocks others."""
    transactions = Transactions(database.engine)
    started = asyncio.Event()

    async def hang() -> None:
        async with transactions.write() as session:
            await session.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(5):
        await database.facts.set("c", "d")
    assert await database.facts.get("a") is None


async def test_reading_sees_one_state_while_others_write(database: Database) -> None:
    """Two SELECTs of one read fit together although somebody committed in between."""
    transactions = Transactions(database.engine)
    await database.facts.set("n", "1")
    seen = []
    async with transactions.read() as session:
        for value in ("2", "3"):
            seen.append(await session.scalar(text("SELECT value FROM meta WHERE key = 'n'")))
            await database.facts.set("n", value)
    assert seen == ["1", "1"]
    assert await database.facts.get("n") == "3"


async def test_many_tasks_write_without_trouble(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Fifty tasks on two open databases, reading and then writing, all get their turn."""
    async with await Database.open(url, cipher=cipher) as other:

        async def work(number: int) -> None:
            it = (database, other)[number % 2]
            await it.channels.due(NOON)
            await it.channels.save(make_channel(f"C{number}"))

        await asyncio.gather(*(work(number) for number in range(50)))
    assert len(await database.channels.all()) == 50


async def _plan(database: Database, query: str) -> str:
    async with database.engine.connect() as connection:
        if database.engine.dialect.name == "sqlite":
            rows = await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))
            return "\n".join(str(row) for row in rows)
        # So few rows are read without an index by choice; here it is asked whether it could.
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        rows = await connection.execute(text(f"EXPLAIN {query}"))
        return "\n".join(str(row) for row in rows)


async def test_what_the_clock_asks_is_answered_by_an_index(database: Database) -> None:
    """What is due or unfinished comes in index order, without sorting or reading all."""
    await database.channels.save_many([make_channel(f"C{number}") for number in range(50)])
    await database.deliveries.open_many(
        [Opening(make_key(f"C{number}"), NOON, NOON + timedelta(days=1)) for number in range(50)]
    )
    due = await _plan(
        database,
        "SELECT * FROM channels WHERE next_due_at <= '2026-03-02 12:00:00'"
        " ORDER BY next_due_at, workspace_id, channel_id LIMIT 5",
    )
    unfinished = await _plan(
        database,
        f"SELECT * FROM deliveries WHERE {UNFINISHED}"
        " ORDER BY due_at, workspace_id, channel_id, local_date LIMIT 5",
    )

    unanswered = await _plan(
        database,
        f"SELECT * FROM requests WHERE {UNANSWERED} ORDER BY received_at, source_key LIMIT 5",
    )

    assert "ix_requests_unfinished" in unanswered
    assert "ix_channels_next_due_at_workspace_id_channel_id" in due
    assert "ix_deliveries_unfinished" in unfinished
    for plan in (due, unfinished, unanswered):
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan


async def test_messages_lead_to_their_rows_by_an_index(database: Database) -> None:
    """A digest's message, an answer and a deleted message are looked up without reading all."""
    place = "workspace_id = 'T1' AND channel_id = 'C1' AND"
    plans = {
        "ix_deliveries_ts": f"SELECT * FROM deliveries WHERE {place} ts = '1.2'",
        "ix_requests_answer": f"SELECT * FROM requests WHERE {place} answer_ts = '1.2'",
        "ix_requests_workspace_id_channel_id_message_ts": (
            f"SELECT * FROM requests WHERE {place} message_ts = '1.2'"
        ),
        "ix_threads_expires_at": "SELECT * FROM threads WHERE expires_at <= '2026-03-02 12:00:00'",
    }
    for index, query in plans.items():
        assert index in await _plan(database, query)


def _not_a_database(folder: Path) -> Path:
    (folder / "text.db").write_text("This is a text, and a rather long one. " * 50)
    return folder / "text.db"


def _below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "plainwire.db"


def _a_folder(folder: Path) -> Path:
    (folder / "folder.db").mkdir()
    return folder / "folder.db"


@pytest.mark.parametrize(
    ("place", "what"),
    [
        (_not_a_database, "not a database of plainwire"),
        (_below_a_file, "cannot be written"),
        (_a_folder, "cannot be written"),
    ],
)
async def test_an_unusable_file_is_named(tmp_path: Path, cipher: Cipher, place, what: str) -> None:
    """Whatever is wrong with the file, the error says what and what to do."""
    with pytest.raises(StorageError, match=what) as caught:
        await Database.open(f"sqlite:///{place(tmp_path)}", cipher=cipher)
    assert caught.value.next_step
    assert caught.value.__cause__ is not None


async def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path, cipher: Cipher) -> None:
    """A write that finds no room says so, is undone whole, and the database works on."""
    async with await Database.open(f"sqlite:///{tmp_path / 'p.db'}", cipher=cipher) as database:
        await database.engine.dispose()

        @event.listens_for(database.engine.sync_engine, "connect")
        def _small(connection, _record) -> None:
            connection.cursor().execute("PRAGMA max_page_count = 60")

        with pytest.raises(StorageError, match="is full") as caught:
            await database.pages.save("u", Page(source="s", text="x" * 300_000), NOON)
        assert "Free some space" in caught.value.next_step
        await database.facts.set("still", "works")
        assert await database.facts.get("still") == "works"
        assert await database.pages.get("u") is None


async def test_a_busy_file_is_named(
    tmp_path: Path, cipher: Cipher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another program keeps the file for itself, the error says so after the time-out."""
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_SECONDS", 0.05)
    path = tmp_path / "p.db"
    async with await Database.open(f"sqlite:///{path}", cipher=cipher) as database:
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="busy for too long"):
            await database.facts.set("a", "b")
        blocker.execute("ROLLBACK")
        blocker.close()
        await database.facts.set("a", "b")


@pytest.mark.parametrize(
    "address", ["", "nonsense", "mysql://u:hidden@h/d", "sqlite://", "sqlite:///:memory:"]
)
async def test_a_wrong_address_is_named_without_its_password(address: str, cipher: Cipher) -> None:
    """An address of no database that we support is refused, with examples and without secrets."""
    with pytest.raises(StorageError) as caught:
        await Database.open(address, cipher=cipher)
    assert "DATABASE_URL" in caught.value.next_step
    assert "hidden" not in f"{caught.value}{caught.value.__cause__}"


async def test_a_server_that_is_not_there_is_named(cipher: Cipher) -> None:
    """An unreachable server gives the next step and shows no password."""
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        await Database.open("postgresql://u:hidden@127.0.0.1:9/d", cipher=cipher)
    assert "hidden" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("plainwire:", "plainwire:wrong"), "does not let us in"),
        (("/postgres", "/nowhere"), "does not exist"),
    ],
)
async def test_a_server_that_refuses_is_named(
    postgres_server: str, cipher: Cipher, change: tuple[str, str], what: str
) -> None:
    """A wrong password and an unknown database are told apart."""
    with pytest.raises(StorageError, match=what) as caught:
        await Database.open(postgres_server.replace(*change), cipher=cipher)
    assert caught.value.next_step


@pytest.mark.postgres
async def test_lost_connections_are_replaced(migrated_postgres: str, cipher: Cipher) -> None:
    """When the server ended all our connections, the next transaction simply works."""
    async with await Database.open(migrated_postgres, cipher=cipher) as database:
        await database.facts.get("a")
        async with database.engine.connect() as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND application_name <> 'cleaner'"
                )
            )
        assert await database.facts.get("a") is None


def test_addresses_get_the_driver_we_use() -> None:
    """The usual ways to write an address all lead to the driver that is installed."""
    assert database_url("postgres://h/d").drivername == "postgresql+psycopg"
    assert database_url("postgresql+psycopg://h/d").drivername == "postgresql+psycopg"
    assert sqlite_path("sqlite:///a/b.db") == Path("a/b.db")
    assert sqlite_path("sqlite+aiosqlite:////a/b.db") == Path("/a/b.db")
    assert sqlite_path("postgresql://h/d") is None


async def test_a_fact_that_is_set_once_is_the_first_one(database: Database) -> None:
    """Of several processes that start together one names the database; the name stays, also when moved."""
    wished = [f"name-{number}" for number in range(5)]
    found = set(await asyncio.gather(*(database.facts.once("instance", name) for name in wished)))
    assert len(found) == 1
    assert found <= set(wished)
    assert await database.facts.once("instance", "another") in found
    assert await database.facts.get("instance") in found
