"""The one place where the time of day is read; everything else gets `now` as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

# Linux has a clock that also goes on while the machine is suspended; the usual one stands still then.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_seconds() -> float:
    """Return seconds that only grow, whatever is done to the time of day; only differences count."""
    return time.clock_gettime(_STEADY)


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the current instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """
    A clock that starts at a chosen instant and runs on at real speed.

    `preview --now`, the demo's "yesterday" and the fault runs use it.
    """

    def __init__(self, start: datetime) -> None:
        self._offset = start.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def shift(self, by: timedelta) -> None:
        """Move the clock forward (or back)."""
        self._offset += by


class FixedClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at
