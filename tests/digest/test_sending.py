"""Posting with other processes around: nothing is posted, told or written for what is not ours any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest import transitions
from bot.digest.delivery import DeliveryKey, DeliveryState
from bot.digest.outcome import NotPosted, OutcomeUnknown, Posted
from bot.digest.sending import Sender
from bot.digest.transitions import Limits
from bot.render.message import Message
from tests.fakes.digest import NOW, FakeChannels, FakeDeliveries, ScriptedPoster, make_channel

pytestmark = pytest.mark.anyio
MESSAGE = Message(text="news", blocks=())


async def sending_row(deliveries: FakeDeliveries):
    """Return a row as it is right after `sending` was committed."""
    channel = make_channel()
    key = DeliveryKey(
        workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=NOW.date()
    )
    due = transitions.opened(key, NOW)
    composed = transitions.compose_done(due, "{}", [])
    sending = transitions.start_sending(composed, NOW)
    deliveries.rows[key] = sending
    return sending


def make_sender(poster, deliveries, seconds=lambda: 0.0) -> Sender:
    return Sender(deliveries, poster, Limits(), seconds)


async def test_what_somebody_else_took_over_is_not_posted():
    """Between `sending` and the call the row moved on: no call, and nothing to be written or told."""
    poster, deliveries = ScriptedPoster(), FakeDeliveries(FakeChannels())
    sending = await sending_row(deliveries)
    deliveries.rows[sending.key] = replace(sending, attempt=sending.attempt + 1)
    assert await make_sender(poster, deliveries).post(sending, MESSAGE, NOW, 0.0) is None
    assert poster.posted == []


async def test_waits_count_from_the_end_of_the_call():
    """After a call that took half a minute, the post is looked for a moment later, not at once."""
    poster, deliveries = ScriptedPoster(), FakeDeliveries(FakeChannels())
    poster.outcomes.append(OutcomeUnknown(reason="time-out"))
    ticking = iter([0.0, 30.0])
    sending = await sending_row(deliveries)
    row = await make_sender(poster, deliveries, lambda: next(ticking)).post(
        sending, MESSAGE, NOW, 0.0
    )
    assert row is not None
    assert row.not_before == NOW + timedelta(seconds=30 + Limits().settle)


async def test_a_post_that_a_stop_cut_off_is_named_once():
    """A post that never came back is handed over as lost; one that did is not."""
    poster, deliveries = ScriptedPoster(), FakeDeliveries(FakeChannels())
    poster.crash_after_post = True
    sending = await sending_row(deliveries)
    sender = make_sender(poster, deliveries)
    with pytest.raises(BaseException, match="after post"):
        await sender.post(sending, MESSAGE, NOW, 0.0)
    assert sender.cut_off(sending.key) == sending
    assert sender.cut_off(sending.key) is None
    assert sender.lost(sending, NOW).state is DeliveryState.UNKNOWN
    for outcome in (Posted(ts="1"), NotPosted(code="is_archived", reason="no")):
        poster.outcomes.append(outcome)
        await sender.post(sending, MESSAGE, NOW, 0.0)
        assert sender.cut_off(sending.key) is None
