"""What a check of blocks found, in Slack's words and with its JSON pointers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Report:
    """
    Collects problems of one message or view.

    Attributes:
        surface: "message", "modal" or "home".
        problems: `[ERROR] … [json-pointer:…]`, as `response_metadata.messages` shows them.
        counts: Things that are limited over the whole message, such as "markdown_chars".
    """

    surface: str
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[tuple[str, str]] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, where: str, message: str) -> None:
        self.problems.append(f"[ERROR] {message} [json-pointer:{where or '/'}]")

    def count(self, name: str, amount: int = 1) -> int:
        self.counts[name] = self.counts.get(name, 0) + amount
        return self.counts[name]


Check = Callable[[Any, str, Report], None]
"""A check of one value: (value, JSON pointer, report)."""
