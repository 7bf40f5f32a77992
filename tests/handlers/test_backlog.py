"""An event that could not be stored is not acknowledged, kept, and taken in once when there is room."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import CipherError, StorageError
from bot.slack.client import SlackClients
from bot.slack.connection import make_app
from bot.web.bolt import BoltDispatch
from handlers import backlog as backlog_module
from handlers import guard
from handlers.backlog import Backlog
from handlers.guard import answered, guarded_event
from handlers.inbound import Inbound
from tests.fakes.installations import FakeInstallations, make_installation

pytestmark = pytest.mark.anyio

FULL = StorageError("full", reason="disk_full")


class Desk:
    """Real Bolt in HTTP mode before one listener, which does what the test says."""

    def __init__(self) -> None:
        self.trouble: Exception | None = FULL
        self.stored: list[str] = []
        self.tried = 0
        self.waits: Awaitable[object] | None = None
        self.edge: Any = SimpleNamespace(backlog=Backlog(0.01), at_work=set(), taking_in={})
        self.send: Callable[[str], Awaitable[int]] = _nowhere

    async def listen(self, _edge: Any, inbound: Inbound) -> None:
        self.tried += 1
        if self.waits is not None:
            await self.waits
        if self.trouble is not None:
            raise self.trouble
        self.stored.append(inbound.event_id)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - nobody tells when a try was made
                await asyncio.sleep(0.005)


async def _nowhere(_event_id: str) -> int:
    raise NotImplementedError


@pytest.fixture
async def desk(anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk()
    async with SlackClients(FakeInstallations(make_installation())) as clients:
        app = make_app(clients)
        app.event("message", middleware=[guarded_event(made.edge, made.listen)])(answered)
        dispatch = BoltDispatch(app)

        async def send(event_id: str) -> int:
            body = {
                "type": "event_callback", "team_id": "T01SANDBOX1", "event_id": event_id,
                "event": {"type": "message", "channel": "C1", "user": "U1", "text": "?", "ts": "1.2"},
                "authorizations": [{"team_id": "T01SANDBOX1", "user_id": "UB", "is_bot": True}],
            }  # fmt: skip
            headers = {"content-type": "application/json"}
            return (await dispatch(json.dumps(body), headers)).status

        made.send = send
        yield made
        made.trouble, made.waits = None, None
        await made.edge.backlog.close()


async def test_not_acknowledged_until_it_is_stored(desk: Desk):
    """A full disk answers 503, so that Slack sends it again; with room the same event is acknowledged."""
    assert await desk.send("Ev1") == 503
    desk.trouble = None
    await desk.until(lambda: desk.stored == ["Ev1"])
    assert await desk.send("Ev1") == 200
    assert await desk.send("Ev2") == 200


async def test_taken_in_once_although_slack_sends_it_again(desk: Desk):
    """While it is kept, what Slack sends again is refused without a second try of its own."""
    assert [await desk.send("Ev1") for _ in range(4)] == [503] * 4
    assert len(desk.edge.backlog) == 1
    desk.trouble = None
    await desk.until(lambda: not len(desk.edge.backlog))
    assert desk.stored == ["Ev1"]


async def test_in_the_order_in_which_they_came(desk: Desk):
    """A question comes before the deletion of its message, also when both had to wait."""
    for event_id in ("Ev1", "Ev2", "Ev3"):
        await desk.send(event_id)
    desk.trouble = None
    await desk.until(lambda: len(desk.stored) == 3)
    assert desk.stored == ["Ev1", "Ev2", "Ev3"]


async def test_no_more_than_fits(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Memory is bounded: what comes beyond is left to Slack."""
    monkeypatch.setattr(backlog_module, "MOST", 2)
    assert [await desk.send(f"Ev{n}") for n in range(4)] == [503] * 4
    assert len(desk.edge.backlog) == 2


async def test_a_stop_tries_a_last_time(desk: Desk):
    """What is kept when the process stops is stored if that can be."""
    desk.edge.backlog = Backlog(60)
    await desk.send("Ev1")
    desk.trouble = None
    await desk.edge.backlog.close()
    assert desk.stored == ["Ev1"]


@pytest.mark.parametrize("trouble", [RuntimeError("a bug"), None])
async def test_a_fault_of_ours_is_not_sent_again(desk: Desk, trouble: Exception | None):
    """Trying once more would not help against a bug: acknowledged, as when all is well."""
    desk.trouble = trouble
    assert await desk.send("Ev1") == 200
    assert not len(desk.edge.backlog)


async def test_slack_does_not_wait_for_a_slow_database(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Past the time that Slack gives nothing is acknowledged as done, and the work goes on."""
    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.01)
    room = asyncio.Event()
    desk.trouble, desk.waits = None, asyncio.ensure_future(room.wait())
    assert [await desk.send("Ev1") for _ in range(2)] == [503, 503]
    room.set()
    await desk.until(lambda: desk.stored == ["Ev1"])
    assert desk.tried == 1


async def test_a_key_that_does_not_fit_is_kept_too(desk: Desk):
    """Whatever of the storage fails, the event is not acknowledged as done."""
    desk.trouble = CipherError("wrong key")
    assert await desk.send("Ev1") == 503
