"""Digests due together are spread a little, so that a full hour is no stampede (design decision 6)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.digest.delivery import DeliveryKey

SPREAD_ABOVE = 50
MAX_SPREAD_SECONDS = 180.0


def spread(due: Iterable[tuple[DeliveryKey, datetime]]) -> dict[DeliveryKey, datetime]:
    """
    Return when each digest is to be started: never before its own due instant.

    Up to 50 in a minute start at once. More are spread over as long as it takes at 50 a minute, at
    most 3 minutes. A channel's place depends on its ids alone, so it is the same every day.

    Args:
        due: (key, aware UTC due instant) of every digest due now.
    """
    listed = list(due)
    together = Counter(_minute(due_at) for _, due_at in listed)
    return {
        key: due_at + timedelta(seconds=_window_seconds(together[_minute(due_at)]) * _place(key))
        for key, due_at in listed
    }


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _window_seconds(count: int) -> float:
    if count <= SPREAD_ABOVE:
        return 0.0
    return min(MAX_SPREAD_SECONDS, 60.0 * count / SPREAD_ABOVE)


def _place(key: DeliveryKey) -> float:
    """Return the channel's place in the window, 0 up to but not including 1."""
    name = f"{key.workspace_id}/{key.channel_id}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:6], "big") / 2**48
