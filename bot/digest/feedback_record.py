"""What somebody made of a story or an answer, recorded so that it can be shown and undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.digest.preference import Preference
from bot.news.topic import Topic


class FeedbackKind(StrEnum):
    """What was said. The values are stable: they stand in the database."""

    MUTE = "mute"  # this outlet never again in this channel
    NOT_FOR_US = "not-for-us"  # the story's topics count less
    MORE_LIKE = "more-like"  # the story's topics count more
    HELPFUL = "helpful"  # of an answer
    NOT_HELPFUL = "not-helpful"  # of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """
    What one piece of feedback really changed, so that exactly that can be undone; stored as JSON.

    Attributes:
        muted: The outlet that was muted, else "".
        topic: The topic whose weight moved by `steps` half steps of two (negative: down).
        topic_added: The topic was not read in this channel before and is now.
    """

    muted: str = ""
    topic: Topic | None = None
    steps: int = 0
    topic_added: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.muted or self.steps or self.topic_added)


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
        effect: What it changed; undoing it takes exactly this back, whatever changed since.
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
    effect: Effect = Effect()
    undone_at: datetime | None = None
