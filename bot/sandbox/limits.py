"""
Slack's rate limits: per method and workspace, plus one message a second and channel.

Tiers and special cases: docs.slack.dev "Rate limits" as noted in facts/slack.md section 5.
Everything is a token bucket, so short bursts pass and a sustained flow gets the stated rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.refusal import RateLimited

TIER_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
SPECIAL_PER_MINUTE = 600
"""auth.test, getPermalink, setStatus: "hundreds of requests per minute"."""

WORKSPACE_POSTS_PER_MINUTE = 300
"""chat.postMessage, "several hundred per minute" and workspace."""

CHANNEL_POSTS_PER_SECOND = 1.0
CHANNEL_BURST = 5
"""Slack promises "short bursts" and no number; five is our reading."""


@dataclass(slots=True)
class Bucket:
    """*capacity* calls at once, refilled at *per_second*."""

    capacity: float
    per_second: float
    tokens: float = -1.0
    at: float = 0.0

    def wait_seconds(self, now: float) -> float:
        """Return 0 when a call may go now, else how long until one may."""
        if self.tokens < 0:
            self.tokens, self.at = self.capacity, now
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.per_second

    def take(self) -> None:
        self.tokens -= 1


@dataclass(slots=True)
class RateLimits:
    """
    Counts calls and refuses what is too many.

    Args:
        mode: "slack" (the real tiers), "off", or a mapping from method name to calls a minute
            for the methods to change. Three further keys are understood:
            "workspace_posts_per_minute", "channel_posts_per_second", "channel_burst".
    """

    mode: str | Mapping[str, float] = "slack"
    buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)

    def check(self, method: str, tier: int, team: str, channel: str, now: float) -> None:
        """
        Count one call.

        With:
            tier: 1 to 4, or 0 for a special method.
            channel: For posts, the channel; "" otherwise.
            now: Monotonic seconds.

        Raises:
            RateLimited: Too many; nothing was counted.
        """
        if self.mode == "off":
            return
        wanted = self._buckets_for(method, tier, team, channel)
        wait = max((bucket.wait_seconds(now) for bucket in wanted), default=0.0)
        if wait > 0:
            raise RateLimited(math.ceil(wait))
        for bucket in wanted:
            bucket.take()

    def _buckets_for(self, method: str, tier: int, team: str, channel: str) -> list[Bucket]:
        per_minute = self._per_minute(method, tier)
        found = [self._bucket((method, team), per_minute, per_minute / 60)]
        if channel and method == "chat.postMessage":
            rate = self._setting("channel_posts_per_second", CHANNEL_POSTS_PER_SECOND)
            burst = self._setting("channel_burst", CHANNEL_BURST)
            found.append(self._bucket((method, team, channel), burst, rate))
        return found

    def _per_minute(self, method: str, tier: int) -> float:
        if method == "chat.postMessage":
            own = self._setting("workspace_posts_per_minute", WORKSPACE_POSTS_PER_MINUTE)
            return self._setting(method, own)
        return self._setting(method, TIER_PER_MINUTE.get(tier, SPECIAL_PER_MINUTE))

    def _setting(self, name: str, default: float) -> float:
        return float(self.mode.get(name, default)) if isinstance(self.mode, Mapping) else default

    def _bucket(self, key: tuple[str, ...], capacity: float, per_second: float) -> Bucket:
        if key not in self.buckets:
            self.buckets[key] = Bucket(capacity=max(1.0, capacity), per_second=per_second)
        return self.buckets[key]
