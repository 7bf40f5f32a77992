"""Feed documents and pages of the sample edition, in the forms that real sites use. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """
    One item.

    Attributes:
        title: May hold markup; a feed escapes it as any site would.
        paragraphs: What the feed says; page: what only the article's page says.
        html: Raw content in place of paragraphs, for the hostile item.
        undated: Published like the others, but the feed does not say when.
    """

    slug: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    page: tuple[str, ...]
    html: str
    published_at: datetime
    undated: bool
    paywalled: bool

    @property
    def summary(self) -> str:
        return self.paragraphs[0] if self.paragraphs else ""

    @property
    def content_html(self) -> str:
        return self.html or "\n".join(f"<p>{escape(part)}</p>" for part in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOutlet:
    """One site with its feed; entries newest first."""

    name: str
    kind: str
    site_url: str
    feed_url: str
    entries: tuple[SampleEntry, ...]
    updated_at: datetime


def rss_document(outlet: SampleOutlet) -> tuple[str, str]:
    """Return content type and text of an RSS 2.0 feed with full content."""
    items = "\n".join(_rss_item(entry) for entry in outlet.entries)
    return (
        "application/rss+xml; charset=utf-8",
        f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>{escape(outlet.name)}</title>
<link>{escape(outlet.site_url)}</link>
<description>News from {escape(outlet.name)}</description>
<language>en</language>
<lastBuildDate>{format_datetime(outlet.updated_at)}</lastBuildDate>
{items}
</channel>
</rss>
""",
    )


def _rss_item(entry: SampleEntry) -> str:
    date = "" if entry.undated else f"<pubDate>{format_datetime(entry.published_at)}</pubDate>"
    return f"""<item>
<title>{escape(entry.title)}</title>
<link>{escape(entry.url)}</link>
<guid isPermaLink="false">{escape(entry.slug)}</guid>
{date}
<description>{escape(escape(entry.summary))}</description>
<content:encoded><![CDATA[{entry.content_html}]]></content:encoded>
</item>"""


def rdf_document(outlet: SampleOutlet) -> tuple[str, str]:
    """Return content type and text of an RSS 1.0 feed."""
    listed = "\n".join(f'<rdf:li rdf:resource="{escape(entry.url)}"/>' for entry in outlet.entries)
    items = "\n".join(_rdf_item(entry) for entry in outlet.entries)
    return (
        "application/rdf+xml; charset=utf-8",
        f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="{escape(outlet.feed_url)}">
<title>{escape(outlet.name)}</title>
<link>{escape(outlet.site_url)}</link>
<description>News from {escape(outlet.name)}</description>
<dc:language>en</dc:language>
<items><rdf:Seq>
{listed}
</rdf:Seq></items>
</channel>
{items}
</rdf:RDF>
""",
    )


def _rdf_item(entry: SampleEntry) -> str:
    date = "" if entry.undated else f"<dc:date>{_iso(entry.published_at)}</dc:date>"
    return f"""<item rdf:about="{escape(entry.url)}">
<title>{escape(entry.title)}</title>
<link>{escape(entry.url)}</link>
{date}
<description>{escape(entry.summary)}</description>
<content:encoded><![CDATA[{entry.content_html}]]></content:encoded>
</item>"""


def atom_document(outlet: SampleOutlet) -> tuple[str, str]:
    """Return content type and text of an Atom feed."""
    items = "\n".join(_atom_entry(entry) for entry in outlet.entries)
    return (
        "application/atom+xml; charset=utf-8",
        f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>{escape(outlet.name)}</title>
<id>{escape(outlet.feed_url)}</id>
<link rel="self" href="{escape(outlet.feed_url)}"/>
<link rel="alternate" href="{escape(outlet.site_url)}"/>
<updated>{_iso(outlet.updated_at)}</updated>
{items}
</feed>
""",
    )


def _atom_entry(entry: SampleEntry) -> str:
    at = _iso(entry.published_at)
    dates = "" if entry.undated else f"<published>{at}</published><updated>{at}</updated>"
    return f"""<entry>
<title type="html">{escape(escape(entry.title))}</title>
<link rel="alternate" type="text/html" href="{escape(entry.url)}"/>
<id>{escape(entry.url)}</id>
{dates}
<summary>{escape(entry.summary)}</summary>
<content type="html">{escape(entry.content_html)}</content>
</entry>"""


def json_document(outlet: SampleOutlet) -> tuple[str, str]:
    """Return content type and text of a JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": outlet.site_url,
        "feed_url": outlet.feed_url,
        "language": "en",
        "items": [_json_item(entry) for entry in outlet.entries],
    }
    return "application/feed+json; charset=utf-8", json.dumps(document, indent=1)


def _json_item(entry: SampleEntry) -> dict[str, str]:
    item = {
        "id": entry.url,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
    }
    return item if entry.undated else item | {"date_published": _iso(entry.published_at)}


FEED_DOCUMENTS: dict[str, Callable[[SampleOutlet], tuple[str, str]]] = {
    "rss": rss_document,
    "rdf": rdf_document,
    "atom": atom_document,
    "json": json_document,
}


def page_document(outlet: SampleOutlet, entry: SampleEntry) -> str:
    """Return an article's HTML page; one behind a paywall shows its teaser and says so."""
    shown = entry.paragraphs[:1] if entry.paywalled else (*entry.paragraphs, *entry.page)
    body = "\n".join(f"<p>{escape(part)}</p>" for part in shown)
    gate = (
        '<div class="paywall"><p>This article is for subscribers. Subscribe to read on.</p></div>'
        if entry.paywalled
        else ""
    )
    described = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": entry.title,
        "datePublished": _iso(entry.published_at),
        "isAccessibleForFree": not entry.paywalled,
    }
    # "<" is escaped inside the script so that a title cannot end it.
    data = json.dumps(described).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{escape(entry.title)} | {escape(outlet.name)}</title>
<link rel="canonical" href="{escape(entry.url)}">
<meta name="author" content="{escape(outlet.name)} staff">
<meta property="article:published_time" content="{_iso(entry.published_at)}">
<script type="application/ld+json">{data}</script>
</head>
<body>
<nav><a href="{escape(outlet.site_url)}">Home</a> <a href="/about">About us</a></nav>
<main><article>
<h1>{escape(entry.title)}</h1>
{body}
{gate}
</article></main>
<footer><p>An invented outlet of Plainwire's sample edition.</p></footer>
</body>
</html>
"""


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
