"""How many own feeds there may be, and what came of wanting one more (values)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Admission(Enum):
    """What came of adding a feed, or of giving one to another scope."""

    ADDED = auto()
    KNOWN = auto()
    GONE = auto()
    HERE_FULL = auto()
    PERSON_FULL = auto()
    WORKSPACE_FULL = auto()
    ENOUGH_TODAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeedLimits:
    """
    The most there can be.

    Attributes:
        here: Of one conversation, and as many for a whole workspace.
        workspace: Of a workspace with all of its conversations.
        person: That are there now and were added by one person.
        a_day: Additions of one person on one day (UTC), removed ones counted too.
    """

    here: int = 25
    workspace: int = 500
    person: int = 50
    a_day: int = 10
