"""
What the rest of Plainwire knows of a language model.

A request carries its whole context as plain text; nothing refers to an earlier request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.errors import PlainwireError

Purpose = Literal["explain", "repair", "answer", "doctor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier utterance, as plain text."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSchema:
    """A strict JSON schema inside Azure's documented limits (facts: every property required, no ranges)."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """
    Everything one call needs.

    Attributes:
        instructions: The fixed part first (identical prefixes are cached by the provider).
        turns: The conversation so far, ending with a user turn.
        schema: When set, the reply's text is JSON of this schema; else plain text.
        timeout_seconds: Longest time for one call.
        patience_seconds: Longest time for all tries of it, standing in the gateway's own line
            included; None: what the gateway allows.
        cache_key: Prompt version, level and language; never a user or workspace.
        workspace_id: Whose budget it counts against, or None for shared work. Never sent.
    """

    purpose: Purpose
    instructions: str
    turns: tuple[Turn, ...]
    schema: JsonSchema | None = None
    max_output_tokens: int = 2_000
    timeout_seconds: float = 60.0
    patience_seconds: float | None = None
    cache_key: str = ""
    workspace_id: str | None = None

    def within(self, seconds: float) -> ModelRequest:
        """Return the request for somebody who has so many seconds left for it, none when negative."""
        left = max(0.0, seconds)
        timeout = min(self.timeout_seconds, left)
        return replace(self, patience_seconds=left, timeout_seconds=timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """
    What one call used, recorded for every outcome. Token counts are None when the provider did not say.

    Attributes:
        outcome: "ok" or the snake_case name of the error's class, such as "rate_limited".
        cost_usd: None when the model is not in the price table; never 0 for unknown.
    """

    at: datetime
    purpose: Purpose
    deployment: str
    outcome: str
    latency_seconds: float
    model: str = ""
    first_token_seconds: float | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    request_id: str = ""
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """A complete answer."""

    text: str
    deployment: str
    model: str


class Model(Protocol):
    async def complete(self, request: ModelRequest) -> ModelReply:
        """
        Return one whole answer.

        Raises:
            ModelError: One of its leaves below; retries and failover are already behind it.
        """
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """Yield pieces of plain text as they come; raises like `complete`, also in the middle."""
        ...


class UsageLog(Protocol):
    async def record(self, usage: Usage) -> None: ...


class ModelError(PlainwireError):
    """The language model gave no usable answer."""


class RateLimited(ModelError):
    """Too many requests or tokens; `wait_seconds` is what the provider asked for."""

    def __init__(self, what: str, *, wait_seconds: float, next_step: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.wait_seconds = wait_seconds


class Overloaded(ModelError):
    """The provider failed (5xx) or the connection broke."""


class ModelTimeout(ModelError):
    """No complete answer within the time allowed."""


class ContentFiltered(ModelError):
    """
    The provider's content filter blocked the prompt or the answer.

    Attributes:
        where: "prompt" or "completion"; categories: such as ("violence",).
    """

    def __init__(
        self, what: str, *, where: Literal["prompt", "completion"], categories: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.where = where
        self.categories = categories


class Truncated(ModelError):
    """The answer hit max_output_tokens."""


class Refused(ModelError):
    """The model declined."""


class BadModelRequest(ModelError):
    """The provider rejected the request: a bug of ours or a wrong deployment name."""


class AuthFailed(ModelError):
    """Key, token or role is wrong."""


class BudgetSpent(ModelError):
    """The operator's budget for today is used up."""


class StatefulCall(ModelError):
    """The guard stopped a request that would have stored or used state at the provider."""
