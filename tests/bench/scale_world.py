"""Ten thousand channels with forty preferences, the news they are told, and what they were told before."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from pydantic import SecretStr
from sqlalchemy import insert, text

from bot.app.remembered import Remembered
from bot.digest.preference import EVERY_DAY, Channel, Preference
from bot.explain.explanation import Level
from bot.model.body import request_body
from bot.model.deployment import Deployment
from bot.model.port import ModelReply, ModelRequest
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.topic import ALL_TOPICS, Topic
from bot.workspace import Installation
from storage.database import Database
from storage.tables import Base
from tests.fakes.azure_answers import explanation_of
from tests.fakes.wire_news import events

# A Tuesday; the zones below are all one hour ahead of UTC then.
TODAY = date(2026, 3, 3)
DUE_AT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
_ZONES = ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw")
STORIES_A_DAY = 5
_FEEDS = 12
_BATCH = 5_000


def workspace_of(number: int) -> str:
    return f"T{number:06d}"


def forty_preferences() -> list[Preference]:
    """Return forty preferences that differ in what they choose: topics, level, number of stories."""
    topics = [topic for topic in Topic if topic is not Topic.GENERAL]
    wanted = [
        ALL_TOPICS,
        *(frozenset({one, other, Topic.GENERAL}) for one, other in pairwise(topics[:10])),
    ]
    kinds = itertools.product(wanted, (Level.NEWCOMER, Level.PRACTITIONER), (5, 8))
    return [
        Preference(on=True, days=EVERY_DAY, topics=chosen, level=level, stories=stories)
        for chosen, level, stories in itertools.islice(kinds, 40)
    ]


def channels(number: int, workspaces: int) -> Iterator[Channel]:
    """Yield channels that are all due at nine o'clock of their zone, which is one instant."""
    wanted = forty_preferences()
    for index in range(number):
        preference = wanted[index % len(wanted)]
        zone = _ZONES[index // len(wanted) % len(_ZONES)]
        yield Channel(
            workspace_id=workspace_of(index % workspaces),
            channel_id=f"C{index:07d}",
            name=f"channel-{index}",
            preference=Preference(
                on=True,
                zone=zone,
                days=preference.days,
                topics=preference.topics,
                level=preference.level,
                stories=preference.stories,
            ),
            next_due_at=DUE_AT,
            switched_on_at=DUE_AT - timedelta(days=100),
            greeted=True,
        )


async def fill(database: Database, number: int, workspaces: int, days: int) -> None:
    """Store the installations, the channels, and what each was told on so many earlier days."""
    for index in range(workspaces):
        await database.installations.save(
            Installation(
                workspace_id=workspace_of(index),
                name=f"Workspace {index}",
                bot_id=f"B{index}",
                bot_user_id=f"U{index}",
                bot_token=SecretStr(f"xoxb-{index}"),
            )
        )
    every = channels(number, workspaces)
    while batch := list(itertools.islice(every, _BATCH)):
        await database.channels.save_many(batch)
    await _tell_the_past(database, days)


async def _tell_the_past(database: Database, days: int) -> None:
    """Write by SQL alone what `days` of digests would have left behind for every channel."""
    told, deliveries = Base.metadata.tables["told"], Base.metadata.tables["deliveries"]
    async with database.engine.begin() as connection:
        for back in range(1, days + 1):
            on, due_at = TODAY - timedelta(days=back), DUE_AT - timedelta(days=back)
            stories = [f"past-{back}-{place}" for place in range(STORIES_A_DAY)]
            rows = [_told_row(on, story) for story in stories]
            # One channel's rows stand for everybody's.
            await connection.execute(insert(told), rows)
            await connection.execute(
                insert(deliveries),
                {
                    **_PATTERN,
                    "local_date": on,
                    "state": "sent",
                    "attempt": 3,
                    "due_at": due_at,
                    "sending_at": due_at,
                    "sent_at": due_at,
                    "stories": tuple((story, 1) for story in stories),
                    "ts": f"1600000000.{back:06d}",
                },
            )
        for table in (told, deliveries):
            names = [it.name for it in table.columns if it.name not in _PATTERN]
            listed = ", ".join(names)
            await connection.execute(
                text(
                    f"INSERT INTO {table.name} (workspace_id, channel_id, {listed}) "
                    f"SELECT c.workspace_id, c.channel_id, {', '.join(f't.{it}' for it in names)} "
                    f"FROM {table.name} t CROSS JOIN channels c WHERE t.workspace_id = ''"
                )
            )
            await connection.execute(text(f"DELETE FROM {table.name} WHERE workspace_id = ''"))
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()


_PATTERN = {"workspace_id": "", "channel_id": ""}


def _told_row(on: date, story: str) -> dict[str, object]:
    headline = f"Told on {on:%d %B}: {story.replace('-', ' ')} in other words"
    return {
        **_PATTERN,
        "local_date": on,
        "story_id": story,
        "revision": 1,
        "headline": headline,
        "ts": f"1600000000.{on.day:06d}",
    }


# The news

_SYLLABLES = [
    "bal",
    "cor",
    "dun",
    "fer",
    "gol",
    "hin",
    "jas",
    "kel",
    "lor",
    "mav",
    "nim",
    "ost",
    "pra",
    "quin",
    "rov",
    "sel",
    "tam",
    "ulm",
    "ver",
    "wex",
]
_DEEDS = (
    ("releases {thing}, a language model for {trade}", "The language model {thing} drafts letters for {trade}."),
    ("sued over training data taken from {trade}", "The AI company copied the archive of {trade} for {thing}."),
    ("halves the price of its AI assistant {thing}", "{thing}, the AI assistant for {trade}, costs half as much."),
    ("recalls {thing} after the chatbot misled {trade}", "The chatbot {thing} had promised {trade} too much."),
)  # fmt: skip


def _name(number: int, salt: int) -> str:
    """Return an invented name that hardly any other number has."""
    parts = [_SYLLABLES[(number * salt + number // 20**place) % 20] for place in range(3)]
    return "".join(parts)


def readings(count: int) -> dict[str, FeedReading]:
    """Return what a dozen feeds say: the labelled events, and invented ones up to *count* entries."""
    told = [entry for event in events() for entry in event]
    entries = [_entry(n, item.title, item.text, 1.0 + n % 18) for n, item in enumerate(told)]
    entries += [_made_up(n) for n in range(len(entries), count)]
    by_feed: dict[str, list[ParsedEntry]] = {url: [] for url in _urls()}
    for entry, url in zip(entries, itertools.cycle(by_feed), strict=False):
        by_feed[url].append(entry)
    return {url: FeedReading(outcome="new", entries=tuple(of)) for url, of in by_feed.items()}


def _made_up(number: int) -> ParsedEntry:
    maker, thing, town, person, trade = (_name(number, salt) for salt in (3, 7, 9, 11, 13))
    deed, said = _DEEDS[number % len(_DEEDS)]
    words = {"thing": thing.title(), "trade": f"{trade} makers"}
    text_ = (
        f"{said.format(**words)} {maker.title()} said so on Monday in {town.title()}. "
        f"The work took {number % 17 + 3} months and a team of {number % 41 + 12} people. "
        f"{person.title()} Vale, who leads it, showed {thing.title()} to guests in {town.title()}. "
        f"{maker.title()} wants to mend small faults by the summer and has named no other plans."
    )
    title = f"{maker.title()} {deed.format(**words)}"
    return _entry(number, title, text_, 1.0 + number % 20)


def _entry(number: int, title: str, said: str, hours: float) -> ParsedEntry:
    return ParsedEntry(
        title=title,
        url=f"https://outlet{number % _FEEDS}.example/{number}",
        guid=str(number),
        summary=said,
        published_at=DUE_AT - timedelta(hours=hours),
    )


def _urls() -> list[str]:
    return [f"https://outlet{number}.example/feed.xml" for number in range(_FEEDS)]


def feeds() -> list[PolledFeed]:
    return [
        PolledFeed(feed=Feed(url=url, name=f"Outlet {n}", outlet=f"outlet{n}.example", weight=0.6))
        for n, url in enumerate(_urls())
    ]


def remembered(count: int) -> Remembered:
    """Return a reader of the feeds that opens no connection."""
    return Remembered(readings=readings(count), seconds=1.0)


# The model


@dataclass
class CountingModel:
    """A model that answers at once from the sources in the request, and counts by purpose."""

    calls: Counter[str] = field(default_factory=Counter)

    async def complete(self, request: ModelRequest) -> ModelReply:
        import json

        self.calls[request.purpose] += 1
        body = request_body(request, _DEPLOYMENT, stream=False)
        answer = json.dumps(explanation_of(body), ensure_ascii=False)
        return ModelReply(text=answer, deployment="plain", model="stub")

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).text


_DEPLOYMENT = Deployment(endpoint="http://127.0.0.1", deployment="plain")
