"""
When a channel's digest is due: pure arithmetic on wall clocks and zones (design decision 6).

Rules
- A digest belongs to one local date of the channel's zone and is due once on it, within it.
- A time that a clock change skips moves to the first valid minute after the gap (02:30 -> 03:00).
  When the gap swallows the rest of the date (23:30 -> 00:30), the last minute before it stands.
- A time that a clock change repeats means the first of the two.
- A date that a zone skips altogether (Apia, 2011-12-30) has no digest.

Plain date arithmetic rather than APScheduler's `CronTrigger(timezone=UTC)`, which gives the same
dates (facts/engine.md section 6, measured): a preference is a time and a set of weekdays, so there
is nothing in it that needs cron, and a pure module stays free of a scheduler. APScheduler is the
ticking clock, elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.digest.preference import Preference
from bot.digest.zones import zone

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
# One weekday a week, and twice in a row its date vanishes: more than any zone ever did.
_LOOK_AHEAD_DAYS = 22
# Room for zone arithmetic at the end of the calendar.
_LAST_DATE = date.max - timedelta(days=_LOOK_AHEAD_DAYS + 2)


def date_of(preference: Preference, instant: datetime) -> date:
    """
    Return the channel's local date at *instant* (aware).

    Raises:
        UnknownZone: The preference names no known zone.
    """
    return instant.astimezone(zone(preference.zone)).date()


def due_on(preference: Preference, local_date: date) -> datetime | None:
    """
    Return the aware UTC instant at which the digest of *local_date* is due.

    None when the channel is off or paused, the date is no digest day, or the zone skips the date.

    Raises:
        UnknownZone: The preference names no known zone.
    """
    if not preference.on or local_date.isoweekday() not in preference.days:
        return None
    if preference.paused_until is not None and local_date < preference.paused_until:
        return None
    return instant_of(local_date, preference.at, zone(preference.zone))


def next_due_at(
    preference: Preference, after: datetime, *, last_on: date | None = None
) -> datetime | None:
    """
    Return the first due instant strictly after *after* (aware), in UTC.

    Args:
        preference: What the channel wants.
        after: Aware instant.
        last_on: The newest local date that has its delivery already; only later dates count.

    Returns:
        None when the channel is off or has no digest day.

    Raises:
        UnknownZone: The preference names no known zone.
    """
    for day in _candidates(preference, after, last_on):
        due_at = due_on(preference, day)
        if due_at is not None and due_at > after:
            return due_at
    return None


def after_change(
    old: Preference | None,
    old_due_at: datetime | None,
    new: Preference,
    now: datetime,
    last_on: date | None = None,
) -> datetime | None:
    """
    Return when the next digest is due once *new* replaces *old* at *now*.

    - Switched on afresh: the next digest time after now. Nothing is due for a time that had passed.
    - Changed while on, and today's digest was still to come: it comes at its new time; when that
      has passed already (moved earlier, or a zone further east), at once. It is owed.
    - Never for a local date up to *last_on*, which has its delivery.

    Args:
        old: What held until now, or None for a channel never set up.
        old_due_at: The instant stored as the next one under *old*.
        new: What holds from *now* (aware) on.
        now: The instant of the change.
        last_on: The newest local date that has its delivery already.

    Raises:
        UnknownZone: One of the preferences names no known zone.
    """
    today = date_of(new, now)
    done = last_on is not None and last_on >= today
    owed = _still_to_come(old, old_due_at, now) and not done
    todays = due_on(new, today)
    if owed and todays is not None and todays <= now:
        return now.astimezone(UTC)
    return next_due_at(new, now, last_on=last_on)


def instant_of(local_date: date, at: time, where: tzinfo) -> datetime | None:
    """Return the UTC instant of a wall-clock time by the rules above; None when the date vanishes."""
    wall = datetime.combine(local_date, at.replace(tzinfo=None))
    first = wall.replace(tzinfo=where, fold=0).astimezone(UTC)
    if first.astimezone(where).replace(tzinfo=None) == wall:
        return first
    return _beside_gap(wall, where)


def _candidates(preference: Preference, after: datetime, last_on: date | None) -> Iterator[date]:
    # A day earlier: a zone that jumps back over the date line has its yesterday still to come.
    start = date_of(preference, after) - _DAY
    if last_on is not None:
        start = max(start, last_on + _DAY)
    if preference.paused_until is not None:
        start = max(start, preference.paused_until)
    if start > _LAST_DATE:
        return
    for ahead in range(_LOOK_AHEAD_DAYS):
        yield start + timedelta(days=ahead)


def _still_to_come(old: Preference | None, old_due_at: datetime | None, now: datetime) -> bool:
    if old is None or not old.on or old_due_at is None:
        return False
    return date_of(old, old_due_at) <= date_of(old, now)


def _beside_gap(wall: datetime, where: tzinfo) -> datetime | None:
    """Return the instant for a wall-clock time that does not exist, or None."""
    change = _gap_end(wall, where)
    after = _whole_minute(change, where, up=True)
    if after.astimezone(where).date() == wall.date():
        return after
    before = _whole_minute(change - _SECOND, where, up=False)
    return before if before.astimezone(where).date() == wall.date() else None


def _gap_end(wall: datetime, where: tzinfo) -> datetime:
    """
    Return the instant of the clock change that skips *wall*, to the second.

    By PEP 495, in a gap fold=1 reads the time with the offset after the change and so lands before
    it, fold=0 with the offset before the change and so lands after it. Halving finds the change.
    """
    before = wall.replace(tzinfo=where, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=where, fold=0).astimezone(UTC)
    offset_before = before.astimezone(where).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle <= before:
            break
        if middle.astimezone(where).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after


def _whole_minute(instant: datetime, where: tzinfo, *, up: bool) -> datetime:
    """Return the nearest instant whose wall clock shows a whole minute (old offsets had seconds)."""
    local = instant.astimezone(where)
    rest = timedelta(seconds=local.second, microseconds=local.microsecond)
    if not rest:
        return instant
    return instant - rest + (_MINUTE if up else timedelta(0))
