"""One message for digests that say the same, and computing without holding everybody up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.digest import Digest
from bot.digest.in_turn import InTurn
from bot.digest.message_cache import MessageCache
from tests.fakes.digests import make_digest, make_item

pytestmark = pytest.mark.anyio


class Drawing:
    def __init__(self) -> None:
        self.drawn: list[Digest] = []

    def __call__(self, digest: Digest) -> str:
        self.drawn.append(digest)
        return f"message {len(self.drawn)}"


def _draws(first: Digest, second: Digest) -> int:
    drawing = Drawing()
    cache = MessageCache(drawing)
    cache.message_of(first)
    cache.message_of(second)
    return len(drawing.drawn)


def test_digests_that_say_the_same_share_a_message():
    """The instant of making is not read in a digest that is in time."""
    digest = make_digest()
    assert _draws(digest, replace(digest, made_at=digest.made_at + timedelta(seconds=7))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first_post": True},
        {"notices": ("Yesterday's digest is missing.",)},
        {"feeds_read": 99},
        {"personal": True},
        {"items": ()},
    ],
    ids=str,
)
def test_digests_that_say_something_else_are_drawn_anew(changes):
    """Whatever can be read in a digest keeps it from another's message."""
    digest = make_digest(make_item())
    assert _draws(digest, replace(digest, **changes)) == 2


def test_another_explanation_of_the_same_story_is_drawn_anew():
    """An explanation that was completed meanwhile is never hidden by an older message."""
    digest = make_digest(make_item())
    first = digest.items[0]
    other = replace(first, explanation=replace(first.explanation, headline="Another one"))
    assert _draws(digest, replace(digest, items=(other, *digest.items[1:]))) == 2


def test_late_digests_say_when_they_were_made():
    """A late digest names its minute: the next minute's one is another message."""
    digest = make_digest()
    late = replace(digest, late_since=digest.made_at)
    assert _draws(late, replace(late, made_at=late.made_at + timedelta(minutes=1))) == 2


async def test_others_run_between_two_long_computations():
    """However many go on in one turn of the loop, each computes in a turn of its own."""
    turns = 0
    seen: list[int] = []

    async def beat() -> None:
        nonlocal turns
        while len(seen) < 5:
            turns += 1
            await asyncio.sleep(0)

    in_turn = InTurn()
    computing = [in_turn.run(lambda: seen.append(turns)) for _ in range(5)]
    await asyncio.gather(beat(), *computing)
    assert len(set(seen)) == 5
