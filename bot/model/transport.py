"""The guard as an httpx2 transport, with the proxy of the environment. Imported on first use only."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from bot.model.deployment import API_PATH
from bot.model.guard import check
from bot.setting_kinds import is_loopback


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Look at every request, then hand it to *inner*; StatefulCall leaves the client unchanged."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        prefix = API_PATH.rstrip("/")
        below = path.split(prefix, 1)[1] if prefix in path else path
        check(request.method, below, await request.aread())
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def open_transport(base_url: str) -> GuardedTransport:
    """Return a guarded transport to *base_url*, through the environment's proxy when one applies."""
    return GuardedTransport(httpx2.AsyncHTTPTransport(proxy=proxy_for(base_url)))


def proxy_for(base_url: str) -> str | None:
    """Return the proxy of the environment for *base_url*; never one for loopback."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
