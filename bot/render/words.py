"""
Every word of ours that stands around the news, per language; figures, dates and plurals included.

Another language is one more `Words` value in `_LANGUAGES`; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.digest.preference import EVERY_DAY, WORKDAYS, Preference, Weekday
from bot.english_dates import MONTHS, WEEKDAYS
from bot.news.topic import Topic


@dataclass(frozen=True, slots=True)
class Plural:
    """Two forms, each with `{n}`; a language with more forms gives its own callable."""

    one: str
    many: str

    def __call__(self, count: int) -> str:
        return (self.one if count == 1 else self.many).format(n=count)


Count = Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The fixed words of one language. Templates name their slots: `{names}`, `{date}`, …"""

    title: str
    weekdays: Sequence[str]
    months: Sequence[str]
    date_long: str
    date_short: str
    every_day: str
    workdays: str
    on_days: str
    listed: Callable[[Sequence[str]], str]
    topic: Callable[[Topic], str]
    stories: Count
    minutes: Count
    update: str
    surprise: str
    in_short: str
    new_since: str
    update_of: str
    words_in_it: str
    why_it_matters: str
    recap: str
    updates: Count
    and_more: Count
    paywalled: str
    on_summary: str
    paywalled_on_summary: str
    without_model: str
    topics_today: str
    reply_hint: str
    made_by_model: str
    made_without_model: str
    made_mixed: str
    how_made: str
    feeds: Callable[[int, int], str]
    dropped: Count
    no_answer_from: str
    late: str
    empty: str
    first_post_by: str
    first_post: str
    first_post_own: str
    comes_at: str
    change_here: str
    change_outside: str
    explain_more: str
    simpler: str
    mute_source: str
    not_for_us: str
    more_like_this: str

    def long_date(self, on: date) -> str:
        """Return a date with its weekday, such as "Monday 2 March"."""
        return self.date_long.format(
            weekday=self.weekdays[on.weekday()], day=on.day, month=self.months[on.month - 1]
        )

    def short_date(self, on: date) -> str:
        """Return a date without its weekday, such as "24 February"."""
        return self.date_short.format(day=on.day, month=self.months[on.month - 1])

    def days(self, days: frozenset[Weekday]) -> str:
        """Return the days of a schedule, such as "from Monday to Friday"."""
        if days == EVERY_DAY:
            return self.every_day
        if days == WORKDAYS:
            return self.workdays
        return self.on_days.format(
            days=self.listed([self.weekdays[day - 1] for day in sorted(days)])
        )

    def schedule(self, preference: Preference) -> str:
        """Return when the digest comes, as one sentence."""
        return self.comes_at.format(
            days=self.days(preference.days),
            time=f"{preference.at:%H:%M}",
            zone=zone_name(preference.zone),
        )


def zone_name(zone: str) -> str:
    """Return a zone as people write it: "UTC" for its many file names, else its IANA name."""
    return "UTC" if zone in _UTC_NAMES else zone.replace("_", " ")


def local_time(at: datetime, zone: str) -> str:
    """Return an instant as wall-clock time in *zone*, such as "09:00"."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


# Links of one another in the tz database.
_UTC_NAMES = frozenset(
    {"Etc/UTC", "UTC", "Etc/UCT", "UCT", "Etc/Universal", "Universal", "Etc/Zulu", "Zulu"}
)


def words_for(language: str) -> Words:
    """Return the words of a language, in English when we do not have it yet."""
    return _LANGUAGES.get(language.lower()[:2], ENGLISH)


def _english_list(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _english_feeds(read: int, answered: int) -> str:
    noun = "feed" if read == 1 else "feeds"
    return f"{read} {noun} read, {answered} answered"


ENGLISH = Words(
    title="AI news, explained",
    weekdays=WEEKDAYS,
    months=MONTHS,
    date_long="{weekday} {day} {month}",
    date_short="{day} {month}",
    every_day="every day",
    workdays="from Monday to Friday",
    on_days="on {days}",
    listed=_english_list,
    topic=lambda topic: topic.label,
    stories=Plural("{n} story", "{n} stories"),
    minutes=Plural("about {n} minute", "about {n} minutes"),
    update="Update: {headline}",
    surprise="And something different: {headline}",
    in_short="In short:",
    new_since="New since {date}:",
    update_of="An update of what stood here on {date}.",
    words_in_it="Words in it:",
    why_it_matters="Why it matters:",
    recap="Also told this week:",
    updates=Plural("{n} update", "{n} updates"),
    and_more=Plural("and {n} more", "and {n} more"),
    paywalled="paywalled",
    on_summary="this rests on the summary",
    paywalled_on_summary="paywalled; this rests on its summary",
    without_model="put together without a language model",
    topics_today="Topics today: {topics}",
    reply_hint="Reply here with any question. {command} changes time, topics or level.",
    made_by_model="explanations by the model, figures and names checked against the sources",
    made_without_model="put together without a language model: the sentences are the "
    "publishers' own, the meanings of words come from our glossary",
    made_mixed="explanations by the model, figures and names checked against the sources; "
    "{count} put together without a language model and marked so",
    how_made="How this is made: {feeds}; {how}.",
    feeds=_english_feeds,
    dropped=Plural(
        "{n} sentence was left out because the sources do not bear it out.",
        "{n} sentences were left out because the sources do not bear them out.",
    ),
    no_answer_from="Not read today: {names}.",
    late="This digest is late: it was due at {due} and was made at {made} ({zone}).",
    empty="There is no digest today: {reason}",
    first_post_by="{who} set up this daily digest.",
    first_post="This is the first digest here; whoever runs Plainwire set it up.",
    first_post_own="This is the first of your own digests; only you get it.",
    comes_at="It comes {days} at {time} ({zone}).",
    change_here="{command} changes that, or stops it.",
    change_outside="It is changed with {on} and stopped with {off}.",
    explain_more="Explain more",
    simpler="Simpler",
    mute_source="Mute this source",
    not_for_us="Not for us",
    more_like_this="More like this",
)

_LANGUAGES: dict[str, Words] = {"en": ENGLISH}
