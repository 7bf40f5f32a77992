"""
Measurements that a promise rests on: `python -m tests.bench [NAME ...]`, or `make bench`.

Prints a Markdown table for docs/measurements.md. Each bench is one module here with a coroutine
`measure()` that returns rows; nothing leaves loopback.
"""

from __future__ import annotations

import asyncio
import importlib
import platform
import sys

from tests.bench.table import Row, as_markdown

NAMES = (
    "imports",
    "start",
    "restart",
    "demo",
    "model_calls",
    "collect",
    "hostile_text",
    "conversation",
)


async def main(names: list[str]) -> None:
    rows: list[Row] = []
    for name in names:
        sys.stderr.write(f"measuring {name} ...\n")
        rows += await importlib.import_module(f"tests.bench.{name}").measure()
    version = platform.python_version()
    sys.stdout.write(f"Python {version}\n\n{as_markdown(rows)}\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["scale"]:
        from tests.bench import scale

        # It takes minutes and options of its own.
        scale.main(sys.argv[2:])
        sys.exit()
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := [name for name in wanted if name not in NAMES]:
        sys.exit(f"No such bench: {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
    asyncio.run(main(wanted))
