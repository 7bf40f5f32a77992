"""The settings view: every field within Slack's limits, and read back exactly as it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest.form import read_form
from bot.digest.languages import LANGUAGE_CODES
from bot.digest.outcomes import FieldErrors
from bot.digest.preference import Preference, ThreadReplies, Weekday
from bot.explain.explanation import Level
from bot.news.topic import Topic
from bot.render import ids
from bot.render.settings_form import form_values, read_settings
from bot.render.settings_view import FeedPreview, OwnFeed, SettingsContent, settings_view
from tests.fakes.rows import each_row
from tests.fakes.slack_check import assert_view_sound, buttons_in, state_of
from tests.render.hostile import FEW, URLS

OUTLETS = {"theledger.example": "The Ledger", "modeldesk.example": "Model Desk"}
WANTED = Preference(
    on=True,
    at=time(8, 30),
    zone="Europe/Berlin",
    days=frozenset({Weekday.MON, Weekday.THU}),
    topics=frozenset({Topic.HR, Topic.GENERAL, Topic.WRITING}),
    level=Level.EXPERT,
    stories=3,
    language="de",
    muted_outlets=frozenset({"theledger.example"}),
    thread_replies=ThreadReplies.MENTIONS_ONLY,
    weekly_recap=True,
)
CHANNEL = ids.SettingsTarget(channel_id="C024BE91L")


def content(**changes: Any) -> SettingsContent:
    values: dict[str, Any] = {
        "target": CHANNEL,
        "preference": WANTED,
        "channel_name": "ai-news",
        "proposed_zone": "Europe/Vienna",
        "topic_counts": {Topic.HR: 1, Topic.GENERAL: 12},
        "outlets": OUTLETS,
        "own_feeds": (OwnFeed(url="https://intern.example/feed", name="Our blog"),),
    }
    return SettingsContent(**{**values, **changes})


def submitted(view: dict[str, Any], **state: Any) -> dict[str, Any]:
    return {
        "private_metadata": view["private_metadata"],
        "state": {"values": {**state_of(view), **state}},
    }


def fields(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}


def test_view_looks_as_agreed(snapshot):
    """The whole modal is what was reviewed."""
    view = settings_view(content())
    assert_view_sound(view)
    assert view == snapshot


preferences = st.builds(
    Preference,
    on=st.booleans(),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Etc/UTC", "Asia/Kolkata"]),
    days=st.frozensets(st.sampled_from(Weekday), min_size=1),
    topics=st.frozensets(st.sampled_from(Topic), min_size=1),
    level=st.sampled_from(Level),
    stories=st.integers(min_value=1, max_value=8),
    language=st.sampled_from(sorted(LANGUAGE_CODES)),
    muted_outlets=st.frozensets(st.sampled_from([*OUTLETS, "other.example", "x.example"])),
    thread_replies=st.sampled_from(ThreadReplies),
    weekly_recap=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(preferences, st.booleans())
def test_saving_without_a_change_changes_nothing(wanted, is_dm):
    """Opened and saved, every preference comes back as it was, for channels and persons."""
    target = replace(CHANNEL, is_dm=is_dm)
    view = settings_view(content(preference=wanted, target=target))
    assert_view_sound(view)
    found = read_settings(submitted(view))
    assert found is not None
    assert found.target == target
    assert read_form(found.form, wanted, OUTLETS) == wanted
    assert (found.add_feed, found.remove_feeds) == ("", ())


def test_what_is_typed_and_ticked_is_read():
    """A feed to add and one to remove come along with the form."""
    view = settings_view(content())
    key = ids.feed_key("https://intern.example/feed")
    found = read_settings(
        submitted(
            view,
            add_feed={"value": {"type": "url_text_input", "value": " https://new.example/rss "}},
            remove_feeds={"value": {"selected_options": [{"value": key}]}},
            muted={"value": {"selected_options": []}},
        )
    )
    assert found is not None
    assert found.add_feed == "https://new.example/rss"
    assert found.remove_feeds == (key,)
    assert found.form.muted == ""


def test_errors_stand_at_fields_of_the_view():
    """Every name in `FieldErrors` is the block id of an input, or Slack would not show it."""
    view = settings_view(content())
    inputs = set(fields(view))
    broken = submitted(
        view,
        zone={"value": {"value": "Atlantis"}},
        days={"value": {"selected_options": []}},
        topics={"value": {"selected_options": []}},
        topics_more={"value": {"selected_options": []}},
        at={"value": {"selected_time": None}},
    )
    found = read_settings(broken)
    assert found is not None
    errors = read_form(found.form, WANTED, OUTLETS)
    assert isinstance(errors, FieldErrors)
    assert set(errors.errors) == {"zone", "days", "topics", "at"}
    assert set(errors.errors) <= inputs


def test_topics_say_how_many_stories_they_had():
    """People choose topics by what they would have got last week."""
    shown = fields(settings_view(content()))
    hints = {
        option["value"]: option["description"]["text"]
        for block in ids.SETTINGS_TOPIC_BLOCKS
        for option in shown[block]["element"]["options"]
    }
    assert hints["hr"] == "1 story last week"
    assert hints["general"] == "12 stories last week"
    assert hints["art"] == "no story last week"
    assert len(hints) == len(Topic)
    uncounted = fields(settings_view(content(topic_counts=None)))
    assert "description" not in uncounted["topics"]["element"]["options"][0]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"zone_is_set": False}, "Europe/Vienna"),
        ({"zone_is_set": True}, "Europe/Berlin"),
        ({"zone_is_set": False, "proposed_zone": ""}, None),
    ],
)
def test_own_zone_is_proposed(changes, shown):
    """The person's own zone stands there at first; without it the field asks."""
    zone = fields(settings_view(content(**changes)))["zone"]
    assert zone["element"].get("initial_value") == shown
    assert "Berlin" in zone["hint"]["text"]


def test_preview_of_a_feed_links_its_entries():
    """Before a feed is added its last entries are seen; a problem is said instead."""
    entries = tuple((f"Entry {n}", f"https://new.example/{n}") for n in range(9))
    view = settings_view(
        content(preview=FeedPreview(url="https://new.example/rss", name="New", entries=entries))
    )
    assert_view_sound(view)
    assert "<https://new.example/4|Entry 4>" in str(view)
    assert "Entry 5" not in str(view)
    assert fields(view)["add_feed"]["element"]["initial_value"] == "https://new.example/rss"
    problem = FeedPreview(
        url="https://new.example", problem="That is no feed. Try its RSS address."
    )
    assert "That is no feed" in str(settings_view(content(preview=problem)))
    assert ids.SETTINGS_CHECK_FEED in buttons_in(view["blocks"])


def test_person_has_no_thread_setting():
    """In a direct message there is nothing to choose about other people's messages."""
    assert "thread_replies" not in fields(
        settings_view(content(target=replace(CHANNEL, is_dm=True)))
    )


def test_many_sources_keep_the_limits():
    """Hundreds of sources and feeds are shown as far as Slack takes them, muted ones first."""
    many = {f"site{n}.example": f"Site {n}" for n in range(300)}
    feeds = tuple(OwnFeed(url=f"https://own{n}.example/feed", name=f"Own {n}") for n in range(150))
    muted = frozenset(sorted(many)[200:260])
    view = settings_view(
        content(outlets=many, own_feeds=feeds, preference=replace(WANTED, muted_outlets=muted))
    )
    assert_view_sound(view)
    ticked = fields(view)["muted"]["element"]["initial_options"]
    assert {option["value"] for option in ticked} == muted
    over = replace(WANTED, muted_outlets=frozenset(many))
    view = settings_view(content(preference=over))
    found = read_settings(submitted(view))
    assert found is not None
    assert read_form(found.form, over, many) == over


def test_no_sources_leave_the_field_out():
    """Slack refuses an empty list; without sources there is nothing to mute."""
    view = settings_view(
        content(outlets=None, own_feeds=(), preference=replace(WANTED, muted_outlets=frozenset()))
    )
    assert_view_sound(view)
    assert "muted" not in fields(view)


def test_feeds_are_for_those_who_may():
    """Guests have no field of feeds; admins also remove and share what others cannot."""
    everybody = {ids.SETTINGS_ADD_FEED, ids.SETTINGS_REMOVE_FEEDS}
    shared = (OwnFeed(url="https://wide.example/feed", name="Wide"),)
    cases = (
        (content(may_add_feeds=False), set()),
        (content(), everybody),
        (
            content(may_share_feeds=True, workspace_feeds=shared),
            everybody | {ids.SETTINGS_SHARE_FEEDS},
        ),
    )
    for shown, fields in cases:
        view = settings_view(shown)
        assert_view_sound(view)
        of_feeds = everybody | {ids.SETTINGS_SHARE_FEEDS}
        assert {block.get("block_id") for block in view["blocks"]} & of_feeds == fields
        assert ("whole workspace" in str(view)) is shown.may_share_feeds


@each_row("text", FEW)
def test_hostile_names_do_nothing(text):
    """Names of channels, outlets, feeds and entries come from outside."""
    preview = FeedPreview(url=text, name=text, entries=((text, text),))
    shown = content(
        channel_name=text,
        outlets={"a.example": text},
        own_feeds=(OwnFeed(url=text, name=text),),
        workspace_feeds=(OwnFeed(url=f"{text}/2", name=text),),
        may_share_feeds=True,
        preview=preview,
        notes=(text,),
        proposed_zone=text,
        zone_is_set=False,
    )
    assert_view_sound(settings_view(shown))
    assert_view_sound(
        settings_view(replace(shown, preview=FeedPreview(url="", problem=text or "x")))
    )


@pytest.mark.parametrize("url", URLS)
def test_hostile_addresses_do_nothing(url):
    """A feed's entries become honest links or none."""
    preview = FeedPreview(url=url, name="https://bank.example", entries=(("bank.example", url),))
    assert_view_sound(settings_view(content(preview=preview)))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"on": None},
        {"on": {"value": None}},
        {"on": {"value": {"selected_option": None}}},
        {"on": {"value": {"selected_option": {"value": 3}}}},
        {"topics": {"value": {"selected_options": [None, {"value": None}, 3]}}},
        {"zone": {"value": {"value": 7}}, "at": []},
        {"muted": {"other": {}}},
    ],
)
def test_broken_states_are_read_as_nothing(values):
    """A state that is not ours gives no exception and no value."""
    found = form_values(values)
    assert found["on"] is None
    assert found["zone"] in {None, ""}
    assert read_settings({"state": {"values": values}}) is None
    assert read_settings({"private_metadata": '{"channel": "C1"}', "state": values}) is not None
