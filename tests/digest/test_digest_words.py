"""What people type after /digest, and what is made of it."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.commands import (
    AddFeed,
    Change,
    Help,
    Mute,
    Now,
    OpenSettings,
    PauseFor,
    PauseUntil,
    Preview,
    RemoveFeed,
    Resume,
    ShareFeed,
    ShowFeeds,
    ShowTopics,
    Status,
    SwitchOff,
    SwitchOn,
    Unmute,
    UnshareFeed,
)
from bot.digest.digest_words import parse_digest_words
from bot.digest.preference import EVERY_DAY, WORKDAYS, ThreadReplies, Weekday
from bot.digest.typed import Wrong
from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic
from tests.fakes.rows import each_row

WEEKEND = EVERY_DAY - WORKDAYS
MWF = frozenset({Weekday.MON, Weekday.WED, Weekday.FRI})
NINE = time(9)


def on(**change: object) -> SwitchOn:
    return SwitchOn(change=Change(**change))  # type: ignore[arg-type]


UNDERSTOOD = [
    ("", OpenSettings()),
    ("   ", OpenSettings()),
    ("settings", OpenSettings()),
    ("Configure", OpenSettings()),
    ("on", on()),
    ("ON", on()),
    ("on 9:00", on(at=NINE)),
    ("on 9", on(at=NINE)),
    ("on at 9:00", on(at=NINE)),
    ("on 9:00 Europe/Berlin mon-fri", on(at=NINE, zone="Europe/Berlin", days=WORKDAYS)),
    ("on mon-fri 9:00 europe/berlin", on(at=NINE, zone="Europe/Berlin", days=WORKDAYS)),
    ("on 9am New York", on(at=NINE, zone="America/New_York")),
    ("on 9:30 pm in London", on(at=time(21, 30), zone="Europe/London")),
    ("on noon", on(at=time(12))),
    ("on every weekday at 9:00", on(at=NINE, days=WORKDAYS)),
    ("on weekends 10.30", on(at=time(10, 30), days=WEEKEND)),
    ("on daily", on(days=EVERY_DAY)),
    ("on every day at 7:45", on(at=time(7, 45), days=EVERY_DAY)),
    ("on monday to friday 8:30", on(at=time(8, 30), days=WORKDAYS)),
    ("on mon - fri at 8", on(at=time(8), days=WORKDAYS)),
    ("on Mon, Wed and Fri 8:00 in Sao Paulo", on(at=time(8), zone="America/Sao_Paulo", days=MWF)),
    ("on 9:00 UTC", on(at=NINE, zone="UTC")),
    ("turn on 9:00", on(at=NINE)),
    ("switch on", on()),
    ("start", on()),
    ("subscribe 9:00", on(at=NINE)),
    ("9:00 Berlin", on(at=NINE, zone="Europe/Berlin")),
    ("9am", on(at=NINE)),
    ("off", SwitchOff()),
    ("Off.", SwitchOff()),
    ("off please", SwitchOff()),
    ("off now", SwitchOff()),
    ("turn off", SwitchOff()),
    ("stop", SwitchOff()),
    ("unsubscribe", SwitchOff()),
    ("now", Now()),
    ("post now", Now()),
    ("preview", Preview()),
    ("test", Preview()),
    ("topics", ShowTopics()),
    ("show topics", ShowTopics()),
    ("topics hr, sales", Change(topics=frozenset({Topic.HR, Topic.SALES, Topic.GENERAL}))),
    ("topics all", Change(topics=ALL_TOPICS)),
    ("topics -art", Change(topics=ALL_TOPICS - {Topic.ART})),
    ("mute theverge.com", Mute(name="theverge.com")),
    ("mute <http://theverge.com|theverge.com>", Mute(name="http://theverge.com")),
    ("mute The Verge", Mute(name="The Verge")),
    ("block “The Verge”", Mute(name="The Verge")),
    ("unmute theverge.com", Unmute(name="theverge.com")),
    ("add https://a.example/feed", AddFeed(url="https://a.example/feed")),
    ("add <https://a.example/feed?a=1&amp;b=2>", AddFeed(url="https://a.example/feed?a=1&b=2")),
    ("add feed a.example/feed", AddFeed(url="https://a.example/feed")),
    (
        "add https://a.example/feed for the workspace",
        AddFeed(url="https://a.example/feed", everywhere=True),
    ),
    (
        "add a.example/feed to the whole workspace.",
        AddFeed(url="https://a.example/feed", everywhere=True),
    ),
    ("add https://workspace.example/for", AddFeed(url="https://workspace.example/for")),
    ("share https://a.example/feed", ShareFeed(url="https://a.example/feed")),
    ("share feed a.example/feed", ShareFeed(url="https://a.example/feed")),
    ("unshare https://a.example/feed", UnshareFeed(url="https://a.example/feed")),
    ("feeds", ShowFeeds()),
    ("list feeds", ShowFeeds()),
    ("remove https://a.example/feed", RemoveFeed(url="https://a.example/feed")),
    ("remove <https://a.example/feed|a.example/feed>", RemoveFeed(url="https://a.example/feed")),
    ("pause 2 weeks", PauseFor(days=14)),
    ("pause for two weeks", PauseFor(days=14)),
    ("pause a week", PauseFor(days=7)),
    ("pause 10 days", PauseFor(days=10)),
    ("pause today", PauseFor(days=1)),
    ("pause 3 months", PauseFor(months=3)),
    ("pause until 3 March", PauseUntil(day=3, month=3)),
    ("pause until March 3", PauseUntil(day=3, month=3)),
    ("pause until 3rd of march", PauseUntil(day=3, month=3)),
    ("pause until 3 mar 2027", PauseUntil(day=3, month=3, year=2027)),
    ("pause until 2027-03-03", PauseUntil(day=3, month=3, year=2027)),
    ("pause till Monday", PauseUntil(weekday=Weekday.MON)),
    ("pause until next tue", PauseUntil(weekday=Weekday.TUE)),
    ("snooze until next week", PauseUntil(weekday=Weekday.MON)),
    ("resume", Resume()),
    ("unpause", Resume()),
    ("level expert", Change(level=Level.EXPERT)),
    ("level to newcomer", Change(level=Level.NEWCOMER)),
    ("language de", Change(language="de")),
    ("language German", Change(language="de")),
    ("in French", Change(language="fr")),
    ("stories 3", Change(stories=3)),
    ("stories five", Change(stories=5)),
    ("time 8:15", Change(at=time(8, 15))),
    ("at 8:15", Change(at=time(8, 15))),
    ("time zone Tokyo", Change(zone="Asia/Tokyo")),
    ("zone europe/paris", Change(zone="Europe/Paris")),
    ("days mon,wed,fri", Change(days=MWF)),
    ("replies every message", Change(thread_replies=ThreadReplies.EVERY_MESSAGE)),
    ("replies questions", Change(thread_replies=ThreadReplies.QUESTIONS_AND_MENTIONS)),
    ("replies mentions only", Change(thread_replies=ThreadReplies.MENTIONS_ONLY)),
    ("recap on", Change(weekly_recap=True)),
    ("weekly recap off", Change(weekly_recap=False)),
    ("status", Status()),
    ("when", Status()),
    ("help", Help()),
    ("?", Help()),
    ("help me please", Help()),
]

WRONG = [
    ("on 25:00", "no time of day"),
    ("on 9:00 10:00", "Two times"),
    ("on Berlin London", "Two time zones"),
    ("on 9:00 UTC+2", "offset"),
    ("on 09:00+02:00", "offset"),
    ("on 9am-5", "offset"),
    ("on 9:00Z", "UTC"),
    ("on 9 Uhr MEZ", "Europe/Berlin"),
    ("at 9am PT", "America/Los_Angeles"),
    ("time 9:00 EST", "America/New_York"),
    ("on 9:00 Berlinn", "did you mean Europe/Berlin?"),
    ("on foo", "write it like"),
    ("off forever and ever", "takes nothing after it"),
    ("mute", "Say which source"),
    ("add", "Say which feed"),
    ("add ftp://a.example/feed", "begins with https://"),
    ("add feedname", "no address of a feed"),
    ("add https://a.example https://b.example", "One feed at a time"),
    ("add https://a.example/" + "x" * 2100, "too long"),
    ("pause", "Say how long"),
    ("pause a while", "time to pause"),
    ("pause 0 days", "time to pause"),
    ("pause 9999 days", "a year at most"),
    ("pause until 3/4", "can be two dates"),
    ("pause until 31 February", "no day of the calendar"),
    ("pause until 3 Foo", "no day of the calendar"),
    ("level genius", "no level"),
    ("level", "Say which one"),
    ("language xx1", "no language code"),
    ("stories 9", "choose 1 to 8"),
    ("topics cooking", "is no topic"),
    ("days someday", "is no day"),
    ("replies sometimes", "Say which messages"),
    ("recap maybe", "recap on"),
    ("mut theverge.com", "did you mean `/digest mute`?"),
    ("statsu", "did you mean `/digest status`?"),
    ("prevew", "did you mean `/digest preview`?"),
    ("what is RAG?", "/explain"),
    ("xyzzy", "/digest help"),
    ("<@U123>", "/digest help"),
    ("x" * 4000, "too long"),
]


@each_row("typed, command", UNDERSTOOD)
def test_what_people_type_is_understood(typed: str, command: object):
    """Each wording leads to the command that a person means by it."""
    assert parse_digest_words(typed) == command


@pytest.mark.parametrize(("typed", "part"), WRONG, ids=[t[:40] for t, _ in WRONG])
def test_what_is_not_understood_is_answered_with_what_is(typed: str, part: str):
    """A mistake gets one sentence that names it and says what to type instead."""
    wrong = parse_digest_words(typed)
    assert isinstance(wrong, Wrong)
    assert part in wrong.sentence
    assert "\n" not in wrong.sentence
    assert len(wrong.sentence) < 600


WORDS = st.sampled_from(
    ["on", "off", "mute", "pause", "until", "9:00", "25:99", "berlin", "mon-fri", "<https://a.b|x>", "-", "+", "/", "\x00", "🎉", "2", "weeks", "march"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=8).map(" ".join)))
def test_nothing_typed_raises(typed: str):
    """Whatever is typed, there is a command or a sentence."""
    found = parse_digest_words(typed)
    assert not isinstance(found, Wrong) or found.sentence.endswith((".", "?"))
