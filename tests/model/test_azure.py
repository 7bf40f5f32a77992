"""The Azure adapter against a loopback server that speaks Azure's wire format."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import FixedClock
from bot.errors import StorageError, UsageError
from bot.model import azure as azure_module
from bot.model.azure import AzureModel
from bot.model.deployment import Deployment, base_url
from bot.model.faults import DeploymentNotFound
from bot.model.port import (
    AuthFailed,
    BadModelRequest,
    ContentFiltered,
    ModelError,
    ModelRequest,
    ModelTimeout,
    Overloaded,
    RateLimited,
    Refused,
    StatefulCall,
    Truncated,
    Turn,
    Usage,
)
from bot.model.transport import proxy_for
from tests.fakes.azure import (
    BadBody,
    Behaviour,
    BlockPrompt,
    Drop,
    EndEarly,
    Fail,
    FakeAzure,
    Incomplete,
    Refuse,
    Say,
    Stall,
    Throttle,
)
from tests.fakes.explaining import NOW, RememberedUsage

pytestmark = pytest.mark.anyio

REQUEST = ModelRequest(
    purpose="answer",
    instructions="Answer in plain words.",
    turns=(Turn(role="user", text="What is new?"),),
    timeout_seconds=5.0,
)


@pytest.fixture
async def server() -> AsyncIterator[FakeAzure]:
    async with FakeAzure(api_key="right") as fake:
        yield fake


@pytest.fixture
def usage() -> RememberedUsage:
    return RememberedUsage()


@pytest.fixture
async def model(server: FakeAzure, usage: RememberedUsage) -> AsyncIterator[AzureModel]:
    adapter = AzureModel(deployment_at(server), usage, FixedClock(NOW))
    yield adapter
    await adapter.aclose()


def deployment_at(server: FakeAzure, key: str = "right") -> Deployment:
    return Deployment(endpoint=server.endpoint, deployment="plain", api_key=SecretStr(key))


async def collect(model: AzureModel, request: ModelRequest = REQUEST) -> str:
    return "".join([piece async for piece in model.stream(request)])


async def test_whole_answer(model: AzureModel, server: FakeAzure, usage: RememberedUsage):
    """A call returns the text and the model's name, and records tokens, cost and request id."""
    server.then(Say("Nothing is new."))

    reply = await model.complete(REQUEST)

    assert (reply.text, reply.deployment) == ("Nothing is new.", "plain")
    assert reply.model == "gpt-5-mini-2025-08-07"
    row = usage.rows[0]
    assert (row.outcome, row.at, row.deployment) == ("ok", NOW, "plain")
    assert row.input_tokens
    assert row.output_tokens
    assert row.cost_usd
    assert row.request_id in server.given_ids


async def test_streamed_answer(model: AzureModel, server: FakeAzure, usage: RememberedUsage):
    """A stream yields pieces that make up the text, and records the time to the first of them."""
    server.then(Say("One two three four five six seven."))

    pieces = [piece async for piece in model.stream(REQUEST)]

    assert len(pieces) > 1
    assert "".join(pieces) == "One two three four five six seven."
    assert usage.rows[0].first_token_seconds is not None
    assert usage.rows[0].output_tokens


async def test_half_a_character_is_dropped(model: AzureModel, server: FakeAzure):
    """What no store or encoder takes never comes out of the gateway, whole answers and streams alike."""
    server.then(Say("One\ud83d two\x00."), Say("One\ud83d two\x00."))

    assert (await model.complete(REQUEST)).text == "One two."
    assert await collect(model) == "One two."


FAULTS: list[tuple[Behaviour, type[ModelError]]] = [
    (Throttle(), RateLimited),
    (Fail(500), Overloaded),
    (Fail(503), Overloaded),
    (Fail(408), Overloaded),
    (Fail(401), AuthFailed),
    (Fail(403), AuthFailed),
    (Fail(404), DeploymentNotFound),
    (Fail(400, "unsupported_parameter"), BadModelRequest),
    (BlockPrompt(), ContentFiltered),
    (BlockPrompt(spelling="inner_error"), ContentFiltered),
    (Incomplete("content_filter"), ContentFiltered),
    (Incomplete("max_output_tokens"), Truncated),
    (Refuse(), Refused),
    (Drop(), Overloaded),
    (BadBody(), Overloaded),
    (Say(""), Overloaded),
]


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(("behaviour", "expected"), FAULTS)
async def test_every_failure_has_its_type_and_its_row(
    model: AzureModel,
    server: FakeAzure,
    usage: RememberedUsage,
    behaviour: Behaviour,
    expected: type[ModelError],
    streaming: bool,
):
    """Whatever the provider does comes out as one typed error, and one usage row says so."""
    server.then(behaviour)

    with pytest.raises(ModelError) as caught:
        await (collect(model) if streaming else model.complete(REQUEST))

    assert type(caught.value) is expected
    assert len(usage.rows) == len(server.calls) == 1
    assert usage.rows[0].outcome not in {"", "ok"}


@pytest.mark.parametrize("behaviour", [EndEarly(2), EndEarly(0), Drop(2)])
async def test_stream_without_its_end_is_an_error(
    model: AzureModel, server: FakeAzure, behaviour: Behaviour
):
    """A clean end of the connection in the middle is no answer, though the SDK says nothing."""
    server.then(behaviour)

    with pytest.raises(Overloaded):
        await collect(model)


async def test_the_longer_wait_counts(model: AzureModel, server: FakeAzure):
    """`retry-after-ms: 0` beside `retry-after: 45` means 45 seconds."""
    server.then(Throttle(retry_after=45, retry_after_ms=0))

    with pytest.raises(RateLimited) as caught:
        await model.complete(REQUEST)

    assert caught.value.wait_seconds == 45


async def test_filter_categories_are_kept(model: AzureModel, server: FakeAzure):
    """The categories that tripped the filter reach the caller in both spellings."""
    server.then(BlockPrompt(("violence",)), BlockPrompt(("jailbreak",), spelling="inner_error"))

    for expected in ("violence", "jailbreak"):
        with pytest.raises(ContentFiltered) as caught:
            await model.complete(REQUEST)
        assert caught.value.categories == (expected,)
        assert caught.value.where == "prompt"


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("after", [0, 1])
async def test_stalled_call_times_out(
    model: AzureModel, server: FakeAzure, usage: RememberedUsage, streaming: bool, after: int
):
    """Silence ends with ModelTimeout after the request's time, before or within the answer."""
    server.then(Stall(5.0, after_pieces=after if streaming else 0))
    request = replace(REQUEST, timeout_seconds=0.2)

    with pytest.raises(ModelTimeout):
        await (collect(model, request) if streaming else model.complete(request))

    assert usage.outcomes == ["model_timeout"]


async def test_trickle_does_not_outlive_the_timeout(model: AzureModel, server: FakeAzure):
    """The timeout bounds the whole answer, not each piece of it."""
    server.tokens_per_second = 10.0
    server.then(Say("word " * 200))

    with pytest.raises(ModelTimeout):
        await collect(model, replace(REQUEST, timeout_seconds=0.4))


async def test_a_slow_reader_is_no_timeout(model: AzureModel, server: FakeAzure):
    """Only waiting for the provider counts: who reads slowly still gets the whole answer."""
    server.then(Say("one two three four five six"))
    pieces = []

    async for piece in model.stream(replace(REQUEST, timeout_seconds=0.3)):
        pieces.append(piece)
        await asyncio.sleep(0.2)

    assert "".join(pieces) == "one two three four five six"


async def test_cancelled_call_is_recorded(
    model: AzureModel, server: FakeAzure, usage: RememberedUsage
):
    """A call that its asker gives up still leaves its row."""
    server.then(Stall(5.0))
    task = asyncio.create_task(model.complete(REQUEST))
    await asyncio.wait_for(server.called.wait(), 5)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert usage.outcomes == ["cancelled"]


async def test_abandoned_stream_is_recorded(
    model: AzureModel, server: FakeAzure, usage: RememberedUsage
):
    """A stream that nobody reads to the end leaves its row when it is closed."""
    server.then(Say("one two three four five six seven eight nine"))
    stream = model.stream(REQUEST)
    await anext(stream)

    await stream.aclose()  # type: ignore[attr-defined]  # ours is a generator

    assert usage.outcomes == ["cancelled"]


async def test_lost_bill_does_not_lose_the_answer(server: FakeAzure):
    """When the usage row cannot be written the paid answer is returned all the same."""

    class FullDisk:
        async def record(self, usage: Usage) -> None:
            raise StorageError("The disk is full.")

    adapter = AzureModel(deployment_at(server), FullDisk(), FixedClock(NOW))
    server.then(Say("Here."))
    assert (await adapter.complete(REQUEST)).text == "Here."
    await adapter.aclose()


async def test_wrong_key_says_what_to_do(server: FakeAzure, usage: RememberedUsage):
    """A wrong key names the setting, and the key itself stands in no message."""
    adapter = AzureModel(deployment_at(server, "wr0ng-key"), usage, FixedClock(NOW))

    with pytest.raises(AuthFailed) as caught:
        await adapter.complete(REQUEST)
    await adapter.aclose()

    assert "AZURE_OPENAI_API_KEY" in str(caught.value)
    assert "wr0ng-key" not in f"{caught.value!r} {adapter.deployment!r}"


async def test_unreachable_host_is_named(usage: RememberedUsage):
    """A host that refuses connections gives Overloaded with the host's name."""
    deployment = Deployment(
        endpoint="http://127.0.0.1:9", deployment="plain", api_key=SecretStr("k")
    )
    adapter = AzureModel(deployment, usage, FixedClock(NOW))

    with pytest.raises(Overloaded, match=r"127\.0\.0\.1"):
        await adapter.complete(REQUEST)
    await adapter.aclose()

    assert usage.outcomes == ["overloaded"]


async def test_no_key_and_no_entra_says_how_to_get_one(
    server: FakeAzure, usage: RememberedUsage, monkeypatch: pytest.MonkeyPatch
):
    """Without key and azure-identity the error names both ways out."""
    monkeypatch.setitem(sys.modules, "azure.identity.aio", None)
    adapter = AzureModel(replace(deployment_at(server), api_key=None), usage, FixedClock(NOW))

    with pytest.raises(AuthFailed, match=r"plainwire\[entra\]"):
        await adapter.complete(REQUEST)
    await adapter.aclose()

    assert (usage.outcomes, server.calls) == (["auth_failed"], [])


@pytest.mark.parametrize("streaming", [False, True])
async def test_guard_surfaces_unchanged(
    model: AzureModel,
    server: FakeAzure,
    monkeypatch: pytest.MonkeyPatch,
    streaming: bool,
):
    """A later edit that would store answers is stopped on its way out, as StatefulCall."""
    original = azure_module.request_body

    def edited(*args: object, **kwargs: object) -> dict[str, object]:
        return {**original(*args, **kwargs), "store": True}  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(azure_module, "request_body", edited)
    with pytest.raises(StatefulCall):
        await (collect(model) if streaming else model.complete(REQUEST))

    assert server.calls == []


async def test_limits_are_read_from_headers(model: AzureModel, server: FakeAzure):
    """The adapter keeps what the last answer said about its limits."""
    server.limits = {"x-ratelimit-limit-tokens": "5000", "x-ratelimit-remaining-tokens": "4000"}

    await model.complete(REQUEST)

    assert model.limits is not None
    assert (model.limits.tokens, model.limits.tokens_left) == (5000, 4000)


@pytest.mark.parametrize(
    ("given_endpoint", "expected"),
    [
        ("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/"),
        ("https://r.openai.azure.com/", "https://r.openai.azure.com/openai/v1/"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/"),
        ("https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai/v1/"),
        (
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024",
            "https://r.openai.azure.com/openai/v1/",
        ),
        (" https://r.services.ai.azure.com ", "https://r.services.ai.azure.com/openai/v1/"),
        ("https://gateway.example/team/openai/v1", "https://gateway.example/team/openai/v1/"),
        ("http://127.0.0.1:8099", "http://127.0.0.1:8099/openai/v1/"),
    ],
)
def test_endpoint_in_every_usual_form(given_endpoint: str, expected: str):
    """People paste the endpoint in several forms; all lead to the same address."""
    assert base_url(given_endpoint) == expected


@pytest.mark.parametrize(
    "wrong", ["", "r.openai.azure.com", "http://r.openai.azure.com", "ftp://x"]
)
def test_wrong_endpoint_is_said_at_start(wrong: str):
    """An endpoint that would send the key in the clear, or nowhere, is refused."""
    with pytest.raises(UsageError):
        base_url(wrong)


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    """Azure goes through the environment's proxy, loopback never does."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")

    assert proxy_for("https://r.openai.azure.com/openai/v1/") == "http://proxy.example:3128"
    assert proxy_for("http://127.0.0.1:1/openai/v1/") is None


def test_openai_is_not_imported_before_the_first_call():
    """Importing the gateway and building an adapter costs neither openai nor its HTTP client."""
    program = (
        "import pkgutil, importlib, sys, bot.model, bot.explain.write\n"
        "lazy = {'bot.model.transport'}\n"
        "for found in pkgutil.iter_modules(bot.model.__path__, 'bot.model.'):\n"
        "    if found.name not in lazy: importlib.import_module(found.name)\n"
        "from bot.model.azure import AzureModel\n"
        "from bot.model.deployment import Deployment\n"
        "from bot.clock import SystemClock\n"
        "AzureModel(Deployment(endpoint='https://x.example', deployment='d'), None, SystemClock())\n"
        "print([name for name in ('openai', 'httpx2', 'azure.identity') if name in sys.modules])\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout.replace("'", '"')) == []
