"""How many stories each topic had in the last week, for the settings view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.news.ports import StoryStore
from bot.news.scope import Scope
from bot.news.stories import for_scope
from bot.news.story import Story
from bot.news.topic import Topic

WEEK = timedelta(days=7)


async def topics_of_last_week(
    stories: StoryStore, viewer: Scope, now: datetime
) -> dict[Topic, int]:
    """Return topic -> number of stories that *viewer* sees, all topics in their order."""
    found = await stories.since(now - WEEK, viewer.around)
    return count_stories(for_scope(found, viewer), now - WEEK)


def count_stories(stories: Iterable[Story], since: datetime) -> dict[Topic, int]:
    """Return how many stories that began or were told further since then are about each topic."""
    counts = Counter(
        topic for story in stories if story.latest_at >= since for topic in set(story.topics)
    )
    return {topic: counts[topic] for topic in Topic}
