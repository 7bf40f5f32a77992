"""Ten thousand channels due at one instant: what a digest costs from due to recorded."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from bot.app.bot import Bot
from bot.app.form import Form, one_process
from bot.app.newsroom import Newsroom, feed_health, limits_of, load_cipher, open_newsroom
from bot.app.slack_side import open_slack
from bot.clock import ShiftedClock
from bot.digest.delivery import DeliveryState
from bot.digest.make import DigestMaker
from bot.explain.story_explainer import StoryExplainer
from bot.explain.write import Explainer
from bot.settings import Settings, load_settings
from bot.slack.pacing import Pacer
from bot.work.role import Role
from storage.cipher import generate_key
from storage.database import Database
from storage.tables import Base
from tests.bench import scale_world as world
from tests.bench.scale_slack import PostOffice, post_office
from tests.bench.start import resident_mb
from tests.bench.table import Row

_LONG = timedelta(days=365)
# As the bot finds them when it is ready: the longest spread is over, so nothing waits on purpose.
_AHEAD, _PAST_SPREAD = timedelta(minutes=20), timedelta(minutes=3, seconds=10)
_LOOK_SECONDS, _BEAT_SECONDS = 0.5, 0.005
_PATIENCE_SECONDS = 1_800.0


@dataclass(frozen=True, kw_only=True)
class Size:
    channels: int = 10_000
    workspaces: int = 500
    entries: int = 300
    days: int = 14


@dataclass
class Rush:
    """What one run showed. CPU is our process's alone, its threads included; seconds."""

    size: Size
    prepare_cpu: float = 0.0
    cpu: float = 0.0
    seconds: float = 0.0
    peak_mb: float = 0.0
    stalls: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    states: dict[DeliveryState, int] = field(default_factory=dict)
    posts: int = 0
    twice: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    wanted: int = 0

    @property
    def cpu_ms(self) -> float:
        return 1_000 * self.cpu / self.size.channels

    def rows(self, what: str, target_ms: float) -> list[Row]:
        """Return what was measured, for a table."""
        stall, busy = 1_000 * max(self.stalls), 1_000 * max(self.busy)
        sent = self.states.get(DeliveryState.SENT, 0)
        found = (
            ("CPU a digest", self.cpu_ms, "ms CPU", f"< {target_ms:g}"),
            ("CPU of preparing beforehand", self.prepare_cpu, "s", ""),
            ("from due to all recorded", self.seconds, "s", ""),
            ("most memory", self.peak_mb, "MB", "< 300"),
            ("longest stall of the event loop, by its own work", busy, "ms", "< 100"),
            ("the same on the clock, other programs included", stall, "ms", ""),
            ("recorded as sent", sent, "", f"{self.size.channels}"),
            ("posts", self.posts, "", f"{self.size.channels}"),
            ("digests posted twice", self.twice, "", "0"),
            ("distinct stories x forms x levels x languages", self.wanted, "", ""),
            ("model calls", self.calls.get("explain", 0), "", f"{self.wanted}"),
            ("model calls to repair an answer", self.calls.get("repair", 0), "", ""),
        )
        return [
            Row(what=f"{what}: {of}", values=[value], unit=unit, target=target)
            for of, value, unit, target in found
        ]


async def rush(url: str, folder: Path, size: Size) -> Rush:
    """Fill the database at *url*, let all channels become due, and wait until all is recorded."""
    async with post_office() as office, _open_bot(url, folder, office, size) as (bot, model):
        found = Rush(size=size)
        before = _cpu()
        await bot.tick()
        await bot.prepare()
        await _idle(bot)
        found.prepare_cpu = _cpu() - before
        clock = bot.newsroom.clock
        assert isinstance(clock, ShiftedClock)
        clock.shift(world.DUE_AT + _PAST_SPREAD - clock.now())
        async with _watched(found):
            before, began = _cpu(), time.perf_counter()
            await bot.tick()
            found.states = await _all_recorded(bot.newsroom.database, size.channels)
            found.cpu, found.seconds = _cpu() - before, time.perf_counter() - began
        counts = await office.counts()
        found.posts, found.twice = counts.posts, counts.twice
        found.calls = dict(model.calls)
        found.wanted = await _wanted(bot.newsroom.database)
        return found


@asynccontextmanager
async def _open_bot(
    url: str, folder: Path, office: PostOffice, size: Size
) -> AsyncIterator[tuple[Bot, world.CountingModel]]:
    settings = settings_for(url, folder, office.api_url)
    clock = ShiftedClock(world.DUE_AT - _AHEAD)
    model = world.CountingModel()
    async with AsyncExitStack() as stack:
        cipher = await asyncio.to_thread(load_cipher, settings)
        database = await stack.enter_async_context(
            await Database.open(settings.database_url, cipher=cipher)
        )
        await world.fill(database, size.channels, size.workspaces, size.days)
        opened = open_newsroom(settings, database, clock, offline=True)
        newsroom = with_model(await stack.enter_async_context(opened), model)
        await read_news(newsroom, size.entries)
        form, pacer = await form_of(settings, database, clock)
        slack = await stack.enter_async_context(open_slack(settings, newsroom, pacer))
        bot = Bot(newsroom, slack, form=form)
        await stack.enter_async_context(bot.working())
        yield bot, model


def settings_for(url: str, folder: Path, slack_api_url: str, **more: object) -> Settings:
    """Return an operator's settings, the defaults but for where everything is."""
    return load_settings(
        **{
            "DATABASE_URL": url,
            "SLACK_API_URL": slack_api_url,
            "PLAINWIRE_ENCRYPTION_KEY": generate_key().get_secret_value(),
            "PLAINWIRE_DATA_DIR": str(folder),
            # Tokens come from the installations, as where many workspaces are served.
            "PLAINWIRE_PUBLIC_URL": "https://bot.example",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "a-secret",
            **more,
        }
    )


async def form_of(
    settings: Settings, database: Database, clock: ShiftedClock
) -> tuple[Form, Pacer | None]:
    """Return the form that `plainwire run` would take, with the clock's ticks in our hand."""
    if not settings.is_cluster:
        return dataclasses.replace(one_process(settings, clock), role=Role.WORKER), None
    from bot.app.cluster import many_processes, shared_pacer

    return await many_processes(settings, database, clock, Role.WORKER), shared_pacer(database)


def with_model(newsroom: Newsroom, model: world.CountingModel) -> Newsroom:
    """Return the newsroom with a model that answers at once and costs nothing."""
    database = newsroom.database
    writer = Explainer(model, database.explanations, newsroom.glossary)
    plain = Explainer(None, database.explanations, newsroom.glossary)
    explainer = StoryExplainer(writer, plain, newsroom.articles)
    maker = DigestMaker(
        stories=database.stories,
        deliveries=database.deliveries,
        explainer=explainer,
        last_round=lambda: feed_health(database),
        limits=limits_of(newsroom.settings),
        cache=newsroom.cache,
    )
    return dataclasses.replace(newsroom, writer=writer, explainer=explainer, maker=maker)


async def read_news(newsroom: Newsroom, entries: int) -> None:
    """Take in the news of the day, and ask no feed again."""
    feeds = world.feeds()
    for polled in feeds:
        await newsroom.database.feeds.add(polled.feed)
    report = await newsroom.collect(feeds, reader=world.remembered(entries), deadline_seconds=120)
    sys.stderr.write(f"  {report.new_entries} entries, {len(report.touched)} stories\n")
    table = Base.metadata.tables["feeds"]
    async with newsroom.database.engine.begin() as connection:
        await connection.execute(update(table).values(next_poll_at=datetime.now(UTC) + _LONG))


# Watching


@asynccontextmanager
async def _watched(found: Rush) -> AsyncIterator[None]:
    beat = asyncio.create_task(_beat(found))
    try:
        yield
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)


async def _beat(found: Rush) -> None:
    clock, pid = asyncio.get_running_loop().time, os.getpid()
    found.stalls.append(0.0)
    found.busy.append(0.0)
    for count in range(sys.maxsize):
        began, worked = clock(), time.thread_time()
        await asyncio.sleep(_BEAT_SECONDS)
        # What this thread computed between two beats, whoever else had the processor.
        found.busy[-1] = max(found.busy[-1], time.thread_time() - worked)
        found.stalls[-1] = max(found.stalls[-1], clock() - began - _BEAT_SECONDS)
        if count % 40 == 0:
            found.peak_mb = max(found.peak_mb, resident_mb(pid))
            found.stalls.append(0.0)
            found.busy.append(0.0)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _idle(bot: Bot) -> None:
    """Wait until what was prepared is there: no explanation was made for a while."""
    table = Base.metadata.tables["explanations"]
    count, seen = -1, 0
    while seen < 4:
        await asyncio.sleep(0.5)
        async with bot.newsroom.database.engine.connect() as connection:
            now = len((await connection.execute(select(table.c.story_id))).all())
        seen = seen + 1 if now == count else 0
        count = now


async def _all_recorded(database: Database, channels: int) -> dict[DeliveryState, int]:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        states = await database.deliveries.by_state(world.TODAY)
        ended = sum(count for state, count in states.items() if state in _ENDS)
        if ended >= channels:
            return states
        assert time.monotonic() < until, states


_ENDS = {DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.DEAD}


async def _wanted(database: Database) -> int:
    """Return how many different explanations stand in the digests that were posted."""
    deliveries = await database.deliveries.recent(world.TODAY)
    levels = {one.key: one.preference.level for one in await database.channels.all()}
    return len(
        {
            (*story, levels[one.key.workspace_id, one.key.channel_id])
            for one in deliveries
            for story in one.stories
        }
    )
