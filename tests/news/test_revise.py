"""What makes a later entry news, as a table; silence is the default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.figures import figures
from bot.news.revise import novelty
from bot.news.story import Revision, Story
from tests.fakes.news import NOW, make_entry

PILOT = (
    "Harbor Labs releases Pilot 2",
    "Harbor Labs of Rotterdam released Pilot 2 on Monday. The model needs 16 GB of memory.",
)
COURT = (
    "Court hears novelists against Quillon",
    "Two hundred novelists sue the AI company Quillon in Leeds. A decision is expected on 20 March.",
)
DEAL = (
    "Delta plans to buy chip firm Calder",
    "Delta wants to pay $2.4 billion for Calder. The commission has to agree. Calder was founded in 2019.",
)

# name: (first telling, later title, later text, expected kind, expected words)
ROWS: dict[str, tuple[tuple[str, str], str, str, str | None, str]] = {
    # --- figures
    "new size": (PILOT, "Harbor's Pilot 2.1 needs 4 GB instead of 16", "", "figure", "4 GB"),
    "figure in the text": (PILOT, "Harbor shrinks Pilot", "Version 2.1 needs 4 GB. It is smaller.", "figure", "4 GB"),
    "share": (PILOT, "Pilot 2 wins 71 percent of users in test", "", "figure", "71 percent"),
    "large count": (PILOT, "Pilot 2 downloaded 2 million times", "", "figure", "2 million"),
    "same figure": (PILOT, "16 GB is enough for Harbor's Pilot 2", "", None, ""),
    "version is no figure": (PILOT, "Pilot version 3000 is fun", "", None, ""),
    "year is no figure": (PILOT, "Pilot 2 is the model of 2026", "", None, ""),
    "small count is no figure": (PILOT, "Pilot 2: 5 things we like", "", None, ""),
    "figure far down": (PILOT, "Pilot 2 in use", "One. Two is here. Three is a third. It cost $5 million.", None, ""),
    "background figure": (PILOT, "Pilot 2 in use", "Harbor had raised $300 million last year.", None, ""),
    "rounded figure": (DEAL, "Delta's $2.4bn bid for Calder", "", None, ""),
    "more exact figure": (DEAL, "Delta's $2.41 billion bid for Calder", "", None, ""),
    "higher price": (DEAL, "Delta lifts its bid for Calder to $3 billion", "", "figure", "$3 billion"),
    "conversion": (DEAL, "Delta bids €2.1 billion for Calder", "", None, ""),
    # --- outcomes
    "ruled": (COURT, "Quillon needed a licence, court ruled", "", "outcome", "ruled"),
    "settled": (COURT, "Quillon settles with novelists", "", "outcome", "settles"),
    "not yet settled": (COURT, "Quillon wants to settle, novelists hope", "", None, ""),
    "near a deal": (COURT, "Quillon may have settled by May", "", None, ""),
    "approved": (DEAL, "Commission approves Delta's purchase of Calder", "", "outcome", "approves"),
    "not approved": (DEAL, "Commission has not approved the purchase of Calder", "", None, ""),
    "called off": (DEAL, "Delta calls off Calder purchase", "", "outcome", "calls off"),
    "dropped": (DEAL, "Delta drops Calder bid", "", "outcome", "drops"),
    "known outcome": (PILOT, "Harbor launched Pilot 2: what we know", "", None, ""),
    "paused": (PILOT, "Harbor pauses Pilot 2 downloads", "", "outcome", "pauses"),
    # --- retractions
    "denied": (DEAL, "Delta denies it wants Calder", "", "retraction", "denies"),
    "corrected": (PILOT, "Pilot 2 in use", "Correction: the model was trained elsewhere.", "retraction", "Correction"),
    "walked back": (PILOT, "Harbor walks back claim on Pilot 2", "", "retraction", "walks back"),
    # --- dates
    "new day": (COURT, "Judge names day in Quillon case", "The hearing is on 14 April.", "date", "14 April"),
    "same day": (COURT, "Quillon case: judge speaks on March 20", "", None, ""),
    "day of the report": (COURT, "Quillon case goes on", "On 12 March the judge listened.", None, ""),
    "past day": (COURT, "Quillon case goes on", "It began on 3 January.", None, ""),
    "impossible day": (COURT, "Quillon case goes on", "It ends on 31 April.", None, ""),
    # --- actors
    "new party": (COURT, "Society of Authors joins case against Quillon", "The Society of Authors is in.", "actor", "Society of Authors"),
    "acronym": (DEAL, "FTC opens probe of Calder bid", "", "actor", "FTC"),
    "known party": (COURT, "Quillon responds to novelists", "", None, ""),
    "no step": (DEAL, "Calder, Oakline and Delta in charts", "", None, ""),
    "first word only": (COURT, "Lawyers join case against Quillon", "", None, ""),
    "title case": (COURT, "Angry Readers Join Quillon Protest", "", None, ""),
    # --- nothing
    "another outlet": (PILOT, "Pilot 2 by Harbor Labs: a closer look", "We tried the model.", None, ""),
}  # fmt: skip


def story_of(telling: tuple[str, str], hours_ago: float = 30.0) -> Story:
    first = make_entry(*telling, hours_ago=hours_ago)
    return Story(id="s_1", entries=(first,), topics=(), language="en")


@pytest.mark.parametrize("name", ROWS)
def test_novelty(name: str):
    """Each kind of change is seen with its words, and what looks like one is not taken for it."""
    telling, title, text, kind, words = ROWS[name]
    later = make_entry(title, text, hours_ago=1.0, outlet="Later Post")

    found = novelty(story_of(telling), later)

    assert found == ((kind, words) if kind else None)


def test_table_is_large_enough():
    """The table keeps its size, with as much silence as news."""
    assert len(ROWS) >= 25
    assert sum(kind is None for _, _, _, kind, _ in ROWS.values()) >= 15


@pytest.mark.parametrize(
    ("hours", "is_new"), [(0.0, False), (5.9, False), (6.0, True), (48.0, True)]
)
def test_same_telling(hours: float, is_new: bool):
    """Details that differ between outlets of one morning are one telling, not revisions."""
    later = make_entry("Harbor's Pilot 2 needs 4 GB", hours_ago=1.0)

    assert (novelty(story_of(PILOT, hours_ago=1.0 + hours), later) is not None) is is_new


def test_outlets_that_follow_an_update():
    """After a revision the six hours begin anew, so that its followers do not make further ones."""
    told = story_of(PILOT)
    update = Revision(number=2, entry_id="e_2", at=NOW, novelty="figure", detail="4 GB")
    story = Story(id=told.id, entries=told.entries, topics=(), language="en", revisions=(update,))

    assert novelty(story, make_entry("Pilot 2 has 8 billion parameters", hours_ago=-2)) is None
    assert novelty(story, make_entry("Pilot 2 has 8 billion parameters", hours_ago=-7)) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1.2 billion", [(1.2e9, "usd")]),
        ("1,2 Milliarden Euro", [(1.2e9, "eur")]),
        ("1.234.567 Euro", [(1_234_567, "eur")]),
        ("300m dollars", [(3e8, "usd")]),
        ("£90m", [(9e7, "gbp")]),
        ("5%", [(5, "%")]),
        ("12 per cent", [(12, "%")]),
        ("4GB", [(4, "gb")]),
        ("40,000 novels", [(40_000, "")]),
        ("64K tokens", [(64_000, "")]),
        ("GPT-5 and version 2.1 in 2026 at 10:30", []),
        ("on 3 March, 12th place, 7 people", []),
    ],
)
def test_figures(text: str, expected: list[tuple[float, str]]):
    """Money, shares, sizes and large numbers are read with their units; names and dates are not."""
    assert [(figure.value, figure.unit) for figure in figures(text)] == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gets_an_answer(title: str, text: str):
    """No text from outside breaks a rule, in the story or in the later entry."""
    story = story_of((title, text))

    novelty(story, make_entry(text, title, hours_ago=1.0))
    assert novelty(story, make_entry(title, text, hours_ago=1.0)) is None
