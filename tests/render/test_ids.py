"""Names and values of everything that can be pressed: what is written is read back, the rest is None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import ids
from tests.fakes.rows import each_row
from tests.render.hostile import TEXTS

STORY_IDS = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)


@given(STORY_IDS, st.integers(min_value=1, max_value=999_999), st.sampled_from(ids.MenuChoice))
def test_story_and_menu_values_are_read_back(story_id, revision, choice):
    """Every story and choice survives the way through Slack, within an option's 150 characters."""
    value = ids.story_value(story_id, revision)
    assert ids.parse_story(value) == (story_id, revision)
    picked = ids.menu_value(choice, value)
    assert len(picked) <= ids.MAX_OPTION_VALUE_CHARS
    assert ids.parse_menu(picked) == (choice, (story_id, revision))


@given(st.sampled_from(["good", "bad"]), st.text(min_size=1, max_size=300))
def test_feedback_values_are_read_back(vote, key):
    """A thumb names its request whatever the request's key holds."""
    assert ids.parse_feedback(ids.feedback_value(vote, key)) == (vote == "good", key)


@given(st.integers(min_value=0, max_value=9_999), st.text(max_size=200))
def test_glossary_places_are_read_back(page, query):
    """Turning the page keeps the search."""
    assert ids.parse_page(ids.page_value(page, query)) == (page, query)


@given(st.text(min_size=1, max_size=100), st.booleans())
def test_settings_metadata_is_read_back(channel_id, is_dm):
    """A settings view knows whose settings it shows."""
    target = ids.SettingsTarget(channel_id=channel_id, is_dm=is_dm)
    text = ids.settings_metadata(target)
    assert len(text) <= ids.MAX_METADATA_CHARS
    assert ids.parse_settings_metadata(text) == target


@each_row(
    "value",
    [
        "",
        ":",
        "s1",
        "s1:",
        "s1:0",
        "s1:-1",
        "s1:x",
        "s1:1:2",
        "a|s1:1",
        "s1:1234567",
        " :1",
        *TEXTS,
    ],
)
def test_unknown_values_are_none(value):
    """Forged values and those of another release are recognised as such, never an error."""
    assert ids.parse_story(value) is None
    assert ids.parse_menu(value) is None
    assert ids.parse_menu(f"steal|{value}") is None
    assert ids.parse_menu(f"mute|{value}") is None
    assert ids.parse_feedback(value) is None
    assert ids.parse_settings_metadata(value) is None
    assert ids.parse_page(value) is None


@pytest.mark.parametrize("text", ["[]", "{}", "1", "null", '{"channel": 3}', '{"channel": ""}'])
def test_other_metadata_is_none(text):
    """JSON that is not ours is not taken for a channel."""
    assert ids.parse_settings_metadata(text) is None


def test_values_that_slack_would_refuse_are_not_made():
    """A value is never cut, for half a name is another name."""
    with pytest.raises(ValueError, match="characters"):
        ids.story_value("s" * 200, 1)
    with pytest.raises(ValueError, match="characters"):
        ids.feedback_value("good", "k" * 2_000)
    with pytest.raises(ValueError, match="characters"):
        ids.term_value("")


def test_feed_keys_are_short_and_distinct():
    """Addresses of any length fit into an option, and two addresses never share a key."""
    urls = [f"https://a.example/{'p' * 3_000}{n}" for n in range(50)]
    keys = {ids.feed_key(url) for url in urls}
    assert len(keys) == 50
    assert all(len(key) == 24 for key in keys)


def test_action_ids_are_distinct():
    """No two listeners wait for the same press."""
    names = [
        value
        for name, value in vars(ids).items()
        if name.isupper() and isinstance(value, str) and name != "FIELD"
    ]
    assert len(names) == len(set(names))
    assert ids.TERM_RELATED.fullmatch(ids.related_action(3))
