"""
Who may change a channel's digest (pure).

Members of the channel by default; never guests, people of another organisation or bots. An admin of
the workspace can restrict it to admins, or to named people and admins. A person's own digest, by
direct message, is theirs alone and no rule restricts it; but guests have no feeds of their own there
either. Which feeds serve the whole workspace is the admins' to say.
"""

from __future__ import annotations

from bot.chat.ports import Person
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.digest.spot import Asker, Spot


def refusal(
    asker: Asker, person: Person | None, spot: Spot, rules: WorkspaceRules, *, is_member: bool
) -> str:
    """
    Return why somebody may not change the digest of *spot*, as a sentence; "" when they may.

    Args:
        asker: Who asks.
        person: What Slack tells of them; None when they cannot be looked up (no `users:read`):
            then they are taken for what Slack's event says, and for no admin.
        spot: Which digest.
        rules: Of the workspace.
        is_member: Whether they belong to the channel (not looked at for a direct message).
    """
    if person is not None and person.is_bot:
        return "Bots and workflows cannot change digests; somebody has to do it themselves."
    if asker.is_stranger or (person is not None and person.is_stranger):
        return "Only people of the organisation that uses me here can change this digest; ask one of them."
    if spot.is_dm:
        return "" if spot.dm_user_id == asker.user_id else "This digest is somebody else's own."
    if person is not None and person.is_guest:
        return "Guests cannot change the digest; ask a full member of this workspace."
    if not is_member:
        return f"Only members of {spot.label} can change its digest; join the channel first."
    return _refusal_by_rule(asker, person, rules)


def feeds_refusal(
    asker: Asker, person: Person | None, spot: Spot, rules: WorkspaceRules, *, is_member: bool
) -> str:
    """
    Return why somebody may not add or remove feeds of *spot*, as a sentence; "" when they may.

    As `refusal`, and never a guest, also in their own direct message: what a feed tells is posted.
    Who cannot be looked up could be a guest.
    """
    if refused := refusal(asker, person, spot, rules, is_member=is_member):
        return refused
    if person is None:
        return _CANNOT_TELL_GUESTS
    if person.is_guest:
        return "Guests cannot add or remove feeds; ask a full member of this workspace."
    return ""


def sharing_refusal(asker: Asker, person: Person | None) -> str:
    """Return why somebody may not decide which feeds serve the whole workspace; "" when they may."""
    if is_admin(asker, person):
        return ""
    if person is None:
        return _CANNOT_TELL_ADMINS
    return "Only admins of this workspace decide which feeds serve all of it; ask one of them."


def is_admin(asker: Asker, person: Person | None) -> bool:
    """Return whether somebody is certainly an admin of this workspace."""
    return person is not None and person.is_admin and is_full_member(asker, person)


def is_full_member(asker: Asker, person: Person | None) -> bool:
    """Return whether somebody is certainly of this workspace and no guest: they may see feeds' names."""
    if person is None or asker.is_stranger:
        return False
    return not (person.is_guest or person.is_stranger or person.is_bot)


def rules_refusal(asker: Asker, person: Person | None) -> str:
    """Return why somebody may not change the workspace's rules, as a sentence; "" when they may."""
    if is_admin(asker, person):
        return ""
    if person is None:
        return _CANNOT_TELL_ADMINS
    return "Only admins of this workspace can decide who changes digests; ask one of them."


_CANNOT_TELL_GUESTS = (
    "I cannot tell who is a guest here, because I lack the permission `users:read`, and guests may "
    "not add or remove feeds; ask whoever installed me to add it."
)
_CANNOT_TELL_ADMINS = (
    "I cannot tell who is an admin here, because I lack the permission `users:read`; "
    "ask whoever installed me to add it."
)


def _refusal_by_rule(asker: Asker, person: Person | None, rules: WorkspaceRules) -> str:
    may_by_name = asker.user_id in rules.people and rules.who_may_change is WhoMayChange.NAMED
    is_admin = person is not None and person.is_admin
    if rules.who_may_change is WhoMayChange.MEMBERS or may_by_name or is_admin:
        return ""
    if person is None and rules.who_may_change is WhoMayChange.ADMINS:
        return _CANNOT_TELL_ADMINS
    if rules.who_may_change is WhoMayChange.ADMINS:
        return "In this workspace only admins can change digests; ask one of them."
    return "In this workspace only admins and the people they chose can change digests; ask one of them."
