"""
From the bytes of a web page to its article. Runs in a worker process (`Workers.run(parse_page, …)`).

trafilatura finds the text (best of nine extractors on two gold sets); what the page says about
itself (its own address, instant of publication, wall) is read here from the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.errors import ParseFailed
from bot.net.charset import decode
from bot.net.markup_limit import refuse_long_start_tag
from bot.net.paywall import says_not_free, teaser_only
from bot.net.plain_text import clean, plain, shortened
from bot.net.site import same_site
from bot.news.entry import Page

MAX_PAGE_BYTES = 2_000_000
MAX_START_TAG_BYTES = 64_000
MAX_TEXT_CHARS = 60_000
# Of a text page, so much is looked at: most of it is left when white space is folded.
_MAX_RAW_CHARS = 4 * MAX_TEXT_CHARS
_MAX_TITLE_CHARS = 300
_MAX_AUTHOR_CHARS = 200
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# An inline picture is one attribute of any length, and no reader of text needs it.
_DATA_URI = re.compile(r"data:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/=%\s]*", re.IGNORECASE)
_PUBLISHED = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{8,40})\"")
_DATE_NAMES = frozenset(
    {"article:published_time", "datepublished", "date", "dc.date", "parsely-pub-date", "pubdate"}
)
PAYWALLED = "The page shows only a teaser to visitors without a subscription."


def parse_page(body: bytes, source: str, url: str, charset: str) -> Page:
    """
    Extract the article.

    Args:
        body: As received, at most 2 MB of HTML.
        source: As the user named it.
        url: Where the page came from in the end, or "".
        charset: From the HTTP header, or "".

    Raises:
        ParseFailed: Not HTML, or hostile. A page without an article is a Page with a problem.
    """
    text = _DATA_URI.sub("", decode(body, charset))
    refuse_long_start_tag(text.encode("utf-8", "replace"), max_bytes=MAX_START_TAG_BYTES, html=True)
    tree = _tree(text)
    metas = dict(_metas(tree))
    scripts = _linked_data(tree)
    canonical_url = _canonical(tree, url)
    published_at = _published(metas, scripts)
    found = _extract(tree, url)
    title = (found and found.title) or metas.get("og:title") or _title(text)
    title = plain(title, _MAX_TITLE_CHARS)
    article = _paragraphs(found.text if found else "", title)
    paywalled = says_not_free(metas, scripts) or teaser_only(article, text)
    return Page(
        source=source,
        title=title,
        text=article,
        author=plain((found and found.author) or "", _MAX_AUTHOR_CHARS),
        published_at=published_at or _instant((found and found.date) or ""),
        canonical_url=canonical_url,
        paywalled=paywalled,
        problems=_problems(article, paywalled=paywalled),
    )


def parse_text(body: bytes, source: str, charset: str) -> Page:
    """Return a page that is plain text already; its lines become paragraphs, cut at MAX_TEXT_CHARS."""
    text = decode(body, charset)[:_MAX_RAW_CHARS]
    lines = (clean(line) for line in text.splitlines())
    kept = shortened("\n\n".join(line for line in lines if line), MAX_TEXT_CHARS)
    return Page(source=source, text=kept)


def _tree(text: str) -> Any:
    from trafilatura import load_html

    try:
        tree = load_html(text)
    except Exception as error:
        # A hostile page may make the library raise anything; the cause is chained, nothing is lost.
        raise ParseFailed("The page cannot be parsed.") from error
    if tree is None:
        raise ParseFailed("This is not a web page: no HTML was found in it.")
    return tree


def _extract(tree: Any, url: str) -> Any:
    from trafilatura import bare_extraction

    try:
        return bare_extraction(
            tree, url=url or None, fast=True, include_comments=False, with_metadata=True
        )
    except Exception:  # noqa: BLE001 - a library on a hostile page; nothing is lost
        # As above; a page without extractable text is reported as such by the caller.
        return None


def _problems(article: str, *, paywalled: bool) -> tuple[str, ...]:
    if paywalled:
        return (PAYWALLED,)
    return () if article else ("No article text was found on the page.",)


def _paragraphs(text: str, title: str) -> str:
    """Return the article without its own headline at the start."""
    lines = [line for line in map(clean, text.splitlines()) if line]
    own = lines[1:] if lines and lines[0] == title else lines
    return shortened("\n\n".join(own), MAX_TEXT_CHARS)


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """Give each <meta> as (name in lower case, content); later ones do not replace earlier ones."""
    for meta in reversed(tree.findall(".//meta")):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield name.strip().lower(), clean(meta.get("content") or "")


def _linked_data(tree: Any) -> str:
    scripts = tree.findall(".//script[@type='application/ld+json']")
    return "\n".join(script.text or "" for script in scripts)


def _canonical(tree: Any, url: str) -> str:
    """Return the page's own address when it lies on the site that the page came from."""
    for link in tree.findall(".//link"):
        if "canonical" not in (link.get("rel") or "").lower().split():
            continue
        try:
            address = urljoin(url, (link.get("href") or "").strip())
            parts = urlsplit(address)
            own = not url or same_site(parts.hostname or "", urlsplit(url).hostname or "")
        except ValueError:
            return ""
        usable = parts.scheme in {"http", "https"} and parts.hostname and address.isprintable()
        return address if usable and own and " " not in address else ""
    return ""


def _published(metas: dict[str, str], scripts: str) -> datetime | None:
    stated = [value for name, value in metas.items() if name in _DATE_NAMES]
    found = _PUBLISHED.search(scripts)
    candidates = ([found[1]] if found else []) + stated
    return next((at for at in map(_instant, candidates) if at is not None), None)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _EARLIEST else None


def _title(text: str) -> str:
    found = re.search(r"<title[^>]{0,200}>([^<]{1,1000})", text, re.IGNORECASE)
    return found[1] if found else ""
