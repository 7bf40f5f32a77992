"""
Which proxy leads to Slack, if any.

slack_sdk takes HTTPS_PROXY from the environment but knows no NO_PROXY, so that a sandbox on
loopback would be asked of the proxy. Ours is the usual rule, and loopback is never proxied.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """
    Return the proxy's address for *url*, or None to go there directly.

    The first variable that is set wins, in slack_sdk's own order; an empty one means none.
    """
    host = (urlsplit(url).hostname or "").lower()
    if is_loopback(host) or _is_excepted(host, environment):
        return None
    for name in _VARIABLES:
        value = environment.get(name)
        if value is not None:
            return value.strip() or None
    return None


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_excepted(host: str, environment: Mapping[str, str]) -> bool:
    listed = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    names = [name.strip().lower().split(":")[0].lstrip("*.") for name in listed.split(",")]
    if any(name.strip() == "*" for name in listed.split(",")):
        return True
    return any(name and (host == name or host.endswith(f".{name}")) for name in names)
