"""
Which addresses become links, and what a link may be called.

A link that says one site and leads to another is the oldest trick of mail; a feed could play it
on a whole channel in our name. A label that looks like an address must be the target's own.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

from bot.explain.outgoing.addresses import top_level_domains
from bot.render.clean import one_line

SLACK_URL = "https://slack.com"
MAX_URL_CHARS = 2_000
_SCHEMES = frozenset({"http", "https"})
# Browsers read "\\" as "/" and skip control characters: both let an address lie about its host.
_NEVER_IN_URL = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?::\d{1,5})?")
_IPV6_HOST = re.compile(r"\[[0-9a-f:.]+\](?::\d{1,5})?")
# Everything RFC 3986 allows in a path, query or fragment, less what Slack's <url|label> or a
# quoting reader could trip over: ' ( ) * stay out and are percent-encoded.
_KEPT = "/?#[]@!$&+,;=:%-._~"
_DOMAIN_IN_TEXT = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]+")


def safe_url(url: str) -> str | None:
    """
    Return *url* as it may stand between `<` and `>` in Slack (not yet entity-escaped), or None.

    None for anything but http(s), for addresses with user info (`https://bank.example@evil.example`),
    without a proper host, or longer than 2,000 characters once encoded.
    """
    if _NEVER_IN_URL.search(url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        host = _host_and_port(parts.netloc)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or host is None:
        return None
    rest = parts._replace(scheme="", netloc="").geturl() or "/"
    encoded = f"{parts.scheme.lower()}://{host}{quote(one_line(rest), safe=_KEPT)}"
    return encoded if len(encoded) <= MAX_URL_CHARS else None


def host_of(url: str) -> str:
    """Return the host of a safe url as people know it, without `www.`; "" when there is none."""
    host = urlsplit(url).hostname or ""
    return host.removeprefix("www.")


def honest_label(label: str, url: str) -> str:
    """Return *label*, or the target's host when the label is empty or names another address."""
    target = host_of(url)
    label = one_line(label).replace("|", "¦")
    if not label or _claims_other_host(label, target):
        return target
    return label


def _host_and_port(netloc: str) -> str | None:
    if not netloc or "@" in netloc or "\\" in netloc:
        return None
    netloc = unicodedata.normalize("NFKC", netloc).lower()
    if not netloc.isascii():
        try:
            netloc = netloc.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    whole = _IPV6_HOST.fullmatch(netloc) or (_HOST.fullmatch(netloc) and ".." not in netloc)
    return netloc if whole else None


def _claims_other_host(label: str, target: str) -> bool:
    plain = unicodedata.normalize("NFKC", label).lower().replace("。", ".")
    if "://" in plain:
        return True
    found = _DOMAIN_IN_TEXT.findall(plain)
    # "Node.js" is no address: nothing is registered under such an ending.
    return any(
        not _same_site(name, target) and name.rsplit(".", 1)[-1] in top_level_domains()
        for name in found
    )


def _same_site(name: str, target: str) -> bool:
    name = name.removeprefix("www.")
    return name == target or target.endswith(f".{name}")


def permalink(workspace_url: str, channel_id: str, ts: str) -> str:
    """Return the address of a Slack message, made without asking Slack."""
    return f"{workspace_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
