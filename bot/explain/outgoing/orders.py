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
_QUOTES = frozenset("\"“„«‘'「『")
_SKIP = re.compile(r"(?:[^\w$€£¥]|_|(?<=[\s(])\d{1,2}[.)]\s|^\d{1,2}[.)]\s){0,12}")
_MAX_INTRODUCTION = 160
_MOST_BEGINNINGS = 120


def orders_the_reader(folded: str) -> bool:
    """Return whether a folded text of bounded length tells its reader to do what only harms follow from."""
    text = folded.casefold()
    if ANYWHERE.search(text):
        return True
    reported = bool(REPORTED.search(text))
    beginnings = [*islice(_beginnings(text), _MOST_BEGINNINGS + 1)]
    # So many clauses are no sentence, and nothing that may be posted.
    return len(beginnings) > _MOST_BEGINNINGS or any(
        BEGINS.match(text, place)
        for start, mark in beginnings
        if not (reported and mark in _QUOTES and REPORTS.search(text[:start]))
        for place in _imperative_places(text, start)
    )


def _beginnings(text: str) -> Iterator[tuple[int, str]]:
    for match in _BEGINNING.finditer(text):
        yield match.end(), match[0].strip()
        introduction = INTRODUCES.match(text, _skipped(text, match.end()))
        if introduction:
            comma = text.find(",", introduction.end(), introduction.end() + _MAX_INTRODUCTION)
            if comma >= 0:
                yield comma + 1, ","


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
