"""What the admins of a workspace decide for all of its channels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WhoMayChange(StrEnum):
    """Who may change digests, besides nobody from outside. The values stand in the database."""

    MEMBERS = "everyone-in-channel"
    ADMINS = "admins"
    NAMED = "named-people"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceRules:
    """
    The rules of one workspace.

    Attributes:
        people: User ids of those who may, when `who_may_change` is NAMED; kept when it is not.
    """

    workspace_id: str
    who_may_change: WhoMayChange = WhoMayChange.MEMBERS
    people: frozenset[str] = frozenset()
