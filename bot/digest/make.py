"""Making the digest of one channel: gather, choose, explain in bounded time, compose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from bot.digest.choose import WINDOW, choose
from bot.digest.compose import Occasion, compose
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.digest import ChosenStory, Digest, Told
from bot.digest.notices import missed_line
from bot.digest.ports import DeliveryStore
from bot.digest.preference import Channel, Preference
from bot.digest.transitions import Limits
from bot.errors import PlainwireError
from bot.explain.explanation import Explanation, Level
from bot.news.ports import StoryStore
from bot.news.story import CollectReport, Story

MEMORY_DAYS = 14
_EVER = date(1970, 1, 1)

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
    ) -> None:
        self._stories = stories
        self._deliveries = deliveries
        self._explainer = explainer
        self._last_round = last_round
        self._limits = limits or Limits()

    async def make(self, channel: Channel, delivery: Delivery, now: datetime) -> Digest:
        """Return the digest of one delivery as of *now*."""
        on = delivery.key.on
        told = await self._told(channel, on)
        since = await self._last_due(channel, told)
        stories = await self._stories.since(now - WINDOW, channel.workspace_id)
        selection = choose(stories, channel.preference, told, now, since=since)
        explanations = await self._explain_all(selection.chosen, channel.preference, now)
        missed = await self._deliveries.last_missed(channel.workspace_id, channel.channel_id, on)
        occasion = Occasion(
            on=on,
            due_at=delivery.due_at,
            now=now,
            since=since,
            report=await self._last_round(),
            notices=tuple(filter(None, [missed_line(missed, on)])),
            first_post=not told and await self._never_told(channel),
            set_up_by=channel.set_up_by,
        )
        return compose(selection, explanations, channel.preference, occasion)

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
        self, chosen: Sequence[ChosenStory], preference: Preference, now: datetime
    ) -> dict[str, Explanation]:
        """Return explanations by story id; what is not ready in time is extractive."""
        tasks = {
            one.story.id: asyncio.create_task(self._explain(one.story, preference, now))
            for one in chosen
        }
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=self._limits.explain)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        found = {name: _result(task) for name, task in tasks.items()}
        for one in chosen:
            if found[one.story.id] is None:
                found[one.story.id] = await self._extract(one.story, preference, now)
        return {name: explanation for name, explanation in found.items() if explanation}

    async def _explain(self, story: Story, preference: Preference, now: datetime) -> Explanation:
        return await self._explainer.explain(
            story, level=preference.level, language=preference.language, now=now
        )

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
