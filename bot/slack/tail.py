"""
What of an answer's final message was not streamed yet. Pure.

A stream's text stays and the stop can only put blocks under it. When the streamed pieces are all in
the message, and what else the message holds can stand below, the stop ends the answer by itself;
otherwise the message replaces the stream's text by an update, one call more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.render.message import Block, Message

# A label or a rule may stand below the text as well as above it.
_MAY_STAND_BELOW = frozenset({"context", "divider"})
# Emphasis differs between a piece and its block, and so do the look-alikes that disarm Markdown.
_MARKS = re.compile(r"[*_~∗ˍ∼\s]+")


def tail_of(message: Message, pieces: Sequence[str]) -> list[Block] | None:
    """
    Return the blocks to put under the streamed *pieces* (raw, in order), or None to update.

    A message without blocks needs an update, too, unless its text is what was streamed.
    """
    streamed = [bare for bare in map(_bare, pieces) if bare]
    everything = "".join(streamed)
    if not message.blocks:
        return [] if _bare(message.text) == everything else None
    tail: list[Block] = []
    covered = ""
    for block in message.blocks:
        text = _bare(" ".join(texts_in(block))) if block.get("type") == "section" else ""
        if text and text in everything:
            covered += text
            continue
        repeats = any(piece in text for piece in streamed)
        above = not covered and block.get("type") not in _MAY_STAND_BELOW
        if repeats or above:
            return None
        tail.append(block)
    return tail if covered == everything else None


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of blocks, in order."""
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        text = value.get("text")
        if isinstance(text, str):
            yield text
        for item in value.values():
            yield from texts_in(item) if isinstance(item, dict | list) else ()


def _bare(text: str) -> str:
    return _MARKS.sub("", text)
