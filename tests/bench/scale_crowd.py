"""One workspace with six hundred channels due together, and Slack's limit of 300 posts a minute."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.app.bot import Bot
from bot.app.newsroom import load_cipher, open_newsroom
from bot.app.slack_side import open_slack
from bot.clock import ShiftedClock
from bot.digest.preference import Channel
from bot.sandbox import Sandbox, make_world
from storage.database import Database
from tests.bench import scale_world as world
from tests.bench.scale_rush import form_of, read_news, settings_for, with_model
from tests.bench.table import Row

CHANNELS, POSTS_A_MINUTE, _ENTRIES = 600, 300, 200
_PATIENCE_SECONDS = 400.0


async def crowd(url: str, folder: Path) -> list[Row]:
    """Let all channels become due, and compare how long posting takes with what Slack allows."""
    limits = {"workspace_posts_per_minute": POSTS_A_MINUTE}
    one = make_world(2, channels=CHANNELS)
    async with (
        Sandbox(worlds=(one,), rate_limits=limits) as sandbox,
        _open_bot(url, folder, sandbox, one["id"]) as bot,
    ):
        began = time.time()
        await bot.tick()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while sandbox.calls.counters["chat.postMessage:ok"] < CHANNELS:  # noqa: ASYNC110 - the sandbox has no event for it
                await asyncio.sleep(0.2)
        seconds = time.time() - began
        await asyncio.sleep(2)
        posts = Counter(
            call.arguments["channel"] for call in sandbox.calls.of("chat.postMessage", outcome="ok")
        )
        return _rows(seconds, posts, sandbox.calls.counters["chat.postMessage:ratelimited"])


def _rows(seconds: float, posts: Counter[str], refused: int) -> list[Row]:
    what = f"one workspace, {CHANNELS} channels, {POSTS_A_MINUTE} posts a minute"
    share = 100 * (sum(posts.values()) / seconds) / (POSTS_A_MINUTE / 60)
    once = sum(count == 1 for count in posts.values())
    return [
        Row(what=f"{what}: from due to the last post", values=[seconds], unit="s"),
        Row(what=f"{what}: of what the limit allows", values=[share], unit="%", target=">= 95"),
        Row(what=f"{what}: answers 429", values=[refused], unit="", target="0"),
        Row(what=f"{what}: channels with exactly one", values=[once], unit="", target=f"{CHANNELS}"),
    ]  # fmt: skip


@asynccontextmanager
async def _open_bot(
    url: str, folder: Path, sandbox: Sandbox, workspace_id: str
) -> AsyncIterator[Bot]:
    token = sandbox.workspaces[workspace_id].bot_token
    settings = settings_for(url, folder, sandbox.api_url, SLACK_BOT_TOKEN=token)
    clock = ShiftedClock(world.DUE_AT - timedelta(minutes=20))
    async with AsyncExitStack() as stack:
        cipher = await asyncio.to_thread(load_cipher, settings)
        opened = await Database.open(settings.database_url, cipher=cipher)
        database = await stack.enter_async_context(opened)
        rooms = sandbox.workspaces[workspace_id].channels
        channels = zip(world.channels(CHANNELS, 1), rooms, strict=True)
        await database.channels.save_many([_in(one, workspace_id, room) for one, room in channels])
        empty = await stack.enter_async_context(
            open_newsroom(settings, database, clock, offline=True)
        )
        newsroom = with_model(empty, world.CountingModel())
        await read_news(newsroom, _ENTRIES)
        form, pacer = await form_of(settings, database, clock)
        slack = await stack.enter_async_context(open_slack(settings, newsroom, pacer))
        bot = Bot(newsroom, slack, form=form)
        await stack.enter_async_context(bot.working())
        await bot.tick()
        await bot.prepare()
        await asyncio.sleep(8)
        clock.shift(world.DUE_AT - clock.now())
        yield bot


def _in(channel: Channel, workspace_id: str, channel_id: str) -> Channel:
    return dataclasses.replace(channel, workspace_id=workspace_id, channel_id=channel_id)
