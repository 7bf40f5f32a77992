"""The daily clean-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.delivery import DeliveryState
from bot.news.entry import Page
from storage.database import Database
from storage.retention import Ages, Cleaned
from tests.fakes.stored import NOON, make_entry, make_explanation, make_key, make_story

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
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
    sent = replace(due, state=DeliveryState.SENT, attempt=1, stories=(("old", 1),))
    assert await database.deliveries.change(due, sent)


@pytest.mark.parametrize(
    ("days", "cleaned"),
    [
        (6, {}),
        (8, {"pages": 1}),
        (31, {"pages": 1, "left_out": 1}),
        (91, {"pages": 1, "left_out": 1, "stories": 1, "entries": 1, "explanations": 1}),
        (
            102,
            {"pages": 1, "left_out": 1, "stories": 1, "entries": 1, "explanations": 1, "told": 1},
        ),
    ],
)
async def test_each_thing_goes_at_its_age(
    database: Database, days: int, cleaned: dict[str, int]
) -> None:
    """Everything goes when it is old enough and not before; a story that goes on is kept whole."""
    await _fill(database)
    nothing = dict.fromkeys(Cleaned.__slots__, 0)

    result = await database.clean(NOON + days * DAY, AGES)

    assert result == Cleaned(**{**nothing, **cleaned})
    assert await database.stories.get("long") is not None
    assert len(await database.deliveries.recent(NOON.date())) == 1


def test_the_memory_of_what_was_told_cannot_be_cut_short() -> None:
    """What was told is kept at least 14 days, whatever is asked."""
    with pytest.raises(ValueError, match="14 days"):
        Ages(told=13 * DAY)
