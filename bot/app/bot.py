"""The bot: the newsroom with Slack, the queue and the ticking clock around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.app.newsroom import Newsroom, limits_of
from bot.digest import transitions
from bot.digest.deliver import Deliverer, Handout
from bot.digest.delivery import DeliveryKey
from bot.digest.digest import Digest
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.digest.tell import Teller
from bot.errors import SettingsError
from bot.logs import get_logger
from bot.render.digest_message import render_digest
from bot.render.message import Message
from bot.render.notice import notice
from bot.settings import Settings
from bot.slack.client import SlackClients
from bot.slack.connection import SocketConnection, check_app_token, identify, make_app
from bot.slack.directory import SlackDirectory
from bot.slack.pacing import Pacer
from bot.slack.poster import SlackPoster
from bot.work.local import LocalWork
from bot.work.port import Priority
from bot.work.ticker import Job, Ticker
from bot.workspace import Installation

_DAY_SECONDS = 24 * 3600.0
_PREPARE_SECONDS = 60.0
_SWEEP_SECONDS = 15.0
# No tick for so long: we were not there (just started, or the machine slept).
_AWAY = timedelta(minutes=2)
Render = Callable[[Digest], Message]
log = get_logger("bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """Slack, reached with the operator's tokens."""

    clients: SlackClients
    installation: Installation
    directory: SlackDirectory
    poster: SlackPoster


@asynccontextmanager
async def open_slack(settings: Settings, newsroom: Newsroom) -> AsyncIterator[SlackSide]:
    """
    Find out who the bot token belongs to, and keep the installation.

    Raises:
        SettingsError: No bot token is set.
        SlackError: Slack does not accept it, or cannot be reached.
    """
    token = settings.slack_bot_token
    if token is None:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing.",
            next_step="Copy the Bot User OAuth Token of your Slack app into .env (README, step 3).",
        )
    store = newsroom.database.installations
    async with SlackClients(store, base_url=settings.slack_api_url) as clients:
        client = clients.for_token(token.get_secret_value())
        installation = await identify(client, newsroom.clock.now())
        await store.save(installation)
        yield SlackSide(
            clients=clients,
            installation=installation,
            directory=SlackDirectory(clients),
            poster=SlackPoster(clients, Pacer()),
        )


class Bot:
    """What runs: due channels become deliveries, deliveries become posts, feeds become stories."""

    def __init__(
        self, newsroom: Newsroom, slack: SlackSide, render: Render = render_digest
    ) -> None:
        self.newsroom = newsroom
        self.slack = slack
        self.work = LocalWork(newsroom.clock)
        # Channel -> the due time that its explanations were last prepared for.
        self._prepared: dict[tuple[str, str], datetime] = {}
        self._ticked_at = datetime.min.replace(tzinfo=UTC)
        self._caught_up = asyncio.Event()
        self._left_over: list[Handout] = []
        database = newsroom.database
        self.deliverer = Deliverer(
            channels=database.channels,
            deliveries=database.deliveries,
            maker=newsroom.maker,
            poster=slack.poster,
            teller=Teller(
                channels=database.channels,
                poster=slack.poster,
                render_notice=lambda sentences: notice(*sentences),
            ),
            render=render,
            limits=limits_of(newsroom.settings),
        )
        self.work.handle("deliver", self._deliver)
        self.work.handle("poll", self._poll)
        self.work.handle("explain", self._prepare_channel)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Take up what an earlier process left, and work by the clock until the block ends."""
        async with self.work:
            self._left_over = await self.deliverer.take_up(self.newsroom.clock.now())
            async with Ticker(self.jobs):
                warm = asyncio.create_task(self._warm_up())
                try:
                    yield
                finally:
                    warm.cancel()

    async def _warm_up(self) -> None:
        """Import openai in the background: it takes a second that nobody waits for."""
        if self.newsroom.model is not None:
            await self.newsroom.model.warm_up()

    @property
    def jobs(self) -> list[Job]:
        """Return what the clock does, and how often."""
        settings = self.newsroom.settings
        return [
            Job(name="tick", every_seconds=settings.tick_seconds, run=self.tick),
            Job(name="collect", every_seconds=settings.collect_seconds, run=self._ask_poll),
            Job(name="sweep", every_seconds=_SWEEP_SECONDS, run=self.sweep, at_once=False),
            Job(name="prepare", every_seconds=_PREPARE_SECONDS, run=self.prepare),
            Job(name="clean", every_seconds=_DAY_SECONDS, run=self.newsroom.clean, at_once=False),
        ]

    async def tick(self) -> None:
        """
        Open deliveries for the channels whose time has come.

        After a time away the feeds that are due are read first (within the fetch time limit): a
        digest that became due meanwhile would otherwise be made of old news, or of none.
        """
        if self.newsroom.clock.now() - self._ticked_at > _AWAY:
            self._caught_up.clear()
            await self._ask_poll()
        await self._caught_up.wait()
        self._ticked_at = now = self.newsroom.clock.now()
        left_over, self._left_over = self._left_over, []
        await self._submit([*left_over, *await self.deliverer.tick(now)])

    async def sweep(self) -> None:
        """Submit again what is unfinished and whose wait is over; twice does no harm."""
        await self._caught_up.wait()
        now = self.newsroom.clock.now()
        rows = await self.newsroom.database.deliveries.unfinished(now)
        await self._submit([Handout(key=row.key, not_before=row.not_before) for row in rows])

    async def prepare(self) -> None:
        """Ask for the explanations of digests that are due soon, so that nothing slow is left then."""
        await self._caught_up.wait()
        now = self.newsroom.clock.now()
        ahead = now + timedelta(seconds=self.newsroom.settings.prepare_ahead_seconds)
        for channel in await self.newsroom.database.channels.due(ahead):
            due_at = channel.next_due_at
            if due_at is None or due_at <= now:  # the tick sees to those that are due already
                continue
            if self._prepared.get(channel.key) != due_at:
                self._prepared[channel.key] = due_at
                name = f"{channel.workspace_id}/{channel.channel_id}"
                await self.work.submit("explain", name, Priority.EXPLAIN)

    async def _submit(self, handouts: list[Handout]) -> None:
        for handout in handouts:
            key = str(handout.key)
            await self.work.submit("deliver", key, Priority.DELIVER, handout.not_before)

    async def _deliver(self, name: str) -> None:
        key = DeliveryKey.parse(name)
        row = await self.deliverer.deliver(key, self.newsroom.clock.now())
        if row is not None and transitions.is_open(row) and row.not_before is not None:
            await self.work.submit("deliver", name, Priority.DELIVER, row.not_before)

    async def _ask_poll(self) -> None:
        await self.work.submit("poll", "due", Priority.POLL)

    async def _poll(self, _name: str) -> None:
        try:
            report = await self.newsroom.collect()
        finally:
            # Also when it failed: a digest of what is there beats none.
            self._caught_up.set()
        if report.touched:
            # What was prepared may not be what is chosen any more.
            self._prepared.clear()
        if report.feeds_read:
            log.info(
                "news_collected",
                feeds_read=report.feeds_read,
                feeds_answered=report.feeds_answered,
                new_entries=report.new_entries,
                stories=len(report.touched),
            )

    async def _prepare_channel(self, name: str) -> None:
        workspace_id, _, channel_id = name.partition("/")
        channel = await self.newsroom.database.channels.get(workspace_id, channel_id)
        if channel is None or channel.next_due_at is None:
            return
        # Delivered or changed meanwhile: not due soon any more.
        if channel.next_due_at == self._prepared.get(channel.key):
            await self._make_ahead(channel)

    async def _make_ahead(self, channel: Channel) -> None:
        """Make the digest as it would be now: its explanations stay in the store."""
        assert channel.next_due_at is not None
        key = DeliveryKey(
            workspace_id=channel.workspace_id,
            channel_id=channel.channel_id,
            on=date_of(channel.preference, channel.next_due_at),
        )
        opened = transitions.opened(key, channel.next_due_at)
        await self.newsroom.maker.make(channel, opened, self.newsroom.clock.now())


@asynccontextmanager
async def open_bot(
    settings: Settings, newsroom: Newsroom, render: Render = render_digest
) -> AsyncIterator[Bot]:
    """
    Connect to Slack by Socket Mode; `Bot.working` begins the work.

    Args:
        settings: What the operator set.
        newsroom: Already open.
        render: Makes the message of a digest (the demo looks over its shoulder).

    Raises:
        SettingsError: A token is missing.
        SlackError: Slack does not accept a token, or cannot be reached.
    """
    if settings.slack_app_token is None:
        raise SettingsError(
            "SLACK_APP_TOKEN is missing.",
            next_step="Make an App-Level Token with the scope connections:write (README, step 3).",
        )
    from handlers import register

    async with open_slack(settings, newsroom) as slack:
        await check_app_token(slack.clients.for_token(None), settings.slack_app_token)
        app = make_app(slack.clients)
        register(app)
        socket = SocketConnection(app, slack.clients, settings.slack_app_token)
        await socket.start()
        try:
            yield Bot(newsroom, slack, render)
        finally:
            await socket.stop()
