"""
The real `plainwire`, with the faults that cannot be staged from outside: `python -m tests.chaos.bot_under_test run`.

The program itself has no hook for any of this. What is not asked for in the environment is left
alone, so that without these variables this is `python -m bot`:

    CHAOS_KILL_AT="sending.ended:2"       kill -9 of ourselves at the second passing of that point
    CHAOS_CLOCK=FILE                      the machine's clock is off by the seconds that the file holds
    CHAOS_DISK=FILE                       while the file is there, SQLite may not grow (max_page_count)
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

_NO_LIMIT = 1_073_741_823


class Killer:
    """Ends the process, as kill -9 does, when it passes a point for the n-th time."""

    def __init__(self, wanted: str) -> None:
        self._point, _, count = wanted.partition(":")
        self._left = int(count or 1)

    def passing(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, name: str, point_of: Callable[..., str]) -> None:
        """Let an async method pass `POINT.begun` before, and `POINT.ended` after its work."""
        method: Callable[..., Awaitable[Any]] = getattr(owner, name)

        @functools.wraps(method)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            point = point_of(*args)
            self.passing(f"{point}.begun")
            result = await method(*args, **kwargs)
            self.passing(f"{point}.ended")
            return result

        setattr(owner, name, watched)


def install_killer(wanted: str) -> None:
    """Watch every commit of the delivery ledger and every call to Slack that concerns one."""
    from bot.digest.composing import Composer
    from bot.slack.poster import SlackPoster
    from storage.deliveries import DeliveryRepository

    killer = Killer(wanted)
    killer.around(DeliveryRepository, "open_many", lambda *_: "open")
    killer.around(DeliveryRepository, "change", lambda _self, _old, new: str(new.state.value))
    killer.around(Composer, "compose", lambda *_: "compose")
    for name in ("post", "find", "tell"):
        killer.around(SlackPoster, name, lambda *_, name=name: name)


def install_clock(file: Path) -> None:
    """Let the machine's clock be off by what the file says, whenever it is asked."""
    import bot.clock

    def now(_self: object) -> datetime:
        try:
            off = float(file.read_text() or 0)
        except OSError:
            off = 0.0
        return datetime.now(UTC) + timedelta(seconds=off)

    bot.clock.SystemClock.now = now  # type: ignore[method-assign]  # a clock that jumps


def install_disk(file: Path) -> None:
    """Keep the database from growing while the file is there, as a full disk does."""

    @event.listens_for(Pool, "checkout")
    def _checked_out(connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        # Below its size SQLite takes the size itself.
        limit = 1 if file.exists() else _NO_LIMIT
        cursor.execute(f"PRAGMA max_page_count = {limit}")
        cursor.close()


def main() -> None:
    if wanted := os.environ.get("CHAOS_KILL_AT"):
        install_killer(wanted)
    if file := os.environ.get("CHAOS_CLOCK"):
        install_clock(Path(file))
    if file := os.environ.get("CHAOS_DISK"):
        install_disk(Path(file))
    from bot.cli import main as plainwire

    plainwire()


if __name__ == "__main__":
    main()
