"""What a workspace has lately refused for good, so that it is not asked again at every answer."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

Ability = Literal["stream", "status", "update", "prompts"]

FORGET_AFTER_SECONDS: Final = 600.0
# Codes that are about the workspace, the app or the server, not about one thread or message.
# Anything that begins with "not_allowed" counts too.
_FOR_GOOD: Final = frozenset(
    {
        "access_denied",
        "deprecated_endpoint",
        "feature_disabled",
        "feature_not_enabled",
        "method_deprecated",
        "missing_scope",
        "no_permission",
        "not_agent_app",
        "not_enabled",
        "team_not_supported",
        "unknown_method",
    }
)


class Learned:
    """Kept in memory, per workspace and ability; forgotten after some minutes."""

    def __init__(self, forget_after_seconds: float = FORGET_AFTER_SECONDS) -> None:
        self._forget_after_seconds = forget_after_seconds
        self._until: dict[tuple[str, Ability], float] = {}

    def can(self, workspace_id: str, ability: Ability) -> bool:
        """Return False when the workspace refused it lately."""
        until = self._until.get((workspace_id, ability))
        return until is None or asyncio.get_running_loop().time() >= until

    def note(self, workspace_id: str, ability: Ability, code: str) -> bool:
        """Remember a refusal that will come again; return whether it is of that kind."""
        lasting = code in _FOR_GOOD or code.startswith("not_allowed")
        if lasting:
            now = asyncio.get_running_loop().time()
            self._until[workspace_id, ability] = now + self._forget_after_seconds
        return lasting
