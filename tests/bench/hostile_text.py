"""
How the time for text that was made to slow pattern matching down grows with its length.

`tests/hostile` proves at small sizes that no reader of outside or model text takes more than linear
time; here are the exact figures, of long texts, in processor time: the work is done inside one call
of the pattern matcher and has no count of its own.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

from tests.bench.table import Row
from tests.hostile.readers import LIMITS, READERS
from tests.hostile.shapes import UNITS, shaped

CHARS = 5_000
TIMES = 4
# Each reader gets every third shape, another third than the next reader; all of them are in the tests.
SHARE = 3
# What takes less than this is nothing, and its growth is noise.
LEAST_SECONDS = 0.02


async def measure() -> list[Row]:
    gc.disable()
    try:
        return [
            _row(name, read, UNITS[number % SHARE :: SHARE])
            for number, (name, read) in enumerate(READERS.items())
        ]
    finally:
        gc.enable()


def _row(name: str, read: Callable[[str], object], units: Sequence[str]) -> Row:
    chars = min(CHARS, LIMITS.get(name, TIMES * CHARS) // TIMES)
    growth, slowest = 0.0, 0.0
    for unit in units:
        long = _seconds(read, shaped(unit, TIMES * chars))
        slowest = max(slowest, long)
        if long > LEAST_SECONDS:
            growth = max(
                growth, long / max(_seconds(read, shaped(unit, chars)), LEAST_SECONDS / TIMES)
            )
        gc.collect(0)
    return Row(
        what=f"{name}: {TIMES} times the characters take so many times as long, worst shape; "
        f"{TIMES * chars} take {slowest * 1000:.0f} ms",
        values=[growth],
        unit="times",
        target=f"about {TIMES}, 0 when too quick to tell; quadratic would be {TIMES**2}",
    )


def _seconds(read: Callable[[str], object], text: str) -> float:
    begun = time.process_time()
    read(text)
    return time.process_time() - begun
