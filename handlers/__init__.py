"""Inbound Slack: the routing table. One listener per file; each parses, acks and calls one use case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handlers.unhandled import ignore

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp


def register(app: AsyncApp) -> None:
    """Tie every Slack event, command and action that we know to its listener."""
    # Last: whatever nobody else wants. Bolt would log the whole body of it otherwise.
    app.event(re.compile(".*"))(ignore)
