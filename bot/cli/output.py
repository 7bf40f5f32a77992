"""What commands have in common: printing, errors, and running a coroutine to its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

import typer

from bot.errors import PlainwireError, UsageError

T = TypeVar("T")


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


def print_json(value: object) -> None:
    """Print a value as JSON on standard output, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(text: str = "") -> None:
    """Print a line for people on standard error, so that standard output stays the result."""
    sys.stderr.write(text + "\n")


def fail(error: PlainwireError) -> NoReturn:
    """Say what went wrong and what to do next; exit 2 for wrong use, else 1."""
    say(f"plainwire: {error.what}")
    if error.next_step:
        say(f"  {error.next_step}")
    raise SystemExit(2 if isinstance(error, UsageError) else 1)


def wrong_use(what: str, next_step: str = "") -> NoReturn:
    """Leave with exit code 2."""
    fail(UsageError(what, next_step=next_step))


def run_async(work: Coroutine[Any, Any, T], *, serves: bool = False) -> T:
    """
    Run a command's coroutine to its end.

    Ctrl-C and SIGTERM cancel it, so that everything is closed in order. The exit code is then 130
    or 143, as shells have it; a command that *serves* until it is told to stop did its job: 0 after
    SIGTERM, which is how service managers tell it.
    """
    caught: list[int] = []
    try:
        return asyncio.run(_until_stopped(work, caught))
    except PlainwireError as error:
        fail(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        raise SystemExit(_stop_code(caught, serves=serves)) from None
    except BrokenPipeError:
        # The reader of our output went away (`| head`); Python would complain at exit otherwise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _stop_code(caught: list[int], *, serves: bool) -> int:
    if signal.SIGTERM in caught:
        return 0 if serves else 128 + signal.SIGTERM
    return 128 + signal.SIGINT


async def _until_stopped(work: Coroutine[Any, Any, T], caught: list[int]) -> T:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        caught.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop, number)
        except NotImplementedError:  # Windows: KeyboardInterrupt does it there
            break
    return await task


def option_error(option: str, what: str) -> typer.BadParameter:
    """Return the error for a wrong option value, which typer prints with the usage; exit code 2."""
    return typer.BadParameter(what, param_hint=f"--{option}")
