"""
What runs inside a worker process: the limits, and the call.

Worker processes import this module and the parser they were asked for, nothing of the network,
Slack or the database. Windows has no RLIMIT; there only the parent's time limit protects.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

_prepared = False


def prepare(modules: tuple[str, ...], memory_bytes: int) -> int:
    """
    Make this process ready: heavy imports first, then the memory limit above what it has now.

    Args:
        modules: Names to import, so that their cost is not counted as parsing time.
        memory_bytes: How much more than now it may ever map.

    Returns:
        The process id.
    """
    global _prepared  # noqa: PLW0603  (a worker is one process with one state)
    for name in modules:
        import_module(name)
    if not _prepared:
        # Ctrl-C goes to the whole process group; the parent decides when a worker ends.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # The parent's main module is not imported here (see workers.py), but must exist for
        # libraries that look it up.
        sys.modules.setdefault("__main__", ModuleType("__main__"))
        _limit_memory(memory_bytes)
        _prepared = True
    return os.getpid()


def call(function: Callable[..., T], cpu_seconds: float, *args: Any) -> T:
    """Call *function* under a CPU limit that ends this process even when the parent is gone."""
    _limit_cpu(cpu_seconds)
    return function(*args)


def _limit_memory(more_bytes: int) -> None:
    """Cap the address space; only Linux says how much is mapped now."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123  (cheap import)
            mapped_bytes = int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = mapped_bytes + more_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))


def _limit_cpu(more_seconds: float) -> None:
    """Let the kernel kill the process when this call burns more than *more_seconds*."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + more_seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard < 0 else min(limit, hard), hard))
