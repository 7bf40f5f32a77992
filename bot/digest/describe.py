"""A channel's digest in words (pure): what is set, and when the next one comes."""

from __future__ import annotations

from datetime import datetime

from bot.digest.notices import day_words, zone_is_no_place
from bot.digest.preference import (
    EVERY_DAY,
    WORKDAYS,
    Channel,
    Preference,
    ThreadReplies,
    Weekday,
)
from bot.digest.schedule import date_of
from bot.digest.zones import UnknownZone, zone
from bot.english_dates import WEEKDAYS
from bot.news.topic import ALL_TOPICS

_REPLIES = {
    ThreadReplies.EVERY_MESSAGE: "every message",
    ThreadReplies.QUESTIONS_AND_MENTIONS: "questions and mentions",
    ThreadReplies.MENTIONS_ONLY: "mentions only",
}


def status_sentences(channel: Channel | None, now: datetime) -> tuple[str, ...]:
    """Return how a channel's digest stands: whether it comes, when, and with what."""
    if channel is None or (not channel.preference.on and not channel.state_reason):
        return ("The digest is off here; `/digest on 9:00` switches it on.",)
    wanted = channel.preference
    sentences = [
        coming(channel, now),
        *filter(None, [zone_is_no_place(wanted.zone)]),
        f"{_stories(wanted.stories)}, level {wanted.level.value}, language {wanted.language}.",
        f"Topics: {topic_words(wanted)}.",
        f"In its threads I answer {_REPLIES[wanted.thread_replies]}.",
    ]
    if wanted.muted_outlets:
        sentences.append(f"Muted: {', '.join(sorted(wanted.muted_outlets))}.")
    if wanted.weekly_recap:
        sentences.append("The last digest of a week ends with a recap of the week.")
    return tuple(sentences)


def coming(channel: Channel, now: datetime) -> str:
    """Return when the next digest comes, or why none does."""
    wanted = channel.preference
    if channel.state_reason:
        return f"No digest comes at the moment: {channel.state_reason}."
    if not wanted.on or channel.next_due_at is None:
        return "No digest comes: it is switched off."
    plan = f"The digest comes at {wanted.at:%H:%M} ({wanted.zone}), {day_list(wanted.days)}"
    return f"{plan}; the next one {next_words(channel, now)}."


def next_words(channel: Channel, now: datetime) -> str:
    """Return the next digest's time for people: "today at 09:00", "on Monday 2 March at 09:00"."""
    if channel.next_due_at is None:
        return "is not planned"
    try:
        local = channel.next_due_at.astimezone(zone(channel.preference.zone))
        today = date_of(channel.preference, now)
    except UnknownZone:  # the rules changed since it was set
        local, today = channel.next_due_at, now.date()
    if channel.next_due_at <= now:
        return "is on its way"
    days = (local.date() - today).days
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {day_words(local.date())}")
    return f"{day} at {local:%H:%M}"


def day_list(days: frozenset[Weekday]) -> str:
    """Return days for people: "every day", "Monday to Friday", "Monday and Thursday"."""
    if days == EVERY_DAY:
        return "every day"
    if days == WORKDAYS:
        return "Monday to Friday"
    names = [WEEKDAYS[day - 1] for day in sorted(days)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def topic_words(preference: Preference) -> str:
    """Return the topics for people; what feedback made of them is said too."""
    if preference.topics == ALL_TOPICS:
        listed = "all"
    else:
        listed = ", ".join(sorted(topic.label for topic in preference.topics))
    moved = [
        f"{topic.label} counts {weight:.2g} times"
        for topic, weight in preference.topic_weights
        if topic in preference.topics
    ]
    return f"{listed} ({', '.join(moved)})" if moved else listed


def _stories(count: int) -> str:
    return "1 story a digest" if count == 1 else f"{count} stories a digest"
