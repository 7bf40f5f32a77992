"""A feed: a source we poll; its health; and what one reading of it brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.news.entry import ParsedEntry
from bot.news.scope import SHARED, Scope

FeedKind = Literal["rss", "rdf", "atom", "json", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """
    A source we poll.

    Attributes:
        url: Where it is; its identity.
        name: What people see, such as "The Ledger".
        outlet: Who owns it, as a registrable domain ("theledger.example"). Several feeds of one
            outlet count once.
        language: Two-letter code (ISO 639-1), or "" when unknown.
        weight: Authority from 0 (hardly) to 1 (first-hand or best-edited).
        only_ai: True when the feed carries nothing but AI news, so that an entry needs no AI word.
        scope: Shared for the catalogue; else the workspace or the conversation whose own feed it is.
        seed: What the ids of an own feed's entries are made from besides its address. It stays when
            the feed serves another conversation, or its channel gets another id; "" when not stored.
    """

    url: str
    name: str
    outlet: str
    language: str = "en"
    weight: float = 0.5
    only_ai: bool = False
    scope: Scope = SHARED
    seed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollState:
    """
    What we remember between polls of one feed. All instants are aware UTC.

    Attributes:
        next_poll_at: None means "now".
        failures: Failed polls in a row.
        moved_to: The address of the last permanent redirect, seen `moved_seen` times in a row.
        gone: The server answered 410: it is not polled again until someone adds it anew.
    """

    etag: str | None = None
    last_modified: str | None = None
    next_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str | None = None
    failures: int = 0
    moved_to: str | None = None
    moved_seen: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledFeed:
    """A feed together with what we remember of polling it."""

    feed: Feed
    poll: PollState = PollState()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """
    What one attempt to read a feed brought. Reading never raises for what the outside world does.

    Attributes:
        outcome: "new" (a document was read), "unchanged" (304), "failed", or "gone" (410).
        entries: The newest entries first as the feed orders them, at most 200.
        undated: How many entries carry no usable date.
        problems: Sentences for people: what was broken, left out or cut.
        conditional: The request carried If-None-Match or If-Modified-Since.
        retry_after_seconds: From Retry-After; max_age_seconds: from Cache-Control.
        moved_to: Target of a permanent redirect (301 or 308).
        cause: What kept us from the server: "dns", "connection" (refused or blocked), "timeout",
            "proxy" (not reached), "proxy_refuses", "tls", "private" (an address that we do not ask)
            or "broken" (cut, or no HTTP); "" when it answered.
    """

    outcome: Literal["new", "unchanged", "failed", "gone"]
    title: str = ""
    kind: FeedKind = "unknown"
    language: str = ""
    entries: tuple[ParsedEntry, ...] = ()
    undated: int = 0
    problems: tuple[str, ...] = ()
    status: int | None = None
    conditional: bool = False
    etag: str | None = None
    last_modified: str | None = None
    retry_after_seconds: float | None = None
    max_age_seconds: float | None = None
    moved_to: str | None = None
    cause: str = ""
