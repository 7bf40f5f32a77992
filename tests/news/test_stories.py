"""Stories as a whole: properties that hold for any news in any order, and the workspaces' overlay."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.entry import Entry
from bot.news.stories import Grouping, event_id, for_workspace, group, overlay_id
from bot.news.story import Story
from tests.fakes.news import make_entry

SUBJECTS = (
    "Harbor Labs releases language model Pilot 2 in Rotterdam",
    "Harbor Labs puts Pilot 2 online for Rotterdam developers",
    "Court in Leeds rules against Quillon over novels",
    "Quillon loses novels case, Leeds court rules",
    "Choir of forty AI voices sings in Ghent",
    "Calder delays chip; shares of Calder fall 9 percent",
    "Calder chip costs $3 billion more, Calder says",
    "",
    "新しい大規模言語モデルが公開された",
)
entries_of = st.lists(
    st.builds(
        lambda subject, hours, outlet, own: make_entry(
            SUBJECTS[subject],
            hours_ago=float(hours),
            outlet=f"Outlet {outlet}",
            workspace_id="T1" if own else None,
            language="ja" if subject == 8 else "en",
        ),
        st.integers(0, len(SUBJECTS) - 1),
        st.integers(0, 120),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=14,
)


def after(known: dict[str, Story], grouping: Grouping) -> dict[str, Story]:
    stories = known | {story.id: story for story in grouping.changed}
    return {key: story for key, story in stories.items() if key not in grouping.merged}


def build(*batches: list[Entry]) -> dict[str, Story]:
    known: dict[str, Story] = {}
    for batch in batches:
        known = after(known, group(list(known.values()), batch))
    return known


@settings(max_examples=60, deadline=None)
@given(entries_of, entries_of)
def test_every_entry_in_exactly_one_story(first: list[Entry], second: list[Entry]):
    """Shared entries stand in one shared story each, own ones in one story of their workspace."""
    known = build(first, second)
    shared = [e.id for s in known.values() if s.workspace_id is None for e in s.entries]
    own = [e.id for s in known.values() if s.workspace_id for e in s.entries if e.workspace_id]

    assert Counter(shared) == Counter({e.id for e in (*first, *second) if not e.workspace_id})
    assert Counter(own) == Counter({e.id for e in (*first, *second) if e.workspace_id})
    assert all(s.workspace_id or not any(e.workspace_id for e in s.entries) for s in known.values())


@settings(max_examples=60, deadline=None)
@given(entries_of, st.randoms(use_true_random=False))
def test_order_of_arrival_in_one_batch(batch: list[Entry], random: object):
    """Within one batch the order in which feeds answered changes nothing."""
    shuffled = list(batch)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert build(batch) == build(shuffled)


@settings(max_examples=60, deadline=None)
@given(entries_of, entries_of)
def test_second_run_changes_nothing(first: list[Entry], second: list[Entry]):
    """Grouping what is known again gives no changed story and no merge."""
    known = build(first, second)

    again = group(list(known.values()), [*first, *second], ["T1"])

    assert again == Grouping(changed=(), merged={})


@settings(max_examples=60, deadline=None)
@given(entries_of, entries_of)
def test_shape_of_every_story(first: list[Entry], second: list[Entry]):
    """Entries are in order, revisions count up by one, and every story has one to three topics."""
    for story in build(first, second).values():
        assert [e.at for e in story.entries] == sorted(e.at for e in story.entries)
        assert [r.number for r in story.revisions] == list(range(2, len(story.revisions) + 2))
        assert 1 <= len(story.topics) <= 3
        assert {r.entry_id for r in story.revisions} <= {e.id for e in story.entries}
        assert len({e.language for e in story.entries}) == 1


@settings(max_examples=40, deadline=None)
@given(entries_of, entries_of)
def test_workspaces_never_change_shared_stories(first: list[Entry], second: list[Entry]):
    """With or without a workspace's own entries, the shared stories are the same."""

    def shared(known: dict[str, Story]) -> dict[str, Story]:
        return {key: story for key, story in known.items() if story.workspace_id is None}

    only_shared = [[e for e in batch if not e.workspace_id] for batch in (first, second)]
    assert shared(build(first, second)) == shared(build(*only_shared))


def test_copy_follows_the_shared_story():
    """A workspace's copy takes in what comes to the shared story later, revisions included."""
    shared = make_entry(SUBJECTS[0], hours_ago=40, outlet="A")
    own = make_entry(SUBJECTS[1], hours_ago=39, outlet="B", workspace_id="T1")
    known = build([shared], [own])
    update = make_entry("Harbor Labs' Pilot 2 from Rotterdam needs 4 GB", hours_ago=5, outlet="C")

    known = build_on(known, [update])

    original = next(s for s in known.values() if s.workspace_id is None)
    copy = known[overlay_id(original.id, "T1")]
    assert {e.outlet_name for e in copy.entries} == {"A", "B", "C"}
    assert {e.outlet_name for e in original.entries} == {"A", "C"}
    assert copy.revision == original.revision == 2
    assert event_id(copy.id) == original.id
    assert for_workspace(known.values(), "T1") == [copy]
    assert for_workspace(known.values(), None) == [original]
    assert for_workspace(known.values(), "T2") == [original]


def build_on(known: dict[str, Story], batch: list[Entry]) -> dict[str, Story]:
    return after(known, group(list(known.values()), batch))


def test_own_story_becomes_a_copy():
    """An own story whose event the catalogue tells later turns into a copy; the old id leads there."""
    own = make_entry(SUBJECTS[1], hours_ago=30, outlet="B", workspace_id="T1")
    known = build([own])
    (old,) = known

    grouping = group(list(known.values()), [make_entry(SUBJECTS[0], hours_ago=20, outlet="A")])
    known = after(known, grouping)

    original = next(s for s in known.values() if s.workspace_id is None)
    assert grouping.merged == {old: overlay_id(original.id, "T1")}
    assert len(known[overlay_id(original.id, "T1")].entries) == 2


def test_same_page_always_joins():
    """Two feeds that link the same article tell one event, whatever their words."""
    one = make_entry("Blue elephants", outlet="A", url="https://c.example/x?utm_source=a")
    other = make_entry("Green teapots", outlet="B", url="https://www.c.example/x/")

    assert len(build([one, other])) == 1


def test_front_page_joins_nothing():
    """A link to a front page, or one page for several items of a feed, names no event."""
    front = [
        make_entry(t, outlet=t[0], url="https://c.example/") for t in ("Ants march", "Bees hum")
    ]
    changelog = [
        make_entry(t, outlet="A", url=f"https://d.example/log#{t[0]}")
        for t in ("Cats purr", "Dogs bark")
    ]

    assert len(build(front)) == 2
    assert len(build(changelog)) == 2


def test_window():
    """What resembles a story but comes more than 72 hours after its latest entry is a new story."""
    first = make_entry(SUBJECTS[0], hours_ago=100, outlet="A")

    assert len(build([first], [make_entry(SUBJECTS[0], hours_ago=29, outlet="B")])) == 1
    assert len(build([first], [make_entry(SUBJECTS[0], hours_ago=27, outlet="B")])) == 2


def test_more_outlets_make_no_revision():
    """Ten more outlets with the same news leave the story at its first revision."""
    first = make_entry(SUBJECTS[0], hours_ago=60, outlet="A")
    others = [make_entry(SUBJECTS[0], hours_ago=50 - n, outlet=f"O{n}") for n in range(10)]

    (story,) = build([first], others).values()
    assert len(story.outlets) == 11
    assert story.revision == 1
