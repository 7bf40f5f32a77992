"""What a document seems to be: which dialect of feed, or what else, told for people."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from bot.errors import ParseFailed
from bot.net.plain_text import unescaped
from bot.news.feed import FeedKind

_HEAD_CHARS = 16_000
_LINK_HEAD_CHARS = 200_000
_ROOT = re.compile(
    r"<(?:(?P<rss>rss)|(?P<rdf>(?:\w{1,20}:)?rdf)|(?P<atom>(?:\w{1,20}:)?feed)"
    r"|(?P<html>!doctype\s+html|html|head|body)|(?P<sitemap>urlset|sitemapindex)|(?P<opml>opml))\b",
    re.IGNORECASE,
)
_KINDS: dict[str, FeedKind] = {"rss": "rss", "rdf": "rdf", "atom": "atom", "json": "json"}
_LINK = re.compile(r"<link\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,20})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def root_of(text: str) -> str:
    """Return "rss", "rdf", "atom", "json", "html", "sitemap", "opml" or "" (unknown)."""
    start = text[:_HEAD_CHARS].lstrip("\ufeff \t\r\n\0")
    if start.startswith(("{", "[")):
        return "json"
    found = _ROOT.search(start)
    return found.lastgroup or "" if found else ""


def kind_of(root: str) -> FeedKind:
    return _KINDS.get(root, "unknown")


def not_a_feed(text: str, root: str, url: str) -> ParseFailed:
    """
    Return the error that says what the document seems to be instead of a feed.

    Args:
        text: The whole document.
        root: From `root_of`.
        url: Where it came from, for the address of the feed that a web page names.
    """
    if root == "html":
        return _web_page(text, url)
    what = {
        "json": "This is JSON, but not a JSON Feed.",
        "sitemap": "This is a sitemap for search engines, not a feed.",
        "opml": "This is a list of feeds (OPML), not a feed.",
    }.get(root)
    if root == "opml":
        return ParseFailed(what or "", next_step="Import it with: plainwire feeds import FILE.")
    if what is None and text.lstrip()[:1] == "<":
        what = "This is XML or HTML, but not a feed that can be read."
    return ParseFailed(
        what or "This is not a feed: it is neither XML nor JSON.",
        next_step="Look for the RSS or Atom address on the publisher's site.",
    )


def _web_page(text: str, url: str) -> ParseFailed:
    feeds = announced_feeds(text, url)
    if feeds:
        return ParseFailed(f"This is a web page; its feed may be at {feeds[0]}.")
    return ParseFailed(
        "This is a web page, not a feed, and it names none.",
        next_step="Look for the RSS or Atom address on the publisher's site.",
    )


def announced_feeds(text: str, url: str) -> list[str]:
    """Return the feeds that a web page names in its <link rel=alternate> elements."""
    found = []
    for link in _LINK.finditer(text[:_LINK_HEAD_CHARS]):
        attributes = _attributes(link[1])
        is_feed = attributes.get("type", "").lower() in _FEED_TYPES
        if is_feed and "alternate" in attributes.get("rel", "").lower() and "href" in attributes:
            found.append(_joined(url, attributes["href"]))
    return [address for address in found if address]


def _attributes(text: str) -> dict[str, str]:
    return {
        found[1].lower(): unescaped(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())[:500]
    except ValueError:
        return ""
