"""Values kept for a short while, for all digests that are made then (pure)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """
    Remembers the newest values by key.

    Args:
        most: More than this, and the one used longest ago goes.
        age: Older ones are not given any more.
    """

    def __init__(self, most: int, age: timedelta) -> None:
        self._most = most
        self._age = age
        self._values: OrderedDict[Hashable, tuple[datetime, V]] = OrderedDict()

    def get(self, key: Hashable, now: datetime) -> V | None:
        kept = self._values.get(key)
        if kept is None or not timedelta(0) <= now - kept[0] < self._age:
            return None
        self._values.move_to_end(key)
        return kept[1]

    def put(self, key: Hashable, value: V, now: datetime) -> V:
        self._values[key] = (now, value)
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value

    def clear(self) -> None:
        self._values.clear()
