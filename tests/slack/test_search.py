"""Looking for a digest whose answer got lost: found wherever the clocks put it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.digest.ports import CannotRead, NothingFound, Posted
from bot.slack.poster import SlackPoster
from bot.slack.search import FIRST_PAGE, MAX_PAGES
from tests.slack.conftest import answering
from tests.slack.test_poster import DELIVERY, MESSAGE, NEWS, TEAM

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


async def find(clients, *, oldest: timedelta = MINUTE, delivery: str = DELIVERY):
    now = datetime.now(UTC)
    return await SlackPoster(clients).find(
        TEAM, NEWS, delivery=delivery, oldest=now - oldest, now=now
    )


async def test_a_post_from_before_the_window_is_seen_on_the_first_page(sandbox, clients):
    """The clock was ahead when it was posted and is right now: the window lies after the post."""
    posted = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert await find(clients, oldest=-30 * MINUTE) == posted


async def test_a_digest_is_found_under_the_channels_old_id(sandbox, clients):
    """Slack gave the channel a new id after the post; its metadata names the old one."""
    old = DELIVERY.replace(NEWS, "C00OLD00000")
    posted = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=old)
    assert await find(clients) == posted
    for other in (
        DELIVERY.replace("2026-03-02", "2026-03-03"),
        DELIVERY.replace(TEAM, "T02OTHER001"),
    ):
        assert await find(clients, delivery=other) == NothingFound()


async def test_no_more_is_read_than_the_window_needs(sandbox, clients):
    """What is older than the window ends the search, however long the channel's history is."""
    sandbox.as_user("ada").post("ai-news", "hello")
    for number in range(2 * FIRST_PAGE):
        sandbox.as_user("ada").post("ai-news", f"message {number}")
    assert await find(clients, oldest=-MINUTE) == NothingFound()
    assert sandbox.calls.count("conversations.history") == 1


async def test_an_endless_history_proves_nothing():
    """A channel with too many messages since the post: read so far, and not posted again."""
    pages = 0

    async def endless(request: web.Request) -> web.Response:
        nonlocal pages
        pages += 1
        young = {"ts": f"{datetime.now(UTC).timestamp():.6f}", "text": "x"}
        more = {"response_metadata": {"next_cursor": "on"}}
        return web.json_response({"ok": True, "messages": [young], **more})

    async with answering(endless) as clients:
        found = await find(clients)
    assert isinstance(found, CannotRead)
    assert pages == MAX_PAGES


@pytest.mark.parametrize("ts", [None, "", "soon", "nan", "1e400"])
async def test_a_message_without_a_time_proves_nothing(ts):
    """Odd timestamps neither raise nor end the search."""

    async def odd(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "messages": [{"ts": ts}], "has_more": True})

    async with answering(odd) as clients:
        assert isinstance(await find(clients), CannotRead)


async def test_a_post_of_ours_is_found_among_odd_messages(sandbox, clients):
    """People's metadata of all shapes beside it changes nothing."""
    posted = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(posted, Posted)
    assert await find(clients, delivery="no name of a delivery") == NothingFound()
