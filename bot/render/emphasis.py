"""Marking the terms that a text explains: each in bold at its first use, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.render.clean import one_line
from bot.render.mrkdwn import EMPTY, Escaped, bold, escape_piece, join

Span = tuple[int, int]


def term_spans(text: str, terms: Sequence[str], used: set[str]) -> tuple[Span, ...]:
    """
    Return where the first uses of *terms* stand in *text*, in order, never overlapping.

    A plural's "s" belongs to the word. Longer terms win over terms inside them. *text* is what
    `one_line` returned; *used* holds the lower-case terms already marked in this story, and gets
    those found here.
    """
    spans: list[Span] = []
    for term in sorted({one_line(term) for term in terms}, key=lambda t: (-len(t), t)):
        if not term or term.lower() in used:
            continue
        found = _first_free(term, text, spans)
        if found:
            used.add(term.lower())
            spans.append(found)
    return tuple(sorted(spans))


def emphasise(text: str, terms: Sequence[str], used: set[str]) -> Escaped:
    """Return *text* escaped, with the first uses of *terms* in bold."""
    text = one_line(text)
    pieces: list[Escaped] = []
    at = 0
    for start, end in term_spans(text, terms, used):
        pieces += [escape_piece(text[at:start]), bold(text[start:end])]
        at = end
    return join(EMPTY, [*pieces, escape_piece(text[at:])])


def _first_free(term: str, text: str, taken: Sequence[Span]) -> Span | None:
    pattern = re.compile(rf"(?<!\w){re.escape(term)}(?:e?s)?(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(text):
        if all(match.end() <= start or end <= match.start() for start, end in taken):
            return match.span()
    return None
