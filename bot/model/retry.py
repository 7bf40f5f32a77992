"""When a failed call is tried again: a pure policy."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.port import (
    AuthFailed,
    ModelError,
    ModelTimeout,
    Overloaded,
    RateLimited,
)

BASE_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 20.0
# A wrong key or a missing deployment stays wrong until somebody acts; the next one in line serves.
REST_AFTER_MISCONFIGURATION_SECONDS = 300.0
MAX_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Wait:
    """Try again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Raise the error."""


def is_transient(error: ModelError) -> bool:
    """Return True when the same request may well succeed later or elsewhere."""
    return isinstance(error, (RateLimited, Overloaded, ModelTimeout))


def rest_seconds(error: ModelError, failures: int) -> float:
    """
    Return how long a deployment is left alone after its *failures*-th failure in a row.

    The provider's own wish counts when it is longer than our backoff.
    """
    if isinstance(error, AuthFailed):
        return REST_AFTER_MISCONFIGURATION_SECONDS
    backoff: float = min(LONGEST_BACKOFF_SECONDS, BASE_SECONDS * 2 ** min(failures - 1, 16))
    if isinstance(error, RateLimited):
        return max(error.wait_seconds, backoff)
    return backoff


def decide(
    error: ModelError,
    *,
    attempt: int,
    elapsed_seconds: float,
    deadline_seconds: float,
    wait_seconds: float,
) -> Wait | GiveUp:
    """
    Decide what follows a failure when no other deployment is free.

    Args:
        error: What the last call ended with.
        attempt: How many calls were made for this request so far.
        elapsed_seconds: Since the first of them.
        deadline_seconds: The patience, counted from the first call.
        wait_seconds: Until the first deployment may be asked again.
    """
    if not is_transient(error) or attempt >= MAX_ATTEMPTS:
        return GiveUp()
    if elapsed_seconds + wait_seconds >= deadline_seconds:
        return GiveUp()
    return Wait(max(0.0, wait_seconds))
