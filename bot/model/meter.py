"""The meter of one model call: writes one usage row, whatever the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from bot.clock import Clock
from bot.errors import StorageError
from bot.model.faults import outcome_of
from bot.model.port import ModelRequest, Usage, UsageLog
from bot.model.pricing import ModelFacts
from bot.model.reply import Tokens

log = structlog.get_logger(__name__)

# The loop itself keeps only weak references to tasks.
_WRITING: set[asyncio.Future[None]] = set()


class Meter:
    """
    `async with Meter(...) as meter`: measures from entry to exit and records at exit.

    Attributes:
        outcome, model, tokens, request_id: Filled by the caller as they become known.
    """

    def __init__(
        self,
        *,
        request: ModelRequest,
        deployment: str,
        usage: UsageLog,
        clock: Clock,
        facts: ModelFacts,
        monotonic: Callable[[], float],
    ) -> None:
        self.outcome = self.model = self.request_id = ""
        self.tokens = Tokens()
        self._request, self._deployment, self._usage = request, deployment, usage
        self._clock, self._facts, self._monotonic = clock, facts, monotonic
        self._begun = 0.0
        self._first_token_seconds: float | None = None

    def first_token(self) -> None:
        """Note when the first piece of text came; later calls change nothing."""
        if self._first_token_seconds is None:
            self._first_token_seconds = self._monotonic() - self._begun

    async def __aenter__(self) -> Self:
        self._begun = self._monotonic()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            self.outcome = "cancelled"
        elif error is not None:
            self.outcome = outcome_of(error)
        # A second cancellation must not lose the row: the write runs on in its own task.
        writing = asyncio.ensure_future(self._record())
        _WRITING.add(writing)
        writing.add_done_callback(_WRITING.discard)
        await asyncio.shield(writing)

    async def _record(self) -> None:
        usage = self._row()
        try:
            await self._usage.record(usage)
        except StorageError as error:
            # An answer that was paid for is not thrown away because its bill could not be filed.
            log.warning("usage_not_recorded", outcome=usage.outcome, reason=error.what)

    def _row(self) -> Usage:
        return Usage(
            at=self._clock.now(),
            purpose=self._request.purpose,
            deployment=self._deployment,
            outcome=self.outcome,
            latency_seconds=self._monotonic() - self._begun,
            model=self.model,
            first_token_seconds=self._first_token_seconds,
            input_tokens=self.tokens.input_tokens,
            cached_tokens=self.tokens.cached_tokens,
            output_tokens=self.tokens.output_tokens,
            reasoning_tokens=self.tokens.reasoning_tokens,
            cost_usd=self._facts.cost_usd(self.model, self.tokens),
            request_id=self.request_id,
            workspace_id=self._request.workspace_id,
        )
