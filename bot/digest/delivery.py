"""
A delivery: the act of posting one digest, unique per workspace, channel and local date.

    due ──> composed ──> sending ──> sent
     │         │           │  └────> unknown ──> reconciling ──> sent
     │         │           │             ^            ├────────> composed   (an exhausted window proves
     │         │           │             └────────────┤                      that nothing was posted)
     │         │           └─> composed (Slack said   └────────> skipped    (cannot be read: missed and told)
     │         │                no: 429, ok:false)
     └─────────┴──> skipped | dead

`redo` leads from skipped and dead back to due. What was skipped because nobody could say whether it
was posted goes to `unknown` first: it is looked for, and made anew only when it is certainly not there.

`sending` is committed before the call. What is in `sending` when a process starts is unknown.

The functions that make each change, with the rules of waiting and giving up, are in
`bot/digest/transitions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    COMPOSED = "composed"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    RECONCILING = "reconciling"
    SKIPPED = "skipped"
    DEAD = "dead"


FINAL = frozenset({DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.DEAD})

# No row is made to wait longer at once. One that seems to was written when the machine's clock was
# ahead, and waits no more.
LONGEST_WAIT = timedelta(minutes=15)

TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.DUE: frozenset(
        # To itself: composing failed and is tried again later.
        {DeliveryState.DUE, DeliveryState.COMPOSED, DeliveryState.SKIPPED, DeliveryState.DEAD}
    ),
    DeliveryState.COMPOSED: frozenset(
        {DeliveryState.SENDING, DeliveryState.SKIPPED, DeliveryState.DEAD}
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.UNKNOWN,
            DeliveryState.COMPOSED,
            DeliveryState.SKIPPED,
            DeliveryState.DEAD,
        }
    ),
    DeliveryState.UNKNOWN: frozenset({DeliveryState.RECONCILING}),
    DeliveryState.RECONCILING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.COMPOSED,
            DeliveryState.UNKNOWN,
            DeliveryState.SKIPPED,
            DeliveryState.DEAD,
            # After a redo it is made anew.
            DeliveryState.DUE,
        }
    ),
    DeliveryState.SENT: frozenset(),
    # `redo` works on what was not sent.
    DeliveryState.SKIPPED: frozenset({DeliveryState.DUE, DeliveryState.UNKNOWN}),
    DeliveryState.DEAD: frozenset({DeliveryState.DUE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryKey:
    """What a delivery is unique by; `on` is the channel's local date."""

    workspace_id: str
    channel_id: str
    on: date

    def __str__(self) -> str:
        """Return the name that also stands in the message's metadata."""
        return f"{self.workspace_id}/{self.channel_id}/{self.on.isoformat()}"

    @classmethod
    def parse(cls, name: str) -> DeliveryKey:
        """Return the key of a name that `str` gave; raises ValueError for anything else."""
        workspace_id, channel_id, on = name.split("/")
        return cls(workspace_id=workspace_id, channel_id=channel_id, on=date.fromisoformat(on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    One row of the ledger. All instants are aware UTC.

    Attributes:
        attempt: Grows with every change of state; a change is a compare-and-set on (state, attempt).
        due_at: When it was due.
        not_before: Not tried again before this instant.
        tries: How many times posting was tried; while it is due, how many times composing failed.
        sending_at: When the last `sending` was committed; None again when what was skipped is
            certainly not there. On a database server it is the server's clock that says so.
        sending_age: How long ago that was when the row was read, by the server's own clock: what
            several machines can agree on. None where the machine's clock is the only one.
        wait: How far away `not_before` is from when the row is written, or was read by the server's
            clock; None: the instant itself counts.
        stories: (story id, revision) in the order posted; what the channel was told.
        message: The composed message as stored JSON text, or None.
        ts: Slack's timestamp of the posted message.
        reason: Why it was skipped or is dead, for people.
    """

    key: DeliveryKey
    state: DeliveryState
    attempt: int
    due_at: datetime
    not_before: datetime | None = None
    tries: int = 0
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    stories: tuple[tuple[str, int], ...] = ()
    message: str | None = None
    ts: str | None = None
    reason: str = ""
    sending_age: timedelta | None = field(default=None, compare=False)
    wait: timedelta | None = field(default=None, compare=False)

    def by(self, now: datetime) -> Delivery:
        """Return the row, just read, with its wait by the machine's clock."""
        return self if self.wait is None else replace(self, not_before=now + self.wait)

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the last `sending` was; negative when the clock was put back."""
        if self.sending_age is not None:
            return self.sending_age
        return now - (self.sending_at or self.due_at)

    def waits(self, now: datetime) -> bool:
        """Return whether it is not to be tried yet."""
        return self.not_before is not None and now < self.not_before <= now + LONGEST_WAIT
