"""The one way by which digests reach Slack: posted at most once, found again after a lost answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import steady_seconds
from bot.digest.outcome import NOT_OURS
from bot.digest.ports import (
    CannotRead,
    FindOutcome,
    NotPosted,
    OutcomeUnknown,
    Posted,
    PostOutcome,
)
from bot.errors import SlackError
from bot.render.message import Message
from bot.slack.bodies import body_of, log_findings
from bot.slack.calls import SlackBusy, SlackRefused, ask
from bot.slack.client import SlackClients
from bot.slack.instances import OtherInstance
from bot.slack.look import posted_already
from bot.slack.on_time import TooLate, begins_by
from bot.slack.outcome import CALL_ERRORS, UNREACHABLE_RETRY_SECONDS, Failure, failure_of
from bot.slack.pacing import Pacer
from bot.slack.refusals import reason
from bot.slack.search import EVENT_TYPE, Search, next_cursor

StillOurs = Callable[[], Awaitable[bool]]

# A turn further away than this is given back to the ledger, which waits without holding a task.
MAX_TURN_SECONDS: Final = 20.0
# Between the turn and the first byte sent; others look for the post a call's time-out after that.
BEGIN_SECONDS: Final = 1.0
USERS_PAGE: Final = 200
MAX_USER_PAGES: Final = 50
# Slack's limits for blocks are partly undocumented; these say that ours were beyond one of them.
FORM_REFUSED: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
log = structlog.get_logger(__name__)


class SlackPoster:
    """Implements `bot.digest.ports.Poster`."""

    def __init__(
        self,
        clients: SlackClients,
        pacer: Pacer | None = None,
        *,
        max_turn_seconds: float = MAX_TURN_SECONDS,
    ) -> None:
        self._max_turn_seconds = max_turn_seconds
        self._clients = clients
        self._pacer = pacer or Pacer()

    async def post(
        self,
        workspace_id: str,
        channel_id: str,
        message: Message,
        *,
        delivery: str,
        thread_ts: str | None = None,
        still_ours: StillOurs | None = None,
        held_seconds: float = 0.0,
    ) -> PostOutcome:
        """Post once, with metadata naming the delivery; a 429 is reported, never retried here."""
        payload = {"delivery": delivery, **self._clients.who_we_are()}
        extra = {
            "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
            "thread_ts": thread_ts,
        }
        begin_by = steady_seconds() + self._max_turn_seconds + BEGIN_SECONDS - held_seconds
        if thread_ts is None and (there := await self._there(workspace_id, channel_id, delivery)):
            return there
        outcome = await self._send(workspace_id, channel_id, message, still_ours, begin_by, **extra)
        if isinstance(outcome, NotPosted) and outcome.code in FORM_REFUSED and message.blocks:
            # Certainly not posted. The plain text holds every story; a digest in it beats none.
            log.error("blocks_refused", reason=outcome.reason, delivery=delivery)
            plain = Message(text=message.text)
            outcome = await self._send(
                workspace_id, channel_id, plain, still_ours, begin_by, **extra
            )
        return outcome

    async def tell(self, workspace_id: str, user_id: str, message: Message) -> PostOutcome:
        """Send a direct message; a user id as channel needs no more than chat:write."""
        return await self._send(workspace_id, user_id, message)

    async def find(
        self,
        workspace_id: str,
        channel_id: str,
        *,
        delivery: str,
        oldest: datetime,
        now: datetime | None = None,
        message: Message | None = None,
    ) -> FindOutcome:
        """Look for a posted delivery by its metadata or its words; see `bot/slack/search.py`."""
        try:
            client, installation = await self._clients.for_workspace(workspace_id)
            search = Search(client, installation, channel_id, delivery, message)
            return await search.run(oldest, now)
        except SlackError as error:
            return _cannot_read(error)

    async def admins(self, workspace_id: str) -> list[str]:
        """Return user ids of the workspace's admins, or [] when they cannot be listed."""
        found: list[str] = []
        cursor: str | None = None
        try:
            client, _ = await self._clients.for_workspace(workspace_id)
            for _ in range(MAX_USER_PAGES):
                answer = await ask(client, "users.list", limit=USERS_PAGE, cursor=cursor)
                found += [str(user.get("id")) for user in answer.get("members", []) if _leads(user)]
                cursor = next_cursor(answer)
                if not cursor:
                    break
        except SlackError:
            # Without the optional users:read scope nobody can be listed; the port says [] then.
            return []
        return found

    async def _there(self, workspace_id: str, channel_id: str, delivery: str) -> PostOutcome | None:
        """Return what is to be done instead of posting, when another instance is about."""
        instances = self._clients.instances
        if instances is None:
            return None
        try:
            client, installation = await self._clients.for_workspace(workspace_id)
        except SlackError:
            return None  # posting meets the same, and says so
        return await posted_already(
            instances,
            self._pacer,
            client,
            installation,
            channel_id,
            delivery,
            at_most_seconds=self._max_turn_seconds,
        )

    async def _send(
        self,
        workspace_id: str,
        channel_id: str,
        message: Message,
        still_ours: StillOurs | None = None,
        begin_by: float | None = None,
        **extra: Any,
    ) -> PostOutcome:
        log_findings(message, method="chat.postMessage")
        try:
            client, _ = await self._clients.for_workspace(workspace_id)
        except OtherInstance as error:
            # Not given up: that one posts it, or goes away.
            return NotPosted(
                code=error.code, reason=error.what, retry_after_seconds=UNREACHABLE_RETRY_SECONDS
            )
        except SlackError as error:
            return NotPosted(code=error.code, reason=str(error))
        seconds = await self._pacer.wait(
            workspace_id, "chat.postMessage", channel_id, at_most_seconds=self._max_turn_seconds
        )
        if seconds:
            text = "Too many messages wait for their turn."
            return NotPosted(code="ratelimited", reason=text, retry_after_seconds=seconds)
        if still_ours is not None and not await still_ours():
            return NotPosted(code=NOT_OURS, reason="Another process took it over.")
        with begins_by(begin_by):
            return await self._call(
                client, workspace_id, body_of(message, channel=channel_id, **extra)
            )

    async def _call(
        self, client: AsyncWebClient, workspace_id: str, body: dict[str, Any]
    ) -> PostOutcome:
        try:
            answer = await client.api_call("chat.postMessage", json=body)
        except TooLate:
            # The ledger knows whether it is still ours, and then tries again.
            text = "Plainwire was held up right before posting."
            return NotPosted(code="too_late", reason=text, retry_after_seconds=0.0)
        except CALL_ERRORS as error:
            failure = failure_of(error)
            await self._clients.note_refusal(workspace_id, failure.code)
            return self._not_posted(workspace_id, failure)
        ts = answer.get("ts")
        if not isinstance(ts, str) or not ts:
            return OutcomeUnknown(reason="Slack's answer did not name the message.")
        return Posted(ts=ts)

    def _not_posted(self, workspace_id: str, failure: Failure) -> PostOutcome:
        if not failure.certain:
            return OutcomeUnknown(reason=f"Slack's answer got lost ({failure.code}).")
        wait = failure.retry_after_seconds
        if failure.code == "ratelimited" and wait is not None:
            self._pacer.hold(workspace_id, "chat.postMessage", wait)
        return NotPosted(
            code=failure.code,
            reason=reason(failure.code, failure.detail),
            retry_after_seconds=wait,
        )


def _cannot_read(error: SlackError) -> CannotRead:
    wait = None
    if isinstance(error, SlackBusy):
        wait = error.retry_after_seconds
    elif not isinstance(error, SlackRefused) and error.code != "not_installed":
        wait = UNREACHABLE_RETRY_SECONDS
    return CannotRead(code=error.code, reason=str(error), retry_after_seconds=wait)


def _leads(user: dict[str, Any]) -> bool:
    leads = user.get("is_admin") or user.get("is_owner")
    outside = user.get("deleted") or user.get("is_bot") or user.get("is_stranger")
    return bool(leads and not outside)
