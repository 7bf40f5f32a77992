"""One answer for one question: seen by two workspaces, or asked while nobody was running."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.sayings import Saying, say
from bot.sandbox import Message
from tests.fakes.azure import FakeAzure
from tests.fakes.office import TEAMS, open_office, until
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, open_talk, running

pytestmark = pytest.mark.anyio
WORDS = "why do models make things up?"


async def test_a_message_that_two_workspaces_see(tmp_path: Path, free_tcp_port: int):
    """In a channel of two organisations both installations hear a mention: one answer, one model call."""
    async with (
        FakeAzure() as azure,
        open_office(
            tmp_path,
            free_tcp_port,
            AZURE_OPENAI_ENDPOINT=azure.endpoint,
            AZURE_OPENAI_DEPLOYMENT="plain",
            AZURE_OPENAI_API_KEY="key",
        ) as office,
    ):
        slack, pair = office.sandbox, [office.sandbox.workspaces[team] for team in TEAMS[:2]]
        for team in TEAMS[:2]:
            await office.install(team)
        shared = pair[0].channels[CHANNEL]
        pair[1].channels[CHANNEL] = shared
        shared.members.append(pair[1].bot_user)
        said = slack.as_user("ada").post("ai-news", f"@plainwire {WORDS}")
        twin = {
            "user": said.user,
            "text": f"<@{pair[0].bot_user}> <@{pair[1].bot_user}> {WORDS}",
            "ts": said.ts,
            "channel": CHANNEL,
        }
        slack.hub.emit(pair[1], "app_mention", {**twin, "type": "app_mention"})
        slack.hub.emit(pair[1], "message.channels", {**twin, "type": "message"})

        def answers() -> list[Message]:
            thread = slack.thread("ai-news", said.ts)
            return [one for one in thread if one.bot_id and not one.streaming]

        await slack.wait_for(answers, timeout=15)
        await slack.settle()
        edge, requests = office.bot.conversation.edge, office.database.requests

        async def quiet() -> bool:
            return not (edge.at_work or await requests.unfinished())

        await until(quiet)
        assert len(answers()) == 1
        assert len(azure.calls) == 1
        assert [one.team for one in slack.deliveries.log].count(TEAMS[1]) == 2


async def record(talk: Talk, minutes_ago: float, key: str) -> tuple[Request, str]:
    """Leave a question behind as a process does that died right after it was recorded."""
    said = talk.as_user("ada").post("ai-news", f"{WORDS} ({key})")
    request = Request(
        source_key=key,
        twin_key=f"{CHANNEL}:{said.ts}",
        kind=RequestKind.QUESTION,
        workspace_id=WORKSPACE,
        channel_id=CHANNEL,
        user_id="U01ADA00001",
        text=WORDS,
        received_at=talk.bot.newsroom.clock.now() - timedelta(minutes=minutes_ago),
        thread_ts=said.ts,
        message_ts=said.ts,
    )
    assert await talk.database.requests.record(request)
    return request, said.ts


async def test_too_old_at_the_start_is_said_once(tmp_path: Path):
    """After a restart an old question gets the honest sentence, a young one its answer; then nothing more."""
    async with open_talk(tmp_path, digest=False) as talk:
        await talk.sandbox.settle()
        old, old_ts = await record(talk, 11, "EvOld")
        young, young_ts = await record(talk, 9, "EvYoung")
        await talk.bot.conversation.close(0)
        for _ in range(3):
            async with running(talk.place) as bot:
                again = Talk(place=talk.place, bot=bot)
                await again.answer_in(old_ts)
                await again.answer_in(young_ts)
                await again.quiet()
        states = [await talk.database.requests.get(key) for key in ("EvOld", "EvYoung")]

        assert [said.text for said in talk.replies(old_ts)] == [say(Saying.ASK_AGAIN, "en")]
        assert len(talk.replies(young_ts)) == 1
        assert "General knowledge" in str(talk.replies(young_ts)[0].blocks)
        assert len(talk.azure.calls) == 1
        assert [row and row.state for row in states] == [
            RequestState.EXPIRED,
            RequestState.ANSWERED,
        ]
        assert (old.source_key, young.source_key) == ("EvOld", "EvYoung")
