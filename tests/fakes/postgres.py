"""A private PostgreSQL server for tests, from the programs that Debian's package installs."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg

_START_SECONDS = 30.0
# Speed instead of safety: nothing of this server outlives the test run.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


class NoPostgres(Exception):
    """The server's programs are not installed here."""


@contextmanager
def running_postgres(tmpdir: Path) -> Iterator[str]:
    """
    Run a private server on a free loopback port; yield `postgresql://…` of its empty database.

    The server refuses to run as root, so root starts it as another user, in a folder of that
    user's own beside the system's temporary files.

    Args:
        tmpdir: Where its files go when we are not root.

    Raises:
        NoPostgres: The programs initdb and postgres are not found.
    """
    programs = _programs()
    user = _other_user()
    home = Path(tempfile.mkdtemp(prefix="plainwire-postgres-", dir=None if user else tmpdir))
    if user:
        shutil.chown(home, user=user)
    try:
        password = secrets.token_hex(16)
        _initialise(programs, home, password, user)
        with _server(programs, home, user) as port:
            dsn = f"postgresql://plainwire:{password}@127.0.0.1:{port}/postgres"
            yield dsn
    finally:
        shutil.rmtree(home, ignore_errors=True)


class RestartablePostgres:
    """
    A private server that can be stopped and started again on the same port, with the same data.

    Use it as a context manager; raises NoPostgres like `running_postgres`.
    """

    def __init__(self, tmpdir: Path) -> None:
        self._programs = _programs()
        self._user = _other_user()
        self._home = Path(
            tempfile.mkdtemp(prefix="plainwire-postgres-", dir=None if self._user else tmpdir)
        )
        if self._user:
            shutil.chown(self._home, user=self._user)
        password = secrets.token_hex(16)
        _initialise(self._programs, self._home, password, self._user)
        self._port = _free_port()
        self._running: AbstractContextManager[int] | None = None
        self.dsn = f"postgresql://plainwire:{password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        self._running = _server(self._programs, self._home, self._user, self._port)
        self._running.__enter__()

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)


def _programs() -> Path:
    """Return the folder of the server's programs, of the newest version that is there."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    found = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if (path.parent / "postgres").exists()
    ]
    if not found:
        raise NoPostgres(
            "PostgreSQL is not installed (initdb and postgres were not found), so its half of the "
            "storage tests did not run. On Debian: apt-get install postgresql."
        )
    return max(found, key=lambda path: float(path.parent.name))


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _initialise(programs: Path, home: Path, password: str, user: str | None) -> None:
    secret = home / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if user:
        shutil.chown(secret, user=user)
    command = [
        str(programs / "initdb"),
        f"--pgdata={home / 'data'}",
        "--username=plainwire",
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]
    done = subprocess.run(
        command, cwd=home, capture_output=True, text=True, check=False, **_as(user)
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


@contextmanager
def _server(programs: Path, home: Path, user: str | None, port: int | None = None) -> Iterator[int]:
    port = port or _free_port()
    options = (*_FAST, "listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=")
    command = [str(programs / "postgres"), "-D", str(home / "data")]
    for option in options:
        command += ["-c", option]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **_as(user))
        try:
            _wait_until_ready(server, port, home / "log")
            yield port
        finally:
            # "Fast shutdown": ends sessions that a failed test left open.
            server.send_signal(signal.SIGINT)
            server.wait(timeout=_START_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            # No password: being asked for one is the sign of life.
            psycopg.connect(host="127.0.0.1", port=port, user="plainwire", password="-").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                return
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")
        time.sleep(0.05)
