"""What the provider says about its limits, in the headers of every answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The `x-ratelimit-*` headers; None where one is missing.

    Attributes:
        requests, tokens: Allowed per minute; *_left: what is left of them now.
    """

    requests: int | None = None
    requests_left: int | None = None
    tokens: int | None = None
    tokens_left: int | None = None


def read_limits(headers: Mapping[str, str]) -> Limits | None:
    """Return the limits, or None when the answer names none."""
    limits = Limits(
        requests=_whole(headers.get("x-ratelimit-limit-requests")),
        requests_left=_whole(headers.get("x-ratelimit-remaining-requests")),
        tokens=_whole(headers.get("x-ratelimit-limit-tokens")),
        tokens_left=_whole(headers.get("x-ratelimit-remaining-tokens")),
    )
    return None if limits == Limits() else limits


def _whole(text: str | None) -> int | None:
    try:
        return max(0, int(float(text or "")))
    except (ValueError, OverflowError):
        return None
