"""The one error of this room: what Slack would answer instead of `ok: true`."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """
    Slack says no.

    Args:
        code: Slack's error code, such as `not_in_channel`.
        details: Further fields of the answer, such as `needed` and `provided`.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.details}


class RateLimited(Refusal):
    """
    Too many calls: HTTP 429 with `Retry-After`.

    Args:
        retry_after_seconds: Whole seconds, at least 1.
    """

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("ratelimited")
        self.retry_after_seconds = max(1, retry_after_seconds)


def invalid_arguments(*messages: str) -> Refusal:
    """Return the refusal for arguments of the wrong shape, one `[ERROR] …` sentence each."""
    listed = [f"[ERROR] {message}" for message in messages]
    return Refusal("invalid_arguments", response_metadata={"messages": listed})


def missing_argument(name: str) -> Refusal:
    return invalid_arguments(f"missing required field: {name}")
