"""Stories read and chosen once for many channels."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.digest.choice_cache import ChoiceCache
from bot.digest.choose import WINDOW, choose
from bot.digest.make import DigestMaker
from bot.digest.story_cache import StoryCache
from bot.digest.transitions import opened
from bot.news.scope import SHARED, Scope
from bot.news.story import Revision, Story
from bot.news.topic import Topic
from tests.fakes.digest import (
    NOW,
    DeliveryKey,
    FakeChannels,
    FakeDeliveries,
    FakeExplainer,
    FakeStories,
    all_answered,
    make_channel,
    make_preference,
    make_story,
    make_told,
)

pytestmark = pytest.mark.anyio


@dataclass
class CountedStories(FakeStories):
    """A StoryStore that counts readings and takes a moment."""

    readings: list[Scope] = field(default_factory=list)

    async def since(self, since: datetime, scopes: Collection[Scope] = (SHARED,)) -> list[Story]:
        self.readings.extend(scopes)
        await asyncio.sleep(0)
        return await super().since(since, scopes)


def pool() -> CountedStories:
    titles = ("Harbor shrinks Pilot", "Painter wins case", "Airline replaces centre")
    own = make_story("Our own news", scope=Scope("T2"))
    return CountedStories(stories=[*(make_story(title) for title in titles), own])


async def overlays() -> set[Scope]:
    return {Scope("T2")}


async def test_many_channels_at_once_read_once_and_overlays_once_more():
    """A hundred askers of three workspaces: one reading for all, one for the one with own feeds."""
    stories = pool()
    cache = StoryCache(stories, overlays)
    asked = [Scope(f"T{n % 3}", f"C{n}") for n in range(99)]
    found = await asyncio.gather(*(cache.back(WINDOW, one, NOW) for one in asked))
    assert sorted(stories.readings) == [SHARED, Scope("T2")]
    by_workspace = {
        one.workspace_id: {s.headline for s in got} for one, got in zip(asked, found, strict=True)
    }
    assert "Our own news" in by_workspace["T2"]
    assert "Our own news" not in by_workspace["T0"] | by_workspace["T1"]


async def test_what_is_kept_gets_old_and_can_be_forgotten():
    """After half a minute, before the reading, or after `forget` it is read anew."""
    stories = pool()
    cache = StoryCache(stories, overlays)
    for seconds in (0, 29, 30, 31, 15):
        await cache.back(WINDOW, Scope("T1", "C1"), NOW + timedelta(seconds=seconds))
    assert len(stories.readings) == 3
    cache.forget()
    await cache.back(WINDOW, Scope("T1", "C1"), NOW + timedelta(seconds=15))
    assert len(stories.readings) == 4


async def test_without_knowing_overlays_every_workspace_is_read_for_itself():
    """Sharing is only for those known to have nothing of their own; what is kept is bounded."""
    stories = pool()
    cache = StoryCache(stories)
    for number in range(100):
        await cache.back(WINDOW, Scope(f"T{number}"), NOW)
    assert len(set(stories.readings)) == 101
    assert len(cache._kept) == 64


def test_a_kept_choice_is_what_choosing_gives_for_each_channel():
    """Equal wishes share one choice; each channel's update leads to its own earlier message."""
    story = make_story("Harbor shrinks Pilot")
    revision = Revision(number=2, entry_id="e", at=NOW, novelty="figure", detail="4 GB")
    stories = (replace(story, revisions=(revision,)), make_story("Painter wins", Topic.ART))
    cache = ChoiceCache()
    for ts in ("ts-a", "ts-b"):
        told = [make_told(story, channel_message_ts=ts)]
        for topics in (frozenset(Topic), frozenset({Topic.ART})):
            preference = make_preference(topics=topics)
            kept = cache.choose(stories, preference, told, NOW)
            assert kept == choose(stories, preference, told, NOW)
    assert len(cache._kept) == 2


def test_other_stories_or_another_history_are_chosen_from_anew():
    """A new reading, another last digest, or other tellings never get a kept choice."""
    one = make_story("Harbor shrinks Pilot", hours_ago=30)
    cache, preference = ChoiceCache(), make_preference()
    stories = (one,)
    assert cache.choose(stories, preference, [], NOW).chosen
    assert not cache.choose(stories, preference, [make_told(one)], NOW).chosen
    recent = NOW - timedelta(hours=24)
    assert not cache.choose(stories, preference, [], NOW, since=recent).chosen
    assert not cache.choose((), preference, [], NOW).chosen
    muted = replace(preference, muted_outlets=frozenset({"one.example"}))
    assert not cache.choose(stories, muted, [], NOW).chosen


async def test_digests_with_a_cache_are_the_same_as_without():
    """The cache changes what it costs, never what a channel gets."""
    channels = FakeChannels()
    stories = pool()

    def maker(cache: StoryCache | None) -> DigestMaker:
        return DigestMaker(
            stories=stories,
            deliveries=FakeDeliveries(channels),
            explainer=FakeExplainer(),
            last_round=all_answered,
            cache=cache,
        )

    cached, plain = maker(StoryCache(stories, overlays)), maker(None)
    for number in range(6):
        channel = replace(make_channel(stories=1 + number % 3), workspace_id=f"T{number % 3}")
        key = DeliveryKey(workspace_id=channel.workspace_id, channel_id="C1", on=NOW.date())
        row = opened(key, NOW)
        assert await cached.make(channel, row, NOW) == await plain.make(channel, row, NOW)
