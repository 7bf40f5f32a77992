"""
Which addresses become links, and what a link may be called.

A link that says one site and leads to another is the oldest trick of mail; a feed could play it
on a whole channel in our name. A label that looks like an address must be the target's own.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from urllib.parse import quote, urlsplit

from bot.explain.outgoing.addresses import top_level_domains
from bot.render.clean import one_line

SLACK_URL = "https://slack.com"
MAX_URL_CHARS = 2_000
# Percent-encoding makes an address longer, never shorter; white space around it goes.
_MAX_RAW_URL_CHARS = MAX_URL_CHARS + 100
_SCHEMES = frozenset({"http", "https"})
# Browsers read "\\" as "/" and skip control characters: both let an address lie about its host.
_NEVER_IN_URL = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?::\d{1,5})?")
_IPV6_HOST = re.compile(r"\[[0-9a-f:.]+\](?::\d{1,5})?")
# Everything RFC 3986 allows in a path, query or fragment, less what Slack's <url|label> or a
# quoting reader could trip over: ' ( ) * stay out and are percent-encoded.
_KEPT = "/?#[]@!$&+,;=:%-._~"
# Words with full stops between them. Possessive: a long one is read once.
_DOTTED = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)++")


def safe_url(url: str) -> str | None:
    """
    Return *url* as it may stand between `<` and `>` in Slack (not yet entity-escaped), or None.

    None for anything but http(s), for addresses with user info (`https://bank.example@evil.example`),
    without a proper host, or longer than 2,000 characters once encoded.
    """
    if len(url) > _MAX_RAW_URL_CHARS or _NEVER_IN_URL.search(url.strip()):
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
    dotted = (found[0].lstrip("_-") for found in _DOTTED.finditer(plain))
    return any(_looks_like_host(name) and not _same_site(name, target) for name in dotted)


def _looks_like_host(name: str) -> bool:
    """
    Return whether some part of a dotted word ends as addresses end.

    A version such as 2.1 does not, nor does "Node.js": nothing is registered under such an ending.
    """
    return any(
        before[-1:].isalnum() and re.split("[-_]", after, maxsplit=1)[0] in top_level_domains()
        for before, after in pairwise(name.split("."))
    )


def _same_site(name: str, target: str) -> bool:
    name = name.removeprefix("www.")
    return name == target or target.endswith(f".{name}")


def permalink(workspace_url: str, channel_id: str, ts: str) -> str:
    """Return the address of a Slack message, made without asking Slack."""
    return f"{workspace_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
