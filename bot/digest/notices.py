"""What people are told about digests, as plain sentences (pure); `render` makes messages of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.preference import Channel
from bot.digest.zone_places import no_place
from bot.digest.zones import UnknownZone, zone
from bot.news.story import CollectReport

# Reasons that people caused themselves: nobody is told, and no later digest mentions them.
SWITCHED_OFF = "the digest was switched off or paused before it was posted"
REMOVED = "the channel's digest was removed before it was posted"
# The same, by what people did to the channel; the reason goes on with what.
STOPPED = "deliveries to the channel were stopped"
_OWN_DOING = frozenset({SWITCHED_OFF, REMOVED})

_MAX_LINES = 20
_ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall clock; the zone is given it
_HOUR_SECONDS = 3600
_MINUTE_SECONDS = 60


def day_words(on: date) -> str:
    """Return a local date for people: "Monday 2 March"."""
    return f"{on:%A} {on.day} {on:%B}"


def too_late_reason(
    due_at: datetime, zone_name: str, catch_up_seconds: float, cause: str = ""
) -> str:
    """Return why a digest outside the catch-up window is left out; *cause* is what kept it last."""
    local = _local(due_at, zone_name)
    return (
        f"it was due at {local:%H:%M} and could not be posted within "
        f"{_span_words(catch_up_seconds)} of that"
    ) + (f"; what kept it: {cause.rstrip('.')}" if cause else "")


def missed_line(missed: Delivery | None, on: date) -> str:
    """Return the line about a missing digest for the next one (of *on*), or "" when there is none."""
    if missed is None or missed.reason in _OWN_DOING or missed.reason.startswith(STOPPED):
        return ""
    yesterday = missed.key.on == on - timedelta(days=1)
    name = "Yesterday's digest" if yesterday else f"The digest of {day_words(missed.key.on)}"
    return f"{name} is missing: {_sentence_end(missed.reason)}"


def missed_message(missed: Sequence[tuple[Channel | None, Delivery]]) -> tuple[str, ...]:
    """
    Return the lines of the one message about missing digests, at most 21.

    Args:
        missed: The channel when it is still known, and the delivery as it ends.
    """
    if not missed:
        return ()
    lines = [_missed_sentence(channel, delivery) for channel, delivery in missed[:_MAX_LINES]]
    if rest := len(missed) - len(lines):
        lines.append(f"{rest} more digests are missing too; `plainwire status` lists them.")
    elif all(delivery.state is DeliveryState.SKIPPED for _, delivery in missed):
        lines.append("The next digests come at their usual times; there is nothing to do.")
    return tuple(lines)


def zone_lost(channel: Channel) -> str:
    """Return what to do when a channel's time zone is not known any more."""
    return (
        f"The digest of {_channel_name(channel)} has stopped: there is no time zone called "
        f"“{channel.preference.zone}” any more. Set its time zone again."
    )


def zone_is_no_place(name: str) -> str:
    """Return what is wrong with a stored zone that could not be chosen today, "" for a place."""
    unclear = no_place(name)
    if unclear is None:
        return ""
    if unclear.kind == "offset":
        why = f"is an offset ({_offset_words(name)}), which knows no summer time"
    else:
        why = "is an abbreviation, and no place with a summer time of its own"
    meant = f": {', '.join(unclear.places)}" if unclear.places else ", such as Europe/Berlin"
    return f"The time zone “{name}” {why}. Choose the place that is meant{meant}."


def zones_no_place(channels: Sequence[Channel]) -> tuple[str, ...]:
    """Return the lines that tell people once of their channels' zones that are no places."""
    lines = [
        f"The digest of {_channel_name(channel)}: {zone_is_no_place(channel.preference.zone)}"
        for channel in channels[:_MAX_LINES]
    ]
    if rest := len(channels) - len(lines):
        lines.append(f"{rest} more channels have such a time zone.")
    return (
        *lines,
        _HOW_TO_CHANGE_ZONE,
    )


_HOW_TO_CHANGE_ZONE = (
    "`/digest zone` and a place, typed in the channel, changes it. Until then digests come at the "
    "same hour as before."
)


def _offset_words(name: str) -> str:
    """Return what the clock of a zone without summer time shows: "UTC+5", as Etc/GMT-5 is."""
    minutes = round((zone(name).utcoffset(_ANY_DAY) or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def empty_reason(
    report: CollectReport | None, since: datetime, zone_name: str, left_out: int
) -> str:
    """
    Return why a digest has no story, telling a quiet day from feeds that did not answer.

    Args:
        report: The last round of collecting; None when there was none.
        since: From when on news would have been new to the channel.
        zone_name: The channel's.
        left_out: How many stories were looked at.
    """
    if report is None:
        return "No feed has been read yet, so there is nothing to tell."
    if report.feeds_read == 0:
        return "No feed is set up, so nothing could be read; add one with `plainwire feeds add`."
    if report.feeds_answered == 0:
        return f"No feed answered ({report.feeds_read} asked), so this says nothing about the news."
    local = _local(since, zone_name)
    looked_at = f" {_stories(left_out)} looked at and left out." if left_out else ""
    return (
        f"{report.feeds_read} feeds read, {report.feeds_answered} answered; nothing new about AI "
        f"in your topics since {day_words(local.date())}, {local:%H:%M}.{looked_at}"
    )


def none_explained(found: int) -> str:
    """Return why a digest has no story although some were found."""
    return f"{_stories(found)} found, but nothing could be explained; this is a fault of Plainwire."


def _missed_sentence(channel: Channel | None, delivery: Delivery) -> str:
    name = _channel_name(channel) if channel else f"channel {delivery.key.channel_id}"
    return (
        f"The digest of {day_words(delivery.key.on)} in {name} was not posted: "
        f"{_sentence_end(delivery.reason)}"
    )


def _channel_name(channel: Channel) -> str:
    if channel.is_dm:
        return "your direct messages"
    return f"#{channel.name}" if channel.name else f"channel {channel.channel_id}"


def _local(instant: datetime, zone_name: str) -> datetime:
    try:
        return instant.astimezone(zone(zone_name))
    except UnknownZone:  # the rules changed since it was set; a reason is better than none
        return instant


def _sentence_end(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _stories(count: int) -> str:
    return "One story was" if count == 1 else f"{count} stories were"


def _span_words(seconds: float) -> str:
    hours, minutes = divmod(round(seconds), _HOUR_SECONDS)
    minutes //= _MINUTE_SECONDS
    parts = [f"{hours} hours" if hours != 1 else "an hour"] if hours else []
    if minutes or (not parts and seconds >= _MINUTE_SECONDS):
        parts.append("a minute" if minutes == 1 else f"{minutes} minutes")
    return " and ".join(parts) or f"{seconds:g} seconds"
