"""What `plainwire run` sends to the model, to publishers and when: counts, validity, time limits."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.app.newsroom import open_newsroom
from bot.clock import SystemClock
from tests.bench.model_calls import FEEDS, ITEMS, STORIES, one_digest
from tests.fakes.azure import hallucinate
from tests.fakes.openai_schema import SCHEMAS, request_validator, sdk_types
from tests.fakes.place import Place, open_place
from tests.fakes.wire_news import PILOT, outlets

pytestmark = pytest.mark.anyio

MOST_CALLS = 60
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def stateless(place: Place) -> None:
    """Assert that each request stands alone: nothing is to be stored, nothing earlier is named."""
    bodies = [call.body for call in place.azure.calls]
    assert bodies
    assert all(body["store"] is False for body in bodies)
    text = json.dumps(bodies)
    assert not [given for given in place.azure.given_ids if given in text]
    assert not {"previous_response_id", "conversation"} & {key for body in bodies for key in body}
    assert place.azure.gets == []


@pytest.mark.slow
async def test_requests_of_a_run_are_stateless_and_valid(place: Place):
    """Every request of a running bot, repairs included, fits the public schema and the SDK's types."""
    place.azure.always(hallucinate())
    await one_digest(place)

    stateless(place)
    assert len(place.azure.calls) > 8, "a repair call follows each answer with false sentences"
    validators: list[Draft202012Validator] = [request_validator()] if SCHEMAS.exists() else []
    for call in place.azure.calls:
        sdk_types()[bool(call.body.get("stream"))].validate_python(call.body)
        for validator in validators:
            assert [error.message for error in validator.iter_errors(call.body)] == []
    if not validators:
        pytest.skip("stateless and typed; the public request schema is not at ../shared/data")


async def test_model_calls_of_a_large_day(place: Place, capsys: pytest.CaptureFixture[str]):
    """20 feeds with 30 items each, telling 20 stories, take few calls for a digest, one per story."""
    calls, seconds = await one_digest(place)
    with capsys.disabled():
        told = f"{FEEDS} feeds x {ITEMS} items, {STORIES} stories"
        sys.stdout.write(f" [{told}: {calls} model calls, {seconds:.1f} s] ")

    assert 0 < calls <= MOST_CALLS
    assert calls == 8
    stateless(place)
    async with place.database() as database:
        # An event told in really different words may stay two stories.
        assert STORIES <= len(await database.stories.since(LONG_AGO)) <= STORIES * 1.5


async def test_unchanged_feeds_are_asked_conditionally(place: Place):
    """On the second round every request carries the validator, and nothing is taken in again."""
    await place.set_up([place.publishers.feed(name, items) for name, items in outlets(20, 5, 5)])
    async with (
        place.database() as database,
        open_newsroom(place.loaded_settings(), database, SystemClock()) as newsroom,
    ):
        first = await newsroom.collect(await database.feeds.all())
        place.publishers.seen.clear()
        second = await newsroom.collect(await database.feeds.all())

    asked = place.publishers.asked()
    assert len(asked) == 20
    assert all(seen.conditional and seen.status == 304 for seen in asked)
    assert first.new_entries == 100
    assert (second.feeds_unchanged, second.new_entries, second.touched) == (20, 0, ())


async def test_hanging_feeds_end_at_the_limit(tmp_path: Path):
    """Three hanging feeds of twenty are left at the fetch limit and named, and the others are read."""
    async with open_place(tmp_path) as place:
        urls = [place.publishers.feed(name, [PILOT]) for name, _ in outlets(17, 1, 1)]
        urls += [place.publishers.hang(f"/slow{number}/feed.xml") for number in range(3)]
        await place.set_up(urls)
        settings = place.loaded_settings().model_copy(update={"fetch_timeout_seconds": 2.0})
        async with (
            place.database() as database,
            open_newsroom(settings, database, SystemClock()) as newsroom,
        ):
            report = await newsroom.collect(await database.feeds.all())

    assert report.feeds_answered == 17
    assert sorted(problem.source for problem in report.problems) == ["slow0", "slow1", "slow2"]
    assert len(report.touched) == 1
