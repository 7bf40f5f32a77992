"""What gets into a digest, and why the rest does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.choose import Selection, choose
from bot.digest.memory import same_words
from bot.news.story import Revision, Story
from bot.news.topic import ALL_TOPICS, Topic
from tests.fakes.digest import NOW, make_entry, make_preference, make_story, make_told

HR = frozenset({Topic.HR, Topic.GENERAL})

# Invented events that share no words.
TITLES = [
    "Harbor Labs shrinks Pilot for phones", "Parliament agrees chatbot labelling duty",
    "Violet raises forty million euros", "Hospitals test triage assistant", "Orchestra clones singer voices",
    "Chipmaker halts Oslo factory", "University open-sources weather forecaster",
    "Recruiters sued over screening software", "Translators union signs licence",
    "Airline replaces call centre", "Teachers receive marking helper", "Painter wins copyright case",
]  # fmt: skip


def stories(count: int, *topics: Topic, start: int = 0) -> list[Story]:
    """Return stories on different events, the earlier in the list the better ranked."""
    return [
        make_story(title, *topics, hours_ago=1 + n)
        for n, title in enumerate(TITLES[start : start + count])
    ]


def titles(selection: Selection) -> list[str]:
    return [one.story.headline for one in selection.chosen]


def reason(selection: Selection, story: Story) -> str:
    return next(one.reason for one in selection.left_out if one.headline == story.headline)


def updated(story: Story, number: int = 2) -> Story:
    revision = Revision(
        number=number, entry_id=story.entries[-1].id, at=NOW, novelty="figure", detail="4 GB"
    )
    return replace(story, revisions=(revision,))


def test_the_best_stories_get_in_and_the_rest_says_why():
    """At most the wanted number, best first; the others are named as ranked below."""
    pool = [
        make_story(title, topic, hours_ago=1 + n)
        for n, (title, topic) in enumerate(zip(TITLES, Topic, strict=False))
    ]
    selection = choose(pool, make_preference(stories=3), [], NOW)
    assert titles(selection) == [story.headline for story in pool[:3]]
    assert reason(selection, pool[5]) == "ranked below the 3 chosen"


def test_a_story_from_muted_outlets_alone_is_left_out():
    """A muted outlet's story never enters, whatever its score; one told by others too does."""
    alone = make_story(TITLES[0], outlets=("muted.example",), hours_ago=0.1)
    both = make_story(TITLES[1], outlets=("muted.example", "two.example"))
    preference = make_preference(muted_outlets=frozenset({"muted.example"}))
    selection = choose([alone, both], preference, [], NOW)
    assert titles(selection) == [both.headline]
    assert "muted" in reason(selection, alone)
    assert selection.chosen[0].story is both


@pytest.mark.parametrize(
    ("hours_ago", "since_hours_ago", "gets_in"),
    [(71, None, True), (73, None, False), (20, 24, True), (25, 24, False), (80, 200, False)],
)
def test_only_what_is_new_since_the_last_digest_or_72_hours(hours_ago, since_hours_ago, gets_in):
    """The window reaches back to the last digest, at most 72 hours."""
    story = make_story(TITLES[0], hours_ago=hours_ago)
    since = None if since_hours_ago is None else NOW - timedelta(hours=since_hours_ago)
    selection = choose([story], make_preference(), [], NOW, since=since)
    assert bool(selection.chosen) == gets_in


def test_a_story_that_a_slow_feed_brought_late_is_still_new():
    """Published before the last digest but first seen after it: the channel could not have had it."""
    entry = make_entry(TITLES[0], published_at=NOW - timedelta(hours=30), seen_at=NOW)
    story = replace(make_story(TITLES[0]), entries=(entry,))
    assert choose([story], make_preference(), [], NOW, since=NOW - timedelta(hours=24)).chosen


def test_the_backlog_of_a_new_feed_is_no_news():
    """What is first seen today but was published ten days ago does not get in."""
    entry = make_entry(TITLES[0], published_at=NOW - timedelta(days=10), seen_at=NOW)
    story = replace(make_story(TITLES[0]), entries=(entry,))
    assert choose([story], make_preference(), [], NOW).chosen == ()


def test_what_was_told_comes_back_only_as_an_update():
    """The same revision is left out; a later one says what it is an update of."""
    story = make_story(TITLES[0])
    told = make_told(story)
    same = choose([story], make_preference(), [told], NOW)
    assert same.chosen == ()
    assert reason(same, story) == "already told on Sunday (2026-03-01)"
    later = choose([updated(story)], make_preference(), [told], NOW)
    assert later.chosen[0].update_of == told
    again = choose([updated(story)], make_preference(), [told, replace(told, revision=2)], NOW)
    assert again.chosen == ()


def test_the_same_event_under_another_id_is_known_again():
    """An event told within 14 days is not told anew because its story got another id."""
    old = make_story("Harbor Labs shrinks its model Pilot for phones")
    new = make_story("Harbor Labs shrinks model Pilot for phones today")
    selection = choose([new], make_preference(), [make_told(old, days_ago=10)], NOW)
    assert selection.chosen == ()
    assert "the same event as" in reason(selection, new)


def test_a_told_event_is_known_again_by_its_text():
    """In other words and under another id, a told event is recognised by what the stories say."""
    text = "Fernhill Bank lets its assistant settle six of ten customer chats without a human."
    old = make_story("Fernhill Bank's assistant settles six of ten customer chats")
    new = make_story("Six in ten chats at Fernhill Bank end without a human", id="other")
    both = [replace(story, entries=(replace(story.entries[0], text=text),)) for story in (old, new)]
    selection = choose(both, make_preference(), [make_told(old)], NOW)
    assert selection.chosen == ()
    assert "told on" in reason(selection, new)


def test_another_event_of_the_same_company_is_not_taken_for_the_told_one():
    """Sharing a name with a told story keeps nothing out."""
    old = make_story("Fernhill Bank's assistant settles six of ten customer chats")
    new = make_story("Fernhill Bank sues Violet over leaked training contracts")
    assert choose([new], make_preference(), [make_told(old)], NOW).chosen


def test_no_two_stories_about_one_event():
    """Of two stories that say the same, the better ranked one gets in."""
    best = make_story("Violet raises forty million euros for robots", hours_ago=1)
    twin = make_story("Robots: Violet raises forty million euros", hours_ago=3, id="twin")
    selection = choose([twin, best], make_preference(), [], NOW)
    assert titles(selection) == [best.headline]
    assert best.headline in reason(selection, twin)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Harbor releases Pilot version 2", "Harbor releases Pilot version 3", False),
        ("Harbor releases Pilot 2.1", "HARBOR RELEASES pilot 2.1!", True),
        ("AI", "AI", False),
        ("Harbor sues Violet over chips", "Violet hires chief of design", False),
    ],
)
def test_headlines_in_the_same_words(one: str, other: str, same: bool):
    """Figures have to agree, and very short headlines prove nothing."""
    assert same_words(one, other) is same


def test_one_busy_outlet_does_not_make_the_day():
    """What one outlet alone tells comes twice at most, unless there is nothing else."""
    busy = [
        make_story(title, topic, hours_ago=1, outlets=("busy.example",))
        for title, topic in zip(TITLES[:4], Topic, strict=False)
    ]
    quiet = make_story(TITLES[5], Topic.HR, hours_ago=30, outlets=("quiet.example",))
    spread = titles(choose([*busy, quiet], make_preference(stories=3), [], NOW))
    assert quiet.headline in spread
    assert len(choose(busy, make_preference(stories=4), [], NOW).chosen) == 4


def test_at_most_two_of_one_topic_unless_there_is_nothing_else():
    """A third story on a topic waits until other topics had their turn, then fills what is free."""
    software = stories(4, Topic.SOFTWARE_DEVELOPMENT)
    others = [
        make_story(TITLES[6], Topic.HR, hours_ago=20, outlets=("six.example",)),
        make_story(TITLES[7], Topic.ART, hours_ago=21, outlets=("seven.example",)),
    ]
    spread = choose([*software, *others], make_preference(stories=4), [], NOW)
    assert titles(spread) == [s.headline for s in (*software[:2], *others)]
    assert "better stories about Software Development" in reason(spread, software[3])
    filled = choose([*software, *others], make_preference(stories=5), [], NOW)
    assert titles(filled) == [s.headline for s in (*software[:3], *others)]


def test_topics_of_the_channel_decide_and_general_is_on():
    """A story gets in by any of its topics; others are left out with theirs named."""
    hr = make_story(TITLES[0], Topic.HR)
    general = make_story(TITLES[1], Topic.GENERAL)
    art = make_story(TITLES[2], Topic.ART, hours_ago=60)
    selection = choose([hr, general, art], make_preference(topics=HR), [], NOW)
    assert {hr.headline, general.headline} == set(titles(selection))
    assert "Art & Illustration, not a topic" in reason(selection, art)


def test_the_surprise_is_the_best_from_outside_and_stands_last():
    """A strong story outside the topics takes the last place, and is marked."""
    inside = [make_story(title, Topic.HR, hours_ago=5 + n) for n, title in enumerate(TITLES[:6])]
    strong = make_story(TITLES[8], Topic.ART, outlets=("a.example", "b.example"), hours_ago=1)
    weak = make_story(TITLES[9], Topic.ART, hours_ago=70)
    selection = choose([*inside, strong, weak], make_preference(topics=HR, stories=3), [], NOW)
    assert titles(selection) == [inside[0].headline, inside[1].headline, strong.headline]
    assert [one.surprise for one in selection.chosen] == [False, False, True]
    assert "surprise" in reason(selection, inside[2])
    assert "not a topic" in reason(selection, weak)


def test_no_surprise_below_the_bar_nor_alone():
    """A weaker story, a digest of one story, and a day without any story in the topics: none."""
    inside = [make_story(TITLES[0], Topic.HR, hours_ago=1)]
    weak = make_story(TITLES[9], Topic.ART, hours_ago=60)
    strong = make_story(TITLES[8], Topic.ART, outlets=("a.example", "b.example"), hours_ago=1)
    preference = make_preference(topics=HR)
    assert not any(one.surprise for one in choose([*inside, weak], preference, [], NOW).chosen)
    single = choose([*inside, strong], replace(preference, stories=1), [], NOW)
    assert titles(single) == [inside[0].headline]
    assert choose([strong], preference, [], NOW).chosen == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(TITLES), st.sampled_from(Topic), st.floats(0, 100), st.booleans()
        ),
        max_size=14,
        unique_by=lambda one: one[0],
    ),
    st.integers(1, 8),
    st.sets(st.sampled_from(Topic), min_size=1),
)
def test_every_story_is_chosen_or_left_out_with_a_reason_never_both(pool, count, topics):
    """Nothing falls through, nothing is twice, the number is kept, a surprise is last and outside."""
    known = [make_story(title, topic, hours_ago=hours) for title, topic, hours, _ in pool]
    told = [make_told(story) for story, (*_, was_told) in zip(known, pool, strict=True) if was_told]
    preference = make_preference(stories=count, topics=frozenset(topics))
    selection = choose(known, preference, told, NOW)
    names = titles(selection) + [one.headline for one in selection.left_out]
    assert sorted(names) == sorted(story.headline for story in known)
    assert all(one.reason for one in selection.left_out)
    assert len(selection.chosen) <= count
    surprises = [one for one in selection.chosen if one.surprise]
    assert surprises in ([], list(selection.chosen[-1:]))
    assert all(topics.isdisjoint(one.story.topics) for one in surprises)


def test_choosing_is_deterministic():
    """The order in which stories are stored changes nothing."""
    pool = [make_story(title, Topic.GENERAL) for title in TITLES]
    preference = make_preference(topics=ALL_TOPICS)
    forwards, backwards = (choose(order, preference, [], NOW) for order in (pool, pool[::-1]))
    assert forwards.chosen == backwards.chosen
