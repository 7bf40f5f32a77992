"""Reading articles: robots.txt first, then the page over the safe client, parsed in the workers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.errors import NotReadable, ParseFailed
from bot.net.client import Fetched, SafeClient
from bot.net.http_headers import charset_of, media_type
from bot.net.local_file import is_url, read_local
from bot.net.page_parse import MAX_PAGE_BYTES, parse_page, parse_text
from bot.net.robots import Robots
from bot.net.workers import Workers
from bot.news.entry import Page

_ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.5, */*;q=0.1"
_LIBRARIES = ("trafilatura",)
_FIRST_ERROR = 300
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"ID3", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_TYPES = {
    "application/pdf": "a PDF document",
    "application/zip": "a zip archive",
    "application/json": "data for programs (JSON)",
}
_FAMILIES = {"image": "a picture", "video": "a video", "audio": "a sound file", "font": "a font"}


class HttpPageReader:
    """
    Implements `PageReader`: never raises for what the outside world does, the page says it.

    Args:
        client: Already entered.
        workers: Shared with the feed reader.
        robots: None for the usual one (tests pass their own).
    """

    def __init__(
        self, client: SafeClient, workers: Workers, *, robots: Robots | None = None
    ) -> None:
        self._client = client
        self._workers = workers
        self._robots = robots or Robots(client, workers)

    async def read(self, url: str) -> Page:
        """Read one article; each redirect's robots.txt is asked too."""
        try:
            answer = await self._client.get(
                url,
                headers={"Accept": _ACCEPT},
                max_bytes=MAX_PAGE_BYTES,
                before_hop=self._robots.check,
            )
            return await self._understood(answer)
        except NotReadable as error:
            return Page(source=url, problems=(str(error),))

    async def read_source(self, source: str) -> Page:
        """Read a page that a person named on the command line: an http(s) URL or a file's path."""
        return await (self.read(source) if is_url(source) else self.read_file(Path(source)))

    async def read_file(self, path: Path) -> Page:
        """Read a saved HTML file. Only the command line passes paths."""
        try:
            body = await asyncio.to_thread(read_local, path, MAX_PAGE_BYTES)
            return await self._document(body, source=str(path), url="", content_type="")
        except NotReadable as error:
            return Page(source=str(path), problems=(str(error),))

    async def _understood(self, answer: Fetched) -> Page:
        if answer.status >= _FIRST_ERROR:
            return Page(source=answer.url, problems=(_refusal(answer.status),))
        content_type = answer.headers.get("content-type", "")
        return await self._document(
            answer.body, source=answer.url, url=answer.final_url, content_type=content_type
        )

    async def _document(self, body: bytes, *, source: str, url: str, content_type: str) -> Page:
        other = _not_a_page(body, media_type(content_type))
        if other:
            raise ParseFailed(f"It is {other}, not a web page.", source=source)
        charset = charset_of(content_type)
        if media_type(content_type) == "text/plain":
            # A worker's job, too: two million characters hold a processor for seconds.
            return await self._workers.run(parse_text, body, source, charset, libraries=_LIBRARIES)
        return await self._workers.run(parse_page, body, source, url, charset, libraries=_LIBRARIES)


def _not_a_page(body: bytes, kind: str) -> str:
    """Return what the document is when it is no text, by its first bytes and then by its type."""
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return name
    if not body.strip():
        return "an empty document"
    return _TYPES.get(kind) or _FAMILIES.get(kind.partition("/")[0], "")


def _refusal(status: int) -> str:
    meanings = {
        401: "asks for a login",
        402: "asks for payment",
        403: "refuses to let us read it",
        404: "has no page at this address",
        410: "says that the page is gone",
        429: "asks us to come back later",
        451: "may not show it for legal reasons",
    }
    by_class = "has a fault of its own" if status >= 500 else "does not give the page"  # noqa: PLR2004  (the HTTP server-error class)
    return f"The server {meanings.get(status, by_class)} (HTTP {status})."
