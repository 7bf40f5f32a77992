"""
What is to be done for a channel whose time has come (pure).

The newest digest within the catch-up window is delivered, late if need be; what is older is missed:
one row per date in the ledger, so that nothing is missing silently, and one message about all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.digest.preference import Channel, Preference
from bot.digest.schedule import date_of, due_on, next_due_at

CATCH_UP_SECONDS = 3 * 60 * 60
LATE_AFTER_SECONDS = 15 * 60
# After a pause longer than this, only the newest missed dates get a row; what was told before that
# is forgotten by then anyway (14 days).
MAX_MISSED_ROWS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """
    One digest that should exist.

    Attributes:
        on: The channel's local date; due_at: aware UTC.
        late: Posted so long after `due_at` that the digest has to say so.
    """

    on: date
    due_at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    The decision for one due channel.

    Attributes:
        deliver: The digest to deliver now, or None.
        missed: Digests older than the catch-up window, oldest first.
        next_due_at: The first due instant after now; None when off.
    """

    deliver: Due | None
    missed: tuple[Due, ...]
    next_due_at: datetime | None


def plan(channel: Channel, now: datetime, catch_up_seconds: float = CATCH_UP_SECONDS) -> Plan:
    """
    Decide for a channel whose `next_due_at` may have passed.

    Raises:
        UnknownZone: The preference names no known zone.
    """
    due = _passed(channel, now)
    last_on = due[-1].on if due else None
    upcoming = next_due_at(channel.preference, now, last_on=last_on)
    if due and not too_late(due[-1].due_at, now, catch_up_seconds):
        return Plan(deliver=due[-1], missed=_newest(due[:-1]), next_due_at=upcoming)
    return Plan(deliver=None, missed=_newest(due), next_due_at=upcoming)


def too_late(due_at: datetime, now: datetime, catch_up_seconds: float) -> bool:
    """Return whether a digest due then is not worth posting any more."""
    return now - due_at > timedelta(seconds=catch_up_seconds)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Return whether a digest posted now has to say that it is late (spreading is not late)."""
    return now - due_at > timedelta(seconds=LATE_AFTER_SECONDS)


def _newest(due: list[Due]) -> tuple[Due, ...]:
    return tuple(due[-MAX_MISSED_ROWS:])


def _passed(channel: Channel, now: datetime) -> list[Due]:
    """Return every digest from the stored instant up to *now*, oldest first."""
    first_at = channel.next_due_at
    if first_at is None or first_at > now or not channel.preference.on:
        return []
    found = _stored(channel.preference, first_at, now)
    # Far back enough for the rows that are kept even with one digest a week.
    after = max(first_at, now - timedelta(weeks=MAX_MISSED_ROWS + 2))
    last_on = found[-1].on if found else None
    while (due_at := next_due_at(channel.preference, after, last_on=last_on)) and due_at <= now:
        last_on = date_of(channel.preference, due_at)
        found.append(_due(last_on, due_at, now))
        after = due_at
    return found


def _stored(preference: Preference, first_at: datetime, now: datetime) -> list[Due]:
    """
    Return the digest that the stored instant stands for.

    A stored instant that the preference no longer explains (an edit raced with the clock) is not
    trusted: no digest day any more, or earlier than its time, gives none; the next one is found anew.
    """
    on = date_of(preference, first_at)
    expected = due_on(preference, on)
    if expected is None or first_at < expected:
        return []
    return [_due(on, first_at, now)]


def _due(on: date, due_at: datetime, now: datetime) -> Due:
    return Due(on=on, due_at=due_at, late=is_late(due_at, now))
