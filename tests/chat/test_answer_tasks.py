"""The tasks of answers: none holds a worker, none is lost, and workspaces take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.app.answer_tasks import AnswerTasks
from bot.chat.request import Request, RequestState
from bot.chat.sayings import Saying, say
from bot.chat.transitions import AnswerLimits
from bot.clock import FixedClock
from bot.errors import SlackError
from bot.work.port import Priority, Unit, WorkKind
from tests.fakes.chat import NOW, House, ScriptedModel, make_request

pytestmark = pytest.mark.anyio
ANSWER = "Pilot needs 4 GB of memory, Harbor Labs says."


@dataclass
class Queue:
    """A Work that only notes."""

    submitted: list[tuple[str, datetime | None]] = field(default_factory=list)

    async def submit(
        self, kind: WorkKind, key: str, priority: Priority, not_before: datetime | None = None
    ) -> None:
        assert (kind, priority) == ("answer", Priority.ANSWER)
        self.submitted.append((key, not_before))

    async def submit_many(self, kind: WorkKind, units: Sequence[Unit], priority: Priority) -> None:
        raise NotImplementedError


class Office:
    """A process with one place at the model, so two tasks, of which one workspace gets one."""

    def __init__(self, *, alone: bool = False, **changes: Any) -> None:
        self.open = asyncio.Event()
        self.house = House(model=Gate(self.open).then(ANSWER), places=1, per_workspace=1, **changes)
        self.queue = Queue()
        self.answering = self.house.answering()
        self.tasks = AnswerTasks(
            self.answering,
            self.house.requests,
            self.house.unfinished(),
            self.queue,
            FixedClock(NOW),
            places=1,
            per_workspace=1,
            alone=alone,
            held_seconds=0.03,
        )

    async def ask(self, *keys: str) -> None:
        """Record questions of the workspace that a key begins with, and hand each out."""
        for key in keys:
            request = question(key)
            assert await self.house.requests.record(request)
            await asyncio.wait_for(self.tasks.run(key), timeout=5)

    def state(self, key: str) -> RequestState:
        return self.house.requests.rows[key].state

    async def until_answered(self, *keys: str) -> None:
        async with asyncio.timeout(10):
            while any(self.state(key) is not RequestState.ANSWERED for key in keys):  # noqa: ASYNC110 - rows have no event
                await asyncio.sleep(0)


class Gate(ScriptedModel):
    """A model that says nothing until the test opens it."""

    def __init__(self, opened: asyncio.Event) -> None:
        super().__init__()
        self._opened = opened

    async def stream(self, request: Any) -> Any:
        await self._opened.wait()
        async for piece in super().stream(request):
            yield piece


def question(key: str) -> Request:
    workspace = key.split("-", maxsplit=1)[0]
    return make_request(
        "@us why do models make things up?",
        source_key=key,
        twin_key=key,
        workspace_id=workspace,
        thread_ts=f"1.{key}",
        message_ts=f"1.{key}",
    )


async def turns(office: Office) -> None:
    """Let everything run that can."""
    for _ in range(300):
        await asyncio.sleep(0)


async def test_among_many_processes_a_worker_is_free_at_once() -> None:
    """Handing out returns while the model is silent; what is over the limit stands as `received`."""
    office = Office()
    await office.ask(*(f"T1-{n}" for n in range(5)))
    await turns(office)

    states = [office.state(f"T1-{n}") for n in range(5)]
    assert states.count(RequestState.WORKING) == 2
    assert states[2:] == [RequestState.RECEIVED] * 3
    office.open.set()
    await office.until_answered(*(f"T1-{n}" for n in range(5)))
    assert len(office.house.texts) == 5


async def test_what_a_process_is_at_is_held_as_long_as_it_lives() -> None:
    """Held from before it begins, again and again, and not after its end; at the door nothing is."""
    office = Office()
    await office.ask("T1-0", "T1-1", "T1-2")
    async with asyncio.timeout(10):
        while office.house.requests.holds.count("T1-0") < 4:  # noqa: ASYNC110 - signs have no event
            await asyncio.sleep(0.01)
    assert set(office.house.requests.holds) == {"T1-0", "T1-1"}

    office.open.set()
    await office.until_answered("T1-0", "T1-1", "T1-2")
    await office.tasks.close(1.0)
    signs = len(office.house.requests.holds)
    await asyncio.sleep(0.05)
    assert len(office.house.requests.holds) == signs


@pytest.mark.parametrize(
    ("held", "age_seconds", "is_left"),
    [(True, 1e6, False), (False, 1, True), (None, 1, False), (None, 1e6, True)],
)
async def test_left_behind_is_what_nobody_holds(
    held: bool | None, age_seconds: float, is_left: bool
) -> None:
    """Who is at work is believed; without any word (the release before), only age tells."""
    office = Office()
    request = replace(
        question("T1-0"),
        state=RequestState.WORKING,
        received_at=NOW - timedelta(seconds=age_seconds),
    )
    assert await office.house.requests.record(request)
    if held is not None:
        office.house.requests.held["T1-0"] = held

    await office.tasks.sweep()

    assert [key for key, _ in office.queue.submitted] == (["T1-0"] if is_left else [])
    assert office.state("T1-0") is (RequestState.RECEIVED if is_left else RequestState.WORKING)


async def test_who_stands_at_the_door_is_told() -> None:
    """A question that no task has yet shows how many are before it."""
    office = Office()
    await office.ask("T1-0", "T1-1", "T1-2", "T1-3")
    await turns(office)

    for before in (1, 2):
        assert say(Saying.WAITING, "en", n=before) in office.house.desk.statuses
    office.open.set()
    await office.until_answered("T1-0", "T1-1", "T1-2", "T1-3")


async def test_who_cannot_be_told_at_the_door_is_begun() -> None:
    """Without a status line, and in private, a question that waits shows it in a message of its own."""
    office = Office(limits=AnswerLimits(note=0.04))
    office.house.desk.refuse_status = True
    await office.ask("T1-0", "T1-1", "T1-2")
    async with asyncio.timeout(5):
        while len(office.house.desk.notes) < 3:  # noqa: ASYNC110 - notes have no event
            await asyncio.sleep(0.01)
    assert {office.state(f"T1-{n}") for n in range(3)} == {RequestState.WORKING}
    office.open.set()
    await office.until_answered("T1-0", "T1-1", "T1-2")
    assert len(office.house.texts) == 3


async def test_nobody_stands_at_the_door_for_longer_than_there_is_time() -> None:
    """At the end of the time a question gets in and is answered without the model."""
    office = Office(limits=AnswerLimits(whole=1.3))
    await office.ask("T1-0", "T1-1", "T1-2", "T1-3")
    # Received a second before, so that 0.3 s are left; the model says nothing at all.
    await office.until_answered("T1-0", "T1-1", "T1-2", "T1-3")
    assert len(office.house.texts) == 4
    assert all("[sources]" not in text for text in office.house.texts)


async def test_a_busy_workspace_leaves_turns_to_others() -> None:
    """After one workspace's first tasks the other's question comes before the rest of its line."""
    office = Office()
    await office.ask("T1-0", "T1-1", "T1-2", "T1-3", "T2-0")
    office.open.set()
    await office.until_answered("T1-0", "T1-1", "T1-2", "T1-3", "T2-0")

    order = [shown.place.request_key for shown in office.house.desk.messages.values()]
    assert order.index("T2-0") < order.index("T1-3")


async def test_the_same_question_again_is_one_answer() -> None:
    """The sweep may hand out what waits here already."""
    office = Office()
    await office.ask("T1-0", "T1-1", "T1-2")
    for _ in range(3):
        await office.tasks.run("T1-2")
        await office.tasks.run("T1-0")
    await office.tasks.run("unknown")
    office.open.set()
    await office.until_answered("T1-0", "T1-1", "T1-2")
    await turns(office)

    assert len(office.house.texts) == 3


async def test_a_stop_hands_everything_on() -> None:
    """What was begun and what waited goes back as `received`, and to the other processes at once."""
    office = Office()
    await office.ask("T1-0", "T1-1", "T1-2")
    await turns(office)
    await office.tasks.close(0.0)

    assert {key for key, _ in office.queue.submitted} == {"T1-0", "T1-1", "T1-2"}
    assert {office.state(f"T1-{n}") for n in range(3)} == {RequestState.RECEIVED}
    await office.tasks.run("T1-0")
    key, later = office.queue.submitted[-1]
    assert key == "T1-0"
    assert later is not None
    assert later > NOW

    other = Office(delivery=None)
    other.house.requests.rows = office.house.requests.rows
    other.open.set()
    for n in range(3):
        await other.tasks.run(f"T1-{n}")
    await other.until_answered("T1-0", "T1-1", "T1-2")


async def test_alone_everybody_gets_a_task() -> None:
    """In the one process all questions are looked at together, so that all see a sign."""
    office = Office(alone=True)
    await office.ask(*(f"T1-{n}" for n in range(4)))
    await turns(office)
    assert {office.state(f"T1-{n}") for n in range(4)} == {RequestState.WORKING}
    await office.tasks.close(0.0)

    assert office.queue.submitted == []
    assert {office.state(f"T1-{n}") for n in range(4)} == {RequestState.RECEIVED}


async def test_being_told_to_wait_is_no_failed_try() -> None:
    """Slack's limits put a question off thirty times: it is answered all the same, while it is young."""
    house = House(model=ScriptedModel().then(ANSWER))
    busy = SlackError("Slack asks us to wait.", code="ratelimited")
    busy.is_passing = True
    house.desk.refuse.extend([busy] * 30)
    request = replace(question("T1-0"), thread_ts="1772442000.000100")
    answering = house.answering()
    assert await answering.record(request)
    later, rounds = NOW, 0
    while house.state("T1-0") is RequestState.RECEIVED:
        rounds += 1
        later = await answering.answer("T1-0", later) or later

    assert rounds == 31
    assert house.state("T1-0") is RequestState.ANSWERED
    assert len(house.texts) == 1
