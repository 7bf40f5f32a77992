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
import time
from pathlib import Path

from tests.chaos.run import Result, run
from tests.chaos.table import as_markdown
from tests.fakes.postgres import NoPostgres

# And how much of the time each gets: starting several processes takes longer than starting one.
DATABASES = {"sqlite": 1, "postgresql": 2}
# A slow machine goes on for so long beyond the time, to get through the whole deck.
EXTRA_SECONDS = 60.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Fault runs.")
    parser.add_argument("--minutes", type=float, default=20.0, help="for all databases together")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", help="only kinds of faults whose name contains this")
    parser.add_argument("--log", type=Path, help="where the programs' own logs go")
    return parser.parse_args()


async def main(wanted: argparse.Namespace) -> int:
    names = list(DATABASES) if wanted.database == "both" else [wanted.database]
    left = wanted.minutes * 60
    results: list[Result] = []
    for number, name in enumerate(names):
        share = DATABASES[name] / sum(DATABASES[other] for other in names[number:])
        seconds, began = share * left, time.monotonic()
        sys.stderr.write(f"--- {name}, seed {wanted.seed}, {seconds:.0f} s\n")
        with tempfile.TemporaryDirectory(prefix="plainwire-chaos-") as folder:
            results.append(
                await run(
                    name,
                    Path(folder),
                    seconds=seconds,
                    at_most_seconds=seconds + EXTRA_SECONDS,
                    seed=wanted.seed,
                    only=wanted.only,
                )
            )
        left -= time.monotonic() - began
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
