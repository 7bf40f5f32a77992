"""
Keeping to Slack's rates before Slack has to say so.

A bucket refills steadily and allows a short burst; a 429 empties it for as long as Slack asked.
Limits are per method and workspace, for posting also per channel (docs.slack.dev, rate limits).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final, NamedTuple


class Rate(NamedTuple):
    """How many calls a second in the long run, and how many at once."""

    per_second: float
    burst: int


TIER_2: Final = Rate(20 / 60, 5)
TIER_3: Final = Rate(50 / 60, 10)
TIER_4: Final = Rate(100 / 60, 20)
# "Several hundred a minute" for a workspace, one a second with short bursts for a channel.
POSTING_WORKSPACE: Final = Rate(4.0, 20)
POSTING_CHANNEL: Final = Rate(1.0, 3)

METHOD_RATES: Final[dict[str, Rate]] = {
    "chat.postMessage": POSTING_WORKSPACE,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "users.list": TIER_2,
    "users.info": TIER_4,
}
# More keys than this are swept of those that stand full again.
SWEEP_AT: Final = 2_000


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

    def give_back(self) -> None:
        """Undo a `take` that was not used."""
        self.tokens += 1

    def hold(self, now: float, seconds: float) -> None:
        """Give nothing for *seconds*, then one at a time."""
        self.tokens = 0.0
        self.at = max(self.at, now + seconds)

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self.tokens >= self.rate.burst

    def _refill(self, now: float) -> None:
        if now > self.at:
            gained = (now - self.at) * self.rate.per_second
            self.tokens = min(float(self.rate.burst), self.tokens + gained)
            self.at = now


class Pacer:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    async def wait(
        self, workspace_id: str, method: str, channel_id: str = "", *, at_most_seconds: float
    ) -> float:
        """
        Wait for the turn of a call.

        Returns:
            0.0 when the call may be made now; else how many seconds the turn is away, when that is
            more than *at_most_seconds*: nothing was waited for then, and no turn taken.
        """
        now = asyncio.get_running_loop().time()
        buckets = self._for(workspace_id, method, channel_id, now)
        seconds = max(bucket.take(now) for bucket in buckets)
        if seconds > at_most_seconds:
            for bucket in buckets:
                bucket.give_back()
            return seconds
        if seconds:
            await asyncio.sleep(seconds)
        return 0.0

    def hold(self, workspace_id: str, method: str, seconds: float) -> None:
        """Let nobody call *method* in the workspace for *seconds*: Slack answered 429."""
        now = asyncio.get_running_loop().time()
        self._for(workspace_id, method, "", now)[0].hold(now, seconds)

    def _for(self, workspace_id: str, method: str, channel_id: str, now: float) -> list[Bucket]:
        if len(self._buckets) > SWEEP_AT:
            self._buckets = {k: b for k, b in self._buckets.items() if not b.is_full(now)}
        rate = METHOD_RATES.get(method, TIER_3)
        found = [self._buckets.setdefault((workspace_id, method), Bucket(rate, now))]
        if channel_id:
            key = (workspace_id, method, channel_id)
            found.append(self._buckets.setdefault(key, Bucket(POSTING_CHANNEL, now)))
        return found
