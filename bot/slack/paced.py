"""Calls in a workspace's own time: at Slack's rates, waiting through its 429s, errors for people."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bot.slack.calls import Json, SlackBusy, form_of, slack_error
from bot.slack.client import SlackClients
from bot.slack.outcome import CALL_ERRORS, Failure, failure_of
from bot.slack.pacing import Pacer

# Longer than Slack's usual Retry-After; who waits for an answer's end waits this long.
PATIENCE_SECONDS: Final = 60.0


class PacedCalls:
    """
    Calls methods for workspaces by name.

    Args:
        clients: Tokens and sessions.
        pacer: Shared with everything else that calls Slack in this process.
    """

    def __init__(self, clients: SlackClients, pacer: Pacer) -> None:
        self.clients = clients
        self.pacer = pacer

    async def write(
        self,
        workspace_id: str,
        method: str,
        body: Json,
        *,
        turn_in: str = "",
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> Json:
        """
        Call a method with JSON arguments once; only a 429 is repeated, after the wait it names.

        Args:
            workspace_id: Where.
            method: Slack's name of it.
            body: Arguments; None values are left out.
            turn_in: The channel whose one-a-second rate counts, for posts.
            patience_seconds: Longest time to wait for turns, all told; 0 means now or not at all.

        Raises:
            SlackRefused: Slack said no.
            SlackLost: Nobody knows whether it was done.
            SlackUnreachable: It was certainly not done.
            SlackBusy: The turn is further away than the patience.
        """
        present = {name: value for name, value in body.items() if value is not None}
        return await self._call(workspace_id, method, {"json": present}, turn_in, patience_seconds)

    async def read(
        self,
        workspace_id: str,
        method: str,
        /,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        **arguments: Any,
    ) -> Json:
        """Call a method that takes form fields, as those that read do; raises like `write`."""
        form = {"data": form_of(arguments)}
        return await self._call(workspace_id, method, form, "", patience_seconds)

    async def _call(
        self, workspace_id: str, method: str, sent: Json, turn_in: str, patience_seconds: float
    ) -> Json:
        client, _ = await self.clients.for_workspace(workspace_id)
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience_seconds
        while True:
            left = max(0.0, deadline - clock())
            away = await self.pacer.wait(workspace_id, method, turn_in, at_most_seconds=left)
            if away:
                raise _busy(method, away)
            try:
                answer = await client.api_call(method, **sent)
            except CALL_ERRORS as error:
                failure = failure_of(error)
                if failure.code != "ratelimited":
                    await self.clients.note_refusal(workspace_id, failure.code)
                    raise slack_error(failure, method) from error
                self.pacer.hold(workspace_id, method, failure.retry_after_seconds or 0.0)
            else:
                return dict(answer.data) if isinstance(answer.data, dict) else {}


def _busy(method: str, away: float) -> SlackBusy:
    failure = Failure(certain=True, code="ratelimited", retry_after_seconds=away)
    error = slack_error(failure, method)
    assert isinstance(error, SlackBusy)
    return error
