"""Channels of old with an offset or abbreviation for a zone: told once, and not changed behind anybody."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.ports import Person
from bot.digest.commands import Change, SwitchOff, SwitchOn
from bot.digest.form import SettingsForm
from bot.digest.outcome import NotPosted
from bot.digest.outcomes import Changed, NeedsZone
from bot.digest.own_feeds import ServingFeeds
from bot.digest.preference import Channel, Preference
from bot.digest.setup import set_channel
from bot.digest.show_settings import ShowSettings
from bot.digest.spot import Asker, Spot
from bot.digest.spots import Spots
from bot.digest.tell import Teller
from bot.digest.zone_notice import ZoneNotices
from bot.render.settings_view import SettingsContent
from storage.cipher import Cipher, generate_key
from tests.fakes.digest import NOW, FakeStories, ScriptedPoster, render_notice
from tests.fakes.preferences import ANNA, SPOT, Office

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


class NoOwnFeeds:
    async def serving(self, spot: Spot, asker: Asker) -> ServingFeeds:
        return ServingFeeds()


def notices(office: Office, poster: ScriptedPoster) -> ZoneNotices:
    teller = Teller(channels=office.channels, poster=poster, render_notice=render_notice)
    return ZoneNotices(channels=office.channels, teller=teller)


async def holding(office: Office, zone: str, channel_id: str = "C1", **changes: object) -> Channel:
    """Store a channel as a release before would have."""
    channel = Channel(
        workspace_id="T1",
        channel_id=channel_id,
        name="news",
        preference=Preference(on=True, zone=zone),
        set_up_by="U1",
    )
    return await set_channel(
        office.channels,
        office.deliveries,
        replace(channel, **changes),  # type: ignore[arg-type]  # a test's keywords
        NOW,
    )


async def window(office: Office) -> SettingsContent:
    spots = Spots(
        places=None,  # type: ignore[arg-type]  # nothing is asked of Slack
        people=office.people,
        channels=office.channels,
        seals=Cipher([generate_key()]),
    )
    shown = ShowSettings(
        channels=office.channels,
        stories=FakeStories([]),
        settings=office.settings,
        feeds=NoOwnFeeds(),  # type: ignore[arg-type]  # only the list is asked for
        permissions=office.permissions,
        spots=spots,
    )
    content = await shown.content(SPOT, ANNA, NOW)
    assert isinstance(content, SettingsContent)
    return content


async def test_people_are_told_once_with_the_places():
    """One message a person for all their channels; later runs, and other zones, add nothing."""
    office, poster = Office(), ScriptedPoster()
    await holding(office, "Etc/GMT-5")
    await holding(office, "EST", "C2")
    await holding(office, "Europe/Berlin", "C3")
    await holding(office, "UTC", "C4")

    await asyncio.gather(*(notices(office, poster).tell(NOW) for _ in range(3)))
    await notices(office, poster).tell(NOW + 24 * HOUR)

    [(person, text)] = poster.told
    assert person == "U1"
    assert "UTC+5" in text
    for place in ("America/New_York", "America/Bogota", "Asia/Karachi"):
        assert place in text
    assert "Berlin" not in text
    still = await office.channels.get("T1", "C1")
    assert still is not None
    assert still.preference.zone == "Etc/GMT-5"


async def test_who_could_not_be_told_is_told_later():
    """When neither the person nor an admin can be reached, or the process died, the claim lapses."""
    office, poster = Office(), ScriptedPoster()
    await holding(office, "CET")
    poster.tells.extend([NotPosted(code="x", reason="no")] * 2)

    await notices(office, poster).tell(NOW)
    await notices(office, poster).tell(NOW + timedelta(minutes=1))
    assert poster.told == []
    await notices(office, poster).tell(NOW + HOUR)
    await notices(office, poster).tell(NOW + 2 * HOUR)
    assert len(poster.told) == 1


async def test_a_channel_that_is_off_is_told_when_it_is_on_again():
    """Nothing is posted at the wrong hour there, so nobody is bothered."""
    office, poster = Office(), ScriptedPoster()
    channel = await holding(office, "EST", preference=Preference(on=False, zone="EST"))
    await notices(office, poster).tell(NOW)
    assert poster.told == []
    on = replace(channel, preference=replace(channel.preference, on=True))
    await set_channel(office.channels, office.deliveries, on, NOW)
    await notices(office, poster).tell(NOW)
    assert len(poster.told) == 1


async def test_saving_the_window_keeps_such_a_zone_and_says_what_to_choose():
    """Left alone it is neither refused nor changed; window and answer name the places."""
    office = Office()
    await holding(office, "Etc/GMT-5")

    content = await window(office)
    form = SettingsForm(on="on", zone="Etc/GMT-5", stories="3")
    saved = await office.settings.submit(form, SPOT, ANNA, NOW)

    assert content.preference.zone == "Etc/GMT-5"
    assert any("America/New_York" in note for note in content.notes)
    assert isinstance(saved, Changed)
    assert (saved.channel.preference.zone, saved.channel.preference.stories) == ("Etc/GMT-5", 3)
    assert "America/New_York" in " ".join(saved.sentences)


async def test_an_offset_in_a_slack_profile_is_not_taken():
    """Slack may tell a zone that is no place: `/digest on` asks, and the window proposes none."""
    office = Office()
    office.people.known["U1"] = Person(user_id="U1", is_admin=True, zone="Etc/GMT+5")

    asked = await office.settings.apply(SwitchOn(), SPOT, ANNA, NOW)

    assert isinstance(asked, NeedsZone)
    assert "America/New_York" in asked.sentence
    assert (await window(office)).proposed_zone == ""


@pytest.mark.parametrize("zone", ["UTC", "GMT", "Asia/Tokyo"])
@pytest.mark.parametrize("by_command_line", [True, False])
async def test_a_channel_that_is_off_stays_off_and_keeps_its_zone(zone: str, by_command_line: bool):
    """Set up and switched off by anybody, the window shows just that, and saving changes neither."""
    office = Office()
    if by_command_line:
        channel = await holding(office, zone, set_up_by="")
        off = replace(channel, preference=replace(channel.preference, on=False))
        await set_channel(office.channels, office.deliveries, off, NOW)
    else:
        await office.settings.apply(SwitchOn(change=Change(zone=zone)), SPOT, ANNA, NOW)
        await office.settings.apply(SwitchOff(), SPOT, ANNA, NOW)

    content = await window(office)
    assert content.zone_is_set
    assert (content.preference.on, content.preference.zone) == (False, zone)
    form = SettingsForm(on="off", zone=content.preference.zone, stories="2")
    saved = await office.settings.submit(form, SPOT, ANNA, NOW)

    assert isinstance(saved, Changed)
    wanted = saved.channel.preference
    assert (wanted.on, wanted.zone, wanted.stories) == (False, zone, 2)
    again = await office.settings.apply(SwitchOn(), SPOT, ANNA, NOW)
    assert isinstance(again, Changed)
    assert again.channel.preference.zone == zone


@pytest.mark.parametrize("decided", [False, True])
async def test_only_a_channel_that_was_never_set_up_is_proposed_on(decided: bool):
    """A row alone (we said hello there) proposes On and the asker's zone; `/digest off` does not."""
    office = Office()
    if decided:
        await office.settings.apply(SwitchOff(), SPOT, ANNA, NOW)
    else:
        hello = Channel(workspace_id="T1", channel_id="C1", name="news", preference=Preference())
        await office.channels.save(replace(hello, greeted=True))

    content = await window(office)

    assert content.preference.on is not decided
    assert content.zone_is_set is decided
    assert content.proposed_zone == "Europe/Berlin"
