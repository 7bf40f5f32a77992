"""Streamed answers with slack_sdk's own chat_stream, and every refusal on the way."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import App, Sandbox, Timings

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"
RECIPIENT = {"recipient_user_id": "U01ADA00001", "recipient_team_id": "T01SANDBOX1"}


@pytest.fixture
def question(sandbox):
    return sandbox.as_user("ada").post("ai-news", "@plainwire what is RAG?")


async def error_of(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def start(client, question, **more) -> str:
    answer = await client.chat_startStream(
        channel=NEWS, thread_ts=question.ts, **{**RECIPIENT, **more}
    )
    return answer["ts"]


async def test_the_sdk_streams_an_answer(sandbox, client, question):
    """chat_stream starts, appends and stops; the message is in the thread with its metadata."""
    streamer = await client.chat_stream(
        channel=NEWS, thread_ts=question.ts, buffer_size=16, **RECIPIENT
    )
    for word in ["**RAG** ", "means that ", "a model ", "looks things ", "up first."]:
        await streamer.append(markdown_text=word)
    assert sandbox.thread(NEWS, question.ts)[0].streaming is True
    metadata = {"event_type": "answer", "event_payload": {"id": "1"}}
    footer = [{"type": "context", "elements": [{"type": "mrkdwn", "text": "Sources"}]}]
    await streamer.stop(blocks=footer, metadata=metadata)

    message = sandbox.thread(NEWS, question.ts)[0]
    assert message.text == "**RAG** means that a model looks things up first."
    assert [block["type"] for block in message.blocks] == ["markdown", "context"]
    assert (message.streaming, message.metadata) == (False, metadata)
    assert sandbox.calls.count("chat.startStream") == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"recipient_user_id": None}, "missing_recipient_user_id"),
        ({"recipient_team_id": None}, "missing_recipient_team_id"),
        ({"recipient_user_id": "U0NOBODY000"}, "user_not_found"),
        ({"thread_ts": None}, "invalid_arguments"),
        ({"thread_ts": "1700000000.000001"}, "thread_not_found"),
        ({"channel": "C01EDITORS1"}, "channel_not_found"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "song"}]}, "invalid_arguments"),
        ({"task_display_mode": "dance"}, "invalid_arguments"),
    ],
)
async def test_what_cannot_be_started(client, question, change, error):
    """A stream needs its recipient, a thread, a place and sane content."""
    arguments = {"channel": NEWS, "thread_ts": question.ts, **RECIPIENT, **change}
    body = {name: value for name, value in arguments.items() if value is not None}

    assert await error_of(client.api_call("chat.startStream", json=body)) == error


async def test_a_direct_message_needs_no_recipient(sandbox, client):
    """In a direct conversation the recipient is clear."""
    asked = sandbox.as_user("ada").post("", "what is RAG?")
    answer = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts)

    assert answer["ok"]


async def test_the_states_of_a_stream_are_guarded(sandbox, client, question):
    """While it runs it cannot be updated, afterwards not appended, and nothing else ever."""
    ts = await start(client, question)
    here = {"channel": NEWS, "ts": ts}
    assert await error_of(client.chat_update(**here, text="x")) == "streaming_state_conflict"
    assert await error_of(client.chat_appendStream(**here, markdown_text="")) == "no_text"
    await client.chat_stopStream(**here)
    late = client.chat_appendStream(**here, markdown_text="more")
    assert await error_of(late) == "message_not_in_streaming_state"
    assert await error_of(client.chat_stopStream(**here)) == "message_not_in_streaming_state"
    await client.chat_update(**here, text="finished by an update")

    nowhere = client.chat_appendStream(channel=NEWS, ts="1.000001", markdown_text="x")
    assert await error_of(nowhere) == "message_not_found"
    plain = await client.chat_postMessage(channel=NEWS, text="x")
    other = client.chat_appendStream(channel=NEWS, ts=plain["ts"], markdown_text="x")
    assert await error_of(other) == "message_not_in_streaming_state"


async def test_people_and_time_stop_streams(client):
    """A person's Stop and the end of its life are told apart."""
    async with Sandbox(rate_limits="off", timings=Timings(stream=0.5)) as sandbox:
        client.base_url, client.token = sandbox.api_url, sandbox.bot_token
        asked = sandbox.as_user("ada").post("ai-news", "hi")
        stopped = await start(client, asked)
        sandbox.as_user("ada").stop_stream(NEWS, stopped)
        call = client.chat_appendStream(channel=NEWS, ts=stopped, markdown_text="x")
        assert await error_of(call) == "stopped_by_user"

        old = await start(client, asked)
        await asyncio.sleep(0.55)
        call = client.chat_appendStream(channel=NEWS, ts=old, markdown_text="x")
        assert await error_of(call) == "message_not_in_streaming_state"


async def test_a_mention_across_two_chunks_is_noticed(sandbox, client, question):
    """A ping that forms only when two chunks meet is recorded, once."""
    ts = await start(client, question, markdown_text="hello <!chan")
    assert sandbox.pings == []
    await client.chat_appendStream(channel=NEWS, ts=ts, markdown_text="nel> and more")
    await client.chat_appendStream(channel=NEWS, ts=ts, markdown_text=" text")

    assert [(ping.kind, ping.ts) for ping in sandbox.pings] == [("channel", ts)]


async def test_tasks_and_blocks_show_progress(sandbox, client, question):
    """Task updates replace title and status, details grow, blocks are checked."""
    ts = await start(client, question)
    task = {"type": "task_update", "id": "1", "title": "Read", "status": "in_progress"}
    await client.chat_appendStream(channel=NEWS, ts=ts, chunks=[{**task, "details": "one "}])
    done = {**task, "status": "complete", "details": "two"}
    await client.chat_appendStream(channel=NEWS, ts=ts, chunks=[done])

    card = sandbox.thread(NEWS, question.ts)[0].blocks[0]["tasks"][0]
    assert card["status"] == "complete"
    assert card["details"]["elements"][0]["elements"][0]["text"] == "one two"
    bad = [{"type": "blocks", "blocks": [{"type": "hero"}]}]
    call = client.chat_appendStream(channel=NEWS, ts=ts, chunks=bad)
    assert await error_of(call) == "invalid_blocks"
    long = [{**task, "title": "x" * 257}]
    call = client.chat_appendStream(channel=NEWS, ts=ts, chunks=long)
    assert await error_of(call) == "msg_too_long"


async def test_twenty_starts_a_minute_are_the_limit(session):
    """The 21st start within a minute is 429, while appends go on."""
    from slack_sdk.web.async_client import AsyncWebClient

    async with Sandbox() as sandbox:
        client = AsyncWebClient(
            token=sandbox.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
        )
        asked = sandbox.as_user("ada").post("ai-news", "hi")
        for _ in range(20):
            ts = await start(client, asked)
        assert await error_of(start(client, asked)) == "ratelimited"
        assert (await client.chat_appendStream(channel=NEWS, ts=ts, markdown_text="x"))["ok"]


async def test_the_status_line_is_cleared_by_an_answer(sandbox, client, question):
    """setStatus shows a line under the thread; a post or an empty status takes it away."""
    ada = sandbox.as_user("ada")
    here = {"channel_id": NEWS, "thread_ts": question.ts}
    await client.assistant_threads_setStatus(**here, status="is thinking…")
    assert ada.status("ai-news", question.ts) == "is thinking…"
    await client.chat_postMessage(channel=NEWS, thread_ts=question.ts, text="done")
    assert ada.status("ai-news", question.ts) == ""

    await client.assistant_threads_setStatus(**here, status="again")
    await client.assistant_threads_setStatus(**here, status="")
    assert ada.status("ai-news", question.ts) == ""
    many = client.assistant_threads_setStatus(**here, status="x", loading_messages=["y"] * 11)
    assert await error_of(many) == "invalid_arguments"
    prompts = client.assistant_threads_setSuggestedPrompts(
        **here, prompts=[{"title": "a", "message": "b"}]
    )
    assert await error_of(prompts) == "not_agent_app"


async def test_agent_methods_need_the_agent_view(session, client, sandbox, question):
    """Without agent_view they are refused in Slack's words; with it they work."""
    from slack_sdk.web.async_client import AsyncWebClient

    here = {"channel_id": NEWS, "thread_ts": question.ts}
    call = client.agents_sessions_setStatus(**here, status="active")
    assert await error_of(call) == "feature_disabled"
    async with Sandbox(app=App(agent_view=True), rate_limits="off") as agent:
        asked = agent.as_user("ada").post("ai-news", "hi")
        here["thread_ts"] = asked.ts
        own = AsyncWebClient(token=agent.bot_token, base_url=agent.api_url, session=session)
        assert (await own.agents_sessions_setStatus(**here, status="closed"))["ok"]
        prompts = [{"title": "RAG", "message": "What is RAG?"}]
        assert (await own.assistant_threads_setSuggestedPrompts(**here, prompts=prompts))["ok"]
        many = own.assistant_threads_setSuggestedPrompts(**here, prompts=prompts * 5)
        assert await error_of(many) == "invalid_arguments"
        assert (await own.assistant_threads_setTitle(**here, title="RAG"))["ok"]
