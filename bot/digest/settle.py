"""What one command makes of a channel, and the sentences that say so (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.digest.commands import (
    Change,
    Mute,
    PauseFor,
    PauseUntil,
    Resume,
    SettingCommand,
    SwitchOff,
    SwitchOn,
    Unmute,
)
from bot.digest.dates import pause_end
from bot.digest.describe import coming, day_list, topic_words
from bot.digest.notices import day_words
from bot.digest.preference import Channel, Preference
from bot.digest.schedule import date_of
from bot.digest.spot import Asker, Spot
from bot.digest.typed import Wrong


def blank(spot: Spot) -> Channel:
    """Return the channel of a spot that has nothing stored yet."""
    return Channel(
        workspace_id=spot.workspace_id,
        channel_id=spot.channel_id,
        name=spot.name,
        preference=Preference(),
        is_dm=spot.is_dm,
    )


def was_set_up(channel: Channel | None) -> bool:
    """Return whether somebody decided about a channel's digest; off and UTC is what it has before."""
    if channel is None:
        return False
    wanted = channel.preference
    # All but the first tell it of rows that a release before wrote.
    return channel.is_set_up or bool(channel.set_up_by) or wanted.on or wanted.zone != "UTC"


def settled(
    old: Channel | None, command: SettingCommand, spot: Spot, asker: Asker, now: datetime
) -> Channel | Wrong:
    """
    Return the channel as the command wants it; its next digest is worked out elsewhere.

    Args:
        old: As stored, or None.
        command: `Mute` and `Unmute` name an outlet by its domain here.
        spot: Where.
        asker: Who.
        now: Aware instant.
    """
    channel = old or blank(spot)
    wanted = _preference(channel.preference, command, now)
    if isinstance(wanted, Wrong):
        return wanted
    decides = isinstance(command, SwitchOn | SwitchOff) or (
        isinstance(command, Change) and command.zone is not None
    )
    changed = with_preference(channel, wanted, spot, asker)
    return replace(changed, is_set_up=channel.is_set_up or decides)


def with_preference(channel: Channel, wanted: Preference, spot: Spot, asker: Asker) -> Channel:
    """Return the channel with another preference; who switched it on is who is told about misses."""
    switched_on = wanted.on and not channel.preference.on
    confirmed = spot.is_general and asker.confirmed and wanted.on
    return replace(
        channel,
        name=spot.name or channel.name,
        preference=wanted,
        is_dm=spot.is_dm,
        set_up_by=asker.user_id if switched_on else channel.set_up_by,
        post_to_general_confirmed=channel.post_to_general_confirmed or confirmed,
    )


def sentences(
    before: Preference, channel: Channel, command: SettingCommand, now: datetime
) -> tuple[str, ...]:
    """Return what to tell the asker: what changed, then when the next digest comes."""
    if isinstance(command, SwitchOff):
        return ("The digest is off; your settings are kept, and `/digest on` brings it back.",)
    said = _said(before, channel, command)
    if channel.preference.on:
        return (*said, coming(channel, now))
    return (*said, "The digest is off here; `/digest on 9:00` switches it on.")


def _preference(  # noqa: PLR0911 - one return a command reads best
    old: Preference, command: SettingCommand, now: datetime
) -> Preference | Wrong:
    match command:
        case SwitchOn(change=change):
            return replace(_changed(old, change), on=True, paused_until=None)
        case SwitchOff():
            return replace(old, on=False)
        case Change():
            return _changed(old, command)
        case Mute(name=outlet):
            return replace(old, muted_outlets=old.muted_outlets | {outlet})
        case Unmute(name=outlet):
            return _unmuted(old, outlet)
        case PauseFor() | PauseUntil():
            return _paused(old, command, now)
        case Resume():
            return replace(old, paused_until=None)


def _changed(old: Preference, change: Change) -> Preference:
    # mypy cannot check the fields of `replace(**values)`; `Change` has the preference's own names.
    return replace(old, **change.values())  # type: ignore[arg-type]  # names unknown to mypy


def _unmuted(old: Preference, outlet: str) -> Preference | Wrong:
    if outlet not in old.muted_outlets:
        listed = ", ".join(sorted(old.muted_outlets)) or "none"
        return Wrong(f"{outlet} is not muted here; muted are: {listed}.")
    return replace(old, muted_outlets=old.muted_outlets - {outlet})


def _paused(old: Preference, pause: PauseFor | PauseUntil, now: datetime) -> Preference | Wrong:
    if not old.on:
        return Wrong("The digest is off here, so there is nothing to pause.")
    end = pause_end(pause, date_of(old, now))
    return end if isinstance(end, Wrong) else replace(old, paused_until=end)


def _said(  # noqa: PLR0911 - one return a command reads best
    before: Preference, channel: Channel, command: SettingCommand
) -> tuple[str, ...]:
    wanted = channel.preference
    match command:
        case SwitchOn():
            return () if before.on and before.paused_until is None else ("The digest is on.",)
        case Change():
            return tuple(_field_words(name, wanted) for name in command.values())
        case Mute(name=outlet):
            return (f"Stories told only by {outlet} do not appear here any more.",)
        case Unmute(name=outlet):
            return (f"Stories from {outlet} can appear here again.",)
        case PauseFor() | PauseUntil() if wanted.paused_until:
            return (f"Paused: no digest before {day_words(wanted.paused_until)}.",)
        case Resume() if before.paused_until is None:
            return ("It was not paused.",)
        case _:
            return ("The pause is over.",)


def _field_words(name: str, wanted: Preference) -> str:
    return {
        "at": f"Time: {wanted.at:%H:%M}.",
        "zone": f"Time zone: {wanted.zone}.",
        "days": f"Days: {day_list(wanted.days)}.",
        "topics": f"Topics: {topic_words(wanted)}.",
        "level": f"Level: {wanted.level.value}.",
        "stories": f"Stories in a digest: {wanted.stories}.",
        "language": f"Language: {wanted.language}.",
        "thread_replies": f"In its threads I answer: {wanted.thread_replies.value.replace('-', ' ')}.",
        "weekly_recap": f"Weekly recap: {'on' if wanted.weekly_recap else 'off'}.",
    }[name]
