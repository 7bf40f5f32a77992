"""
Fault runs: `python -m tests.chaos --minutes 10 --database both --seed 1`, or `make chaos`.

Runs the real program in processes of its own against the sandbox, does to them what machines,
networks and people do, and prints what became of the digests as a Markdown table. Ends with code 1
when a digest was posted twice, or is missing and nobody was told, or anything else was posted.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.run import Result, run
from tests.chaos.table import as_markdown
from tests.fakes.postgres import NoPostgres

DATABASES = ("sqlite", "postgresql")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Fault runs.")
    parser.add_argument("--minutes", type=float, default=20.0, help="for all databases together")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", help="only kinds of faults whose name contains this")
    parser.add_argument("--log", type=Path, help="where the programs' own logs go")
    return parser.parse_args()


async def main(wanted: argparse.Namespace) -> int:
    names = DATABASES if wanted.database == "both" else (wanted.database,)
    seconds = wanted.minutes * 60 / len(names)
    results: list[Result] = []
    for name in names:
        sys.stderr.write(f"--- {name}, seed {wanted.seed}, {seconds:.0f} s\n")
        with tempfile.TemporaryDirectory(prefix="plainwire-chaos-") as folder:
            results.append(
                await run(name, Path(folder), seconds=seconds, seed=wanted.seed, only=wanted.only)
            )
        if wanted.log:
            with wanted.log.open("a", encoding="utf-8") as log:
                log.writelines(results[-1].log)
    sys.stdout.write(f"Seed {wanted.seed}\n\n{as_markdown(results)}\n")
    return 0 if all(result.is_good for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(arguments())))
    except NoPostgres as reason:
        sys.exit(f"{reason}\nWithout it: python -m tests.chaos --database sqlite")
