"""One process of the bot under test."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.fakes.program import Program


@dataclass
class Bot:
    """One process, and how to let go of it."""

    program: Program
    stack: AsyncExitStack

    @property
    def is_alive(self) -> bool:
        return self.program.process.returncode is None

    async def dies(self, timeout_seconds: float) -> bool:
        """Wait for its end; False when it lives on."""
        try:
            await asyncio.wait_for(self.program.process.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    async def kill(self) -> None:
        if self.is_alive:
            self.program.kill()
        await self.stack.aclose()
