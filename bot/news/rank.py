"""How much a story matters to one preference: a linear score whose parts `preview` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """
    The parts of a story's score; `total` is what stories are ordered by.

    Attributes:
        outlets, authority, topic_match, recency_factor: As weighed by `rank`.
    """

    total: float
    outlets: float = 0.0
    authority: float = 0.0
    topic_match: float = 0.0
    recency_factor: float = 1.0
