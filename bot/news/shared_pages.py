"""Two feeds that link one page tell one event, whatever their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.news.entry import Entry
from bot.news.urlkey import is_article_key


def survivor(group: str, merged: Mapping[str, str]) -> str:
    """Return the group that a merged one has become, however often."""
    while group in merged:
        group = merged[group]
    return group


class SharedPages:
    """Which group told which article: two feeds that link one page tell one event."""

    def __init__(self, known: Iterable[Entry], new: Iterable[Entry]) -> None:
        feeds = Counter(
            (entry.scope, entry.feed_url, entry.url_key)
            for entry in {e.id: e for e in (*known, *new)}.values()
        )
        # A page that one feed uses for several items (a front page, a changelog) names no event.
        self._ambiguous = {key for (_, _, key), times in feeds.items() if times > 1}
        self._groups: dict[str, str] = {}

    def remember(self, entry: Entry, group: str) -> None:
        if self._is_usable(entry):
            self._groups[entry.url_key] = group

    def group_of(self, entry: Entry, merged: Mapping[str, str]) -> str | None:
        if not self._is_usable(entry) or entry.url_key not in self._groups:
            return None
        return survivor(self._groups[entry.url_key], merged)

    def _is_usable(self, entry: Entry) -> bool:
        return is_article_key(entry.url_key) and entry.url_key not in self._ambiguous
