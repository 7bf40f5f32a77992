"""
Everything around `plainwire run`: a Slack workspace, publishers, a model, and a state on disk.

    async with open_place(folder) as place:
        await place.set_up(feeds=[url], due=True)
        async with started("run", cwd=place.folder, **place.settings) as program: …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.app.newsroom import load_cipher
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.preference import EVERY_DAY, Channel, Preference
from bot.digest.schedule import date_of
from bot.digest.zones import zone
from bot.manifest import manifest
from bot.news.feed import Feed
from bot.sandbox import Message, Sandbox, app_from_manifest
from bot.settings import Settings, load_settings
from storage.database import Database
from tests.fakes.azure import FakeAzure
from tests.fakes.feed_server import FeedServer
from tests.fakes.program import Program

WORKSPACE, CHANNEL, CHANNEL_NAME = "T01SANDBOX1", "C01AINEWS01", "ai-news"
# Somewhere it is day now: a digest due a minute ago belongs to today there.
_ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The world of one bot; `settings` leads the bot there."""

    folder: Path
    sandbox: Sandbox
    publishers: FeedServer
    azure: FakeAzure
    with_model: bool = True

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment variables for a bot that lives here."""
        model = {
            "AZURE_OPENAI_ENDPOINT": self.azure.endpoint,
            "AZURE_OPENAI_DEPLOYMENT": "plain",
            "AZURE_OPENAI_API_KEY": "key",
        }
        return {
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "PLAINWIRE_ALLOW_PRIVATE": self.publishers.allow,
            "PLAINWIRE_FETCH_TIMEOUT_SECONDS": "4",
            "PLAINWIRE_TICK_SECONDS": "0.3",
            **(model if self.with_model else {}),
        }

    @property
    def database_path(self) -> Path:
        return self.folder / "plainwire-data" / "plainwire.db"

    def loaded_settings(self) -> Settings:
        """Return the same settings as the program in this folder reads."""
        return load_settings(
            **self.settings,
            DATABASE_URL=f"sqlite:////{str(self.database_path).lstrip('/')}",
        )

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Open the bot's own database beside it."""
        settings = self.loaded_settings()
        cipher = await asyncio.to_thread(load_cipher, settings)
        async with await Database.open(settings.database_url, cipher=cipher) as database:
            yield database

    async def set_up(
        self, feeds: Sequence[str] = (), *, due: bool = False, **preference: Any
    ) -> Channel:
        """Put these feeds on an otherwise empty list, and #ai-news on; with a digest due now."""
        now = datetime.now(UTC)
        async with self.database() as database:
            await database.facts.set("starter_feeds", "added")
            for url in feeds:
                name = url.rsplit("/", 2)[-2]
                feed = Feed(url=url, name=name, outlet=f"{name}.example", language="en")
                await database.feeds.add(feed)
            channel = channel_due(now, **preference)
            if not due:
                later = now + timedelta(hours=20)
                channel = replace(channel, next_due_at=later)
            await database.channels.save(channel)
        return channel

    def digests(self) -> list[Message]:
        """Return what the bot posted into #ai-news."""
        return self.sandbox.bot_messages(CHANNEL_NAME)

    async def wait_for_digest(self, timeout_seconds: float = 30.0) -> Message:
        """Wait until the first message of the bot is in #ai-news."""
        async with asyncio.timeout(timeout_seconds):
            while not self.digests():  # noqa: ASYNC110 - the sandbox has no event for it
                await asyncio.sleep(0.02)
        return self.digests()[0]

    async def wait_for_state(
        self, channel: Channel, state: str, program: Program | None = None
    ) -> Delivery:
        """Wait until today's row in the ledger says *state*; not longer than *program* runs."""
        key = DeliveryKey(
            workspace_id=WORKSPACE,
            channel_id=CHANNEL,
            on=date_of(channel.preference, datetime.now(UTC)),
        )
        async with asyncio.timeout(30.0), self.database() as database:
            while True:
                row = await database.deliveries.get(key)
                if row is not None and row.state.value == state:
                    return row
                if program is not None:
                    program.assert_running()
                await asyncio.sleep(0.1)


def channel_due(now: datetime, **preference: Any) -> Channel:
    """Return #ai-news with a digest that became due within the last minute."""
    where = next(name for name in _ZONES if 2 <= now.astimezone(zone(name)).hour <= 21)
    local = now.astimezone(zone(where)).replace(second=0, microsecond=0)
    wanted = Preference(
        on=True,
        at=time(local.hour, local.minute),
        zone=where,
        days=EVERY_DAY,
        **preference,
    )
    return Channel(
        workspace_id=WORKSPACE,
        channel_id=CHANNEL,
        name=CHANNEL_NAME,
        preference=wanted,
        next_due_at=local.astimezone(UTC),
        switched_on_at=now - timedelta(hours=1),
        is_set_up=True,
    )


@asynccontextmanager
async def open_place(folder: Path, *, with_model: bool = True) -> AsyncIterator[Place]:
    """Start the three servers; the bot's state will be below *folder*."""
    app = app_from_manifest(manifest())
    async with (
        Sandbox(rate_limits="off", app=app) as sandbox,
        FeedServer() as publishers,
        FakeAzure() as azure,
    ):
        yield Place(
            folder=folder,
            sandbox=sandbox,
            publishers=publishers,
            azure=azure,
            with_model=with_model,
        )


__all__ = ["CHANNEL", "WORKSPACE", "Place", "channel_due", "open_place"]
