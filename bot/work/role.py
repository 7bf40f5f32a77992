"""What a process does in the form with many processes."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """
    The part of the work that one process takes.

    Everything is safe in any number of processes; a role only says which loops run.
    """

    ALL = "all"
    WEB = "web"  # hears Slack, records what is asked, hands it on
    WORKER = "worker"  # delivers, explains, reads feeds, answers
    CLOCK = "clock"  # says what is due

    @property
    def listens(self) -> bool:
        """Return whether the process is connected to Slack's events."""
        return self in {Role.ALL, Role.WEB}

    @property
    def works(self) -> bool:
        """Return whether the process runs units of work."""
        return self in {Role.ALL, Role.WORKER}

    @property
    def ticks(self) -> bool:
        """Return whether the clock's jobs run in the process."""
        return self in {Role.ALL, Role.CLOCK}
