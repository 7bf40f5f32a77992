"""Reading a finished answer of the Responses API, given as plain JSON data. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.model.faults import filter_categories, filtered, from_status, is_filtered
from bot.model.port import ContentFiltered, ModelError, Overloaded, Refused, Truncated
from bot.well_formed import well_formed


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Token counts of one call; None where the provider said nothing."""

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


def read_tokens(response: Mapping[str, Any]) -> Tokens:
    usage = _mapping(response.get("usage"))
    inputs = _mapping(usage.get("input_tokens_details"))
    outputs = _mapping(usage.get("output_tokens_details"))
    return Tokens(
        input_tokens=_count(usage.get("input_tokens")),
        cached_tokens=_count(inputs.get("cached_tokens")),
        cache_write_tokens=_count(inputs.get("cache_write_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
        reasoning_tokens=_count(outputs.get("reasoning_tokens")),
    )


def stored_anyway(response: Mapping[str, Any]) -> bool:
    """Return True when the provider says that it kept the answer although we asked it not to."""
    return response.get("store") is True


def read_text(response: Mapping[str, Any], *, deployment: str) -> str:
    """
    Return the answer's text.

    Raises:
        ModelError: ContentFiltered, Truncated, Refused or Overloaded, when it is not a whole answer.
    """
    problem = _problem(response, deployment)
    if problem is not None:
        raise problem
    refusal = next((part["refusal"] for part in _parts(response) if part.get("refusal")), None)
    if refusal is not None:
        raise Refused("The model declined to answer.")
    text = well_formed("".join(str(part.get("text") or "") for part in _parts(response)))
    if not text.strip():
        raise Overloaded("The model gave an empty answer.")
    return text


def _problem(response: Mapping[str, Any], deployment: str) -> ModelError | None:
    status = response.get("status")
    if status == "completed":
        return _blocked_completion(response)
    reason = _mapping(response.get("incomplete_details")).get("reason")
    if reason == "content_filter":
        return _blocked_completion(response) or filtered("completion", {})
    if reason == "max_output_tokens":
        return Truncated(
            "The answer was cut off at the allowed length.",
            next_step="Lower the reasoning effort of the deployment, or allow more tokens.",
        )
    return _failed(_mapping(response.get("error")), deployment)


def _blocked_completion(response: Mapping[str, Any]) -> ContentFiltered | None:
    filters = response.get("content_filters")
    for item in filters if isinstance(filters, list) else []:
        if isinstance(item, dict) and item.get("blocked"):
            where = "prompt" if item.get("source_type") == "prompt" else "completion"
            categories = filter_categories(item.get("content_filter_results"))
            error = filtered(where, {})
            error.categories = categories
            return error
    return None


def _failed(fault: Mapping[str, Any], deployment: str) -> ModelError:
    if is_filtered(fault):
        return filtered("completion", fault)
    if fault.get("code") == "rate_limit_exceeded":
        return from_status(429, fault, {}, deployment=deployment, keyless=False)
    return Overloaded("The model did not finish its answer.")


def _parts(response: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    output = response.get("output")
    for item in output if isinstance(output, list) else []:
        if isinstance(item, dict) and item.get("type") == "message":
            content = item.get("content")
            yield from (part for part in content or [] if isinstance(part, dict))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
