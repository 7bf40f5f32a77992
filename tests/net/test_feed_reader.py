"""Reading feeds over HTTP and from files."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from aiohttp import web

from bot.clock import FixedClock
from bot.net.address import AllowList
from bot.net.client import SafeClient
from bot.net.feed_parse import MAX_FEED_BYTES
from bot.net.feed_reader import HttpFeedReader
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState

pytestmark = pytest.mark.anyio
FEED = '<rss version="2.0"><channel><title>T</title><item><title>Ä</title><link>/a</link></item></channel></rss>'
DATED = "Sat, 21 Nov 2026 10:00:00 GMT"


@pytest.fixture(name="read")
def read_fixture(client_for, workers, now):
    async def read(base: str, path: str = "/", **poll: object) -> FeedReading:
        reader = HttpFeedReader(await client_for(base), workers, FixedClock(now))
        feed = Feed(url=base + path, name="F", outlet="f.example")
        return await reader.read(PolledFeed(feed=feed, poll=PollState(**poll)))

    return read


async def test_new_document(serve, reply, read) -> None:
    """A first reading gives entries, the validators for the next one, and how long to wait."""
    headers = {
        "ETag": '"v1"',
        "Last_Modified": DATED,
        "Cache_Control": "max-age=900",
        "Content_Type": "application/rss+xml",
    }
    base = await serve({"/": reply(FEED, **headers)})
    reading = await read(base)
    assert (reading.outcome, reading.title, reading.kind, reading.status) == (
        "new",
        "T",
        "rss",
        200,
    )
    assert [(entry.title, entry.url) for entry in reading.entries] == [("Ä", base + "/a")]
    assert (reading.etag, reading.last_modified, reading.max_age_seconds) == ('"v1"', DATED, 900.0)
    assert not reading.conditional
    assert reading.problems == ()


async def test_unchanged(serve, read) -> None:
    """With validators the request is conditional, and 304 means unchanged and keeps them."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(
            (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        )
        return web.Response(status=304, headers={"ETag": '"v2"'})

    base = await serve({"/": handler})
    reading = await read(base, etag='"v1"', last_modified=DATED)
    assert seen == [('"v1"', DATED)]
    assert (reading.outcome, reading.conditional, reading.status) == ("unchanged", True, 304)
    assert (reading.etag, reading.last_modified) == ('"v2"', DATED)
    assert (await read(base)).outcome == "failed"


async def test_stored_validators_cannot_smuggle_headers(serve, reply, read) -> None:
    """A validator with a line break in it is not sent."""
    base = await serve({"/": reply(FEED)})
    reading = await read(base, etag='"a"\r\nX-Evil: 1')
    assert (reading.outcome, reading.conditional) == ("new", False)


async def test_gone_and_errors(serve, reply, read) -> None:
    """410 is gone; other errors fail in words and carry Retry-After."""
    base = await serve(
        {
            "/gone": reply(status=410),
            "/busy": reply(status=429, Retry_After="120"),
            "/down": reply(status=503, Retry_After="Sun, 22 Nov 2026 12:10:00 GMT"),
            "/no": reply(status=403),
        }
    )
    assert (await read(base, "/gone")).outcome == "gone"
    busy, down, no = [await read(base, path) for path in ("/busy", "/down", "/no")]
    assert (busy.outcome, busy.status, busy.retry_after_seconds) == ("failed", 429, 120.0)
    assert down.retry_after_seconds == 600.0
    assert no.problems == ("The server refuses to let us read it (HTTP 403).",)


async def test_moved(serve, reply, read) -> None:
    """A permanent redirect is reported, a temporary one is not."""
    base = await serve(
        {
            "/old": reply(status=301, Location="/new"),
            "/temp": reply(status=302, Location="/new"),
            "/new": reply(FEED),
        }
    )
    assert (await read(base, "/old")).moved_to == base + "/new"
    assert (await read(base, "/temp")).moved_to is None


async def test_unreadable_answers_fail_in_words(serve, reply, read) -> None:
    """A web page, a huge body, a cut gzip and a refused address are failures with a sentence."""
    page = (
        '<html><head><link rel="alternate" type="application/rss+xml" href="/f.xml"></head></html>'
    )
    base = await serve(
        {
            "/page": reply(page),
            "/huge": reply(gzip.compress(bytes(MAX_FEED_BYTES + 1)), Content_Encoding="gzip"),
            "/cut": reply(b"\x1f\x8b" + FEED.encode(), Content_Encoding="gzip"),
            "/inside": reply(status=302, Location="http://127.0.0.1:1/"),
            "/empty": reply(""),
        }
    )
    page_reading = await read(base, "/page")
    assert page_reading.problems == (f"This is a web page; its feed may be at {base}/f.xml.",)
    for path, words in (
        ("/huge", "more than 4 MB"),
        ("/cut", "broken or cut"),
        ("/inside", "port 1"),
        ("/empty", "empty"),
    ):
        reading = await read(base, path)
        assert (reading.outcome, reading.entries) == ("failed", ())
        assert words in reading.problems[0]


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("https://nowhere.example/", "dns"),
        ("http://closed.example/", "connection"),
        ("http://inside.example/", "private"),
        ("http://{own}/cut", "broken"),
        ("http://{own}/slow", "timeout"),
        ("http://{own}/missing", ""),
    ],
)
async def test_what_kept_us_from_the_server_is_told_apart(
    serve, workers, fake_dns, connects, url, cause
) -> None:
    """DNS, refused connections, time-outs and cut answers each have a name; an HTTP status has none."""

    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    base = await serve({"/slow": slow, "/cut": cut})
    dns = fake_dns({"closed.example": ["93.184.216.34"], "inside.example": ["127.0.0.1"]})
    allowed = AllowList.parse(base[7:])
    async with SafeClient(resolver=dns, allowed=allowed, timeout_seconds=0.3) as client:
        reading = await HttpFeedReader(client, workers).read_source(url.format(own=base[7:]))
    assert (reading.outcome, reading.cause) == ("failed", cause)


async def test_a_proxy_that_is_away_or_refuses(serve, workers, free_tcp_port) -> None:
    """The proxy's own faults are told apart from those of the publisher."""
    proxy = await serve({})  # knows no CONNECT
    for address, cause in (
        (f"http://127.0.0.1:{free_tcp_port}", "proxy"),
        (proxy, "proxy_refuses"),
    ):
        async with SafeClient(proxy=address) as client:
            reading = await HttpFeedReader(client, workers).read_source("https://ledger.example/")
        assert reading.cause == cause


async def test_header_charset_comes_first(serve, reply, read) -> None:
    """The HTTP header's character set is used where the document names none."""
    base = await serve(
        {
            "/": reply(
                FEED.encode("koi8-r", "xmlcharrefreplace").replace(b"T<", "Щ<".encode("koi8-r")),
                Content_Type="text/xml; charset=koi8-r",
            )
        }
    )
    assert (await read(base)).title == "Щ"


async def test_never_raises_for_odd_urls(workers) -> None:
    """An address that cannot be asked for is a failed reading."""
    async with SafeClient() as client:
        reader = HttpFeedReader(client, workers)
        for source in (
            "ftp://x.example/",
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "https://u:p@x.example/",
        ):
            reading = await reader.read_source(source)
            assert reading.outcome == "failed"
            assert reading.problems


async def test_files(tmp_path, workers) -> None:
    """A file named on the command line is read; a missing, too large or wrong one is told."""
    good, big = tmp_path / "good.xml", tmp_path / "big.xml"
    good.write_text(FEED)
    big.write_bytes(b" " * (MAX_FEED_BYTES + 1))
    async with SafeClient() as client:
        reader = HttpFeedReader(client, workers)
        assert (await reader.read_source(str(good))).entries[0].title == "Ä"
        assert "No such file" in (await reader.read_file(tmp_path / "none")).problems[0]
        assert "larger than 4 MB" in (await reader.read_file(big)).problems[0]
        assert (await reader.read_file(tmp_path)).outcome == "failed"
        assert (await reader.read_source("bad\0path")).outcome == "failed"
