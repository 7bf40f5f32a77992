"""
The stories of a moment, read once for all channels whose digests are due then.

Ten thousand channels at nine o'clock look at the same few hundred stories. They are read once for
everybody; what a workspace or a conversation with feeds of its own sees besides is read on top. What
is kept holds for a short while and reaches further back than later askers need; choosing looks at
instants itself.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.digest.choice_cache import ChoiceCache
from bot.digest.kept import Kept
from bot.explain.explanation import Explanation
from bot.news.ports import StoryStore
from bot.news.scope import SHARED, Scope
from bot.news.stories import for_scope
from bot.news.story import CollectReport, Story

Overlays = Callable[[], Awaitable[Collection[Scope]]]
"""Gives the workspaces and conversations that have feeds of their own."""

_KEPT = timedelta(seconds=30)
# Each holds a few hundred stories; the shared entries in it are the same objects or equal ones.
_MAX_SCOPES = 64
_MAX_EXPLANATIONS = 2_000

_Key = tuple[Scope, timedelta]


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    stories: tuple[Story, ...]

    def is_fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.at < _KEPT


class StoryCache:
    """
    Keeps what a `StoryStore` gave for half a minute, and what was made of it.

    Attributes:
        choices: What was chosen from the stories.
        explanations: As they stood a moment ago; one without a model may be better by now.
        rounds: How the last round of collecting went.

    Args:
        stories: Where they come from.
        overlays: Who has own feeds; None when that is not known, and then every conversation is
            read for itself.
    """

    def __init__(self, stories: StoryStore, overlays: Overlays | None = None) -> None:
        self._stories = stories
        self._overlays = overlays
        self._own: tuple[datetime, frozenset[Scope]] | None = None
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._reading = asyncio.Lock()
        self.choices = ChoiceCache()
        self.explanations: Kept[Explanation] = Kept(_MAX_EXPLANATIONS, _KEPT)
        self.rounds: Kept[CollectReport] = Kept(1, _KEPT)

    async def back(self, reach: timedelta, viewer: Scope, now: datetime) -> tuple[Story, ...]:
        """Return what *viewer* sees with an entry in the last *reach*, and maybe some a little older."""
        # One at a time: all who wait for the same reading find it done.
        async with self._reading:
            seen: tuple[Story, ...] = ()
            for scope in await self._layers(viewer, now):
                seen = await self._with(seen, scope, reach, now)
            return seen

    async def _with(
        self, wider: tuple[Story, ...], scope: Scope, reach: timedelta, now: datetime
    ) -> tuple[Story, ...]:
        """Return what is seen in a scope, given what is seen around it."""
        kept = self._kept.get((scope, reach))
        if kept is None or not kept.is_fresh(now):
            own = await self._stories.since(now - reach, (scope,))
            kept = _Kept(now, tuple(for_scope((*wider, *own), scope)))
            self._keep((scope, reach), kept)
        return kept.stories

    def forget(self) -> None:
        """Read anew next time: new stories were stored."""
        self._kept.clear()
        self._own = None
        self.explanations.clear()
        self.rounds.clear()

    def _keep(self, key: _Key, kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > _MAX_SCOPES:
            self._kept.popitem(last=False)

    async def _layers(self, viewer: Scope, now: datetime) -> list[Scope]:
        """Return the scopes around *viewer* that have stories, the widest first."""
        if self._overlays is None:
            return list(viewer.around)
        if self._own is None or not timedelta(0) <= now - self._own[0] < _KEPT:
            self._own = (now, frozenset(await self._overlays()))
        return [scope for scope in viewer.around if scope == SHARED or scope in self._own[1]]
