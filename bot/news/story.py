"""A story: one event, told by one or more entries; it has revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.news.entry import Entry
from bot.news.scope import SHARED, Scope
from bot.news.topic import Topic

Novelty = Literal["figure", "date", "actor", "outcome", "retraction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    A later entry changed what is known.

    Attributes:
        number: 2 or higher; revision 1 is the story's first telling.
        entry_id: The entry that brought it; at: that entry's instant (aware UTC).
        novelty: What kind of thing is new; detail: the new words, such as "4 GB".
    """

    number: int
    entry_id: str
    at: datetime
    novelty: Novelty
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    One event.

    Attributes:
        id: Stable. A shared story's is taken from its first entry; any other's is random, so that
            nobody can guess it.
        entries: In the order of their instants, oldest first; never empty.
        revisions: Revisions 2, 3, … in order.
        topics: One to three, best first.
        scope: Shared when all entries come from the catalogue; else the workspace or the conversation
            whose own feed told it (such a story is never shown or explained elsewhere).
        copy_of: Id of the wider story that tells the same event, of which this one is a copy with
            more entries; None for stories of their own. What was told is known by it.
    """

    id: str
    entries: tuple[Entry, ...]
    topics: tuple[Topic, ...]
    language: str
    revisions: tuple[Revision, ...] = ()
    scope: Scope = SHARED
    copy_of: str | None = None

    @property
    def event_id(self) -> str:
        """Return the id under which its event is known to those who do not see this copy."""
        return self.copy_of or self.id

    @property
    def revision(self) -> int:
        """Return the current revision number, 1 when nothing changed since the first telling."""
        return self.revisions[-1].number if self.revisions else 1

    @property
    def lead(self) -> Entry:
        """
        Return the entry that best stands for the story as it is now.

        That is the one that brought the latest revision; else the highest weight, then the earliest.
        """
        newest = self.revisions[-1].entry_id if self.revisions else None
        for entry in self.entries:
            if entry.id == newest:
                return entry
        return min(self.entries, key=lambda entry: (-entry.weight, entry.at, entry.id))

    @property
    def headline(self) -> str:
        """Return the lead entry's title."""
        return self.lead.title

    @property
    def first_at(self) -> datetime:
        return self.entries[0].at

    @property
    def latest_at(self) -> datetime:
        return self.entries[-1].at

    @property
    def outlets(self) -> frozenset[str]:
        """Return the distinct owners that told it; several feeds of one outlet count once."""
        return frozenset(entry.outlet for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """
    An entry or story that did not get in, and why.

    Attributes:
        reason: One short clause for people, such as "a job advert" or "not about AI".
    """

    headline: str
    reason: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Something that did not work, named so that nothing is silently missing.

    Attributes:
        source: The feed's name, as the feed or the operator gives it; address: the feed's, or "".
    """

    source: str
    error: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """
    What one round of collecting did.

    Attributes:
        feeds_read: Asked; feeds_answered: gave a document or 304 in time.
        touched: Ids of stories that are new or changed.
    """

    feeds_read: int = 0
    feeds_answered: int = 0
    feeds_unchanged: int = 0
    new_entries: int = 0
    known_entries: int = 0
    touched: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
