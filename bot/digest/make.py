"""Making the digest of one channel: gather, choose, explain in bounded time, compose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from bot.digest.choose import WINDOW, Selection, choose
from bot.digest.compose import Occasion, compose
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.digest import ChosenStory, Digest, RecapLine, Told
from bot.digest.in_turn import InTurn, beside
from bot.digest.notices import missed_line
from bot.digest.ports import DeliveryStore
from bot.digest.preference import Channel, Preference
from bot.digest.recap import is_last_of_week, monday_of, recap
from bot.digest.story_cache import StoryCache
from bot.digest.transitions import Limits
from bot.errors import PlainwireError
from bot.explain.explanation import Explanation, Level
from bot.news.ports import StoryStore
from bot.news.stories import for_scope
from bot.news.story import CollectReport, Story

MEMORY_DAYS = 14
# A week, and how far back its first digest looked.
_RECAP_REACH = timedelta(days=7) + WINDOW
_EVER = date(1970, 1, 1)
_REPORT = "report"

log = structlog.get_logger()

LastRound = Callable[[], Awaitable[CollectReport | None]]
"""Gives the report of the last round of collecting, or None when there was none."""


class Explainer(Protocol):
    """Makes a story plain; `bot/explain` knows how, and where the article's text comes from."""

    async def explain(
        self, story: Story, *, level: Level, language: str, now: datetime
    ) -> Explanation:
        """
        Return the digest form, from the store when it is there.

        Raises:
            PlainwireError: It cannot be had; the extractive one is used instead.
        """
        ...

    async def extract(
        self, story: Story, *, level: Level, language: str, now: datetime
    ) -> Explanation:
        """Return the extractive form: no model, nothing slow."""
        ...


class DigestMaker:
    """Makes digests; writes nothing to the ledger."""

    def __init__(
        self,
        *,
        stories: StoryStore,
        deliveries: DeliveryStore,
        explainer: Explainer,
        last_round: LastRound,
        limits: Limits | None = None,
        cache: StoryCache | None = None,
    ) -> None:
        """
        Args:
            stories: Where stories are read when there is no cache.
            deliveries: What channels were told.
            explainer: Makes stories plain.
            last_round: Says how the last round of collecting went.
            limits: How long explaining may take.
            cache: Keeps stories between channels; None reads them for every digest. Who stores
                new stories lets it `forget`.
        """
        self._stories = stories
        self._deliveries = deliveries
        self._explainer = explainer
        self._last_round = last_round
        self._limits = limits or Limits()
        self._cache = cache
        self._in_turn = InTurn()

    async def make(
        self,
        channel: Channel,
        delivery: Delivery,
        now: datetime,
        *,
        explain_seconds: float | None = None,
    ) -> Digest:
        """
        Return the digest of one delivery as of *now*.

        Args:
            channel: Whose.
            delivery: Which.
            now: Aware UTC.
            explain_seconds: How long explaining may take where somebody waits for it; None: as the
                limits say.
        """
        on = delivery.key.on
        told = await self._told(channel, on)
        since = await self._last_due(channel, told)
        selection = await self._selection(channel, told, now, since)
        seconds = self._limits.explain if explain_seconds is None else explain_seconds
        explanations = await self._explain_all(selection.chosen, channel.preference, now, seconds)
        missed = await self._deliveries.last_missed(channel.workspace_id, channel.channel_id, on)
        occasion = Occasion(
            on=on,
            due_at=delivery.due_at,
            now=now,
            since=since,
            report=await self._report(now),
            notices=tuple(filter(None, [missed_line(missed, on)])),
            first_post=not told and await self._never_told(channel),
            set_up_by="" if channel.is_dm else channel.set_up_by,
        )
        digest = compose(selection, explanations, channel.preference, occasion)
        week = await self._recap(channel, digest, told, now)
        return replace(digest, recap=week, personal=channel.is_dm)

    async def _selection(
        self, channel: Channel, told: Sequence[Told], now: datetime, since: datetime | None
    ) -> Selection:
        wanted = channel.preference
        if self._cache is None:
            stories = await self._stories_back(WINDOW, channel, now)
            return await beside(lambda: choose(stories, wanted, told, now, since=since))
        kept = await self._cache.back(WINDOW, channel.scope, now)
        choices = self._cache.choices
        # Nearly all channels find what another has chosen; the first of them chooses in a thread.
        found = await self._in_turn.run(lambda: choices.find(kept, wanted, told, since=since))
        if found is not None:
            return found
        return await self._in_turn.beside(
            lambda: choices.choose(kept, wanted, told, now, since=since)
        )

    async def _stories_back(
        self, reach: timedelta, channel: Channel, now: datetime
    ) -> Sequence[Story]:
        if self._cache is not None:
            return await self._cache.back(reach, channel.scope, now)
        found = await self._stories.since(now - reach, channel.scope.around)
        return for_scope(found, channel.scope)

    async def _recap(
        self, channel: Channel, digest: Digest, told: Sequence[Told], now: datetime
    ) -> tuple[RecapLine, ...]:
        """Return the week's recap when the channel wants one and this is its week's last digest."""
        wanted, on = channel.preference, digest.digest_on
        if not wanted.weekly_recap or not is_last_of_week(wanted, on):
            return ()
        of_week = [one for one in told if monday_of(on) <= one.on < on]
        stories = await self._stories_back(_RECAP_REACH, channel, now) if of_week else ()
        shown = [item.chosen.story for item in digest.items]
        here = {key for story in shown for key in (story.id, story.event_id)}
        by_id = {key: story for story in stories for key in (story.event_id, story.id)}
        return recap(of_week, by_id, wanted, leave_out=here)

    async def _report(self, now: datetime) -> CollectReport | None:
        kept = self._cache.rounds.get(_REPORT, now) if self._cache else None
        report = kept or await self._last_round()
        if self._cache and report and not kept:
            self._cache.rounds.put(_REPORT, report, now)
        return report

    async def _told(self, channel: Channel, on: date) -> list[Told]:
        since = on - timedelta(days=MEMORY_DAYS)
        return await self._deliveries.told(channel.workspace_id, channel.channel_id, since)

    async def _never_told(self, channel: Channel) -> bool:
        return not await self._deliveries.told(channel.workspace_id, channel.channel_id, _EVER)

    async def _last_due(self, channel: Channel, told: Sequence[Told]) -> datetime | None:
        if not told:
            return None
        key = DeliveryKey(
            workspace_id=channel.workspace_id,
            channel_id=channel.channel_id,
            on=max(one.on for one in told),
        )
        last = await self._deliveries.get(key)
        return last.due_at if last else None

    async def _explain_all(
        self, chosen: Sequence[ChosenStory], preference: Preference, now: datetime, seconds: float
    ) -> dict[str, Explanation]:
        """Return explanations by story id; what is not ready in time is extractive."""
        known = self._known(chosen, preference, now)
        tasks = {
            one.story.id: asyncio.create_task(self._explain(one.story, preference, now))
            for one in chosen
            if one.story.id not in known
        }
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=seconds)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        found = {**known, **{name: _result(task) for name, task in tasks.items()}}
        for one in chosen:
            if found[one.story.id] is None:
                found[one.story.id] = await self._extract(one.story, preference, now)
        return {name: explanation for name, explanation in found.items() if explanation}

    def _known(
        self, chosen: Sequence[ChosenStory], preference: Preference, now: datetime
    ) -> dict[str, Explanation | None]:
        """Return the explanations that another digest had a moment ago."""
        if self._cache is None:
            return {}
        kept = self._cache.explanations
        found = {one.story.id: kept.get(_wish(one.story, preference), now) for one in chosen}
        return {name: explanation for name, explanation in found.items() if explanation}

    async def _explain(self, story: Story, preference: Preference, now: datetime) -> Explanation:
        made = await self._explainer.explain(
            story, level=preference.level, language=preference.language, now=now
        )
        if self._cache is not None:
            self._cache.explanations.put(_wish(story, preference), made, now)
        return made

    async def _extract(
        self, story: Story, preference: Preference, now: datetime
    ) -> Explanation | None:
        try:
            return await self._explainer.extract(
                story, level=preference.level, language=preference.language, now=now
            )
        except PlainwireError as error:
            log.warning("story_not_extracted", story_id=story.id, error=str(error))
            return None


def _wish(story: Story, preference: Preference) -> object:
    """Return what an explanation in a digest is kept under."""
    level, language = preference.level, preference.language
    return (story.id, story.revision, story.scope, level, language)


def _result(task: asyncio.Task[Explanation]) -> Explanation | None:
    """Return what a finished task gave; None when it was too slow or failed, which is logged."""
    if task.cancelled():
        log.warning("explanation_too_slow")
        return None
    error = task.exception()
    if error is None:
        return task.result()
    # Whatever broke in one story, the digest of the others still has to go out; a fault that is
    # not one of our own errors is logged with its traceback.
    unexpected = None if isinstance(error, PlainwireError) else error
    log.warning("explanation_failed", error=repr(error), exc_info=unexpected)
    return None
