"""A workspace: a Slack team, and our right to act in it (the installation)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """
    Our right to act in one Slack workspace.

    Attributes:
        workspace_id: Slack's team id (`T…`).
        bot_token: Prints as stars; stored only through the cipher.
        scopes: As granted.
        installed_by: Slack user id, or "" when the token came from the settings.
    """

    workspace_id: str
    name: str
    bot_id: str
    bot_user_id: str
    bot_token: SecretStr
    scopes: frozenset[str] = frozenset()
    installed_by: str = ""
    installed_at: datetime | None = None


class InstallationStore(Protocol):
    async def get(self, workspace_id: str) -> Installation | None: ...

    async def all(self) -> list[Installation]: ...

    async def save(self, installation: Installation) -> None: ...

    async def remove(self, workspace_id: str) -> bool:
        """Forget the workspace and everything stored for it."""
        ...
