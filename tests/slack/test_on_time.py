"""A post that was held up is not made late, when others may have made it already."""

from __future__ import annotations

import asyncio

import pytest

from bot.digest.ports import NotPosted, Posted
from bot.slack.poster import BEGIN_SECONDS, SlackPoster
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
