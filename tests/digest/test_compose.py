"""From a selection to a digest: honest when empty, marked when late, without muted sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.choose import Selection, choose
from bot.digest.compose import Occasion, compose
from bot.digest.delivery import DeliveryKey
from bot.digest.digest import Digest
from bot.digest.notices import SWITCHED_OFF, missed_line, missed_message, too_late_reason, zone_lost
from bot.digest.preference import Preference
from bot.digest.stored import dump_message, load_message
from bot.digest.transitions import opened, skip
from bot.explain.explanation import Source
from bot.news.story import CollectReport, Story
from bot.news.topic import Topic
from bot.render.message import Message
from tests.fakes.digest import (
    NOW,
    make_channel,
    make_explanation,
    make_preference,
    make_story,
)

OCCASION = Occasion(
    on=NOW.date(), due_at=NOW, now=NOW, report=CollectReport(feeds_read=31, feeds_answered=29)
)


def make(
    stories: list[Story], occasion: Occasion = OCCASION, preference: Preference | None = None
) -> Digest:
    wanted = preference or make_preference(zone="Europe/Berlin")
    explanations = {story.id: make_explanation(story) for story in stories}
    return compose(choose(stories, wanted, [], NOW), explanations, wanted, occasion)


def missed(reason: str, days_ago: int = 1):
    key = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date() - timedelta(days=days_ago))
    return skip(opened(key, NOW - timedelta(days=days_ago)), reason)


def test_a_digest_holds_its_stories_counts_and_feeds():
    """Items in order, topics counted largest first, feeds as the last round said."""
    digest = make(
        [
            make_story("Harbor shrinks Pilot", Topic.HR, Topic.GENERAL, hours_ago=1),
            make_story("Violet raises millions", Topic.GENERAL, hours_ago=2),
        ]
    )
    assert [item.explanation.headline for item in digest.items] == [
        "Harbor shrinks Pilot",
        "Violet raises millions",
    ]
    assert digest.topic_counts == ((Topic.GENERAL, 2), (Topic.HR, 1))
    assert (digest.feeds_read, digest.feeds_answered) == (31, 29)
    assert (digest.empty_reason, digest.late_since) == ("", None)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (None, "No feed has been read yet"),
        (CollectReport(), "No feed is set up"),
        (CollectReport(feeds_read=31), "No feed answered (31 asked)"),
        (
            CollectReport(feeds_read=31, feeds_answered=29),
            (
                "31 feeds read, 29 answered; nothing new about AI in your topics since "
                "Sunday 1 March, 10:00."
            ),
        ),
    ],
    ids=["never read", "no feeds", "none answered", "a quiet day"],
)
def test_an_empty_digest_never_pretends_a_quiet_day(report: CollectReport | None, said: str):
    """Why a digest is empty tells a quiet day from feeds that did not answer, in local time."""
    occasion = replace(OCCASION, report=report, since=NOW - timedelta(days=1))
    digest = make([], occasion)
    assert digest.items == ()
    assert digest.empty_reason.startswith(said)


def test_an_empty_digest_counts_what_was_looked_at():
    """Stories that were left out are mentioned, so that nobody thinks that nothing happened."""
    preference = make_preference(topics=frozenset({Topic.HR}))
    digest = make([make_story("Harbor shrinks Pilot", Topic.ART)], preference=preference)
    assert digest.empty_reason.endswith("One story was looked at and left out.")
    assert len(digest.not_included) == 1


def test_stories_that_nobody_could_explain_are_named_as_such():
    """A fault of ours is no quiet day either."""
    preference = make_preference()
    selection = choose([make_story("Harbor shrinks Pilot")], preference, [], NOW)
    digest = compose(selection, {}, preference, OCCASION)
    assert "could be explained" in digest.empty_reason
    assert digest.not_included[0].reason == "could not be explained"


def test_muted_outlets_are_not_shown_among_the_sources():
    """The shared explanation keeps its sources; this channel does not see the muted one."""
    story = make_story("Harbor shrinks Pilot", outlets=("muted.example", "two.example"))
    preference = make_preference(muted_outlets=frozenset({"muted.example"}))
    digest = make([story], preference=preference)
    assert [source.name for source in digest.items[0].explanation.sources] == ["Two.Example"]


@pytest.mark.parametrize("url", ["https://news.muted.example/a", "http://[broken", ""])
def test_sources_are_never_empty_nor_a_broken_address_a_fault(url: str):
    """When only muted or odd sources are named, the other outlets' entries stand in for them."""
    story = make_story("Harbor shrinks Pilot", outlets=("muted.example", "two.example"))
    preference = make_preference(muted_outlets=frozenset({"muted.example"}))
    explanation = replace(make_explanation(story), sources=(Source(name="X", url=url),))
    selection = choose([story], preference, [], NOW)
    digest = compose(selection, {story.id: explanation}, preference, OCCASION)
    assert digest.items[0].explanation.sources


def test_late_and_first_are_marked():
    """A late digest says since when; who set it up is named in the first post alone."""
    late = replace(OCCASION, now=NOW + timedelta(hours=1), first_post=True, set_up_by="U1")
    digest = make([], late)
    assert (digest.late_since, digest.first_post, digest.set_up_by) == (NOW, True, "U1")
    second = make([], replace(late, first_post=False))
    assert second.set_up_by == ""


def test_empty_selection_is_empty():
    """Without stories nothing is chosen and nothing left out."""
    assert choose([], make_preference(), [], NOW) == Selection(chosen=(), left_out=())


def test_the_next_digest_says_what_is_missing():
    """Yesterday's digest, an older one, none, and one that people switched off themselves."""
    assert missed_line(missed("Slack was down"), NOW.date()) == (
        "Yesterday's digest is missing: Slack was down."
    )
    assert missed_line(missed("no answer.", 3), NOW.date()) == (
        "The digest of Friday 27 February is missing: no answer."
    )
    assert missed_line(None, NOW.date()) == ""
    assert missed_line(missed(SWITCHED_OFF), NOW.date()) == ""


def test_one_message_names_every_missing_digest_up_to_a_limit():
    """Each line has channel, date and reason; a long list is cut with its number."""
    channel = make_channel()
    short = missed_message([(channel, missed("it was late"))])
    assert short[0] == "The digest of Sunday 1 March in #news-c1 was not posted: it was late."
    assert short[1].startswith("The next digests come")
    long = missed_message([(None, missed("it was late"))] * 25)
    assert len(long) == 21
    assert long[-1].startswith("5 more")
    assert missed_message([]) == ()


def test_reasons_give_local_times_and_spans():
    """Times in reasons are the channel's; an unknown zone falls back to UTC instead of failing."""
    assert too_late_reason(NOW, "Europe/Berlin", 10_800) == (
        "it was due at 10:00 and could not be posted within 3 hours of that"
    )
    assert "09:00" in too_late_reason(NOW, "Mars/Base", 5_400)
    assert "an hour and 30 minutes" in too_late_reason(NOW, "UTC", 5_400)
    assert "Set its time zone again" in zone_lost(make_channel(zone="Mars/Base"))


def test_a_message_survives_the_ledger():
    """What is stored between composing and posting comes back the same."""
    message = Message(text="Grüße & <x>", blocks=({"type": "divider"},))
    assert load_message(dump_message(message)) == message
