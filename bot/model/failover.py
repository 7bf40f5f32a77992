"""Several deployments behind one `Model`: pacing, retries, failover and the daily budget."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.model.body import estimated_tokens
from bot.model.faults import DeploymentNotFound, outcome_of
from bot.model.limits import Limits
from bot.model.pace import Pace
from bot.model.port import (
    AuthFailed,
    BudgetSpent,
    ModelError,
    ModelReply,
    ModelRequest,
    RateLimited,
)
from bot.model.retry import GiveUp, decide, is_transient

log = structlog.get_logger(__name__)


class Deployed(Protocol):
    """One deployment, such as `AzureModel`."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits | None: ...

    async def complete(self, request: ModelRequest) -> ModelReply: ...

    def stream(self, request: ModelRequest) -> AsyncIterator[str]: ...


class _Lane:
    """A deployment with its pace and its places."""

    def __init__(self, model: Deployed, concurrency: int) -> None:
        self.model = model
        self.pace = Pace()
        self.places = asyncio.Semaphore(concurrency)


class FailoverModel:
    """
    The `Model` that the rest of Plainwire gets.

    Text-only history makes any hop safe: the second deployment needs nothing of the first.

    Args:
        deployments: In order of preference; at least one.
        concurrency: Calls at once per deployment.
        patience_seconds: How long one request may take in all, waits and further tries included;
            standing in line for a place here does not count, unless the request says how long it
            may take itself.
        daily_budget_usd: None for no limit.
        spent: The dollars spent on the UTC day of the given instant; None when unknown (no price
            known for the model), and then the budget cannot bind.
        sleep, monotonic: Replaced in tests.
    """

    def __init__(
        self,
        deployments: Sequence[Deployed],
        clock: Clock,
        *,
        concurrency: int = 4,
        patience_seconds: float = 90.0,
        daily_budget_usd: float | None = None,
        spent: Callable[[datetime], Awaitable[float | None]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not deployments:
            raise ValueError("FailoverModel needs at least one deployment")
        self._lanes = [_Lane(model, concurrency) for model in deployments]
        self._clock, self._sleep, self._monotonic = clock, sleep, monotonic
        self._patience_seconds = patience_seconds
        self._budget_usd, self._spent = daily_budget_usd, spent

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return one whole answer; raises the last ModelError when patience or deployments run out."""
        trip = _Trip(request, self._monotonic(), self._patience_seconds)
        while True:
            lane = await self._next_lane(trip)
            try:
                async with self._place(lane, trip):
                    return await lane.model.complete(trip.bounded(self._monotonic()))
            except ModelError as error:
                self._after_failure(lane, trip, error)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """Yield one answer; after its first piece a failure is raised, not tried again."""
        trip = _Trip(request, self._monotonic(), self._patience_seconds)
        while True:
            lane = await self._next_lane(trip)
            begun = False
            try:
                async with self._place(lane, trip):
                    pieces = lane.model.stream(trip.bounded(self._monotonic()))
                    async with aclosing(pieces):  # type: ignore[type-var]  # ours are generators
                        async for piece in pieces:
                            begun = True
                            yield piece
                    return
            except ModelError as error:
                if begun:
                    lane.pace.failed(error, self._monotonic())
                    raise
                self._after_failure(lane, trip, error)

    @asynccontextmanager
    async def _place(self, lane: _Lane, trip: _Trip) -> AsyncIterator[None]:
        """Hold one place in the lane; a success closes its breaker, and headers set its pace."""
        async with lane.places:
            if trip.attempts == 0:
                trip.begun = self._monotonic()  # standing in our own line is no failed try
            try:
                yield
                lane.pace.succeeded()
            finally:
                lane.pace.refresh(lane.model.limits, self._monotonic())

    async def _next_lane(self, trip: _Trip) -> _Lane:
        """Return the first deployment that may be asked, waiting for one within the patience."""
        while True:
            await self._check_budget()
            now = self._monotonic()
            waits = [
                (lane.pace.wait_seconds(trip.tokens, now), index)
                for index, lane in enumerate(self._lanes)
                if lane not in trip.ruled_out
            ]
            wait, index = min(waits)
            lane = self._lanes[index]
            if wait <= 0:
                # Taken here, with no await since the look: two callers cannot both see it free.
                lane.pace.take(trip.tokens, now)
                return lane
            await self._wait(wait, lane, trip, now)

    async def _wait(self, wait: float, lane: _Lane, trip: _Trip, now: float) -> None:
        error = (
            trip.last_error
            or lane.pace.last_error
            or RateLimited("All model deployments are busy or resting.", wait_seconds=wait)
        )
        step = decide(
            error,
            attempt=trip.attempts,
            elapsed_seconds=now - trip.begun,
            deadline_seconds=trip.left(trip.begun),
            wait_seconds=wait,
        )
        if isinstance(step, GiveUp):
            raise error
        await self._sleep(step.seconds)

    def _after_failure(self, lane: _Lane, trip: _Trip, error: ModelError) -> None:
        """Note the failure; raise it when no further try can help."""
        misconfigured = isinstance(error, (AuthFailed, DeploymentNotFound))
        if not misconfigured and not is_transient(error):
            raise error
        now = self._monotonic()
        lane.pace.failed(error, now)
        trip.attempts += 1
        trip.last_error = error
        log.info("model_call_failed", deployment=lane.model.name, outcome=outcome_of(error))
        if misconfigured:
            trip.ruled_out.add(lane)
            if len(trip.ruled_out) == len(self._lanes):
                raise error
        if trip.left(now) <= 0:
            raise error

    async def _check_budget(self) -> None:
        if self._budget_usd is None or self._spent is None:
            return
        spent = await self._spent(self._clock.now())
        if spent is not None and spent >= self._budget_usd:
            raise BudgetSpent(
                f"Today's model budget of ${self._budget_usd:.2f} is used up.",
                next_step="Explanations go on without a model until midnight UTC, or until the "
                "budget is raised.",
            )


class _Trip:
    """One request on its way past the deployments."""

    def __init__(self, request: ModelRequest, begun: float, patience_seconds: float) -> None:
        self.request, self.begun = request, begun
        self._patience_seconds = patience_seconds
        own = request.patience_seconds
        self._ends = math.inf if own is None else begun + own
        self.tokens = estimated_tokens(request)
        self.attempts = 0
        self.last_error: ModelError | None = None
        self.ruled_out: set[_Lane] = set()

    def left(self, now: float) -> float:
        """Return how many seconds are left for this request; negative when its time is over."""
        return min(self.begun + self._patience_seconds, self._ends) - now

    def bounded(self, now: float) -> ModelRequest:
        """Return the request with no more time than is left."""
        left = max(0.0, self.left(now))
        if left >= self.request.timeout_seconds:
            return self.request
        return replace(self.request, timeout_seconds=left)
