"""
The guard: the last look at a request before it leaves, always on, failing closed.

Pure rules; `bot.model.transport` puts them under the client, so that no library default, no later
edit and no upgrade can store anything at the provider or refer to something stored there.
"""

from __future__ import annotations

import json
from typing import Any

from bot.model.port import StatefulCall

ALLOWED_KEYS: dict[str, frozenset[str]] = {
    "/responses": frozenset(
        {
            "model",
            "instructions",
            "input",
            "max_output_tokens",
            "text",
            "reasoning",
            "prompt_cache_key",
            "store",
            "stream",
        }
    ),
    "/chat/completions": frozenset(
        {
            "model",
            "messages",
            "max_completion_tokens",
            "response_format",
            "reasoning_effort",
            "prompt_cache_key",
            "store",
            "stream",
            "stream_options",
        }
    ),
}
_CONVERSATION = {"/responses": "input", "/chat/completions": "messages"}
_ROLES = frozenset({"user", "assistant", "system", "developer"})
_INNER_KEYS = {"text": frozenset({"format"}), "reasoning": frozenset({"effort"})}


def check(method: str, path: str, body: bytes) -> None:
    """
    Let a stateless request pass.

    Args:
        method: HTTP method, upper case.
        path: Below `/openai/v1`, without a query.
        body: As it goes over the wire.

    Raises:
        StatefulCall: It would store or use state at the provider, or has a part we do not know.
    """
    if method != "POST" or path not in ALLOWED_KEYS:
        raise _stopped(f"{method} {path} is not on the list of allowed calls")
    content = _object(body)
    if content.get("store") is not False:
        raise _stopped("it did not carry store: false")
    unknown = content.keys() - ALLOWED_KEYS[path]
    if unknown:
        raise _stopped(f"unknown or stateful keys: {', '.join(sorted(unknown))}")
    for name, allowed in _INNER_KEYS.items():
        _check_inner(name, content.get(name), allowed)
    _check_conversation(content.get(_CONVERSATION[path]))


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise _stopped("its body is not JSON") from error
    if not isinstance(content, dict):
        raise _stopped("its body is not a JSON object")
    return content


def _check_inner(name: str, value: object, allowed: frozenset[str]) -> None:
    if value is None:
        return
    if not isinstance(value, dict) or value.keys() - allowed:
        raise _stopped(f"{name} holds more than {', '.join(sorted(allowed))}")


def _check_conversation(items: object) -> None:
    """Only whole messages of plain text: no item references, no ids, no reasoning, no files."""
    if not isinstance(items, list) or not items:
        raise _stopped("the conversation is not a list of messages")
    for item in items:
        if not isinstance(item, dict) or item.keys() != {"role", "content"}:
            raise _stopped("the conversation holds something else than a plain message")
        if item["role"] not in _ROLES or not isinstance(item["content"], str):
            raise _stopped("the conversation holds something else than plain text")


def _stopped(why: str) -> StatefulCall:
    return StatefulCall(
        f"A model call was stopped before it left: {why}.",
        next_step="This is a fault in Plainwire; please report it.",
    )
