"""A workspace: a Slack team, and our right to act in it (the installation)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """
    Our right to act in one Slack workspace.

    Attributes:
        workspace_id: Slack's team id (`T…`).
        bot_token: Prints as stars; stored only through the cipher.
        scopes: As granted; empty when Slack did not say.
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

    async def forget_token(self, workspace_id: str) -> bool:
        """
        Empty the token of a workspace; False when there is none (any more).

        One step: Slack sends `tokens_revoked` and `app_uninstalled` together, and who reads and
        saves would bring a workspace back that was removed in between.
        """
        ...

    async def remove(self, workspace_id: str) -> bool:
        """Forget the workspace and everything stored for it."""
        ...


class InstallAttempt(StrEnum):
    """What became of somebody's way through Slack's page and back."""

    GOOD = "good"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"  # begun in another browser
    EXPIRED = "expired"
    USED = "used"


class InstallAttempts(Protocol):
    """Remembers who began to install, by a secret in the address and one in the browser's cookie."""

    async def begin(self, state: str, browser: str, expires_at: datetime, now: datetime) -> None:
        """Remember an attempt; when too many are under way, the oldest is forgotten."""
        ...

    async def finish(self, state: str, browser: str, now: datetime) -> InstallAttempt:
        """Say whether *state* is good, and use it up if so: it is good once."""
        ...
