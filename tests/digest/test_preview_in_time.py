"""A preview is waited for: it does not take as long as a digest's explanations may."""

from __future__ import annotations

import asyncio

import pytest

from bot.digest.make import DigestMaker
from bot.digest.preview import PreviewDigest
from bot.digest.spot import Spot
from bot.digest.transitions import Limits
from tests.fakes.digest import (
    NOW,
    FakeChannels,
    FakeDeliveries,
    FakeExplainer,
    FakeStories,
    all_answered,
    make_channel,
    make_story,
)

pytestmark = pytest.mark.anyio


async def test_a_silent_model_does_not_hold_up_a_preview():
    """What the model has not explained in the asker's time is shown in the publishers' own sentences."""
    channels, channel, story = FakeChannels(), make_channel(), make_story("Harbor shrinks Pilot")
    await channels.save(channel)
    maker = DigestMaker(
        stories=FakeStories([story]),
        deliveries=FakeDeliveries(channels),
        explainer=FakeExplainer(slow={story.id}),
        last_round=all_answered,
        limits=Limits(explain=60.0),
    )
    spot = Spot(workspace_id="T1", channel_id="C1", name=channel.name)
    async with asyncio.timeout(5):
        digest = await PreviewDigest(channels, maker, explain_seconds=0.05).of(spot, NOW)

    assert [item.explanation.written_by for item in digest.items] == ["extractive"]
