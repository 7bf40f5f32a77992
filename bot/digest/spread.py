"""Digests due together are spread a little, so that a full hour is no stampede (design decision 6)."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.digest.delivery import DeliveryKey

SPREAD_ABOVE: Final = 50
MAX_SPREAD_SECONDS: Final = 180.0
# Slack takes about 300 posts a minute from us in one workspace; a little more is started, so that
# the pacer, which keeps to the limit, always has one at hand.
_WORKSPACE_STARTS_A_MINUTE: Final = 360.0
# Of all workspaces together: more than half of what one process can do.
_STARTS_A_SECOND: Final = 60.0


def spread(due: Iterable[tuple[DeliveryKey, datetime]]) -> dict[DeliveryKey, datetime]:
    """
    Return when each digest is to be started: never before its own due instant.

    Up to 50 in a minute start at once. More are spread over as long as Slack's limit makes the
    busiest workspace take anyway, or one process all of them; at most 3 minutes. A channel's place
    in that time depends on its ids alone, so it is the same every day.

    Args:
        due: (key, aware UTC due instant) of every digest due now.
    """
    listed = list(due)
    together: dict[datetime, Counter[str]] = defaultdict(Counter)
    for key, due_at in listed:
        together[_minute(due_at)][key.workspace_id] += 1
    windows = {minute: _window_seconds(counts) for minute, counts in together.items()}
    return {
        key: due_at + timedelta(seconds=windows[_minute(due_at)] * _place(key))
        for key, due_at in listed
    }


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _window_seconds(by_workspace: Counter[str]) -> float:
    count, busiest = by_workspace.total(), max(by_workspace.values())
    if count <= SPREAD_ABOVE:
        return 0.0
    wanted = max(60.0 * busiest / _WORKSPACE_STARTS_A_MINUTE, count / _STARTS_A_SECOND)
    return min(MAX_SPREAD_SECONDS, wanted)


def _place(key: DeliveryKey) -> float:
    """Return the channel's place in the window, 0 up to but not including 1."""
    name = f"{key.workspace_id}/{key.channel_id}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:6], "big") / 2**48
