"""A token bucket of one process: refills steadily, and allows a short burst."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Rate(NamedTuple):
    """How many calls a second in the long run, and how many at once."""

    per_second: float
    burst: int


@dataclass(slots=True)
class Bucket:
    """A token bucket; `now` is any monotonic clock in seconds, handed in."""

    rate: Rate
    at: float
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = float(self.rate.burst)

    def take(self, now: float) -> float:
        """Take one token, possibly in advance, and return how many seconds to wait for it."""
        self._refill(now)
        self.tokens -= 1
        return max(0.0, -self.tokens / self.rate.per_second) + max(0.0, self.at - now)

    def away(self, now: float) -> float:
        """Return how many seconds a turn is away, without taking it."""
        self._refill(now)
        return max(0.0, (1 - self.tokens) / self.rate.per_second) + max(0.0, self.at - now)

    def give_back(self) -> None:
        """Undo a `take` that was not used."""
        self.tokens += 1

    def hold(self, now: float, seconds: float) -> None:
        """Give nothing for *seconds*, then a quarter of a burst: the other end named the moment."""
        self.tokens = min(self.tokens, max(1.0, self.rate.burst / 4))
        self.at = max(self.at, now + seconds)

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self.tokens >= self.rate.burst

    def _refill(self, now: float) -> None:
        if now > self.at:
            gained = (now - self.at) * self.rate.per_second
            self.tokens = min(float(self.rate.burst), self.tokens + gained)
            self.at = now
