"""Failover, pacing, retries and the budget, with a clock that only the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest
from pydantic import SecretStr

from bot.clock import FixedClock
from bot.model.azure import AzureModel
from bot.model.body import estimated_tokens
from bot.model.deployment import Deployment
from bot.model.failover import FailoverModel
from bot.model.faults import DeploymentNotFound
from bot.model.limits import Limits, read_limits
from bot.model.pace import Bucket, Pace
from bot.model.port import (
    AuthFailed,
    BudgetSpent,
    ContentFiltered,
    ModelError,
    ModelReply,
    ModelRequest,
    ModelTimeout,
    Overloaded,
    RateLimited,
    StatefulCall,
    Turn,
)
from bot.model.retry import MAX_ATTEMPTS, GiveUp, Wait, decide, rest_seconds
from tests.fakes.azure import Fail, FakeAzure, Say, Throttle
from tests.fakes.explaining import NOW, RememberedUsage

pytestmark = pytest.mark.anyio

REQUEST = ModelRequest(
    purpose="explain", instructions="x", turns=(Turn(role="user", text="y"),), timeout_seconds=10.0
)


class Time:
    """A clock of seconds that sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Scripted:
    """A deployment that fails as told, in order, and then answers with its name."""

    def __init__(self, name: str, *script: ModelError, limits: Limits | None = None) -> None:
        self.name = name
        self.limits = limits
        self.script = list(script)
        self.asked = 0
        self.at_once = self.most_at_once = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.script:
            raise self.script.pop(0)
        return ModelReply(text=self.name, deployment=self.name, model="m")

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).text
        if self.script:
            raise self.script.pop(0)


def failover(time: Time, *deployments: Scripted, **options: object) -> FailoverModel:
    return FailoverModel(
        deployments,
        FixedClock(NOW),
        sleep=time.sleep,
        monotonic=time,
        **options,  # type: ignore[arg-type]  # keyword arguments of the test
    )


def throttled(seconds: float = 45.0) -> RateLimited:
    return RateLimited("slow down", wait_seconds=seconds)


@pytest.mark.parametrize(
    "error",
    [
        throttled(),
        Overloaded("500"),
        ModelTimeout("slow"),
        AuthFailed("401"),
        DeploymentNotFound("404"),
    ],
)
async def test_second_deployment_serves_at_once(error: ModelError):
    """What is wrong with one deployment sends the request to the next without waiting."""
    time, first, second = Time(), Scripted("first", error), Scripted("second")

    reply = await failover(time, first, second).complete(REQUEST)

    assert (reply.text, time.slept) == ("second", [])


async def test_resting_deployment_is_left_alone_until_its_time():
    """The breaker stays open as long as the provider asked, and the first choice returns after it."""
    time, first, second = Time(), Scripted("first", throttled(45)), Scripted("second")
    model = failover(time, first, second)
    await model.complete(REQUEST)

    time.seconds = 44.0
    assert (await model.complete(REQUEST)).text == "second"
    time.seconds = 46.0
    assert (await model.complete(REQUEST)).text == "first"


async def test_single_deployment_waits_as_asked():
    """With nowhere to go the request waits what the provider asked, then succeeds."""
    time, only = Time(), Scripted("only", throttled(45))

    reply = await failover(time, only).complete(REQUEST)

    assert reply.text == "only"
    assert sum(time.slept) == pytest.approx(45)


async def test_patience_ends():
    """A wait beyond the patience is not begun: the provider's error comes at once."""
    time, only = Time(), Scripted("only", throttled(120))

    with pytest.raises(RateLimited):
        await failover(time, only, patience_seconds=90.0).complete(REQUEST)

    assert (time.slept, only.asked) == ([], 1)


@pytest.mark.parametrize(
    "errors",
    [[throttled(1)], [throttled(25)], [Overloaded("500")], [ModelTimeout("slow")]],
    ids=str,
)
async def test_a_requests_own_patience_bounds_everything(errors: list[ModelError]):
    """Whoever asks with less patience than the gateway's hears of a failure within it."""
    time = Time()
    regions = [Scripted(name, *errors * 50) for name in ("first", "second")]

    with pytest.raises(ModelError):
        await failover(time, *regions, patience_seconds=90.0).complete(REQUEST.within(20.0))

    assert time.seconds <= 20.0


async def test_no_call_may_outlast_the_patience():
    """A call gets what is left, not what it would like."""
    time, given = Time(), []

    class Noting(Scripted):
        async def complete(self, request: ModelRequest) -> ModelReply:
            given.append(request.timeout_seconds)
            return await super().complete(request)

    await failover(time, Noting("only", throttled(13))).complete(
        replace(REQUEST, patience_seconds=20.0)
    )

    assert given == [10.0, pytest.approx(7.0)]


async def test_attempts_are_bounded():
    """A provider that always fails at once is asked a handful of times, not for ever."""
    time, only = Time(), Scripted("only", *[Overloaded("500") for _ in range(50)])

    with pytest.raises(Overloaded):
        await failover(time, only, patience_seconds=1000.0).complete(REQUEST)

    assert only.asked == MAX_ATTEMPTS


@pytest.mark.parametrize(
    "error", [ContentFiltered("no", where="prompt"), StatefulCall("no"), ModelError("?")]
)
async def test_hopeless_errors_are_raised_at_once(error: ModelError):
    """What would fail everywhere is not sent a second time."""
    time, first, second = Time(), Scripted("first", error), Scripted("second")

    with pytest.raises(type(error)):
        await failover(time, first, second).complete(REQUEST)

    assert second.asked == 0


async def test_wrong_key_everywhere_is_said():
    """When every deployment refuses the sign-in, that is the error, now and on the next request."""
    time = Time()
    model = failover(time, Scripted("a", AuthFailed("401")), Scripted("b", AuthFailed("401")))

    for _ in range(2):
        with pytest.raises(AuthFailed):
            await model.complete(REQUEST)


async def test_stream_fails_over_before_its_first_piece_only():
    """A stream may change deployments while nothing was shown; later the failure is raised."""
    time = Time()
    early = failover(time, Scripted("first", Overloaded("500")), Scripted("second"))
    assert [piece async for piece in early.stream(REQUEST)] == ["second"]

    first, second = Scripted("first"), Scripted("second")
    pieces = []
    with pytest.raises(Overloaded):  # noqa: PT012  the failure comes in the middle of the loop
        async for piece in failover(time, first, second).stream(REQUEST):
            pieces.append(piece)
            first.script.append(Overloaded("dropped"))
    assert (pieces, second.asked) == (["first"], 0)


async def test_concurrency_is_bounded():
    """No more calls at once than allowed, and all of them are answered."""
    only = Scripted("only")
    model = failover(Time(), only, concurrency=3)

    replies = await asyncio.gather(*(model.complete(REQUEST) for _ in range(20)))

    assert len(replies) == 20
    assert only.most_at_once == 3


async def test_token_limit_paces_calls():
    """After the headers named a limit, calls are spread instead of being thrown at the wall."""
    tokens = estimated_tokens(REQUEST)
    limits = Limits(tokens=tokens * 2, tokens_left=tokens)
    time, only = Time(), Scripted("only", limits=limits)
    model = failover(time, only)
    await model.complete(REQUEST)
    only.limits = None

    await model.complete(REQUEST)
    assert time.slept == []
    await model.complete(REQUEST)
    assert sum(time.slept) == pytest.approx(30, abs=1)


@pytest.mark.parametrize(
    ("spent", "refused"), [(0.99, False), (1.0, True), (5.0, True), (None, False)]
)
async def test_daily_budget(spent: float | None, refused: bool):
    """At the budget no call is made; below it, or when the cost is unknown, calls go on."""

    async def so_far(now: datetime) -> float | None:
        assert now == NOW
        return spent

    only = Scripted("only")
    model = failover(Time(), only, daily_budget_usd=1.0, spent=so_far)

    if refused:
        with pytest.raises(BudgetSpent):
            await model.complete(REQUEST)
    else:
        await model.complete(REQUEST)
    assert only.asked == (0 if refused else 1)


async def test_two_real_servers():
    """Over real connections: a throttled first region, an answer from the second."""
    async with FakeAzure() as first, FakeAzure() as second:
        first.always(Throttle())
        second.then(Fail(500), Say("from the second"))
        usage = RememberedUsage()
        models = [
            AzureModel(
                Deployment(endpoint=server.endpoint, deployment="d", api_key=SecretStr("k")),
                usage,
                FixedClock(NOW),
            )
            for server in (first, second)
        ]
        reply = await FailoverModel(models, FixedClock(NOW)).complete(REQUEST)
        for model in models:
            await model.aclose()

    assert reply.text == "from the second"
    assert usage.outcomes == ["rate_limited", "overloaded", "ok"]


def test_policy_table():
    """Transient errors are retried within deadline and count; others never."""
    common = {"attempt": 1, "elapsed_seconds": 10.0, "deadline_seconds": 60.0, "wait_seconds": 5.0}
    assert decide(Overloaded("x"), **common) == Wait(5.0)  # type: ignore[arg-type]  # floats and int
    assert decide(Overloaded("x"), **{**common, "elapsed_seconds": 56.0}) == GiveUp()  # type: ignore[arg-type]  # as above
    assert decide(Overloaded("x"), **{**common, "attempt": MAX_ATTEMPTS}) == GiveUp()  # type: ignore[arg-type]  # as above
    assert decide(AuthFailed("x"), **common) == GiveUp()  # type: ignore[arg-type]  # as above


def test_rests_grow_and_honour_the_provider():
    """Backoff doubles up to its cap; a longer wish of the provider wins."""
    rests = [rest_seconds(Overloaded("x"), failures) for failures in range(1, 9)]
    assert rests == sorted(rests)
    assert rests[0] == 0.5
    assert rests[-1] == 20.0
    assert rest_seconds(throttled(45), 1) == 45.0
    assert rest_seconds(throttled(0), 3) == 2.0


def test_bucket_refills_evenly():
    """A minute's allowance comes back at an even rate; what exceeds it goes when it is full."""
    bucket = Bucket()
    assert bucket.wait_seconds(10_000, 0.0) == 0.0
    bucket.refresh(600, 0, 0.0)
    assert bucket.wait_seconds(10, 0.0) == pytest.approx(1.0)
    assert bucket.wait_seconds(10, 1.0) == pytest.approx(0.0)
    assert bucket.wait_seconds(9_999, 0.0) == pytest.approx(59.0, abs=1.1)


def test_late_success_does_not_end_a_rest():
    """A call that succeeds after another one was throttled does not send the rest at the wall."""
    pace = Pace()
    pace.failed(throttled(45), 0.0)
    pace.succeeded()
    assert pace.wait_seconds(1, 10.0) == pytest.approx(35.0)


@pytest.mark.parametrize("value", ["", "abc", "-5", "1e999", "nan"])
def test_odd_headers_do_no_harm(value: str):
    """Headers that are no numbers are as good as missing."""
    limits = read_limits({"x-ratelimit-limit-tokens": value})
    assert limits is None or limits.tokens == 0
