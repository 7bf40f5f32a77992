"""Modals and App Homes: opened within the three seconds of a trigger, errors with a next step."""

from __future__ import annotations

from typing import Final

from bot.render.command_names import CommandNames
from bot.slack.calls import Json, SlackBusy, SlackRefused
from bot.slack.client import SlackClients
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer

# A trigger lives three seconds; who waits longer for a turn holds a dead one.
TRIGGER_PATIENCE_SECONDS: Final = 1.5
UPDATE_PATIENCE_SECONDS: Final = 10.0
_TRIGGER_GONE: Final = frozenset(
    {"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id", "trigger_expired"}
)


class SlackScreens:
    """
    Implements `bot.chat.ports.Screens`; every error is a SlackError with its next step.

    Args:
        clients: Tokens and sessions.
        pacer: The one of the process.
        names: How our commands are called.
    """

    def __init__(
        self, clients: SlackClients, pacer: Pacer, names: CommandNames | None = None
    ) -> None:
        self._calls = PacedCalls(clients, pacer)
        self._names = names or CommandNames()

    async def open(self, workspace_id: str, trigger_id: str, view: dict[str, object]) -> str:
        """Open a modal and return its view id."""
        return await self._triggered("views.open", workspace_id, trigger_id, view)

    async def push(self, workspace_id: str, trigger_id: str, view: dict[str, object]) -> str:
        """Put a modal on top of the open one (three deep at most) and return its view id."""
        return await self._triggered("views.push", workspace_id, trigger_id, view)

    async def update(
        self, workspace_id: str, view_id: str, view: dict[str, object], hash_: str | None = None
    ) -> None:
        """
        Replace an open modal.

        Args:
            workspace_id: Where.
            view_id: As `open` returned it.
            view: The new one.
            hash_: Of the view it is based on; SlackRefused `hash_conflict` when that is not shown
                any more.
        """
        body: Json = {"view_id": view_id, "view": self._names.view(view), "hash": hash_}
        await self._call("views.update", workspace_id, body, UPDATE_PATIENCE_SECONDS)

    async def publish_home(self, workspace_id: str, user_id: str, view: dict[str, object]) -> None:
        """Show an App Home to one person."""
        body: Json = {"user_id": user_id, "view": self._names.view(view)}
        await self._call("views.publish", workspace_id, body, UPDATE_PATIENCE_SECONDS)

    async def _triggered(
        self, method: str, workspace_id: str, trigger_id: str, view: dict[str, object]
    ) -> str:
        if not trigger_id:
            raise _too_late()
        body: Json = {"trigger_id": trigger_id, "view": self._names.view(view)}
        try:
            answer = await self._call(method, workspace_id, body, TRIGGER_PATIENCE_SECONDS)
        except SlackBusy as error:
            raise SlackRefused(
                "Slack is busy and could not open the window in time.",
                code=error.code,
                next_step="Try again in a minute.",
            ) from error
        opened = answer.get("view")
        return str(opened.get("id", "")) if isinstance(opened, dict) else ""

    async def _call(
        self, method: str, workspace_id: str, body: Json, patience_seconds: float
    ) -> Json:
        try:
            return await self._calls.write(
                workspace_id, method, body, patience_seconds=patience_seconds
            )
        except SlackRefused as error:
            if error.code not in _TRIGGER_GONE:
                raise
            raise _too_late() from error


def _too_late() -> SlackRefused:
    return SlackRefused(
        "The window could not be opened in time: Slack allows three seconds.",
        code="expired_trigger_id",
        next_step="Press the button or type the command again.",
    )
