"""`plainwire doctor` on feeds: which ones answer, and what to do about each kind of failure."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from bot.app.finding import Finding
from bot.app.newsroom import Newsroom, feeds_to_read
from bot.news.feed import FeedReading, PolledFeed

Read = tuple[PolledFeed, FeedReading]

_PROXY: Final = "behind a proxy, set PLAINWIRE_OUTBOUND_PROXY."
# What keeps us from every server, when it keeps us from most: the reason, and where to look.
_NO_WAY: Final = {
    "dns": (
        "names cannot be resolved (DNS)",
        f"Check this machine's network and its DNS server; {_PROXY}",
    ),
    "connection": (
        "connections are refused or blocked",
        f"Check this machine's network and its firewall; {_PROXY}",
    ),
    "timeout": (
        "nobody answers in time",
        f"Check this machine's network, its DNS server and its firewall; {_PROXY}",
    ),
    "proxy": (
        "the proxy of PLAINWIRE_OUTBOUND_PROXY cannot be reached",
        "Check that the proxy runs, and its address in PLAINWIRE_OUTBOUND_PROXY.",
    ),
    "proxy_refuses": (
        "the proxy of PLAINWIRE_OUTBOUND_PROXY refuses",
        "Check what that proxy allows, and whether it wants a user and a password.",
    ),
    "private": (
        "every name leads to a private address",
        "A filter or a login page answers for the internet here: check this machine's network and DNS.",
    ),
}
_BY_ITSELF: Final = "Nothing to do for now: Plainwire tries it again by itself."
_STEPS: Final = {
    "dns": "If no such name exists any more, replace the feed; otherwise Plainwire tries it again "
    "by itself.",
    "connection": _BY_ITSELF,
    "timeout": f"{_BY_ITSELF} PLAINWIRE_FETCH_TIMEOUT_SECONDS gives slow servers longer.",
    "proxy": _NO_WAY["proxy"][1],
    "proxy_refuses": _NO_WAY["proxy_refuses"][1],
    "private": "Only public http and https addresses are asked; a feed in your own network is allowed "
    "by PLAINWIRE_ALLOW_PRIVATE.",
    "tls": f"{_BY_ITSELF} If your network has a certificate authority of its own, this machine has "
    "to trust it.",
}
_NOT_THERE: Final = frozenset({404, 410})
_NOT_FOR_US: Final = frozenset({401, 402, 403, 407, 451})
# Not faults of the address: the server asks for patience, or has one of its own.
_PASSING: Final = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR: Final = 500
# So many with one fault are hardly each one's own.
_MANY: Final = 3


async def check_feeds(newsroom: Newsroom) -> list[Finding]:
    """Read every feed that `run` would read, writing nothing down; return what to say of them."""
    is_starter, feeds = await feeds_to_read(newsroom.database)
    whose = "of the starter list" if is_starter else "on the list"
    if not feeds:
        return [
            Finding(
                area="feeds",
                state="failed",
                what="No feed is on the list.",
                next_step="Add one: plainwire feeds add URL",
            )
        ]
    read = await asyncio.gather(*(_read(newsroom, polled) for polled in feeds))
    return feed_findings(read, whose, os.environ, newsroom.settings.outbound_proxy is not None)


def feed_findings(
    read: Sequence[Read], whose: str, environment: Mapping[str, str], has_proxy: bool
) -> list[Finding]:
    """
    Return what to say of the feeds that were read (at least one).

    Args:
        read: Each feed, and what reading it brought.
        whose: Such as "of the starter list".
        environment: Where proxies are named that feeds are not read through.
        has_proxy: Whether feeds are read through one.
    """
    broken = [one for one in read if one[1].outcome in {"failed", "gone"}]
    causes = Counter(reading.cause for _, reading in broken if reading.cause in _NO_WAY)
    if len(broken) == len(read) and causes.total() * 2 > len(read):
        cause = causes.most_common(1)[0][0]
        none = f"None of the {len(read)} feeds" if len(read) > 1 else "The only feed"
        verb = "could be reached" if len(read) > 1 else "could not be reached"
        return [_no_way(cause, f"{none} {whose} {verb}", environment, has_proxy)]
    # What most of them have in common is the fault of this machine, and said once.
    common = {name for name, n in causes.items() if n >= _MANY and n * 2 > len(read)}
    shared = [
        _no_way(
            name,
            f"{causes[name]} of the {len(read)} feeds {whose} could not be reached",
            environment,
            has_proxy,
        )
        for name in common
    ]
    single = [one for one in broken if one[1].cause not in common]
    good = len(read) - len(broken)
    some = f"{good} of the {len(read)} feeds" if broken else f"All {len(read)} feeds"
    which = some if len(read) > 1 else "The only feed"
    summary = Finding(area="feeds", state="ok", what=f"{which} {whose} can be read.")
    return [*([summary] if good else []), *shared, *(_one(*one) for one in single)]


def _no_way(cause: str, what: str, environment: Mapping[str, str], has_proxy: bool) -> Finding:
    # Through a proxy we look up and connect to nobody else.
    cause = "proxy" if has_proxy and cause in {"dns", "connection"} else cause
    reason, step = _NO_WAY[cause]
    named = next((name for name in ("HTTPS_PROXY", "https_proxy") if environment.get(name)), "")
    if named and not has_proxy:
        step = (
            f"{named} is set here, but feeds are read through PLAINWIRE_OUTBOUND_PROXY alone: set "
            "that to the same proxy."
        )
    return Finding(area="feeds", state="failed", what=f"{what}: {reason}.", next_step=step)


def _one(polled: PolledFeed, reading: FeedReading) -> Finding:
    return Finding(
        area="feeds",
        state="warning",
        what=f"{polled.feed.name}: {' '.join(reading.problems) or 'It cannot be read.'}",
        next_step=_step(polled.feed.url, reading),
    )


def _step(url: str, reading: FeedReading) -> str:
    remove = f"plainwire feeds remove {url}"
    status = reading.status or 0
    if reading.outcome == "gone" or status in _NOT_THERE:
        return f"Look for its new address and add that; take this one off the list: {remove}"
    if status in _NOT_FOR_US:
        return f"Its publisher does not let programs read it. If it stays so: {remove}"
    if status in _PASSING or status >= _FIRST_SERVER_ERROR:
        return _BY_ITSELF
    if reading.cause in _STEPS:
        return _STEPS[reading.cause]
    if reading.cause == "broken":
        return _BY_ITSELF
    return f"If it stays so, look for another address of this feed, or take it off: {remove}"


async def _read(newsroom: Newsroom, polled: PolledFeed) -> Read:
    # Without validators: a check wants the document, not a 304.
    return polled, await newsroom.readers.feeds.read(PolledFeed(feed=polled.feed))
