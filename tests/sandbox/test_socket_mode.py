"""Socket Mode with the real Bolt app: events, acks, redelivery, reconnects."""

from __future__ import annotations

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, Sandbox, Timings

pytestmark = pytest.mark.anyio


FAST = Timings(ack=0.6, retry_delays=(0.0, 0.05, 0.05))


def recorder(app: AsyncApp, *names: str) -> list[dict]:
    seen: list[dict] = []
    for name in names:

        async def note(event: dict) -> None:
            seen.append(event)

        app.event(name)(note)
    return seen


async def test_a_bolt_app_hears_a_message_and_answers(sandbox, bolt, connected):
    """A posted message reaches the listener, and its reply lands in the thread."""

    @bolt.message("hello")
    async def greet(message, say):
        await say(f"Hi <@{message['user']}>", thread_ts=message["ts"])

    async with connected(sandbox, bolt):
        asked = sandbox.as_user("ada").post("ai-news", "hello there")
        await sandbox.wait_for(lambda: sandbox.thread("ai-news", asked.ts))
        await sandbox.settle()

    reply = sandbox.thread("ai-news", asked.ts)[0]
    assert (reply.text, reply.user) == ("Hi <@U01ADA00001>", "U01PLAINBOT")
    assert {envelope.outcome for envelope in sandbox.deliveries.log} == {"acked"}


async def test_a_mention_comes_as_two_events_with_one_ts(sandbox, bolt, connected):
    """In a channel a mention arrives as app_mention and as message, as in Slack."""
    seen = recorder(bolt, "message", "app_mention")
    async with connected(sandbox, bolt):
        posted = sandbox.as_user("ben").post("ai-news", "@plainwire what is RAG?")
        await sandbox.settle()

    assert sorted(event["type"] for event in seen) == ["app_mention", "message"]
    assert {event["ts"] for event in seen} == {posted.ts}
    assert {event["text"] for event in seen} == {"<@U01PLAINBOT> what is RAG?"}


async def test_a_direct_message_has_its_kind(sandbox, bolt, connected):
    """A direct message is channel_type im, and a mention in it is no app_mention."""
    seen = recorder(bolt, "message", "app_mention")
    async with connected(sandbox, bolt):
        sandbox.as_user("ben").post("", "@plainwire hello")
        await sandbox.settle()

    assert [(event["type"], event["channel_type"]) for event in seen] == [("message", "im")]


async def test_no_events_from_channels_without_the_bot(sandbox, bolt, connected):
    """What happens where the bot is not stays unheard; after an invitation it is heard."""
    seen = recorder(bolt, "message", "member_joined_channel")
    async with connected(sandbox, bolt):
        sandbox.as_user("ada").post("random", "secret talk")
        await sandbox.settle()
        assert seen == []
        sandbox.as_user("ada").invite("random")
        await sandbox.settle()

    joined = [event for event in seen if event["type"] == "member_joined_channel"]
    assert (joined[0]["user"], joined[0]["inviter"]) == ("U01PLAINBOT", "U01ADA00001")


async def test_events_without_subscription_or_scope_are_not_sent(session):
    """Only subscribed events with a granted scope reach the app."""
    app = App(
        scopes=frozenset({"chat:write", "app_mentions:read"}),
        bot_events=frozenset({"app_mention", "message.channels"}),
    )
    async with Sandbox(app=app, rate_limits="off") as sandbox:
        sandbox.as_user("ada").post("ai-news", "@plainwire hi")
        kinds = [envelope.payload["event"]["type"] for envelope in sandbox.deliveries.log]

    assert kinds == ["app_mention"]


async def test_edits_deletions_and_channel_life(sandbox, bolt, connected):
    """Edits, deletions, renames and archiving arrive as Slack's events."""
    kinds = ("rename", "archive", "unarchive", "left")
    seen = recorder(bolt, "message", "member_left_channel", *(f"channel_{kind}" for kind in kinds))
    ada = sandbox.as_user("ada")
    async with connected(sandbox, bolt):
        posted = ada.post("ai-news", "one")
        ada.edit("ai-news", posted.ts, "two")
        ada.delete("ai-news", posted.ts)
        ada.rename("ai-news", "ai-today")
        ada.archive("ai-today")
        ada.archive("ai-today", archived=False)
        ada.remove("ai-today")
        await sandbox.settle()

    subtypes = {event.get("subtype") for event in seen if event["type"] == "message"}
    assert {None, "message_changed", "message_deleted"} <= subtypes
    named = {event["type"]: event for event in seen}
    assert named["channel_rename"]["channel"]["name"] == "ai-today"
    assert {"channel_archive", "channel_left"} <= set(named)


async def test_a_lost_ack_is_delivered_again(session, connected):
    """Without an ack the same event comes again, with its retry number and reason."""
    async with Sandbox(rate_limits="off", timings=FAST) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        bolt = AsyncApp(client=client)
        retries: list[tuple[str, str]] = []

        @bolt.event("message")
        async def hear(body, request):
            retries.append((body["event_id"], request.headers.get("x-slack-retry-num", [""])[0]))

        async with connected(sandbox, bolt):
            sandbox.sockets.ignore_acks = 2
            sandbox.as_user("ada").post("ai-news", "hello")
            await sandbox.settle()

    assert len({event_id for event_id, _ in retries}) == 1
    assert [number for _, number in retries] == ["0", "1", "2"]
    assert sandbox.deliveries.log[0].attempts == 3


async def test_an_event_is_given_up_after_four_tries():
    """Nobody connected: four tries, then it counts as failed."""
    async with Sandbox(rate_limits="off", timings=FAST) as sandbox:
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()

    envelope = sandbox.deliveries.log[0]
    assert (envelope.attempts, envelope.outcome) == (4, "failed")


async def test_the_same_event_can_be_sent_many_times(sandbox, bolt, connected):
    """redeliver sends exact copies, for tests of deduplication."""
    seen = recorder(bolt, "message")
    async with connected(sandbox, bolt):
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()
        sandbox.deliveries.redeliver(sandbox.deliveries.log[0].event_id, times=4)
        await sandbox.settle()

    assert len(seen) == 5
    assert len({event["ts"] for event in seen}) == 1


async def test_several_connections_share_the_payloads(sandbox, bolt, connected):
    """With two connections each payload goes to exactly one of them."""
    seen = recorder(bolt, "message")
    async with connected(sandbox, bolt), connected(sandbox, bolt):
        await sandbox.wait_connected(2)
        for number in range(6):
            sandbox.as_user("ada").post("ai-news", str(number))
        await sandbox.settle()

    assert sorted(event["text"] for event in seen) == list("012345")


@pytest.mark.parametrize("politely", [True, False])
async def test_the_client_comes_back_after_a_disconnect(session, connected, politely):
    """After Slack's disconnect, or a cut, the real client reconnects and hears again."""
    # The client may open two connections in a row, and drop the first with the event on it.
    timings = Timings(ack=1, retry_delays=(0.0, 0.2, 1.0))
    async with Sandbox(rate_limits="off", timings=timings) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        bolt = AsyncApp(client=client)
        seen = recorder(bolt, "message")
        async with connected(sandbox, bolt):
            opened = sandbox.calls.count("apps.connections.open")
            if politely:
                await sandbox.sockets.refresh()
            else:
                sandbox.sockets.cut()
            await sandbox.wait_for(
                lambda: sandbox.calls.count("apps.connections.open") > opened, 20
            )
            await sandbox.wait_connected()
            sandbox.as_user("ada").post("ai-news", "still there?")
            await sandbox.wait_for(lambda: seen, 10)

    assert {event["text"] for event in seen} == {"still there?"}


async def test_a_connection_url_works_once(sandbox, client, session):
    """A used or made-up ticket opens nothing."""
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"]["app_id"] == "A01PLAINAPP"
    async with session.get(url.replace("ws://", "http://")) as answer:
        assert answer.status == 404


async def test_an_eleventh_connection_is_sent_away(sandbox, client, session):
    """Slack takes ten connections per app."""
    sockets = []
    for _ in range(11):
        url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
        sockets.append(await session.ws_connect(url))
    frames = [await socket.receive_json() for socket in sockets]
    for socket in sockets:
        await socket.close()

    assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"
