"""A process forked off one that has the imports done; the other half of `fork_server.py`."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Forked:
    """As much of asyncio's `Process` as tests use: outputs, signals, and how it ended."""

    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    _ending: asyncio.Task[int]

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._transports: list[asyncio.BaseTransport] = []

    @classmethod
    async def start(
        cls, arguments: Sequence[str], cwd: Path, env: dict[str, str], limit: int
    ) -> Forked:
        """Start `plainwire` with these arguments, in a folder, with nothing but this environment."""
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": env})
        pipes = [os.pipe() for _ in range(3)]
        try:
            pid = _ask(request, [writing for _, writing in pipes])
        finally:
            for _, writing in pipes:
                os.close(writing)
        out, err, ended = (reading for reading, _ in pipes)
        made = cls(pid)
        made.stdout, made.stderr = [await made._reader(fd, limit) for fd in (out, err)]
        made._ending = asyncio.create_task(made._wait(await made._reader(ended, limit)))
        return made

    async def _reader(self, descriptor: int, limit: int) -> asyncio.StreamReader:
        reader = asyncio.StreamReader(limit=limit)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
        )
        self._transports.append(transport)
        return reader

    async def _wait(self, ended: asyncio.StreamReader) -> int:
        self.returncode = int(await ended.read())
        return self.returncode

    async def wait(self) -> int:
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        # It may have ended since; its number is not taken again so soon.
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Close the pipes now rather than in a destructor, which would warn."""
        for transport in self._transports:
            transport.close()


def _ask(request: str, descriptors: Sequence[int]) -> int:
    """Return the id of the new process."""
    server = _server()
    socket.send_fds(server, [request.encode()], descriptors)
    return int(server.recv(32))


@cache
def _server() -> socket.socket:
    """Start it for this test process; it ends when our side of the socket does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.fork_server", str(theirs.fileno())],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    assert ours.recv(32) == b"ready"
    return ours
