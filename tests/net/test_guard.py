"""The guard at the socket: no connection to a non-public address, however the request gets there."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.errors import AddressRefused, FetchFailed
from bot.net import client as client_module
from bot.net.address import AllowList
from bot.net.client import SafeClient
from bot.net.guard import guarded_socket

pytestmark = pytest.mark.anyio

LITERALS = [
    "http://127.0.0.1/", "http://127.0.0.1:9/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/", "http://10.0.0.1/", "http://0.0.0.0/", "http://[::]/",
    "http://user@127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
    "http://0177.0.0.1/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.100.100.200/",
]  # fmt: skip


@pytest.mark.parametrize("url", LITERALS)
async def test_literals_past_the_url_check_meet_the_guard(url, connects) -> None:
    """Were the URL rules gone, numeric addresses would still not be connected to."""
    async with SafeClient() as client:
        with pytest.raises((OSError, ValueError)):
            async with client._session.get(url):
                pass
    assert connects == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "fd00::1",
    ],
)
async def test_names_that_lead_inside_are_refused(address, connects, fake_dns) -> None:
    """A public name with a private address is refused in words, without an attempt to connect."""
    dns = fake_dns({"trap.example": [address]})
    async with SafeClient(resolver=dns) as client:
        with pytest.raises(AddressRefused, match="private address"):
            await client.get("http://trap.example/", max_bytes=1000)
    assert dns.asked == ["trap.example"]
    assert connects == []


async def test_rebinding_gains_nothing(connects, fake_dns) -> None:
    """A name that is public when first asked and private later is judged each time it is connected to."""
    dns = fake_dns({"flip.example": [["93.184.216.34"], ["127.0.0.1"]]})
    async with SafeClient(resolver=dns) as client:
        with pytest.raises(FetchFailed):
            await client.get("http://flip.example/", max_bytes=1000)
        with pytest.raises(AddressRefused):
            await client.get("http://flip.example/", max_bytes=1000)
    assert connects == [("93.184.216.34", 80)]


async def test_mixed_answers_connect_to_the_public_address_only(connects, fake_dns) -> None:
    """Of a name's several addresses only the public ones are tried."""
    dns = fake_dns({"mixed.example": ["127.0.0.1", "93.184.216.34", "10.0.0.1"]})
    async with SafeClient(resolver=dns) as client:
        with pytest.raises((FetchFailed, AddressRefused)):
            await client.get("http://mixed.example/", max_bytes=1000)
    assert {address for address, _ in connects} == {"93.184.216.34"}


async def test_socket_factory_is_asked_for_literals_names_and_redirects(
    monkeypatch, connects, fake_dns, serve, reply
) -> None:
    """This aiohttp version calls the socket factory on each way to a connection."""
    asked: list[str] = []

    def watched(addr_info):
        asked.append(addr_info[4][0])
        return guarded_socket(addr_info)

    monkeypatch.setattr(client_module, "guarded_socket", watched)
    base = await serve({"/": reply(status=302, Location="http://trap.example/")})
    dns = fake_dns({"trap.example": ["127.0.0.2"]})
    async with SafeClient(allowed=AllowList.parse(base[7:]), resolver=dns) as client:
        with pytest.raises(AddressRefused):
            await client.get(base, max_bytes=1000)
    assert asked == ["127.0.0.1", "127.0.0.2"]
    assert [address for address, _ in connects] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://127.0.0.1:{other}/", "http://localhost:{other}/", "//127.0.0.1:{other}/x",
        "http://trap.example/", "http://0x7f000001/", "http://[::1]:{other}/", "file:///etc/passwd",
        "http://u@trap.example/", "ftp://trap.example/", "http://169.254.169.254/latest/", "http://[::1",
        "http://trap.example:{other}/",
    ],
)  # fmt: skip
async def test_redirects_to_private_places_are_refused(
    target, connects, fake_dns, serve, reply, client_for
) -> None:
    """A redirect cannot lead to another private place, even from an allow-listed one."""
    hits: list[str] = []

    async def secret(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(text="secret")

    other = (await serve({"/{tail:.*}": secret})).rpartition(":")[2]
    base = await serve({"/": reply(status=302, Location=target.format(other=other))})
    client = await client_for(
        base, resolver=fake_dns({"trap.example": ["127.0.0.1"], "localhost": ["127.0.0.1"]})
    )
    with pytest.raises(AddressRefused):
        await client.get(base, max_bytes=1000)
    assert hits == []
    assert len(connects) == 1


async def test_allow_listed_name_reaches_only_its_port(connects, fake_dns, serve, reply) -> None:
    """An allow-listed name may lead inside, but a DNS answer with another port is refused."""
    base = await serve({"/": reply("inside")})
    port = int(base.rpartition(":")[2])
    dns = fake_dns({"intranet.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    async with SafeClient(
        allowed=AllowList.parse(f"intranet.example:{port}"), resolver=dns
    ) as client:
        answer = await client.get(f"http://intranet.example:{port}/", max_bytes=1000)
        assert answer.body == b"inside"
        with pytest.raises(AddressRefused):
            await client.get(f"http://other.example:{port}/", max_bytes=1000)
    async with SafeClient(
        allowed=AllowList.parse(f"intranet.example:{port}"), resolver=dns
    ) as client:
        dns.answer_port = port + 1
        with pytest.raises(AddressRefused):
            await client.get(f"http://intranet.example:{port}/", max_bytes=1000)
    assert len(connects) == 1


async def test_environment_proxies_are_not_used(monkeypatch, serve, reply, client_for) -> None:
    """A proxy named in the environment changes nothing."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    base = await serve({"/": reply("direct")})
    client = await client_for(base)
    assert (await client.get(base, max_bytes=1000)).body == b"direct"


async def test_explicit_proxy_gets_the_request(serve, connects) -> None:
    """With the proxy setting the request goes to the proxy, which resolves the name itself."""
    seen: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(str(request.url))
        return web.Response(text="by proxy")

    base = await serve({"/{tail:.*}": proxy})
    async with SafeClient(proxy=base) as client:
        answer = await client.get("http://news.example/feed", max_bytes=1000)
    assert answer.body == b"by proxy"
    assert seen == ["http://news.example/feed"]
    assert len(connects) == 1
