"""
Two workspaces in one bot, and in them things that belong to somebody: for tests of who sees what.

Ada (of the first) has a digest by direct message, a private channel, answers of several kinds and a
click; each workspace has a story of its own feeds, and the private channel one of its. Words of `SECRETS` stand in what is theirs alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from bot.chat.content import AnswerContent
from bot.chat.kept_answer import kept_memory
from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.thread import StoredTurn, ThreadKey
from bot.chat.turns import new_memory
from bot.digest.feedback_record import Effect, Feedback, FeedbackKind
from bot.digest.preference import Channel, Preference
from bot.news.scope import Scope
from bot.news.story import Story
from bot.sandbox import DEFAULT_WORLD, make_world
from tests.fakes.installations import make_installation
from tests.fakes.pressing import Pressing
from tests.fakes.stored import make_entry, make_feed, make_story
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, Unpaced, open_talk

_WORLD: Final = make_world(2)
OTHER, THEIR_CHANNEL, XAN = _WORLD["id"], _WORLD["channels"][1]["id"], _WORLD["users"][0]["id"]
EDITORS, RANDOM, ADA, BEN = "C01EDITORS1", "C01RANDOM01", "U01ADA00001", "U01BEN00001"
SECRETS: Final = ("quokka", "narwhal", "wombat", "numbat", "marsupial", "dingo", "walrus", "bilby")
SHARED_STORY = "s_000000000001"
STORY_OF: Final = {WORKSPACE: "s_0000000000aa", OTHER: "s_0000000000bb"}
# Of the feeds of Ada's private channel, which nobody else is in.
PRIVATE_STORY = "o_0000000000cc"
FEED, PRIVATE_FEED = "https://dingo.example/feed", "https://bilby.example/feed"
# Ada's, but for the last one: a private answer, one in the channel, one in her direct message.
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "K-private": {"private": True},
    "K-public": {"thread_ts": "4.4", "answer_ts": "4.5"},
    "K-direct": {"thread_ts": "6.6", "answer_ts": "6.7"},
    "K-other": {
        "private": True,
        "workspace_id": OTHER,
        "channel_id": THEIR_CHANNEL,
        "user_id": XAN,
    },
}


@dataclass
class TwoWorkspaces:
    """
    The bot between them.

    Attributes:
        directs: The direct messages with us of Ada (who has a digest there), of Mei (who said
            something there) and of Dana (who opened it).
    """

    talk: Talk
    directs: tuple[str, str, str]

    def as_user(self, name: str, channel: str = "") -> Pressing:
        """Return somebody with their hands on buttons, in a channel that they belong to."""
        usual = THEIR_CHANNEL if name == "xan2" else CHANNEL
        return Pressing(talk=self.talk, user=name, channel=channel or usual)


def make_request(key: str, now: datetime, **changes: Any) -> Request:
    """Return a question of Ada's in #ai-news that is answered."""
    request = Request(
        source_key=key,
        twin_key=key,
        kind=RequestKind.QUESTION,
        workspace_id=WORKSPACE,
        channel_id=CHANNEL,
        user_id=ADA,
        text="What is the numbat's wombat plan?",
        received_at=now,
        state=RequestState.ANSWERED,
    )
    return replace(request, **changes)


@asynccontextmanager
async def open_two_workspaces(folder: Path) -> AsyncIterator[TwoWorkspaces]:
    """Start the bot with both, furnished."""
    async with open_talk(
        folder, worlds=(DEFAULT_WORLD, _WORLD), digest=False, pacer=Unpaced()
    ) as talk:
        other = talk.sandbox.workspaces[OTHER]
        installation = make_installation(
            OTHER,
            bot_id=other.bot_id,
            bot_user_id=other.bot_user,
            bot_token=SecretStr(other.bot_token),
            scopes=other.scopes,
        )
        await talk.database.installations.save(installation)
        talk.sandbox.channel(EDITORS).name = "walrus-room"
        talk.sandbox.channel(EDITORS).members.append(talk.sandbox.workspace.bot_user)
        ada, mei, dana = (talk.as_user(name).direct().id for name in ("ada", "mei", "dana"))
        talk.as_user("mei").post("", "thanks!")
        await talk.sandbox.settle()
        both = TwoWorkspaces(talk, (ada, mei, dana))
        await _furnish(both)
        talk.sandbox.calls.clear()
        yield both


async def _furnish(both: TwoWorkspaces) -> None:
    database, now = both.talk.database, both.talk.bot.newsroom.clock.now()
    everybodys = make_story(SHARED_STORY, make_entry("e-1", title="A model for everybody"))
    stories = [
        everybodys,
        _own_story(STORY_OF[WORKSPACE], Scope(WORKSPACE), "quokka"),
        _own_story(STORY_OF[OTHER], Scope(OTHER), "narwhal"),
        _own_story(PRIVATE_STORY, Scope(WORKSPACE, EDITORS), "bilby"),
    ]
    await database.stories.save(stories, {})
    await database.feeds.add(make_feed("dingo", url=FEED, scope=Scope(WORKSPACE)))
    await database.feeds.add(make_feed("bilby", scope=Scope(WORKSPACE, EDITORS)))
    for channel_id, name in ((both.directs[0], ""), (EDITORS, "walrus-room")):
        await database.channels.save(_channel(channel_id, name, now))
    for key, changes in ANSWERS.items():
        request = make_request(key, now, **changes)
        if key == "K-direct":
            request = replace(request, channel_id=both.directs[0])
        await _answered(both.talk, request, now)
    for click, workspace, channel, user in (
        ("click-ada", WORKSPACE, CHANNEL, ADA),
        ("click-xan", OTHER, THEIR_CHANNEL, XAN),
    ):
        given = Feedback(
            id=click,
            workspace_id=workspace,
            channel_id=channel,
            user_id=user,
            kind=FeedbackKind.MUTE,
            at=now,
            effect=Effect(muted="dingo.example"),
        )
        await database.feedback.record(given)


def _own_story(story_id: str, scope: Scope, word: str) -> Story:
    entry = make_entry(
        f"e-{word}",
        scope=scope,
        title=f"The {word} model",
        outlet_name=f"{word} wire",
        text=f"A {word} was trained.",
    )
    return make_story(story_id, entry, scope=scope)


def _channel(channel_id: str, name: str, now: datetime) -> Channel:
    return Channel(
        workspace_id=WORKSPACE,
        channel_id=channel_id,
        name=name,
        preference=Preference(on=True, zone="Europe/London"),
        set_up_by=ADA,
        next_due_at=now + timedelta(days=1),
        switched_on_at=now,
        is_dm=channel_id.startswith("D"),
    )


async def _answered(talk: Talk, request: Request, now: datetime) -> None:
    """Store a request with its answer: in its thread, or kept for the buttons of a private one."""
    await talk.database.requests.record(request)
    key = ThreadKey(
        workspace_id=request.workspace_id,
        channel_id=request.channel_id,
        thread_ts=request.thread_ts or "none",
    )
    memory = new_memory(key, now, source_text="The wombat is a marsupial. It digs.")
    said = "A wombat is a marsupial."
    turn = StoredTurn(role="assistant", text=said, ts=request.answer_ts or "", at=now)
    if request.private:
        content = AnswerContent(
            request_key=request.source_key, basis="general", paragraphs=((said,),)
        )
        memory = kept_memory(request, content, memory, now, timedelta(days=7))
    await talk.database.threads.save(replace(memory, turns=(turn,)))


__all__ = [
    "ADA",
    "ANSWERS",
    "BEN",
    "CHANNEL",
    "EDITORS",
    "FEED",
    "OTHER",
    "PRIVATE_FEED",
    "PRIVATE_STORY",
    "RANDOM",
    "SECRETS",
    "SHARED_STORY",
    "STORY_OF",
    "THEIR_CHANNEL",
    "WORKSPACE",
    "XAN",
    "TwoWorkspaces",
    "make_request",
    "open_two_workspaces",
]
