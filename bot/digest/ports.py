"""What delivering needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Told
from bot.digest.outcome import (
    CannotRead,
    FindOutcome,
    NothingFound,
    NotPosted,
    OutcomeUnknown,
    Posted,
    PostOutcome,
)
from bot.digest.preference import Channel
from bot.render.message import Message

# What a Poster answers is named beside it.
__all__ = [
    "CannotRead",
    "ChannelStore",
    "DeliveryStore",
    "FindOutcome",
    "NotPosted",
    "NothingFound",
    "OutcomeUnknown",
    "PostOutcome",
    "Posted",
    "Poster",
]


class ChannelStore(Protocol):
    async def get(self, workspace_id: str, channel_id: str) -> Channel | None: ...

    async def save(self, channel: Channel) -> None:
        """Insert or replace."""
        ...

    async def all(self, workspace_id: str | None = None) -> list[Channel]:
        """Return every channel, of one workspace or of all, by workspace and name."""
        ...

    async def due(self, now: datetime, limit: int = 500) -> list[Channel]:
        """Return channels whose `next_due_at` is at or before *now*, earliest first."""
        ...

    async def remove(self, workspace_id: str, channel_id: str) -> bool: ...


class DeliveryStore(Protocol):
    async def open(self, key: DeliveryKey, due_at: datetime, next_due_at: datetime | None) -> bool:
        """
        Insert a delivery in state `due` and move the channel's `next_due_at`, in one transaction.

        Returns:
            False when the key is already there (the channel's time is moved all the same).
        """
        ...

    async def get(self, key: DeliveryKey) -> Delivery | None: ...

    async def change(self, old: Delivery, new: Delivery) -> bool:
        """
        Compare-and-set: write *new* when the row still has *old*'s state and attempt.

        `new.attempt` must be `old.attempt + 1`. When the new state is `sent`, what the channel was
        told is recorded in the same transaction.

        Returns:
            False when somebody else changed the row meanwhile; nothing is written then.
        """
        ...

    async def unfinished(self, now: datetime | None = None, limit: int = 500) -> list[Delivery]:
        """Return deliveries in no final state, whose `not_before` has passed when *now* is given."""
        ...

    async def told(self, workspace_id: str, channel_id: str, since: date) -> list[Told]:
        """
        Return what a channel was told on local dates at or after *since*, newest first.

        A story that was merged into another since then stands under the id of that one.
        """
        ...

    async def recent(self, since: date, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        """Return deliveries of local dates at or after *since*, newest first; all states when none given."""
        ...

    async def last_missed(
        self, workspace_id: str, channel_id: str, before: date
    ) -> Delivery | None:
        """Return the newest delivery before *before* when it is `skipped` or `dead`, else None."""
        ...


class Poster(Protocol):
    """The one way by which digests reach Slack."""

    async def post(
        self,
        workspace_id: str,
        channel_id: str,
        message: Message,
        *,
        delivery: str,
        thread_ts: str | None = None,
    ) -> PostOutcome:
        """Post once, with metadata naming the delivery. Never raises for what Slack or the network do."""
        ...

    async def find(
        self,
        workspace_id: str,
        channel_id: str,
        *,
        delivery: str,
        oldest: datetime,
        latest: datetime,
    ) -> FindOutcome:
        """Look for a posted delivery by its metadata, paging until the window is exhausted."""
        ...

    async def tell(self, workspace_id: str, user_id: str, message: Message) -> PostOutcome:
        """Send a direct message to a person."""
        ...

    async def admins(self, workspace_id: str) -> list[str]:
        """Return user ids of the workspace's admins, or [] when they cannot be listed."""
        ...
