"""An entry: one item of a feed, as published; and the page behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.news.scope import SHARED, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """
    One item as a feed gives it, made plain: no markup, no control characters, white space folded.

    Attributes:
        guid: The feed's own identifier, or "".
        url: Absolute http(s) address of the article, or "" when the item has none.
        summary: Short text; content: full text when the feed carries it, else "".
        published_at: Aware UTC instant, or None when the item has no usable date.
    """

    title: str
    url: str = ""
    guid: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One known item, tied to its feed.

    Attributes:
        id: Stable: made from the feed's URL and the item's guid or link (`news.entry_id`).
        url_key: The address without what does not change the article (`news.url_key`), or "".
        outlet, outlet_name, weight, language, scope: Copied from the feed.
        text: What the feed said: its content when it carries one, else its summary.
        seen_at: When we first saw it (aware UTC); stands in for a missing `published_at`.
    """

    id: str
    feed_url: str
    outlet: str
    outlet_name: str
    title: str
    url: str
    url_key: str
    text: str
    language: str
    weight: float
    seen_at: datetime
    published_at: datetime | None = None
    scope: Scope = SHARED

    @property
    def at(self) -> datetime:
        """Return when it was published, or first seen when it carries no date."""
        return self.published_at or self.seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    The article behind an address, as plain text.

    Attributes:
        source: The URL or path as asked for.
        text: Paragraphs separated by a blank line; "" when nothing could be read.
        canonical_url: What the page calls its own address when that is on the same site, else "".
        paywalled: The page shows only a teaser.
        problems: Sentences for people, such as "robots.txt does not allow it".
    """

    source: str
    title: str = ""
    text: str = ""
    author: str = ""
    published_at: datetime | None = None
    canonical_url: str = ""
    paywalled: bool = False
    problems: tuple[str, ...] = ()
