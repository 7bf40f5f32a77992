"""The use case: read feeds, keep what is new and AI news, group it into stories, remember it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.news.cluster import WINDOW
from bot.news.entry import Entry, ParsedEntry
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.polling import MOVES_BELIEVED, next_poll
from bot.news.ports import EntryStore, FeedReader, FeedStore, StoryStore
from bot.news.relevance import why_left_out
from bot.news.scope import SHARED
from bot.news.stories import Grouping, NewId, group
from bot.news.story import CollectReport, LeftOut, Problem
from bot.news.text import guess_language
from bot.news.urlkey import entry_id, url_key

# How long cancelled readings get to close their connections after the deadline.
_GRACE_SECONDS = 0.25
# A feed's clock may be wrong by a zone; what lies further ahead is no usable date.
_AHEAD = timedelta(hours=24)
_TEXT_CHARS, _TITLE_CHARS = 20_000, 500
# Entries are made and judged in a thread, a few at a time: three thousand take seconds, for which the
# event loop has other things to do, and a stop must not have to wait for the rest.
_AT_ONCE = 50

_Made = tuple[Entry, Feed, ParsedEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProgress:
    """One feed is done: the *done*th of *total*; `error` is "" when it answered."""

    feed: Feed
    outcome: str
    entries: int
    done: int
    total: int
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """Accepted and refused new entries of all feeds, and what could not be used."""

    accepted: tuple[Entry, ...]
    left_out: tuple[tuple[Entry, str], ...]
    known: int
    problems: tuple[Problem, ...]


async def collect(
    feeds: Sequence[PolledFeed],
    *,
    reader: FeedReader,
    feed_store: FeedStore,
    entry_store: EntryStore,
    story_store: StoryStore,
    now: datetime,
    deadline_seconds: float,
    jitter: Callable[[], float],
    new_id: NewId,
    progress: Callable[[FeedProgress], None] | None = None,
) -> CollectReport:
    """
    Read all feeds at once, take in what they bring. A second run on the same input adds nothing.

    Stories are saved first and poll states last: a crash in between makes the next run read the
    same documents again, instead of getting a 304 for entries that were never stored.

    Args:
        feeds: Those that are due.
        reader: Reads one feed.
        feed_store: Keeps the poll states.
        entry_store: Knows which entries were seen, and keeps those left out.
        story_store: Holds the stories.
        now: Aware UTC; first sight of new entries.
        deadline_seconds: For reading, all feeds together; what has not answered then is named.
        jitter: Draws a number from 0 to 1 for each feed's next poll.
        new_id: Draws the ids of stories of own feeds.
        progress: Told once per feed, as they come in.

    Raises:
        StorageError: Something could not be stored; nothing is lost, the next run repeats it.
    """
    active = [feed for feed in feeds if not feed.poll.gone]
    readings = await _read_all(active, reader, deadline_seconds, progress)
    sifted = await _sift(active, readings, entry_store, now)
    grouping = await _group(active, sifted.accepted, story_store, now, new_id)
    if grouping.changed or grouping.merged:
        await story_store.save(grouping.changed, grouping.merged)
    if sifted.left_out:
        await entry_store.leave_out(sifted.left_out)
    await _save_polls(active, readings, feed_store, now, jitter)
    return _report(active, readings, sifted, grouping)


async def _read_all(
    feeds: Sequence[PolledFeed],
    reader: FeedReader,
    deadline_seconds: float,
    progress: Callable[[FeedProgress], None] | None,
) -> list[FeedReading]:
    """Return one reading per feed, in order; those that were not done in time have failed."""
    done = 0

    async def read(polled: PolledFeed) -> FeedReading:
        nonlocal done
        reading = await _read_one(polled, reader)
        done += 1
        _tell(progress, polled.feed, reading, done, len(feeds))
        return reading

    tasks = [asyncio.create_task(read(polled)) for polled in feeds]
    late: set[asyncio.Task[FeedReading]] = set()
    try:
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=deadline_seconds)
    finally:
        await _stop(tasks)
    too_slow = FeedReading(
        outcome="failed", problems=(f"did not answer within {deadline_seconds:g} s",)
    )
    readings = []
    for polled, task in zip(feeds, tasks, strict=True):
        answered = task not in late
        readings.append(task.result() if answered else too_slow)
        if not answered:
            done += 1
            _tell(progress, polled.feed, too_slow, done, len(feeds))
    return readings


async def _stop(tasks: Sequence[asyncio.Task[FeedReading]]) -> None:
    """Cancel what still runs; one that does not let itself be cancelled is not waited for."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=_GRACE_SECONDS)


async def _read_one(polled: PolledFeed, reader: FeedReader) -> FeedReading:
    try:
        return await reader.read(polled)
    except Exception as error:  # noqa: BLE001 - one broken reading must not spoil the others; it is named
        sentence = f"could not be read: {str(error) or type(error).__name__}"
        return FeedReading(outcome="failed", problems=(sentence,))


def _tell(
    progress: Callable[[FeedProgress], None] | None,
    feed: Feed,
    reading: FeedReading,
    done: int,
    total: int,
) -> None:
    if progress is not None:
        error = reading.problems[0] if _failed(reading) and reading.problems else ""
        progress(
            FeedProgress(
                feed=feed,
                outcome=reading.outcome,
                entries=len(reading.entries),
                done=done,
                total=total,
                error=error,
            )
        )


def _failed(reading: FeedReading) -> bool:
    return reading.outcome in {"failed", "gone"}


async def _sift(
    feeds: Sequence[PolledFeed],
    readings: Sequence[FeedReading],
    entry_store: EntryStore,
    now: datetime,
) -> _Sorted:
    """Find what is new, and among it what is AI news."""
    made: dict[str, _Made] = {}
    problems: list[Problem] = []
    for polled, reading in zip(feeds, readings, strict=True):
        if reading.entries:
            found, unusable = await asyncio.to_thread(_made_of, polled.feed, reading, now)
            problems += unusable
            for item in found:
                made.setdefault(item[0].id, item)
    known = await entry_store.known(list(made)) if made else set()
    new = [item for key, item in made.items() if key not in known]
    judged: list[tuple[Entry, str | None]] = []
    for start in range(0, len(new), _AT_ONCE):
        judged += await asyncio.to_thread(_judged, new[start : start + _AT_ONCE])
    return _Sorted(
        accepted=tuple(entry for entry, reason in judged if reason is None),
        left_out=tuple((entry, reason) for entry, reason in judged if reason is not None),
        known=len(made) - len(new),
        problems=tuple(problems),
    )


def _made_of(feed: Feed, reading: FeedReading, now: datetime) -> tuple[list[_Made], list[Problem]]:
    """Return a feed's items as entries, and what could not be used."""
    made: list[_Made] = []
    problems: list[Problem] = []
    for parsed in reading.entries:
        try:
            entry = make_entry(feed, parsed, now, reading.language)
        except Exception as error:  # noqa: BLE001 - one bad item must not spoil its feed; it is named
            sentence = f"one item could not be used: {str(error) or type(error).__name__}"
            problems.append(Problem(source=feed.name, error=sentence, address=feed.url))
        else:
            made.append((entry, feed, parsed))
    return made, problems


def _judged(items: Sequence[_Made]) -> list[tuple[Entry, str | None]]:
    return [(entry, why_left_out(entry, feed, item.categories)) for entry, feed, item in items]


def make_entry(feed: Feed, parsed: ParsedEntry, now: datetime, language: str = "") -> Entry:
    """
    Return a feed's item as an entry.

    Args:
        feed: Where it comes from.
        parsed: The item.
        now: First sight; stands in for dates that are missing or more than a day ahead.
        language: What the document says of itself; counts when the feed has no language.
    """
    text = (parsed.content or parsed.summary)[:_TEXT_CHARS]
    title = parsed.title.strip()[:_TITLE_CHARS]
    stated = (feed.language or language).strip().lower().split("-")[0].split("_")[0]
    return Entry(
        id=entry_id(feed.url, parsed, feed.seed),
        feed_url=feed.url,
        outlet=feed.outlet,
        outlet_name=feed.name,
        title=title,
        url=parsed.url.strip(),
        url_key=url_key(parsed.url),
        text=text,
        language=stated or guess_language(f"{title} {text}"),
        weight=feed.weight,
        seen_at=now,
        published_at=_usable(parsed.published_at, now),
        scope=feed.scope,
    )


def _usable(published_at: datetime | None, now: datetime) -> datetime | None:
    """Return a date that is not ahead of *now*: a little ahead is a wrong zone, far ahead is none."""
    if published_at is None:
        return None
    aware = published_at if published_at.tzinfo else published_at.replace(tzinfo=UTC)
    utc = aware.astimezone(UTC)
    return min(utc, now) if utc - now <= _AHEAD else None


async def _group(
    feeds: Sequence[PolledFeed],
    accepted: Sequence[Entry],
    story_store: StoryStore,
    now: datetime,
    new_id: NewId,
) -> Grouping:
    """Load the stories that new entries could join, and group in a thread: it is pure arithmetic."""
    scopes = {polled.feed.scope for polled in feeds} - {SHARED}
    if not accepted and not scopes:
        return Grouping(changed=(), merged={})
    # Copies follow the wider stories even when their own feeds bring nothing new.
    since = min([now, *(entry.at for entry in accepted)]) - WINDOW
    wanted = {SHARED, *(seen for scope in scopes for seen in scope.around)}
    known = await story_store.since(since, wanted)
    return await asyncio.to_thread(group, known, accepted, scopes, new_id=new_id)


async def _save_polls(
    feeds: Sequence[PolledFeed],
    readings: Sequence[FeedReading],
    feed_store: FeedStore,
    now: datetime,
    jitter: Callable[[], float],
) -> None:
    for polled, reading in zip(feeds, readings, strict=True):
        poll = next_poll(polled.poll, reading, now, jitter())
        await feed_store.save_poll(polled.feed, poll)
        if poll.moved_seen >= MOVES_BELIEVED and poll.moved_to:
            await feed_store.move(polled.feed, poll.moved_to)


def _report(
    feeds: Sequence[PolledFeed],
    readings: Sequence[FeedReading],
    sifted: _Sorted,
    grouping: Grouping,
) -> CollectReport:
    problems = [
        Problem(source=polled.feed.name or polled.feed.url, error=problem, address=polled.feed.url)
        for polled, reading in zip(feeds, readings, strict=True)
        for problem in reading.problems or (("could not be read",) if _failed(reading) else ())
    ]
    return CollectReport(
        feeds_read=len(feeds),
        feeds_answered=sum(not _failed(reading) for reading in readings),
        feeds_unchanged=sum(reading.outcome == "unchanged" for reading in readings),
        new_entries=len(sifted.accepted) + len(sifted.left_out),
        known_entries=sifted.known,
        touched=tuple(story.id for story in grouping.changed),
        left_out=tuple(
            LeftOut(headline=entry.title, reason=reason, url=entry.url)
            for entry, reason in sifted.left_out
        ),
        problems=(*problems, *sifted.problems),
    )
