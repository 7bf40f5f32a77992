"""
`plainwire` as people run it: a process of its own, with no settings but those a test names.

    finished = await plainwire("preview", "feed.xml", "--format", "json", cwd=folder)
    finished = await command("feeds", "list", cwd=folder)   # the same, started faster
    async with started("run", cwd=folder, SLACK_BOT_TOKEN=…) as program:   # or `forked`
        await program.says("bot_ready")
        program.stop()                     # SIGTERM; `interrupt` and `kill` are the other two
        finished = await program.ended()
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.forked import ROOT, Forked

# What a process needs of the machine it runs on; a developer's settings and proxies stay out.
_KEPT = ("PATH", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
_WAIT_SECONDS = 60.0
_LONGEST_LINE = 1 << 24  # default 64 KiB: one line of JSON can be longer


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)

    @property
    def quiet(self) -> bool:
        """Nothing on standard error looks like a fault of the program."""
        return not any(word in self.err for word in ("Traceback", "ERROR", "[error", "Warning:"))


def environment(**settings: object) -> dict[str, str]:
    """Return an environment with these settings and nothing of ours besides."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    base = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONWARNINGS": "default"}
    return {**kept, **base, **{name: str(value) for name, value in settings.items()}}


async def plainwire(
    *arguments: object, cwd: Path, timeout_seconds: float = _WAIT_SECONDS, **settings: object
) -> Finished:
    """Run a command to its end."""
    async with started(*arguments, cwd=cwd, **settings) as program:
        return await program.ended(timeout_seconds)


async def command(
    *arguments: object, cwd: Path, timeout_seconds: float = _WAIT_SECONDS, **settings: object
) -> Finished:
    """Run a command to its end, in a process forked off one that has the imports done."""
    async with forked(*arguments, cwd=cwd, **settings) as program:
        return await program.ended(timeout_seconds)


@asynccontextmanager
async def forked(*arguments: object, cwd: Path, **settings: object) -> AsyncIterator[Program]:
    """As `started`, for a second of CPU less; for tests that are not about starting itself."""
    process = await Forked.start(
        [*map(str, arguments)], cwd, environment(**settings), limit=_LONGEST_LINE
    )
    async with _cleared_away(Program(process)) as program:
        yield program


@asynccontextmanager
async def started(
    *arguments: object,
    cwd: Path,
    program: Sequence[str] = ("-m", "bot"),
    **settings: object,
) -> AsyncIterator[Program]:
    """
    Start a command; what still runs at the end of the block is killed.

    Args:
        arguments: After `plainwire`.
        cwd: Where; its `.env` and its database count.
        program: What Python runs, for tests that look inside.
        settings: Environment variables.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        *map(str, arguments),
        cwd=cwd,
        env=environment(**settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    async with _cleared_away(Program(process)) as running:
        yield running


@asynccontextmanager
async def _cleared_away(program: Program) -> AsyncIterator[Program]:
    try:
        yield program
    finally:
        await program.clear_away()


@dataclass
class Program:
    """A running process, its output read as it comes."""

    process: asyncio.subprocess.Process | Forked
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._readers = [
            asyncio.create_task(self._read(self.process.stdout, self.out)),
            asyncio.create_task(self._read(self.process.stderr, self.err)),
        ]

    async def _read(self, stream: asyncio.StreamReader | None, lines: list[str]) -> None:
        assert stream is not None
        while line := await stream.readline():
            lines.append(line.decode())
            self._changed.set()
        self._changed.set()

    @property
    def pid(self) -> int:
        return self.process.pid

    async def says(self, words: str, timeout_seconds: float = _WAIT_SECONDS) -> str:
        """Wait for a line, on either output, that contains *words*; return it."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while True:
                    for line in [*self.out, *self.err]:
                        if words in line:
                            return line
                    if all(reader.done() for reader in self._readers):
                        raise AssertionError(f"ended without saying {words!r}: {self._all()}")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"did not say {words!r}: {self._all()}") from None

    def assert_running(self) -> None:
        assert self.process.returncode is None, f"ended by itself: {self._all()}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self.process.kill()

    async def ended(self, timeout_seconds: float = _WAIT_SECONDS) -> Finished:
        """Wait for the end."""
        try:
            async with asyncio.timeout(timeout_seconds):
                # The pipes stay open as long as a parser worker lives; the program ends them.
                await asyncio.gather(self.process.wait(), *self._readers)
        except TimeoutError:
            raise AssertionError(f"did not end in {timeout_seconds:g} s: {self._all()}") from None
        code = self.process.returncode
        assert code is not None
        return Finished(code=code, out="".join(self.out), err="".join(self.err))

    async def clear_away(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        if isinstance(self.process, Forked):
            self.process.close()
        else:
            # Closes the pipes now rather than in a destructor, which would warn.
            self.process._transport.close()  # type: ignore[attr-defined]  # asyncio has no public way

    def _all(self) -> str:
        return "".join([*self.out, *self.err])
