"""
Orders to the reader: sign in, confirm, paste, run, install, call, pay. Pure.

News tells what others do or demand ("Attackers told users to sign in"); an order begins a sentence
or follows "please" or "you must". So verbs are looked for where an imperative stands, and nowhere
else. The words themselves are in `order_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.explain.outgoing.order_words import ANYWHERE, BEGINS, INTRODUCES, LEADS, REPORTED, REPORTS

# Where a clause can begin: after the end of another, a colon, a dash, an opening quote.
_BEGINNING = re.compile(
    r"^|\n|[.!?…;:|•»)\]>؟۔](?=\s|$|[\"'“])|[。！？；：]|\s[-–—→=]{1,3}\s|[–—]|[\"“„«‘(\[<「『]|(?<=\s)'(?=\w)"
)
_OPENING = ('"', "“", "„", "«", "‘", " '", "「", "『")
_CLOSING = re.compile(r"[\"”“»」』]|['’](?!\w)")
_AFTER_CHARS = 40
_SKIP = re.compile(r"(?:[^\w$€£¥]|_|(?<=[\s(])\d{1,2}[.)]\s|^\d{1,2}[.)]\s){0,12}")
_MAX_INTRODUCTION = 160
_MOST_BEGINNINGS = 120


def orders_the_reader(folded: str) -> bool:
    """Return whether a folded text of bounded length tells its reader to do what only harms follow from."""
    text = folded.casefold()
    reported = bool(REPORTED.search(text))
    anywhere = ANYWHERE.finditer(text)
    if any(not (reported and _is_reported_quote(text, match.start())) for match in anywhere):
        return True
    beginnings = [*islice(_beginnings(text), _MOST_BEGINNINGS + 1)]
    # So many clauses are no sentence, and nothing that may be posted.
    return len(beginnings) > _MOST_BEGINNINGS or any(
        BEGINS.match(text, place)
        for start in beginnings
        for place in _imperative_places(text, start)
        if not (reported and _is_reported_quote(text, place))
    )


def _is_reported_quote(text: str, place: int) -> bool:
    """Return whether *place* is in a quotation, and the words before or right after it say whose."""
    opened, mark = max((text.rfind(mark, 0, place), mark) for mark in _OPENING)
    is_closing = mark == '"' and text.count(mark, 0, opened) % 2 == 1
    if opened < 0 or is_closing or text.find(". ", opened, place) >= 0:
        return False
    closed = _CLOSING.search(text, opened + len(mark))
    if closed is not None and closed.start() < place:
        return False
    after = text[closed.end() :][:_AFTER_CHARS] if closed else ""
    return bool(REPORTS.search(text[:opened]) or REPORTS.search(after))


def _beginnings(text: str) -> Iterator[int]:
    for match in _BEGINNING.finditer(text):
        yield match.end()
        introduction = INTRODUCES.match(text, _skipped(text, match.end()))
        if introduction:
            comma = text.find(",", introduction.end(), introduction.end() + _MAX_INTRODUCTION)
            if comma >= 0:
                yield comma + 1


def _imperative_places(text: str, start: int) -> Iterator[int]:
    """Yield where a clause begins, and where it does after "please", "now" and their like."""
    at = _skipped(text, start)
    yield at
    lead = LEADS.match(text, at)
    if lead:
        yield _skipped(text, lead.end())


def _skipped(text: str, start: int) -> int:
    found = _SKIP.match(text, start)
    return found.end() if found else start
