"""One fault run on one database: round after round until the time is up, then the count."""

from __future__ import annotations

import asyncio
import functools
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.count import Round, Tally, count, is_settled, strays
from tests.chaos.faults import CLUSTER, EVERYWHERE, SQLITE, Fault
from tests.chaos.ground import DoesNotStart, Ground, open_ground
from tests.chaos.process_faults import POINTS, killed_at
from tests.fakes.postgres import RestartablePostgres

AT_STEPS = "kill -9 at each named step"
# A look-up that Slack did not answer is tried again after a minute.
DRAIN_SECONDS = 90.0


@dataclass
class Result:
    """What one database's run brought; `lines` by fault kind, `left_over` what was never drawn."""

    database: str
    lines: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        return sum(self.lines.values(), Tally())

    @property
    def is_good(self) -> bool:
        return not (self.total.twice or self.total.silent or self.total.wrong or self.wrong)


Card = tuple[str, Fault]


def deck(*, cluster: bool, only: str) -> list[Card]:
    """Return every kind of fault once, and the kill at each named step as a card of its own."""
    kinds = {**EVERYWHERE, **(CLUSTER if cluster else SQLITE)}
    cards: list[Card] = [(kind, fault) for kind, fault in kinds.items() if only in kind]
    if only in AT_STEPS:
        cards += [(AT_STEPS, functools.partial(killed_at, point)) for point in POINTS]
    return cards


def dealt(cards: Sequence[Card], draw: random.Random) -> Iterator[Card]:
    """Yield for ever: the whole deck in a random order, then in another one."""
    while True:
        yield from draw.sample(cards, len(cards))


async def run(
    database: str,
    folder: Path,
    *,
    seconds: float,
    seed: int,
    only: str | None = None,
    faults: Iterable[Card] | None = None,
    at_most_seconds: float | None = None,
    say: Callable[[str], object] = sys.stderr.write,
) -> Result:
    """
    Stage faults for so long and return what became of the digests.

    Args:
        database: "sqlite" or "postgresql".
        folder: Empty; the state goes there.
        seconds: No new round begins after so long, once every card of the deck was drawn.
        seed: Of everything that is drawn; what the machine does in which order is not.
        only: Only faults whose name contains this.
        faults: By default the deck, again and again.
        at_most_seconds: No new round begins after so long in any case; by default *seconds*.
        say: Hears a line per round.

    Raises:
        NoPostgres: Its programs are not here.
    """
    server = RestartablePostgres(folder) if database == "postgresql" else None
    async with AsyncExitStack() as stack:
        if server is not None:
            stack.enter_context(server)
        ground = await stack.enter_async_context(open_ground(folder, server, seed))
        cards = [] if faults else deck(cluster=ground.is_cluster, only=only or "")
        chosen = faults or dealt(cards, ground.draw)
        rounds: list[Round] = []
        began = time.monotonic()
        ended = ""
        try:
            for number, (kind, fault) in enumerate(chosen):
                spent = time.monotonic() - began
                enough = spent > seconds and number >= len(cards)
                if enough or spent > (at_most_seconds or seconds):
                    break
                rounds.append(await _round(ground, kind, fault, say))
            await ground.as_usual()
            await _drain(ground, rounds)
        except DoesNotStart as error:
            # What was found until then is worth a table.
            ended = str(error)
        result = await _result(database, ground, rounds)
        result.wrong += [ended] if ended else []
        result.left_over = _never_drawn(cards, rounds)
        await ground.kill_all()
    return result


def _point_of(fault: Fault) -> str:
    return str(fault.args[0]) if isinstance(fault, functools.partial) else ""


def _never_drawn(cards: Sequence[Card], rounds: Sequence[Round]) -> list[str]:
    names = [f"{kind} {_point_of(fault)}".rstrip() for kind, fault in cards]
    drawn = {one.name for one in rounds}
    return [name for name in names if name not in drawn]


async def _round(ground: Ground, kind: str, fault: Fault, say: Callable[[str], object]) -> Round:
    name = _point_of(fault)
    one, began = Round(kind, name=f"{kind} {name}".rstrip()), time.monotonic()
    if not name:  # a kill at a named step starts its own processes
        await ground.as_usual()
    await fault(ground, one)
    one.staged += sum(switch.hits for switch in ground.sandbox.faults.switches)
    ground.sandbox.faults.clear()
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
