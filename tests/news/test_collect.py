"""Collecting: what comes in, what stays out, and that nothing spoils the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.errors import StorageError
from bot.news.collect import FeedProgress, collect, make_entry
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState
from bot.news.scope import SHARED, Scope
from bot.news.story import CollectReport
from tests.fakes.news import NOW, make_feed, make_parsed
from tests.fakes.news_store import NewsStores, StubReader

pytestmark = pytest.mark.anyio

PILOT = make_parsed("Harbor Labs releases Pilot 2, a small language model", guid="p")
PILOT_TOO = make_parsed(
    "Harbor Labs puts its language model Pilot 2 online", guid="q", url="https://b.example/q"
)
COURT = make_parsed("Court rules on AI training with novels", guid="c")
POOL = make_parsed("Mayor opens swimming pool", guid="s")


def reading(*entries: ParsedEntry, **changes: object) -> FeedReading:
    return FeedReading(outcome="new", entries=entries, **changes)  # type: ignore[arg-type]  # a test's keywords


async def run(
    answers: dict[Feed, FeedReading | Exception | str],
    stores: NewsStores,
    *,
    now: datetime = NOW,
    deadline_seconds: float = 5.0,
    told: list[FeedProgress] | None = None,
) -> CollectReport:
    feeds = [
        PolledFeed(feed=feed, poll=stores.polls.get((feed.scope, feed.url), PollState()))
        for feed in answers
    ]
    reader = StubReader({feed.url: answer for feed, answer in answers.items()})
    report = await collect(
        feeds,
        reader=reader,
        feed_store=stores,
        entry_store=stores,
        story_store=stores,
        now=now,
        deadline_seconds=deadline_seconds,
        jitter=lambda: 0.5,
        new_id=(f"o_{number}" for number in count(len(stores.stories))).__next__,
        progress=told.append if told is not None else None,
    )
    reader.release.set()
    return report


async def test_one_round():
    """Two outlets' tellings become one story; what is off the subject is kept with its reason."""
    stores = NewsStores()

    report = await run(
        {make_feed("A"): reading(PILOT, COURT, POOL), make_feed("B"): reading(PILOT_TOO)}, stores
    )

    assert sorted(len(story.entries) for story in stores.stories.values()) == [1, 2]
    assert [(left.headline, left.reason) for left in report.left_out] == [
        (POOL.title, "not about AI")
    ]
    assert (report.new_entries, report.known_entries) == (4, 0)
    assert (report.feeds_read, report.feeds_answered) == (2, 2)
    assert set(report.touched) == set(stores.stories)


async def test_second_run_adds_nothing():
    """The same input again: no new entry, no changed story, the left-out ones not judged again."""
    stores = NewsStores()
    answers = {make_feed("A"): reading(PILOT, POOL), make_feed("B"): reading(PILOT_TOO)}
    await run(answers, stores)
    before = dict(stores.stories)

    report = await run(answers, stores, now=NOW + timedelta(hours=1))

    assert (report.new_entries, report.known_entries, report.touched, report.left_out) == (
        0,
        3,
        (),
        (),
    )
    assert stores.stories == before


async def test_later_entry_joins_known_story():
    """An entry of a later round joins the stored story and brings a revision."""
    stores = NewsStores()
    await run({make_feed("A"): reading(PILOT)}, stores)
    later = NOW + timedelta(hours=20)
    update = make_parsed(
        "Harbor Labs' small language model Pilot 2 needs 4 GB", guid="u", published_at=later
    )

    report = await run({make_feed("B"): reading(update)}, stores, now=later)

    (story,) = stores.stories.values()
    assert report.touched == (story.id,)
    assert [(r.number, r.novelty, r.detail) for r in story.revisions] == [(2, "figure", "4 GB")]


@pytest.mark.parametrize("how", ["hang", "stubborn"])
async def test_hanging_feeds_are_cut_off(how: str):
    """Feeds that hang are named after the deadline, and what answered is used."""
    stores, told = NewsStores(), list[FeedProgress]()
    answers: dict[Feed, FeedReading | Exception | str] = {make_feed(f"H{n}"): how for n in range(3)}
    answers[make_feed("A")] = reading(PILOT)

    report = await run(answers, stores, deadline_seconds=0.2, told=told)

    assert len(stores.stories) == 1
    assert [(p.source, p.error) for p in report.problems] == [
        (f"H{n}", "did not answer within 0.2 s") for n in range(3)
    ]
    assert (report.feeds_read, report.feeds_answered) == (4, 1)
    assert stores.polls[SHARED, make_feed("H0").url].failures == 1
    assert [(p.done, p.total) for p in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_reader_that_raises():
    """A reader's own bug spoils one feed, which is named; the rest goes on."""
    stores = NewsStores()

    report = await run({make_feed("X"): ValueError("bad"), make_feed("A"): reading(PILOT)}, stores)

    assert [(p.source, p.error) for p in report.problems] == [("X", "could not be read: bad")]
    assert len(stores.stories) == 1


async def test_one_bad_item():
    """An item that cannot be used is named, and its feed's other items come in."""
    stores = NewsStores()
    bad = ParsedEntry(title=None, guid="b")  # type: ignore[arg-type]  # what must never come, and does

    report = await run({make_feed("A"): reading(bad, PILOT)}, stores)

    assert len(stores.stories) == 1
    assert [p.source for p in report.problems] == ["A"]
    assert report.problems[0].error.startswith("one item could not be used")


async def test_unchanged_and_gone():
    """A 304 counts as answered; a feed that is gone is marked, named, and not asked again."""
    stores = NewsStores()
    answers = {
        make_feed("A"): FeedReading(outcome="unchanged", status=304, conditional=True),
        make_feed("G"): FeedReading(outcome="gone", status=410, problems=("is gone (410)",)),
    }
    report = await run(answers, stores)
    again = await run(answers, stores)

    assert (report.feeds_answered, report.feeds_unchanged) == (1, 1)
    assert [(p.source, p.error) for p in report.problems] == [("G", "is gone (410)")]
    assert again.feeds_read == 1


async def test_moved_feed():
    """A permanent redirect is stored after it was seen three times."""
    stores = NewsStores()
    answers = {make_feed("A"): reading(moved_to="https://new.example/feed")}
    for _ in range(2):
        await run(answers, stores)
    assert stores.moved == []

    await run(answers, stores)

    assert stores.moved == [(make_feed("A").url, "https://new.example/feed")]


async def test_poll_states_are_saved_last():
    """A crash while stories are saved must not leave an ETag behind that hides their entries."""
    stores = NewsStores()
    await run({make_feed("A"): reading(PILOT, POOL)}, stores)
    assert stores.log == ["save", "leave_out", "poll"]

    class Full(NewsStores):
        async def save(self, *_: object) -> None:
            raise StorageError("disk full")

    full = Full()
    with pytest.raises(StorageError):
        await run({make_feed("A"): reading(PILOT)}, full)
    assert full.polls == {}


async def test_workspace_feed_makes_a_copy():
    """A workspace's own feed never touches the shared story: it gets a copy with both tellings."""
    stores = NewsStores()
    await run({make_feed("A"): reading(PILOT)}, stores)
    (shared,) = stores.stories.values()

    own = make_feed("B", scope=Scope("T1"))
    await run({own: reading(PILOT_TOO)}, stores)

    copy = next(story for story in stores.stories.values() if story.scope == Scope("T1"))
    assert stores.stories[shared.id] == shared
    assert {entry.outlet_name for entry in copy.entries} == {"A", "B"}


async def test_two_workspaces_with_one_feed():
    """Two workspaces that read the same feed each get its entries."""
    stores = NewsStores()
    await run({make_feed("B", scope=Scope("T1")): reading(COURT)}, stores)
    await run({make_feed("B", scope=Scope("T2")): reading(COURT)}, stores)

    assert sorted(story.scope for story in stores.stories.values()) == [Scope("T1"), Scope("T2")]


def test_make_entry_dates():
    """A date a little ahead is now, one far ahead is none, one without zone is UTC."""
    feed = make_feed()
    ahead = make_entry(feed, make_parsed("x", published_at=NOW + timedelta(hours=3)), NOW)
    far = make_entry(feed, make_parsed("x", published_at=NOW + timedelta(days=30)), NOW)
    naive = make_entry(feed, make_parsed("x", published_at=datetime(2026, 3, 1, 8)), NOW)  # noqa: DTZ001 - the case

    assert ahead.published_at == NOW
    assert far.published_at is None
    assert far.at == NOW
    assert naive.published_at == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of_feed", "of_document", "text", "expected"),
    [("de", "en", "", "de"), ("", "en-GB", "", "en"), ("", "", "Der Hund ist nicht mit dem Ball im Haus", "de"),
     ("", "", "生成AIの利用が広がる", "ja"), ("", "", "x", "")],
)  # fmt: skip
def test_language(of_feed: str, of_document: str, text: str, expected: str):
    """The feed's language counts, else the document's, else a guess from the words."""
    entry = make_entry(
        make_feed(language=of_feed), make_parsed("x", summary=text), NOW, of_document
    )

    assert entry.language == expected
