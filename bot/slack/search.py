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
from bot.render.message import Message
from bot.slack.calls import Json, ask_dated
from bot.slack.same_message import says_the_same
from bot.workspace import Installation

EVENT_TYPE: Final = "plainwire_digest"
ANSWER_TYPE: Final = "plainwire_answer"
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
    """Looks for one delivery's message in one channel; *message* is what was to be posted."""

    client: AsyncWebClient
    installation: Installation
    channel_id: str
    delivery: str
    message: Message | None = None

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
                if self._is_it(message, oldest):
                    return Posted(ts=str(message["ts"]))
            if any(_at(message) < oldest for message in messages):
                return NothingFound()
            cursor = next_cursor(answer)
            if not cursor:
                return _exhausted(answer)
        return CannotRead(code="too_many_messages", reason="The window holds too many messages.")

    def _is_it(self, found: Any, oldest: datetime) -> bool:
        """
        Return whether a message is the delivery's: by the name in its metadata, or by what it says.

        Slack may leave the metadata out. Then a message of ours in the channel itself that says the
        same, posted since we may have posted it, is the one; of another day's digest at least the
        date differs. One that names another delivery is none, whatever it says.
        """
        if not is_ours(found, self.installation):
            return False
        if name := name_in(found, EVENT_TYPE, "delivery"):
            return is_same_delivery(name, self.delivery)
        if self.message is None or is_labelled(found, EVENT_TYPE):
            return False
        in_channel = found.get("thread_ts") in {None, "", found.get("ts")}
        return in_channel and _at(found) >= oldest and says_the_same(self.message, found)


def is_ours(found: Any, installation: Installation) -> bool:
    """Return whether we wrote a message: metadata can be forged by any app in the workspace."""
    if not isinstance(found, dict):
        return False
    profile = found.get("bot_profile")
    bots = {found.get("bot_id"), profile.get("id") if isinstance(profile, dict) else None}
    return installation.bot_id in bots or found.get("user") == installation.bot_user_id


def name_in(found: Json, event_type: str, name: str) -> str:
    """Return what a message's metadata of this type gives under a name, or ""."""
    metadata = found.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != event_type:
        return ""
    payload = metadata.get("event_payload")
    return str(payload.get(name) or "") if isinstance(payload, dict) else ""


def is_labelled(found: Json, event_type: str) -> bool:
    """Return whether a message's metadata says that it is of another type."""
    metadata = found.get("metadata")
    told = metadata.get("event_type") if isinstance(metadata, dict) else None
    return told not in {None, "", event_type}


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


def is_same_delivery(name: str, wanted: str) -> bool:
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
