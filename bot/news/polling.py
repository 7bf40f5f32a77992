"""When a feed is asked next, and what is remembered of the last time. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.news.feed import FeedReading, PollState

INTERVAL = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
# A permanent redirect is believed when it was seen this often: some are configuration accidents.
MOVES_BELIEVED = 3
# Feeds asked together drift apart by up to this share of their wait.
_JITTER_SHARE = 0.1


def next_poll(poll: PollState, reading: FeedReading, now: datetime, jitter: float) -> PollState:
    """
    Return what to remember after one attempt.

    Args:
        poll: What was remembered before.
        reading: What the attempt brought.
        now: Aware UTC.
        jitter: 0 to 1, drawn by the caller; makes the wait up to a tenth longer, never shorter.

    Returns:
        The new state. `moved_seen` of `MOVES_BELIEVED` or more tells the caller to store the new
        address; `gone` that the feed is not asked again.
    """
    if reading.outcome == "gone":
        return replace(poll, gone=True, next_poll_at=None, last_error=_error(reading))
    if reading.outcome == "failed":
        return _after_failure(poll, reading, now, jitter)
    return _after_success(poll, reading, now, jitter)


def _after_success(
    poll: PollState, reading: FeedReading, now: datetime, jitter: float
) -> PollState:
    asked = max(reading.max_age_seconds or 0.0, reading.retry_after_seconds or 0.0)
    wait = _within(max(INTERVAL, _seconds(asked)))
    unchanged = reading.outcome == "unchanged"
    seen = poll.moved_seen + 1 if reading.moved_to == poll.moved_to else 1
    return replace(
        poll,
        # A 304 may leave the validators out; a document without them must not keep old ones.
        etag=reading.etag or (poll.etag if unchanged else None),
        last_modified=reading.last_modified or (poll.last_modified if unchanged else None),
        next_poll_at=now + _spread(wait, jitter),
        last_success_at=now,
        last_error=None,
        failures=0,
        moved_to=reading.moved_to,
        moved_seen=seen if reading.moved_to else 0,
    )


def _after_failure(
    poll: PollState, reading: FeedReading, now: datetime, jitter: float
) -> PollState:
    failures = poll.failures + 1
    # 1 h, 2 h, 4 h, …; the exponent is capped first, so that no count of failures overflows.
    backoff = _within(INTERVAL * 2 ** min(failures, 10))
    wait = max(backoff, _within(_seconds(reading.retry_after_seconds or 0.0)))
    return replace(
        poll,
        next_poll_at=now + _spread(wait, jitter),
        last_error=_error(reading),
        failures=failures,
    )


def _error(reading: FeedReading) -> str:
    return reading.problems[0] if reading.problems else f"HTTP {reading.status or 'error'}"


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=min(max(value, 0.0), LONGEST.total_seconds()))


def _within(wait: timedelta) -> timedelta:
    return min(wait, LONGEST)


def _spread(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1.0 + _JITTER_SHARE * min(max(jitter, 0.0), 1.0))
