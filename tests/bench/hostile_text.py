"""
How the time for text that was made to slow pattern matching down grows with its length.

The tests read such text to its end; that it is read in linear time is counted here, in processor
time, since the work is done inside one call of the pattern matcher and has no count of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.chat.ask import parse_ask
from bot.explain.glossary import Glossary
from bot.explain.grounding import check
from bot.explain.pick import stands_alone
from bot.explain.plain_language import is_clean
from bot.explain.sentences import split_sentences
from bot.net.plain_text import plain
from tests.bench.table import Row

SHAPES = (
    ".", ". ", '."', "\n ", "a.", "[1]", "(", "1. ", "U.S. ", "a.a-", "1.", "A-", '"a', "‘a’", "a@",
    "1 234 ", "*a", "< ", "<documents", "ignore ", "agent ", "data centre ", "http://", "www.", "a_",
    "API/", "<a ", "<!--", "<![CDATA[", "&amp;", "<script>", "in simple ", "what is ", "<http://a|",
)  # fmt: skip
CHARS = 40_000
TIMES = 4
GLOSSARY = Glossary.load()
READERS: dict[str, Callable[[str], object]] = {
    "sentences cut": split_sentences,
    "grounding checked": lambda text: check([text], [text]),
    "plain language checked": is_clean,
    "a sentence judged to stand alone": stands_alone,
    "terms found": GLOSSARY.find_in,
    "markup taken off": lambda text: plain(text, 50_000),
    "a typed question parsed": parse_ask,
}


async def measure() -> list[Row]:
    return [
        Row(
            what=f"{what}: {TIMES} times the characters take so many times as long, worst shape",
            values=[max(_growth(read, shape) for shape in SHAPES)],
            unit="times",
            target=f"about {TIMES}; quadratic would be {TIMES**2}",
        )
        for what, read in READERS.items()
    ]


def _growth(read: Callable[[str], object], shape: str) -> float:
    short = _seconds(read, shape, CHARS)
    # What takes less than this is nothing, and its growth is noise.
    return _seconds(read, shape, TIMES * CHARS) / max(short, 0.02)


def _seconds(read: Callable[[str], object], shape: str, chars: int) -> float:
    text = (shape * chars)[:chars]
    begun = time.process_time()
    read(text)
    return time.process_time() - begun
