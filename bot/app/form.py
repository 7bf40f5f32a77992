"""The two forms of the bot: what differs between one process and many, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.clock import Clock
from bot.settings import Settings
from bot.work.local import LocalWork
from bot.work.port import WorkRunner
from bot.work.role import Role
from bot.work.ticker import Job


class Facts(Protocol):
    """Small values that all processes of a bot see."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class OwnFacts:
    """The facts of a bot that is one process."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self._values.get(key)

    async def set(self, key: str, value: str) -> None:
        self._values[key] = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    How the work is handed out.

    Attributes:
        work: Where units of work go, and who runs them.
        facts: What the processes tell each other.
        role: Which loops run in this process.
        alone: No other process can be at work, so whatever is unfinished at the start is ours.
        once: Turns a clock's job into one that runs once per interval in all processes together.
    """

    work: WorkRunner
    facts: Facts
    role: Role = Role.ALL
    alone: bool = True
    once: Callable[[Job], Job] = lambda job: job


def one_process(settings: Settings, clock: Clock) -> Form:
    """Return the form on an SQLite file: everything in this process, nothing else to install."""
    work = LocalWork(clock, workers=settings.workers, grace_seconds=settings.grace_seconds)
    return Form(work=work, facts=OwnFacts())
