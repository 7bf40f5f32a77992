"""A message ready for Slack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    A message ready for Slack; made only by `bot/render`, where every text went through the escaper.

    Attributes:
        text: Fallback for notifications and screen readers, escaped, under 4,000 characters.
        blocks: Block Kit, at most 50.
    """

    text: str
    blocks: tuple[Block, ...] = ()
