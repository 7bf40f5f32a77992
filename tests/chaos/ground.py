"""
Where the bots of a fault run live: Slack workspaces, one publisher, a database, and the processes.

Everything is looked at from outside: messages in the sandbox, rows in the ledger.
"""

from __future__ import annotations

import asyncio
import random
import time as monotonic_time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.errors import StorageError
from bot.manifest import manifest
from bot.news.feed import Feed
from bot.sandbox import Sandbox, app_from_manifest, make_world
from bot.sandbox.state import Channel as Place
from bot.sandbox.state import Workspace
from bot.slack.client import SlackClients
from bot.slack.connection import identify
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.chaos.process import Bot
from tests.fakes.feed_server import FeedServer
from tests.fakes.place import channel_due
from tests.fakes.postgres import RestartablePostgres
from tests.fakes.program import started
from tests.fakes.wire_news import BANK, PILOT

WORKSPACES = 3
POST_TIMEOUT_SECONDS = 1.5
SETTLE_SECONDS = 1.5
ABANDONED_SECONDS = 3.0
TAKEOVER_SECONDS = 2.0
CATCH_UP_SECONDS = 3 * 3600.0
RETRY_SECONDS = 0.3
# The first wait is 15 seconds and the longest 40 times that: a real minute is so long here.
A_MINUTE_SECONDS = 60 * RETRY_SECONDS / 15
LONGEST_BACK_OFF_SECONDS = 40 * RETRY_SECONDS
_SHORT = {
    "PLAINWIRE_TICK_SECONDS": 0.3,
    "PLAINWIRE_SWEEP_SECONDS": 0.5,
    "PLAINWIRE_SETTLE_SECONDS": SETTLE_SECONDS,
    "PLAINWIRE_SLACK_TIMEOUT_SECONDS": POST_TIMEOUT_SECONDS,
    "PLAINWIRE_ABANDONED_SECONDS": ABANDONED_SECONDS,
    "PLAINWIRE_RETRY_SECONDS": RETRY_SECONDS,
    "PLAINWIRE_GRACE_SECONDS": 1,
    "PLAINWIRE_TAKEOVER_SECONDS": TAKEOVER_SECONDS,
    "PLAINWIRE_FETCH_TIMEOUT_SECONDS": 3,
    "PLAINWIRE_LOG_FORMAT": "json",
}
# A start beside a fault may fail; one after the other does not.
_STARTS = 6
_PLAIN = ("-m", "bot")
_WITH_FAULTS = ("-m", "tests.chaos.bot_under_test")


class DoesNotStart(Exception):
    """The program ends at every start: the run ends too."""


@dataclass
class Ground:
    """Everything around the bots; `bots` are those that run."""

    folder: Path
    sandbox: Sandbox
    publishers: FeedServer
    database_address: str
    key: str
    draw: random.Random
    database: Database
    server: RestartablePostgres | None = None
    bots: list[Bot] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    _used: int = 0

    @property
    def is_cluster(self) -> bool:
        return self.server is not None

    @property
    def workspaces(self) -> list[Workspace]:
        return list(self.sandbox.workspaces.values())

    def settings(self, **more: object) -> dict[str, object]:
        return {
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "PLAINWIRE_ALLOW_PRIVATE": self.publishers.allow,
            "DATABASE_URL": self.database_address,
            "PLAINWIRE_ENCRYPTION_KEY": self.key,
            **_SHORT,
            **more,
        }

    # Processes

    async def start(self, role: str = "", *, wait: bool = True, **more: object) -> Bot:
        """Start a bot; *more* are further settings, CHAOS_… ones among them."""
        stack = AsyncExitStack()
        faulty = any(name.startswith("CHAOS_") for name in more)
        arguments = ("run", "--role", role) if role else ("run",)
        program = await stack.enter_async_context(
            started(
                *arguments,
                cwd=self.folder,
                program=_WITH_FAULTS if faulty else _PLAIN,
                **self.settings(**more),
            )
        )
        program.err = self.log  # one log of all processes, in the order of time
        program._readers[1].cancel()
        program._readers[1] = asyncio.create_task(program._read(program.process.stderr, self.log))
        bot = Bot(program, stack)
        self.bots.append(bot)
        if wait:
            await self.ready(bot)
        return bot

    async def ready(
        self, bot: Bot, before: int | None = None, timeout_seconds: float = 30.0
    ) -> bool:
        """Wait until it says that it is ready, or has ended."""
        before = self.said_ready() if before is None else before
        until = monotonic_time.monotonic() + timeout_seconds
        while bot.is_alive and monotonic_time.monotonic() < until:
            if self.said_ready() > before:
                return True
            await asyncio.sleep(0.05)
        return False

    def said_ready(self) -> int:
        return sum("bot_ready" in line for line in self.log)

    async def kill(self, bot: Bot) -> None:
        self.bots.remove(bot)
        await bot.kill()

    async def kill_all(self) -> None:
        for bot in list(self.bots):
            await self.kill(bot)

    async def as_usual(self) -> None:
        """Let go of what has died, and have as many plain processes run as usual."""
        for bot in [bot for bot in self.bots if not bot.is_alive]:
            await self.kill(bot)
        for _ in range(_STARTS):
            if len(self.bots) >= (2 if self.is_cluster else 1):
                return
            bot = await self.start()
            if not bot.is_alive:
                await self.kill(bot)
        raise DoesNotStart("The bot does not start: " + "".join(self.log[-20:]))

    # Channels

    def next_places(self, count: int) -> list[tuple[Workspace, Place]]:
        """Return the channels that are to be used next, in turn of all workspaces."""
        found = []
        for number in range(self._used, self._used + count):
            turn, which = divmod(number, len(self.workspaces))
            workspace = self.workspaces[which]
            # Not #general, which is the first.
            found.append((workspace, self._places(workspace)[turn + 1]))
        return found

    @staticmethod
    def _places(workspace: Workspace) -> list[Place]:
        return [place for place in workspace.channels.values() if place.kind == "channel"]

    async def due_channels(
        self, count: int, *, late_by: timedelta = timedelta(), tell: bool = True
    ) -> list[Channel]:
        """
        Let the digests of channels that were never used be due, spread over the workspaces.

        Args:
            count: How many.
            late_by: Due so long ago.
            tell: Somebody set the channel up; else its workspace's admins are told about misses.
        """
        channels = []
        for workspace, place in self.next_places(count):
            people = [user for user in workspace.users.values() if not user.is_bot]
            base = channel_due(datetime.now(UTC) - late_by)
            channels.append(
                replace(
                    base,
                    workspace_id=workspace.id,
                    channel_id=place.id,
                    name=place.name,
                    set_up_by=people[-1].id if tell else "",
                )
            )
        self._used += count
        await self.insist(lambda database: database.channels.save_many(channels))
        return channels

    async def insist(self, act, timeout_seconds: float = 30.0):
        """Do something with the database, again while it is away."""
        until = monotonic_time.monotonic() + timeout_seconds
        while True:
            try:
                return await act(self.database)
            except StorageError:
                if monotonic_time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)

    async def rows(self, channels: list[Channel]) -> dict[tuple[str, str], list[Delivery]]:
        """Return the ledger's rows of these channels."""

        async def read(database: Database):
            return {
                one.key: await database.deliveries.recent_of(one.workspace_id, one.channel_id, 9)
                for one in channels
            }

        return await self.insist(read)

    async def wait_for_posts(self, channels: list[Channel], count: int, timeout: float) -> bool:
        """Wait until so many of these channels have a message."""
        until = monotonic_time.monotonic() + timeout
        while monotonic_time.monotonic() < until:
            there = sum(bool(self.place(one).messages) for one in channels)
            if there >= count:
                return True
            await asyncio.sleep(0.02)
        return False

    def place(self, channel: Channel):
        return self.sandbox.workspaces[channel.workspace_id].channels[channel.channel_id]


def key_of(channel: Channel) -> DeliveryKey:
    """Return the delivery that should exist for a channel's stored due time."""
    assert channel.next_due_at is not None
    on = date_of(channel.preference, channel.next_due_at)
    return DeliveryKey(workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=on)


@asynccontextmanager
async def open_ground(
    folder: Path, server: RestartablePostgres | None, seed: int, *, channels: int = 2_000
) -> AsyncIterator[Ground]:
    """Start the servers, install the app in every workspace, and have one feed on the list."""
    worlds = [make_world(number, channels=channels) for number in range(1, WORKSPACES + 1)]
    app = app_from_manifest(manifest())
    async with (
        Sandbox(worlds=worlds, rate_limits="off", app=app) as sandbox,
        FeedServer() as publishers,
    ):
        address = server.dsn if server else f"sqlite:///{folder / 'plainwire.db'}"
        key = generate_key().get_secret_value()
        async with await Database.open(address, cipher=Cipher([SecretStr(key)])) as database:
            ground = Ground(
                folder=folder,
                sandbox=sandbox,
                publishers=publishers,
                database_address=address,
                key=key,
                draw=random.Random(seed),
                database=database,
                server=server,
            )
            feed = publishers.feed("ledger", [PILOT, BANK])
            await database.facts.set("starter_feeds", "added")
            await database.feeds.add(Feed(url=feed, name="ledger", outlet="ledger.example"))
            await _install(ground, database)
            try:
                yield ground
            finally:
                await ground.kill_all()


async def _install(ground: Ground, database: Database) -> None:
    store = database.installations
    async with SlackClients(store, base_url=ground.sandbox.api_url) as clients:
        for workspace in ground.workspaces:
            client = clients.for_token(workspace.bot_token)
            await store.save(await identify(client, datetime.now(UTC)))
