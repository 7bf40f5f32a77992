"""One limit from the question to the end of its answer, whatever the model does; by a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.content import AnswerNote
from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.sayings import Saying, say
from bot.chat.transitions import INTERRUPTED, UNHEARD, AnswerLimits, answer_until
from bot.model.failover import FailoverModel
from bot.model.limits import Limits
from bot.model.port import ModelError, ModelReply, ModelRequest, Overloaded, RateLimited
from tests.fakes.chat import NOW, PHONE, Crash, House, Killer, ScriptedModel, make_request
from tests.fakes.digest import make_channel
from tests.fakes.virtual_time import VIRTUAL_TIME, LoopClock

pytestmark = pytest.mark.anyio

LIMITS = AnswerLimits()
ANSWER = "Pilot needs 4 GB of memory, Harbor Labs says."
ENDINGS = {AnswerNote.MODEL_BUSY, AnswerNote.NO_MODEL, AnswerNote.INTERRUPTED}
# The sign and the end themselves take no time here; timers are a little late.
SLACK_SECONDS = 0.5


@pytest.fixture
def anyio_backend() -> object:
    return VIRTUAL_TIME


@dataclass
class Region:
    """A deployment: what it does with each call, the last of it again and again; all calls are kept."""

    does: Sequence[float | str | ModelError]
    name: str = "region"
    limits: Limits | None = None
    calls: list[ModelRequest] = field(default_factory=list)

    async def complete(self, request: ModelRequest) -> ModelReply:
        text = "".join([piece async for piece in self.stream(request)])
        return ModelReply(text=text, deployment=self.name, model="m")

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        step = self.does[min(len(self.calls), len(self.does) - 1)]
        self.calls.append(request)
        if isinstance(step, ModelError):
            await asyncio.sleep(0.1)
            raise step
        if isinstance(step, float):
            # As the real adapter: what takes too long is broken off with the call's own limit.
            await asyncio.sleep(min(step, request.timeout_seconds))
            raise Overloaded("The connection broke.")
        for start in range(0, len(step), 4):
            yield step[start : start + 4]
            await asyncio.sleep(2.0)


def busy(seconds: float) -> RateLimited:
    return RateLimited("slow down", wait_seconds=seconds)


def house(*regions: Region, **changes: Any) -> House:
    clock = LoopClock(NOW)
    loop = asyncio.get_running_loop()
    model = FailoverModel(regions, clock, patience_seconds=60.0, monotonic=loop.time)
    return House(model=model, clock=clock, **changes)


CLICK = make_request(
    "", kind=RequestKind.EXPLAIN_MORE, details={"story": PHONE.id, "revision": "1"}
)


@pytest.mark.parametrize("refused", [True, False], ids=["no status line", "status line"])
@pytest.mark.parametrize(
    "does",
    [
        [[busy(1)]],
        [[busy(45)]],
        [[busy(25), busy(25), busy(25), busy(25)]],
        [[Overloaded("503")]],
        [[1000.0]],
        [[20.0]],
        [[busy(5), 20.0, Overloaded("500"), 30.0]],
        [[busy(30)], [20.0], [busy(1)]],
        [["It is said so and said so again. " * 40]],
    ],
    ids=str,
)
async def test_the_end_comes_in_time(does: list[list[Any]], refused: bool) -> None:
    """Throttled, failing, silent, slow, with several regions: a sign within 2 s, an end within 60 s."""
    place = house(*map(Region, does))
    place.desk.refuse_status = refused
    loop = asyncio.get_running_loop()
    asked, seen = loop.time(), []

    async def watch() -> None:
        while not (place.desk.statuses or place.texts):  # noqa: ASYNC110 - a screen has no event
            await asyncio.sleep(0.05)
        seen.append(loop.time() - asked)

    watching = asyncio.create_task(watch())
    request = make_request("@us why do models make things up?", received_at=NOW)
    assert await place.ask(request) is None
    await watching

    assert place.state() is RequestState.ANSWERED
    assert loop.time() - asked <= LIMITS.whole + SLACK_SECONDS
    assert seen[0] <= 2.0
    assert len(place.texts) == 1
    assert ENDINGS & {*place.content.notes} or "again" in place.content.text


@pytest.mark.parametrize(
    "request_", [make_request(received_at=NOW), replace(CLICK, received_at=NOW)]
)
async def test_standing_in_line_counts(request_: Request) -> None:
    """Who gets no place at the model in time is told so, with what the sources say."""
    place = house(Region([1000.0]), places=1, per_workspace=1)
    answering = place.answering()
    first = make_request("What does Pilot cost?", source_key="E0", twin_key="E0", received_at=NOW)
    loop = asyncio.get_running_loop()
    for request in (first, request_):
        assert await answering.record(request)
    began = loop.time()
    holding = asyncio.create_task(answering.answer("E0", NOW))
    await asyncio.sleep(0)
    # Taken up a moment later than the other, whose time is over at the same instant.
    await asyncio.sleep(0.5)
    later = NOW + timedelta(seconds=0.5)
    await answering.answer(request_.source_key, later)
    await holding

    assert loop.time() - began <= LIMITS.whole + 2 + SLACK_SECONDS
    assert place.state() is RequestState.ANSWERED
    assert any("yours" in status for status in place.desk.statuses)
    if request_.kind is RequestKind.QUESTION:
        assert place.content.basis == "extractive"
        assert AnswerNote.MODEL_BUSY in place.content.notes


async def test_a_busy_model_is_waited_for_and_people_see_it() -> None:
    """429 three times: asked again after as long as it wanted, and answered then."""
    place = House(model=ScriptedModel().then(busy(7), busy(7), busy(7), ANSWER))
    began = asyncio.get_running_loop().time()
    assert await place.ask(make_request()) is None
    assert asyncio.get_running_loop().time() - began == pytest.approx(21, abs=0.5)
    assert place.texts == [f"[sources] {ANSWER}"]
    assert any("about 7 seconds" in status for status in place.desk.statuses)


async def test_what_the_patience_is_passed_down_to() -> None:
    """Each call may take what is left of the whole, never more; none is begun after the end."""
    region = Region([busy(5), 20.0, Overloaded("500"), 30.0])
    place = house(region)
    await place.ask(make_request(received_at=NOW))
    limits = [call.timeout_seconds for call in region.calls]
    assert limits == sorted(limits, reverse=True)
    assert all(0 < seconds <= 60 for seconds in limits)
    assert limits[-1] < 35


async def test_time_spent_looking_things_up_counts() -> None:
    """A lookup that hangs ends in a sentence, in time."""
    place = House(model=ScriptedModel().then(ANSWER))

    async def hangs(*_: Any) -> Any:
        await asyncio.sleep(1000)

    place.stories.get = hangs  # type: ignore[method-assign]  # what hangs
    began = asyncio.get_running_loop().time()
    await place.ask(make_request())
    assert asyncio.get_running_loop().time() - began <= LIMITS.whole + SLACK_SECONDS
    assert place.content.text == say(Saying.TOO_SLOW, "en")


@pytest.mark.parametrize(
    ("age", "reason", "left"),
    [
        (0, "", 60),
        (10, "", 50),
        (59, "", 1),
        (300, "", 60),
        (30, INTERRUPTED, 60),
        (90, UNHEARD, 60),
    ],
)
def test_when_an_answer_must_have_ended(age: int, reason: str, left: int) -> None:
    """Counted from the question; anew when nobody could be at it since."""
    request = make_request(received_at=NOW - timedelta(seconds=age), reason=reason)
    assert answer_until(request, NOW, LIMITS) == NOW + timedelta(seconds=left)


# ------------------------------------------------------------------ notes


async def test_a_quick_answer_has_no_note() -> None:
    """Within two seconds nothing but the answer is posted, status line or not."""
    place = House(model=ScriptedModel().then(ANSWER))
    assert isinstance(place.model, ScriptedModel)
    place.desk.refuse_status, place.model.first_after_seconds = True, 1.4
    await place.ask(make_request(received_at=NOW))
    assert place.desk.notes == []
    assert place.texts == [f"[sources] {ANSWER}"]


async def test_a_status_line_that_hangs_holds_nobody_up() -> None:
    """Slack that does not answer the call for a status line delays neither the note nor the answer."""
    place = House(model=ScriptedModel().then(ANSWER))
    assert isinstance(place.model, ScriptedModel)
    place.model.first_after_seconds = 3.0
    step = place.killer.step

    async def slowly(name: str, effect: Any = None) -> Any:
        await asyncio.sleep(30 if name == "status" else 0)
        return await step(name, effect)

    place.killer.step = slowly  # type: ignore[method-assign]  # a slow Slack
    began = asyncio.get_running_loop().time()
    await place.ask(make_request(received_at=NOW))
    assert asyncio.get_running_loop().time() - began < 5
    assert len(place.desk.notes) == 1
    assert len(place.texts) == 1


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_note_becomes_the_answer(language: str) -> None:
    """Where no status line is seen, a sentence stands there after 1.6 s, then the answer in its place."""
    place = House(model=ScriptedModel().then(ANSWER))
    assert isinstance(place.model, ScriptedModel)
    place.desk.refuse_status, place.model.first_after_seconds = True, 5.0
    await place.channels.save(make_channel(language=language))
    await place.ask(make_request(received_at=NOW))
    (note,) = place.desk.notes
    assert note == say(Saying.ONE_MOMENT, language, status=say(Saying.THINKING, language))
    assert len(place.texts) == 1


@pytest.mark.parametrize("refused", [True, False])
async def test_a_second_click_leaves_no_note(refused: bool) -> None:
    """Who clicks while the article is being written is led to it; a note of theirs is taken away."""
    place = House(model=ScriptedModel().then(ANSWER))
    place.desk.refuse_status = refused
    explain = place.explainer.explain

    async def slowly(*args: Any, **wishes: Any) -> Any:
        await asyncio.sleep(10)
        return await explain(*args, **wishes)

    place.explainer.explain = slowly  # type: ignore[method-assign]  # a slow one
    answering = place.answering()
    clicks = [replace(CLICK, source_key=key, twin_key=key, received_at=NOW) for key in ("C1", "C2")]
    for click in clicks:
        assert await answering.record(click)
    await asyncio.gather(*(answering.answer(click.source_key, NOW) for click in clicks))
    assert len(place.desk.notes) == (2 if refused else 0)
    assert place.texts == ["[explanation] Harbor's small model now runs on a phone"]
    assert [text.startswith("[pointer]") for _, text in place.whispers.told] == [True]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "request_", [make_request(received_at=NOW), replace(CLICK, received_at=NOW)]
)
async def test_whenever_the_process_dies_no_note_is_left(request_: Request, after: bool) -> None:
    """Killed at any await, before or after its effect: one message, and it is the answer."""

    def made(killer: Killer) -> House:
        place = House(killer=killer, model=ScriptedModel().then(ANSWER))
        assert isinstance(place.model, ScriptedModel)
        place.desk.refuse_status, place.model.first_after_seconds = True, 5.0
        explain = place.explainer.explain

        async def slowly(*args: Any, **wishes: Any) -> Any:
            await asyncio.sleep(5)
            return await explain(*args, **wishes)

        place.explainer.explain = slowly  # type: ignore[method-assign]  # a slow one
        return place

    whole = made(Killer())
    await whole.ask(request_)
    assert whole.desk.notes
    for at in range(1, whole.killer.steps + 1):
        place = made(Killer(at=at, after=after))
        with pytest.raises(Crash):
            await place.ask(request_)
        again = place.answering()
        for work in await place.unfinished().take_up(NOW):
            await again.answer(work.source_key, work.not_before or NOW)
        where = (at, place.killer.names[at - 1])
        assert place.state() is RequestState.ANSWERED, where
        assert place.texts == whole.texts, where
