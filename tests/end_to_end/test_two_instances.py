"""Two bots with one token, each with a database of its own: one digest, and one of them stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from tests.fakes.place import Place, channel_due, open_place
from tests.fakes.program import Finished, Program, command, forked
from tests.fakes.wire_news import BANK, PILOT

pytestmark = pytest.mark.anyio

SECOND = ("C01RANDOM01", "random")


@pytest.fixture
async def places(anyio_backend: str, tmp_path: Path) -> AsyncIterator[tuple[Place, Place]]:
    """Two machines: one Slack workspace, the same publishers, a folder each."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    async with open_place(tmp_path / "one", with_model=False) as one:
        workspace = one.sandbox.workspace
        workspace.channels[SECOND[0]].members.append(workspace.bot_user)
        yield one, replace(one, folder=tmp_path / "two")


def running(place: Place, *arguments: str, **more: object):
    return forked("run", *arguments, cwd=place.folder, **{**place.settings, **more})


async def delivered(place: Place, channel: Channel) -> Finished:
    return await commanded(place, "deliver", channel.channel_id)


async def commanded(place: Place, *arguments: str) -> Finished:
    settings: dict[str, Any] = {**place.settings}
    return await command(*arguments, cwd=place.folder, **settings)


async def set_up(place: Place, *, due: bool = True) -> Channel:
    return await place.set_up([place.publishers.feed("ledger", [PILOT, BANK])], due=due)


async def due_elsewhere(place: Place) -> Channel:
    """Let a digest be due in another channel."""
    channel = replace(channel_due(datetime.now(UTC)), channel_id=SECOND[0], name=SECOND[1])
    async with place.database() as database:
        await database.channels.save(channel)
    return channel


async def sent_or_left(place: Place, channel: Channel, programs: list[Program]) -> Delivery:
    """Wait until a digest is posted, or one of the programs has ended; return its row."""
    key = DeliveryKey(
        workspace_id=channel.workspace_id,
        channel_id=channel.channel_id,
        on=date_of(channel.preference, datetime.now(UTC)),
    )
    async with asyncio.timeout(30), place.database() as database:
        while True:
            row = await database.deliveries.get(key)
            gone = any(program.process.returncode is not None for program in programs)
            if row is not None and (row.state is DeliveryState.SENT or gone):
                return row
            await asyncio.sleep(0.1)


async def ended_for_the_other(program: Program, does: str = "posts with the same token") -> None:
    finished = await program.ended(20)
    assert finished.code == 1
    assert f"Another Plainwire, with a database of its own, {does}" in finished.err
    assert "plainwire run --take-over" in finished.err
    assert "Traceback" not in finished.err


async def test_the_second_posts_no_second_digest_and_stops(places: tuple[Place, Place]) -> None:
    """What the first posted counts; a post of another one after the start ends the second."""
    one, two = places
    channel, same = await set_up(one), await set_up(two)
    assert (await delivered(one, channel)).code == 0
    async with running(two) as second:
        row = await two.wait_for_state(same, "sent", second)
        [digest] = one.digests()
        assert row.ts == digest.ts
        second.assert_running()
        assert (await delivered(one, await due_elsewhere(one))).code == 0
        await ended_for_the_other(second)
    assert len(one.digests()) == 1


async def test_both_at_once_make_one_digest(places: tuple[Place, Place]) -> None:
    """Started together with the same digest due: one of them posts it, and at least that one stays."""
    one, two = places
    channel, same = await set_up(one), await set_up(two)
    async with running(one) as first, running(two) as second:
        digest = await one.wait_for_digest()
        rows = {
            row.ts
            for place, what in ((one, channel), (two, same))
            for row in [await sent_or_left(place, what, [first, second])]
        }
        assert rows <= {digest.ts, None}
        assert rows != {None}
        running_on = [program for program in (first, second) if program.process.returncode is None]
        assert running_on
    assert len(one.digests()) == 1


async def test_a_take_over_ends_the_quarrel(places: tuple[Place, Place]):
    """The one that was told to take over goes on, the other one sees it and stops for good."""
    one, two = places
    await set_up(one, due=False)
    await set_up(two, due=False)
    async with running(one) as first:
        await first.says("bot_ready")
        async with running(two, "--take-over") as second:
            await second.says("bot_ready")
            await ended_for_the_other(first, "has taken over")
            # A restart by a service manager changes nothing.
            async with running(one) as again:
                await ended_for_the_other(again, "has taken over")
            second.assert_running()
            # The claim is the database's: it stays when the second starts as usual.
            second.stop()
            await second.ended(10)
        await due_elsewhere(two)
        async with running(two) as second, running(one, "--take-over") as first_again:
            await ended_for_the_other(second, "has taken over")
            first_again.assert_running()


async def test_a_lost_disk_is_no_quarrel(places: tuple[Place, Place]):
    """Today's digest was posted from a database that is gone: the new one starts, and posts none."""
    one, two = places
    channel = await set_up(one)
    done = await delivered(one, channel)
    assert done.code == 0, done.err
    same = await set_up(two)
    again = await delivered(two, same)
    assert again.code == 0, again.err
    assert "another Plainwire with the same token had posted it" in again.out
    assert len(one.digests()) == 1
    for name in ("doctor", "status"):
        told = await commanded(two, name)
        assert "Another Plainwire" in told.out, told.err
        assert told.code == 0
