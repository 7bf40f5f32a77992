"""Lists of feeds as OPML 2.0, the format in which feed readers exchange them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from bot.errors import ParseFailed
from bot.net.charset import as_utf8_xml, decode
from bot.net.markup_limit import refuse_long_start_tag
from bot.net.plain_text import clean, plain
from bot.net.workers import Workers
from bot.net.xml_repair import repaired

MAX_OPML_BYTES = 1_000_000
MAX_FEEDS = 2_000
_MAX_START_TAG_BYTES = 16_000
_MAX_TITLE_CHARS = 200
_MAX_URL_CHARS = 4_096


async def read_opml(body: bytes, workers: Workers) -> list[tuple[str, str]]:
    """
    Return (title, url) of each feed in an OPML file, in order, each URL once.

    Raises:
        ParseFailed: It is no OPML, is too large, or is hostile.
    """
    return await workers.run(parse_opml, body, libraries=("lxml.etree",))


def parse_opml(body: bytes) -> list[tuple[str, str]]:
    """Do the work of `read_opml` in the worker process. Raises ParseFailed."""
    if len(body) > MAX_OPML_BYTES:
        raise ParseFailed(f"The OPML file is larger than {MAX_OPML_BYTES // 1_000_000} MB.")
    document = as_utf8_xml(repaired(decode(body)).lstrip())
    refuse_long_start_tag(document, max_bytes=_MAX_START_TAG_BYTES, html=False)
    feeds: dict[str, str] = {}
    for outline in _outlines(document):
        url = clean(outline.get("xmlUrl") or outline.get("xmlurl") or "")
        if url and url not in feeds and _is_http(url):
            named = outline.get("title") or outline.get("text") or ""
            feeds[url] = plain(named, _MAX_TITLE_CHARS) or url
        if len(feeds) > MAX_FEEDS:
            raise ParseFailed(f"The OPML file lists more than {MAX_FEEDS} feeds.")
    return [(title, url) for url, title in feeds.items()]


def _outlines(document: bytes) -> Iterable[Any]:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _no_opml() from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise _no_opml()
    return root.iter("{*}outline")  # type: ignore[no-any-return]  # lxml ships no types


def _no_opml() -> ParseFailed:
    return ParseFailed(
        "This is not an OPML file.", next_step="Export the list of feeds as OPML and try again."
    )


def _is_http(url: str) -> bool:
    try:
        return len(url) <= _MAX_URL_CHARS and urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def write_opml(feeds: Iterable[tuple[str, str]], now: datetime) -> str:
    """
    Return an OPML 2.0 document.

    Args:
        feeds: (title, url) pairs.
        now: Aware; stands in the head.
    """
    outlines = "\n".join(
        f'    <outline type="rss" text={_attribute(title)} title={_attribute(title)}'
        f" xmlUrl={_attribute(url)}/>"
        for title, url in feeds
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
        f"    <title>Plainwire feeds</title>\n    <dateCreated>{format_datetime(now)}</dateCreated>\n"
        f"  </head>\n  <body>\n{outlines}\n  </body>\n</opml>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
