"""The fault runs of `make chaos`, a few rounds of them: exactly one digest, or missed and told."""

from __future__ import annotations

import functools
import os
import random
from pathlib import Path

import pytest

from tests.chaos.faults import CLUSTER, EVERYWHERE
from tests.chaos.process_faults import killed_at
from tests.chaos.run import AT_STEPS, run
from tests.fakes.postgres import NoPostgres

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

REQUIRE_POSTGRES = os.environ.get("PLAINWIRE_REQUIRE_POSTGRES") == "1"
# After the intent is committed, and after Slack took the message: where a digest can be lost or
# doubled.
_DANGEROUS = ("sending.ended", "post.ended")


def _at(point: str):
    return AT_STEPS, functools.partial(killed_at, point)


async def _staged(database: str, folder: Path, faults, seed: int) -> None:
    result = await run(database, folder, seconds=25, seed=seed, faults=faults, say=lambda _: None)
    total = result.total
    assert result.is_good, (seed, total.wrong, result.wrong, "".join(result.log[-50:]))
    assert total.staged
    assert total.once + total.told == total.due


async def test_one_process(tmp_path: Path):
    """Kills and lost answers: each due digest is posted once, or missed and told."""
    seed = random.randrange(10**6)
    faults = [
        ("lost answers", EVERYWHERE["lost answers, before and after"]),
        *map(_at, _DANGEROUS),
    ]
    await _staged("sqlite", tmp_path, faults, seed)


@pytest.mark.postgres
async def test_many_processes(tmp_path: Path):
    """One of two or three processes killed for good: each due digest is posted once."""
    kind = "one of two or three killed for good"
    faults = [(kind, CLUSTER[kind])]
    try:
        await _staged("postgresql", tmp_path, faults, random.randrange(10**6))
    except NoPostgres as reason:
        if REQUIRE_POSTGRES:
            pytest.fail(str(reason))
        pytest.skip(str(reason))
