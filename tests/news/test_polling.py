"""When feeds are asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.news.feed import FeedReading, PollState
from bot.news.polling import next_poll
from tests.fakes.news import NOW

NEW = FeedReading(outcome="new", etag='"1"', last_modified="yesterday")
FAILED = FeedReading(outcome="failed", status=503, problems=("HTTP 503",))


def wait(reading: FeedReading, poll: PollState | None = None, jitter: float = 0.0) -> timedelta:
    at = next_poll(poll or PollState(), reading, NOW, jitter).next_poll_at
    assert at is not None
    return at - NOW


@pytest.mark.parametrize(
    ("reading", "failures", "minutes"),
    [
        pytest.param(NEW, 0, 30, id="usual interval"),
        pytest.param(NEW, 7, 30, id="success ends back-off"),
        pytest.param(FeedReading(outcome="unchanged"), 0, 30, id="unchanged"),
        pytest.param(FeedReading(outcome="new", max_age_seconds=7_200), 0, 120, id="max-age"),
        pytest.param(FeedReading(outcome="new", max_age_seconds=60), 0, 30, id="short max-age"),
        pytest.param(FeedReading(outcome="new", max_age_seconds=1e12), 0, 1_440, id="huge max-age"),
        pytest.param(FAILED, 0, 60, id="first failure"),
        pytest.param(FAILED, 2, 240, id="third failure"),
        pytest.param(FAILED, 10_000, 1_440, id="at most a day"),
        pytest.param(FeedReading(outcome="failed", retry_after_seconds=10_800), 0, 180, id="Retry-After"),
        pytest.param(FeedReading(outcome="failed", retry_after_seconds=5), 0, 60, id="short Retry-After"),
        pytest.param(FeedReading(outcome="failed", retry_after_seconds=-5), 0, 60, id="negative"),
    ],
)  # fmt: skip
def test_wait(reading: FeedReading, failures: int, minutes: int):
    """What the server asked for is honoured, failures back off, a day is the longest."""
    assert wait(reading, PollState(failures=failures)) == timedelta(minutes=minutes)


def test_jitter_only_lengthens():
    """Jitter spreads feeds by up to a tenth and never asks before the server allows."""
    assert wait(NEW, jitter=1.0) == timedelta(minutes=33)
    assert wait(NEW, jitter=-3.0) == timedelta(minutes=30)


def test_validators():
    """A document sets the validators anew; a 304 without them keeps the old ones."""
    old = PollState(etag='"0"', last_modified="before", last_error="x", failures=3)

    fresh = next_poll(old, NEW, NOW, 0.0)
    assert (fresh.etag, fresh.last_modified) == ('"1"', "yesterday")
    assert (fresh.failures, fresh.last_error, fresh.last_success_at) == (0, None, NOW)
    assert next_poll(old, FeedReading(outcome="unchanged"), NOW, 0.0).etag == '"0"'
    assert next_poll(old, FeedReading(outcome="new"), NOW, 0.0).etag is None
    failed = next_poll(old, FAILED, NOW, 0.0)
    assert (failed.etag, failed.failures, failed.last_error) == ('"0"', 4, "HTTP 503")


def test_moves():
    """Sightings of the same new address are counted in a row; another or none starts over."""
    moved = FeedReading(outcome="new", moved_to="https://b.example/")
    poll = PollState()
    for seen in (1, 2, 3):
        poll = next_poll(poll, moved, NOW, 0.0)
        assert poll.moved_seen == seen
    assert next_poll(poll, FAILED, NOW, 0.0).moved_seen == 3
    other = FeedReading(outcome="new", moved_to="https://c.example/")
    assert next_poll(poll, other, NOW, 0.0).moved_seen == 1
    assert next_poll(poll, NEW, NOW, 0.0).moved_seen == 0


def test_gone():
    """After 410 a feed is not asked again."""
    poll = next_poll(PollState(), FeedReading(outcome="gone", status=410), NOW, 0.0)

    assert poll.gone
    assert poll.next_poll_at is None
