"""The memory of a thread: which stories it is about and what was said lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadKey:
    """A Slack thread; `thread_ts` is its parent message. In a direct message: its first message."""

    workspace_id: str
    channel_id: str
    thread_ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurn:
    """
    Something said in the thread, by a person to us or by us.

    Attributes:
        ts: Slack's timestamp of the message, so that it can be erased when that is deleted.
        user_id: Who said it; "" for us.
        story_id: The story it was about, or None.
    """

    role: Literal["user", "assistant"]
    text: str
    ts: str
    at: datetime
    user_id: str = ""
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMemory:
    """
    What we know of a thread without asking Slack. Stored encrypted, for a few days.

    Attributes:
        stories: (number in the digest, story id, revision) when the thread hangs under a digest.
        explained: story id -> ts of the message that carries its full explanation.
        source_text: For a thread that began with `/explain` of a text or page: what it rests on.
        turns: Oldest first.
        answer: For a private answer (its key's `thread_ts` is "request:" and the source key): the
            answer as stored JSON (`kept_answer.py`), so that it can be shared and rephrased.
        expires_at: Erased after this instant (aware UTC).
    """

    key: ThreadKey
    stories: tuple[tuple[int, str, int], ...] = ()
    explained: tuple[tuple[str, str], ...] = ()
    source_text: str = ""
    source_url: str = ""
    turns: tuple[StoredTurn, ...] = ()
    answer: str = ""
    expires_at: datetime | None = None
