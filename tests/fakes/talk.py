"""
A bot in a workspace, in this process, with a digest to talk about: the sandbox, SQLite and FakeAzure.

    async with open_talk(folder) as talk:
        ada = talk.as_user("ada")
        reply = ada.post("ai-news", "#2 why?", thread_ts=talk.digest.ts)
        answer = await talk.answer_in(reply.ts or talk.digest.ts)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.app.bot import Bot, open_bot
from bot.app.newsroom import load_cipher, open_newsroom
from bot.chat.request import Request
from bot.clock import SystemClock
from bot.manifest import manifest
from bot.sandbox import DEFAULT_WORLD, Message, Person, Sandbox, Timings, app_from_manifest
from bot.sandbox.world import WorkspaceSeed
from bot.settings import Settings, load_settings
from bot.slack.pacing import Pacer
from storage.database import Database
from tests.fakes.azure import FakeAzure
from tests.fakes.feed_server import FeedServer
from tests.fakes.place import CHANNEL, WORKSPACE, Place, channel_due
from tests.fakes.wire_news import BANK, PILOT, PILOT_TOO

T = TypeVar("T")
PATIENCE_SECONDS = 15.0


@dataclass
class Talk:
    """The world, the bot in it, and what people see."""

    place: Place
    bot: Bot
    digest: Message = field(init=False)

    @property
    def sandbox(self) -> Sandbox:
        return self.place.sandbox

    @property
    def azure(self) -> FakeAzure:
        return self.place.azure

    @property
    def database(self) -> Database:
        return self.bot.newsroom.database

    def as_user(self, name: str) -> Person:
        return self.sandbox.as_user(name)

    async def until(self, condition: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
        """Wait until a condition gives something, and return it."""
        return await self.sandbox.wait_for(condition, timeout=seconds)

    def replies(self, ts: str, channel: str = "ai-news") -> list[Message]:
        """Return what we said in a thread, finished messages only."""
        thread = self.sandbox.thread(channel, ts)
        return [said for said in thread if said.bot_id and said.ts != ts and not said.streaming]

    async def answer_in(self, ts: str, channel: str = "ai-news", count: int = 1) -> Message:
        """Wait for our *count*-th finished answer in a thread."""
        await self.until(lambda: len(self.replies(ts, channel)) >= count)
        await self.quiet()
        return self.replies(ts, channel)[count - 1]

    async def whispered(self, user: str, words: str = "", count: int = 1) -> dict[str, Any]:
        """Wait for the *count*-th private note to somebody that says *words*, and return it."""

        def found() -> list[dict[str, Any]]:
            notes = self.as_user(user).ephemerals()
            return [note for note in notes if words.lower() in said_in(note).lower()]

        try:
            await self.until(lambda: len(found()) >= count)
        except TimeoutError:
            shown = "\n".join(map(said_in, self.as_user(user).ephemerals()))
            raise AssertionError(f"{user} never saw {words!r}, but:\n{shown}") from None
        await self.quiet()
        return found()[count - 1]

    async def quiet(self) -> None:
        """Wait until every recorded request has ended."""

        async def open_requests() -> list[Request]:
            return await self.database.requests.unfinished()

        async with asyncio.timeout(PATIENCE_SECONDS):
            while await open_requests() or self.bot.conversation.edge.at_work:  # noqa: ASYNC110 - rows have no event
                await asyncio.sleep(0.01)

    @property
    def refused(self) -> list[str]:
        """Return "method: error" of every call that Slack refused."""
        return [
            f"{call.method}: {call.outcome}"
            for call in self.sandbox.calls.entries
            if call.outcome not in {"ok", "ratelimited"}
        ]


class Unpaced(Pacer):
    """Never waits, for tests that say a lot in one minute."""

    async def wait(
        self, workspace_id: str, method: str, channel_id: str = "", *, at_most_seconds: float
    ) -> float:
        return 0.0


def said_in(note: Any) -> str:
    """Return everything that a message or view shows, as one text."""
    return json.dumps(note, ensure_ascii=False)


def blocks_text(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


@asynccontextmanager
async def running(
    place: Place, *, settings: Settings | None = None, pacer: Pacer | None = None
) -> AsyncIterator[Bot]:
    """Run the bot of a place in this process."""
    own = settings or place.loaded_settings()
    async with AsyncExitStack() as stack:
        cipher = await asyncio.to_thread(load_cipher, own)
        database = await stack.enter_async_context(
            await Database.open(own.database_url, cipher=cipher)
        )
        newsroom = await stack.enter_async_context(open_newsroom(own, database, SystemClock()))
        bot = await stack.enter_async_context(open_bot(own, newsroom, pacer=pacer))
        await stack.enter_async_context(bot.working())
        yield bot


@asynccontextmanager
async def open_talk(
    folder: Path,
    *,
    digest: bool = True,
    with_model: bool = True,
    rate_limits: Any = "off",
    timings: Timings | None = None,
    app: Any = None,
    worlds: Sequence[WorkspaceSeed] = (DEFAULT_WORLD,),
    pacer: Pacer | None = None,
    **settings: object,
) -> AsyncIterator[Talk]:
    """Start everything; with *digest*, one of two stories stands in #ai-news."""
    async with (
        Sandbox(
            rate_limits=rate_limits,
            app=app or app_from_manifest(manifest()),
            timings=timings or Timings(),
            worlds=worlds,
        ) as sandbox,
        FeedServer() as publishers,
        FakeAzure() as azure,
    ):
        place = Place(
            folder=folder,
            sandbox=sandbox,
            publishers=publishers,
            azure=azure,
            with_model=with_model,
        )
        feeds = [
            publishers.feed("ledger", [PILOT]),
            publishers.feed("signal", [PILOT_TOO, BANK]),
        ]
        await place.set_up(feeds if digest else ())
        own = place.loaded_settings()
        own = load_settings(
            **{
                **place.settings,
                "DATABASE_URL": own.database_url,
                "PLAINWIRE_COLLECT_SECONDS": "3600",
                "PLAINWIRE_GRACE_SECONDS": "0.2",
                **settings,
            }
        )
        async with running(place, settings=own, pacer=pacer) as bot:
            talk = Talk(place=place, bot=bot)
            if digest:
                talk.digest = await posted_digest(talk)
                azure.calls.clear()
                sandbox.calls.clear()
            yield talk


async def posted_digest(talk: Talk) -> Message:
    """Read the feeds and post today's digest into #ai-news."""
    bot, now = talk.bot, talk.bot.newsroom.clock.now()
    await bot.newsroom.collect()
    channel = await bot.newsroom.database.channels.get(WORKSPACE, CHANNEL)
    assert channel is not None
    key = await bot.deliverer.open_now(channel, now)
    row = await bot.deliverer.deliver(key, now)
    assert row is not None
    assert row.ts, row.reason
    return next(said for said in talk.sandbox.bot_messages("ai-news") if said.ts == row.ts)


__all__ = [
    "CHANNEL",
    "WORKSPACE",
    "Sequence",
    "Talk",
    "Unpaced",
    "blocks_text",
    "channel_due",
    "open_talk",
    "posted_digest",
    "replace",
    "running",
    "said_in",
]
