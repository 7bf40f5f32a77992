"""What a channel was told, and how an event is known again under another story id (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.digest.digest import Told
from bot.news.story import Story

# Headlines share this part of their words when they tell one event.
_SAME_SHARE = 0.6
_MIN_SHARED_WORDS = 3
_MIN_WORD_CHARS = 3
_COMMON = frozenset(
    ["and", "are", "for", "from", "has", "have", "its", "new", "now", "says", "that", "the", "their", "this",
     "was", "will", "with"]
)  # fmt: skip


class Memory:
    """What one channel was told."""

    def __init__(self, told: Iterable[Told]) -> None:
        newest_last = sorted(told, key=lambda one: (one.on, one.revision))
        self._by_story = {one.story_id: one for one in newest_last}
        self._newest_first = newest_last[::-1]

    def of_story(self, story_id: str) -> Told | None:
        """Return the newest telling of a story."""
        return self._by_story.get(story_id)

    def of_event(self, story: Story) -> Told | None:
        """Return the newest telling of the same event under another story id, by its headline."""
        headlines = {entry.title for entry in story.entries}
        for one in self._newest_first:
            if one.story_id != story.id and any(same_words(one.headline, h) for h in headlines):
                return one
        return None


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
