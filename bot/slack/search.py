"""
Looking for a digest in a channel's history, when the answer to its post got lost.

From the newest message back, without asking Slack for a window of time: a clock of ours that was
wrong when the digest was posted, or is wrong now, would put the window beside the post. The first
page is read in any case, whatever the clocks say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.delivery import DeliveryKey
from bot.digest.ports import CannotRead, FindOutcome, NothingFound, Posted
from bot.slack.calls import ask_dated
from bot.workspace import Installation

EVENT_TYPE: Final = "plainwire_digest"
# Slack's clock and ours differ a little.
CLOCK_SLACK: Final = timedelta(seconds=5)
# Further off than this our clock is wrong; well within the margin before a lost post.
CLOCK_WRONG: Final = timedelta(minutes=1)
# Apps of the restricted class get at most 15 a call and one call a minute; one page is the rule.
FIRST_PAGE: Final = 15
NEXT_PAGES: Final = 100
MAX_PAGES: Final = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for one delivery's message in one channel."""

    client: AsyncWebClient
    installation: Installation
    channel_id: str
    delivery: str

    async def run(self, oldest: datetime, now: datetime | None = None) -> FindOutcome:
        """
        Read back to *oldest*, or to the channel's beginning.

        Args:
            oldest: Aware, by our clock.
            now: What our clock says; *oldest* moves by its difference to Slack's.

        Raises:
            SlackError: The history cannot be read.
        """
        cursor: str | None = None
        for page in range(MAX_PAGES):
            answer, slack_now = await ask_dated(
                self.client,
                "conversations.history",
                channel=self.channel_id,
                include_all_metadata=True,
                limit=NEXT_PAGES if page else FIRST_PAGE,
                cursor=cursor,
            )
            if not page:
                oldest = _by_slacks_clock(oldest, now, slack_now)
            messages = answer.get("messages") or []
            for message in messages:
                if _is_delivery(message, self.delivery, self.installation):
                    return Posted(ts=str(message["ts"]))
            if any(_at(message) < oldest for message in messages):
                return NothingFound()
            cursor = next_cursor(answer)
            if not cursor:
                return _exhausted(answer)
        return CannotRead(code="too_many_messages", reason="The window holds too many messages.")


def next_cursor(answer: dict[str, Any]) -> str | None:
    """Return where the next page begins, or None on the last one."""
    metadata = answer.get("response_metadata")
    cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
    return str(cursor) if cursor else None


def _by_slacks_clock(
    oldest: datetime, now: datetime | None, slack_now: datetime | None
) -> datetime:
    if now is not None and slack_now is not None and abs(off := slack_now - now) > CLOCK_WRONG:
        log.warning("clock_wrong", seconds=off.total_seconds())
        # Ahead of Slack's. When it is behind, what it calls oldest is early enough.
        oldest += min(off, timedelta())
    return oldest - CLOCK_SLACK


def _at(message: dict[str, Any]) -> datetime:
    """Return when a message was posted; without a usable time it proves nothing, so: late."""
    try:
        return datetime.fromtimestamp(float(message["ts"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _exhausted(answer: dict[str, Any]) -> FindOutcome:
    # Only a whole window proves anything: more messages without a cursor is no proof.
    if answer.get("has_more"):
        return CannotRead(code="no_cursor", reason="Slack did not say where to read on.")
    return NothingFound()


def _is_delivery(message: Any, delivery: str, installation: Installation) -> bool:
    """Metadata can be forged by any app in the workspace; only our own message counts."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return False
    payload = metadata.get("event_payload") or {}
    ours = message.get("bot_id") == installation.bot_id
    return bool(ours or message.get("user") == installation.bot_user_id) and _is_same(
        str(payload.get("delivery")), delivery
    )


def _is_same(name: str, wanted: str) -> bool:
    """
    Return whether a name found in the channel is that of the delivery.

    The channel had another id when it was posted, if Slack gave it a new one since; a channel has
    one digest a day under whatever id.
    """
    if name == wanted:
        return True
    try:
        one, other = DeliveryKey.parse(name), DeliveryKey.parse(wanted)
    except ValueError:
        return False
    return (one.workspace_id, one.on) == (other.workspace_id, other.on)
