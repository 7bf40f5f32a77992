"""
Slack's rate limits: per method and workspace, plus one message a second and channel.

Tiers and special cases: docs.slack.dev "Rate limits" as noted in facts/slack.md section 5.
A tier is a sliding window: so many calls in any sixty seconds, all at once if one likes. Posts to
one channel are a token bucket: a short burst, then one a second.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.refusal import RateLimited

WINDOW_SECONDS = 60.0
_JITTER_SECONDS = 0.05
"""So that a caller paced exactly at the rate is not refused for a late timer."""
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
class Window:
    """*capacity* calls in any minute."""

    capacity: int
    calls: deque[float] = field(default_factory=deque)
    at: float = 0.0

    def wait_seconds(self, now: float) -> float:
        """Return 0 when a call may go now, else how long until one may."""
        self.at = now
        while self.calls and now - self.calls[0] >= WINDOW_SECONDS - _JITTER_SECONDS:
            self.calls.popleft()
        if len(self.calls) < self.capacity:
            return 0.0
        return self.calls[0] + WINDOW_SECONDS - now

    def take(self) -> None:
        self.calls.append(self.at)


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
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

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
        meters = self._meters(method, tier, team, channel)
        wait = max(meter.wait_seconds(now) for meter in meters)
        if wait > 0:
            raise RateLimited(math.ceil(wait))
        for meter in meters:
            meter.take()

    def _meters(self, method: str, tier: int, team: str, channel: str) -> list[Window | Bucket]:
        meters: list[Window | Bucket] = [self._window(method, tier, team)]
        if channel and method == "chat.postMessage":
            meters.append(self._bucket(team, channel))
        return meters

    def _window(self, method: str, tier: int, team: str) -> Window:
        key = (method, team)
        if key not in self.windows:
            self.windows[key] = Window(max(1, int(self._per_minute(method, tier))))
        return self.windows[key]

    def _bucket(self, team: str, channel: str) -> Bucket:
        key = (team, channel)
        if key not in self.buckets:
            rate = self._setting("channel_posts_per_second", CHANNEL_POSTS_PER_SECOND)
            burst = self._setting("channel_burst", CHANNEL_BURST)
            self.buckets[key] = Bucket(capacity=max(1.0, burst), per_second=rate)
        return self.buckets[key]

    def _per_minute(self, method: str, tier: int) -> float:
        if method == "chat.postMessage":
            own = self._setting("workspace_posts_per_minute", WORKSPACE_POSTS_PER_MINUTE)
            return self._setting(method, own)
        return self._setting(method, TIER_PER_MINUTE.get(tier, SPECIAL_PER_MINUTE))

    def _setting(self, name: str, default: float) -> float:
        return float(self.mode.get(name, default)) if isinstance(self.mode, Mapping) else default
