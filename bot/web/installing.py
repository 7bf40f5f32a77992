"""Use case: a person installs Plainwire in a workspace, from the first click to the stored token."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.clock import Clock
from bot.errors import SlackError
from bot.logs import get_logger
from bot.workspace import Installation, InstallationStore, InstallAttempt, InstallAttempts

ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
# 32 random bytes in URL-safe base64.
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[\w.~+/=-]{1,512}", re.ASCII)
_SLACKS_WORD = re.compile(r"[a-z0-9_]{1,64}")
log = get_logger("web")


class SlackDoor(Protocol):
    """Slack's side of an installation."""

    def authorize_url(self, state: str) -> str: ...

    def app_url(self, workspace_id: str, app_id: str) -> str: ...

    async def exchange(self, code: str, now: datetime) -> tuple[Installation, str]:
        """
        Return the installation that a code stands for, and the app's id.

        Raises:
            SlackError: With `code`; `is_passing` when trying again may help.
        """
        ...


Resumed = Callable[[str, datetime], Awaitable[None]]
"""Called with the workspace's id: its token works (again)."""


class Ending(StrEnum):
    """How a way through Slack's page ended; each has a page of its own."""

    INSTALLED = "installed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    EXPIRED = "expired"
    USED = "used"
    ORG_INSTALL = "org_install"
    TOKEN_ROTATION = "token_rotation"  # noqa: S105 - the name of an ending
    REFUSED = "refused"
    SLACK_AWAY = "slack_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """
    What to tell the person.

    Attributes:
        workspace: Its name, when installed.
        url: Back into Slack, when installed.
    """

    ending: Ending
    workspace: str = ""
    url: str = ""


class Installing:
    """
    Guards the way: a state is good once, for ten minutes, in the browser where it began.

    Args:
        attempts: Remembers who is on the way.
        door: Slack.
        installations: Where the token goes.
        resumed: What happens to the workspace's channels then.
        clock: Tells the time.
    """

    def __init__(
        self,
        *,
        attempts: InstallAttempts,
        door: SlackDoor,
        installations: InstallationStore,
        resumed: Resumed,
        clock: Clock,
    ) -> None:
        self._attempts = attempts
        self._door = door
        self._installations = installations
        self._resumed = resumed
        self._clock = clock

    async def begin(self, browser: str) -> tuple[str, str]:
        """
        Return Slack's page and the secret for the browser's cookie.

        Args:
            browser: The cookie's present secret, kept so that two tabs can both end well; "" or
                anything else that is none makes a new one.
        """
        state = secrets.token_urlsafe(32)
        kept = browser if _SECRET.fullmatch(browser) else secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._attempts.begin(state, kept, now + ATTEMPT_LIFETIME, now)
        return self._door.authorize_url(state), kept

    async def finish(self, *, state: str, browser: str, code: str, error: str) -> Ended:
        """
        Take a person who comes back from Slack.

        Args:
            state: From the address, as are code and error; nothing of it is trusted.
            browser: From the cookie, not trusted either.
            code: What Slack gives for a permission.
            error: What Slack gives instead.
        """
        attempt = await self._attempt(state, browser)
        if attempt is not InstallAttempt.GOOD:
            log.info("installation_stopped", why=attempt.value)
            return Ended(ending=Ending(attempt.value))
        if error or not _CODE.fullmatch(code):
            word = error if _SLACKS_WORD.fullmatch(error) else "no_code"
            log.info("installation_stopped", why=word)
            cancelled = word == "access_denied"
            return Ended(ending=Ending.CANCELLED if cancelled else Ending.REFUSED)
        return await self._install(code)

    async def _attempt(self, state: str, browser: str) -> InstallAttempt:
        if not _SECRET.fullmatch(state):
            return InstallAttempt.UNKNOWN
        return await self._attempts.finish(state, browser, self._clock.now())

    async def _install(self, code: str) -> Ended:
        now = self._clock.now()
        try:
            installation, app_id = await self._door.exchange(code, now)
        except SlackError as error:
            log.warning("installation_failed", code=error.code, error=str(error))
            return Ended(ending=_ending_of(error))
        await self._installations.save(installation)
        await self._resumed(installation.workspace_id, now)
        log.info("workspace_installed", workspace_id=installation.workspace_id)
        return Ended(
            ending=Ending.INSTALLED,
            workspace=installation.name,
            url=self._door.app_url(installation.workspace_id, app_id),
        )


def _ending_of(error: SlackError) -> Ending:
    known = {"org_install": Ending.ORG_INSTALL, "token_rotation": Ending.TOKEN_ROTATION}
    away = Ending.SLACK_AWAY if error.is_passing else Ending.REFUSED
    return known.get(error.code, away)
