"""Events that we receive but have no use for."""

from __future__ import annotations


async def ignore() -> None:
    """Do nothing; Bolt acknowledges events by itself."""
