"""
Runs many short commands, each in a process of its own, with the imports paid once.

A fresh `plainwire` spends a second of CPU on imports alone. This server has them done and forks for
each command: the child has its own folder, environment and outputs, and ends like any process.
`tests/fakes/program.py` talks to it; what is about starting itself runs without it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

_IMPORTED = (
    "alembic.command",
    "bot.app.checkup",
    "bot.app.explaining",
    "bot.app.preview",
    "bot.app.short",
    "bot.cli.root",
    "bot.render.as_json",
    "bot.render.text",
    "rich.progress",
    "rich.table",
)


def main() -> None:
    """Answer each request line `{arguments, cwd, env, out, err}` with a line: the exit code."""
    for name in _IMPORTED:
        importlib.import_module(name)
    print("ready", flush=True)  # noqa: T201 - the protocol
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the protocol


def _run(request: dict[str, Any]) -> None:
    """Become the command; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _redirect(request)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv = ["plainwire", *request["arguments"]]
        from bot.cli import main as plainwire

        plainwire()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does: print it, exit code 1
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(request: dict[str, Any]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)


if __name__ == "__main__":
    main()
