"""The whole job without posting, in a throw-away database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.app.newsroom import Newsroom, Progress, open_database, open_newsroom
from bot.app.remembered import named_by_content, read_once
from bot.app.sources import NamedSources, feeds_named
from bot.clock import FixedClock, SystemClock
from bot.digest import transitions
from bot.digest.delivery import DeliveryKey
from bot.digest.digest import Digest
from bot.digest.preference import Channel, Preference
from bot.digest.schedule import date_of
from bot.explain.outgoing.named import shown_left_out, shown_problems
from bot.news.catalogue import starter_feeds
from bot.news.feed import PolledFeed
from bot.news.story import CollectReport, Problem
from bot.settings import Settings
from storage.cipher import Cipher, generate_key
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What a preview is asked for.

    Attributes:
        sources: Feed files, folders or URLs; empty means the operator's own list.
        as_of: Look at the sources as of this instant (aware UTC); None means now.
        offline: No model, no article pages.
    """

    preference: Preference
    sources: tuple[str, ...] = ()
    as_of: datetime | None = None
    offline: bool = False


async def make_preview(
    settings: Settings, wanted: Wanted, progress: Progress | None = None
) -> Digest:
    """Collect, choose, explain and compose; nothing is posted, nothing kept."""
    clock = FixedClock(wanted.as_of) if wanted.as_of else SystemClock()
    feeds = feeds_named(wanted.sources) if wanted.sources else await operators_feeds(settings)
    async with (
        Database.temporary(Cipher([generate_key()])) as database,
        open_newsroom(settings, database, clock, offline=wanted.offline) as newsroom,
    ):
        feed_reader = newsroom.readers.feeds
        reader = NamedSources(feed_reader, files=feed_reader, as_of=wanted.as_of)
        memory = await read_once(feeds, reader, settings.fetch_timeout_seconds, progress)
        named = [named_by_content(polled, memory) for polled in feeds]
        for polled in named:
            await database.feeds.add(polled.feed)
        report = await newsroom.collect(named, reader=memory)
        digest = await _made(newsroom, wanted.preference, clock.now())
    return _with_report(digest, report, reader.held_back)


async def operators_feeds(settings: Settings) -> list[PolledFeed]:
    """Return the feeds of the operator's database, or the starter list when there is none yet."""
    path = settings.sqlite_path
    if path is not None and not path.exists():
        return [PolledFeed(feed=feed) for feed in starter_feeds()]
    async with await open_database(settings) as database:
        # Without what was remembered of them: a 304 would leave the preview empty.
        return [PolledFeed(feed=polled.feed) for polled in await database.feeds.all()]


async def _made(newsroom: Newsroom, preference: Preference, now: datetime) -> Digest:
    channel = Channel(
        workspace_id="preview", channel_id="preview", name="preview", preference=preference
    )
    key = DeliveryKey(workspace_id="preview", channel_id="preview", on=date_of(preference, now))
    return await newsroom.maker.make(channel, transitions.opened(key, now), now)


def _with_report(digest: Digest, report: CollectReport, held_back: int) -> Digest:
    problems = list(shown_problems(report.problems))
    if held_back:
        entries = "1 entry is" if held_back == 1 else f"{held_back} entries are"
        sentence = f"{entries} dated after the time asked for, and left out"
        problems.append(Problem(source="--now", error=sentence))
    return replace(
        digest,
        feeds_read=report.feeds_read,
        feeds_answered=report.feeds_answered,
        not_included=tuple(map(shown_left_out, (*digest.not_included, *report.left_out))),
        problems=tuple(problems),
        first_post=False,
    )
