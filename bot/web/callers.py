"""
Who asks, by address, and how often one address may ask without Slack's signature.

Signed requests are never counted: whoever floods us must not be able to shut Slack out.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web

from bot.logs import get_logger
from bot.token_bucket import Bucket, Rate

# Whoever has one IPv6 address has the 2^64 of its network.
_V6_PREFIX: Final = 64
# Addresses remembered at once; the one that asked longest ago is forgotten first.
MOST_ADDRESSES: Final = 10_000
_FORWARDED_FOR: Final = "X-Forwarded-For"
# No chain of proxies is longer; the header may be 8 kB.
_MOST_HOPS: Final = 20

Network = IPv4Network | IPv6Network
log = get_logger("web")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies whose X-Forwarded-For is believed; none by default."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, texts: Sequence[str]) -> TrustedProxies:
        """
        Read addresses and networks, such as "127.0.0.1" and "10.0.0.0/8".

        Raises:
            ValueError: One of them is neither.
        """
        return cls(tuple(ip_network(text, strict=False) for text in texts))

    def trusts(self, text: str) -> bool:
        """Return whether an address is one of them."""
        address = _address(text)
        return address is not None and any(address in network for network in self.networks)

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """
        Return by what a client is counted: its IPv4 address, or the /64 network of its IPv6 address.

        Args:
            peer: The connection's other end; "" where there is none (a Unix socket).
            forwarded: The X-Forwarded-For headers in their order. They are read from the right, where
                our own proxy writes: what stands left of the first hop that is not trusted may be
                made up.
        """
        client = peer
        hops = ",".join(forwarded).rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]
        while hops and self.trusts(client):
            hop = hops.pop()
            if _address(hop) is None:
                break
            client = hop
        return group_of(client)


def group_of(text: str) -> str:
    """Return an IPv4 address as it is, an IPv6 address's /64 network, and other texts unchanged."""
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), _V6_PREFIX), strict=False))
    return text if address is None else str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read "192.0.2.1", "192.0.2.1:8080", "2001:db8::1" or "[2001:db8::1]:8080"; None is neither."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


class Callers:
    """
    Counts requests per client address.

    Args:
        rate: What one address may ask.
        proxies: Whose word on the address counts.
        now: A monotonic clock in seconds.
    """

    def __init__(
        self,
        rate: Rate,
        proxies: TrustedProxies = TrustedProxies(),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._proxies, self._now = rate, proxies, now
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._warned = False

    def __len__(self) -> int:
        return len(self._buckets)

    def wait_seconds(self, request: web.Request) -> float:
        """Count a request; return 0, or in how many seconds its address may ask again."""
        return self.count(request.remote or "", request.headers.getall(_FORWARDED_FOR, []))

    def count(self, peer: str, forwarded: Sequence[str]) -> float:
        """Do the same by the connection's other end and the X-Forwarded-For headers."""
        self._hint(peer, forwarded)
        client = self._proxies.client(peer, forwarded)
        now = self._now()
        bucket = self._buckets.setdefault(client, Bucket(self._rate, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        away = bucket.away(now)
        if not away:
            bucket.take(now)
        return away

    def _hint(self, peer: str, forwarded: Sequence[str]) -> None:
        """Say once that a proxy's clients are all counted as one."""
        if forwarded and not self._warned and not self._proxies.trusts(peer):
            self._warned = True
            log.warning("proxy_not_trusted", setting="PLAINWIRE_TRUSTED_PROXIES")
