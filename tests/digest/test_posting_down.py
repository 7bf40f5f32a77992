"""Posting is down for a while, with a real ledger, poster and Slack stand-in, and a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.digest import transitions
from bot.digest.deliver import Deliverer
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.make import DigestMaker
from bot.digest.outcome import CannotRead, NothingFound, NotPosted
from bot.digest.setup import set_channel
from bot.digest.tell import Teller
from bot.digest.transitions import Limits, is_open
from bot.sandbox import Sandbox
from bot.sandbox.state import Channel as Place
from bot.slack.client import SlackClients
from bot.slack.pacing import Pacer
from bot.slack.poster import SlackPoster
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.digest import (
    NOW,
    FakeExplainer,
    all_answered,
    make_channel,
    make_story,
    render_digest,
    render_notice,
)
from tests.fakes.installations import FakeInstallations, make_installation

pytestmark = pytest.mark.anyio

TEAM, NEWS, ADA = "T01SANDBOX1", "C01AINEWS01", "U01ADA00001"
KEY = DeliveryKey(workspace_id=TEAM, channel_id=NEWS, on=NOW.date())
WINDOW = timedelta(hours=3)
LIMITS = Limits()


class NoTurns(Pacer):
    """Slack's rates go by the real time, which stands still here."""

    async def wait(self, *_: object, **_more: object) -> float:
        return 0.0

    def hold(self, *_: object) -> None:
        pass


@dataclass
class Office:
    """One channel with a digest at 09:00, its ledger, and Slack."""

    sandbox: Sandbox
    database: Database
    deliverer: Deliverer

    async def run_until(self, end: datetime, now: datetime = NOW) -> Delivery:
        """Do as the clock and the queue would, waits left out; return the row of the last date."""
        for handout in await self.deliverer.tick(now):
            key = handout.key
            while (row := await self.deliverer.deliver(key, now)) and is_open(row):
                assert row.not_before is not None
                assert row.not_before > now
                if row.not_before > end:
                    break
                now = row.not_before
        assert row is not None
        return row

    async def go_on(self, row: Delivery) -> Delivery:
        """Run a delivery that waits, at its time."""
        while is_open(row):
            found = await self.deliverer.deliver(row.key, row.not_before or NOW)
            assert found is not None
            row = found
        return row

    def told(self) -> list[str]:
        place = self.sandbox.workspace.direct_channel(self.sandbox.workspace.bot_user, ADA)
        return [message.text for message in place.messages.values()]


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    async with (
        Sandbox(rate_limits="off") as sandbox,
        Database.temporary(Cipher([generate_key()])) as database,
        SlackClients(
            FakeInstallations(make_installation(bot_token=SecretStr(sandbox.bot_token))),
            base_url=sandbox.api_url,
        ) as clients,
    ):
        poster = SlackPoster(clients, NoTurns())
        channel = make_channel(NEWS)
        channel = replace(channel, workspace_id=TEAM, set_up_by=ADA, next_due_at=None)
        await set_channel(database.channels, database.deliveries, channel, NOW - timedelta(hours=1))
        await database.stories.save([make_story("Harbor shrinks Pilot")], {})
        yield Office(
            sandbox,
            database,
            Deliverer(
                channels=database.channels,
                deliveries=database.deliveries,
                maker=DigestMaker(
                    stories=database.stories,
                    deliveries=database.deliveries,
                    explainer=FakeExplainer(),
                    last_round=all_answered,
                ),
                poster=poster,
                teller=Teller(
                    channels=database.channels, poster=poster, render_notice=render_notice
                ),
                render=render_digest,
            ),
        )


DOWN = [
    {"kind": "500"},
    {"kind": "drop_before"},
    {"kind": "error", "error": "internal_error"},
    {"kind": "429", "retry_after": 1},
]


@pytest.mark.parametrize(
    ("minutes", "down"), list(zip([1, 5, 20, 60, 170], [*DOWN[:4], DOWN[0]], strict=True))
)
async def test_one_digest_once_posting_works_again(minutes: int, down: dict):
    """Posting is down for minutes while history can be read: exactly one digest, soon afterwards."""
    until = NOW + timedelta(minutes=minutes)
    async with office() as place:
        place.sandbox.faults.add(method="chat.postMessage", channel=NEWS, times=None, **down)
        row = await place.run_until(until)
        assert row.state is DeliveryState.COMPOSED
        place.sandbox.faults.clear()
        row = await place.go_on(row)
        assert row.state is DeliveryState.SENT
        assert row.sent_at is not None
        assert row.sent_at - until <= timedelta(minutes=11)
        assert len(place.sandbox.bot_messages("ai-news")) == 1
        # 15 s, 30 s, ... and not every five seconds.
        assert place.sandbox.calls.count("chat.postMessage") <= 7 + minutes / 10
        assert place.told() == []


@pytest.mark.parametrize("down", DOWN, ids=lambda down: down.get("error", down["kind"]))
async def test_down_past_the_window_is_told_once(down: dict):
    """Given up when the window ends and not before, told once, and said in the next digest."""
    tomorrow = NOW + timedelta(days=1)
    async with office() as place:
        place.sandbox.faults.add(method="chat.postMessage", channel=NEWS, times=None, **down)
        row = await place.run_until(NOW + 2 * WINDOW)
        place.sandbox.faults.clear()
        assert row.state is DeliveryState.SKIPPED
        assert "within 3 hours" in row.reason
        assert "what kept it: Slack" in row.reason
        [told] = place.told()
        assert "was not posted: it was due at 09:00" in told
        again = await place.run_until(tomorrow + WINDOW, tomorrow)
        assert again.state is DeliveryState.SENT
        [digest] = place.sandbox.bot_messages("ai-news")
        assert "Yesterday's digest is missing: it was due at 09:00" in digest.text
        assert len(place.told()) == 1


@pytest.mark.parametrize("down", ["accept_then_500", "accept_then_drop"])
async def test_a_lost_answer_without_metadata_is_one_digest(monkeypatch, down: str):
    """Slack took it, its answer got lost, and history shows the message without our metadata."""
    add = Place.add

    def bare(channel: Place, message) -> None:
        message.body.pop("metadata", None)
        add(channel, message)

    monkeypatch.setattr(Place, "add", bare)
    async with office() as place:
        place.sandbox.faults.add(kind=down, method="chat.postMessage")
        row = await place.run_until(NOW + WINDOW)
        assert row.state is DeliveryState.SENT
        [digest] = place.sandbox.bot_messages("ai-news")
        assert row.ts == digest.ts


# The rule, on values


def sending(tries: int, at: datetime = NOW) -> Delivery:
    row = transitions.compose_done(transitions.opened(KEY, NOW), "{}", [])
    return transitions.start_sending(replace(row, tries=tries - 1), at)


@pytest.mark.parametrize("tries", [1, 2, 5, 7, 30])
@pytest.mark.parametrize("way", ["refused", "not there", "unreadable, by setting"])
def test_every_way_back_to_posting_waits_by_one_rule(tries: int, way: str):
    """Refused, looked for in vain, or posted again by setting: 15 s doubling to ten minutes."""
    limits = replace(LIMITS, repeat_when_unreadable=True)
    row = sending(tries)
    if way == "refused":
        no = NotPosted(code="unreachable", reason="x", retry_after_seconds=1)
        row = transitions.not_posted(row, no, NOW, limits)
    else:
        row = transitions.start_reconciling(transitions.unknown(row, "lost", NOW, limits))
        found = NothingFound() if way == "not there" else CannotRead(code="gone", reason="x")
        row = transitions.reconciled(row, found, NOW, limits)
    assert row.state is DeliveryState.COMPOSED
    wait = timedelta(seconds=min(600, 15 * 2 ** (tries - 1)))
    assert row.not_before == NOW + wait


def test_the_last_try_is_as_the_window_ends():
    """A wait does not reach beyond the window, so that people are told when it ends."""
    late = NOW + WINDOW - timedelta(minutes=2)
    row = sending(20, late)
    no = NotPosted(code="unreachable", reason="x", retry_after_seconds=60)
    assert transitions.not_posted(row, no, late, LIMITS).not_before == NOW + WINDOW


@pytest.mark.parametrize(("hours", "open_"), [(0.9, True), (2.9, True), (3.2, False)])
def test_a_channel_that_cannot_be_read_is_asked_until_the_window_ends(hours: float, open_: bool):
    """All of Slack is away: whether the first post arrived is asked for as long as it may go out."""
    row = transitions.start_reconciling(transitions.unknown(sending(1), "lost", NOW, LIMITS))
    busy = CannotRead(code="unreachable", reason="x", retry_after_seconds=60)
    new = transitions.reconciled(row, busy, NOW + timedelta(hours=hours), LIMITS)
    assert is_open(new) == open_
