"""Stories as a whole: properties that hold for any news in any order, and the layers of own feeds."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.entry import Entry
from bot.news.scope import SHARED, Scope
from bot.news.stories import Grouping, for_scope, group
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
TEAM, HERE, THERE = Scope("T1"), Scope("T1", "C1"), Scope("T1", "C2")
SCOPES = (SHARED, SHARED, SHARED, TEAM, HERE, THERE)
entries_of = st.lists(
    st.builds(
        lambda subject, hours, outlet, scope: make_entry(
            SUBJECTS[subject],
            hours_ago=float(hours),
            outlet=f"Outlet {outlet}",
            scope=scope,
            language="ja" if subject == 8 else "en",
        ),
        st.integers(0, len(SUBJECTS) - 1),
        st.integers(0, 120),
        st.integers(0, 4),
        st.sampled_from(SCOPES),
    ),
    max_size=9,
)


def after(known: dict[str, Story], grouping: Grouping) -> dict[str, Story]:
    stories = known | {story.id: story for story in grouping.changed}
    return {key: story for key, story in stories.items() if key not in grouping.merged}


def numbered(known: Mapping[str, Story]) -> Callable[[], str]:
    """Return ids that differ from all known ones, as drawn ones do."""
    free = (f"o_{number}" for number in itertools.count())
    return lambda: next(one for one in free if one not in known)


def build(*batches: list[Entry]) -> dict[str, Story]:
    known: dict[str, Story] = {}
    for batch in batches:
        known = build_on(known, batch)
    return known


def build_on(known: dict[str, Story], batch: list[Entry]) -> dict[str, Story]:
    return after(known, group(list(known.values()), batch, new_id=numbered(known)))


@settings(max_examples=250, deadline=None)
@given(entries_of, entries_of)
def test_every_entry_in_exactly_one_story(first: list[Entry], second: list[Entry]):
    """An entry stands in one story of its scope, in none that others see, and own ids are drawn."""
    known = build(first, second)
    own = [e.id for s in known.values() for e in s.entries if e.scope == s.scope]

    assert Counter(own) == Counter({e.id for e in (*first, *second)})
    assert all(s.scope.sees(e.scope) for s in known.values() for e in s.entries)
    assert all(any(e.scope == s.scope for e in s.entries) for s in known.values())
    assert all(s.id.startswith("s_" if s.scope == SHARED else "o_") for s in known.values())


@settings(max_examples=250, deadline=None)
@given(entries_of, entries_of)
def test_each_event_is_seen_once(first: list[Entry], second: list[Entry]):
    """In every place each entry that may be seen there is in exactly one story that is shown."""
    known = build(first, second)

    for viewer in (SHARED, TEAM, HERE, THERE, Scope("T2", "C9")):
        shown = [e.id for s in for_scope(known.values(), viewer) for e in s.entries]
        assert Counter(shown) == Counter({e.id for e in (*first, *second) if viewer.sees(e.scope)})


@settings(max_examples=250, deadline=None)
@given(entries_of, st.randoms(use_true_random=False))
def test_order_of_arrival_in_one_batch(batch: list[Entry], random: object):
    """Within one batch the order in which feeds answered changes nothing."""
    shuffled = list(batch)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert build(batch) == build(shuffled)


@settings(max_examples=250, deadline=None)
@given(entries_of, entries_of)
def test_second_run_changes_nothing(first: list[Entry], second: list[Entry]):
    """Grouping what is known again gives no changed story, no merge, and draws no id."""
    known = build(first, second)

    again = group(list(known.values()), [*first, *second], SCOPES, new_id=no_id)

    assert again == Grouping(changed=(), merged={})


def no_id() -> str:
    raise AssertionError("an id was drawn")


@settings(max_examples=250, deadline=None)
@given(entries_of, entries_of)
def test_shape_of_every_story(first: list[Entry], second: list[Entry]):
    """Entries are in order, revisions count up by one, and every story has one to three topics."""
    for story in build(first, second).values():
        assert [e.at for e in story.entries] == sorted(e.at for e in story.entries)
        assert [r.number for r in story.revisions] == list(range(2, len(story.revisions) + 2))
        assert 1 <= len(story.topics) <= 3
        assert {r.entry_id for r in story.revisions} <= {e.id for e in story.entries}
        assert len({e.language for e in story.entries}) == 1


@settings(max_examples=15, deadline=None)
@given(entries_of, entries_of)
def test_nobody_changes_what_others_see(first: list[Entry], second: list[Entry]):
    """With or without the entries of one place, what is told outside it is the same, but for ids."""
    for place in (TEAM, HERE, THERE):
        around = {scope for scope in SCOPES if not scope.sees(place)}

        def told(*batches: list[Entry], around: set[Scope] = around) -> Counter[object]:
            return Counter(
                (s.scope, s.entries, s.revisions, s.topics)
                for s in build(*batches).values()
                if s.scope in around
            )

        without = [[e for e in batch if e.scope != place] for batch in (first, second)]
        assert told(first, second) == told(*without)


def test_copy_follows_the_shared_story():
    """A copy takes in what comes to the wider story later, revisions included, in each layer."""
    shared = make_entry(SUBJECTS[0], hours_ago=40, outlet="A")
    own = make_entry(SUBJECTS[1], hours_ago=39, outlet="B", scope=TEAM)
    here = make_entry(SUBJECTS[1], hours_ago=38, outlet="D", scope=HERE)
    known = build([shared], [own], [here])
    update = make_entry("Harbor Labs' Pilot 2 from Rotterdam needs 4 GB", hours_ago=5, outlet="C")

    known = build_on(known, [update])

    by_scope = {story.scope: story for story in known.values()}
    original, copy, narrow = by_scope[SHARED], by_scope[TEAM], by_scope[HERE]
    assert {e.outlet_name for e in original.entries} == {"A", "C"}
    assert {e.outlet_name for e in copy.entries} == {"A", "B", "C"}
    assert {e.outlet_name for e in narrow.entries} == {"A", "B", "C", "D"}
    assert original.revision == copy.revision == narrow.revision == 2
    assert {copy.copy_of, narrow.copy_of} == {original.id}
    assert for_scope(known.values(), SHARED) == [original]
    assert for_scope(known.values(), Scope("T2", "C1")) == [original]
    assert for_scope(known.values(), TEAM) == [copy]
    assert for_scope(known.values(), THERE) == [copy]
    assert for_scope(known.values(), HERE) == [narrow]


def test_own_story_becomes_a_copy():
    """An own story whose event is told in a wider layer later becomes a copy under its old id."""
    here = make_entry(SUBJECTS[1], hours_ago=31, outlet="D", scope=HERE)
    known = build([here])
    (old,) = known

    known = build_on(known, [make_entry(SUBJECTS[1], hours_ago=30, outlet="B", scope=TEAM)])
    (between,) = [story for story in known.values() if story.scope == TEAM]
    assert known[old].copy_of == between.id
    known = build_on(known, [make_entry(SUBJECTS[0], hours_ago=20, outlet="A")])

    (original,) = [story for story in known.values() if story.scope == SHARED]
    assert {known[old].copy_of, known[between.id].copy_of} == {original.id}
    assert len(known[old].entries) == 3
    assert for_scope(known.values(), HERE) == [known[old]]


def test_a_copy_follows_what_its_original_became_part_of():
    """When two shared stories turn out to be one, the copy of the one that ended is the other's."""
    one, other = (make_entry(SUBJECTS[n], hours_ago=30, outlet=f"O{n}") for n in (0, 4))
    own = make_entry(SUBJECTS[4], hours_ago=29, outlet="B", scope=HERE)
    known = build([one, other], [own])
    (copy,) = [story for story in known.values() if story.scope == HERE]
    ended, survivor = copy.event_id, next(k for k, s in known.items() if s.entries == (one,))
    merged = replace(known[survivor], entries=(one, other))
    moved = {copy.id: replace(copy, copy_of=survivor), survivor: merged}

    after_merge = group(list(moved.values()), [], [HERE], new_id=no_id)

    assert ended != survivor
    assert for_scope(after(moved, after_merge).values(), HERE)[0].id == copy.id


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
