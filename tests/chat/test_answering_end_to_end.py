"""Answering with real parts: SQLite, the Azure adapter, and a loopback server with Azure's wire format."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.chat.request import RequestState
from bot.chat.transitions import AnswerLimits
from bot.clock import FixedClock
from bot.model.azure import AzureModel
from bot.model.deployment import Deployment
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.azure import Drop, FakeAzure, Refuse, Say, Stall, Throttle
from tests.fakes.chat import NOW, House, make_request
from tests.fakes.explaining import RememberedUsage

pytestmark = pytest.mark.anyio

# The first call imports openai, which takes a second on a small machine.
QUESTION = make_request("what does the phone need?")


@pytest.fixture
async def azure() -> AsyncIterator[FakeAzure]:
    async with FakeAzure(api_key="key") as fake:
        yield fake


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with Database.temporary(Cipher([generate_key()])) as opened:
        yield opened


@pytest.fixture
async def house(azure: FakeAzure, database: Database) -> AsyncIterator[House]:
    deployment = Deployment(endpoint=azure.endpoint, deployment="small", api_key=SecretStr("key"))
    model = AzureModel(deployment, RememberedUsage(), FixedClock(NOW))
    # Without failover, so that the waits are ours and no test sleeps.
    place = House(model=model)
    place.requests = database.requests  # type: ignore[assignment]  # the real ones
    place.threads = database.threads  # type: ignore[assignment]
    yield place
    await model.aclose()


async def test_a_question_and_its_follow_up_against_a_server_that_forgets(
    house: House, azure: FakeAzure, database: Database
) -> None:
    """The second answer needs nothing of the first but our own memory, and nothing is stored."""
    await house.ask(QUESTION)
    await house.ask(replace(QUESTION, source_key="E2", twin_key="t2", text="and why is that?"))
    first, second = (call.body for call in azure.calls)
    assert first["store"] is second["store"] is False
    texts = [message["content"] for message in second["input"]]
    assert "what does the phone need?" in texts
    assert house.renderer.contents[0].text in texts
    assert azure.gets == []
    found = await database.requests.get("E2")
    assert found is not None
    assert found.state is RequestState.ANSWERED


async def test_five_deliveries_make_one_call(house: House, azure: FakeAzure) -> None:
    """With the real ledger, redeliveries are one answer and one model call."""
    answering = house.answering()
    recorded = [await answering.record(QUESTION) for _ in range(5)]
    await asyncio.gather(*(answering.answer("Ev1", NOW) for _ in range(5)))
    assert recorded == [True, False, False, False, False]
    assert len(azure.calls) == 1
    assert len(house.texts) == 1


async def test_throttled_three_times_answered_after_the_wait(
    house: House, azure: FakeAzure
) -> None:
    """The model is asked again after as long as it asks for, and then it answers."""
    house.limits = AnswerLimits(shortest_wait=0.05)
    azure.then(*[Throttle(retry_after=None, retry_after_ms=50)] * 3)
    assert await house.ask(QUESTION) is None
    assert len(azure.calls) == 4
    assert any("tries again" in status for status in house.desk.statuses)
    assert house.content.basis == "sources"


async def test_a_hostile_answer_is_harmless(house: House, azure: FakeAzure) -> None:
    """Mentions, links and inventions of the model never reach the channel."""
    azure.then(
        Say(
            "<!channel> *WIN* now. Harbor Labs released Pilot on Thursday. Go to "
            "<https://evil.example|here>. Ask <@U12345>. It already has 48 million paying users."
        )
    )
    await house.ask(QUESTION)
    shown = next(iter(house.desk.messages.values()))
    wire = "".join(shown.pieces)
    assert wire == "Harbor Labs released Pilot on Thursday."
    assert house.content.dropped == 4


@pytest.mark.parametrize("behaviour", [Drop(after_pieces=0), Refuse(), Drop(after_pieces=4)])
async def test_a_failing_server_never_means_silence(
    house: House, azure: FakeAzure, behaviour: Drop | Refuse
) -> None:
    """Whatever the server does, people get an answer that says what it rests on."""
    azure.always(behaviour)
    await house.ask(QUESTION)
    assert house.content.basis in {"sources", "extractive"}
    assert house.content.notes


async def test_the_first_words_come_while_the_model_still_writes(
    house: House, azure: FakeAzure
) -> None:
    """Sentences are shown one by one, not at the end."""
    await house.ask(QUESTION)  # imports are behind us
    azure.then(Stall(seconds=60, after_pieces=60))
    question = replace(QUESTION, source_key="E2", twin_key="t2", text="what did Harbor Labs say?")
    asking = asyncio.create_task(house.ask(question))
    async with asyncio.timeout(20):
        while "E2" not in house.desk.first_shown_at:  # noqa: ASYNC110 - the fake desk has no event
            await asyncio.sleep(0.01)
    assert not asking.done()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
