"""
How soon people see an answer: one question at a time, and fifty at once.

The model gives its first word after 0.3 s and 200 words within 2.3 s; every call to Slack takes
20 ms. The bot runs in a process of its own; the sandbox and the model run here.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.sandbox import Message
from tests.bench.table import Row
from tests.fakes.azure import Say
from tests.fakes.place import Place, open_place
from tests.fakes.program import started
from tests.fakes.wire_news import PILOT

ONE_BY_ONE, AT_ONCE = 15, 50
FIRST_WORD_SECONDS, WRITING_SECONDS, SLACK_SECONDS = 0.3, 2.0, 0.02
_SIGN = "assistant.threads.setStatus"
_FIRST = frozenset({"chat.startStream", "chat.postMessage"})
_SENTENCES = PILOT.page.replace("\n\n", " ").split(". ")


def two_hundred_words() -> str:
    """Return an answer of about 200 words whose sentences are those of the source."""
    words: list[str] = []
    while len(words) < 200:
        words += " ".join(f"{line.rstrip('.')}." for line in _SENTENCES).split(" ")
    return " ".join(words[:200])


async def measure() -> list[Row]:
    """Measure one at a time, then fifty at once."""
    with TemporaryDirectory() as folder:
        async with _talking(Path(folder)) as (place, digest):
            single = [await _ask_one(place, digest, number) for number in range(ONE_BY_ONE + 1)]
            # The first one also opens connections.
            firsts, signs, calls = zip(*single[1:], strict=True)
            rush_signs, answered = await _ask_all(place)
    return [
        Row(what="one question: first words", values=firsts, unit="s", target="< 0.7 (median)"),
        Row(
            what="one question: something visible", values=signs, unit="s", target="< 0.1 (median)"
        ),
        Row(
            what="one question: Slack calls besides the status line",
            values=calls,
            unit="",
            target="<= 4",
        ),
        Row(what="50 at once: answered", values=[answered], unit="", target="50"),
        Row(what="50 at once: a sign, p95", values=[_p95(rush_signs)], unit="s", target="< 1"),
    ]


@asynccontextmanager
async def _talking(folder: Path) -> AsyncIterator[tuple[Place, Message]]:
    async with open_place(folder) as place:
        channel = await place.set_up([place.publishers.feed("ledger", [PILOT])], due=True)
        async with started("run", cwd=place.folder, **place.settings) as program:
            row = await place.wait_for_state(channel, "sent")
            await asyncio.sleep(3.0)  # imports in the background are over
            text = two_hundred_words()
            place.azure.always(Say(text))
            place.azure.first_token_seconds = FIRST_WORD_SECONDS
            place.azure.tokens_per_second = len(text) / 4 / WRITING_SECONDS
            for method in ("chat.*", "assistant.*"):
                place.sandbox.faults.add(kind="slow", method=method, every=1, seconds=SLACK_SECONDS)
            digest = next(said for said in place.digests() if said.ts == row.ts)
            yield place, digest
            program.stop()
            await program.ended()


async def _ask_one(place: Place, digest: Message, number: int) -> tuple[float, float, float]:
    """Return (seconds to the first words, seconds to a sign, Slack calls besides the status)."""
    place.sandbox.calls.clear()
    begun = time.time()
    asked = place.sandbox.as_user("ada").post(
        "ai-news", f"#1 what does it need, for the {number}. time?", thread_ts=digest.ts
    )
    await place.sandbox.wait_for(lambda: _finished(place, digest.ts, asked.ts), timeout=30)
    await asyncio.sleep(0.2)
    calls = place.sandbox.calls.entries
    seen = {call.method: call.at + SLACK_SECONDS - begun for call in reversed(calls)}
    first = min(seen[name] for name in _FIRST if name in seen)
    besides = sum(call.method != _SIGN for call in calls)
    return first, min(first, seen.get(_SIGN, math.inf)), float(besides)


async def _ask_all(place: Place) -> tuple[list[float], int]:
    """Return the seconds to each asker's first sign, and how many were answered."""
    place.sandbox.calls.clear()
    people = [place.sandbox.as_user(name) for name in ("ada", "ben")]
    asked = {}
    for number in range(AT_ONCE):
        said = people[number % 2].post(
            "ai-news", f"@plainwire why do models need memory, part {number}?"
        )
        asked[said.ts] = time.time()
    await place.sandbox.wait_for(lambda: all(_finished(place, ts, ts) for ts in asked), timeout=180)
    signs: dict[str, float] = {}
    for call in place.sandbox.calls.entries:
        ts = str(call.arguments.get("thread_ts", ""))
        if ts in asked:
            signs.setdefault(ts, call.at + SLACK_SECONDS - asked[ts])
    return list(signs.values()), sum(bool(_finished(place, ts, ts)) for ts in asked)


def _finished(place: Place, thread_ts: str, after_ts: str) -> bool:
    thread = place.sandbox.thread("ai-news", thread_ts)
    return any(
        said.bot_id and said.ts > after_ts and not said.streaming and len(said.blocks) > 1
        for said in thread
    )


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
