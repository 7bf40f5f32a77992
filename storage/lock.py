"""The one-process form has one runner per database: an exclusive file lock says who it is."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from bot.errors import Locked, StorageError


class RunnerLock:
    """
    The right to run on one SQLite file; the system takes it back when the process dies.

    Use it as a context manager, or call `acquire` and `release` and keep the object in between: the
    lock goes with it.

    Args:
        database: The SQLite file; the lock stands beside it as `<name>.lock.run`.
    """

    def __init__(self, database: Path) -> None:
        self.database = database
        self.path = database.with_name(f"{database.name}.lock.run")
        # Not per thread: the loop that acquires it need not be the thread that releases it.
        self._lock = FileLock(self.path, timeout=0, mode=0o600, thread_local=False)

    def acquire(self) -> None:
        """
        Take the lock, without waiting.

        Raises:
            Locked: Another process has it.
            StorageError: The lock file cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire()
        except Timeout as error:
            raise Locked(
                f"Another `plainwire run` already works on {self.database}.",
                next_step="Stop it first, or point DATABASE_URL of this one at another file; all other "
                "commands work beside it.",
            ) from error
        except OSError as error:
            raise StorageError(
                f"The lock file {self.path} cannot be written ({error.strerror or error}).",
                next_step="Make the folder writable for the user that runs plainwire.",
            ) from error

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
