"""
From the bytes of a feed to plain entries. Runs in a worker process (`Workers.run(parse_feed, …)`).

Measured order: fastfeedparser (46 times faster), and feedparser where the first fails, finds
nothing, or loses titles. Both are kept from fetching and from opening files by getting bytes only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from bot.errors import ParseFailed
from bot.net.charset import as_utf8_xml, decode
from bot.net.feed_kind import kind_of, not_a_feed, root_of
from bot.net.feed_raw import (
    RawEntry,
    RawFeed,
    from_fastfeedparser,
    from_feedparser,
    from_json_feed,
)
from bot.net.markup_limit import refuse_long_start_tag
from bot.net.plain_text import clean, first_words, paragraphs, plain, shortened
from bot.net.xml_repair import repaired
from bot.news.entry import ParsedEntry
from bot.news.feed import FeedKind

MAX_FEED_BYTES = 4_000_000
# feedparser needs 4-6 s for half a megabyte of nested tags.
MAX_FALLBACK_BYTES = 512_000
MAX_START_TAG_BYTES = 16_000
MAX_ENTRIES = 200
MAX_TITLE_CHARS = 300
MAX_SUMMARY_CHARS = 5_000
MAX_CONTENT_CHARS = 50_000
_MAX_NAME_CHARS = 200
_MAX_GUID_CHARS = 1_000
_MAX_URL_CHARS = 4_096
_MAX_CATEGORIES = 20
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MAX_AHEAD = timedelta(days=2)
_HEAD_CHARS = 20_000
_LANGUAGE = re.compile(r"<(?:dc:)?language>\s*(?:<!\[CDATA\[)?\s*([a-zA-Z]{2,3})\b")
_LANGUAGE_CODE = re.compile(r"([a-zA-Z]{2})(?:[-_]|\Z)")
_RELEASES = re.compile(r"(?:Release notes|Tags) from (\S{1,100})$")
_BARE_VERSION = re.compile(
    r"(?:v|release[- ])?\d{1,4}(?:\.\d{1,6}){1,4}[-\w.]{0,20}", re.IGNORECASE
)
_XHTML_TITLE = re.compile(
    r"<(?:\w{1,20}:)?title\b[^<>]{0,200}type=[\"'](?:xhtml|application/xhtml)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """
    One document, understood.

    Attributes:
        language: Two letters, or "".
        entries: At most 200, in the feed's order; the newest when it has more.
        problems: Sentences for people.
    """

    title: str
    kind: FeedKind
    language: str
    entries: tuple[ParsedEntry, ...]
    undated: int
    problems: tuple[str, ...]


def parse_feed(body: bytes, url: str, charset: str, now: datetime) -> ParsedFeed:
    """
    Read RSS 0.9x-2.0, RDF, Atom or JSON Feed, however broken.

    Args:
        body: As received, at most 4 MB.
        url: Where it came from ("" for a file); relative links are resolved against it.
        charset: From the HTTP header, or "".
        now: Aware UTC; dates more than two days ahead of it count as missing.

    Raises:
        ParseFailed: It is no feed (the sentence says what it seems to be), or it is hostile.
    """
    if len(body) > MAX_FEED_BYTES:
        raise ParseFailed(f"The feed is larger than {MAX_FEED_BYTES // 1_000_000} MB.")
    text = decode(body, charset)
    if not text.strip("\ufeff \t\r\n\0"):
        raise ParseFailed("The document is empty.", next_step="Check the feed's address.")
    root = root_of(text)
    raw = _raw_feed(text, root, url)
    return _made_plain(raw, text=text, root=root, url=url, now=now)


def _raw_feed(text: str, root: str, url: str) -> RawFeed:
    if root == "json":
        raw = _json(text, url)
    elif root in {"html", "sitemap", "opml"}:
        raise not_a_feed(text, root, url)
    else:
        raw = _xml(text, url)
    if not raw.entries and kind_of(root) == "unknown":
        raise not_a_feed(text, root, url)
    return raw


def _json(text: str, url: str) -> RawFeed:
    try:
        raw = from_json_feed(text.strip("\ufeff\0"))
    except (ValueError, RecursionError) as error:
        raise ParseFailed("This looks like JSON, but it is broken.") from error
    if raw is None:
        raise not_a_feed(text, "json", url)
    return raw


def _xml(text: str, url: str) -> RawFeed:
    document = as_utf8_xml(repaired(text).lstrip())
    refuse_long_start_tag(document, max_bytes=MAX_START_TAG_BYTES, html=False)
    raw = _quickly(document)
    if raw is not None and not _doubtful(raw, text):
        return raw
    if len(document) <= MAX_FALLBACK_BYTES:
        patient = _patiently(document, url)
        if patient is not None and (raw is None or len(patient.entries) >= len(raw.entries)):
            return patient
    return raw or RawFeed()


def _quickly(document: bytes) -> RawFeed | None:
    try:
        return from_fastfeedparser(document)
    except Exception:  # noqa: BLE001 - a library on a hostile document; nothing is lost
        # Whatever a third-party parser stumbles over in a hostile document, the answer is the
        # same: the other parser has its turn, and if that fails the caller says "not a feed".
        return None


def _patiently(document: bytes, url: str) -> RawFeed | None:
    try:
        return from_feedparser(document, url)
    except Exception:  # noqa: BLE001 - a library on a hostile document; nothing is lost
        # As above; nothing is lost, since None makes the caller use what there is or refuse.
        return None


def _doubtful(raw: RawFeed, text: str) -> bool:
    """Tell whether the quick parser's answer smells (each case was seen in real or test feeds)."""
    titles = [entry.title.strip() for entry in raw.entries]
    if not any(titles) or any("\ufffd" in title for title in titles):
        return True
    if "xml:base" in text and any(_relative(entry.url) for entry in raw.entries):
        return True
    return not all(titles) and bool(_XHTML_TITLE.search(text))


def _relative(url: str) -> bool:
    return bool(url) and "://" not in url[:20]


def _made_plain(raw: RawFeed, *, text: str, root: str, url: str, now: datetime) -> ParsedFeed:
    problems: list[str] = []
    chosen = _newest(raw.entries, problems)
    ahead = sum(1 for entry in chosen if entry.at is not None and entry.at > now + _MAX_AHEAD)
    if ahead:
        problems.append(f"{_entries(ahead)} dated in the future and counted as undated.")
    base = _base(raw, root, url)
    made = (_entry(one, base, now) for one in chosen)
    entries = [_with_project(entry, raw.title) for entry in made if entry is not None]
    if len(entries) < len(chosen):
        problems.append(f"{_entries(len(chosen) - len(entries))} without title, text and link.")
    if not entries:
        problems.append("The feed has no entries.")
    return ParsedFeed(
        title=plain(raw.title, _MAX_NAME_CHARS),
        kind=kind_of(root),
        language=_language(raw, text),
        entries=tuple(entries),
        undated=sum(1 for entry in entries if entry.published_at is None),
        problems=tuple(problems),
    )


def _entries(count: int) -> str:
    return "1 entry is" if count == 1 else f"{count} entries are"


def _newest(entries: list[RawEntry], problems: list[str]) -> list[RawEntry]:
    """Keep the feed's order; when there are too many, the newest ones first."""
    if len(entries) <= MAX_ENTRIES:
        return entries
    problems.append(f"The feed has {len(entries)} entries; the newest {MAX_ENTRIES} were read.")
    return sorted(entries, key=lambda entry: entry.at or _EARLIEST, reverse=True)[:MAX_ENTRIES]


def _base(raw: RawFeed, root: str, url: str) -> str:
    """Return what relative links stand on: RSS means the site's address, the others the document's."""
    site = _http_url(raw.link, url)
    return (site or url) if root in {"rss", "rdf"} or not url else url


def _entry(raw: RawEntry, base: str, now: datetime) -> ParsedEntry | None:
    summary = paragraphs(raw.summary, MAX_SUMMARY_CHARS)
    content = paragraphs(raw.content, MAX_CONTENT_CHARS)
    entry = ParsedEntry(
        title=plain(raw.title, MAX_TITLE_CHARS),
        url=_http_url(raw.url, base),
        guid=shortened(clean(raw.guid), _MAX_GUID_CHARS),
        summary=summary,
        content="" if content == summary else content,
        author=plain(raw.author, _MAX_NAME_CHARS),
        published_at=_sane(raw.at, now),
        categories=_categories(raw.tags),
    )
    if entry.title:
        return entry
    words = first_words(clean(entry.summary or entry.content))
    if not words and not entry.url:
        return None
    return replace(entry, title=words or shortened(entry.url, MAX_TITLE_CHARS))


def _with_project(entry: ParsedEntry, feed_title: str) -> ParsedEntry:
    """Say whose version it is: GitHub's feeds of releases title their items "v5.1.0"."""
    project = _RELEASES.match(feed_title.strip())
    if project is None or not _BARE_VERSION.fullmatch(entry.title):
        return entry
    return replace(entry, title=plain(f"{project[1]} {entry.title}", MAX_TITLE_CHARS))


def _categories(tags: list[str]) -> tuple[str, ...]:
    names = (plain(tag, _MAX_NAME_CHARS) for tag in tags[:_MAX_CATEGORIES])
    return tuple(dict.fromkeys(name for name in names if name))


def _sane(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and _EARLIEST <= at <= now + _MAX_AHEAD else None


def _http_url(url: str, base: str) -> str:
    """Return an absolute http(s) address, or "" for javascript:, data: and what is malformed."""
    url = "".join(url.split()) if "\n" in url or "\t" in url else url.strip()
    url = url.replace("&amp;", "&")  # escaped twice, as many feeds do
    if not url or len(url) > _MAX_URL_CHARS:
        return ""
    try:
        joined = urljoin(base, url)
        parts = urlsplit(joined)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    printable = joined.isprintable() and not set(joined) & set(' <>"\\')
    return joined if usable and printable else ""


def _language(raw: RawFeed, text: str) -> str:
    """Return two letters; the quick parser does not see RSS's <language>, so it is looked up."""
    named = raw.language
    if not named:
        found = _LANGUAGE.search(text[:_HEAD_CHARS])
        named = found[1] if found else ""
    code = _LANGUAGE_CODE.match(named.strip())
    return code[1].lower() if code else ""
