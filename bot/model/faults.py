"""What a failed call means: from status, body and headers to one of the typed errors. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.model.port import (
    AuthFailed,
    BadModelRequest,
    ContentFiltered,
    ModelError,
    Overloaded,
    RateLimited,
)

# What we wait when the provider names no time (its windows are 1, 10 and 60 seconds long).
DEFAULT_WAIT_SECONDS = 10.0
_DAY_SECONDS = 86_400.0
_TRY_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


class DeploymentNotFound(BadModelRequest):
    """The endpoint has no deployment of that name."""


def outcome_of(error: BaseException) -> str:
    """Return the snake_case name of the error's class, as the usage log writes it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def wait_seconds(headers: Mapping[str, str]) -> float | None:
    """
    Return how long the provider asks us to wait, or None.

    Azure sends `retry-after-ms: 0` beside `retry-after: 45` when the token window is used up, so
    the larger of the two counts.
    """
    asked = [
        seconds
        for name, unit in (("retry-after", 1.0), ("retry-after-ms", 0.001))
        if (seconds := _number(headers.get(name), unit)) is not None
    ]
    return max(asked) if asked else None


def _number(text: str | None, unit: float) -> float | None:
    try:
        value = float(text or "") * unit
    except ValueError:  # an HTTP date: Azure does not send one
        return None
    return value if 0 <= value < _DAY_SECONDS else None


def from_status(
    status: int, body: object, headers: Mapping[str, str], *, deployment: str, keyless: bool
) -> ModelError:
    """
    Return the typed error of an HTTP error answer.

    Args:
        status: HTTP status.
        headers: Of the answer; looked up by lower-case names.
        body: The answer's `error` object, or whatever came instead.
        deployment: The deployment's name, for the sentence.
        keyless: We signed in with Entra ID.
    """
    fault = body if isinstance(body, dict) else {}
    message = _excerpt(fault.get("message"))
    if is_filtered(fault):
        return filtered("prompt", fault)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _auth(status, message, keyless=keyless)
    if status == HTTPStatus.NOT_FOUND:
        return DeploymentNotFound(
            f'Azure knows no deployment "{deployment}" at this endpoint (404).',
            next_step="Compare AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_DEPLOYMENT with the portal; "
            "the deployment's name is wanted, not the model's.",
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(message, wait_seconds(headers))
    if status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Overloaded(
            f"Azure answered {status}.", next_step="It is tried again later; nothing to do."
        )
    return BadModelRequest(
        f"Azure rejected the request ({status}){_colon(message)}.",
        next_step=_bad_request_step(fault),
    )


def _rate_limited(message: str, asked: float | None) -> RateLimited:
    seconds = DEFAULT_WAIT_SECONDS if asked is None else asked
    return RateLimited(
        f"Azure's limit for this deployment is reached (429){_colon(message)}.",
        wait_seconds=seconds,
        next_step=f"It is tried again after {seconds:.0f} s; if it happens often, raise the "
        "deployment's tokens-per-minute limit in the portal.",
    )


def _auth(status: int, message: str, *, keyless: bool) -> AuthFailed:
    if keyless:
        step = (
            'Give this identity the role "Cognitive Services OpenAI User" on the resource, '
            "and check the token scope."
        )
    else:
        step = "Copy AZURE_OPENAI_API_KEY again from the resource that AZURE_OPENAI_ENDPOINT names."
    return AuthFailed(f"Azure refused the sign-in ({status}){_colon(message)}.", next_step=step)


def _bad_request_step(fault: Mapping[str, Any]) -> str:
    if fault.get("code") in {"unsupported_parameter", "unsupported_value"}:
        return "Unset the reasoning effort of this deployment, or choose a model that takes it."
    return "If the deployment's model takes structured outputs, please report this."


def is_filtered(fault: Mapping[str, Any]) -> bool:
    inner = _inner(fault)
    return (
        fault.get("code") == "content_filter" or inner.get("code") == "ResponsibleAIPolicyViolation"
    )


def filtered(where: str, fault: Mapping[str, Any]) -> ContentFiltered:
    """Return the error of a blocked prompt or completion; both spellings of Azure are read."""
    inner = _inner(fault)
    results = inner.get("content_filter_result") or inner.get("content_filter_results")
    if results is None:
        results = fault.get("content_filter_results")
    categories = filter_categories(results)
    side = "prompt" if where == "prompt" else "completion"
    named = f" ({', '.join(categories)})" if categories else ""
    return ContentFiltered(
        f"Azure's content filter blocked the {side}{named}.",
        where="prompt" if side == "prompt" else "completion",
        categories=categories,
    )


def filter_categories(results: object) -> tuple[str, ...]:
    """Return the names of the categories that were filtered, in alphabetical order."""
    if not isinstance(results, dict):
        return ()
    return tuple(
        sorted(
            str(name)
            for name, result in results.items()
            if isinstance(result, dict) and result.get("filtered") is True
        )
    )


def _inner(fault: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = fault.get("innererror") or fault.get("inner_error")
    return inner if isinstance(inner, dict) else {}


def _excerpt(message: object) -> str:
    # The provider's words may repeat parts of the prompt or of a key: short, and one line.
    text = " ".join(message.split()) if isinstance(message, str) else ""
    text = re.sub(r"\b[A-Za-z0-9_-]{24,}\b", "…", text)
    return text[:160].rstrip(" .")


def _colon(message: str) -> str:
    return f": {message}" if message else ""
