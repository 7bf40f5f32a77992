"""
What a failed call means: did Slack certainly not do it, or can nobody know?

Slack names its refusals; those are certain. A lost answer, a 5xx page, `internal_error` or
`fatal_error` ("some aspect of the operation may have succeeded") leave the outcome unknown.
A connection that was never made is certain again: nothing was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

# Everything slack_sdk lets through for what the network and the other side do. AttributeError:
# its response check trips over a body that is no JSON object (a proxy's text/plain page).
# ValueError: bytes that are no text, a JSON number as answer.
CALL_ERRORS = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    AttributeError,
    ValueError,
)
UNKNOWN_CODES = frozenset({"internal_error", "fatal_error", "service_unavailable"})
# Slack sends Retry-After with every 429; this is for a proxy that swallows it.
DEFAULT_RETRY_SECONDS = 30.0
UNREACHABLE_RETRY_SECONDS = 60.0
SERVER_ERROR = 500
CLIENT_ERROR = 400
TOO_MANY = 429
_WAITING_HELPS = frozenset({"team_added_to_org", "accesslimited", "request_timeout"})
_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """
    What became of a failed call.

    Attributes:
        certain: Slack certainly did not do it.
        code: Slack's code, or "unreachable", "http_403", "no_answer".
        detail: Slack's own words about the form of the call, for the operator.
        retry_after_seconds: Set when waiting helps.
    """

    certain: bool
    code: str
    detail: str = ""
    retry_after_seconds: float | None = None


def failure_of(error: Exception) -> Failure:
    """Return what one of `CALL_ERRORS` means."""
    if isinstance(error, SlackApiError):
        return _answered(error.response)
    if isinstance(error, _NEVER_SENT):
        return Failure(
            certain=True, code="unreachable", retry_after_seconds=UNREACHABLE_RETRY_SECONDS
        )
    if isinstance(error, SlackClientError):
        # Raised before anything is sent: a call with arguments slack_sdk refuses.
        return Failure(certain=True, code="invalid_arguments", detail=str(error)[:200])
    return Failure(certain=False, code="no_answer", detail=type(error).__name__)


def _answered(response: Any) -> Failure:
    status = _status(response)
    body = getattr(response, "data", None)
    body = body if isinstance(body, dict) else {}
    code = str(body.get("error") or "")
    if status == TOO_MANY or code in {"ratelimited", "rate_limited"}:
        return Failure(certain=True, code="ratelimited", retry_after_seconds=_retry_after(response))
    if code and code not in UNKNOWN_CODES and status < SERVER_ERROR:
        wait = UNREACHABLE_RETRY_SECONDS if code in _WAITING_HELPS else None
        return Failure(certain=True, code=code, detail=_detail(body), retry_after_seconds=wait)
    if CLIENT_ERROR <= status < SERVER_ERROR:
        # Not Slack's JSON: a proxy or gateway in between said no, which may pass.
        return Failure(
            certain=True, code=f"http_{status}", retry_after_seconds=UNREACHABLE_RETRY_SECONDS
        )
    return Failure(certain=False, code=code or f"http_{status}")


def _status(response: Any) -> int:
    # An AsyncSlackResponse, or aiohttp's response when the body was not JSON.
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    return int(status or 0)


def _retry_after(response: Any) -> float:
    headers = getattr(response, "headers", None) or {}
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                break
    return DEFAULT_RETRY_SECONDS


def _detail(body: dict[str, Any]) -> str:
    """Return Slack's hints, such as the JSON pointer of a wrong block or the scope needed."""
    needed = body.get("needed")
    if needed:
        return f"needs {needed}"
    metadata = body.get("response_metadata")
    hints = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(str(hint) for hint in hints[:3])[:300] if isinstance(hints, list) else ""
