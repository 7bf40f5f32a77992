"""Changing what a channel gets: by words and by the settings view."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.chat.ports import Person
from bot.digest.commands import (
    Change,
    Mute,
    PauseFor,
    PauseUntil,
    Resume,
    SettingCommand,
    SwitchOff,
    SwitchOn,
    Unmute,
)
from bot.digest.dates import pause_end
from bot.digest.describe import status_sentences
from bot.digest.form import SettingsForm
from bot.digest.outcomes import (
    Changed,
    FieldErrors,
    NeedsConfirmation,
    NeedsZone,
    Outcome,
    Refused,
)
from bot.digest.preference import EVERY_DAY, WORKDAYS, Preference, ThreadReplies, Weekday
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.digest.sources import find_outlet
from bot.digest.spot import Asker, Spot
from bot.digest.typed import Wrong
from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic
from tests.fakes.digest import NOW, make_channel
from tests.fakes.preferences import ANNA, SPOT, Office

pytestmark = pytest.mark.anyio

BEN = Asker(user_id="U2")


async def done(office: Office, command: SettingCommand, asker: Asker = ANNA) -> Changed:
    outcome = await office.settings.apply(command, SPOT, asker, NOW)
    assert isinstance(outcome, Changed), outcome
    return outcome


def said(outcome: Outcome) -> str:
    assert isinstance(outcome, Changed), outcome
    return " ".join(outcome.sentences)


async def test_switching_on_takes_the_askers_zone_and_says_when_it_comes():
    """`/digest on 9:00` in a new channel: the person's own zone, their name, the next time in words."""
    office = Office()
    outcome = await done(office, SwitchOn(change=Change(at=time(11))))
    channel = office.channels.rows["T1", "C1"]
    assert channel.preference == Preference(on=True, at=time(11), zone="Europe/Berlin")
    assert channel.set_up_by == "U1"
    # 2 March 2026, 09:00 UTC is 10:00 in Berlin.
    assert channel.next_due_at == NOW + timedelta(hours=1)
    assert "today at 11:00" in said(outcome)
    assert "your own time zone, Europe/Berlin" in said(outcome)


async def test_without_a_known_zone_it_is_asked_for_and_the_answer_completes_it():
    """No `users:read`: the zone is asked for, and nothing is stored before that."""
    office = Office()
    office.people.known.clear()
    outcome = await office.settings.apply(SwitchOn(change=Change(at=time(9))), SPOT, ANNA, NOW)
    assert isinstance(outcome, NeedsZone)
    assert office.channels.rows == {}
    assert isinstance(outcome.command, SwitchOn)
    answered = SwitchOn(change=replace(outcome.command.change, zone="Asia/Tokyo"))
    assert (await done(office, answered)).channel.preference.zone == "Asia/Tokyo"


async def test_a_chosen_zone_stays_even_utc():
    """Switching off and on again does not take another person's zone."""
    office = Office()
    await done(office, SwitchOn(change=Change(at=time(12), zone="UTC")))
    await done(office, SwitchOff())
    outcome = await done(office, SwitchOn())
    assert outcome.channel.preference.zone == "UTC"
    assert outcome.channel.preference.at == time(12)


async def test_who_switched_it_on_last_is_remembered():
    """A change while it is on leaves the name; switching it off and on again does not."""
    office = Office()
    await done(office, SwitchOn(change=Change(zone="UTC")))
    assert (await done(office, SwitchOn(), BEN)).channel.set_up_by == "U1"
    await done(office, SwitchOff(), BEN)
    assert (await done(office, SwitchOn(), BEN)).channel.set_up_by == "U2"


async def test_general_is_asked_about_twice():
    """The channel of everybody gets a digest only after a second yes, which is remembered."""
    office = Office()
    general = replace(SPOT, is_general=True)
    command = SwitchOn(change=Change(zone="UTC"))
    first = await office.settings.apply(command, general, ANNA, NOW)
    assert isinstance(first, NeedsConfirmation)
    assert first.command == command
    assert office.channels.rows == {}
    form = SettingsForm(on="on", zone="UTC")
    assert isinstance(await office.settings.submit(form, general, ANNA, NOW), NeedsConfirmation)
    confirmed = replace(ANNA, confirmed=True)
    second = await office.settings.apply(command, general, confirmed, NOW)
    assert isinstance(second, Changed)
    assert second.channel.post_to_general_confirmed
    await office.settings.apply(SwitchOff(), general, ANNA, NOW)
    assert isinstance(await office.settings.apply(SwitchOn(), general, ANNA, NOW), Changed)


async def test_who_may_not_changes_nothing():
    """Somebody outside the channel is refused with a sentence, by words and by view."""
    office = Office()
    outsider = Asker(user_id="U9")
    for outcome in (
        await office.settings.apply(SwitchOff(), SPOT, outsider, NOW),
        await office.settings.submit(SettingsForm(on="on"), SPOT, outsider, NOW),
    ):
        assert isinstance(outcome, Refused)
        assert "join the channel" in outcome.sentence
    assert office.channels.rows == {}


async def test_the_admins_rule_is_stored_by_admins_and_holds():
    """An admin restricts changes to admins; members are refused from then on."""
    office = Office()
    rules = WorkspaceRules(workspace_id="T1", who_may_change=WhoMayChange.ADMINS)
    assert "admins" in await office.permissions.set_rules(rules, ANNA)
    office.people.known["U2"] = Person(user_id="U2", is_admin=True, zone="UTC")
    assert await office.permissions.set_rules(rules, BEN) == ""
    assert isinstance(await office.settings.apply(SwitchOn(), SPOT, ANNA, NOW), Refused)
    assert isinstance(await office.settings.apply(SwitchOn(), SPOT, BEN, NOW), Changed)


@pytest.mark.parametrize(
    ("command", "field", "value", "part"),
    [
        (Change(at=time(8, 5)), "at", time(8, 5), "Time: 08:05."),
        (Change(days=EVERY_DAY), "days", EVERY_DAY, "every day"),
        (Change(topics=frozenset({Topic.HR})), "topics", frozenset({Topic.HR}), "HR & Recruiting"),
        (Change(level=Level.EXPERT), "level", Level.EXPERT, "expert"),
        (Change(stories=3), "stories", 3, "3"),
        (Change(language="de"), "language", "de", "de"),
        (Change(zone="Asia/Tokyo"), "zone", "Asia/Tokyo", "Asia/Tokyo"),
        (Change(weekly_recap=True), "weekly_recap", True, "recap: on"),
        (
            Change(thread_replies=ThreadReplies.MENTIONS_ONLY),
            "thread_replies",
            ThreadReplies.MENTIONS_ONLY,
            "mentions only",
        ),
    ],
)
async def test_single_words_change_single_fields(command, field, value, part):
    """Each field changes alone, and the answer says what it is now."""
    office = Office()
    await done(office, SwitchOn(change=Change(zone="UTC")))
    outcome = await done(office, command)
    assert getattr(outcome.channel.preference, field) == value
    assert part in said(outcome)


async def test_settings_of_a_channel_that_is_off_are_kept_for_later():
    """Words before `on` are stored, and the answer says that it is off."""
    office = Office()
    outcome = await done(office, Change(stories=3))
    assert outcome.channel.next_due_at is None
    assert "off here" in said(outcome)
    assert (await done(office, SwitchOn())).channel.preference.zone == "Europe/Berlin"


async def test_mute_by_name_domain_or_address_and_unmute():
    """A source is known by the name people see; an unknown name gets the nearest one."""
    office = Office()
    for name in ("the ledger", "theledger.example", "https://www.theledger.example/news/1"):
        outcome = await done(office, Mute(name=name))
        assert outcome.channel.preference.muted_outlets == {"theledger.example"}
        await done(office, Unmute(name=name))
    assert (await done(office, Mute(name="new.example"))).channel.preference.muted_outlets
    wrong = await office.settings.apply(Mute(name="Ledgr"), SPOT, ANNA, NOW)
    assert isinstance(wrong, Refused)
    assert "did you mean The Ledger" in wrong.sentence
    unknown = await office.settings.apply(Unmute(name="other.example"), SPOT, ANNA, NOW)
    assert isinstance(unknown, Refused)
    assert "new.example" in unknown.sentence


@pytest.mark.parametrize("name", ["", " ", "a b.c", "x..y", "<@U1>", "http://[", "..", "https://"])
def test_what_is_no_source_is_refused(name: str):
    """Nothing odd becomes a muted outlet."""
    assert isinstance(find_outlet(name, {"a.example": "A"}), Wrong)


@pytest.mark.parametrize(
    ("pause", "end"),
    [
        (PauseFor(days=14), date(2026, 3, 16)),
        (PauseFor(days=1), date(2026, 3, 3)),
        (PauseFor(months=1), date(2026, 4, 2)),
        (PauseFor(months=12), date(2027, 3, 2)),
        (PauseUntil(day=3, month=3), date(2026, 3, 3)),
        (PauseUntil(day=1, month=3), date(2027, 3, 1)),
        (PauseUntil(day=2, month=3), date(2027, 3, 2)),
        (PauseUntil(day=5, month=3, year=2026), date(2026, 3, 5)),
        (PauseUntil(weekday=Weekday.MON), date(2026, 3, 9)),
        (PauseUntil(weekday=Weekday.TUE), date(2026, 3, 3)),
        (PauseUntil(day=1, month=1, year=2020), None),
        (PauseUntil(day=5, month=3, year=2030), None),
        (PauseUntil(day=29, month=2), None),
    ],
)
def test_the_end_of_a_pause(pause, end):
    """Counted on the channel's own calendar from Monday 2 March 2026; a year at most."""
    found = pause_end(pause, date(2026, 3, 2))
    assert isinstance(found, Wrong) if end is None else found == end


def test_a_month_from_the_31st_ends_with_the_short_month():
    """31 January and a month is 28 February."""
    assert pause_end(PauseFor(months=1), date(2026, 1, 31)) == date(2026, 2, 28)


async def test_pause_and_back_plan_the_next_digest():
    """A pause moves the next digest behind its end; resuming brings it back; on ends it too."""
    office = Office()
    await done(office, SwitchOn(change=Change(at=time(12), zone="UTC", days=EVERY_DAY)))
    paused = await done(office, PauseFor(days=14))
    assert paused.channel.preference.paused_until == date(2026, 3, 16)
    assert paused.channel.next_due_at == NOW + timedelta(days=14, hours=3)
    assert "no digest before Monday 16 March" in said(paused)
    back = await done(office, Resume())
    assert back.channel.next_due_at == NOW + timedelta(hours=3)
    assert "not paused" in said(await done(office, Resume()))
    await done(office, PauseFor(days=7))
    assert (await done(office, SwitchOn())).channel.preference.paused_until is None


async def test_a_pause_counts_from_the_channels_own_today():
    """Late in the evening of UTC it is tomorrow in Tokyo already."""
    office = Office()
    await done(office, SwitchOn(change=Change(zone="Asia/Tokyo")))
    late = datetime(2026, 3, 2, 20, 0, tzinfo=NOW.tzinfo)
    outcome = await office.settings.apply(PauseFor(days=1), SPOT, ANNA, late)
    assert isinstance(outcome, Changed)
    assert outcome.channel.preference.paused_until == date(2026, 3, 4)


async def test_nothing_to_pause_when_off():
    """Pausing what is off says so."""
    outcome = await Office().settings.apply(PauseFor(days=7), SPOT, ANNA, NOW)
    assert isinstance(outcome, Refused)


FORM = SettingsForm(
    on="on", at="09:30", zone="Europe/Paris", days=("mon", "wed"), topics=("hr", "general"),
    level="practitioner", stories="4", language="fr", muted="The Ledger, other.example\n",
    thread_replies="every-message", weekly_recap="on",
)  # fmt: skip


async def test_a_submitted_view_sets_everything_at_once():
    """Raw strings become the preference; what the view does not have stays."""
    office = Office()
    weights = ((Topic.HR, 0.5),)
    office.channels.rows["T1", "C1"] = make_channel(topic_weights=weights, on=False)
    outcome = await office.settings.submit(FORM, SPOT, ANNA, NOW)
    assert isinstance(outcome, Changed)
    assert outcome.channel.preference == Preference(
        on=True, at=time(9, 30), zone="Europe/Paris",
        days=frozenset({Weekday.MON, Weekday.WED}), topics=frozenset({Topic.HR, Topic.GENERAL}),
        level=Level.PRACTITIONER, stories=4, language="fr",
        muted_outlets=frozenset({"theledger.example", "other.example"}),
        thread_replies=ThreadReplies.EVERY_MESSAGE, weekly_recap=True, topic_weights=weights,
    )  # fmt: skip
    assert outcome.channel.set_up_by == "U1"


async def test_every_faulty_field_is_named_at_the_field():
    """All faults come back at once, by the field's block, and nothing is stored."""
    office = Office()
    bad = SettingsForm(
        on="on", at="25:00", zone="Nowhere/Land", days=(), topics=(), level="x", stories="9",
        language="zz9", muted="not a domain", thread_replies="sometimes",
    )  # fmt: skip
    outcome = await office.settings.submit(bad, SPOT, ANNA, NOW)
    assert isinstance(outcome, FieldErrors)
    assert set(outcome.errors) == {
        "at", "zone", "days", "topics", "level", "stories", "language", "muted", "thread_replies",
    }  # fmt: skip
    assert all(sentence.endswith((".", "?")) for sentence in outcome.errors.values())
    assert office.channels.rows == {}


async def test_general_can_be_unticked_in_the_view():
    """In the view General is a box of its own, unlike in words."""
    outcome = await Office().settings.submit(SettingsForm(topics=("hr",)), SPOT, ANNA, NOW)
    assert isinstance(outcome, Changed)
    assert outcome.channel.preference.topics == {Topic.HR}


async def test_a_personal_digest_by_direct_message():
    """A person's own digest is a channel like any other, theirs alone."""
    office = Office()
    own = Spot(workspace_id="T1", channel_id="D1", is_dm=True, dm_user_id="U1")
    outcome = await office.settings.apply(SwitchOn(), own, ANNA, NOW)
    assert isinstance(outcome, Changed)
    assert outcome.channel.is_dm
    assert outcome.channel.set_up_by == "U1"
    assert isinstance(await office.settings.apply(SwitchOff(), own, BEN, NOW), Refused)


async def test_two_changes_at_once_both_count():
    """A write that somebody else overtook is made again on what they wrote."""
    office = Office()
    office.channels.rows["T1", "C1"] = make_channel()
    save_if = office.channels.save_if

    async def overtaken(old, new):
        office.channels.save_if = save_if
        stored = office.channels.rows["T1", "C1"]
        await office.channels.save(
            replace(stored, preference=replace(stored.preference, stories=2))
        )
        return await save_if(old, new)

    office.channels.save_if = overtaken
    wanted = (await done(office, Change(level=Level.EXPERT))).channel.preference
    assert (wanted.level, wanted.stories) == (Level.EXPERT, 2)


def test_the_status_says_what_is_set_and_when_it_comes():
    """Status names the next time, the topics, what is muted; off and stopped are said."""
    channel = make_channel(
        topics=ALL_TOPICS - {Topic.ART}, days=WORKDAYS, muted_outlets=frozenset({"a.example"}),
        weekly_recap=True, next_due_at=NOW + timedelta(days=1), topic_weights=((Topic.HR, 0.5),),
    )  # fmt: skip
    words = " ".join(status_sentences(channel, NOW))
    for part in (
        "tomorrow at 09:00",
        "Monday to Friday",
        "HR & Recruiting counts 0.5",
        "a.example",
    ):
        assert part in words
    assert "Art" not in words
    assert "off here" in status_sentences(None, NOW)[0]
    stopped = replace(channel, state_reason="the channel is archived", next_due_at=None)
    assert "archived" in status_sentences(stopped, NOW)[0]
