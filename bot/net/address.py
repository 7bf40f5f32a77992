"""
Where we may go: the pure rules for URLs and numeric addresses from outside.

`check_url` judges what is written; `public` judges the numeric address at the moment of connecting.
Only the second one is the guard (names can resolve to anything); the first gives early, clear answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

import idna

from bot.errors import AddressRefused, SettingsError

MAX_URL_CHARS = 4096
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65535

# IANA special-purpose registries. `is_global` alone says True for several of these on some Pythons
# (multicast, 6to4, NAT64, 192.0.0.192), so they are named here.
_REFUSED_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and some clouds' metadata
        "168.63.129.16/32",  # a public number that inside Azure leads to the host machine
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relay anycast
        "198.18.0.0/15",  # benchmarking
    )
)
_GLOBAL_V6 = ip_network("2000::/3")
_REFUSED_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking, …
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 wraps an IPv4 address
        "3fff::/20",  # documentation
    )
)
_BAD_CHARS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]|[\ud800-\udfff]")
_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z", re.IGNORECASE)
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


def public(address: str) -> bool:
    """
    Tell whether a numeric address belongs to the public internet.

    Args:
        address: As a resolver or socket gives it, such as "192.0.2.1" or "fe80::1%eth0".
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return _public_v4(ip)
    if ip.ipv4_mapped is not None:
        return _public_v4(ip.ipv4_mapped)
    return _public_v6(ip)


def _public_v4(ip: IPv4Address) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _REFUSED_V4)


def _public_v6(ip: IPv6Address) -> bool:
    if ip.scope_id is not None or ip not in _GLOBAL_V6 or not ip.is_global:
        return False
    return not any(ip in network for network in _REFUSED_V6)


@dataclass(frozen=True, slots=True)
class AllowList:
    """
    The operator's private places: exact (host, port) pairs that may be read although not public.

    A redirect or a DNS answer that leads to any other private place stays refused.
    """

    pairs: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> AllowList:
        """
        Read the setting PLAINWIRE_ALLOW_PRIVATE: "127.0.0.1:8080, intranet.example:80, [::1]:81".

        Raises:
            SettingsError: An item is not host:port.
        """
        items = [item.strip() for item in text.split(",") if item.strip()]
        return cls(frozenset(_pair(item) for item in items))

    def allows(self, host: str, port: int) -> bool:
        return (host, port) in self.pairs


def _pair(item: str) -> tuple[str, int]:
    host, _, port = item.rpartition(":")
    well_formed = host and port.isascii() and port.isdigit() and 0 < int(port) <= _MAX_PORT
    if not well_formed or (":" in host and not host.startswith("[")):
        raise SettingsError(
            f"PLAINWIRE_ALLOW_PRIVATE holds {item!r}, which is not host:port.",
            next_step="Write it like 127.0.0.1:8080 or [::1]:8080; separate several with commas.",
        )
    try:
        return _ascii_host(host.strip("[]")), int(port)
    except ValueError as error:
        raise SettingsError(
            f"PLAINWIRE_ALLOW_PRIVATE holds {item!r}, which names no valid host.",
            next_step="Write a host name or a numeric address before the colon.",
        ) from error


def check_url(url: str, allowed: AllowList) -> str:
    """
    Return *url* in one normal form (ASCII host, no default port, no fragment), if we may ask for it.

    Raises:
        AddressRefused: Not http(s), another port than 80 or 443, user data, a private or
            unreadable host, control characters, or too long.
    """
    shown = url[:200]
    if len(url) > MAX_URL_CHARS:
        raise _refused(shown, f"is longer than {MAX_URL_CHARS} characters")
    url = url.strip(" \t\r\n")
    if _BAD_CHARS.search(url):
        raise _refused(shown, "contains spaces, control characters or a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(shown, "is not a well-formed address") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise _refused(shown, "does not start with http:// or https://")
    if "@" in parts.netloc:
        raise _refused(shown, "contains a user name or password")
    if not parts.hostname:
        raise _refused(shown, "names no host")
    host = _checked_host(shown, parts.hostname, bracketed="[" in parts.netloc)
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if not allowed.allows(host, port):
        _check_place(shown, host, port)
    return _rebuild(parts.scheme, host, port, parts.path, parts.query)


def host_and_port(url: str) -> tuple[str, int]:
    """Return where a URL that passed `check_url` leads: ("example.org", 443)."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def _checked_host(shown: str, host: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            return IPv6Address(host).compressed
        except ValueError as error:
            raise _refused(shown, "holds a malformed IPv6 address") from error
    try:
        return _ascii_host(host)
    except ValueError as error:
        raise _refused(shown, "names a host that cannot exist") from error


def _ascii_host(host: str) -> str:
    """Return the host in lower-case ASCII; full-width digits and the like become plain first."""
    if ":" in host:
        return IPv6Address(host).compressed
    if "%" in host:
        raise ValueError(host)
    ascii_host = idna.encode(host.rstrip("."), uts46=True).decode() if not host.isascii() else host
    ascii_host = ascii_host.lower().rstrip(".")
    labels = ascii_host.split(".")
    if any(not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_-]{0,62})", label) for label in labels):
        raise ValueError(host)
    if _NUMERIC_LABEL.match(labels[-1]):
        # Only the dotted quad is a number to us; 2130706433, 0x7f.1 and 0177.0.0.1 are tricks.
        return str(IPv4Address(ascii_host))
    return ascii_host


def _check_place(shown: str, host: str, port: int) -> None:
    if port not in _DEFAULT_PORTS.values():
        raise _refused(
            shown, f"uses port {port}; only 80 and 443 are allowed", operator=(host, port)
        )
    numeric = ":" in host or bool(_NUMERIC_LABEL.match(host.rpartition(".")[2]))
    if numeric and not public(host):
        raise _refused(shown, "leads to a private address", operator=(host, port))
    private_name = "." not in host or host.endswith((".localhost", ".local", ".internal"))
    if not numeric and private_name:
        raise _refused(shown, "names a host of a private network", operator=(host, port))


def _rebuild(scheme: str, host: str, port: int, path: str, query: str) -> str:
    shown_host = f"[{host}]" if ":" in host else host
    authority = shown_host if port == _DEFAULT_PORTS[scheme] else f"{shown_host}:{port}"
    tail = f"?{quote(query, safe=_PATH_SAFE + '?')}" if query else ""
    return f"{scheme}://{authority}{quote(path, safe=_PATH_SAFE) or '/'}{tail}"


def _refused(shown: str, why: str, *, operator: tuple[str, int] | None = None) -> AddressRefused:
    next_step = "Use a public http:// or https:// address."
    if operator is not None:
        host = f"[{operator[0]}]" if ":" in operator[0] else operator[0]
        next_step = f"If it is yours, add {host}:{operator[1]} to PLAINWIRE_ALLOW_PRIVATE."
    return AddressRefused(f"The address {shown!r} {why}.", source=shown, next_step=next_step)
