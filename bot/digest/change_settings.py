"""Use case: a command or a submitted settings view changes what a channel gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.digest.commands import Mute, SettingCommand, SwitchOn, Unmute
from bot.digest.describe import coming
from bot.digest.desk import ChannelDesk
from bot.digest.form import SettingsForm, read_form
from bot.digest.may_change import Permissions
from bot.digest.notices import zone_is_no_place
from bot.digest.outcomes import (
    Changed,
    FieldErrors,
    NeedsConfirmation,
    NeedsZone,
    Outcome,
    Refused,
)
from bot.digest.preference import Channel, Preference
from bot.digest.settle import blank, sentences, settled, was_set_up, with_preference
from bot.digest.sources import find_outlet, known_outlets
from bot.digest.spot import Asker, Spot
from bot.digest.typed import Wrong, parse_zone
from bot.errors import UsageError
from bot.news.ports import FeedStore
from bot.news.scope import SHARED


class ChangeSettings:
    """Changes channels for people; whether they may is asked first."""

    def __init__(self, *, desk: ChannelDesk, permissions: Permissions, feeds: FeedStore) -> None:
        self._desk = desk
        self._permissions = permissions
        self._feeds = feeds

    async def apply(
        self, command: SettingCommand, spot: Spot, asker: Asker, now: datetime
    ) -> Outcome:
        """
        Carry out a typed command.

        Without a time zone in `/digest on`, the asker's own is taken the first time; it is asked
        for when Slack does not tell it. #general is asked about twice.
        """
        if refused := await self._permissions.refusal(asker, spot):
            return Refused(sentence=refused)
        ready = await self._ready(command, spot, asker)
        if not isinstance(ready, Prepared):
            return ready
        return await self._carry_out(ready, spot, asker, now)

    async def submit(self, form: SettingsForm, spot: Spot, asker: Asker, now: datetime) -> Outcome:
        """Carry out a submitted view; faults come back by field, and nothing is changed then."""
        if refused := await self._permissions.refusal(asker, spot):
            return Refused(sentence=refused)
        known = await self.sources(spot, asker)
        wrong: FieldErrors | NeedsConfirmation | None = None

        def change(old: Channel | None) -> Channel | None:
            nonlocal wrong
            channel = old or blank(spot)
            wanted = read_form(form, channel.preference, known)
            if isinstance(wanted, FieldErrors):
                wrong = wanted
                return None
            wrong = _general_question(channel, wanted, spot, asker)
            decided = with_preference(channel, wanted, spot, asker)
            return None if wrong else replace(decided, is_set_up=True)

        try:
            stored = await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        except UsageError as error:
            return Refused(sentence=str(error))
        if wrong is not None or stored is None:
            return wrong or Refused(sentence=_GONE)
        said = ("Saved.", coming(stored, now), zone_is_no_place(stored.preference.zone))
        return Changed(channel=stored, sentences=tuple(filter(None, said)))

    async def sources(self, spot: Spot, asker: Asker) -> dict[str, str]:
        """Return outlet -> name of every source that serves a conversation and *asker* may know of."""
        sees_own = await self._permissions.sees_feeds(asker, spot)
        scopes = spot.scope.around if sees_own else (SHARED,)
        found = [polled for scope in scopes for polled in await self._feeds.all(scope)]
        return known_outlets(polled.feed for polled in found)

    async def _ready(self, command: SettingCommand, spot: Spot, asker: Asker) -> Prepared | Outcome:
        """Return the command with everything that it lacked, or what has to be asked first."""
        if isinstance(command, Mute | Unmute):
            return await self._with_outlet(command, spot, asker)
        if not isinstance(command, SwitchOn):
            return Prepared(command)
        old = await self._desk.get(spot.workspace_id, spot.channel_id)
        question = _general_question(old, Preference(on=True), spot, asker)
        if question is not None:
            return replace(question, command=command)
        if command.change.zone is not None or was_set_up(old):
            return Prepared(command)
        return await self._with_zone(command, spot, asker)

    async def _with_zone(self, command: SwitchOn, spot: Spot, asker: Asker) -> Prepared | Outcome:
        own = await self._permissions.zone_of(asker, spot)
        zone = parse_zone(own) if own else Wrong("")
        if isinstance(zone, Wrong):
            seen = f"Your time zone in Slack: {zone.sentence}" if own else _CANNOT_SEE_ZONE
            return NeedsZone(sentence=f"{seen} {_NAME_IT}", command=command)
        change = replace(command.change, zone=zone)
        note = f"I took your own time zone, {zone}; `/digest zone` and a place changes it."
        return Prepared(SwitchOn(change=change), note)

    async def _with_outlet(
        self, command: Mute | Unmute, spot: Spot, asker: Asker
    ) -> Prepared | Outcome:
        outlet = find_outlet(command.name, await self.sources(spot, asker))
        if isinstance(outlet, Wrong):
            return Refused(sentence=outlet.sentence)
        return Prepared(replace(command, name=outlet))

    async def _carry_out(self, ready: Prepared, spot: Spot, asker: Asker, now: datetime) -> Outcome:
        wrong: Wrong | None = None
        before = Preference()

        def change(old: Channel | None) -> Channel | None:
            nonlocal wrong, before
            before = old.preference if old else Preference()
            wanted = settled(old, ready.command, spot, asker, now)
            wrong = wanted if isinstance(wanted, Wrong) else None
            return None if isinstance(wanted, Wrong) else wanted

        try:
            stored = await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        except UsageError as error:
            return Refused(sentence=str(error))
        if wrong is not None or stored is None:
            return Refused(sentence=wrong.sentence if wrong else _GONE)
        said = sentences(before, stored, ready.command, now)
        return Changed(channel=stored, sentences=tuple(filter(None, (*said, ready.note))))


class Prepared:
    """A command that lacks nothing, and what to tell about what was filled in."""

    def __init__(self, command: SettingCommand, note: str = "") -> None:
        self.command = command
        self.note = note


def _general_question(
    old: Channel | None, wanted: Preference, spot: Spot, asker: Asker
) -> NeedsConfirmation | None:
    if not spot.is_general or not wanted.on or asker.confirmed:
        return None
    if old is not None and (old.preference.on or old.post_to_general_confirmed):
        return None
    return NeedsConfirmation(sentence=_REALLY_GENERAL)


_REALLY_GENERAL = (
    "This is the channel of everybody in this workspace: a daily digest here reaches all of them. "
    "Switch it on all the same?"
)
_CANNOT_SEE_ZONE = "I cannot see your time zone."
_NAME_IT = "Name it once, such as `/digest on 9:00 Europe/Berlin`."
_GONE = "Nothing changed: this channel's settings went away meanwhile; try again."
