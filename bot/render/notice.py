"""Plain sentences to a person or a channel, such as "yesterday's digest is missing"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.render import blocks
from bot.render.clean import one_line
from bot.render.message import Block, Message
from bot.render.mrkdwn import EMPTY, Escaped, code, escape_piece, join, trusted

MAX_SENTENCE_CHARS = 1_000
MAX_NOTICE_CHARS = 2_900
# Sections of one notice.
_MAX_PARTS = 8
_CODE = re.compile(r"`([^`\n]{1,100})`")


def notice(*sentences: str, buttons: Sequence[blocks.Element] = (), block_id: str = "") -> Message:
    """
    Return plain sentences as a message, one per line; words between backticks become code.

    Args:
        sentences: Ours or from outside; commands in backticks, such as "`/digest help`".
        buttons: A row under them; needs a *block_id*.
        block_id: Of that row.

    Raises:
        ValueError: There is nothing to say.
    """
    text = lines_of(sentences)
    row: tuple[Block, ...] = (blocks.actions(buttons, block_id=block_id),) if buttons else ()
    parts = [blocks.section(lines_of(part)) for part in _parts(sentences)]
    return Message(text=str(text), blocks=(*(parts or [blocks.section(text)]), *row))


def _parts(sentences: Sequence[str]) -> list[list[str]]:
    """Return sentences as they stand together; a long list, such as that of own feeds, in several."""
    parts: list[list[str]] = []
    room = 0
    for sentence in sentences:
        length = len(lines_of([sentence]))
        if not length:
            continue
        needed = length + 1
        if needed > room:
            if len(parts) == _MAX_PARTS:
                break
            parts.append([])
            room = MAX_NOTICE_CHARS
        parts[-1].append(sentence)
        room -= needed
    return parts


def lines_of(sentences: Sequence[str], limit: int = MAX_NOTICE_CHARS) -> Escaped:
    """Return plain sentences, one per line, within *limit*."""
    lines = [with_code(sentence).cut(MAX_SENTENCE_CHARS) for sentence in sentences]
    return join(trusted("\n"), lines).cut(limit)


def with_code(sentence: str) -> Escaped:
    """Return a plain sentence, what stands between backticks as code, everything else escaped."""
    sentence = one_line(sentence)
    pieces: list[Escaped] = []
    at = 0
    for match in _CODE.finditer(sentence):
        pieces += [escape_piece(sentence[at : match.start()]), code(match[1])]
        at = match.end()
    return join(EMPTY, [*pieces, escape_piece(sentence[at:])])
