"""States of installations: good once, for one browser, for a while; and the counts for metrics."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.workspace import InstallAttempt
from storage import oauth_states
from tests.fakes.installations import make_installation
from tests.fakes.stored import NOON

pytestmark = pytest.mark.anyio

LATER = NOON + timedelta(minutes=10)


async def test_good_once_for_one_browser(database):
    """The right browser uses a state up; another one neither gets through nor spoils it."""
    states = database.oauth_states
    await states.begin("s1", "mine", LATER, NOON)

    assert await states.finish("s1", "other", NOON) is InstallAttempt.FOREIGN
    assert await states.finish("s2", "mine", NOON) is InstallAttempt.UNKNOWN
    assert await states.finish("s1", "mine", NOON) is InstallAttempt.GOOD
    assert await states.finish("s1", "mine", NOON) is InstallAttempt.USED


async def test_two_at_once(database):
    """Of many requests at the same moment exactly one is let through."""
    await database.oauth_states.begin("s1", "mine", LATER, NOON)
    found = await asyncio.gather(
        *(database.oauth_states.finish("s1", "mine", NOON) for _ in range(8))
    )
    assert sorted(found) == [InstallAttempt.GOOD, *[InstallAttempt.USED] * 7]


async def test_expired_and_then_forgotten(database):
    """After its time a state is expired, an hour later unknown; the table does not grow."""
    states = database.oauth_states
    await states.begin("s1", "mine", LATER, NOON)
    assert await states.finish("s1", "mine", LATER) is InstallAttempt.EXPIRED

    much_later = LATER + timedelta(hours=1, seconds=1)
    await states.begin("s2", "mine", much_later + timedelta(minutes=10), much_later)
    assert await states.finish("s1", "mine", much_later) is InstallAttempt.UNKNOWN
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM oauth_states")) == 1


async def test_no_secret_is_stored(database):
    """What stands in the table opens no door to who reads it."""
    await database.oauth_states.begin("the-state", "the-browser", LATER, NOON)
    async with database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM oauth_states"))).all()
    assert "the-" not in str(rows)


async def test_the_oldest_makes_room(database, monkeypatch):
    """No more than so many are open at once, and who comes last is among them."""
    monkeypatch.setattr(oauth_states, "MAX_OPEN", 2)
    for n in range(4):
        ends = LATER + timedelta(seconds=n)
        await database.oauth_states.begin(f"s{n}", "b", ends, NOON)
    ended = [await database.oauth_states.finish(f"s{n}", "b", NOON) for n in range(4)]
    assert [each.value for each in ended] == ["unknown", "unknown", "good", "good"]


async def test_forgetting_a_token_never_brings_a_workspace_back(database):
    """The token is emptied where the workspace still is, and nothing is made where it is not."""
    store = database.installations
    await store.save(make_installation("T1", bot_token=SecretStr("xoxb-secret")))
    assert await store.forget_token("T1")
    assert (await store.get("T1")).bot_token.get_secret_value() == ""
    await store.remove("T1")
    assert not await store.forget_token("T1")
    assert await store.all() == []


async def test_figures_of_an_empty_and_a_filled_database(database):
    """The counts are there from the first moment on, and follow what is stored."""
    empty = await database.figures.read(NOON)
    assert (empty.deliveries, empty.unfinished, empty.feeds, empty.workspaces) == ({}, 0, {}, 0)

    await database.installations.save(make_installation("T1"))
    assert (await database.figures.read(NOON)).workspaces == 1
