"""Migrations yield exactly the declared schema, once, however many start at the same time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digest.preference import Channel, Preference
from bot.errors import StorageError
from bot.news.scope import Scope
from storage.cipher import Cipher
from storage.database import Database
from storage.engine import WRITES, database_url, make_engine, prepare_file, sqlite_path
from storage.migrate import alembic_config, current_revision, migrate
from storage.migrations import HEAD, REVISIONS
from storage.statements import sha256_of
from storage.tables import Base
from tests.fakes.stored import NOON

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path / 'empty.db'}"


def _differences(connection: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Base.metadata))


def _declared_again(connection: Connection) -> dict[str, object]:
    """Return what the server itself knows of the schema, in comparable form."""
    found = inspect(connection)
    return {
        table: (
            [(it["name"], str(it["type"]), it["nullable"]) for it in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(str(it) for it in found.get_foreign_keys(table)),
            sorted(
                (
                    it["name"],
                    it["column_names"],
                    it["unique"],
                    _condition(it.get("dialect_options")),
                )
                for it in found.get_indexes(table)
            ),
        )
        for table in sorted(found.get_table_names())
        if table != "alembic_version"
    }


def _condition(options: dict[str, object] | None) -> list[str]:
    return [str(value) for name, value in (options or {}).items() if name.endswith("_where")]


async def test_migrations_give_the_declared_schema(empty_url: str) -> None:
    """Nothing is missing and nothing too much: by Alembic's comparison and by the server's own words."""
    assert await migrate(empty_url) == ""
    engine = make_engine(database_url(empty_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
        migrated = await connection.run_sync(_declared_again)
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        declared = await connection.run_sync(_declared_again)
    await engine.dispose()

    assert migrated == declared
    assert set(declared) == {table.name for table in Base.metadata.sorted_tables}


async def test_migrating_twice_does_nothing(empty_url: str) -> None:
    """The second time there is nothing to do."""
    assert await migrate(empty_url) == ""
    assert await migrate(empty_url) == HEAD


async def test_the_way_back(empty_url: str) -> None:
    """Going down to nothing leaves no table of ours behind."""
    from alembic import command

    def down(connection: Connection) -> list[str]:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    await migrate(empty_url)
    engine = make_engine(database_url(empty_url))
    async with engine.begin() as connection:
        left = await connection.run_sync(down)
    await engine.dispose()

    assert left == ["alembic_version"]


def test_the_known_revisions_are_those_in_the_folder() -> None:
    """The list that is read without Alembic names every migration, oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


async def test_a_failed_migration_leaves_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables come all or none, on both databases: half a schema can never be seen."""
    from alembic import op

    def broken(*_: object) -> None:
        raise RuntimeError("the power went off")

    with monkeypatch.context() as patched:
        patched.setattr(op, "f", broken)
        patched.setattr(op, "create_index", broken)
        with pytest.raises(RuntimeError, match="power"):
            await migrate(empty_url)

    engine = make_engine(database_url(empty_url))
    assert await _tables(engine) == []
    assert await current_revision(engine) == ""
    await engine.dispose()


async def _tables(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(lambda it: inspect(it).get_table_names())


async def test_several_processes_may_start_at_once(empty_url: str) -> None:
    """Three processes that open an empty database together all succeed; the schema is made once."""
    # Forked after the imports, so that all are at the database at the same moment.
    code = (
        "import asyncio, os, sys\n"
        "import alembic.command, aiosqlite, psycopg\n"
        "from storage.cipher import Cipher, generate_key\n"
        "from storage.database import Database\n"
        "async def main():\n"
        "    db = await Database.open(sys.argv[1], cipher=Cipher([generate_key()]))\n"
        '    os.write(1, b"%d " % len(await db.channels.all()))\n'
        "    await db.close()\n"
        "children = []\n"
        "while len(children) < 2 and (child := os.fork()):\n"
        "    children.append(child)\n"
        "asyncio.run(main())\n"
        "if len(children) == 2:\n"
        "    assert not any(os.waitpid(child, 0)[1] for child in children)\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", code, empty_url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()

    assert (errors, process.returncode) == (b"", 0)
    assert out.split() == [b"0"] * 3


async def test_alembic_is_imported_only_when_needed(url: str) -> None:
    """Opening an up-to-date database imports neither Alembic nor the other database's driver."""
    code = (
        "import asyncio, sys\n"
        "from storage.cipher import Cipher, generate_key\n"
        "from storage.database import Database\n"
        "async def main():\n"
        "    await (await Database.open(sys.argv[1], cipher=Cipher([generate_key()]))).close()\n"
        "asyncio.run(main())\n"
        "print(sorted({'alembic', 'mako', 'psycopg', 'aiosqlite'} & set(sys.modules)))\n"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    driver = "aiosqlite" if url.startswith("sqlite") else "psycopg"
    assert done.stdout.strip() == f"['{driver}']"


# As the release with schema 0001 writes them.
_CHANNEL_0001 = (
    "INSERT INTO channels (workspace_id, channel_id, name, preference, set_up_by, next_due_at)"
    " VALUES ('T1', '{}', 'news', '{}', 'U1', '2026-03-02 12:00:00.000000')"
)
_DELIVERY_0001 = (
    "INSERT INTO deliveries (workspace_id, channel_id, local_date, state, attempt, due_at, tries,"
    " stories, ts, reason) VALUES ('T1', '{}', '2026-03-02', 'sent', 3, '2026-03-02 12:00:00.000000',"
    " 1, '{}', '1.0', '')"
)
_PREFERENCE_0001 = '{"v":1,"value":{"on":true,"stories":3}}'
_STORIES_0001 = '{"v":1,"value":[["s1",1]]}'


async def _insert_0001(connection: AsyncConnection, channel_id: str) -> None:
    for statement, document in ((_CHANNEL_0001, _PREFERENCE_0001), (_DELIVERY_0001, _STORIES_0001)):
        # Not as text(): the JSON is full of colons. Sessions are in UTC on both databases.
        await connection.exec_driver_sql(statement.format(channel_id, document))


async def test_upgrading_keeps_the_data(empty_url: str, cipher: Cipher) -> None:
    """Rows of the first schema are there after the upgrade; the earlier release still adds its own."""
    from alembic import command

    def to_0001(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    path = sqlite_path(empty_url)
    if path is not None:
        prepare_file(path)
    engine = make_engine(database_url(empty_url))
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        await connection.run_sync(to_0001)
        await _insert_0001(connection, "before")
    assert await migrate(empty_url) == "0001"
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        await _insert_0001(connection, "after")
    await engine.dispose()

    async with await Database.open(empty_url, cipher=cipher) as database:
        for channel_id in ("before", "after"):
            channel = await database.channels.get("T1", channel_id)
            delivery = await database.deliveries.by_ts("T1", channel_id, "1.0")
            assert channel == Channel(
                workspace_id="T1",
                channel_id=channel_id,
                name="news",
                preference=Preference(on=True, stories=3),
                set_up_by="U1",
                next_due_at=NOON,
                is_set_up=channel_id == "before",
            )
            assert channel.version == 0
            assert delivery is not None
            assert (delivery.attempt, delivery.stories) == (3, (("s1", 1),))
            assert await database.channels.save_if(channel, channel)


async def test_a_newer_database_is_refused(empty_url: str, cipher: Cipher) -> None:
    """A schema that this program does not know is left alone, and the sentence says to upgrade."""
    await migrate(empty_url)
    engine = make_engine(database_url(empty_url))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()

    with pytest.raises(StorageError, match="newer than this program") as caught:
        await Database.open(empty_url, cipher=cipher)
    assert caught.value.next_step == "Upgrade plainwire."
    with pytest.raises(StorageError, match="newer"):
        await migrate(empty_url)


async def test_an_older_database_is_refused_when_asked_to(empty_url: str, cipher: Cipher) -> None:
    """With migrate=False a database that is behind is named, with the command that mends it."""
    with pytest.raises(StorageError, match="not up to date") as caught:
        await Database.open(empty_url, cipher=cipher, migrate=False)
    assert caught.value.next_step == "Run `plainwire migrate`."


@pytest.mark.postgres
async def test_a_percent_sign_in_the_password_is_no_trouble(postgres_server: str) -> None:
    """Passwords with characters that ini files and addresses treat specially work."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE odd LOGIN PASSWORD 'a%b/c@d' ")
    try:
        place = postgres_server.split("@")[1]
        engine = make_engine(database_url(f"postgresql://odd:a%25b%2Fc%40d@{place}"))
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await engine.dispose()
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute("DROP ROLE odd")


# As the release with schema 0004 writes them: a feed and two own stories of a workspace, one a copy.
_OWN_NEWS_0004 = """
INSERT INTO feeds (workspace_id, url_sha256, url, name, outlet, language, weight, only_ai, failures,
    moved_seen, gone)
  VALUES ('{team}', '{sha}', 'https://own.example/f', 'Own', 'own.example', 'en', 0.5, false, 0, 0, false);
INSERT INTO entries (id, workspace_id, feed_url, outlet, outlet_name, title, url, url_key, text, language,
    weight, seen_at)
  VALUES ('e-{team}', '{team}', 'https://own.example/f', 'own.example', 'Own', 'Headline', '', '', '',
    'en', 0.5, '{at}');
INSERT INTO stories (id, workspace_id, headline, language, topics, first_at, latest_at, merged_into)
  VALUES ('{story}', '{team}', 'Headline', 'en', '{topics}', '{at}', '{at}', NULL);
INSERT INTO story_entries (story_id, entry_id, position) VALUES ('{story}', 'e-{team}', 0);
INSERT INTO revisions (story_id, number, entry_id, at, novelty, detail)
  VALUES ('{story}', 2, 'e-{team}', '{at}', 'figure', '4 GB');
INSERT INTO stories (id, workspace_id, headline, language, topics, first_at, latest_at, merged_into)
  VALUES ('old-{story}', '{team}', 'Headline', 'en', '{topics}', '{at}', '{at}', '{story}');
INSERT INTO told (workspace_id, channel_id, local_date, story_id, revision, headline)
  VALUES ('{team}', 'C1', '2026-03-02', '{story}', 2, 'Headline')
"""


async def test_own_feeds_stay_their_workspaces(empty_url: str, cipher: Cipher) -> None:
    """Feeds, stories and what was told stay; ids are drawn anew, the old ones lead there; admins are owed word."""
    from alembic import command

    def to_0004(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")

    path = sqlite_path(empty_url)
    if path is not None:
        prepare_file(path)
    engine = make_engine(database_url(empty_url))
    old_ids = {"T1": "w_0123456789ab_ff00ff00", "T2": "s_fedcba987654"}
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        await connection.run_sync(to_0004)
        for team, story in old_ids.items():
            values = {
                "team": team,
                "story": story,
                "sha": sha256_of("https://own.example/f"),
                "at": "2026-03-02 12:00:00.000000",
            }
            filled = _OWN_NEWS_0004.format(**values, topics='{"v":1,"value":["general"]}')
            for statement in filled.split(";"):
                await connection.exec_driver_sql(statement)
    await engine.dispose()
    assert await migrate(empty_url) == "0004"

    async with await Database.open(empty_url, cipher=cipher) as database:
        drawn = {}
        for team, old in old_ids.items():
            scope, channel = Scope(team), Scope(team, "C1")
            [polled] = await database.feeds.all(scope)
            assert (polled.feed.name, polled.feed.seed) == ("Own", team)
            found = await database.stories.get(old, channel)
            assert found is not None
            assert found == await database.stories.get(f"old-{old}", channel)
            assert found.id.startswith("o_")
            assert (found.scope, found.revision) == (scope, 2)
            assert [entry.id for entry in found.entries] == [f"e-{team}"]
            assert found.copy_of == ("s_0123456789ab" if old.startswith("w_") else None)
            assert await database.stories.get(old, Scope("T3", "C1")) is None
            [told] = await database.deliveries.told(team, "C1", NOON.date())
            assert (told.story_id, told.copy_of) == (found.id, found.copy_of)
            drawn[team] = found.id
        assert len(set(drawn.values())) == 2
        assert await database.admin_notes.owed("own-feeds") == ["T1", "T2"]
