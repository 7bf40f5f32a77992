"""What people type becomes a value, or one clear sentence."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import typed
from bot.digest.preference import EVERY_DAY, WORKDAYS, Weekday, validate
from bot.digest.typed import Wrong
from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic
from tests.fakes.digest import make_preference

MON, TUE, WED, THU, FRI, SAT, SUN = Weekday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9", time(9)), ("9:00", time(9)), ("09.30", time(9, 30)), ("0930", time(9, 30)),
        ("9am", time(9)), ("9:30 PM", time(21, 30)), ("12am", time(0)), ("12 p.m.", time(12)),
        ("00:00", time(0)), ("23:59", time(23, 59)), (" 7h15 ", time(7, 15)),
    ],
)  # fmt: skip
def test_times(text: str, expected: time):
    """The ways in which people write a time of day are understood."""
    assert typed.parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "half past", "24:00", "9:60", "13pm", "0am", "-1", "9:0", "٩", "9:00:00", "9\n:00x"],
)
def test_what_is_no_time(text: str):
    """Anything else gets a sentence with examples."""
    result = typed.parse_time(text)
    assert isinstance(result, Wrong)
    assert "9:00" in result.sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
    ],
)
def test_zones(text: str, expected: str):
    """A name in any case, or a place that exists once, is a zone."""
    assert typed.parse_zone(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [("Berlyn", "Europe/Berlin"), ("louisville", "America/Kentucky/Louisville or"), ("+02:00", "offset"),
     ("UTC+2", "offset"), ("", "Europe/Berlin"), ("../etc", "name a place")],
)  # fmt: skip
def test_what_is_no_zone(text: str, said: str):
    """A misspelt, ambiguous or numeric zone gets a sentence that leads on."""
    result = typed.parse_zone(text)
    assert isinstance(result, Wrong)
    assert said in result.sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon-fri", WORKDAYS), ("weekdays", WORKDAYS), ("Daily", EVERY_DAY), ("every day", EVERY_DAY),
        ("mon,wed", {MON, WED}), ("Monday, Wednesday and Friday", {MON, WED, FRI}),
        ("fri - mon", {FRI, SAT, SUN, MON}), ("weekend", {SAT, SUN}), ("tuesdays", {TUE}),
        ("thu to sat", {THU, FRI, SAT}), ("mon–wed, sun", {MON, TUE, WED, SUN}),
        ("working days", WORKDAYS),
    ],
)  # fmt: skip
def test_days(text: str, expected: set[Weekday]):
    """Days, ranges, also over the weekend, lists and the usual words are understood."""
    assert typed.parse_days(text) == expected


@pytest.mark.parametrize("text", ["", "someday", "m", "mon-", "-", "mon,frog", "1"])
def test_what_is_no_day(text: str):
    """Anything else gets a sentence with examples."""
    assert isinstance(typed.parse_days(text), Wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", ALL_TOPICS),
        ("-hr", ALL_TOPICS - {Topic.HR}),
        ("all, -hr, -sales", ALL_TOPICS - {Topic.HR, Topic.SALES}),
        ("hr", {Topic.HR, Topic.GENERAL}),
        ("hr -general", {Topic.HR}),
        ("writing hr", {Topic.WRITING, Topic.HR, Topic.GENERAL}),
        ("Art & Illustration, Data & Analytics", {Topic.ART, Topic.DATA_ANALYTICS, Topic.GENERAL}),
        ("HR & Recruiting", {Topic.HR, Topic.GENERAL}),
        ("dev", {Topic.SOFTWARE_DEVELOPMENT, Topic.GENERAL}),
        ("voice and customer", {Topic.VOICE_SPEECH, Topic.CUSTOMER_SUPPORT, Topic.GENERAL}),
        ("recruiting", {Topic.HR, Topic.GENERAL}),
        ("general", {Topic.GENERAL}),
    ],
)
def test_topics(text: str, expected: set[Topic]):
    """Slugs, labels, unique beginnings and exceptions; General comes along unless left out."""
    assert typed.parse_topics(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "topics are"), ("s", "can be"), ("football", "is no topic"), ("hr -hr -general", "no topic"),
     ("-", "topics are"), ("&", "is no topic")],
)  # fmt: skip
def test_what_is_no_topic(text: str, said: str):
    """Unknown, ambiguous or empty choices get a sentence that names what can be chosen."""
    result = typed.parse_topics(text)
    assert isinstance(result, Wrong)
    assert said in result.sentence


def test_level_stories_and_language():
    """The short values: beginnings of levels, 1 to 8 stories, codes and common language names."""
    assert typed.parse_level("Expert") is Level.EXPERT
    assert typed.parse_level("new") is Level.NEWCOMER
    assert isinstance(typed.parse_level(""), Wrong)
    assert [typed.parse_stories(str(n)) for n in (1, 8)] == [1, 8]
    assert all(isinstance(typed.parse_stories(n), Wrong) for n in ("0", "9", "five", "1.5", "¹"))
    assert [typed.parse_language(t) for t in ("de", "DE-at", "German")] == ["de"] * 3
    assert all(isinstance(typed.parse_language(t), Wrong) for t in ("", "xx", "klingon"))


@given(st.text(max_size=200))
def test_whatever_is_typed_gives_a_value_or_a_sentence_of_one_line(text: str):
    """No input makes a parser raise, and no sentence carries the input's line breaks or length."""
    for parse in (
        typed.parse_time, typed.parse_zone, typed.parse_days, typed.parse_topics,
        typed.parse_level, typed.parse_stories, typed.parse_language,
    ):  # fmt: skip
        result = parse(text)
        if isinstance(result, Wrong):
            assert result.sentence.isprintable()
            assert len(result.sentence) < 400


def test_a_good_preference_has_no_faults():
    """The default preference, on, is valid."""
    assert validate(make_preference(muted_outlets=frozenset({"news.example", "b-c.co.uk"}))) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", time(9, 0, 30)), ("zone", "Mars/Base"), ("zone", ""), ("days", frozenset()),
        ("topics", frozenset()), ("stories", 0), ("stories", 9), ("language", "english"),
        ("muted_outlets", frozenset({"https://x.example/a"})), ("muted_outlets", frozenset({"x y"})),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_field(field: str, value: object):
    """A wrong value names its field and says what is right."""
    assert [name for name, sentence in validate(make_preference(**{field: value})) if sentence] == [
        field
    ]
