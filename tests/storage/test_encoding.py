"""Stored JSON stays readable when values change their shape."""

from __future__ import annotations

import pytest

from bot.digest.preference import Preference
from bot.errors import StorageError
from bot.news.topic import Topic
from storage.encoding import PREFERENCE, Codec


def test_a_preference_of_an_earlier_release_gets_defaults() -> None:
    """Fields that were not there when a row was written have their defaults; unknown ones are passed over."""
    text = '{"v":1,"value":{"on":true,"stories":3,"no_longer_there":1}}'
    assert PREFERENCE.load(text) == Preference(on=True, stories=3)


def test_topic_weights_come_back() -> None:
    """What feedback made of topics is kept exactly; a row from before has none."""
    weighted = Preference(topic_weights=((Topic.SALES, 0.25), (Topic.ART, 1.414214)))
    assert PREFERENCE.load(PREFERENCE.dump(weighted)) == weighted
    assert PREFERENCE.load('{"v":1,"value":{"on":true}}').topic_weights == ()


def test_upgrades_run_in_order() -> None:
    """A text of version 1 goes through every upgrade step up to the present version."""
    codec: Codec[list[str]] = Codec(
        list[str], "list", version=3, upgrades={1: str.split, 2: sorted}
    )
    assert codec.load('{"v":1,"value":"c a b"}') == ["a", "b", "c"]
    assert codec.load('{"v":2,"value":["b","a"]}') == ["a", "b"]
    assert codec.load(codec.dump(["z", "y"])) == ["z", "y"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "{}",
        "[]",
        "null",
        '{"v":1,"value":{"level":"wizard"}}',
        '{"v":"x","value":1}',
    ],
)
def test_what_is_no_such_value_is_named(text: str) -> None:
    """A damaged row is a StorageError that says what it should have been."""
    with pytest.raises(StorageError, match="stored preference cannot be read"):
        PREFERENCE.load(text)
