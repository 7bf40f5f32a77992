"""The poster: once, never twice, and found again after a lost answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.digest.ports import CannotRead, NothingFound, NotPosted, OutcomeUnknown, Posted
from bot.render.digest_message import render_digest
from bot.render.message import Message
from bot.render.notice import notice
from bot.sandbox import Sandbox
from bot.sandbox.app import ALL_BOT_SCOPES, App
from bot.slack.client import SlackClients
from bot.slack.pacing import Pacer
from bot.slack.poster import SlackPoster
from tests.fakes.digests import make_digest, make_item
from tests.fakes.installations import FakeInstallations, make_installation
from tests.slack.conftest import answering

pytestmark = pytest.mark.anyio

TEAM = "T01SANDBOX1"
NEWS = "C01AINEWS01"
DELIVERY = f"{TEAM}/{NEWS}/2026-03-02"
MESSAGE = render_digest(make_digest(make_item("s1"), make_item("s2")))


async def find(poster: SlackPoster, channel: str = NEWS, delivery: str = DELIVERY):
    now = datetime.now(UTC)
    return await poster.find(
        TEAM, channel, delivery=delivery, oldest=now - timedelta(minutes=1), now=now
    )


async def test_a_digest_is_posted_with_its_metadata(sandbox, clients):
    """Slack gets blocks, fallback text and the delivery's name; nothing unfurls or pings."""
    outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    (posted,) = sandbox.bot_messages("ai-news")
    assert outcome == Posted(ts=posted.ts)
    assert posted.metadata["event_payload"] == {"delivery": DELIVERY}
    assert posted.text == MESSAGE.text
    (call,) = sandbox.calls.of("chat.postMessage")
    assert call.arguments["unfurl_links"] is False
    assert "link_names" not in call.arguments
    assert sandbox.pings == []
    assert sandbox.masked_links == []


@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_500", "accept_then_slow"])
async def test_a_lost_answer_is_unknown_and_then_found(sandbox, clients, kind):
    """After Slack took the post and the answer got lost: one post, unknown, found by its metadata."""
    sandbox.faults.add(kind=kind, method="chat.postMessage", seconds=1.2)
    poster = SlackPoster(clients)
    outcome = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(outcome, OutcomeUnknown)
    (posted,) = sandbox.bot_messages("ai-news")
    assert await find(poster) == Posted(ts=posted.ts)


@pytest.mark.parametrize("kind", ["drop_before", "500"])
async def test_an_exhausted_window_proves_that_nothing_was_posted(sandbox, clients, kind):
    """When the call never took effect, the whole window is read and says so."""
    sandbox.faults.add(kind=kind, method="chat.postMessage")
    poster = SlackPoster(clients)
    outcome = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(outcome, OutcomeUnknown)
    assert await find(poster) == NothingFound()


async def test_a_busy_channel_is_read_page_by_page(sandbox, clients):
    """A post buried under other messages is found on a later page."""
    poster = SlackPoster(clients)
    outcome = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    for number in range(40):
        sandbox.as_user("ada").post("ai-news", f"message {number}")
    assert await find(poster) == outcome
    assert sandbox.calls.count("conversations.history") == 2
    assert await find(poster, delivery="another") == NothingFound()


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
async def test_a_wrong_clock_does_not_hide_a_post(sandbox, clients, hours):
    """With our clock hours off, the window is moved to Slack's time, so the post is found."""
    poster = SlackPoster(clients)
    posted = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    now = datetime.now(UTC) + timedelta(hours=hours)
    window = {"oldest": now - timedelta(minutes=5)}

    assert await poster.find(TEAM, NEWS, delivery=DELIVERY, now=now, **window) == posted
    assert await poster.find(TEAM, NEWS, delivery="another", now=now, **window) == NothingFound()


async def test_only_our_own_message_counts_as_proof(sandbox, clients):
    """Metadata that another app wrote proves nothing."""
    await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    stranger = make_installation(bot_id="B0OTHER", bot_user_id="U0OTHER")
    token = (await clients.installations.get(TEAM)).bot_token
    clients.installations.rows[TEAM] = make_installation(
        bot_id=stranger.bot_id, bot_user_id=stranger.bot_user_id, bot_token=token
    )
    assert await find(SlackPoster(clients)) == NothingFound()


async def test_a_429_is_not_posted_and_says_when(sandbox, clients):
    """Being limited is certain, names the wait, and stops further calls for that long."""
    sandbox.faults.add(kind="429", method="chat.postMessage", retry_after=40)
    poster = SlackPoster(clients)
    first = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(first, NotPosted)
    assert (first.code, first.retry_after_seconds) == ("ratelimited", 40.0)
    second = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(second, NotPosted)
    assert 30 < second.retry_after_seconds <= 41
    assert sandbox.calls.count("chat.postMessage") == 1


@pytest.mark.parametrize(
    ("channel", "code", "hint"),
    [
        ("C01EDITORS1", "channel_not_found", "/invite @plainwire"),
        ("C0NOTTHERE0", "channel_not_found", "/invite @plainwire"),
    ],
)
async def test_refusals_tell_people_what_to_do(clients, channel, code, hint):
    """A refusal is certain, permanent, and its reason names the next step."""
    outcome = await SlackPoster(clients).post(TEAM, channel, MESSAGE, delivery="d")
    assert isinstance(outcome, NotPosted)
    assert outcome.code == code
    assert outcome.retry_after_seconds is None
    assert hint in outcome.reason


@pytest.mark.parametrize(
    ("error", "certain"),
    [
        ("not_in_channel", True),
        ("is_archived", True),
        ("restricted_action", True),
        ("token_revoked", True),
        ("account_inactive", True),
        ("msg_too_long", True),
        ("a_code_of_tomorrow", True),
        ("internal_error", False),
        ("fatal_error", False),
        ("service_unavailable", False),
    ],
)
async def test_error_codes_are_certain_or_unknown(sandbox, clients, error, certain):
    """Only Slack's own "something may have happened" codes leave the outcome open."""
    sandbox.faults.add(kind="error", error=error, method="chat.postMessage")
    outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery="d")
    assert isinstance(outcome, NotPosted if certain else OutcomeUnknown)
    if certain:
        assert outcome.reason


async def test_wrong_blocks_are_reported_with_slacks_pointer(clients):
    """When our own check ever misses something, the operator sees which block it was."""
    bad = Message(text="x", blocks=({"type": "section"},))
    outcome = await SlackPoster(clients).tell(TEAM, "U01ADA00001", bad)
    assert isinstance(outcome, NotPosted)
    assert outcome.code == "invalid_blocks"
    assert "/blocks/0" in outcome.reason


@pytest.mark.parametrize(
    ("status", "content_type", "body", "kind"),
    [
        (502, "text/html", "<html>Bad gateway</html>", OutcomeUnknown),
        (502, "text/plain", "upstream error", OutcomeUnknown),
        (503, "application/json", '{"ok": false, "error": "rollup_error"}', OutcomeUnknown),
        (200, "text/html", "<html>Please log in</html>", OutcomeUnknown),
        (200, "application/json", "not json", OutcomeUnknown),
        (200, "application/json", "[]", OutcomeUnknown),
        (200, "application/json", '"text"', OutcomeUnknown),
        (200, "application/json", '{"ok": true}', OutcomeUnknown),
        (200, "application/json", b"\xff\xfe", OutcomeUnknown),
        (200, "text/plain", "ok", OutcomeUnknown),
        (403, "text/html", "<html>Forbidden by proxy</html>", NotPosted),
        (407, "text/plain", "Proxy authentication required", NotPosted),
        (429, "text/html", "slow down", NotPosted),
        (429, "application/json", '{"ok": false, "error": "ratelimited"}', NotPosted),
    ],
)
async def test_odd_answers_never_raise(status, content_type, body, kind):
    """Gateways answer with pages and scraps; each is classified, none escapes as an exception."""

    async def odd(request: web.Request) -> web.Response:
        data = body if isinstance(body, bytes) else body.encode()
        return web.Response(status=status, body=data, headers={"Content-Type": content_type})

    async with answering(odd) as clients:
        outcome = await SlackPoster(clients).post("T01SANDBOX1", NEWS, MESSAGE, delivery="d")
        assert isinstance(outcome, kind), outcome
        found = await find(SlackPoster(clients))
        assert isinstance(found, CannotRead | NothingFound)


async def test_a_hanging_slack_is_unknown_within_the_timeout():
    """The session's own timeout ends a call that never gets an answer."""

    async def hang(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with answering(hang) as clients:
        started = asyncio.get_running_loop().time()
        outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery="d")
        assert isinstance(outcome, OutcomeUnknown)
        assert asyncio.get_running_loop().time() - started < 2


async def test_a_refused_connection_is_certainly_not_posted(free_tcp_port):
    """Where nothing listens nothing was sent; waiting helps."""
    clients = SlackClients(
        FakeInstallations(make_installation()), base_url=f"http://127.0.0.1:{free_tcp_port}/api/"
    )
    async with clients:
        outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery="d")
    assert isinstance(outcome, NotPosted)
    assert outcome.code == "unreachable"
    assert outcome.retry_after_seconds


async def test_history_that_cannot_be_read_is_said_so(sandbox, clients):
    """No membership or scope: not provable, permanent; a 429: not provable now."""
    poster = SlackPoster(clients)
    found = await find(poster, channel="C01EDITORS1")
    assert isinstance(found, CannotRead)
    assert found.retry_after_seconds is None
    sandbox.faults.add(kind="429", method="conversations.history", retry_after=60)
    found = await find(poster)
    assert isinstance(found, CannotRead)
    assert (found.code, found.retry_after_seconds) == ("ratelimited", 60.0)
    sandbox.faults.add(kind="drop_before", method="conversations.history")
    found = await find(poster)
    assert isinstance(found, CannotRead)
    assert found.retry_after_seconds


async def test_a_half_read_window_proves_nothing():
    """More messages without a cursor to read on is no proof that nothing was posted."""

    async def half(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "messages": [], "has_more": True})

    async with answering(half) as clients:
        found = await find(SlackPoster(clients))
    assert isinstance(found, CannotRead)


async def test_telling_a_person_and_listing_admins(sandbox, clients):
    """A direct message needs only the user id; admins are people, not bots."""
    poster = SlackPoster(clients)
    outcome = await poster.tell(TEAM, "U01BEN00001", notice("Yesterday's digest is missing."))
    assert isinstance(outcome, Posted)
    assert await poster.admins(TEAM) == ["U01ADA00001"]


async def test_admins_are_unknown_without_the_scope():
    """users:read is optional: without it the list is empty, not an error."""
    app = App(scopes=frozenset(ALL_BOT_SCOPES - {"users:read"}))
    async with Sandbox(app=app, rate_limits="off") as sandbox:
        installation = make_installation(bot_token=SecretStr(sandbox.bot_token))
        async with SlackClients(
            FakeInstallations(installation), base_url=sandbox.api_url
        ) as clients:
            assert await SlackPoster(clients).admins(TEAM) == []


async def test_an_unknown_workspace_is_not_posted(clients):
    """Without an installation nothing is sent, and the reason says so."""
    outcome = await SlackPoster(clients).post("T0ELSEWHERE", NEWS, MESSAGE, delivery="d")
    assert isinstance(outcome, NotPosted)
    assert outcome.code == "not_installed"


async def test_posts_to_one_channel_are_paced(sandbox, clients):
    """A burst of three goes out at once; the fourth waits its second."""
    poster = SlackPoster(clients, Pacer())
    started = asyncio.get_running_loop().time()
    await asyncio.gather(
        *(poster.post(TEAM, NEWS, MESSAGE, delivery=f"d{number}") for number in range(4))
    )
    assert 0.9 < asyncio.get_running_loop().time() - started < 3
    assert len(sandbox.bot_messages("ai-news")) == 4


@pytest.mark.parametrize("code", ["msg_blocks_too_long", "invalid_blocks"])
async def test_a_digest_whose_blocks_are_refused_comes_as_plain_text(sandbox, clients, code):
    """When Slack refuses the form, the same digest is posted once as text, with its metadata."""
    sandbox.faults.add(kind="error", method="chat.postMessage", error=code)
    outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    (posted,) = sandbox.bot_messages("ai-news")
    assert outcome == Posted(ts=posted.ts)
    assert posted.text == MESSAGE.text
    assert not posted.blocks
    assert posted.metadata["event_payload"] == {"delivery": DELIVERY}
