"""The demo: a local Slack workspace, the real bot in it, and two days of news."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app.bot import Bot, open_bot
from bot.app.newsroom import Newsroom, load_cipher, open_newsroom
from bot.app.readers import open_readers
from bot.app.remembered import read_once
from bot.app.sample_server import serving_sample
from bot.app.sources import NamedSources
from bot.clock import ShiftedClock, SystemClock
from bot.digest.digest import Digest
from bot.digest.preference import EVERY_DAY, Channel, Preference
from bot.digest.setup import set_channel
from bot.errors import JobFailed
from bot.manifest import manifest
from bot.news.catalogue import starter_feeds
from bot.news.collect import FeedProgress
from bot.news.feed import Feed, PolledFeed
from bot.news.ports import FeedReader
from bot.news.sample import sample_feeds
from bot.news.story import CollectReport
from bot.render.digest_message import render_digest
from bot.render.message import Message
from bot.sandbox import Sandbox, app_from_manifest
from bot.settings import Settings
from storage.database import Database

LIVE_SECONDS = 8.0
CHANNEL = "ai-news"
PREFERRED_PORT = 8787
_DAY = timedelta(hours=24)
# Fewer answers than this give no digest worth showing; the sample edition does better.
_ENOUGH_FEEDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Where the demo tells what it does; each is called as things happen."""

    step: Callable[[str], None]
    feed: Callable[[FeedProgress], None]
    collected: Callable[[CollectReport, bool], None]
    digest: Callable[[str, Digest], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The feeds of a demo. `reader` shows them as of yesterday first, then as they are."""

    feeds: list[Feed]
    reader: Callable[[datetime | None], FeedReader | None]
    is_sample: bool


@asynccontextmanager
async def open_demo(
    settings: Settings, say: Say, *, port: int = PREFERRED_PORT, sample: bool = False
) -> AsyncIterator[str]:
    """
    Run the demo's work and yield the address of the local workspace; the bot goes on working.

    Args:
        settings: Only what concerns the model is used; everything else is the demo's own.
        say: Told what happens.
        port: Preferred port of the workspace's page; another one when it is taken.
        sample: Do not try the real feeds.

    Raises:
        JobFailed: The digest could not be posted.
    """
    # Ctrl-C while the database is being opened leaves a thread in it for a moment: no error then.
    with tempfile.TemporaryDirectory(
        prefix="plainwire-demo-", ignore_cleanup_errors=True
    ) as folder:
        async with _workspace(port) as sandbox:
            say.step(f"Local Slack workspace: {sandbox.url}")
            own = _own_settings(settings, sandbox, Path(folder))
            clock = ShiftedClock(SystemClock().now() - _DAY)
            shown: list[Digest] = []

            def render(digest: Digest) -> Message:
                shown.append(digest)
                return render_digest(digest)

            async with (
                await Database.open(own.database_url, cipher=load_cipher(own)) as database,
                _edition(own, say, sample=sample) as (own_with_feeds, edition),
                open_newsroom(own_with_feeds, database, clock) as newsroom,
                open_bot(own_with_feeds, newsroom, render) as bot,
            ):
                for feed in edition.feeds:
                    await database.feeds.add(feed)
                await _both_days(bot, clock, edition, say, shown)
                async with bot.working():
                    yield sandbox.url


async def _both_days(
    bot: Bot, clock: ShiftedClock, edition: Edition, say: Say, shown: list[Digest]
) -> None:
    yesterday = clock.now()
    await _one_day(bot, edition.reader(yesterday), edition, say)
    say.digest("Yesterday's digest", shown[-1])
    clock.shift(_DAY)
    await _one_day(bot, edition.reader(None), edition, say)
    say.digest("Today's digest", shown[-1])


async def _one_day(bot: Bot, reader: FeedReader | None, edition: Edition, say: Say) -> None:
    newsroom = bot.newsroom
    feeds = [PolledFeed(feed=feed) for feed in edition.feeds]
    report = await newsroom.collect(
        feeds, reader=reader, deadline_seconds=LIVE_SECONDS, progress=say.feed
    )
    say.collected(report, edition.is_sample)
    channel = await _channel(newsroom, bot)
    now = newsroom.clock.now()
    key = await bot.deliverer.open_now(channel, now)
    row = await bot.deliverer.deliver(key, now)
    if row is None or row.ts is None:
        reason = row.reason if row else "its row is gone"
        raise JobFailed(f"The digest was not posted: {reason or 'Slack did not take it'}.")


async def _channel(newsroom: Newsroom, bot: Bot) -> Channel:
    workspace_id = bot.slack.installation.workspace_id
    found = await bot.slack.directory.resolve(workspace_id, CHANNEL)
    known = await newsroom.database.channels.get(workspace_id, found.id)
    if known is not None:
        return known
    await bot.slack.directory.ensure_member(workspace_id, found)
    preference = Preference(on=True, zone=_local_zone(), days=EVERY_DAY)
    wanted = Channel(
        workspace_id=workspace_id, channel_id=found.id, name=found.name, preference=preference
    )
    database = newsroom.database
    return await set_channel(database.channels, database.deliveries, wanted, newsroom.clock.now())


@asynccontextmanager
async def _workspace(port: int) -> AsyncIterator[Sandbox]:
    """Start the sandbox on the preferred port, or on a free one when that is taken."""
    app = app_from_manifest(manifest())
    sandbox = Sandbox(port=port, app=app)
    try:
        await sandbox.__aenter__()
    except OSError:
        sandbox = Sandbox(port=0, app=app)
        await sandbox.__aenter__()
    try:
        yield sandbox
    finally:
        await sandbox.__aexit__(None, None, None)


def _own_settings(settings: Settings, sandbox: Sandbox, folder: Path) -> Settings:
    """Return settings that lead nowhere but to the sandbox and a fresh database."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(sandbox.bot_token),
            "slack_app_token": SecretStr(sandbox.app_token),
            "slack_api_url": sandbox.api_url,
            "database_url": f"sqlite+aiosqlite:///{folder / 'plainwire.db'}",
            "encryption_key": None,
        }
    )


@asynccontextmanager
async def _edition(
    settings: Settings, say: Say, *, sample: bool
) -> AsyncIterator[tuple[Settings, Edition]]:
    """Use the real feeds when enough of them answer in time, else the sample edition."""
    if not sample:
        say.step(f"Trying the real feeds (for at most {LIVE_SECONDS:g} seconds) ...")
        live = await _live(settings, say)
        if live is not None:
            yield settings, live
            return
        say.step("The real feeds cannot be reached from here: using the sample edition")
        say.step("(invented news from invented outlets, written for this demo).")
    async with _sample(settings) as found:
        yield found


async def _live(settings: Settings, say: Say) -> Edition | None:
    """Read the publishers' feeds once; both days of the demo are made from that."""
    feeds = starter_feeds()
    wanted = [PolledFeed(feed=feed) for feed in feeds]
    async with open_readers(settings) as readers:
        memory = await read_once(wanted, readers.feeds, LIVE_SECONDS)
    silent = [feed.name for feed in feeds if not memory.answered(feed)]
    if len(feeds) - len(silent) < _ENOUGH_FEEDS:
        return None
    if silent:
        say.step(f"Did not answer: {', '.join(silent)}")
    return Edition(
        feeds=feeds,
        reader=lambda as_of: NamedSources(memory, as_of=as_of),
        is_sample=False,
    )


@asynccontextmanager
async def _sample(settings: Settings) -> AsyncIterator[tuple[Settings, Edition]]:
    async with serving_sample(SystemClock().now()) as server:

        def reader(as_of: datetime | None) -> FeedReader | None:
            server.as_of = as_of
            return None

        allowed = (*settings.allow_private, f"127.0.0.1:{server.port}")
        yield (
            settings.model_copy(update={"allow_private": allowed}),
            Edition(feeds=sample_feeds(server.base_url), reader=reader, is_sample=True),
        )


def _local_zone() -> str:
    """Return this machine's time zone, or UTC when it has none that we know."""
    import tzlocal

    from bot.digest.typed import Wrong, parse_zone

    try:
        name = parse_zone(tzlocal.get_localzone_name())
    except (LookupError, ValueError):
        return "UTC"
    if isinstance(name, Wrong):
        return "UTC"
    return "UTC" if name in {"Etc/UTC", "Etc/UCT", "Zulu"} else name
