"""The process dies at every step, before and after it: people see one answer after the restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.request import RequestKind, RequestState
from tests.fakes.chat import NOW, PHONE, Crash, House, Killer, ScriptedModel, make_request

pytestmark = pytest.mark.anyio

ANSWER = "Pilot needs 4 GB of memory, Harbor Labs says. It runs on an ordinary phone."
QUESTION = make_request()
CLICK = make_request(
    "", kind=RequestKind.EXPLAIN_MORE, details={"story": PHONE.id, "revision": "1"}
)
OLD = make_request(received_at=NOW.replace(hour=8))


def house(killer: Killer) -> House:
    return House(killer=killer, model=ScriptedModel().then(ANSWER))


async def steps_of(request: object) -> int:
    place = house(Killer())
    await place.ask(request)  # type: ignore[arg-type]  # a Request
    return place.killer.steps


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("request_", "final", "text"),
    [
        (QUESTION, RequestState.ANSWERED, f"[sources] {ANSWER}"),
        (CLICK, RequestState.ANSWERED, "[explanation] Harbor's small model now runs on a phone"),
        (OLD, RequestState.EXPIRED, "[notice]"),
    ],
    ids=["question", "explain-more", "too-old"],
)
async def test_whenever_the_process_dies_there_is_one_answer(
    request_: object, final: RequestState, text: str, after: bool
) -> None:
    """Killed at any await, the request is taken up and completed in the same message."""
    count = await steps_of(request_)
    assert count > 4
    for at in range(1, count + 1):
        place = house(Killer(at=at, after=after))
        with pytest.raises(Crash):
            await place.ask(request_)  # type: ignore[arg-type]  # a Request
        again = place.answering()
        for work in await place.unfinished().take_up(NOW):
            await again.answer(work.source_key, work.not_before or NOW)
        where = place.killer.names[at - 1]
        assert place.state() is final, (at, where)
        assert len(place.texts) == 1, (at, where)
        assert place.texts[0].startswith(text), (at, where)
        assert len(place.whispers.told) <= 1, (at, where)


async def test_among_many_processes_a_dead_ones_question_is_not_lost() -> None:
    """Nobody can see who is at work, but a question begun and never ended gets "ask again" in time."""
    place = house(Killer(at=6, after=False))
    with pytest.raises(Crash):
        await place.ask(QUESTION)
    assert place.state() is RequestState.WORKING

    other = place.answering()
    assert await place.unfinished().left_behind(NOW) == []

    later = NOW + timedelta(minutes=11)
    (work,) = await place.unfinished().left_behind(later)
    await other.answer(work.source_key, later)
    assert place.state() is RequestState.EXPIRED
    assert len(place.texts) == 1


async def test_a_question_that_the_queue_lost_is_handed_out_again() -> None:
    """A recorded question that nobody began within a minute is found by the sweep."""
    place = house(Killer())
    await place.requests.record(QUESTION)

    assert await place.unfinished().left_behind(NOW) == []
    (work,) = await place.unfinished().left_behind(NOW + timedelta(seconds=61))

    assert work.source_key == QUESTION.source_key
