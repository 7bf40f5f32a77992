"""Admins are told once which feeds serve their whole workspace, whatever happens in between."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.digest.outcome import NotPosted, OutcomeUnknown
from bot.digest.tell_admins import OWN_FEEDS, TellAdmins
from bot.news.feed import Feed
from bot.news.scope import Scope
from bot.workspace import Installation
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.digest import Crash, ScriptedPoster, render_notice

pytestmark = pytest.mark.anyio
URL = "https://blog.own.example/feed"


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """T1 has an own feed of before, and its admins are owed word of it."""
    async with Database.temporary(Cipher([generate_key()])) as opened:
        for scope in (Scope("T1"), Scope("T1", "C1"), Scope("T2", "C1")):
            feed = Feed(url=URL, name=f"Blog {scope.channel_id}", outlet="own.example", scope=scope)
            await opened.feeds.add(feed)
        await opened.admin_notes.claim("T1", OWN_FEEDS, "")
        yield opened


def teller(database: Database, poster: ScriptedPoster) -> TellAdmins:
    return TellAdmins(
        notes=database.admin_notes,
        feeds=database.feeds,
        installations=database.installations,
        poster=poster,
        render_notice=render_notice,
    )


async def installed_by_someone(database: Database) -> None:
    await database.installations.save(
        Installation(
            workspace_id="T1",
            name="Acme",
            bot_id="B1",
            bot_user_id="U1",
            bot_token=SecretStr("xoxb-1"),
            installed_by="UI",
        )
    )


async def test_each_admin_is_told_once(database: Database):
    """What serves the workspace is listed, what serves one conversation is not; later runs say nothing."""
    poster = ScriptedPoster(admin_ids=["UA", "UB"])
    for _ in range(3):
        await teller(database, poster).run()
    assert [user for user, _ in poster.told] == ["UA", "UB"]
    said = poster.told[0][1]
    assert f"• Blog ({URL})" in said
    assert "Blog C1" not in said
    assert "/digest unshare" in said
    assert "/digest remove" in said


async def test_who_installed_it_is_told_when_no_admin_can_be_listed(database: Database):
    """Without anybody to tell it stays owed, and is told once there is somebody."""
    poster = ScriptedPoster(admin_ids=[])
    await teller(database, poster).run()
    assert poster.told == []
    await installed_by_someone(database)
    for _ in range(2):
        await teller(database, poster).run()
    assert [user for user, _ in poster.told] == ["UI"]


async def test_a_refusal_is_tried_again_and_a_lost_answer_is_not(database: Database):
    """Busy: later again, each still once. Lost: perhaps told, so never again."""
    poster = ScriptedPoster(admin_ids=["UA", "UB"])
    busy = NotPosted(code="ratelimited", reason="busy", retry_after_seconds=30.0)
    poster.tells = deque([OutcomeUnknown(reason="lost"), busy])
    await teller(database, poster).run()
    assert poster.told == []
    for _ in range(2):
        await teller(database, poster).run()
    assert [user for user, _ in poster.told] == ["UB"]


async def test_one_admin_who_cannot_be_reached_does_not_keep_it_owed(database: Database):
    """Who has left is passed over; when nobody at all could be told, it is tried again."""
    gone = NotPosted(code="user_disabled", reason="gone")
    poster = ScriptedPoster(admin_ids=["UA"], tells=deque([gone]))
    await teller(database, poster).run()
    assert await database.admin_notes.owed(OWN_FEEDS) == ["T1"]
    poster = ScriptedPoster(admin_ids=["UA", "UB"], tells=deque([gone]))
    await teller(database, poster).run()
    assert [user for user, _ in poster.told] == ["UB"]
    assert await database.admin_notes.owed(OWN_FEEDS) == []


async def test_who_installed_it_is_told_when_no_admin_can_be_reached(database: Database):
    """Admins who can be listed and not written to are no reason to tell nobody."""
    await installed_by_someone(database)
    gone = NotPosted(code="user_disabled", reason="gone")
    poster = ScriptedPoster(admin_ids=["UA"], tells=deque([gone]))
    await teller(database, poster).run()
    assert [user for user, _ in poster.told] == ["UI"]
    assert await database.admin_notes.owed(OWN_FEEDS) == []


class DyingPoster(ScriptedPoster):
    """Dies right after a message went out."""

    async def tell(self, workspace_id, user_id, message):
        await super().tell(workspace_id, user_id, message)
        raise Crash


async def test_a_crash_in_between_tells_nobody_twice(database: Database):
    """The one who was being told is not told again; the others are, after the restart."""
    dying = DyingPoster(admin_ids=["UA", "UB"])
    with pytest.raises(Crash):
        await teller(database, dying).run()
    poster = ScriptedPoster(admin_ids=["UA", "UB"])
    for _ in range(2):
        await teller(database, poster).run()
    assert ([user for user, _ in dying.told], [user for user, _ in poster.told]) == (["UA"], ["UB"])


async def test_feeds_that_went_meanwhile_need_no_word(database: Database):
    """Without a feed that serves the workspace there is nothing to tell."""
    await database.feeds.remove(URL, Scope("T1"))
    poster = ScriptedPoster(admin_ids=["UA"])
    await teller(database, poster).run()
    assert poster.told == []
    assert await database.admin_notes.owed(OWN_FEEDS) == []
