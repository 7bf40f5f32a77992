"""
The newsroom: everything that needs no Slack, joined (collecting, explaining, making digests).

Nothing here decides anything; it only puts adapters behind ports.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from pydantic import SecretStr

from bot.app.keys import require_fitting_key, require_key_file
from bot.app.readers import Readers, open_readers
from bot.clock import Clock
from bot.digest.make import DigestMaker
from bot.digest.story_cache import StoryCache
from bot.digest.transitions import Limits
from bot.errors import SettingsError
from bot.explain.articles import Articles
from bot.explain.glossary import Glossary
from bot.explain.story_explainer import StoryExplainer
from bot.explain.write import Explainer
from bot.model.azure import AzureModel
from bot.model.deployment import Deployment
from bot.model.failover import FailoverModel
from bot.news.catalogue import starter_feeds
from bot.news.collect import FeedProgress, collect
from bot.news.feed import PolledFeed, PollState
from bot.news.ports import FeedReader
from bot.news.scope import SHARED
from bot.news.stories import OWN_STORY
from bot.news.story import CollectReport, Problem
from bot.settings import Settings
from storage.cipher import Cipher, load_or_create_key
from storage.database import Database
from storage.retention import Ages

Progress = Callable[[FeedProgress], None]
# The fact that a database got the starter list; what is taken off it later stays off.
_STARTED = "starter_feeds"
# From 15 seconds to 10 minutes.
_BACK_OFF_GROWTH = 40
_LONGEST_BACK_OFF_SECONDS = 600.0
_LAST_CALL_SECONDS, _LAST_CALL_SHARE = 300.0, 0.1


def load_cipher(settings: Settings, *, anew: bool = False) -> Cipher:
    """
    Return the cipher for stored secrets; a new SQLite database gets a key of its own. Blocks.

    Args:
        settings: What the operator set.
        anew: Make a key for a database that has lost its own, too.

    Raises:
        SettingsError: A database server is used, and no key is set: several processes must share one.
        CipherError: The key file cannot be used, or it is lost while the database needs it.
    """
    if settings.encryption_key:
        parts = settings.encryption_key.get_secret_value().split(",")
        return Cipher([SecretStr(part.strip()) for part in parts])
    if settings.sqlite_path is None:
        raise SettingsError(
            "PLAINWIRE_ENCRYPTION_KEY is missing.",
            next_step="With a database server it has to be set, the same for every process; "
            "`plainwire doctor` shows how to make one.",
        )
    if not anew:
        require_key_file(settings)
    return Cipher([load_or_create_key(settings.key_path)])


async def open_database(settings: Settings, *, thorough: bool = False) -> Database:
    """
    Open the operator's database, bring it up to date, and add the starter feeds to a new one.

    Args:
        settings: What the operator set.
        thorough: Try the key on everything encrypted, and not only on some of it.

    Raises:
        CipherError: The key is lost, or does not fit what is stored.
        StorageError: The database cannot be used.
    """
    database = await Database.open(settings.database_url, cipher=load_cipher(settings))
    try:
        await require_fitting_key(settings, database, thorough=thorough)
        if await database.facts.get(_STARTED) is None:
            for feed in starter_feeds():
                await database.feeds.add(feed)
            await database.facts.set(_STARTED, "added")
    except BaseException:
        # Whatever it was goes on; only the connections must not stay open.
        await database.close()
        raise
    return database


async def feeds_to_read(database: Database) -> tuple[bool, list[PolledFeed]]:
    """Return the feeds that `run` reads, and whether they are the starter list, still to be added."""
    feeds = await database.feeds.all()
    if await database.facts.get(_STARTED) is not None:
        return False, feeds
    known = {polled.feed.url for polled in feeds}
    fresh = [PolledFeed(feed=feed) for feed in starter_feeds() if feed.url not in known]
    return True, [*feeds, *fresh]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """
    Everything that works on news without Slack.

    Attributes:
        model: None when no model is configured (or the run is offline).
        collecting: Held by a round of collecting.
    """

    settings: Settings
    clock: Clock
    database: Database
    readers: Readers
    articles: Articles
    glossary: Glossary
    model: AzureModel | None
    writer: Explainer
    explainer: StoryExplainer
    cache: StoryCache
    maker: DigestMaker
    collecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def collect(
        self,
        feeds: Sequence[PolledFeed] | None = None,
        *,
        reader: FeedReader | None = None,
        deadline_seconds: float | None = None,
        progress: Progress | None = None,
    ) -> CollectReport:
        """Read the given feeds (default: those that are due) and take in what is new."""
        store = self.database
        # Grouping reads the stories, thinks beside the event loop, and writes them: one at a time.
        async with self.collecting:
            now = self.clock.now()
            wanted = await store.feeds.due(now) if feeds is None else feeds
            report = await collect(
                wanted,
                reader=reader or self.readers.feeds,
                feed_store=store.feeds,
                entry_store=store.entries,
                story_store=store.stories,
                now=now,
                deadline_seconds=deadline_seconds or self.settings.fetch_timeout_seconds,
                jitter=random.random,
                new_id=_own_story_id,
                progress=progress,
            )
            if any(one.feed.scope != SHARED for one in wanted):
                await store.own_feeds.sweep(report.touched, since=now)
        if report.touched:
            self.cache.forget()
        return report

    async def collect_again(self) -> CollectReport:
        """Read also the feeds that failed, before their time: somebody waits for them."""
        now = self.clock.now()
        known = await self.database.feeds.everywhere()
        return await self.collect([one for one in known if _is_wanted(one.poll, now)])

    async def clean(self) -> None:
        """Delete what is older than the retention settings."""
        age = timedelta(days=self.settings.retention_days)
        asked = timedelta(days=self.settings.thread_retention_days)
        posted = timedelta(days=self.settings.delivery_retention_days)
        ages = Ages(stories=age, requests=asked, deliveries=posted)
        await self.database.clean(self.clock.now(), ages)


@asynccontextmanager
async def open_newsroom(
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    offline: bool = False,
) -> AsyncIterator[Newsroom]:
    """
    Join the newsroom's parts and take them apart again.

    Args:
        settings: What the operator set.
        database: Already open; stays open.
        clock: Tells the time to everything below.
        offline: No model call and no page is read, whatever the settings say.
    """
    async with AsyncExitStack() as stack:
        readers = await stack.enter_async_context(open_readers(settings))
        azure = None if offline else _azure(settings, database, clock)
        if azure is not None:
            stack.push_async_callback(azure.aclose)
        glossary = Glossary.load()
        writer = Explainer(
            model=_paced(azure, settings, database, clock),
            explanations=database.explanations,
            glossary=glossary,
        )
        stack.push_async_callback(writer.aclose)
        articles = Articles(
            database.pages,
            readers.pages if settings.read_pages and not offline else None,
            timeout_seconds=settings.fetch_timeout_seconds,
        )
        plain_writer = Explainer(None, database.explanations, glossary)
        explainer = StoryExplainer(writer, plain_writer, articles)
        cache = StoryCache(database.stories, database.feeds.scopes)
        yield Newsroom(
            settings=settings,
            clock=clock,
            database=database,
            readers=readers,
            articles=articles,
            glossary=glossary,
            model=azure,
            writer=writer,
            explainer=explainer,
            cache=cache,
            maker=DigestMaker(
                stories=database.stories,
                deliveries=database.deliveries,
                explainer=explainer,
                last_round=lambda: feed_health(database),
                limits=limits_of(settings),
                cache=cache,
            ),
        )


def limits_of(settings: Settings) -> Limits:
    """Return the delivery limits as the operator set them."""
    catch_up = settings.catch_up_seconds
    return Limits(
        catch_up=catch_up,
        # Up to here a feed may answer; what is left is for posting the sentence that none did.
        await_news=catch_up - min(_LAST_CALL_SECONDS, catch_up * _LAST_CALL_SHARE),
        repeat_when_unreadable=settings.unknown_outcome == "repeat",
        explain=settings.model_timeout_seconds * 2,
        settle=settings.settle_seconds,
        abandoned=settings.abandoned_seconds,
        first_wait=settings.retry_seconds,
        max_wait=min(_LONGEST_BACK_OFF_SECONDS, settings.retry_seconds * _BACK_OFF_GROWTH),
    )


def _own_story_id() -> str:
    """Draw the id of a story of own feeds; it stands in buttons, and must not be guessed."""
    return OWN_STORY + secrets.token_hex(16)


def _is_wanted(poll: PollState, now: datetime) -> bool:
    is_due = poll.next_poll_at is None or poll.next_poll_at <= now
    return not poll.gone and (is_due or poll.failures > 0)


async def feed_health(database: Database) -> CollectReport | None:
    """Return how many of the catalogue's feeds answered when last asked; None before the first round."""
    feeds = [polled for polled in await database.feeds.all() if not polled.poll.gone]
    if not feeds:
        return CollectReport()
    asked = [one for one in feeds if one.poll.last_success_at or one.poll.failures]
    if not asked:
        return None
    broken = [one for one in asked if one.poll.failures]
    return CollectReport(
        feeds_read=len(asked),
        feeds_answered=len(asked) - len(broken),
        problems=tuple(
            Problem(
                source=one.feed.name,
                error=one.poll.last_error or "did not answer",
                address=one.feed.url,
            )
            for one in broken
        ),
    )


def deployment_of(settings: Settings) -> Deployment | None:
    """Return where the model is, or None when none is configured."""
    if not settings.azure_endpoint or not settings.azure_deployment:
        return None
    return Deployment(
        endpoint=settings.azure_endpoint,
        deployment=settings.azure_deployment,
        api_key=settings.azure_api_key,
        scope=settings.azure_scope,
        effort=settings.azure_effort,
    )


def _azure(settings: Settings, database: Database, clock: Clock) -> AzureModel | None:
    deployment = deployment_of(settings)
    return AzureModel(deployment, database.usage, clock) if deployment else None


def model_for_answers(newsroom: Newsroom, places: int) -> FailoverModel | None:
    """Return the model with a pace of its own and so many calls at once; None when there is none."""
    return _paced(
        newsroom.model, newsroom.settings, newsroom.database, newsroom.clock, concurrency=places
    )


def _paced(
    azure: AzureModel | None,
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    concurrency: int = 0,
) -> FailoverModel | None:
    if azure is None:
        return None

    async def spent(at: datetime) -> float | None:
        midnight = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
        return await database.usage.spent_usd(midnight)

    return FailoverModel(
        [azure],
        clock,
        concurrency=concurrency or settings.model_concurrency,
        patience_seconds=settings.model_timeout_seconds,
        daily_budget_usd=settings.daily_budget_usd,
        spent=spent,
    )
