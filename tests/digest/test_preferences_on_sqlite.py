"""Preferences on the real database: what is written by one use case is read by the others."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.digest.change_settings import ChangeSettings
from bot.digest.commands import Change, PauseFor, SwitchOn
from bot.digest.deliver import Deliverer
from bot.digest.delivery import DeliveryState
from bot.digest.desk import ChannelDesk
from bot.digest.feedback_record import FeedbackKind
from bot.digest.give_feedback import GiveFeedback
from bot.digest.lifecycle import ARCHIVED, Lifecycle
from bot.digest.make import DigestMaker
from bot.digest.may_change import Permissions
from bot.digest.outcomes import Changed
from bot.digest.preference import EVERY_DAY
from bot.digest.tell import Teller
from bot.errors import JobFailed
from bot.news.story import CollectReport
from bot.news.topic import Topic
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.digest import (
    NOW,
    FakeExplainer,
    ScriptedPoster,
    make_story,
    render_digest,
    render_notice,
)
from tests.fakes.preferences import ANNA, SPOT, FakeChannelData, FakePeople

pytestmark = pytest.mark.anyio


async def test_a_channels_life_on_the_real_database():
    """Set up, feedback given and undone, paused, archived and back, moved: nothing gets lost."""
    async with Database.temporary(Cipher([generate_key()])) as database:
        desk = ChannelDesk(database.channels, database.deliveries)
        permissions = Permissions(people=FakePeople(), rules=database.rules)
        settings = ChangeSettings(desk=desk, permissions=permissions, feeds=database.feeds)
        wish = Change(at=time(12), zone="UTC", days=EVERY_DAY)
        on = await settings.apply(SwitchOn(change=wish), SPOT, ANNA, NOW)
        assert isinstance(on, Changed)

        story = make_story("Recruiters test screening software", Topic.HR)
        await database.stories.save([story], {})
        feedback = GiveFeedback(
            desk=desk,
            stories=database.stories,
            feedback=database.feedback,
            permissions=permissions,
        )
        for kind in (FeedbackKind.NOT_FOR_US, FeedbackKind.MUTE):
            await feedback.give(
                kind, click_id=kind.value, story_id=story.id, spot=SPOT, asker=ANNA, now=NOW
            )
        await feedback.undo(FeedbackKind.MUTE.value, spot=SPOT, asker=ANNA, now=NOW)
        paused = await settings.apply(PauseFor(days=7), SPOT, ANNA, NOW)
        assert isinstance(paused, Changed)
        wanted = paused.channel.preference
        assert wanted.topic_weights == ((Topic.HR, 0.707107),)
        assert wanted.muted_outlets == frozenset()

        lifecycle = Lifecycle(
            channels=database.channels,
            desk=desk,
            data=FakeChannelData(),
            installations=database.installations,
        )
        await lifecycle.archived("T1", "C1", NOW)
        stopped = await database.channels.get("T1", "C1")
        assert stopped is not None
        assert (stopped.next_due_at, stopped.state_reason) == (None, ARCHIVED)
        assert (await lifecycle.bot_added(SPOT, NOW)).greet
        await lifecycle.renamed("T1", "C1", "ai")
        await lifecycle.id_changed("T1", "C1", "C2")
        moved = await database.channels.get("T1", "C2")
        assert moved is not None
        assert moved.preference == wanted
        assert (moved.name, moved.greeted) == ("ai", True)
        assert moved.next_due_at == NOW + timedelta(days=7, hours=3)


async def test_a_digest_that_cannot_be_made_waits_and_dies_in_the_real_ledger():
    """The tries and waits of composing are kept in the row, across restarts."""

    async def broken() -> CollectReport | None:
        raise JobFailed("a fault")

    async with Database.temporary(Cipher([generate_key()])) as database:
        desk = ChannelDesk(database.channels, database.deliveries)
        permissions = Permissions(people=FakePeople(), rules=database.rules)
        settings = ChangeSettings(desk=desk, permissions=permissions, feeds=database.feeds)
        wish = Change(at=time(9), zone="UTC", days=EVERY_DAY)
        await settings.apply(SwitchOn(change=wish), SPOT, ANNA, NOW - timedelta(hours=1))
        poster = ScriptedPoster()

        def process() -> Deliverer:
            maker = DigestMaker(
                stories=database.stories,
                deliveries=database.deliveries,
                explainer=FakeExplainer(),
                last_round=broken,
            )
            return Deliverer(
                channels=database.channels,
                deliveries=database.deliveries,
                maker=maker,
                poster=poster,
                teller=Teller(
                    channels=database.channels, poster=poster, render_notice=render_notice
                ),
                render=render_digest,
            )

        await process().tick(NOW)
        now, tries = NOW, 0
        while rows := await database.deliveries.unfinished():
            (row,) = rows
            now = row.not_before or now
            await process().deliver(row.key, now)
            tries += 1
        assert tries == 4
        (dead,) = await database.deliveries.recent(NOW.date(), [DeliveryState.DEAD])
        assert dead.tries == 4
        assert len(poster.told) == 1
