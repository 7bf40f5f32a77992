"""Handing out work: the one small port behind which one process and many look the same."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Literal, Protocol

WorkKind = Literal["poll", "explain", "deliver", "answer"]


class Priority(IntEnum):
    """Smaller runs first."""

    ANSWER = 0
    DELIVER = 10
    EXPLAIN = 20
    POLL = 30


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
