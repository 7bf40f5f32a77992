"""Pacing of one deployment: a token bucket and a breaker. Pure: the time comes in as an argument."""

from __future__ import annotations

from bot.model.limits import Limits
from bot.model.port import ModelError
from bot.model.retry import rest_seconds

_MINUTE_SECONDS = 60.0


class Bucket:
    """
    One allowance that refills evenly over a minute; unlimited until the provider names a limit.

    All times are seconds of one monotonic clock.
    """

    def __init__(self) -> None:
        self._capacity: float | None = None
        self._level = 0.0
        self._at = 0.0

    def wait_seconds(self, amount: float, now: float) -> float:
        """Return how long to wait until *amount* may be taken; 0 when it may be taken now."""
        if self._capacity is None or self._capacity <= 0:
            return 0.0
        self._refill(now)
        # What is larger than the whole bucket goes when the bucket is full: the provider decides.
        missing = min(amount, self._capacity) - self._level
        return max(0.0, missing * _MINUTE_SECONDS / self._capacity)

    def take(self, amount: float, now: float) -> None:
        if self._capacity is not None:
            self._refill(now)
            self._level = max(0.0, self._level - amount)

    def refresh(self, limit: int | None, left: int | None, now: float) -> None:
        """Believe the provider: *limit* per minute, *left* of it now."""
        if limit is not None and limit > 0:
            self._capacity = float(limit)
            self._level = min(float(limit), float(limit if left is None else left))
            self._at = now

    def _refill(self, now: float) -> None:
        capacity = self._capacity or 0.0
        gained = max(0.0, now - self._at) * capacity / _MINUTE_SECONDS
        self._level = min(capacity, self._level + gained)
        self._at = now


class Pace:
    """When a deployment may be asked: its limits, and its rest after failures."""

    def __init__(self) -> None:
        self._requests, self._tokens = Bucket(), Bucket()
        self._closed_until = 0.0
        self._failures = 0
        self.last_error: ModelError | None = None

    def wait_seconds(self, tokens: int, now: float) -> float:
        """Return how long until a call of *tokens* may go out; 0 when now."""
        return max(
            self._closed_until - now,
            self._requests.wait_seconds(1, now),
            self._tokens.wait_seconds(tokens, now),
            0.0,
        )

    def take(self, tokens: int, now: float) -> None:
        self._requests.take(1, now)
        self._tokens.take(tokens, now)

    def succeeded(self) -> None:
        """Forget earlier failures; a rest that another call earned meanwhile is kept."""
        self._failures = 0
        self.last_error = None

    def failed(self, error: ModelError, now: float) -> None:
        """Open the breaker for as long as the provider asks or our backoff says."""
        self._failures += 1
        self.last_error = error
        self._closed_until = max(self._closed_until, now + rest_seconds(error, self._failures))

    def refresh(self, limits: Limits | None, now: float) -> None:
        if limits is not None:
            self._requests.refresh(limits.requests, limits.requests_left, now)
            self._tokens.refresh(limits.tokens, limits.tokens_left, now)
