"""What posting a digest, or looking for a posted one, brings (values)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """
    Slack has it.

    Attributes:
        ts: The message's timestamp.
        by_another: Another Plainwire posted that date's digest, with the same token.
    """

    ts: str
    by_another: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPosted:
    """
    Slack certainly does not have it.

    Attributes:
        code: Slack's error code; retry_after_seconds: set when waiting helps, None when it does not.
        reason: For people, with what to do.
    """

    code: str
    reason: str
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown:
    """The answer got lost: Slack may or may not have it."""

    reason: str


PostOutcome = Posted | NotPosted | OutcomeUnknown

NOT_OURS = "not_ours"
"""The code of a `NotPosted`: while we waited for our turn, somebody else took the delivery over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFound:
    """The whole window was read: it was not posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotRead:
    """The channel's history cannot be read; `retry_after_seconds` is set when waiting helps."""

    code: str
    reason: str
    retry_after_seconds: float | None = None


FindOutcome = Posted | NothingFound | CannotRead
