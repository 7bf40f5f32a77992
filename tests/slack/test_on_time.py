"""A post that was held up is not made late, when others may have made it already."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.digest.ports import NotPosted, OutcomeUnknown, Posted
from bot.slack.client import SlackClients
from bot.slack.poster import BEGIN_SECONDS, SlackPoster
from tests.fakes.installations import FakeInstallations, make_installation
from tests.slack.test_poster import DELIVERY, MESSAGE, NEWS, TEAM

pytestmark = pytest.mark.anyio


async def test_a_process_that_slept_right_before_the_call_does_not_post(sandbox, clients):
    """Stopped after it was asked whether the delivery is still ours: nothing is sent."""

    async def ours_and_then_asleep() -> bool:
        await asyncio.sleep(BEGIN_SECONDS + 0.1)
        return True

    poster = SlackPoster(clients, max_turn_seconds=0.0)
    outcome = await poster.post(
        TEAM, NEWS, MESSAGE, delivery=DELIVERY, still_ours=ours_and_then_asleep
    )

    assert isinstance(outcome, NotPosted)
    assert (outcome.code, outcome.retry_after_seconds) == ("too_late", 0.0)
    assert sandbox.calls.count("chat.postMessage") == 0


async def test_what_passed_before_counts(sandbox, clients):
    """The time since the delivery became `sending` is part of what is allowed; on time it is posted."""
    poster = SlackPoster(clients, max_turn_seconds=2.0)
    late = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY, held_seconds=9.0)
    on_time = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY, held_seconds=1.0)

    assert isinstance(late, NotPosted)
    assert isinstance(on_time, Posted)
    # Telling people has no such limit.
    assert isinstance(await poster.tell(TEAM, "U01ADA00001", MESSAGE), Posted)


async def test_a_post_that_timed_out_is_not_sent_later():
    """What the system still had to send is thrown away with the connection: the other side sees a reset."""
    ended: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65_536):
                pass
            ended.set_result("an orderly end, for which everything is sent")
        except ConnectionResetError as error:
            ended.set_result(error)
        finally:
            writer.close()

    server = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        SlackClients(
            FakeInstallations(make_installation()),
            base_url=f"http://127.0.0.1:{port}/api/",
            timeout_seconds=0.2,
        ) as clients,
    ):
        outcome = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
        assert isinstance(outcome, OutcomeUnknown)
        async with asyncio.timeout(5):
            assert isinstance(await ended, ConnectionResetError)


async def test_the_time_of_day_does_not_matter(sandbox, clients, monkeypatch):
    """A machine's clock that is put back by hours gives a held-up post no more time."""
    monkeypatch.setattr(time, "time", lambda: 0.0)
    late = await SlackPoster(clients).post(TEAM, NEWS, MESSAGE, delivery=DELIVERY, held_seconds=99)
    assert isinstance(late, NotPosted)
    assert sandbox.calls.count("chat.postMessage") == 0
