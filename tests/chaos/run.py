"""One fault run on one database: round after round until the time is up, then the count."""

from __future__ import annotations

import asyncio
import functools
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.count import Round, Tally, count, is_settled, strays
from tests.chaos.faults import CLUSTER, EVERYWHERE, POINTS, SQLITE, Fault, killed_at
from tests.chaos.ground import Ground, open_ground
from tests.fakes.postgres import RestartablePostgres

AT_STEPS = "kill -9 at each named step"
# A look-up that Slack did not answer is tried again after a minute.
DRAIN_SECONDS = 90.0


@dataclass
class Result:
    """What one database's run brought; `lines` by fault kind."""

    database: str
    lines: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        return sum(self.lines.values(), Tally())

    @property
    def is_good(self) -> bool:
        return not (self.total.twice or self.total.silent or self.total.wrong or self.wrong)


def endless(cluster: bool, draw: random.Random, only: str) -> Iterator[tuple[str, Fault]]:
    """Yield faults for ever: all kinds in a random order, a few named steps between them."""
    kinds = {**EVERYWHERE, **(CLUSTER if cluster else SQLITE)}
    if only and only not in AT_STEPS:
        kinds = {kind: fault for kind, fault in kinds.items() if only in kind}
    points: list[str] = []
    while True:
        order = list(kinds.items())
        draw.shuffle(order)
        for kind, fault in order:
            if only in kind:
                yield kind, fault
            # Each kind once, each step about once, in one turn.
            for _ in range(only in AT_STEPS):
                if not points:
                    points = draw.sample(POINTS, len(POINTS))
                yield AT_STEPS, functools.partial(killed_at, points.pop())


async def run(
    database: str,
    folder: Path,
    *,
    seconds: float,
    seed: int,
    only: str | None = None,
    faults: Iterable[tuple[str, Fault]] | None = None,
    say: Callable[[str], object] = sys.stderr.write,
) -> Result:
    """
    Stage faults for so long and return what became of the digests.

    Args:
        database: "sqlite" or "postgresql".
        folder: Empty; the state goes there.
        seconds: No new round begins after so long.
        seed: Of everything that is drawn; what the machine does in which order is not.
        only: Only faults whose name contains this.
        faults: By default all, for ever.
        say: Hears a line per round.

    Raises:
        NoPostgres: Its programs are not here.
    """
    server = RestartablePostgres(folder) if database == "postgresql" else None
    async with AsyncExitStack() as stack:
        if server is not None:
            stack.enter_context(server)
        ground = await stack.enter_async_context(open_ground(folder, server, seed))
        chosen = faults or endless(ground.is_cluster, ground.draw, only or "")
        rounds: list[Round] = []
        until = time.monotonic() + seconds
        for kind, fault in chosen:
            if time.monotonic() > until:
                break
            rounds.append(await _round(ground, kind, fault, say))
        await ground.as_usual()
        await _drain(ground, rounds)
        result = await _result(database, ground, rounds)
        await ground.kill_all()
    return result


async def _round(ground: Ground, kind: str, fault: Fault, say: Callable[[str], object]) -> Round:
    one, began = Round(kind), time.monotonic()
    await ground.as_usual()
    await fault(ground, one)
    one.staged += sum(switch.hits for switch in ground.sandbox.faults.switches)
    ground.sandbox.faults.clear()
    name = fault.args[0] if isinstance(fault, functools.partial) else ""
    tally = await count(ground, one)
    say(
        f"{kind} {name}: {one.staged} faults, {tally.once} of {tally.due} once, {tally.twice} twice,"
        f" {tally.told} told, {tally.silent} not yet, {time.monotonic() - began:.1f} s\n"
    )
    for sentence in tally.wrong:
        if "posted" in sentence:  # what is missing may still come
            say(f"    {sentence}\n")
    return one


async def _drain(ground: Ground, rounds: list[Round]) -> None:
    """Wait until every digest has ended, within reason."""
    until = time.monotonic() + DRAIN_SECONDS
    for one in rounds:
        while time.monotonic() < until and not await is_settled(ground, one):  # noqa: ASYNC110 - rows in a database have no event
            await asyncio.sleep(0.3)


async def _result(database: str, ground: Ground, rounds: list[Round]) -> Result:
    result = Result(database, log=ground.log)
    for one in rounds:
        result.lines[one.kind] = result.lines.get(one.kind, Tally()) + await count(ground, one)
    result.wrong = [f"nobody asked for this: {found}" for found in strays(ground, rounds)]
    return result
