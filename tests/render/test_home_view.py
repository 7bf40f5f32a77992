"""The App Home and the glossary: what a person sees, page by page, within Slack's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.digest.preference import Channel, Preference
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.explain.glossary import Glossary
from bot.render import ids
from bot.render.glossary_view import (
    ENTRIES_PER_PAGE,
    GlossaryPage,
    glossary_page,
    term_view,
    unknown_term_view,
)
from bot.render.home_view import HomeContent, home_view
from tests.fakes.rows import each_row
from tests.fakes.slack_check import assert_view_sound, buttons_in
from tests.render.hostile import FEW

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
GLOSSARY = Glossary.load()
AI_NEWS = Channel(
    workspace_id="T1",
    channel_id="C1",
    name="ai-news",
    preference=Preference(on=True, zone="Europe/Berlin"),
    next_due_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
)


def content(**changes: Any) -> HomeContent:
    values: dict[str, Any] = {
        "now": NOW,
        "channels": (AI_NEWS,),
        "own": None,
        "glossary": glossary_page(GLOSSARY.search("token"), 0, "token"),
    }
    return HomeContent(**{**values, **changes})


def ids_in(view: dict[str, Any]) -> set[str]:
    return {b["block_id"] for b in view["blocks"] if "block_id" in b}


@pytest.mark.parametrize(
    "rules",
    [None, *(WorkspaceRules(workspace_id="T1", who_may_change=who) for who in WhoMayChange)],
)
def test_home_looks_as_agreed(rules, snapshot):
    """The whole App Home, for members and for admins under each rule, is what was reviewed."""
    view = home_view(content(rules=rules))
    assert_view_sound(view)
    assert view == snapshot


def test_only_given_channels_are_shown():
    """Names of other channels never get into the view; each given one has its settings button."""
    other = replace(AI_NEWS, channel_id="C2", name="private-plans")
    shown = str(home_view(content(channels=(AI_NEWS, other))))
    assert "#ai-news" in shown
    assert "#private-plans" in shown
    assert "today at 09:00" in shown
    assert "private-plans" not in str(home_view(content()))
    assert "None of your channels" in str(home_view(content(channels=())))


def test_many_channels_keep_the_limits():
    """A person in hundreds of channels still gets a home, with the longest glossary page."""
    channels = tuple(replace(AI_NEWS, channel_id=f"C{n}", name=f"team-{n}") for n in range(400))
    rules = WorkspaceRules(
        workspace_id="T1",
        who_may_change=WhoMayChange.NAMED,
        people=frozenset(f"U{n}" for n in range(300)),
    )
    page = glossary_page(GLOSSARY.search(""), 3)
    view = home_view(content(channels=channels, own=AI_NEWS, glossary=page, rules=rules))
    assert_view_sound(view)
    assert "and 370 more" in str(view)


def test_rules_are_shown_to_admins_only():
    """Whoever may not change the workspace's rules does not see them."""
    assert ids.home_block("who") not in ids_in(home_view(content()))
    rules = WorkspaceRules(workspace_id="T1", who_may_change=WhoMayChange.ADMINS)
    shown = ids_in(home_view(content(rules=rules)))
    assert ids.home_block("who") in shown
    assert ids.home_block("named") not in shown


def test_deleting_asks_first():
    """One slip of the finger deletes nothing."""
    view = home_view(content())
    (row,) = [b for b in view["blocks"] if b.get("block_id") == ids.home_block("delete")]
    button = row["elements"][0]
    assert button["action_id"] == ids.HOME_DELETE
    assert button["style"] == "danger"
    assert "cannot be undone" in button["confirm"]["text"]["text"]


@pytest.mark.parametrize("query", ["", "model", "RAG", "no such word", "a" * 300])
def test_every_page_of_the_glossary_is_reached(query):
    """Turning pages shows every entry found exactly once, and every page is sound."""
    found = GLOSSARY.search(query)
    seen: list[str] = []
    place: ids.GlossaryPlace | None = ids.GlossaryPlace(0, query)
    while place is not None:
        page = glossary_page(found, place.page, place.query)
        view = home_view(content(glossary=page))
        assert_view_sound(view)
        assert len(page.entries) <= ENTRIES_PER_PAGE
        seen += [entry.term for entry in page.entries]
        onward = buttons_in(view["blocks"]).get(ids.HOME_PAGE_ON)
        place = ids.parse_page(onward) if onward else None
    assert seen == [entry.term for entry in found]


@pytest.mark.parametrize("page", [-5, 0, 10_000])
def test_pages_that_do_not_exist_are_the_nearest(page):
    """An old button never leads to an empty page."""
    assert glossary_page(GLOSSARY.search(""), page).entries
    assert glossary_page((), page) == GlossaryPage(entries=(), page=0, pages=1, total=0)


def test_every_term_has_a_page(snapshot):
    """Each entry of the shipped glossary fits into its modal, with related terms as buttons."""
    for entry in GLOSSARY.entries:
        related = [found.entry.term for found in GLOSSARY.find_in(entry.meaning)]
        assert_view_sound(term_view(entry, related))
    rag = GLOSSARY.look_up("RAG")
    assert rag is not None
    assert term_view(rag, ["AI model", "AI model", "token"]) == snapshot


@each_row("text", FEW)
def test_hostile_names_and_searches_do_nothing(text):
    """Names of channels and feeds, and searches, come from outside."""
    channel = replace(AI_NEWS, name=text, state_reason=text)
    page = glossary_page((), 0, text)
    feeds = ((text, text),) * 30
    shown = content(channels=(channel,), own=channel, glossary=page, workspace_feeds=feeds)
    assert_view_sound(home_view(shown))
    assert_view_sound(unknown_term_view(text))
