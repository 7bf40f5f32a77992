"""What delivering needs from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Told
from bot.digest.feedback_record import Feedback
from bot.digest.opening import ANYTHING, Anything, Opening
from bot.digest.outcome import (
    CannotRead,
    FindOutcome,
    NothingFound,
    NotPosted,
    OutcomeUnknown,
    Posted,
    PostOutcome,
)
from bot.digest.own_feed_limits import Admission, OwnFeedLimits
from bot.digest.preference import Channel
from bot.digest.rules import WorkspaceRules
from bot.news.feed import Feed
from bot.news.scope import Scope
from bot.render.message import Message

# What a Poster answers is named beside it.
__all__ = [
    "ANYTHING",
    "AdminNotes",
    "Anything",
    "CannotRead",
    "ChannelData",
    "ChannelStore",
    "DeliveryStore",
    "FeedbackStore",
    "FindOutcome",
    "NotPosted",
    "NothingFound",
    "Opening",
    "OutcomeUnknown",
    "OwnFeedStore",
    "PostOutcome",
    "Posted",
    "Poster",
    "RulesStore",
]


class ChannelStore(Protocol):
    async def get(self, workspace_id: str, channel_id: str) -> Channel | None: ...

    async def save(self, channel: Channel) -> None:
        """Insert or replace, whatever stands there."""
        ...

    async def save_if(self, old: Channel | None, new: Channel) -> bool:
        """
        Compare-and-set: write *new* when the row is still the one that *old* was read from.

        Args:
            old: As read, so that its `version` is that of the row; None when there was no row.
            new: The same channel; its `version` is ignored.

        Returns:
            False when somebody else wrote the channel meanwhile; nothing is written then. Read it
            again and decide anew.
        """
        ...

    async def rename(self, workspace_id: str, channel_id: str, name: str) -> bool:
        """Store a channel's new name; False when there is no such channel."""
        ...

    async def stop(self, workspace_id: str, channel_id: str, reason: str) -> bool:
        """
        Switch a channel off because of what happened in Slack: *reason* goes to `state_reason`.

        False when there is no such channel.
        """
        ...

    async def change_id(self, workspace_id: str, old_id: str, new_id: str) -> bool:
        """
        Let everything stored for a channel belong to its new id, as when it becomes shared.

        Where the new id has a row of its own already, that one stays; but a delivery that may be in
        the channel goes before one of the same date that is not.

        Returns:
            False when no channel had the old id.
        """
        ...

    async def all(self, workspace_id: str | None = None) -> list[Channel]:
        """Return every channel, of one workspace or of all, by workspace and name."""
        ...

    async def in_zones(self, names: Sequence[str]) -> list[Channel]:
        """Return the channels whose time zone is stored under one of these names."""
        ...

    async def due(
        self, now: datetime, limit: int = 500, *, after: Channel | None = None
    ) -> list[Channel]:
        """
        Return channels whose `next_due_at` is at or before *now*, earliest first.

        With *after*, only those that come after it in this order, to read on where a list ended.
        """
        ...

    async def remove(self, workspace_id: str, channel_id: str) -> bool: ...


class DeliveryStore(Protocol):
    async def open(
        self,
        key: DeliveryKey,
        due_at: datetime,
        next_due_at: datetime | None,
        *,
        expected_next_due_at: datetime | Anything | None = ANYTHING,
    ) -> bool:
        """
        Insert a delivery in state `due` and move the channel's `next_due_at`, in one transaction.

        Args:
            key: Of the delivery.
            due_at: When it is due.
            next_due_at: When its channel is due next.
            expected_next_due_at: What the decision rests on. When the channel's `next_due_at` is
                another one by now (a preference was changed, another clock was faster), or the
                channel is gone, nothing is written at all.

        Returns:
            False when the key is already there (the channel's time is moved all the same), or when
            the expectation is not met.
        """
        ...

    async def open_many(self, openings: Sequence[Opening]) -> list[bool]:
        """Do what `open` does for many keys in one transaction; one answer per key, in order."""
        ...

    async def get(self, key: DeliveryKey) -> Delivery | None: ...

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None:
        """Return the delivery that was posted as this message, by an index."""
        ...

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
        """Return deliveries in no final state; when *now* is given, those that do not wait."""
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

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        """Return the newest deliveries of one channel, newest first."""
        ...

    async def last_missed(
        self, workspace_id: str, channel_id: str, before: date
    ) -> Delivery | None:
        """Return the newest delivery before *before* when it is `skipped` or `dead`, else None."""
        ...


class FeedbackStore(Protocol):
    async def record(self, feedback: Feedback) -> bool:
        """Insert; False when its id is already there (a click delivered twice), and nothing changes."""
        ...

    async def get(self, feedback_id: str) -> Feedback | None: ...

    async def undo(self, feedback_id: str, now: datetime) -> Feedback | None:
        """
        Mark as undone at *now* (aware UTC) and return the row; exactly one of several calls does.

        None when there is no such row, or it was undone before. Undoing what it changed is the
        caller's part.
        """
        ...

    async def recent(self, workspace_id: str, channel_id: str, limit: int) -> list[Feedback]:
        """Return the newest feedback of one channel, newest first, undone ones too."""
        ...

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        """Delete what one person gave; return how many. What it changed stays."""
        ...


class RulesStore(Protocol):
    async def get(self, workspace_id: str) -> WorkspaceRules:
        """Return a workspace's rules, the default ones when none were saved."""
        ...

    async def save(self, rules: WorkspaceRules) -> None: ...


class OwnFeedStore(Protocol):
    """Own feeds within limits, which hold for all processes together."""

    async def room(self, scope: Scope, by: str, on: date, limits: OwnFeedLimits) -> Admission:
        """Return ADDED when *by* could add one more feed on *on* (UTC), else what is in the way."""
        ...

    async def add(self, feed: Feed, by: str, on: date, limits: OwnFeedLimits) -> Admission:
        """Add a feed and count it, or do neither and return why."""
        ...

    async def give(self, feed: Feed, to: Scope, limits: OwnFeedLimits) -> Admission:
        """
        Let a feed, with everything that it told, belong to another scope of its workspace.

        When that has the same feed already, one goes. Who does not see the new scope sees nothing of
        it any more.
        """
        ...


class AdminNotes(Protocol):
    """Messages that the admins of a workspace get once, whatever happens in between."""

    async def owed(self, about: str) -> list[str]:
        """Return the ids of the workspaces whose admins still have to be told."""
        ...

    async def claim(self, workspace_id: str, about: str, user_id: str) -> bool:
        """Write down that somebody is being told; False when somebody wrote so before."""
        ...

    async def release(self, workspace_id: str, about: str, user_id: str) -> None:
        """Take a claim back: the message was certainly not sent."""
        ...

    async def settle(self, workspace_id: str, about: str) -> None:
        """Owe the message no longer."""
        ...


class ChannelData(Protocol):
    """What is stored of a channel besides its preference."""

    async def erase(self, workspace_id: str, channel_id: str) -> None:
        """
        Delete everything of a channel that Slack deleted: deliveries, what it was told, threads,
        requests, feedback, its own feeds with their stories, and the channel's own row; twice does
        no harm.
        """
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
        still_ours: Callable[[], Awaitable[bool]] | None = None,
        held_seconds: float = 0.0,
    ) -> PostOutcome:
        """
        Post once, with metadata naming the delivery. Never raises for what Slack or the network do.

        Args:
            workspace_id: Where.
            channel_id: Where.
            message: What.
            delivery: Goes into the message's metadata.
            thread_ts: The thread to post in, if any.
            held_seconds: Passed since the instant from which others reckon when to look for the post; a
                call that could not begin in time any more is not made.
            still_ours: Asked right before the call, after any waiting for a turn; when it says no,
                nothing is posted and the outcome is `NotPosted` with the code `NOT_OURS`.
        """
        ...

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
        """
        Look for a posted delivery by its metadata, from the newest message back to *oldest*.

        A digest of the same date in the same channel is it, whatever the channel's id was then.

        Args:
            workspace_id: Where.
            channel_id: Where.
            delivery: As the metadata names it.
            oldest: Aware, by our clock; what is older need not be looked at.
            now: What our clock says; when Slack's says something else, *oldest* moves by that.
            message: What was posted; a message of ours without metadata that says the same counts.
        """
        ...

    async def tell(self, workspace_id: str, user_id: str, message: Message) -> PostOutcome:
        """Send a direct message to a person."""
        ...

    async def admins(self, workspace_id: str) -> list[str]:
        """Return user ids of the workspace's admins, or [] when they cannot be listed."""
        ...
