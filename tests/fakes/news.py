"""Builders for news values, each with what a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.news.entry import Entry, ParsedEntry
from bot.news.feed import Feed
from bot.news.scope import SHARED
from bot.news.urlkey import entry_id, url_key

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def make_feed(name: str = "The Ledger", **changes: object) -> Feed:
    """Return a feed of the outlet `<name>.example`; not only about AI unless told."""
    slug = name.lower().replace(" ", "")
    values: dict[str, object] = {
        "url": f"https://{slug}.example/feed.xml",
        "name": name,
        "outlet": f"{slug}.example",
        "seed": "/".join(filter(None, changes.get("scope", SHARED))),  # type: ignore[arg-type]  # as below
    }
    return Feed(**(values | changes))  # type: ignore[arg-type]  # a test's keywords


def make_parsed(title: str, **changes: object) -> ParsedEntry:
    """Return an item with a link made from its title, published an hour ago."""
    slug = "".join(char if char.isalnum() else "-" for char in title.lower())[:60]
    values: dict[str, object] = {
        "title": title,
        "url": f"https://theledger.example/{slug}",
        "published_at": NOW - timedelta(hours=1),
    }
    return ParsedEntry(**(values | changes))  # type: ignore[arg-type]  # as above


def make_entry(
    title: str,
    text: str = "",
    *,
    hours_ago: float = 1.0,
    outlet: str = "The Ledger",
    **changes: object,
) -> Entry:
    """Return an entry of an outlet, so many hours before NOW."""
    slug = outlet.lower().replace(" ", "")
    url = str(changes.pop("url", f"https://{slug}.example/{abs(hash_of(title + outlet))}"))
    feed_url = str(changes.pop("feed_url", f"https://{slug}.example/feed.xml"))
    seed = "/".join(filter(None, changes.get("scope", SHARED)))  # type: ignore[arg-type]  # as below
    parsed = ParsedEntry(title=title, url=url)
    values: dict[str, object] = {
        "id": entry_id(feed_url, parsed, seed),
        "feed_url": feed_url,
        "outlet": f"{slug}.example",
        "outlet_name": outlet,
        "title": title,
        "url": url,
        "url_key": url_key(url),
        "text": text,
        "language": "en",
        "weight": 0.5,
        "seen_at": NOW,
        "published_at": NOW - timedelta(hours=hours_ago),
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]  # as above


def hash_of(text: str) -> int:
    """Return a number that is the same in every run, unlike `hash`."""
    return sum(ord(char) * (place + 1) for place, char in enumerate(text))
