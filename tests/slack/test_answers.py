"""Answers in threads: streamed in few calls, never lost, never doubled, never left open."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.chat.ports import Place
from bot.errors import SlackError
from bot.render.message import Message
from bot.render.mrkdwn import escape, trusted
from bot.sandbox import Sandbox
from bot.sandbox.streams import streams
from bot.slack.client import SlackClients
from bot.slack.growing import joined
from bot.slack.pacing import Pacer
from bot.slack.stream import StreamTimes
from tests.fakes.installations import FakeInstallations, make_installation
from tests.fakes.slack_answers import (
    TEAM,
    Started,
    ask_in,
    make_desk,
    message_of,
    sentences,
    shows_once,
    visible,
)
from tests.render.hostile import TEXTS

pytestmark = pytest.mark.anyio

SHOWING = (
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "chat.postMessage",
    "chat.update",
)


def showing_calls(sandbox) -> int:
    return sum(sandbox.calls.count(method) for method in SHOWING)


def open_streams(sandbox) -> list:
    return [s for s in streams(sandbox.hub).known.values() if not s.stopped_by]


async def give(desk, place: Place, pieces, message, *, gap_seconds: float = 0.0) -> tuple:
    """Let an answer come piece by piece and return (ts, what on_started was told)."""
    started = Started()
    answer = desk.begin(place, started)
    await answer.show_thinking("is reading the sources …")
    for piece in pieces:
        await answer.add(piece)
        await asyncio.sleep(gap_seconds)
    return await answer.finish(message), started.told


async def test_200_words_are_streamed_in_at_most_four_calls(sandbox, clients):
    """A 200-word answer written over a second costs start, at most two appends, and stop."""
    desk, place, pieces = make_desk(clients, times=StreamTimes()), ask_in(sandbox), sentences()
    ts, told = await give(desk, place, pieces, message_of(pieces), gap_seconds=0.05)
    assert showing_calls(sandbox) <= 4
    assert sandbox.calls.count("chat.appendStream") <= 2
    assert sandbox.calls.count("assistant.threads.setStatus") == 1
    (message,) = sandbox.bot_messages("ai-news")
    assert (message.ts, told) == (ts, [ts])
    assert shows_once(message, pieces)
    assert "Sources: The Verge" in visible(message)
    assert message.blocks[-1]["type"] == "actions"
    assert not message.streaming
    assert not desk.open_streams


async def test_a_name_that_slack_would_link_ends_in_blocks(sandbox, clients):
    """A stream has no `verbatim`, so an answer with "Character.ai" in it becomes its blocks."""
    desk, place = make_desk(clients), ask_in(sandbox)
    pieces = [escape("The firm Character.ai checks ages."), escape("It said so in May.")]
    await give(desk, place, pieces, message_of(pieces))
    (message,) = sandbox.bot_messages("ai-news")
    texts = [block["text"] for block in message.blocks if block["type"] == "section"]
    assert any("Character.ai" in text["text"] for text in texts)
    assert all(text["verbatim"] for text in texts)
    assert shows_once(message, pieces)


async def test_the_first_words_go_with_the_start(sandbox, clients):
    """The first sentence is visible as soon as it is known, before the second is."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(2)
    started = Started()
    answer = desk.begin(place, started)
    await answer.add(pieces[0])
    (message,) = sandbox.bot_messages("ai-news")
    assert str(pieces[0]) in visible(message)
    assert started.told == [message.ts]
    await answer.finish(message_of(pieces[:1]))


async def test_slow_words_appear_before_the_end(sandbox, clients):
    """What gathers too slowly is sent after a pause, and the pauses grow."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(3)
    answer = desk.begin(place, Started())
    await answer.add(pieces[0])
    await answer.add(pieces[1])
    await asyncio.sleep(0.3)
    (message,) = sandbox.bot_messages("ai-news")
    assert str(pieces[1]) in visible(message)
    await answer.add(pieces[2])
    await answer.finish(message_of(pieces))
    assert shows_once(message, pieces)


@pytest.mark.parametrize(
    "code", ["unknown_method", "not_allowed_token_type", "feature_disabled", "missing_scope"]
)
async def test_a_workspace_without_streams_gets_a_growing_post(sandbox, clients, code):
    """A lasting refusal is remembered: the next answer posts at once, without asking again."""
    sandbox.faults.add(kind="error", error=code, method="chat.startStream", times=None)
    desk, pieces = make_desk(clients, update_every_seconds=0.0), sentences(3)
    for _ in range(2):
        place = ask_in(sandbox)
        ts, told = await give(desk, place, pieces, message_of(pieces))
        (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
        assert (message.ts, told) == (ts, [ts])
        assert shows_once(message, pieces)
    assert sandbox.calls.count("chat.startStream") == 1
    assert sandbox.calls.count("chat.update") >= 2


async def test_a_refusal_about_one_thread_is_not_remembered(sandbox, clients):
    """Missing recipients or a strange thread say nothing about the workspace."""
    sandbox.faults.add(kind="error", error="missing_recipient_user_id", method="chat.startStream")
    desk, pieces = make_desk(clients), sentences(3)
    await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    assert sandbox.calls.count("chat.startStream") == 2
    assert sandbox.calls.count("chat.stopStream") == 1


async def test_an_asker_unknown_to_slack_is_still_answered(sandbox, clients):
    """Where the recipient is refused the answer is posted."""
    desk, pieces = make_desk(clients), sentences(2)
    place = replace(ask_in(sandbox), user_id="")
    await give(desk, place, pieces, message_of(pieces))
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces)


async def test_without_updates_the_answer_is_posted_once(sandbox, clients):
    """Where neither streams nor updates are to be had, one post carries everything."""
    for method in ("chat.startStream", "chat.update"):
        sandbox.faults.add(kind="error", error="unknown_method", method=method, times=None)
    desk, pieces = make_desk(clients, update_every_seconds=0.0), sentences(3)
    await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    assert shows_once(sandbox.bot_messages("ai-news")[-1], pieces)
    place = ask_in(sandbox)
    await give(desk, place, pieces, message_of(pieces))
    (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
    assert shows_once(message, pieces)


async def test_over_twenty_starts_a_minute_the_rest_is_posted():
    """Our own bucket keeps below Slack's 20 a minute; nobody is refused and nobody waits for it."""
    async with Sandbox(rate_limits={"channel_posts_per_second": 1000, "channel_burst": 100}) as box:
        installation = make_installation(bot_token=SecretStr(box.bot_token))
        async with SlackClients(FakeInstallations(installation), base_url=box.api_url) as clients:
            desk, pieces = make_desk(clients), sentences(2)
            places = [ask_in(box, f"question {number}") for number in range(22)]
            await asyncio.gather(*(give(desk, p, pieces, message_of(pieces)) for p in places))
            assert box.calls.count("chat.startStream") == 18
            assert box.calls.count("chat.postMessage") == 4
            assert box.calls.count("chat.update") == 0
            assert box.calls.counters["chat.startStream:ratelimited"] == 0
            for place in places:
                (message,) = [m for m in box.thread("ai-news", place.thread_ts) if m.bot_id]
                assert shows_once(message, pieces)
            assert not open_streams(box)


async def test_every_third_call_answered_429(sandbox, clients):
    """Being limited at every third call delays answers and loses none of them."""
    sandbox.faults.add(kind="429", method="*", every=3, retry_after=0)
    desk, pieces = make_desk(clients), sentences(6)
    places = [ask_in(sandbox, f"question {number}") for number in range(6)]
    await asyncio.gather(
        *(give(desk, p, pieces, message_of(pieces), gap_seconds=0.02) for p in places)
    )
    for place in places:
        (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
        assert shows_once(message, pieces)
    assert not open_streams(sandbox)


async def test_a_limited_append_keeps_its_text(sandbox, clients):
    """A 429 for an append holds the words back; they come with the next call."""
    sandbox.faults.add(kind="429", method="chat.appendStream", retry_after=1)
    desk, pieces = make_desk(clients), sentences(8)
    ts, _ = await give(desk, ask_in(sandbox), pieces, message_of(pieces), gap_seconds=0.03)
    (message,) = sandbox.bot_messages("ai-news")
    assert message.ts == ts
    assert shows_once(message, pieces)


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize(
    "kind", ["accept_then_drop", "accept_then_500", "accept_then_slow", "drop_before", "500"]
)
async def test_lost_answers_of_a_stream_leave_one_whole_answer(sandbox, clients, method, kind):
    """Whichever call of a stream gets lost: one message, every sentence once, nothing left open."""
    sandbox.faults.add(kind=kind, method=method, seconds=1.0)
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences()
    ts, told = await give(desk, place, pieces, message_of(pieces), gap_seconds=0.02)
    (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
    assert (message.ts, told) == (ts, [ts])
    assert shows_once(message, pieces)
    assert not open_streams(sandbox)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_500", "drop_before", "500"])
async def test_lost_answers_of_a_post_leave_one_whole_answer(sandbox, clients, method, kind):
    """A lost post is found by its metadata; only one that is not there is repeated."""
    sandbox.faults.add(kind=kind, method=method)
    desk = make_desk(clients, streaming=False, update_every_seconds=0.0)
    place, pieces = ask_in(sandbox), sentences(3)
    ts, told = await give(desk, place, pieces, message_of(pieces))
    (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
    assert (message.ts, told) == (ts, [ts])
    assert shows_once(message, pieces)


async def test_the_thread_is_read_in_the_fault_path_only(sandbox, clients):
    """Neither a streamed nor a posted answer asks Slack for the thread when all goes well."""
    pieces = sentences(3)
    for streaming in (True, False):
        desk = make_desk(clients, streaming=streaming)
        await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    assert sandbox.calls.count("conversations.replies") == 0
    assert sandbox.calls.count("conversations.history") == 0


async def test_a_stream_left_open_by_a_crash_is_completed(sandbox, clients):
    """After a crash the old stream is stopped and becomes the whole answer; there is no second."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(4)
    started = Started()
    answer = desk.begin(place, started)
    await answer.add(pieces[0])
    answer._stream._keeper.cancel()
    again = make_desk(clients)
    place = replace(place, answer_ts=started.told[0])
    ts, told = await give(again, place, pieces, message_of(pieces))
    (message,) = sandbox.bot_messages("ai-news")
    assert (ts, told) == (message.ts, [])
    assert shows_once(message, pieces)
    assert not open_streams(sandbox)


async def test_a_finished_message_is_completed_again_without_harm(sandbox, clients):
    """Crashed between the stop and its record: completing it once more changes nothing visible."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(2)
    ts, _ = await give(desk, place, pieces, message_of(pieces))
    resumed = replace(place, answer_ts=ts)
    assert (await give(desk, resumed, [], message_of(pieces)))[0] == ts
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces)


async def test_an_answer_whose_message_is_gone_is_posted_anew(sandbox, clients):
    """Repeat rather than lose: without the old message the answer gets a new one."""
    desk, pieces = make_desk(clients), sentences(2)
    place = replace(ask_in(sandbox), answer_ts="1700000000.000100")
    await give(desk, place, pieces, message_of(pieces))
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces)


async def test_a_stream_is_closed_before_slack_ends_it(sandbox, clients):
    """After the longest time the stream closes with what there is, and the end completes it."""
    times = StreamTimes(first_pause_seconds=5.0, longest_seconds=0.2)
    desk, place, pieces = make_desk(clients, times=times), ask_in(sandbox), sentences(3)
    answer = desk.begin(place, Started())
    await answer.add(pieces[0])
    await answer.add(pieces[1])
    await asyncio.sleep(0.4)
    (message,) = sandbox.bot_messages("ai-news")
    assert not message.streaming
    assert shows_once(message, pieces[:2])
    await answer.add(pieces[2])
    await answer.finish(message_of(pieces))
    assert shows_once(message, pieces)
    assert len(sandbox.bot_messages("ai-news")) == 1


async def test_who_presses_stop_gets_no_more(sandbox, clients):
    """A stream that a person stopped stays as it is."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(3)
    answer = desk.begin(place, Started())
    await answer.add(pieces[0])
    (stream,) = open_streams(sandbox)
    streams(sandbox.hub).end(stream, "user")
    await answer.add(pieces[1])
    await answer.finish(message_of(pieces))
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces[:1])
    assert str(pieces[1]) not in visible(message)


async def test_the_end_of_the_process_closes_every_stream(sandbox, clients):
    """`close` stops what writers left open; the ledger completes it at the next start."""
    desk, pieces = make_desk(clients), sentences(1)
    for _ in range(3):
        await desk.begin(ask_in(sandbox), Started()).add(pieces[0])
    assert len(open_streams(sandbox)) == 3
    await desk.close()
    assert not open_streams(sandbox)


async def test_a_stream_that_cannot_be_recorded_is_closed(sandbox, clients):
    """When the ts cannot be stored the error goes on and no stream stays behind."""

    async def broken(answer_ts: str) -> None:
        raise OSError("disk full")

    desk = make_desk(clients)
    with pytest.raises(OSError, match="disk full"):
        await desk.begin(ask_in(sandbox), broken).add(sentences(1)[0])
    assert not open_streams(sandbox)


async def test_an_answer_that_changed_replaces_what_was_streamed(sandbox, clients):
    """When the final message is not what was streamed, it takes the text's place."""
    desk, place, pieces = make_desk(clients), ask_in(sandbox), sentences(3)
    final = message_of(pieces[:2])
    await give(desk, place, pieces, final)
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces[:2])
    assert str(pieces[2]) not in visible(message)


async def test_a_long_answer_stays_within_slacks_limits(sandbox, clients):
    """No call carries 12,000 characters, however long the answer; the message is whole."""
    pieces = sentences(110, 16)
    blocks = tuple(
        block for at in range(0, 60, 15) for block in message_of(pieces[at : at + 15]).blocks[:1]
    )
    final = Message(text="A long answer.", blocks=blocks)
    desk, place = make_desk(clients), ask_in(sandbox)
    await give(desk, place, pieces, final)
    sent = [c.arguments for m in SHOWING for c in sandbox.calls.of(m)]
    assert max(len(str(a.get("markdown_text", ""))) for a in sent) < 12_000
    (message,) = sandbox.bot_messages("ai-news")
    assert shows_once(message, pieces[:60])


async def test_blocks_that_slack_refuses_do_not_lose_the_answer(sandbox, clients):
    """When our own check ever misses something, the text alone is shown."""
    bad = Message(text="The whole answer.", blocks=({"type": "section"},))
    for streaming in (True, False):
        desk, place = make_desk(clients, streaming=streaming), ask_in(sandbox)
        await give(desk, place, sentences(1), bad)
        (message,) = [m for m in sandbox.thread("ai-news", place.thread_ts) if m.bot_id]
        assert visible(message) == "The whole answer."
        assert not open_streams(sandbox)


async def test_hostile_pieces_are_dead_on_every_way(sandbox, clients):
    """No mention, masked link or broadcast comes alive in a stream, a post or an update."""
    pieces = [escape(text) for text in TEXTS]
    pieces = [piece for piece in pieces if piece][:250]
    pieces += [
        escape("[https://bank.example](https://evil.example/x)"),
        escape("![x](http://e.example)"),
    ]
    for streaming in (True, False):
        for at in range(0, len(pieces), 40):
            some = pieces[at : at + 40]
            desk = make_desk(clients, streaming=streaming, update_every_seconds=0.02)
            await give(desk, ask_in(sandbox), some, message_of(some))
    assert sandbox.pings == []
    assert sandbox.masked_links == []
    for call in sandbox.calls.of("chat.startStream") + sandbox.calls.of("chat.appendStream"):
        assert "<" not in call.arguments["markdown_text"]
        assert "](" not in call.arguments["markdown_text"]


async def test_a_direct_message_shows_a_line_that_becomes_the_answer(sandbox, clients):
    """Without a thread there is no stream: a placeholder is posted and replaced."""
    dm = sandbox.as_user("ada").post("", "What is RAG?").channel
    desk, pieces = make_desk(clients), sentences(2)
    place = Place(workspace_id=TEAM, channel_id=dm, user_id="U01ADA00001")
    ts, told = await give(desk, place, pieces, message_of(pieces))
    (message,) = sandbox.bot_messages(dm)
    assert (message.ts, told) == (ts, [ts])
    assert shows_once(message, pieces)
    assert "reading the sources" not in visible(message)


async def test_an_answer_without_pieces_is_one_post(sandbox, clients):
    """What is known at once, such as a glossary term, costs one call."""
    desk, pieces = make_desk(clients), sentences(1)
    answer = desk.begin(ask_in(sandbox), Started())
    await answer.finish(message_of(pieces))
    assert showing_calls(sandbox) == 1


async def test_a_status_line_that_is_refused_is_not_asked_for_again(sandbox, clients):
    """An older server knows no status line; answers come all the same."""
    method = "assistant.threads.setStatus"
    sandbox.faults.add(kind="error", error="unknown_method", method=method, times=None)
    desk, pieces = make_desk(clients), sentences(1)
    for _ in range(2):
        await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    assert sandbox.calls.count(method) == 1


async def test_one_workspace_does_not_learn_from_another(sandbox, clients):
    """What T1 refuses says nothing about T2."""
    desk = make_desk(clients)
    assert desk.learned.note("T1", "stream", "unknown_method")
    assert not desk.learned.can("T1", "stream")
    assert desk.learned.can("T2", "stream")


async def test_nothing_shown_is_an_error(sandbox, clients):
    """Where no way leads into the channel the writer is told."""
    place = Place(workspace_id=TEAM, channel_id="C01EDITORS1", user_id="U1", thread_ts="1.000001")
    answer = make_desk(clients).begin(place, Started())
    with pytest.raises(SlackError) as refused:
        await answer.finish(message_of(sentences(1)))
    assert refused.value.next_step
    assert not refused.value.is_passing


async def test_an_unreachable_slack_is_an_error_that_passes(sandbox, clients):
    """The ledger tries again later what failed for the network's sake, and knows it by the error."""
    place = ask_in(sandbox)
    sandbox.faults.add(kind="drop_before", times=None)
    with pytest.raises(SlackError) as lost:
        await make_desk(clients).begin(place, Started()).finish(message_of(sentences(1)))
    assert lost.value.is_passing
    assert lost.value.next_step


async def test_writers_that_gave_up_leave_nothing_behind(sandbox, clients):
    """A stream closed by time is forgotten when the next one begins."""
    times = StreamTimes(longest_seconds=0.1)
    desk = make_desk(clients, times=times)
    for _ in range(3):
        await desk.begin(ask_in(sandbox), Started()).add(sentences(1)[0])
        await asyncio.sleep(0.2)
    assert len(desk.open_streams) == 1
    assert not open_streams(sandbox)


async def test_a_revoked_token_is_told(sandbox, clients):
    """Who cleans up after an uninstallation hears of it from any call."""
    gone: list[tuple[str, str]] = []

    async def note(workspace_id: str, code: str) -> None:
        gone.append((workspace_id, code))

    clients.on_token_gone = note
    sandbox.faults.add(kind="error", error="token_revoked", times=None)
    with pytest.raises(SlackError):
        await make_desk(clients).begin(ask_in(sandbox), Started()).finish(message_of(sentences(1)))
    assert (TEAM, "token_revoked") in gone


async def test_a_busy_channel_does_not_hold_up_another():
    """Posts that wait for their channel's second leave the workspace's turns to other channels."""
    pacer = Pacer()
    waits = [
        asyncio.create_task(pacer.wait("T1", "chat.postMessage", "C1", at_most_seconds=60))
        for _ in range(40)
    ]
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(0.5):
            assert await pacer.wait("T1", "chat.postMessage", "C2", at_most_seconds=60) == 0
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def test_progress_leaves_updates_to_those_that_end(sandbox, clients):
    """Showing progress never uses up the updates that complete answers."""
    desk = make_desk(clients, streaming=False, update_every_seconds=0.0)
    pieces = sentences(20, 4)
    await give(desk, ask_in(sandbox), pieces, message_of(pieces))
    assert desk.calls.pacer.room(TEAM, "chat.update") > 3


def test_pieces_get_one_space_between_them():
    """A seam gets white space exactly where neither side brings its own."""
    one, two = escape("One."), escape("Two.")
    assert str(joined(one, two)) == "One. Two."
    assert str(joined(one, trusted("\n\n") + two)) == "One.\n\nTwo."
