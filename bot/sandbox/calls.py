"""A log of every API call, so that tests can count and look."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """
    One API call.

    Attributes:
        at: UTC epoch seconds when it arrived.
        seconds: How long the sandbox took.
        arguments: Without the token.
        outcome: "ok", Slack's error code, "ratelimited", or "fault:<kind>" after a dropped or
            spoilt answer.
        happened: Whether the method took effect.
    """

    at: float
    seconds: float
    method: str
    team: str
    arguments: dict[str, Any]
    outcome: str
    happened: bool


@dataclass(slots=True)
class CallLog:
    """The last *keep* calls, and counters over all of them."""

    keep: int = 20_000
    entries: deque[LoggedCall] = field(default_factory=deque)
    counters: Counter[str] = field(default_factory=Counter)

    def add(self, call: LoggedCall) -> None:
        self.entries.append(call)
        if len(self.entries) > self.keep:
            self.entries.popleft()
        self.counters[call.method] += 1
        self.counters[f"{call.method}:{call.outcome}"] += 1

    def of(self, method: str, *, outcome: str | None = None) -> list[LoggedCall]:
        """Return the logged calls of one method, oldest first."""
        found = (call for call in self.entries if call.method == method)
        return [call for call in found if outcome is None or call.outcome == outcome]

    def count(self, method: str) -> int:
        return self.counters[method]

    def clear(self) -> None:
        self.entries.clear()
        self.counters.clear()

    def listed(self, method: str = "") -> list[dict[str, Any]]:
        return [asdict(call) for call in self.entries if not method or call.method == method]
