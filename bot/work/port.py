"""Handing out work: the one small port behind which one process and many look the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from enum import IntEnum
from typing import Literal, NamedTuple, Protocol, Self

WorkKind = Literal["poll", "explain", "deliver", "answer"]
Handler = Callable[[str], Awaitable[None]]
"""Runs one unit of work, called with its key."""


class Priority(IntEnum):
    """Smaller runs first."""

    ANSWER = 0
    DELIVER = 10
    EXPLAIN = 20
    POLL = 30


class Unit(NamedTuple):
    """A unit of work by its key, and the aware UTC instant before which it is not run (None: none)."""

    key: str
    not_before: datetime | None = None


class Work(Protocol):
    async def submit(
        self,
        kind: WorkKind,
        key: str,
        priority: Priority,
        not_before: datetime | None = None,
    ) -> None:
        """
        Ask for a unit of work to be run; asking again for one that waits changes nothing.

        Running one twice does no harm: each starts with a compare-and-set on its ledger row.
        """
        ...

    async def submit_many(self, kind: WorkKind, units: Iterable[Unit], priority: Priority) -> None:
        """Do what `submit` does for each unit, in their order; others get a turn in between."""
        ...


class WorkRunner(Work, Protocol):
    """Runs what is submitted, while it is open as a context manager."""

    def handle(self, kind: WorkKind, handler: Handler) -> None:
        """Name what runs one kind of work; before the context is entered."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...


class SharedBuckets(Protocol):
    """
    Token buckets that all processes share, for Slack's rate limits and the model's budgets.

    The parts of a key are joined by ":"; a part that is a workspace id lets the bucket go when that
    workspace does, such as "slack:chat.postMessage:T1".
    """

    async def take(
        self,
        key: str,
        rate_per_second: float,
        burst: float,
        cost: float,
        now: datetime | None,
        *,
        max_wait_seconds: float | None = None,
    ) -> float:
        """
        Take tokens and return for how many seconds to wait before using them, 0 when there are enough.

        Who has to wait has taken all the same: the bucket goes into debt, so everybody gets a
        turn of their own, in the order of asking, and asks only once.

        Args:
            key: Which bucket; one that was never used is full.
            rate_per_second: Tokens that come back each second, above 0.
            burst: What the bucket holds when full, above 0.
            cost: Tokens wanted, 0 or more; may be more than `burst`.
            now: Aware UTC. A clock that is behind that of others never gives tokens back twice; but
                one that is ahead keeps the others waiting. None: the clock that all share.
            max_wait_seconds: Take nothing when the wait would be longer; the wait is returned
                all the same, so the caller sees that it is longer.
        """
        ...
