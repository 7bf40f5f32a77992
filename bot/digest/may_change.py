"""Asking whether somebody may change a digest: the rules of `permissions` with what Slack says now."""

from __future__ import annotations

from bot.chat.ports import People, Person
from bot.digest.permissions import (
    feeds_refusal,
    is_admin,
    is_full_member,
    refusal,
    rules_refusal,
    sharing_refusal,
)
from bot.digest.ports import RulesStore
from bot.digest.rules import WorkspaceRules
from bot.digest.spot import Asker, Spot


class Permissions:
    """Answers with a sentence when somebody may not, with "" when they may."""

    def __init__(self, *, people: People, rules: RulesStore) -> None:
        self._people = people
        self._rules = rules

    async def refusal(self, asker: Asker, spot: Spot) -> str:
        """Return why *asker* may not change the digest of *spot*, or ""."""
        person = await self._person(asker, spot)
        rules = await self._rules.get(spot.workspace_id)
        is_member = await self._is_member(asker, spot)
        return refusal(asker, person, spot, rules, is_member=is_member)

    async def feeds_refusal(self, asker: Asker, spot: Spot) -> str:
        """Return why *asker* may not add or remove feeds of *spot*, or ""."""
        person = await self._person(asker, spot)
        rules = await self._rules.get(spot.workspace_id)
        is_member = await self._is_member(asker, spot)
        return feeds_refusal(asker, person, spot, rules, is_member=is_member)

    async def sharing_refusal(self, asker: Asker, spot: Spot) -> str:
        """Return why *asker* may not decide which feeds serve the whole workspace, or ""."""
        return sharing_refusal(asker, await self._person(asker, spot))

    async def sees_feeds(self, asker: Asker, spot: Spot) -> bool:
        """Return whether *asker* may see the names of the own feeds that serve *spot*."""
        if spot.is_dm and spot.dm_user_id != asker.user_id:
            return False
        full = is_full_member(asker, await self._person(asker, spot))
        return full and await self._is_member(asker, spot)

    async def is_admin(self, asker: Asker, spot: Spot) -> bool:
        """Return whether *asker* is certainly an admin of the workspace."""
        return is_admin(asker, await self._person(asker, spot))

    async def set_rules(self, rules: WorkspaceRules, asker: Asker) -> str:
        """Store the workspace's rules; return why *asker* may not, or ""."""
        person = await self._people.get(rules.workspace_id, asker.user_id)
        refused = rules_refusal(asker, person)
        if not refused:
            await self._rules.save(rules)
        return refused

    async def zone_of(self, asker: Asker, spot: Spot) -> str:
        """Return the person's own time zone, or "" when it is not known."""
        person = await self._person(asker, spot)
        return person.zone if person else ""

    async def _person(self, asker: Asker, spot: Spot) -> Person | None:
        return await self._people.get(spot.workspace_id, asker.user_id)

    async def _is_member(self, asker: Asker, spot: Spot) -> bool:
        return spot.is_dm or await self._people.is_member(
            spot.workspace_id, spot.channel_id, asker.user_id
        )
