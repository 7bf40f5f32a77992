"""The daily clean-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.delivery import FINAL, DeliveryState
from bot.news.entry import Page
from bot.news.scope import SHARED
from storage.database import Database
from storage.retention import Ages, Cleaned
from tests.fakes.stored import (
    NOON,
    make_entry,
    make_explanation,
    make_feedback,
    make_key,
    make_memory,
    make_request,
    make_story,
    make_usage,
)

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
_WEEK = "pages requests threads"
_QUARTER = f"{_WEEK} left_out messages buckets stories entries explanations"
AGES = Ages(left_out=30 * DAY, pages=7 * DAY, stories=90 * DAY, told=100 * DAY)


async def _fill(database: Database) -> None:
    """Store one of everything at NOON; a second story goes on for 80 days."""
    await database.entries.leave_out([(make_entry("advert"), "a job advert")])
    await database.pages.save("https://a.example/", Page(source="x"), NOON)
    late = make_entry("late", published_at=NOON + 80 * DAY)
    await database.stories.save(
        [make_story("old"), make_story("long", make_entry("early"), late)], {}
    )
    for story_id in ("old", "long"):
        await database.explanations.save(make_explanation(story_id=story_id))
    await database.deliveries.open(make_key(), NOON, None)
    due = await database.deliveries.get(make_key())
    assert due is not None
    told = {"stories": (("old", 1),), "message": "{}"}
    sent = replace(due, state=DeliveryState.SENT, attempt=1, **told)
    assert await database.deliveries.change(due, sent)
    await database.requests.record(make_request())
    await database.threads.save(make_memory(expires_at=NOON + 7 * DAY))
    await database.feedback.record(make_feedback())
    await database.usage.record(make_usage())
    await database.buckets.take("k", 1.0, 1.0, 1.0, NOON)


@pytest.mark.parametrize(
    ("days", "cleaned"),
    [
        (6, ""),
        (8, _WEEK),
        (31, f"{_WEEK} left_out"),
        (33, f"{_WEEK} left_out messages"),
        (91, _QUARTER),
        (102, f"{_QUARTER} told"),
        (401, f"{_QUARTER} told feedback usage"),
        (403, f"{_QUARTER} told feedback usage deliveries"),
    ],
)
async def test_each_thing_goes_at_its_age(database: Database, days: int, cleaned: str) -> None:
    """Everything goes when it is old enough and not before; a story that goes on is kept whole."""
    await _fill(database)
    counts = {name: int(name in cleaned.split()) for name in Cleaned.__slots__}

    result = await database.clean(NOON + days * DAY, AGES)

    if days > 180:  # by then the long story is old as well
        counts |= {"stories": 2, "entries": 3, "explanations": 2}
    assert result == Cleaned(**counts)
    assert (await database.stories.get("long", SHARED) is None) == (days > 180)
    assert len(await database.deliveries.recent(NOON.date())) == 1 - counts["deliveries"]


def test_the_memory_of_what_was_told_cannot_be_cut_short() -> None:
    """What was told is kept at least 14 days, whatever is asked."""
    with pytest.raises(ValueError, match="14 days"):
        Ages(told=13 * DAY)


async def test_an_unfinished_delivery_keeps_its_message(database: Database) -> None:
    """What may still be posted keeps its composed message, however old; many go in one round."""
    for number in range(3):
        key = make_key(f"C{number}")
        await database.deliveries.open(key, NOON, None)
        due = await database.deliveries.get(key)
        assert due is not None
        state = DeliveryState.UNKNOWN if number == 0 else DeliveryState.SKIPPED
        await database.deliveries.change(due, replace(due, state=state, attempt=1, message="{}"))

    assert (await database.clean(NOON + 40 * DAY, AGES)).messages == 2

    rows = await database.deliveries.recent(NOON.date())
    assert {row.key.channel_id: row.message for row in rows} == {"C0": "{}", "C1": None, "C2": None}


@pytest.mark.parametrize("state", [state for state in DeliveryState if state not in FINAL])
async def test_an_unfinished_delivery_never_goes(database: Database, state: DeliveryState) -> None:
    """However old: what is still to be done, or to be found out, keeps its row."""
    await database.deliveries.open(make_key(), NOON, None)
    due = await database.deliveries.get(make_key())
    assert due is not None
    if state is not DeliveryState.DUE:
        assert await database.deliveries.change(due, replace(due, state=state, attempt=1))

    cleaned = await database.clean(NOON + 900 * DAY, AGES)

    assert (cleaned.deliveries, cleaned.messages) == (0, 0)
    assert await database.deliveries.get(make_key()) is not None


async def test_a_digest_is_remembered_longer_than_it_can_be_asked_for(database: Database) -> None:
    """The last date that `plainwire deliver --date` takes is still in the ledger after cleaning."""
    kept = timedelta(days=40)
    today = NOON + kept - DAY
    await database.deliveries.open(make_key(), NOON, None)
    due = await database.deliveries.get(make_key())
    assert due is not None
    assert await database.deliveries.change(due, replace(due, state=DeliveryState.SENT, attempt=1))
    assert (today.date() - make_key().on) < kept

    assert (await database.clean(today, replace(AGES, deliveries=kept))).deliveries == 0


async def test_states_of_installing_go_without_a_new_one(database: Database) -> None:
    """An attempt that was given up goes an hour after it expired, also when nobody else installs."""
    await database.oauth_states.begin("s", "b", NOON + timedelta(minutes=10), NOON)

    assert (await database.clean(NOON + timedelta(minutes=60), AGES)).oauth_states == 0
    assert (await database.clean(NOON + timedelta(minutes=71), AGES)).oauth_states == 1
