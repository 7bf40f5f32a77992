"""What comes to the real server before Slack's signature was seen, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.sandbox.http_events import sign
from bot.token_bucket import Rate
from bot.web.callers import Callers, TrustedProxies
from bot.web.connection import Strangers
from bot.web.events import MAX_BODY_BYTES, Events, Reply
from bot.web.server import WebServer
from bot.web.signing import Signature

pytestmark = pytest.mark.anyio

SECRET = "signing-secret"
EVENT = json.dumps(
    {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "text": "words"}}
).encode()
ANY = Rate(1.0, 100_000)
ZIP = zlib.compress(b" " * 200_000)


class Door:
    """A server whose dispatch only counts; requests are written byte by byte."""

    def __init__(self, server: WebServer, heard: list[str]) -> None:
        self.server, self.heard = server, heard

    async def talk(self, *parts: bytes, wait: float = 5.0) -> bytes:
        """Send *parts* and return all that comes until the other end closes."""
        reader, writer = await asyncio.open_connection(self.server.host, self.server.port)
        try:
            for part in parts:
                writer.write(part)
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
            async with asyncio.timeout(wait):
                answer = b""
                with contextlib.suppress(ConnectionError):
                    while chunk := await reader.read(65_536):
                        answer += chunk
                return answer
        finally:
            writer.close()

    async def status(self, *parts: bytes) -> int:
        answer = await self.talk(*parts)
        assert answer.startswith(b"HTTP/"), answer
        assert b"Python" not in answer
        return int(answer[9:12])


@contextlib.asynccontextmanager
async def open_door(rate: Rate = ANY, **server: object) -> AsyncIterator[Door]:
    heard: list[str] = []

    async def dispatch(body: str, headers: object) -> Reply:
        heard.append(body)
        return Reply(status=200)

    events = Events(
        Signature(SecretStr(SECRET), time.time), dispatch, Callers(rate), read_seconds=0.3
    )
    routes = [web.post("/slack/events", events.handle)]
    async with WebServer("127.0.0.1", 0, routes, **server) as opened:
        yield Door(opened, heard)


@pytest.fixture
async def door(anyio_backend) -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened


def head(*lines: str, first: str = "POST /slack/events HTTP/1.1") -> bytes:
    return "\r\n".join([first, "Host: bot", *lines, "", ""]).encode("latin-1")


def signed(body: bytes, *lines: str, stamp: int | None = None) -> bytes:
    at = int(time.time()) if stamp is None else stamp
    return (
        head(
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"X-Slack-Request-Timestamp: {at}",
            f"X-Slack-Signature: {sign(SECRET, body, at)}",
            *lines,
        )
        + body
    )


STAMP = "X-Slack-Request-Timestamp: {now}"
FALSE = "X-Slack-Signature: v0=" + "0" * 64
CASES = {
    "gzip": ([STAMP, FALSE, "Content-Encoding: gzip"], gzip.compress(b" " * 100_000), 415),
    "deflate": ([STAMP, FALSE, "Content-Encoding: deflate"], ZIP, 415),
    "br": ([STAMP, FALSE, "Content-Encoding: br"], b"\x1b\x03\x00", 415),
    "zstd": ([STAMP, FALSE, "Content-Encoding: zstd"], b"\x28\xb5\x2f\xfd", 415),
    "gzip over plain bytes": ([STAMP, FALSE, "Content-Encoding: gzip"], b"plain", 415),
    "two encodings": ([STAMP, FALSE, "Content-Encoding: gzip, gzip"], ZIP, 415),
    "an unknown encoding": ([STAMP, FALSE, "Content-Encoding: x-\xff"], b"{}", 415),
    "gzip, chunked": (
        [STAMP, FALSE, "Content-Encoding: gzip", "Transfer-Encoding: chunked"],
        b"3\r\nabc\r\n0\r\n\r\n",
        415,
    ),
    "no signature at all": ([], b"{}", 401),
    "a false signature": ([STAMP, FALSE], EVENT, 401),
    "an empty body": ([STAMP, FALSE], b"", 401),
    "no UTF-8": ([STAMP, FALSE], b"\xff\xfe\xfd", 401),
    "a signature of half a character": ([STAMP, "X-Slack-Signature: v0=\xff\xfe"], b"{}", 401),
    "chunked": ([STAMP, FALSE, "Transfer-Encoding: chunked"], b"2\r\n{}\r\n0\r\n\r\n", 401),
    "chunked without end": ([STAMP, FALSE, "Transfer-Encoding: chunked"], b"2\r\n{}\r\n", 408),
    "chunks of nonsense": ([STAMP, FALSE, "Transfer-Encoding: chunked"], b"zz\r\n{}\r\n", 400),
    "a chunk that lies": (
        [STAMP, FALSE, "Transfer-Encoding: chunked"],
        b"1\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "another transfer encoding": ([STAMP, FALSE, "Transfer-Encoding: gzip, foo"], b"{}", 400),
    "chunked and a length": (
        [STAMP, FALSE, "Transfer-Encoding: chunked", "Content-Length: 5"],
        b"0\r\n\r\n",
        400,
    ),
    "a length too large": ([STAMP, FALSE, "Content-Length: 50"], b"{}", 408),
    "a length over the cap": ([STAMP, FALSE, "Content-Length: 99999999999"], b"{}", 413),
    "a length beyond all numbers": ([STAMP, FALSE, "Content-Length: " + "9" * 60], b"{}", 400),
    "a length too small": ([STAMP, FALSE, "Content-Length: 1"], b"{}" * 50, 400),
    "a negative length": ([STAMP, FALSE, "Content-Length: -1"], b"{}", 400),
    "two lengths": ([STAMP, FALSE, "Content-Length: 2", "Content-Length: 3"], b"{}", 400),
    "a time of words": (["X-Slack-Request-Timestamp: soon", FALSE], b"{}", 401),
    "a huge time": (["X-Slack-Request-Timestamp: " + "9" * 300, FALSE], b"{}", 401),
    "a negative time": (["X-Slack-Request-Timestamp: -5", FALSE], b"{}", 401),
    "a time with a point": (["X-Slack-Request-Timestamp: 1.5e3", FALSE], b"{}", 401),
    "a time in other digits": (["X-Slack-Request-Timestamp: \xb2\xb3", FALSE], b"{}", 401),
    "two times": ([STAMP, "X-Slack-Request-Timestamp: 5", FALSE], b"{}", 401),
    "two signatures": ([STAMP, FALSE, "X-Slack-Signature: v0=1"], b"{}", 401),
    "a huge header": (["X-Long: " + "x" * 20_000], b"{}", 400),
    "too many headers": ([f"X-{n}: 1" for n in range(500)], b"{}", 400),
    "a header of control characters": (["X-Odd: a\x00b"], b"{}", 400),
    "a header without a colon": (["nonsense"], b"{}", 400),
    "a folded header": (["X-Fold: a", " b"], b"{}", 400),
    "an odd content type": ([STAMP, FALSE, "Content-Type: ;;;=\xff"], b"{}", 401),
    "an upgrade": (["Connection: upgrade", "Upgrade: websocket"], b"", 401),
    "an expectation": (["Expect: the-moon"], b"", 417),
    "an expectation of half a character": (["Expect: \x80"], b"", 400),
    "odd cookies": (["Cookie: a=b; ;;=;\xff=\xfe"], b"{}", 401),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_stranger_gets_a_refusal(door, caplog, name):
    """Whatever is sent without a signature is answered 4xx and the connection closed; no traceback."""
    lines, body, expected = CASES[name]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in lines):
        lines = [*lines, f"Content-Length: {len(body)}"]
    lines = [line.replace("{now}", str(int(time.time()))) for line in lines]
    with caplog.at_level(logging.DEBUG):
        assert await door.status(head(*lines) + body) == expected
    assert door.heard == []
    assert "Traceback" not in caplog.text
    assert "words" not in caplog.text


FIRST_LINES = [
    "GET /slack/events HTTP/1.1",
    "HEAD /slack/events HTTP/1.1",
    "PUT /%zz%ff%00?%=%&&=%e2%82 HTTP/1.1",
    "POST /slack/events%2f..%2f HTTP/1.1",
    "POST /slack/../../etc/passwd HTTP/1.1",
    "POST //slack/events HTTP/1.1",
    "POST http://[::1/ HTTP/1.1",
    "POST http://elsewhere.example/x HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT bot:443 HTTP/1.1",
    "POST /slack/events HTTP/9.9",
    "POST /slack/events",
    "\x16\x03\x01\x02\x00",
    "P\xd6ST /x HTTP/1.1",
    "POST /" + "a" * 10_000 + " HTTP/1.1",
]


@pytest.mark.parametrize("first", FIRST_LINES)
async def test_odd_first_lines(door, caplog, first):
    """What is no request for one of our paths, or no HTTP, is answered 4xx; no traceback."""
    assert 400 <= await door.status(head("Content-Length: 0", first=first)) < 500
    assert "Traceback" not in caplog.text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(
                ["Content-Encoding", "X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type",
                 "Cookie", "X-Forwarded-For", "Expect", "Connection", "X-Odd"]
            ),
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40),
        ),
        max_size=6,
    ),
    body=st.binary(max_size=200),
)  # fmt: skip
def test_any_header_and_any_body(lines, body):
    """Whatever stands in headers and body: 4xx, and nothing reaches a listener."""

    async def run() -> None:
        async with open_door() as door:
            texts = [f"{name}: {value}" for name, value in lines]
            sent = head(*texts, f"Content-Length: {len(body)}") + body
            assert 400 <= await door.status(sent) < 500
            assert door.heard == []

    asyncio.run(run())


async def test_signed_requests_share_a_connection(door):
    """Slack's connection is kept for its next request; a signed body that is no UTF-8 gets 400."""
    again = signed(EVENT, "Connection: close")
    answer = await door.talk(signed(EVENT) + signed(EVENT), again)

    assert answer.count(b"HTTP/1.1 200") == 3
    assert door.heard == [EVENT.decode()] * 3
    assert await door.status(signed(b"\xff\xfe", "Connection: close")) == 400


async def test_a_strangers_connection_is_not_kept(door):
    """After a refusal the connection is closed, whatever the client would like."""
    assert (await door.talk(head("Content-Length: 0"))).count(b"HTTP/1.1") == 1


async def test_half_sent_heads(caplog):
    """Who does not send a whole head in time gets 408; who sends nothing is closed without a word."""
    async with open_door(head_seconds=0.2) as door:
        half = head("Content-Length: 5")[:-4]
        assert (await door.talk(half)).startswith(b"HTTP/1.1 408 ")
        assert await door.talk() == b""
        # The next head on a connection of Slack's has a limit too.
        reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
        writer.write(signed(EVENT))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"POST /slack")
        assert b"HTTP/1.1 408 " in await reader.read()
        writer.close()


async def test_half_sent_connections_leave_room():
    """Connections that never send a head make room for new ones, the oldest first."""
    async with open_door(strangers=Strangers(most_per_address=5, young_seconds=0.0)) as door:
        slow = [await asyncio.open_connection("127.0.0.1", door.server.port) for _ in range(20)]
        assert await door.status(signed(EVENT, "Connection: close")) == 200
        async with asyncio.timeout(5):
            ended = [await read_end(reader) for reader, _ in slow[:15]]
        assert ended == [b""] * 15
        for _, writer in slow:
            writer.close()


async def test_a_trusted_proxy_has_many_connections():
    """A proxy that is named in the settings speaks for many clients, and may have more connections."""
    proxies = TrustedProxies.parse(["127.0.0.1"])
    strangers = Strangers(proxies, most_per_address=2, young_seconds=0.0)
    async with open_door(strangers=strangers) as door:
        slow = [await asyncio.open_connection("127.0.0.1", door.server.port) for _ in range(6)]
        assert await door.status(signed(EVENT, "Connection: close")) == 200
        assert len(strangers) == 6
        for _, writer in slow:
            writer.close()


async def read_end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_unsigned_requests_are_counted_and_signed_ones_never():
    """An address that keeps sending unsigned requests gets 429; Slack's own still come through."""
    async with open_door(Rate(0.001, 3)) as door:
        statuses = [await door.status(head("Content-Length: 0")) for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        assert await door.status(signed(EVENT, "Connection: close")) == 200
        assert door.heard == [EVENT.decode()]


async def test_too_long_without_a_length(door):
    """A chunked body is read up to the cap and no further."""
    at = int(time.time())
    lines = head("Transfer-Encoding: chunked", f"X-Slack-Request-Timestamp: {at}", FALSE)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert await door.status(lines, *[chunk] * (MAX_BODY_BYTES // 0x10000 + 1)) == 413


ADDRESSES = [
    ("203.0.113.9", [], "", "203.0.113.9"),
    ("203.0.113.9", ["198.51.100.1"], "", "203.0.113.9"),
    ("127.0.0.1", ["198.51.100.1"], "127.0.0.1", "198.51.100.1"),
    ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "127.0.0.1", "198.51.100.1"),
    ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "127.0.0.1", "198.51.100.1"),
    ("10.0.0.2", ["198.51.100.1, 10.0.0.7"], "10.0.0.0/8", "198.51.100.1"),
    ("10.0.0.2", ["10.0.0.9, 10.0.0.7"], "10.0.0.0/8", "10.0.0.9"),
    ("127.0.0.1", ["198.51.100.1:4711"], "127.0.0.1", "198.51.100.1"),
    ("127.0.0.1", ["unknown"], "127.0.0.1", "127.0.0.1"),
    ("127.0.0.1", ["198.51.100.1, "], "127.0.0.1", "127.0.0.1"),
    ("127.0.0.1", [""], "127.0.0.1", "127.0.0.1"),
    ("::1", ["2001:db8:1:2:3::4"], "::1", "2001:db8:1:2::/64"),
    ("::1", ["[2001:db8:1:2:ffff::4]:443"], "::1", "2001:db8:1:2::/64"),
    ("::ffff:127.0.0.1", ["::ffff:198.51.100.1"], "127.0.0.1", "198.51.100.1"),
    ("fe80::1%eth0", [], "", "fe80::/64"),
    ("", ["198.51.100.1"], "127.0.0.1", ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "trusted", "expected"), ADDRESSES)
def test_whose_request_it_is(peer, forwarded, trusted, expected):
    """X-Forwarded-For is read from the right, as long as trusted proxies wrote it; IPv6 by its /64."""
    proxies = TrustedProxies.parse([text for text in [trusted] if text])
    assert proxies.client(peer, forwarded) == expected


@given(st.lists(st.text(max_size=60), max_size=4))
def test_forwarded_nonsense(forwarded):
    """Whatever a header holds, somebody is counted."""
    proxies = TrustedProxies.parse(["127.0.0.1", "0.0.0.0/0", "::/0"])
    assert isinstance(proxies.client("127.0.0.1", forwarded), str)


def test_callers_are_forgotten(monkeypatch):
    """A crowd of addresses does not fill the memory."""
    monkeypatch.setattr("bot.web.callers.MOST_ADDRESSES", 10)
    callers = Callers(Rate(1, 2), TrustedProxies.parse(["0.0.0.0/0"]), now=lambda: 0.0)
    waits = [callers.count("127.0.0.1", [f"198.51.100.{n}"]) for n in range(50)]
    assert waits == [0.0] * 50
    assert len(callers) == 10


@pytest.mark.parametrize("sent", [b"{", b""])
async def test_a_client_that_goes_away(door, caplog, sent):
    """Who leaves in the middle of a body leaves no traceback."""
    at = int(time.time())
    lines = head("Content-Length: 50", f"X-Slack-Request-Timestamp: {at}", FALSE)
    for ending in ("close", "abort"):
        _, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
        writer.write(lines + sent)
        await asyncio.sleep(0.05)
        getattr(writer.transport, ending)()
    await asyncio.sleep(0.1)
    assert door.heard == []
    assert "Traceback" not in caplog.text
