"""
The one client for addresses from outside.

Every feed, page and robots.txt is asked for here and nowhere else. What it promises:
no connection to a non-public address (guard.py), no port but 80 and 443, at most five redirects with
each hop judged anew, a total time limit, a cap on the bytes of the unpacked body, no cookies, no
proxy from the environment, and never more than two requests to one host at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.errors import AddressRefused, FetchFailed
from bot.net.address import AllowList, check_url, host_and_port
from bot.net.fetch_errors import explained, shown_host, too_large
from bot.net.guard import Passage, current_passage, guarded_socket
from bot.net.host_gate import HostGate
from bot.net.identity import CONTACT_URL, user_agent
from bot.net.site import same_site

MAX_REDIRECTS = 5
MAX_CONNECTIONS = 50
MAX_PER_HOST = 2
_CHUNK_BYTES = 64 * 1024
_MAX_HEADER_BYTES = 16 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """
    One answer.

    Attributes:
        url: As asked for; final_url: where the answer came from.
        headers: Names in lower case.
        body: Unpacked bytes; empty for 304 and for statuses from 400 on.
        permanent_redirect_to: Where an unbroken run of 301/308 from the start led, else None.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    permanent_redirect_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What stays the same over all hops of one request."""

    url: str
    headers: Mapping[str, str]
    max_bytes: int
    cut: bool
    timeout_seconds: float
    before_hop: Callable[[str], Awaitable[None]] | None


class SafeClient:
    """
    An async context manager around one aiohttp session.

    Args:
        allowed: The operator's private host:port pairs. They are exempt from the per-host limit
            too: politeness towards one's own machines is the operator's business.
        timeout_seconds: For a whole request with its redirects and the wait for a turn.
        contact: A URL that tells a publisher who asks.
        proxy: "http://host:port" of a corporate proxy, or None. With a proxy *it* resolves names
            and connects, so refusing private addresses becomes the proxy's job. Proxies named in
            the environment are never used.
        resolver: Another resolver than the system's (tests use it).
    """

    def __init__(
        self,
        *,
        allowed: AllowList | None = None,
        timeout_seconds: float = 20.0,
        connect_timeout_seconds: float = 5.0,
        contact: str = CONTACT_URL,
        proxy: str | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.allowed = allowed or AllowList()
        self.timeout_seconds = timeout_seconds
        self._connect_timeout_seconds = connect_timeout_seconds
        self._user_agent = user_agent(contact)
        self._proxy = proxy
        self._resolver = resolver
        self._gate = HostGate(MAX_PER_HOST)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_socket,
            resolver=self._resolver,
            use_dns_cache=False,
            limit=MAX_CONNECTIONS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        cut: bool = False,
        timeout_seconds: float | None = None,
        before_hop: Callable[[str], Awaitable[None]] | None = None,
    ) -> Fetched:
        """
        Ask for *url* and follow its redirects; any final HTTP status is an answer.

        Args:
            url: Where to ask; it is judged by `check_url` first.
            headers: Sent on every hop.
            max_bytes: Cap on the unpacked body.
            cut: Return the first *max_bytes* of a larger body instead of refusing it.
            timeout_seconds: Another total limit than the client's.
            before_hop: Called with each address before it is asked for; may raise to stop.

        Raises:
            AddressRefused: The address, or one it redirects to, is not ours to ask.
            TooLarge: The body exceeds *max_bytes*.
            FetchFailed: Network, TLS, time limit, redirects or malformed HTTP.
        """
        limit = self.timeout_seconds if timeout_seconds is None else timeout_seconds
        ask = _Ask(
            url=url,
            headers=headers or {},
            max_bytes=max_bytes,
            cut=cut,
            timeout_seconds=limit,
            before_hop=before_hop,
        )
        try:
            async with asyncio.timeout(limit):
                return await self._follow(ask)
        except TimeoutError as error:
            raise FetchFailed(
                f"{shown_host(url)} did not answer completely within {limit:g} s.",
                source=url,
                next_step="It will be tried again later.",
                cause="timeout",
            ) from error

    async def _follow(self, ask: _Ask) -> Fetched:
        here = check_url(ask.url, self.allowed)
        moved_to: str | None = None
        only_permanent = True
        for _ in range(MAX_REDIRECTS + 1):
            if ask.before_hop is not None:
                await ask.before_hop(here)
            answer = await self._hop(here, ask)
            if answer.status not in _REDIRECTS:
                return Fetched(
                    url=ask.url,
                    final_url=here,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    permanent_redirect_to=moved_to,
                )
            here = self._target(here, answer, ask)
            only_permanent = only_permanent and answer.status in _PERMANENT
            moved_to = here if only_permanent else moved_to
        raise FetchFailed(
            f"{shown_host(ask.url)} redirects more than {MAX_REDIRECTS} times.", source=ask.url
        )

    def _target(self, here: str, answer: Fetched, ask: _Ask) -> str:
        location = answer.headers.get("location", "")
        if not location:
            raise FetchFailed(
                f"{shown_host(here)} redirects without saying where to.",
                source=ask.url,
                status=answer.status,
            )
        # Header bytes outside UTF-8 arrive as lone surrogates.
        location = location.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            target = check_url(urljoin(here, location), self.allowed)
        except ValueError as error:
            raise AddressRefused(
                f"{shown_host(here)} redirects to a malformed address.", source=ask.url
            ) from error
        # Decision: https may lead to http only within one site; anywhere else a redirect to
        # plain http is how a stranger on the wire would take over.
        downgraded = here.startswith("https:") and target.startswith("http:")
        if downgraded and not same_site(shown_host(here), shown_host(target)):
            raise AddressRefused(
                f"{shown_host(here)} redirects from https to plain http on another site.",
                source=ask.url,
                next_step="Ask for the address that it should lead to.",
            )
        return target

    async def _hop(self, url: str, ask: _Ask) -> Fetched:
        host, port = host_and_port(url)
        own = self.allowed.allows(host, port)
        async with nullcontext() if own else self._gate.turn(host):
            passage = Passage(private_port=self._private_port(port, own=own))
            token = current_passage.set(passage)
            try:
                return await self._ask(url, ask)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise explained(
                    error, host=host, source=ask.url, refused=bool(passage.refused)
                ) from error
            finally:
                current_passage.reset(token)

    def _private_port(self, port: int, *, own: bool) -> int | None:
        if self._proxy is not None:
            return URL(self._proxy).port
        return port if own else None

    async def _ask(self, url: str, ask: _Ask) -> Fetched:
        async with self._requested(url, ask) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            wanted = 200 <= response.status < 300  # noqa: PLR2004  (the HTTP success class)
            body = await _body(response, ask) if wanted else b""
            return Fetched(
                url=url, final_url=url, status=response.status, headers=headers, body=body
            )

    @asynccontextmanager
    async def _requested(self, url: str, ask: _Ask) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("SafeClient is used outside of its `async with`")
        timeout = aiohttp.ClientTimeout(
            total=ask.timeout_seconds, sock_connect=self._connect_timeout_seconds
        )
        async with self._session.get(
            # Already in normal form: yarl must not decode and encode it once more.
            URL(url, encoded=True),
            headers=ask.headers,
            allow_redirects=False,
            proxy=self._proxy,
            timeout=timeout,
        ) as response:
            yield response


async def _body(response: aiohttp.ClientResponse, ask: _Ask) -> bytes:
    """Read the unpacked body up to the cap; what is announced as larger is not even begun."""
    announced = response.content_length or 0
    if announced > ask.max_bytes and not ask.cut:
        raise too_large(ask.url, ask.max_bytes)
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > ask.max_bytes:
            if ask.cut:
                break
            raise too_large(ask.url, ask.max_bytes)
    return b"".join(parts)[: ask.max_bytes]
