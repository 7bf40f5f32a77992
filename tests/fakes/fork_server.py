"""
Runs many `plainwire`s, each in a process of its own, with the imports paid once.

A fresh `plainwire` spends a second of CPU on imports alone. This server has them done and forks for
each program: the child has its own folder, environment and outputs, and ends like any process.
`tests/fakes/forked.py` talks to it; what is about starting itself runs without it.

Protocol, over one socket: a message is the JSON `{arguments, cwd, env}` with three descriptors, the
program's two outputs and a pipe for its end. The answer is its process id, and the pipe gets its
exit code (negative: the signal that ended it), whenever that is.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

MOST_BYTES = 1 << 16
_IMPORTED = (
    "alembic.command",
    "bot.app.bot",
    "bot.app.checkup",
    "bot.app.cluster",
    "bot.app.demo",
    "bot.app.explaining",
    "bot.app.one_delivery",
    "bot.app.preview",
    "bot.app.runner",
    "bot.app.short",
    "bot.app.status",
    "bot.cli.root",
    "bot.render.as_json",
    "bot.render.text",
    "rich.progress",
    "rich.table",
)


def main() -> None:
    """Serve until the other side is gone."""
    for name in _IMPORTED:
        importlib.import_module(name)
    # A collection in a child would copy every page that it looks at.
    gc.freeze()
    served = socket.socket(fileno=int(sys.argv[1]))
    served.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(served, MOST_BYTES, 3)
        if not message:
            break
        request = json.loads(message)
        pid = _start(served, request, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        served.send(str(pid).encode())
        _forget_the_ended()


def _start(served: socket.socket, request: dict[str, Any], out: int, err: int, ended: int) -> int:
    """Fork a process that starts the program and waits for its end; return the program's id."""
    told, tells = os.pipe()
    if os.fork() == 0:
        os.close(told)
        served.close()
        _watch(request, out, err, ended, tells)
    os.close(tells)
    with os.fdopen(told) as answer:
        return int(answer.read())


def _watch(request: dict[str, Any], out: int, err: int, ended: int, tells: int) -> NoReturn:
    pid = os.fork()
    if pid == 0:
        for descriptor in (ended, tells):
            os.close(descriptor)
        _become(request, out, err)
    # Ctrl-C in the terminal of the tests ends the program; this one tells of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for descriptor in (out, err):
        os.close(descriptor)
    os.write(tells, str(pid).encode())
    os.close(tells)
    _, status = os.waitpid(pid, 0)
    os.write(ended, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(request: dict[str, Any], out: int, err: int) -> NoReturn:
    """Be the program; its end goes up to the interpreter, which ends as it does after `-m bot`."""
    for number, given in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(given, number)
        os.close(given)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["plainwire", *request["arguments"]]
    from bot.cli import main as plainwire

    plainwire()
    sys.exit(0)


def _forget_the_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass  # none is left


if __name__ == "__main__":
    main()
