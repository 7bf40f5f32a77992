"""The bot: the newsroom with Slack, the queue and the ticking clock around it."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

from bot.app.conversation import Conversation
from bot.app.form import Form, one_process
from bot.app.news_round import NewsRounds
from bot.app.newsroom import Newsroom, limits_of
from bot.app.preparation import Preparation
from bot.app.slack_side import SlackSide, listening, open_slack, require_tokens
from bot.clock import steady_seconds
from bot.digest import transitions
from bot.digest.deliver import Deliverer, Handout
from bot.digest.delivery import DeliveryKey
from bot.digest.digest import Digest
from bot.digest.tell import Teller
from bot.digest.tell_admins import TellAdmins
from bot.digest.zone_notice import ZoneNotices
from bot.errors import PlainwireError
from bot.logs import get_logger
from bot.render.digest_message import render_digest
from bot.render.message import Message
from bot.render.notice import notice
from bot.settings import Settings
from bot.slack.look import patrol
from bot.slack.pacing import Pacer
from bot.work.port import Priority, Unit
from bot.work.role import Role
from bot.work.share import FairShare
from bot.work.ticker import Job, Ticker

_HOUR_SECONDS = 3600.0
_DAY_SECONDS = 24 * _HOUR_SECONDS
_WARM_UP_AFTER_SECONDS = 1.0
_PREPARE_SECONDS = 60.0
# The unit of work that reads failed feeds once more; the usual one is "due".
_AGAIN = "again"
# The channels that are due next.
_PATROLLED = 20
Render = Callable[[Digest], Message]
log = get_logger("bot")


def make_deliverer(
    newsroom: Newsroom, slack: SlackSide, render: Render = render_digest
) -> Deliverer:
    """Return the use case of delivering, joined."""
    database = newsroom.database
    return Deliverer(
        channels=database.channels,
        deliveries=database.deliveries,
        maker=newsroom.maker,
        poster=slack.poster,
        teller=make_teller(newsroom, slack),
        render=lambda digest: slack.names.message(render(digest)),
        limits=limits_of(newsroom.settings),
        monotonic=steady_seconds,
    )


def make_admin_teller(newsroom: Newsroom, slack: SlackSide) -> TellAdmins:
    """Return the use case of telling admins about their feeds, joined."""
    database = newsroom.database
    return TellAdmins(
        notes=database.admin_notes,
        feeds=database.feeds,
        installations=database.installations,
        poster=slack.poster,
        render_notice=lambda sentences: slack.names.message(notice(*sentences)),
    )


def make_teller(newsroom: Newsroom, slack: SlackSide) -> Teller:
    """Return what tells people of their digests, joined."""
    return Teller(
        channels=newsroom.database.channels,
        poster=slack.poster,
        render_notice=lambda sentences: slack.names.message(notice(*sentences)),
    )


class Bot:
    """
    What runs: due channels become deliveries, deliveries become posts, feeds become stories.

    Args:
        newsroom: Already open.
        slack: Already open.
        render: Makes the message of a digest.
        form: One process (the default) or one of many.
    """

    def __init__(
        self,
        newsroom: Newsroom,
        slack: SlackSide,
        render: Render = render_digest,
        form: Form | None = None,
    ) -> None:
        self.newsroom = newsroom
        self.slack = slack
        self.form = form or one_process(newsroom.settings, newsroom.clock)
        self.work = self.form.work
        self.rounds = NewsRounds(
            self.form.facts, newsroom.clock, newsroom.settings.fetch_timeout_seconds
        )
        self._caught_up = asyncio.Event()
        self._left_over: list[Handout] = []
        self._again_at: datetime | None = None
        self._awaiting: set[str] = set()
        self.deliverer = make_deliverer(newsroom, slack, render)
        self.admin_teller = make_admin_teller(newsroom, slack)
        self._zone_notices = ZoneNotices(
            channels=newsroom.database.channels, teller=make_teller(newsroom, slack)
        )
        self.conversation = Conversation(
            newsroom, slack, self.deliverer, self.work, alone=self.form.alone
        )
        self.work.handle("answer", self.conversation.answers.run)
        self.share = FairShare(newsroom.settings.workers, self._deliver_again)
        self.work.handle("deliver", self._deliver_in_turn)
        self.work.handle("poll", self._poll)
        self._preparation = Preparation(newsroom, self.work, self.rounds)
        self.work.handle("explain", self._preparation.prepare)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Take up what an earlier process left, and work by the clock until the block ends."""
        async with self.work:
            if self.form.alone:
                await self._take_up()
            else:
                # Others are at work: what they are sending is theirs, and what nobody is at is the
                # sweep's, which need not wait for the news here.
                self._caught_up.set()
            await self.conversation.start()
            async with Ticker(self.jobs if self.form.role.ticks else []):
                warm = asyncio.create_task(self._warm_up())
                # What is there now stays: looking through all of it for garbage, as Python does
                # from time to time, would hold the event loop for a tenth of a second.
                gc.freeze()
                try:
                    yield
                finally:
                    warm.cancel()
                    await self.conversation.close(self.newsroom.settings.grace_seconds)

    async def _take_up(self) -> None:
        """Go on at once with what was composed; what was not waits for the newest news."""
        handouts = await self.deliverer.take_up(self.newsroom.clock.now())
        self._left_over = [handout for handout in handouts if handout.is_new]
        await self._submit([handout for handout in handouts if not handout.is_new])
        await self.conversation.answers.take_up()

    async def _warm_up(self) -> None:
        """Import openai in the background, once the start is over: a second that nobody waits for."""
        if self.newsroom.model is not None and self.form.role.works:
            await asyncio.sleep(_WARM_UP_AFTER_SECONDS)
            await self.newsroom.model.warm_up()

    @property
    def jobs(self) -> list[Job]:
        """Return what the clock does, and how often."""
        settings, later = self.newsroom.settings, not self.form.alone
        sweep_seconds, clean = settings.sweep_seconds, self.newsroom.clean
        jobs = [
            Job(name="tick", every_seconds=settings.tick_seconds, run=self.tick),
            Job(name="collect", every_seconds=settings.collect_seconds, run=self._ask_poll),
            Job(name="sweep", every_seconds=sweep_seconds, run=self.sweep, at_once=later),
            Job(name="prepare", every_seconds=_PREPARE_SECONDS, run=self.prepare),
            Job(name="tell_admins", every_seconds=_HOUR_SECONDS, run=self.admin_teller.run),
            Job(name="zones", every_seconds=_HOUR_SECONDS, run=self.tell_zones),
            Job(name="clean", every_seconds=_DAY_SECONDS, run=clean, at_once=False),
        ]
        return [self.form.once(job) for job in jobs]

    async def tick(self) -> None:
        """
        Open deliveries for the channels whose time has come.

        After a time away the feeds that are due are read first (within the fetch time limit): a
        digest that became due meanwhile would otherwise be made of old news, or of none.
        """
        try:
            if await self.rounds.was_away():
                await self.rounds.read_first(self._ask_poll)
        finally:
            # Also when it failed: a digest of what is there beats none.
            self._caught_up.set()
        await self.rounds.ticked()
        now = self.newsroom.clock.now()
        left_over, self._left_over = self._left_over, []
        await self._submit([*left_over, *await self.deliverer.tick(now)])

    async def tell_zones(self) -> None:
        """Tell people whose channel has an offset or abbreviation for a zone; each once."""
        await self._zone_notices.tell(self.newsroom.clock.now())

    async def ended(self) -> None:
        """
        Wait for as long as there is something to do: with many workspaces, for ever.

        Raises:
            OtherInstance: Another Plainwire posts in the only workspace, and goes on instead of us.
        """
        instances, own = self.slack.clients.instances, self.slack.own
        if own is None or instances is None or self.slack.many:
            await asyncio.Event().wait()
            return
        for number in itertools.count():
            try:
                async with asyncio.timeout(instances.patrol_seconds(own.workspace_id)):
                    await instances.ended(own.workspace_id)
            except TimeoutError:
                await self._patrol(own.workspace_id, number)

    async def _patrol(self, workspace_id: str, number: int) -> None:
        """Look into one of the channels, in turn: of another one's events Slack may send us none."""
        try:
            week = self.newsroom.clock.now() + timedelta(days=8)
            soon = await self.newsroom.database.channels.due(week, _PATROLLED)
            theirs = [one.channel_id for one in soon if one.workspace_id == workspace_id]
            if theirs:
                await patrol(self.slack.clients, workspace_id, theirs[number % len(theirs)])
        except PlainwireError as error:
            log.info("not_patrolled", error=str(error))

    async def sweep(self) -> None:
        """Submit again what is unfinished and whose wait is over; twice does no harm."""
        await self._caught_up.wait()
        now = self.newsroom.clock.now()
        rows = await self.newsroom.database.deliveries.unfinished(now)
        # An instant that has passed, and not None, overtakes what waits in this process already.
        await self._submit([Handout(key=row.key, not_before=now) for row in rows])
        await self.conversation.answers.sweep()

    async def prepare(self) -> None:
        """Ask for the explanations of digests that are due soon, so that nothing slow is left then."""
        await self._caught_up.wait()
        await self._preparation.ask()

    async def _submit(self, handouts: list[Handout]) -> None:
        units = (Unit(str(handout.key), handout.not_before) for handout in handouts)
        await self.work.submit_many("deliver", units, Priority.DELIVER)

    async def _deliver_in_turn(self, name: str) -> None:
        await self.share.run(DeliveryKey.parse(name).workspace_id, name, self._deliver)

    async def _deliver_again(self, name: str) -> None:
        await self.work.submit("deliver", name, Priority.DELIVER)

    async def _deliver(self, name: str) -> None:
        key = DeliveryKey.parse(name)
        try:
            row = await self.deliverer.deliver(key, self.newsroom.clock.now())
        except asyncio.CancelledError:
            await self.deliverer.hand_back(key, self.newsroom.clock.now())
            raise
        if row is not None and transitions.is_open(row) and row.not_before is not None:
            await self.work.submit("deliver", name, Priority.DELIVER, row.not_before)
            if transitions.is_awaiting_news(row):
                self._awaiting.add(name)
                await self._ask_poll_again(row.not_before)

    async def _ask_poll_again(self, before: datetime) -> None:
        """Let the feeds that failed be read once more, halfway to when a digest looks again."""
        now = self.newsroom.clock.now()
        if self._again_at is None or self._again_at <= now:
            # One for all digests that wait: asked for anew each time, it would never come.
            self._again_at = now + (before - now) / 2
            await self.work.submit("poll", _AGAIN, Priority.POLL, self._again_at)

    async def _wake(self) -> None:
        """Let the digests that waited for a feed look again at once."""
        names, self._awaiting = self._awaiting, set()
        for name in names:
            deliveries = self.newsroom.database.deliveries
            row = await deliveries.get(DeliveryKey.parse(name))
            if row is not None and transitions.is_awaiting_news(row):
                await deliveries.change(row, transitions.stop_waiting(row))
                now = self.newsroom.clock.now()
                await self.work.submit("deliver", name, Priority.DELIVER, now)

    async def _ask_poll(self) -> None:
        await self.work.submit("poll", "due", Priority.POLL)

    async def _poll(self, name: str) -> None:
        try:
            again = name == _AGAIN
            report = await (self.newsroom.collect_again() if again else self.newsroom.collect())
        finally:
            # Also when it failed: a digest of what is there beats none.
            await self.rounds.read()
        if report.touched:
            await self.rounds.changed()
        if report.feeds_answered:
            await self._wake()
        if report.feeds_read:
            log.info(
                "news_collected",
                feeds_read=report.feeds_read,
                feeds_answered=report.feeds_answered,
                new_entries=report.new_entries,
                stories=len(report.touched),
            )


@asynccontextmanager
async def open_bot(
    settings: Settings,
    newsroom: Newsroom,
    render: Render = render_digest,
    *,
    form: Form | None = None,
    pacer: Pacer | None = None,
    works: bool = False,
    take_over: bool = False,
) -> AsyncIterator[Bot]:
    """
    Connect to Slack (Socket Mode, or HTTP), if the role listens; `Bot.working` begins the work.

    Args:
        settings: What the operator set.
        newsroom: Already open.
        render: Makes the message of a digest (the demo looks over its shoulder).
        form: One process (the default) or one of many.
        pacer: Shared with other processes; by default one of our own.
        works: Begin the work here, before connecting: what an earlier process left needs no events.
        take_over: Go on instead of another instance that posts with the same token.

    Raises:
        SettingsError: A token is missing.
        SlackError: Slack does not accept a token, or cannot be reached.
    """
    role = form.role if form else Role.ALL
    require_tokens(settings, listens=role.listens)
    async with open_slack(settings, newsroom, pacer, take_over=take_over) as slack:
        bot = Bot(newsroom, slack, render, form)
        # In this order, so that the work ends first, with the connection still there.
        async with AsyncExitStack() as stack, AsyncExitStack() as working:
            if works:
                await working.enter_async_context(bot.working())
            app = None
            if role.listens:
                edge = bot.conversation.edge
                app = await stack.enter_async_context(listening(settings, slack, edge))
                # Bolt is there to stay as well, see `working`.
                gc.freeze()
            if settings.is_http or settings.metrics_port is not None:
                from bot.app.web_side import serving

                await stack.enter_async_context(serving(bot, app if settings.is_http else None))
            yield bot
