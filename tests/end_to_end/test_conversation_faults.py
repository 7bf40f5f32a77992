"""What goes wrong out there: redeliveries, refusals, crashes, hostile words, channels that go away."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.chat.hearing import Uttered
from bot.chat.thread import ThreadKey
from storage.tables import Base
from tests.fakes.azure import FakeAzure, Say, Throttle
from tests.fakes.place import open_place
from tests.fakes.program import forked
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, Unpaced, open_talk, running, said_in
from tests.fakes.wire_news import PILOT

pytestmark = pytest.mark.anyio

HOSTILE = (
    "<!channel>", "<!here|here>", "<@U01BEN00001>", "<!subteam^S1|all>", "<#C01GENERAL1>", "@channel",
    "@everyone", "@here", "<https://evil.example|https://bank.example>", "[bank.example](https://evil.example)",
    "&lt;!channel&gt;", "<!date^1^{date}|x>", "<mailto:a@b.example|click>", "*_~`<!everyone>`~_*",
    "> <!channel>", "```<!channel>```", "\u202e<!channel>\u202c", "<\u200b!channel>", "![x](https://evil.example/a.png)",
    "javascript:alert(1)",
)  # fmt: skip


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path) as opened:
        yield opened


async def test_delivered_five_times_answered_once(talk: Talk):
    """The same event again and again is one answer and one model call."""
    talk.as_user("ada").post("ai-news", "#1 what does it need?", thread_ts=talk.digest.ts)
    await talk.until(lambda: talk.sandbox.deliveries.log)
    event_id = talk.sandbox.deliveries.log[-1].event_id
    talk.sandbox.deliveries.redeliver(event_id, times=4)
    await talk.answer_in(talk.digest.ts)
    await talk.sandbox.settle()
    await talk.quiet()

    assert len(talk.replies(talk.digest.ts)) == 1
    assert len(talk.azure.calls) == 1


async def test_every_third_call_limited_all_answered(talk: Talk):
    """Slack answers every third call with 429: everybody gets an answer all the same."""
    talk.sandbox.faults.add(kind="429", every=3, retry_after=0)
    people = [talk.as_user(name) for name in ("ada", "ben")]
    asked = [
        people[n % 2].post("ai-news", f"@plainwire why do models need memory, part {n}?")
        for n in range(6)
    ]
    for message in asked:
        await talk.answer_in(message.ts)

    assert all(len(talk.replies(message.ts)) == 1 for message in asked)
    assert len(talk.azure.calls) == 6


async def test_a_busy_model_is_waited_for(talk: Talk):
    """Throttled three times, the question is answered after the wait, once."""
    talk.azure.then(*[Throttle(retry_after=1, retry_after_ms=None)] * 3)
    talk.as_user("ada").post("ai-news", "#1 what does it need?", thread_ts=talk.digest.ts)
    answer = await talk.answer_in(talk.digest.ts)

    assert "Sources" in said_in(answer.blocks)
    assert len(talk.azure.calls) == 4
    assert len(talk.replies(talk.digest.ts)) == 1


async def test_a_follow_up_after_a_restart_and_a_model_that_forgot(tmp_path: Path):
    """A new process and a new model server know of the thread what the old ones did."""
    async with open_talk(tmp_path) as talk:
        ada, ts = talk.as_user("ada"), talk.digest.ts
        ada.post("ai-news", "#1 how much memory does it need?", thread_ts=ts)
        await talk.answer_in(ts)
        place = talk.place
        await talk.bot.conversation.close(0)
        async with FakeAzure() as other:
            fresh = Talk(place=place, bot=talk.bot)
            settings = place.loaded_settings().model_copy(update={"azure_endpoint": other.endpoint})
            # The first bot's connection goes on: events go to either, and the ledger makes one answer.
            async with running(place, settings=settings) as bot:
                fresh.bot = bot
                request = await bot.conversation.edge.hearing.hear(
                    _uttered("and why is that?", ts), bot.newsroom.clock.now()
                )
                assert request is not None
                assert await bot.conversation.edge.intake.take(request)
                await fresh.until(lambda: len(talk.replies(ts)) == 2)
            [call] = other.calls
        assert "how much memory" in json.dumps(call.body["input"])
        assert call.body["store"] is False


def _uttered(words: str, thread_ts: str):
    return Uttered(
        event_id="EvLater",
        workspace_id=WORKSPACE,
        channel_id=CHANNEL,
        user_id="U01ADA00001",
        text=words,
        ts="1795999999.000100",
        bot_user_id="U01PLAINBOT",
        thread_ts=thread_ts,
    )


async def test_killed_while_answering(tmp_path: Path):
    """Killed in the middle of a streamed answer: the next start completes that very message, once."""
    async with open_place(tmp_path) as place:
        feeds = [place.publishers.feed("ledger", [PILOT])]
        channel = await place.set_up(feeds, due=True)
        async with forked("run", cwd=place.folder, **place.settings) as program:
            row = await place.wait_for_state(channel, "sent")
            place.azure.tokens_per_second = 12
            place.azure.always(Say(" ".join([PILOT.page.split("\n\n")[0]] * 6)))
            calls = len(place.azure.calls)
            place.sandbox.as_user("ada").post("ai-news", "#1 what is it?", thread_ts=row.ts)

            def streaming() -> bool:
                return any(said.streaming for said in place.sandbox.messages("ai-news"))

            await place.sandbox.wait_for(streaming, timeout=20)
            program.kill()
            await program.ended(5)
        [half] = [said for said in place.sandbox.messages("ai-news") if said.streaming]
        place.azure.tokens_per_second = None
        async with forked("run", cwd=place.folder, **place.settings) as program:

            def completed() -> bool:
                return "Sources" in json.dumps(half.blocks)

            await place.sandbox.wait_for(completed, timeout=20)
            program.stop()
            finished = await program.ended(10)
        replies = [
            said
            for said in place.sandbox.thread("ai-news", str(row.ts))
            if said.bot_id and said.ts != row.ts
        ]
    assert [said.ts for said in replies] == [half.ts]
    assert not half.streaming
    assert len(place.azure.calls) == calls + 2
    assert finished.quiet, finished.err


async def test_hostile_words(tmp_path: Path):
    """Whatever the model says and people write: nobody is called, and no link lies."""
    async with open_talk(tmp_path, pacer=Unpaced()) as talk:
        await _hostile(talk)


async def _hostile(talk: Talk) -> None:
    draw = random.Random(20261122)
    ada = talk.as_user("ada")
    base = "Harbor Labs released Pilot 2 today. It needs 16 GB of memory. "
    asked = []
    for number in range(100):
        bad = " ".join(draw.sample(HOSTILE, 3))
        talk.azure.then(Say(f"{base}{bad} {draw.choice(HOSTILE)} said so. {base}"))
        how = number % 3
        if how == 0:
            ada.post("ai-news", f"#1 why {bad.replace('@', '')}?", thread_ts=talk.digest.ts)
        elif how == 1:
            asked.append(ada.post("ai-news", f"@plainwire what is {draw.choice(HOSTILE)} for?"))
        else:
            await ada.command("/explain", f"why {bad} is bad?", channel="ai-news")
        if number % 20 == 19:
            await talk.sandbox.settle()
            await talk.quiet()
    await talk.sandbox.settle()
    await talk.quiet()

    assert len(talk.azure.calls) >= 50
    assert talk.sandbox.pings == []
    assert talk.sandbox.masked_links == []
    assert talk.refused == []


async def test_deleted_and_edited_messages_are_forgotten(talk: Talk):
    """What somebody deletes is erased from the memory, and an edited question reads as it stands."""
    ada, ts = talk.as_user("ada"), talk.digest.ts
    asked = ada.post("ai-news", "#1 what does the SECRETWORD need?", thread_ts=ts)
    await talk.answer_in(ts)
    other = ada.post("ai-news", "#1 why is OTHERWORD so?", thread_ts=ts)
    await talk.answer_in(ts, count=2)
    ada.delete("ai-news", asked.ts)
    ada.edit("ai-news", other.ts, "#1 why is it so?")
    await talk.sandbox.settle()
    await talk.quiet()
    rows = await talk.database.requests.unfinished()
    key = ThreadKey(workspace_id=WORKSPACE, channel_id=CHANNEL, thread_ts=ts)
    memory = await talk.database.threads.get(key)
    assert memory is not None
    words = " ".join(turn.text for turn in memory.turns)
    assert rows == []
    assert "SECRETWORD" not in words
    assert "OTHERWORD" not in words
    assert "why is it so?" in words
    assert len(talk.replies(ts)) == 2


async def test_channels_come_and_go(talk: Talk):
    """Invited it greets once; renamed, archived, removed, deleted: deliveries follow; uninstalled: nothing stays."""
    ada, channels = talk.as_user("ada"), talk.database.channels
    ada.invite("random")
    await talk.until(lambda: talk.sandbox.bot_messages("random"))
    ada.remove("random")
    ada.invite("random")
    ada.rename("ai-news", "the-news")
    await talk.sandbox.settle()
    await talk.quiet()
    assert len(talk.sandbox.bot_messages("random")) == 1
    news = await channels.get(WORKSPACE, CHANNEL)
    assert news is not None
    assert news.name == "the-news"

    ada.archive(CHANNEL)
    await _until_async(lambda: _stopped(talk, CHANNEL, "archived"))
    ada.archive(CHANNEL, archived=False)
    ada.remove(CHANNEL)
    await _until_async(lambda: _stopped(talk, CHANNEL, "removed"))
    ada.invite(CHANNEL)
    await _until_async(lambda: _stopped(talk, CHANNEL, ""))
    ada.delete_channel("random")
    await _until_async(lambda: _gone(talk, "C01RANDOM01"))

    await ada.command("/explain", "RAG", channel=CHANNEL)
    await talk.whispered("ada", "glossary")
    ada.uninstall()
    await talk.sandbox.settle()
    await _until_async(lambda: _nothing_left(talk))


async def _stopped(talk: Talk, channel_id: str, reason: str) -> bool:
    found = await talk.database.channels.get(WORKSPACE, channel_id)
    assert found is not None
    return reason in found.state_reason and bool(found.state_reason) == bool(reason)


async def _gone(talk: Talk, channel_id: str) -> bool:
    return await talk.database.channels.get(WORKSPACE, channel_id) is None


async def _nothing_left(talk: Talk) -> bool:
    async with talk.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if "workspace_id" in table.c:
                query = text(f"SELECT count(*) FROM {table.name} WHERE workspace_id = :it")
                if (await connection.execute(query, {"it": WORKSPACE})).scalar_one():
                    return False
    return True


async def _until_async(condition, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - a database has no event
            await asyncio.sleep(0.02)
