"""
The sample edition: feeds and articles of invented outlets, dated relative to the demo's moment.

What is told stands in `sample_edition/*.toml`, one file per outlet; here it becomes RSS 2.0, RSS 1.0
(RDF), Atom and JSON Feed documents and HTML pages, byte for byte what a site would serve. The demo
serves them from a loopback server at `base_url`; links lead there, outlet names are the invented
ones. Pure but for reading the packaged files.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from bot.news.feed import Feed
from bot.news.sample_documents import FEED_DOCUMENTS, SampleEntry, SampleOutlet, page_document

_ROBOTS = b"User-agent: *\nDisallow: /stackcourier/\n"
_PLACEHOLDER = re.compile(r"\{(weekday|date)(?:\+(\d{1,3}))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """An outlet's file as read: header and entries, dates not filled in."""

    header: dict[str, Any]
    entries: tuple[dict[str, Any], ...]


def sample_files(
    now: datetime, as_of: datetime | None = None, *, base_url: str = "http://127.0.0.1:8080"
) -> dict[str, tuple[str, bytes]]:
    """
    Return everything the sample's server serves: path -> (content type, body).

    Args:
        now: Aware UTC; the moment of the demo, from which all dates count back.
        as_of: What is published later than this is left out; None means *now*. The demo's
            "yesterday" is `sample_files(now, now - timedelta(hours=24))`.
        base_url: Where the server listens, without a trailing slash; links lead there.
    """
    limit = as_of or now
    base = base_url.rstrip("/")
    files: dict[str, tuple[str, bytes]] = {"/robots.txt": ("text/plain; charset=utf-8", _ROBOTS)}
    for template in _templates():
        outlet = _outlet(template, now, limit, base)
        content_type, document = FEED_DOCUMENTS[outlet.kind](outlet)
        files[_feed_path(template)] = (content_type, document.encode())
        for entry in outlet.entries:
            if entry.page or entry.paywalled:
                path = entry.url.removeprefix(base)
                files[path] = ("text/html; charset=utf-8", page_document(outlet, entry).encode())
    return files


def sample_feeds(base_url: str) -> list[Feed]:
    """Return the sample's feeds as a catalogue, for a server at *base_url*."""
    base = base_url.rstrip("/")
    return [
        Feed(
            url=base + _feed_path(template),
            name=template.header["name"],
            outlet=template.header["outlet"],
            language="en",
            weight=template.header["weight"],
            only_ai=template.header["only_ai"],
        )
        for template in _templates()
    ]


@cache
def _templates() -> tuple[_Template, ...]:
    folder = resources.files("bot.news").joinpath("sample_edition")
    documents = [
        tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    return tuple(
        _Template(header=document, entries=tuple(document["entries"])) for document in documents
    )


def _feed_path(template: _Template) -> str:
    ending = {"rss": "rss.xml", "rdf": "index.rdf", "atom": "atom.xml", "json": "feed.json"}
    return f"/{template.header['slug']}/{ending[template.header['kind']]}"


def _outlet(template: _Template, now: datetime, limit: datetime, base: str) -> SampleOutlet:
    header = template.header
    site = f"{base}/{header['slug']}"
    entries = [_entry(raw, now, site) for raw in template.entries]
    published = [entry for entry in entries if entry.published_at <= limit]
    newest_first = sorted(published, key=lambda entry: entry.published_at, reverse=True)
    return SampleOutlet(
        name=header["name"],
        kind=header["kind"],
        site_url=f"{site}/",
        feed_url=base + _feed_path(template),
        entries=tuple(newest_first),
        updated_at=max((entry.published_at for entry in published), default=limit),
    )


def _entry(raw: dict[str, Any], now: datetime, site: str) -> SampleEntry:
    at = (now - timedelta(hours=raw["hours"])).astimezone(UTC).replace(microsecond=0)
    return SampleEntry(
        slug=raw["slug"],
        url=raw.get("link", f"{site}/{raw['slug']}"),
        title=_filled(raw["title"], at),
        paragraphs=_paragraphs(raw.get("text", ""), at),
        page=_paragraphs(raw.get("page", ""), at),
        html=raw.get("html", ""),
        published_at=at,
        undated=raw.get("undated", False),
        paywalled=raw.get("paywalled", False),
    )


def _paragraphs(text: str, at: datetime) -> tuple[str, ...]:
    return tuple(_filled(part.strip(), at) for part in text.split("\n\n") if part.strip())


def _filled(text: str, at: datetime) -> str:
    """Fill in {weekday} and {date}, with "+N" so many days later."""

    def words(match: re.Match[str]) -> str:
        day = at + timedelta(days=int(match[2] or 0))
        return f"{day:%A}" if match[1] == "weekday" else f"{day.day} {day:%B}"

    return _PLACEHOLDER.sub(words, text)
