"""Slack's time limits, each with its real value; tests make them small."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """
    All in seconds, as documented in facts/slack.md sections 1, 2 and 5.

    Attributes:
        ack: How long an app may take to acknowledge an event, command or action.
        retry_delays: Waits before the second, third and fourth delivery of an event.
        trigger: Life of a trigger_id.
        response_url: Life of a response_url; it also has `response_url_uses` uses.
        stream: Life of a stream from its start, whatever is appended.
        status: How long a thread status stays without a post.
        upload: Life of an upload URL.
        ticket: Life of a Socket Mode URL before it is used.
    """

    ack: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger: float = 3.0
    response_url: float = 1800.0
    response_url_uses: int = 5
    stream: float = 306.0
    status: float = 120.0
    upload: float = 3600.0
    ticket: float = 30.0
