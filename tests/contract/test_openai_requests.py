"""
Every request body that we send, against the public OpenAI request schema and the installed types.

The schema is a public artefact that is not ours to commit; its test is skipped without it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import SecretStr, TypeAdapter

from bot.clock import FixedClock
from bot.explain.explanation import Form, Level
from bot.explain.glossary import Glossary
from bot.explain.write import Explainer
from bot.model.azure import AzureModel
from bot.model.body import request_body
from bot.model.deployment import Deployment
from bot.model.doctor import check_deployment
from bot.model.guard import check as guard
from bot.model.port import JsonSchema, ModelRequest, Turn
from tests.fakes.azure import FakeAzure, hallucinate
from tests.fakes.explaining import (
    NOW,
    RememberedExplanations,
    RememberedUsage,
    make_pages,
    make_story,
    make_update,
)

pytestmark = pytest.mark.anyio

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "openai-requests.json.gz"


def closed(node: Any) -> Any:
    """Make oneOf anyOf (the spec's alternatives overlap), and drop the discriminators."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        ("anyOf" if name == "oneOf" else name): closed(value)
        for name, value in node.items()
        if name != "discriminator"
    }


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    if not SCHEMAS.exists():
        pytest.skip("the public OpenAI request schema is not at ../shared/data")
    spec = closed(json.loads(gzip.decompress(SCHEMAS.read_bytes())))
    # Closed at the top and for the plain messages that we send: an unknown key is a failure.
    parts = spec["components"]["schemas"]
    parts["CreateResponse"]["unevaluatedProperties"] = False
    for name in (
        "EasyInputMessage",
        "Reasoning",
        "ResponseTextParam",
        "TextResponseFormatJsonSchema",
    ):
        parts[name]["unevaluatedProperties"] = False
    spec["$ref"] = "#/components/schemas/CreateResponse"
    return Draft202012Validator(spec)


@pytest.fixture(scope="module")
def types() -> list[TypeAdapter[Any]]:
    """The SDK's own parameter types, as one adapter for whole and one for streamed answers."""
    from openai.types.responses import response_create_params as params

    return [
        TypeAdapter(params.ResponseCreateParamsNonStreaming),
        TypeAdapter(params.ResponseCreateParamsStreaming),
    ]


@pytest.fixture
async def server() -> AsyncIterator[FakeAzure]:
    async with FakeAzure() as fake:
        yield fake


def model_at(server: FakeAzure) -> AzureModel:
    deployment = Deployment(
        endpoint=server.endpoint, deployment="plain", api_key=SecretStr("k"), effort="low"
    )
    return AzureModel(deployment, RememberedUsage(), FixedClock(NOW))


async def send_everything(model: AzureModel, server: FakeAzure) -> None:
    """One request of every purpose: explain in each form and level, repair, answer, doctor."""
    for form in Form:
        for level in Level:
            server.then(hallucinate())  # so that a repair call follows
            explainer = Explainer(model, RememberedExplanations(), Glossary.load())
            for story in (make_story(), make_update()):
                await explainer.explain(
                    story,
                    make_pages(),
                    form=form,
                    level=level,
                    language="en",
                    now=NOW,
                    told_before="Harbor plans a phone model",
                )
    question = ModelRequest(
        purpose="answer",
        instructions="Answer.",
        turns=(
            Turn(role="user", text="What is new?"),
            Turn(role="assistant", text="A model for phones."),
            Turn(role="user", text="Since when?"),
        ),
        cache_key="a-1",
    )
    await model.complete(question)
    assert [piece async for piece in model.stream(question)]
    await check_deployment(model, today=NOW.date())


async def test_every_request_is_stateless_and_valid(
    server: FakeAzure, validator: Draft202012Validator, types: list[TypeAdapter[Any]]
):
    """Each body has store false, no earlier id, and fits the public schema and the SDK's types."""
    model = model_at(server)
    await send_everything(model, server)
    await model.aclose()

    assert {call.path for call in server.calls} == {"/openai/v1/responses"}
    assert len(server.calls) == 6 * 3 + 3
    for call in server.calls:
        assert call.body["store"] is False
        errors = [error.message for error in validator.iter_errors(call.body)]
        assert errors == []
        types[bool(call.body.get("stream"))].validate_python(call.body)
    text = json.dumps([call.body for call in server.calls])
    assert not [given_id for given_id in server.given_ids if given_id in text]


async def test_schema_test_can_fail(validator: Draft202012Validator):
    """The validator is not blind: unknown keys, wrong types and bad roles are found."""
    good = {"model": "d", "input": [{"role": "user", "content": "x"}], "store": False}
    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"brand_new": 1})
    assert not validator.is_valid(good | {"store": "no"})
    assert not validator.is_valid(good | {"input": [{"role": "boss", "content": "x"}]})
    assert not validator.is_valid(good | {"text": {"format": {"type": "json_schema"}}})


async def test_follow_up_at_another_server():
    """Turn 2 goes to a server that never saw turn 1, and carries the whole conversation as text."""
    turns = (Turn(role="user", text="What is new?"),)
    async with FakeAzure() as first, FakeAzure() as second:
        one, two = model_at(first), model_at(second)
        request = ModelRequest(purpose="answer", instructions="Answer.", turns=turns)
        reply = await one.complete(request)
        later = (*turns, Turn(role="assistant", text=reply.text), Turn(role="user", text="And?"))
        follow_up = ModelRequest(purpose="answer", instructions="Answer.", turns=later)
        assert (await two.complete(follow_up)).text
        await one.aclose()
        await two.aclose()

    sent = second.calls[0].body
    assert [item["content"] for item in sent["input"]] == ["What is new?", reply.text, "And?"]
    assert not [given_id for given_id in first.given_ids if given_id in json.dumps(sent)]
    assert not first.gets
    assert not second.gets


TURNS = st.lists(
    st.builds(Turn, role=st.sampled_from(["user", "assistant"]), text=st.text(max_size=200)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(TURNS, st.text(max_size=80), st.booleans(), st.booleans())
def test_replay_is_byte_equal_and_passes_the_guard(
    turns: list[Turn], instructions: str, stream: bool, structured: bool
):
    """The body is a pure function of the request, whatever the texts say, and is always stateless."""
    schema = JsonSchema(name="x", schema={"type": "object"}) if structured else None
    request = ModelRequest(
        purpose="answer", instructions=instructions, turns=tuple(turns), schema=schema
    )
    deployment = Deployment(endpoint="https://x.example", deployment="d")

    first = json.dumps(request_body(request, deployment, stream=stream)).encode()
    again = json.dumps(request_body(request, deployment, stream=stream)).encode()

    assert first == again
    guard("POST", "/responses", first)
