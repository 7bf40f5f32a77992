"""Asking whether somebody may change a digest: the rules of `permissions` with what Slack says now."""

from __future__ import annotations

from bot.chat.ports import People
from bot.digest.permissions import refusal, rules_refusal
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
        person = await self._people.get(spot.workspace_id, asker.user_id)
        rules = await self._rules.get(spot.workspace_id)
        is_member = spot.is_dm or await self._people.is_member(
            spot.workspace_id, spot.channel_id, asker.user_id
        )
        return refusal(asker, person, spot, rules, is_member=is_member)

    async def set_rules(self, rules: WorkspaceRules, asker: Asker) -> str:
        """Store the workspace's rules; return why *asker* may not, or ""."""
        person = await self._people.get(rules.workspace_id, asker.user_id)
        refused = rules_refusal(asker, person)
        if not refused:
            await self._rules.save(rules)
        return refused

    async def zone_of(self, asker: Asker, spot: Spot) -> str:
        """Return the person's own time zone, or "" when it is not known."""
        person = await self._people.get(spot.workspace_id, asker.user_id)
        return person.zone if person else ""
