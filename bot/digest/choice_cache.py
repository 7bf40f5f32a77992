"""
Choosing once for all channels that want the same and were told the same.

Choosing among 400 stories takes 10 ms, and ten thousand channels have perhaps forty preferences;
channels with one preference have mostly been told the same, too. What differs for each channel, the
message that told an earlier revision, is put in afterwards.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.digest.choose import Selection, choose
from bot.digest.digest import ChosenStory, Told
from bot.digest.preference import Preference
from bot.news.story import Story

_MAX_CHOICES = 256

_Telling = tuple[str, int, date]


class ChoiceCache:
    """Remembers selections for as long as the very same tuple of stories is chosen from."""

    def __init__(self) -> None:
        # The stories stand beside each selection, so that their id() is nobody else's meanwhile.
        self._kept: OrderedDict[object, tuple[tuple[Story, ...], Selection]] = OrderedDict()

    def choose(
        self,
        stories: tuple[Story, ...],
        preference: Preference,
        told: Sequence[Told],
        now: datetime,
        *,
        since: datetime | None = None,
    ) -> Selection:
        """
        Return what `choose` returns, maybe as of a little earlier.

        Takes long for what is not kept yet: then in a thread, and one at a time.

        Args:
            stories: The same object as long as nothing new was read.
            preference: The channel's.
            told: What it was told.
            now: Aware instant.
            since: When its last digest was due.
        """
        found = self.find(stories, preference, told, since=since)
        if found is not None:
            return found
        selection = choose(stories, preference, told, now, since=since)
        self._kept[_key(stories, preference, told, since)] = (stories, selection)
        while len(self._kept) > _MAX_CHOICES:
            self._kept.popitem(last=False)
        return _for_channel(selection, told)

    def find(
        self,
        stories: tuple[Story, ...],
        preference: Preference,
        told: Sequence[Told],
        *,
        since: datetime | None = None,
    ) -> Selection | None:
        """Return what was chosen before, or None."""
        key = _key(stories, preference, told, since)
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return _for_channel(kept[1], told)


def _key(
    stories: tuple[Story, ...],
    preference: Preference,
    told: Sequence[Told],
    since: datetime | None,
) -> object:
    """Return everything that choosing looks at, besides the time of day."""
    wanted = (
        preference.topics,
        preference.stories,
        preference.muted_outlets,
        preference.topic_weights,
    )
    tellings = tuple((*_telling(one), one.headline, one.event_id) for one in told)
    return (id(stories), wanted, tellings, since)


def _for_channel(selection: Selection, told: Sequence[Told]) -> Selection:
    """Return a selection whose updates lead to this channel's own messages."""
    if not any(one.update_of for one in selection.chosen):
        return selection
    own = {_telling(one): one for one in told}
    chosen = tuple(_with_own(one, own) for one in selection.chosen)
    return replace(selection, chosen=chosen)


def _with_own(chosen: ChosenStory, own: dict[_Telling, Told]) -> ChosenStory:
    before = chosen.update_of
    return replace(chosen, update_of=own.get(_telling(before), before)) if before else chosen


def _telling(told: Told) -> _Telling:
    return (told.story_id, told.revision, told.on)
