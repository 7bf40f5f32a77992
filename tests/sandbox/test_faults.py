"""Fault switches: each kind does what its name says, to the real client."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"


def post(client, text: str = "hi"):
    return client.chat_postMessage(channel=NEWS, text=text)


async def test_429_refuses_and_says_when(client, sandbox):
    """A staged 429 carries its Retry-After and nothing is posted."""
    sandbox.faults.add(kind="429", method="chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response.headers["Retry-After"] == "7"
    assert sandbox.bot_messages("ai-news") == []
    assert (await post(client))["ok"]


@pytest.mark.parametrize(("kind", "posted"), [("accept_then_drop", 1), ("drop_before", 0)])
async def test_dropped_connections(client, sandbox, kind, posted):
    """The client loses its connection; only accept_then_drop left a message."""
    sandbox.faults.add(kind=kind, method="chat.*")
    with pytest.raises(aiohttp.ClientError):
        await post(client)

    assert len(sandbox.bot_messages("ai-news")) == posted
    logged = sandbox.calls.of("chat.postMessage")[0]
    assert (logged.outcome, logged.happened) == (f"fault:{kind}", bool(posted))


@pytest.mark.parametrize(("kind", "posted"), [("500", 0), ("accept_then_500", 1)])
async def test_server_errors_are_html(client, sandbox, kind, posted):
    """A 500 has no JSON, as from a real proxy."""
    sandbox.faults.add(kind=kind, method="chat.postMessage")
    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response.status_code == 500
    assert len(sandbox.bot_messages("ai-news")) == posted


async def test_slacks_own_error_can_be_staged(client, sandbox):
    """`error` answers any of Slack's error codes."""
    sandbox.faults.add(kind="error", error="fatal_error", method="chat.postMessage")
    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response["error"] == "fatal_error"


@pytest.mark.parametrize("kind", ["slow", "accept_then_slow"])
async def test_a_slow_answer_outlasts_the_client(sandbox, kind):
    """A client that gives up early leaves a message behind, now or a moment later."""
    sandbox.faults.add(kind=kind, method="chat.postMessage", seconds=0.2)
    timeout = aiohttp.ClientTimeout(total=0.05)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        hasty = AsyncWebClient(
            token=sandbox.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
        )
        with pytest.raises(TimeoutError):
            await post(hasty)
    await sandbox.wait_for(lambda: sandbox.bot_messages("ai-news"))


async def test_times_skip_every_channel_and_text_choose_the_calls(client, sandbox):
    """The settings of a switch pick exactly the calls they name."""
    sandbox.faults.add(kind="error", method="chat.postMessage", every=3)
    outcomes = []
    for number in range(6):
        try:
            await post(client, str(number))
            outcomes.append("ok")
        except SlackApiError:
            outcomes.append("error")
    assert outcomes == ["ok", "ok", "error"] * 2

    sandbox.faults.clear()
    sandbox.faults.add(kind="error", channel="C01RANDOM01")
    sandbox.faults.add(kind="error", text="poison", skip=1)
    await post(client, "poison")
    with pytest.raises(SlackApiError):
        await post(client, "poison")
    await post(client, "poison")


async def test_disconnect_cuts_every_socket(sandbox, client, session):
    """The call itself goes through while the Socket Mode connections are cut."""
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with session.ws_connect(url) as socket:
        await socket.receive_json()
        sandbox.faults.add(kind="disconnect", method="chat.postMessage")
        assert (await post(client))["ok"]
        assert (await socket.receive()).type in {
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.ERROR,
            aiohttp.WSMsgType.CLOSE,
        }
    assert sandbox.sockets.connections == []


def test_an_unknown_kind_is_named(sandbox):
    """A typo in a fault's kind is refused with the list of kinds."""
    with pytest.raises(ValueError, match="accept_then_drop"):
        sandbox.faults.add(kind="explode")


async def test_sdk_default_retry_posts_twice(sandbox, session):
    """The trap of facts section 1 is real here too: the SDK's default client posts twice."""
    sandbox.faults.add(kind="accept_then_drop", method="chat.postMessage")
    careless = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)

    await post(careless)

    assert len(sandbox.bot_messages("ai-news")) == 2
