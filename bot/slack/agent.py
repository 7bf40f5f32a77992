"""The optional agent view: suggested prompts. Everything works without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog

from bot.errors import SlackError
from bot.slack.calls import SlackRefused
from bot.slack.client import SlackClients
from bot.slack.learned import Learned
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer

MAX_PROMPTS: Final = 4

log: Final = structlog.get_logger(__name__)


class Prompt(NamedTuple):
    """A suggestion: what the button says, and what is asked when it is pressed."""

    title: str
    message: str


class SlackAgent:
    """Suggests what to ask in the agent's direct message; silent where the view is off."""

    def __init__(self, clients: SlackClients, pacer: Pacer) -> None:
        self._calls = PacedCalls(clients, pacer)
        self._learned = Learned()

    async def suggest(
        self, workspace_id: str, channel_id: str, prompts: Sequence[Prompt], *, title: str = ""
    ) -> bool:
        """
        Show up to four prompts; under `agent_view` they belong to the conversation, not a thread.

        Returns:
            False where the app is no agent (`not_agent_app`) or Slack could not do it: a courtesy,
            so nothing is raised.
        """
        if not prompts or not self._learned.can(workspace_id, "prompts"):
            return False
        body = {
            "channel_id": channel_id,
            "title": title or None,
            "prompts": [prompt._asdict() for prompt in prompts[:MAX_PROMPTS]],
        }
        method = "assistant.threads.setSuggestedPrompts"
        try:
            await self._calls.write(workspace_id, method, body, patience_seconds=1.0)
        except SlackRefused as error:
            self._learned.note(workspace_id, "prompts", error.code)
            return False
        except SlackError as error:
            log.info("prompts_not_suggested", code=error.code)
            return False
        return True
