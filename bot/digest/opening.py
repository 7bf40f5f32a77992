"""Opening deliveries: which rows a due channel needs, and where its time moves meanwhile (pure)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple

from bot.digest.delivery import DeliveryKey
from bot.digest.plan import Plan
from bot.digest.preference import Channel


class Anything(Enum):
    """Says that an argument is not compared; None cannot, where None is a value."""

    ANYTHING = "anything"


ANYTHING: Final = Anything.ANYTHING


class Opening(NamedTuple):
    """A delivery to be opened; the fields are those of `DeliveryStore.open`."""

    key: DeliveryKey
    due_at: datetime
    next_due_at: datetime | None
    expected_next_due_at: datetime | Anything | None = ANYTHING

    @property
    def channel(self) -> tuple[str, str]:
        return (self.key.workspace_id, self.key.channel_id)


def openings(channel: Channel, decision: Plan) -> list[Opening]:
    """
    Return the rows of a plan, oldest first; each moves the channel to the next one.

    The channel may be older than a change of preference, so what was decided from is compared.
    """
    rows = [*decision.missed, *([decision.deliver] if decision.deliver else [])]
    expected = channel.next_due_at
    found = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        key = DeliveryKey(
            workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=row.on
        )
        next_at = following.due_at if following else decision.next_due_at
        found.append(Opening(key, row.due_at, next_at, expected))
        expected = next_at
    return found
