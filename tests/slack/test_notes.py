"""Notes that stand where no status line is to be had: they become the answer, and never stand beside it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat.ports import Place
from bot.sandbox.response_urls import response_urls
from tests.fakes.slack_answers import (
    ADA,
    NEWS,
    Started,
    ask_in,
    make_desk,
    message_of,
    sentences,
    shows_once,
    visible,
)

pytestmark = pytest.mark.anyio

STATUS, NOTE = "is thinking …", "One moment: Plainwire is thinking …"
PIECES = sentences(3)
ANSWER = message_of(PIECES)


def ours(sandbox, place: Place) -> list:
    return [said for said in sandbox.thread("ai-news", place.thread_ts) if said.bot_id]


async def note_then_answer(desk, place: Place, started: Started, *, pieces: bool = True) -> str:
    answer = desk.begin(place, started)
    await answer.show_note(STATUS, NOTE)
    for piece in PIECES if pieces else ():
        await answer.add(piece)
    return await answer.finish(ANSWER)


@pytest.mark.parametrize("pieces", [True, False])
async def test_a_note_becomes_the_answer(sandbox, clients, pieces: bool):
    """It is posted once, changed by later signs, and replaced by the answer in one message."""
    desk, place, started = make_desk(clients), ask_in(sandbox), Started()
    answer = desk.begin(place, started)
    await answer.show_note(STATUS, NOTE)
    (message,) = ours(sandbox, place)
    assert visible(message) == NOTE
    assert started.told == [message.ts]
    assert await answer.show_thinking("is busy", "One moment: Plainwire is busy")
    assert visible(message) == "One moment: Plainwire is busy"
    assert sandbox.calls.count("assistant.threads.setStatus") == 0
    for piece in PIECES if pieces else ():
        await answer.add(piece)
    assert await answer.finish(ANSWER) == message.ts
    assert ours(sandbox, place) == [message]
    assert shows_once(message, PIECES)
    assert sandbox.calls.count("chat.postMessage") == 1
    assert sandbox.calls.count("chat.startStream") == 0


@pytest.mark.parametrize("readable", [True, False], ids=["found", "not readable at first"])
@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_500", "drop_before", "500"])
async def test_a_note_whose_outcome_is_lost_leaves_one_message(
    sandbox, clients, kind: str, readable: bool
):
    """Whether the note arrived or not, and may be looked for at once or only later: one message."""
    desk, place, started = make_desk(clients), ask_in(sandbox), Started()
    sandbox.faults.add(kind=kind, method="chat.postMessage")
    if not readable:
        sandbox.faults.add(kind="500", method="conversations.replies")
    ts = await note_then_answer(desk, place, started)
    (message,) = ours(sandbox, place)
    assert message.ts == ts
    assert shows_once(message, PIECES)


async def test_a_note_that_arrives_after_the_answer_is_taken_away(sandbox, clients):
    """A post that was only slow, given up and done all the same, does not stand beside the answer."""
    desk, place = make_desk(clients), ask_in(sandbox)
    sandbox.faults.add(kind="slow", seconds=1.0, method="chat.postMessage")
    sandbox.faults.add(kind="slow", seconds=0.5, method="chat.postMessage")
    ts = await note_then_answer(desk, place, Started(), pieces=False)
    await asyncio.sleep(0.3)
    (message,) = ours(sandbox, place)
    assert message.ts == ts
    assert shows_once(message, PIECES)


@pytest.mark.parametrize("stored", [True, False], ids=["ts stored", "nothing stored"])
async def test_a_note_of_a_process_that_died_becomes_the_answer(sandbox, clients, stored: bool):
    """The next process finds the note, by its ts or by the request that it names."""
    place, started = ask_in(sandbox), Started()
    await make_desk(clients).begin(place, started).show_note(STATUS, NOTE)
    (message,) = ours(sandbox, place)
    known = (
        {"answer_ts": message.ts}
        if stored
        else {"begun_since": datetime.fromtimestamp(float(message.ts), UTC)}
    )
    answer = make_desk(clients).begin(replace(place, **known), Started())
    signs = [answer.show_thinking(STATUS, NOTE), answer.show_note(STATUS, NOTE)]
    assert await asyncio.gather(*signs) == [True, True]
    assert await answer.finish(ANSWER) == message.ts
    assert ours(sandbox, place) == [message]
    assert shows_once(message, PIECES)


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_a_note_that_cannot_be_changed_is_replaced(sandbox, clients, code: str):
    """Where messages cannot be edited the answer is posted, once, and the note goes."""
    desk, place = make_desk(clients), ask_in(sandbox)
    sandbox.faults.add(kind="error", error=code, method="chat.update", times=None)
    answer = desk.begin(place, Started())
    await answer.show_note(STATUS, NOTE)
    ts = await answer.finish(ANSWER)
    (message,) = ours(sandbox, place)
    assert message.ts == ts
    assert shows_once(message, PIECES)


async def test_a_note_without_an_answer_is_withdrawn(sandbox, clients):
    """Where it turns out that there is nothing to answer here, the note goes."""
    desk, place = make_desk(clients), ask_in(sandbox)
    answer = desk.begin(place, Started())
    await answer.show_note(STATUS, NOTE)
    await answer.withdraw()
    assert ours(sandbox, place) == []


def give_url(sandbox, original: str) -> str:
    sandbox.as_user("ada").join("ai-news")
    url, _ = response_urls(sandbox.hub).issue(sandbox.workspace, NEWS, ADA, original=original)
    return url


@pytest.mark.parametrize("dies", [False, True])
async def test_a_private_answer_under_a_public_message_has_a_note_too(sandbox, clients, dies: bool):
    """A status line in the thread; without one a direct message that becomes the answer, whoever ends it."""
    public = ask_in(sandbox)
    ts = await make_desk(clients).begin(public, Started()).finish(message_of(sentences(1)))
    place = replace(
        public, response_url=give_url(sandbox, ts), replace_original=False, request_key="B1"
    )
    ada = sandbox.as_user("ada")
    answer = make_desk(clients).begin(place, Started())
    assert not await answer.show_thinking(STATUS, NOTE)
    await answer.show_note(STATUS, NOTE)
    assert ada.status("ai-news", public.thread_ts) == STATUS
    await answer.finish(ANSWER)
    assert ada.status("ai-news", public.thread_ts) == ""
    assert len(ada.ephemerals(NEWS)) == 1

    sandbox.faults.add(
        kind="error", error="unknown_method", method="assistant.threads.setStatus", times=None
    )
    desk, started = make_desk(clients), Started()
    place = replace(place, response_url=give_url(sandbox, ts), request_key="B2")
    answer = desk.begin(place, started)
    await answer.show_note(STATUS, NOTE)
    direct = ada.direct().id
    (message,) = sandbox.bot_messages(direct)
    assert visible(message) == NOTE
    if dies:
        answer = make_desk(clients).begin(replace(place, answer_ts=started.told[0]), Started())
        await answer.show_note(STATUS, NOTE)
    await answer.finish(ANSWER)
    assert sandbox.bot_messages(direct) == [message]
    assert shows_once(message, PIECES)
    assert len(ada.ephemerals(NEWS)) == 1
