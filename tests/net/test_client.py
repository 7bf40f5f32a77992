"""Limits, redirects and manners of the safe client."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys

import pytest
from aiohttp import web

from bot.errors import AddressRefused, FetchFailed, TooLarge
from bot.net.client import SafeClient

pytestmark = pytest.mark.anyio


async def test_answer_says_where_it_came_from(serve, reply, client_for) -> None:
    """Redirects are followed; the permanent target is the end of the permanent run only."""
    base = await serve(
        {
            "/old": reply(status=301, Location="/newer"),
            "/newer": reply(status=308, Location="/now"),
            "/now": reply(status=302, Location="/end?q=1"),
            "/end": reply("here", X_Thing="1"),
        }
    )
    client = await client_for(base)
    answer = await client.get(base + "/old", max_bytes=100)
    assert (answer.status, answer.body, answer.final_url) == (200, b"here", base + "/end?q=1")
    assert answer.permanent_redirect_to == base + "/now"
    assert answer.headers["x-thing"] == "1"


async def test_manners(serve, client_for) -> None:
    """Each request names the bot with a contact, asks for gzip or deflate, and carries no cookie."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        response = web.Response(text="x")
        response.set_cookie("track", "me")
        return response

    base = await serve({"/": handler})
    client = await client_for(base)
    for _ in range(2):
        await client.get(base, max_bytes=100, headers={"Accept": "text/x"})
    assert seen[1]["User-Agent"].startswith("Plainwire/")
    assert "(+https://" in seen[1]["User-Agent"]
    assert seen[1]["Accept-Encoding"] == "gzip, deflate"
    assert seen[1]["Accept"] == "text/x"
    assert "Cookie" not in seen[1]


async def test_endless_redirects_end(serve, reply, client_for) -> None:
    """A redirect loop stops after five hops."""
    base = await serve({"/": reply(status=302, Location="/")})
    client = await client_for(base)
    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        await client.get(base, max_bytes=100)


async def test_redirect_without_target(serve, reply, client_for) -> None:
    """A redirect without Location is a failure, not a crash."""
    base = await serve({"/": reply(status=302)})
    client = await client_for(base)
    with pytest.raises(FetchFailed, match="without saying where"):
        await client.get(base, max_bytes=100)


async def test_https_leads_to_http_only_within_a_site(client_for) -> None:
    """A redirect from https to plain http on another site is refused."""
    from bot.net.client import Fetched, _Ask

    client = await client_for()
    ask = _Ask(
        url="https://a.example/",
        headers={},
        max_bytes=1,
        cut=False,
        timeout_seconds=1,
        before_hop=None,
    )

    def answer(location: str) -> Fetched:
        return Fetched(url="", final_url="", status=302, headers={"location": location}, body=b"")

    assert (
        client._target("https://a.example/", answer("http://www.a.example/x"), ask)
        == "http://www.a.example/x"
    )
    with pytest.raises(AddressRefused, match="plain http"):
        client._target("https://a.example/", answer("http://b.example/"), ask)


async def test_gzip_bomb_is_cut_off(serve, client_for) -> None:
    """100 MB of zeros in 100 kB of gzip stop at the cap of the unpacked body."""
    bomb = gzip.compress(bytes(100_000_000), 9)

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    base = await serve({"/": handler})
    client = await client_for(base)
    with pytest.raises(TooLarge, match="more than 1 MB"):
        await client.get(base, max_bytes=1_000_000)


async def test_endless_body_is_cut_off(serve, client_for) -> None:
    """A body without end stops at the cap; with `cut` its beginning is the answer."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    base = await serve({"/": handler})
    client = await client_for(base)
    with pytest.raises(TooLarge):
        await client.get(base, max_bytes=300_000)
    assert (await client.get(base, max_bytes=300_000, cut=True)).body == b"x" * 300_000


async def test_announced_size_is_believed(serve_bytes, client_for) -> None:
    """A Content-Length over the cap is refused before the body is read."""
    base = await serve_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
    client = await client_for(base)
    with pytest.raises(TooLarge):
        await client.get(base, max_bytes=1000)


@pytest.mark.parametrize("path", ["/drip", "/silent"])
async def test_slow_servers_hit_the_total_limit(path, serve, client_for) -> None:
    """A server that drips bytes or says nothing is left when the total time is over."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(10)
        return web.Response()

    base = await serve({"/drip": drip, "/silent": silent})
    client = await client_for(base, timeout_seconds=0.4)
    # After ten seconds both would have ended well.
    with pytest.raises(FetchFailed, match=r"within 0\.4 s"):
        await client.get(base + path, max_bytes=1000)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", "malformed HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", "malformed HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "malformed HTTP"),
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "broken or cut body"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", "broken or cut body"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nxx", "malformed HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "."),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe.example/\r\nContent-Length: 0\r\n\r\n",
            ".",
        ),
    ],
)
async def test_malformed_answers_become_sentences(answer, words, serve_bytes, client_for) -> None:
    """Whatever a server sends, the outcome is one of our errors with a sentence."""
    base = await serve_bytes(answer)
    client = await client_for(base, timeout_seconds=3)
    with pytest.raises((FetchFailed, AddressRefused)) as caught:
        await client.get(base, max_bytes=1_000_000)
    assert words in str(caught.value)


async def test_refused_connection_and_unknown_name(connects, fake_dns) -> None:
    """An unknown name and a closed port are told apart in words."""
    async with SafeClient(resolver=fake_dns({"closed.example": ["93.184.216.34"]})) as client:
        with pytest.raises(FetchFailed, match="not a name that the network knows"):
            await client.get("http://nowhere.example/", max_bytes=10)
        with pytest.raises(FetchFailed, match="does not accept connections"):
            await client.get("http://closed.example/", max_bytes=10)


async def test_two_at_a_time_per_public_host() -> None:
    """No more than two requests to one host run at once, and hosts do not wait for each other."""
    from bot.net.host_gate import HostGate

    gate = HostGate(2)
    running = {"a": 0, "b": 0}
    most = dict(running)

    async def visit(host: str) -> None:
        async with gate.turn(host):
            running[host] += 1
            most[host] = max(most[host], running[host])
            await asyncio.sleep(0.01)
            running[host] -= 1

    await asyncio.gather(*(visit("a") for _ in range(6)), visit("b"))
    assert most == {"a": 2, "b": 1}
    assert gate._gates == {}


async def test_hanging_places_do_not_hold_up_others_on_the_same_allowed_host(
    serve, reply, client_for
) -> None:
    """Three hanging answers of an allow-listed host leave its other answers alone."""

    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(10)
        return web.Response()

    base = await serve({"/hang": hang, "/ok": reply("ok")})
    client = await client_for(base, timeout_seconds=0.5)
    paths = ["/hang"] * 3 + ["/ok"] * 17
    answers = await asyncio.gather(
        *(client.get(base + path, max_bytes=100) for path in paths), return_exceptions=True
    )
    assert sum(isinstance(answer, FetchFailed) for answer in answers) == 3


@pytest.mark.parametrize("module", ["client", "feed_reader", "page_reader", "opml", "workers"])
def test_importing_the_network_loads_no_parser(module: str) -> None:
    """Parsers live in the workers: importing the readers must not load them."""
    code = (
        f"import sys, bot.net.{module}\n"
        "heavy = {'trafilatura', 'lxml', 'fastfeedparser', 'feedparser', 'protego', 'openai', 'slack_sdk'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["feed_parse", "page_parse", "robots_parse", "sealed"])
def test_worker_functions_load_no_network(module: str) -> None:
    """What a worker imports knows nothing of sockets, Slack or the database."""
    code = f"import sys, bot.net.{module}\nprint(sorted({{'aiohttp', 'slack_sdk', 'sqlalchemy', 'typer'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
