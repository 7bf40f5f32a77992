"""Channels and workspaces that change in Slack: deliveries stop and come back, data stays or goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.commands import Change, SwitchOn
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.gate import Gate
from bot.digest.lifecycle import ACCESS_REVOKED, ARCHIVED, BOT_REMOVED, Lifecycle
from bot.digest.notices import missed_line
from bot.digest.outcomes import Changed
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from tests.fakes.digest import NOW, ScriptedPoster, make_channel, render_notice
from tests.fakes.installations import FakeInstallations, make_installation
from tests.fakes.preferences import ANNA, SPOT, FakeChannelData, Office

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=1)


class World(Office):
    """An office with one channel on, due tomorrow, in an installed workspace."""

    def __init__(self) -> None:
        super().__init__()
        self.start = make_channel(next_due_at=NOW + timedelta(days=1), switched_on_at=NOW)
        self.channels.rows["T1", "C1"] = self.start
        self.data = FakeChannelData()
        self.installations = FakeInstallations(make_installation("T1"))
        self.lifecycle = Lifecycle(
            channels=self.channels,
            desk=self.desk,
            data=self.data,
            installations=self.installations,
            moved=lambda: self.moved.append("moved"),
        )
        self.moved: list[str] = []

    @property
    def channel(self):
        return self.channels.rows["T1", "C1"]


async def test_a_rename_changes_the_name_alone():
    """The preference and the next time survive a rename; unknown channels are no fault."""
    world = World()
    for _ in range(2):
        await world.lifecycle.renamed("T1", "C1", "ai-news")
        await world.lifecycle.renamed("T1", "C9", "other")
    assert world.channel == replace(world.start, name="ai-news")


async def test_a_new_id_takes_the_preference_along():
    """After a channel becomes shared, its digest goes to the new id."""
    world = World()
    for _ in range(2):
        await world.lifecycle.id_changed("T1", "C1", "G7")
    assert set(world.channels.rows) == {("T1", "G7")}
    assert world.channels.rows["T1", "G7"].preference == world.start.preference
    # What its own feeds told is found under the new id at once, not when caches have aged.
    assert world.moved == ["moved"] * 2


@pytest.mark.parametrize(("stop", "reason"), [("archived", ARCHIVED), ("bot_removed", BOT_REMOVED)])
async def test_deliveries_stop_and_the_settings_stay(stop, reason):
    """Archived or thrown out: no next digest, whatever is delivered twice; the wish stays on."""
    world = World()
    for _ in range(2):
        await getattr(world.lifecycle, stop)("T1", "C1", LATER)
        await getattr(world.lifecycle, stop)("T1", "C9", LATER)
    assert (world.channel.next_due_at, world.channel.state_reason) == (None, reason)
    assert world.channel.preference == world.start.preference
    assert await world.channels.due(NOW + timedelta(days=9)) == []
    # Changing settings meanwhile does not start deliveries.
    outcome = await world.settings.apply(SwitchOn(change=Change(stories=3)), SPOT, ANNA, LATER)
    assert isinstance(outcome, Changed)
    assert outcome.channel.next_due_at is None
    assert reason in " ".join(outcome.sentences)


async def test_coming_back_plans_the_next_digest_and_makes_nothing_up():
    """Unarchived after three days: the next one is at its next usual time; the missed are not owed."""
    world = World()
    await world.lifecycle.archived("T1", "C1", LATER)
    back = NOW + timedelta(days=3, hours=2)
    for _ in range(2):
        await world.lifecycle.unarchived("T1", "C1", back)
    assert world.channel.state_reason == ""
    assert world.channel.next_due_at == NOW + timedelta(days=4)


async def test_the_greeting_is_posted_once():
    """Invited to a new channel: greet; the same event again, or removed and invited again: not."""
    world = World()
    spot = replace(SPOT, channel_id="C2", name="new")
    assert (await world.lifecycle.bot_added(spot, NOW)).greet
    assert not (await world.lifecycle.bot_added(spot, NOW)).greet
    await world.lifecycle.bot_removed("T1", "C2", NOW)
    assert not (await world.lifecycle.bot_added(spot, NOW)).greet
    stored = world.channels.rows["T1", "C2"]
    assert (stored.preference.on, stored.next_due_at, stored.name) == (False, None, "new")


async def test_an_invitation_brings_the_digest_back():
    """Removed and invited again, the digest goes on with its settings."""
    world = World()
    await world.lifecycle.bot_removed("T1", "C1", LATER)
    await world.lifecycle.bot_added(SPOT, LATER)
    assert world.channel.next_due_at == world.start.next_due_at
    assert world.channel.state_reason == ""


async def test_a_deleted_channel_leaves_nothing():
    """Its preference goes with everything else, and twice is fine."""
    world = World()
    for _ in range(2):
        await world.lifecycle.deleted("T1", "C1")
    assert world.channels.rows == {}
    assert world.data.erased[0] == ("T1", "C1")


async def test_a_revoked_token_stops_the_workspace_until_it_is_installed_again():
    """The token is forgotten at once, settings stay; other workspaces are not touched."""
    world = World()
    other = replace(world.start, workspace_id="T2")
    world.channels.rows["T2", "C1"] = other
    for _ in range(2):
        await world.lifecycle.token_revoked("T1", LATER)
    assert world.channel.state_reason == ACCESS_REVOKED
    assert world.installations.rows["T1"].bot_token.get_secret_value() == ""
    assert world.channels.rows["T2", "C1"] == other
    await world.lifecycle.installed("T1", LATER)
    assert world.channel.next_due_at == world.start.next_due_at


async def test_an_archived_channel_stays_stopped_after_a_new_installation():
    """Only what the token stopped comes back with a token."""
    world = World()
    await world.lifecycle.archived("T1", "C1", LATER)
    await world.lifecycle.installed("T1", LATER)
    assert world.channel.state_reason == ARCHIVED


async def test_an_uninstalled_workspace_is_forgotten():
    """The installation store forgets the workspace and everything stored for it."""
    world = World()
    for _ in range(2):
        await world.lifecycle.uninstalled("T1")
    assert world.installations.rows == {}


async def test_a_delivery_under_way_to_a_stopped_channel_is_skipped_and_nobody_is_told():
    """People did it to their channel: no message about it, and none in the next digest."""
    world, poster = World(), ScriptedPoster()
    await world.lifecycle.archived("T1", "C1", NOW)
    key = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date())
    row = Delivery(key=key, state=DeliveryState.DUE, attempt=0, due_at=NOW)
    world.deliveries.rows[key] = row
    gate = Gate(
        channels=world.channels,
        deliveries=world.deliveries,
        teller=Teller(channels=world.channels, poster=poster, render_notice=render_notice),
        limits=Limits(),
    )
    assert await gate.still_wanted(row, NOW) is None
    ended = world.deliveries.rows[key]
    assert ended.state is DeliveryState.SKIPPED
    assert ARCHIVED in ended.reason
    assert poster.told == []
    assert missed_line(ended, NOW.date() + timedelta(days=1)) == ""


@pytest.mark.parametrize("stop", ["archived", "bot_removed"])
async def test_who_set_it_up_is_named_once_per_ending(stop):
    """The event that ended the digest names its channel; redelivered, or followed by another, none does."""
    world = World()
    ended = await getattr(world.lifecycle, stop)("T1", "C1", LATER)
    assert ended is not None
    assert ended.set_up_by == world.start.set_up_by
    for again in ("archived", "bot_removed", stop):
        assert await getattr(world.lifecycle, again)("T1", "C1", LATER) is None

    back = (await world.lifecycle.bot_added(SPOT, LATER)).back
    assert back is not None
    assert back.next_due_at is not None
    assert (await world.lifecycle.bot_added(SPOT, LATER)).back is None
    assert await getattr(world.lifecycle, stop)("T1", "C1", LATER) is not None


async def test_a_channel_without_a_digest_ends_silently():
    """Nobody is told that a digest stopped which was switched off, or never there."""
    world = World()
    off = replace(world.start, preference=replace(world.start.preference, on=False))
    world.channels.rows["T1", "C1"] = off
    assert await world.lifecycle.archived("T1", "C1", LATER) is None
    assert await world.lifecycle.deleted("T1", "C1") is None
    assert await world.lifecycle.deleted("T1", "C9") is None


async def test_a_deleted_channel_names_who_set_it_up_once():
    """The name and the person are read before everything of the channel goes."""
    world = World()
    ended = await world.lifecycle.deleted("T1", "C1")
    assert ended == world.start
    assert await world.lifecycle.deleted("T1", "C1") is None
