"""What somebody made of a story or an answer, recorded so that it can be shown and undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.digest.preference import Preference


class FeedbackKind(StrEnum):
    """What was said. The values are stable: they stand in the database."""

    MUTE = "mute"  # this outlet never again in this channel
    NOT_FOR_US = "not-for-us"  # the story's topics count less
    MORE_LIKE = "more-like"  # the story's topics count more
    HELPFUL = "helpful"  # of an answer
    NOT_HELPFUL = "not-helpful"  # of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """
    One click. All instants are aware UTC.

    Attributes:
        id: Unique, and the same when Slack delivers the click again: the action's source key.
        user_id: Who clicked.
        message_ts: The message that carries the button; None where Slack names none.
        story_id: The story it was about, or None.
        outlet: The registrable domain that was muted, else "".
        request_key: The source key of the request whose answer it was about, else "".
        before: The channel's preference before it, when it changed that.
        undone_at: When it was taken back.
    """

    id: str
    workspace_id: str
    channel_id: str
    user_id: str
    kind: FeedbackKind
    at: datetime
    message_ts: str | None = None
    story_id: str | None = None
    outlet: str = ""
    request_key: str = ""
    before: Preference | None = None
    undone_at: datetime | None = None
