"""What calls cost, when models end, and what the doctor says."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import SecretStr

from bot.clock import FixedClock
from bot.model.azure import AzureModel
from bot.model.deployment import Deployment
from bot.model.doctor import DeploymentCheck, check_deployment, retirement_warning
from bot.model.pricing import ModelFacts
from bot.model.reply import Tokens
from tests.fakes.azure import Behaviour, Fail, FakeAzure, Throttle
from tests.fakes.explaining import NOW, RememberedUsage

pytestmark = pytest.mark.anyio

FACTS = ModelFacts.load()


def test_price_of_a_call():
    """Fresh, cached and written tokens each have their price; a date suffix changes nothing."""
    tokens = Tokens(
        input_tokens=1_000_000,
        cached_tokens=400_000,
        cache_write_tokens=100_000,
        output_tokens=10_000,
    )
    expected = 0.5 * 0.10 + 0.4 * 0.01 + 0.1 * 0.125 + 0.01 * 0.50

    assert FACTS.cost_usd("gpt-6-luna-2026-10-01", tokens) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("gpt-99", Tokens(input_tokens=1, output_tokens=1)), ("gpt-5-mini", Tokens()), ("", Tokens())],
)
def test_unknown_cost_is_none(model: str, tokens: Tokens):
    """What is not known is never reported as free."""
    assert FACTS.cost_usd(model, tokens) is None


@pytest.mark.parametrize(
    ("today", "warned"),
    [(date(2026, 11, 1), False), (date(2026, 11, 20), True), (date(2027, 3, 1), True)],
)
def test_retirement_warning(today: date, warned: bool):
    """The warning comes 90 days ahead and stays."""
    assert bool(retirement_warning("gpt-5-mini-2025-08-07", today, FACTS)) is warned


async def checked(behaviour: Behaviour) -> DeploymentCheck:
    async with FakeAzure() as server:
        server.then(behaviour)
        deployment = Deployment(
            endpoint=server.endpoint, deployment="plain", api_key=SecretStr("key-of-mine")
        )
        model = AzureModel(deployment, RememberedUsage(), FixedClock(NOW))
        found = await check_deployment(model, today=NOW.date())
        await model.aclose()
        assert len(server.calls) == 1
        assert server.calls[0].body["store"] is False
    return found


@pytest.mark.parametrize(
    ("behaviour", "ok", "word"),
    [
        (Behaviour(), True, "answers"),
        (Fail(401), False, "AZURE_OPENAI_API_KEY"),
        (Fail(404), False, "AZURE_OPENAI_DEPLOYMENT"),
        (Throttle(), True, "tokens-per-minute"),
        (Fail(400, "unsupported_parameter"), False, "reasoning effort"),
        (Fail(500), False, "500"),
    ],
)
async def test_doctor_says_what_to_do(behaviour: Behaviour, ok: bool, word: str):
    """One small stateless call; each failure comes with its next step, and no secret."""
    found = await checked(behaviour)

    assert found.ok is ok
    assert word in " ".join(found.sentences)
    assert "key-of-mine" not in repr(found)


async def test_doctor_names_an_unknown_host():
    """A misspelt endpoint is said in plain words."""
    deployment = Deployment(
        endpoint="https://no-such-host.invalid", deployment="d", api_key=SecretStr("k")
    )
    model = AzureModel(deployment, RememberedUsage(), FixedClock(NOW))

    found = await check_deployment(model, today=NOW.date())
    await model.aclose()

    assert not found.ok
    assert "no-such-host.invalid" in found.sentences[0]
    assert "AZURE_OPENAI_ENDPOINT" in " ".join(found.sentences)
