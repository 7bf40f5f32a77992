"""
When two stories tell one event, and what a channel was told (pure).

The limits were set on the sample edition: with their texts, different events are at most 0.20 alike
and tellings of one event mostly 0.29 or more; a later step of a told event reaches 0.43, so that
memory, which would keep a new step from people, asks for more than one digest does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from functools import lru_cache

from bot.digest.digest import Told
from bot.news.entry import Entry
from bot.news.rank import similarity
from bot.news.story import Story
from bot.news.topic import Topic

# Two stories this much alike do not stand in one digest.
_ONE_EVENT = 0.30
# A story this much like one that was told is that one under another id.
_TOLD_BEFORE = 0.45
# Likeness is only worked out for stories whose headlines share words: it costs 0.2 ms a pair.
_TOLD_SHARED_WORDS = 2
# Headlines share this part of their words when they tell one event.
_SAME_SHARE = 0.6
_MIN_SHARED_WORDS = 3
_MIN_WORD_CHARS = 3
_COMMON = frozenset(
    ["and", "are", "for", "from", "has", "have", "its", "new", "now", "says", "that", "the", "their", "this",
     "was", "will", "with"]
)  # fmt: skip


class Memory:
    """
    What one channel was told.

    Args:
        told: Of the last 14 days.
        stories: By id, as far as they are at hand; else the headline that was told has to do.
    """

    def __init__(self, told: Iterable[Told], stories: Mapping[str, Story]) -> None:
        newest_last = sorted(told, key=lambda one: (one.on, one.revision, one.story_id))
        # A copy of a story and its original are one event, under each of their ids.
        self._by_id = {key: one for one in newest_last for key in (one.event_id, one.story_id)}
        self._newest_first = newest_last[::-1]
        self._stories = stories

    def of_story(self, story: Story) -> Told | None:
        """Return the newest telling of a story, or of one that it copies or that copied it."""
        found = [self._by_id.get(key) for key in (story.id, story.event_id)]
        return max(filter(None, found), key=lambda one: (one.on, one.revision), default=None)

    def of_event(self, story: Story) -> Told | None:
        """Return the newest telling of the same event under another story id."""
        words = headline_words(story)
        for one in self._newest_first:
            same = {one.story_id, one.event_id} & {story.id, story.event_id}
            if not same and self._is_event(one, story, words):
                return one
        return None

    def _is_event(self, one: Told, story: Story, words: frozenset[str]) -> bool:
        if len(words & _words(one.headline)[0]) < _TOLD_SHARED_WORDS:
            return False
        if any(same_words(one.headline, entry.title) for entry in story.entries):
            return True
        before = self._stories.get(one.story_id) or _headline_alone(one, story.language)
        return similarity(before, story) >= _TOLD_BEFORE


def one_event(one: Story, other: Story) -> bool:
    """Return whether two stories are too much alike to stand in one digest."""
    if headline_words(one).isdisjoint(headline_words(other)):
        return False
    return same_words(one.headline, other.headline) or similarity(one, other) >= _ONE_EVENT


def headline_words(story: Story) -> frozenset[str]:
    """Return the words that carry meaning in any of a story's headlines."""
    return frozenset[str]().union(*(_words(entry.title)[0] for entry in story.entries))


def same_words(one: str, other: str) -> bool:
    """
    Return whether two headlines say the same in nearly the same words.

    Figures have to agree: "version 2" and "version 3" are two events.
    """
    words, figures = _words(one)
    other_words, other_figures = _words(other)
    if figures != other_figures:
        return False
    shared = len(words & other_words)
    return shared >= _MIN_SHARED_WORDS and shared >= _SAME_SHARE * len(words | other_words)


@lru_cache(maxsize=4096)
def _words(headline: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that carry meaning, and the figures."""
    found = re.findall(r"\w+(?:[.,]\d+)*", headline.casefold())
    figures = frozenset(word for word in found if any(char.isdigit() for char in word))
    words = (word for word in found if len(word) >= _MIN_WORD_CHARS and word not in _COMMON)
    return frozenset(words) | figures, figures


def _headline_alone(told: Told, language: str) -> Story:
    """Return a told story of which only the headline is known."""
    entry = Entry(
        id=told.story_id,
        feed_url="",
        outlet="",
        outlet_name="",
        title=told.headline,
        url="",
        url_key="",
        text="",
        language=language,
        weight=0.0,
        seen_at=datetime.combine(told.on, time(), UTC),
    )
    return Story(id=told.story_id, entries=(entry,), topics=(Topic.GENERAL,), language=language)
