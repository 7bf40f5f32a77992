"""
What a feed library understood, before anything is made plain: one shape for three libraries' ways.

The libraries are loaded on first use, which happens in the worker process only.
"""

from __future__ import annotations

import calendar
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(slots=True, kw_only=True)
class RawEntry:
    """One item with whatever markup and addresses it has; `at` is aware UTC or None."""

    title: str = ""
    url: str = ""
    guid: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    at: datetime | None = None
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RawFeed:
    title: str = ""
    link: str = ""
    language: str = ""
    entries: list[RawEntry] = field(default_factory=list)


def from_fastfeedparser(document: bytes) -> RawFeed:
    """Read RSS, RDF or Atom quickly. Raises whatever the library raises."""
    import fastfeedparser

    # Bytes only: the library would fetch a str that is a URL.
    found = fastfeedparser.parse(document, include_media=False, include_enclosures=False)
    feed = found["feed"]
    return RawFeed(
        title=_text(feed.get("title")),
        link=_text(feed.get("link")),
        language=_text(feed.get("language")),
        entries=[_fast_entry(entry) for entry in found["entries"]],
    )


def _fast_entry(entry: Mapping[str, Any]) -> RawEntry:
    return RawEntry(
        title=_text(entry.get("title")),
        url=_alternate(entry) or _text(entry.get("link")),
        guid=_text(entry.get("id")),
        summary=_text(entry.get("description")),
        content=_first_content(entry),
        author=_text(entry.get("author")),
        at=_iso_instant(entry.get("published")),
        tags=_labels(entry.get("tags")),
    )


def _alternate(entry: Mapping[str, Any]) -> str:
    """Return the link that stands for the item; Atom entries name themselves and others too."""
    for link in entry.get("links") or ():
        if link.get("rel") in {None, "", "alternate"} and link.get("href"):
            return _text(link["href"])
    return ""


def from_feedparser(document: bytes, url: str) -> RawFeed:
    """
    Read nearly anything, slowly. Raises whatever the library raises.

    Args:
        document: UTF-8.
        url: Where it came from; relative links are resolved against it and xml:base.
    """
    import feedparser

    found = feedparser.parse(
        # A stream: the library would open bytes or str that are a path, and fetch a URL.
        io.BytesIO(document),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
    )
    feed = found.get("feed", {})
    return RawFeed(
        title=_text(feed.get("title")),
        link=_text(feed.get("link")),
        language=_text(feed.get("language")),
        entries=[_slow_entry(entry) for entry in found.get("entries", ())],
    )


def _slow_entry(entry: Mapping[str, Any]) -> RawEntry:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return RawEntry(
        title=_text(entry.get("title")),
        url=_text(entry.get("link")),
        guid=_text(entry.get("id")),
        summary=_text(entry.get("summary")),
        content=_first_content(entry),
        author=_text(entry.get("author")),
        at=_utc_instant(moment),
        tags=_labels(entry.get("tags")),
    )


def from_json_feed(text: str) -> RawFeed | None:
    """
    Read a JSON Feed (jsonfeed.org, 1.0 and 1.1); None when it is JSON of another kind.

    Own code, because one odd item must not cost the whole feed.

    Raises:
        ValueError: Not JSON.
        RecursionError: Nested too deeply.
    """
    document = json.loads(text)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return None
    return RawFeed(
        title=_text(document.get("title")),
        link=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        entries=[_json_entry(item) for item in items if isinstance(item, dict)],
    )


def _json_entry(item: Mapping[str, Any]) -> RawEntry:
    tags = item.get("tags")
    return RawEntry(
        title=_text(item.get("title")),
        url=_text(item.get("url")) or _text(item.get("external_url")),
        guid=_text(item.get("id")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")) or _text(item.get("content_text")),
        author=_json_author(item),
        at=_iso_instant(item.get("date_published") or item.get("date_modified")),
        tags=[_text(tag) for tag in tags] if isinstance(tags, list) else [],
    )


def _json_author(item: Mapping[str, Any]) -> str:
    people = item.get("authors")
    first = people[0] if isinstance(people, list) and people else item.get("author")
    return _text(first.get("name")) if isinstance(first, dict) else ""


def _first_content(entry: Mapping[str, Any]) -> str:
    content = entry.get("content") or ()
    return _text(content[0].get("value")) if content else ""


def _labels(tags: Any) -> list[str]:
    return [_text(tag.get("label") or tag.get("term")) for tag in tags or ()]


def _text(value: Any) -> str:
    """Return strings as they are and numbers (JSON ids) written out; anything else is nothing."""
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value)[:100] if is_number and abs(value) < 1 << 64 else ""


def _iso_instant(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(value).strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _utc_instant(moment: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
