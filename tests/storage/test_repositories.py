"""Explanations, usage, installations and facts, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot.errors import CipherError
from bot.news.scope import Scope
from bot.workspace import Installation
from storage.cipher import Cipher, generate_key
from storage.database import Database
from storage.engine import sqlite_path
from storage.tables import Base
from tests.fakes.filled import fill
from tests.fakes.stored import (
    NOON,
    make_explanation,
    make_memory,
    make_request,
    make_usage,
)

pytestmark = pytest.mark.anyio

TOKEN = "xoxb-very-secret-token"
INSTALLED = Installation(
    workspace_id="T1",
    name="Acme",
    bot_id="B1",
    bot_user_id="U1",
    bot_token=SecretStr(TOKEN),
    scopes=frozenset({"chat:write", "channels:read"}),
    installed_by="U2",
    installed_at=NOON,
)


async def test_a_model_is_never_replaced_by_the_extractive_explainer(database: Database) -> None:
    """An extractive explanation gives way to a model's, and never takes its place."""
    extractive = make_explanation(written_by="extractive", headline="extracted")
    by_model = make_explanation(written_by="azure", headline="written")
    later = make_explanation(written_by="azure", headline="written again")
    kept = []

    for explanation in (extractive, by_model, extractive, later):
        await database.explanations.save(explanation)
        kept.append(await database.explanations.get(extractive.key))

    assert kept == [extractive, by_model, by_model, later]


async def test_explanations_are_kept_apart_by_the_whole_key(database: Database) -> None:
    """Another revision, workspace or conversation is another explanation; many are read at once."""
    kept = [
        make_explanation(),
        make_explanation(revision=2),
        make_explanation(scope=Scope("T1")),
        make_explanation(story_id="s2", scope=Scope("T1", "C1")),
    ]
    for explanation in kept:
        await database.explanations.save(explanation)
    absent = make_explanation(story_id="unheard-of").key

    found = await database.explanations.get_many([*(it.key for it in kept), absent])

    assert found == {it.key: it for it in kept}
    assert await database.explanations.get_many([]) == {}


async def test_usage_adds_up(database: Database) -> None:
    """Costs add up from an instant on, for all or for one workspace, and per outcome."""
    for usage in (
        make_usage(cost_usd=1.0, at=NOON - timedelta(days=1)),
        make_usage(cost_usd=0.5, input_tokens=100, output_tokens=10),
        make_usage(cost_usd=0.25, workspace_id="T1"),
        make_usage(outcome="rate_limited"),
    ):
        await database.usage.record(usage)

    assert await database.usage.spent_usd(NOON) == pytest.approx(0.75)
    assert await database.usage.spent_usd(NOON, "T1") == pytest.approx(0.25)
    assert await database.usage.spent_usd(NOON + timedelta(days=1)) == 0
    totals = {it.outcome: it for it in await database.usage.totals(NOON)}
    assert (totals["ok"].calls, totals["ok"].input_tokens, totals["ok"].unpriced) == (2, 100, 0)
    assert (totals["rate_limited"].calls, totals["rate_limited"].unpriced) == (1, 1)


async def test_facts_are_replaced(database: Database) -> None:
    """A fact has its last value, None before the first."""
    assert await database.facts.get("collected_at") is None
    for value in ("yesterday", "today"):
        await database.facts.set("collected_at", value)
    assert await database.facts.get("collected_at") == "today"


async def test_an_installation_comes_back(database: Database) -> None:
    """An installation is stored, replaced and listed with its token readable."""
    await database.installations.save(replace(INSTALLED, bot_token=SecretStr("xoxb-old")))
    await database.installations.save(INSTALLED)

    assert await database.installations.get("T1") == INSTALLED
    assert await database.installations.all() == [INSTALLED]
    assert await database.installations.get("T2") is None


async def test_the_token_is_nowhere_in_the_database(database: Database, url: str) -> None:
    """Neither the raw column nor the files of the database contain the token."""
    await database.installations.save(INSTALLED)

    async with database.engine.connect() as connection:
        raw = await connection.scalar(text("SELECT bot_token FROM installations"))

    assert TOKEN not in str(raw)
    path = sqlite_path(url)
    if path is not None:
        files = list(path.parent.glob(f"{path.name}*"))
        assert len(files) > 1  # the write-ahead log is among them
        assert not any(TOKEN.encode() in file.read_bytes() for file in files)


async def test_the_wrong_key_is_named_without_the_secret(database: Database, url: str) -> None:
    """Reading a token with another key is a CipherError that says what to do."""
    await database.installations.save(INSTALLED)

    async with await Database.open(url, cipher=Cipher([generate_key()])) as other:
        with pytest.raises(CipherError, match="PLAINWIRE_ENCRYPTION_KEY") as caught:
            await other.installations.get("T1")

    assert TOKEN not in repr(caught.value.__cause__)


async def test_keys_can_be_rotated(url: str) -> None:
    """After encrypting anew, the old key is no longer needed."""
    old, new = generate_key(), generate_key()
    async with await Database.open(url, cipher=Cipher([old])) as database:
        await database.installations.save(INSTALLED)
        await database.requests.record(make_request())
        await database.threads.save(make_memory())
    async with await Database.open(url, cipher=Cipher([new, old])) as database:
        assert await database.reencrypt() == 3

    async with await Database.open(url, cipher=Cipher([new])) as database:
        assert await database.installations.get("T1") == INSTALLED
        assert await database.requests.get("Ev1") == make_request()
        assert await database.threads.get(make_memory().key) == make_memory()


async def test_removing_a_workspace_forgets_everything_of_it(database: Database) -> None:
    """No table names a removed workspace; what its calls cost stays in the sum, others keep theirs."""
    await fill(database, "TONE", "TTWO")
    tables = await _naming(database, "TTWO")
    assert {
        table.name for table in Base.metadata.sorted_tables if "workspace_id" in table.c
    } <= tables
    assert "buckets" in tables

    assert await database.installations.remove("TONE")
    assert not await database.installations.remove("TONE")

    assert await _naming(database, "TONE") == set()
    assert await _naming(database, "TTWO") == tables
    assert await database.usage.spent_usd(NOON) == pytest.approx(2.0)


async def _naming(database: Database, workspace_id: str) -> set[str]:
    """Return the tables with a row that has a workspace's id anywhere, decrypted words included."""
    found: set[str] = set()
    async with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                if workspace_id in str(tuple(row)):
                    found.add(table.name)
    return found


async def test_forgetting_needs_a_workspace(database: Database) -> None:
    """The shared catalogue is no workspace and cannot be removed as one."""
    with pytest.raises(ValueError, match="workspace id"):
        await database.installations.remove("")
