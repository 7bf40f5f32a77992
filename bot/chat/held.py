"""
Pieces of a streamed answer in, whole checked sentences out. Pure.

A sentence is let go when what follows shows that it has ended, and when its checks pass; the
outcome depends on the text alone, not on how it was cut into pieces. What fails is dropped and
counted. Nothing leaves that the escaper has not made safe.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Protocol

from bot.chat.answer_prompt import NOT_IN_SOURCES_MARK, OUTSIDE_MARK
from bot.explain.draft import fold_space
from bot.explain.outgoing.check import Outgoing
from bot.explain.plain_language import is_clean
from bot.explain.readability import word_count
from bot.explain.sentences import split_sentences
from bot.render.mrkdwn import Escaped, escape, trusted

# Longer is no sentence any more.
MAX_SENTENCE_WORDS, MAX_SENTENCE_CHARS = 70, 2_000
# No answer that we ask for is a quarter as long; what a model writes beyond it is not read.
MAX_ANSWER_CHARS = 40_000
# The splitter decides by what follows within so many characters, or by the next words alone.
_LOOK_AHEAD_CHARS, _LOOK_AHEAD_WORDS = 64, 2
# What is cut into sentences at once: a sentence, and what decides where it ends.
_WINDOW_CHARS = MAX_SENTENCE_CHARS + _LOOK_AHEAD_CHARS
# A buffer without an end of a sentence is looked at again for each piece while it is so short, and
# then after every eighth of its length: looking at all of it for each piece takes quadratic time.
_EAGER_CHARS, _EIGHTH = 200, 8
_MARK = re.compile(
    rf"\W*\b(?:(?P<outside>{OUTSIDE_MARK[1:-1]})|(?P<missing>{NOT_IN_SOURCES_MARK[1:-1]}))\b[\]).:\s*]*"
)
_LIST_MARK = re.compile(r"^(?:[-*•–]\s+|#{1,6}\s+|\d{1,2}[.)]\s+|>\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|`+")
_CLOSED = re.compile(r"[.!?…。！？]$")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|[\f\u2029]")
# "12. ": what may open a paragraph after a line break.
_BULLET_CHARS = 4
_PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?=[-*•–#>]|\d{1,2}[.)])")


class SentenceCheck(Protocol):
    """Judges one plain sentence (see `checks.py`)."""

    def passes(self, sentence: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Passed:
    """
    A sentence that may be shown.

    Attributes:
        text: Plain, for the finished message and the memory.
        opens_paragraph: A paragraph begins with it.
        escaped: The same for the stream, with the space or break that goes before it.
    """

    text: str
    opens_paragraph: bool
    escaped: Escaped


class Holder:
    """
    Holds a stream back until sentences are whole and checked.

    Args:
        check: Judges each sentence.
        language: Of the answer, for cutting sentences.
        outgoing: What may be posted; None: nothing may be named that looks like an address.
    """

    def __init__(
        self, check: SentenceCheck, language: str = "en", outgoing: Outgoing | None = None
    ) -> None:
        self._check = check
        self._outgoing = outgoing or Outgoing()
        self._language = language
        self._before = ""
        self._buffer = ""
        self._room = MAX_ANSWER_CHARS
        self._look_again_at = 0
        self._in_overlong = False
        self._at_start = True
        self._break_pending = False
        self._seen: set[str] = set()
        self.passed: list[Passed] = []
        self.dropped = 0
        self.outside = False
        self.not_in_sources = False

    def feed(self, piece: str) -> list[Passed]:
        """Take a piece of the stream and return the sentences that can now be shown."""
        found: list[Passed] = []
        for part in self._parts(piece):
            self._buffer += part
            if len(self._buffer) >= self._look_again_at:
                found += [kept for raw in self._whole_ones() if (kept := self._judge(raw))]
                waiting = len(self._buffer)
                self._look_again_at = waiting + max(0, waiting - _EAGER_CHARS) // _EIGHTH
        return found

    def close(self, *, broken: bool = False) -> list[Passed]:
        """
        End the stream and return what is left of it.

        Args:
            broken: The stream did not end by itself; a last sentence without an end is no sentence.
        """
        found = [kept for raw in self._whole_ones() if (kept := self._judge(raw))]
        rest = split_sentences(self._buffer, self._language)
        if broken and rest and not _CLOSED.search(rest[-1].rstrip("\"'”’»)]")):
            rest = rest[:-1]
        taken = (self._take(sentence) for sentence in rest)
        return found + [kept for raw in taken if (kept := self._judge(raw))]

    @property
    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """Return what passed so far, by paragraph."""
        found: list[list[str]] = []
        for sentence in self.passed:
            if sentence.opens_paragraph or not found:
                found.append([])
            found[-1].append(sentence.text)
        return tuple(tuple(lines) for lines in found)

    def _parts(self, piece: str) -> Iterator[str]:
        """Give a piece in parts that keep the buffer short; drop what no answer of ours needs."""
        if len(piece) > self._room:
            self.dropped += self._room >= 0
            piece, self._room = piece[: max(self._room, 0)], -1
        else:
            self._room -= len(piece)
        for start in range(0, len(piece), _WINDOW_CHARS):
            yield piece[start : start + _WINDOW_CHARS]

    def _whole_ones(self) -> Iterator[str]:
        while True:
            self._skip_space()
            window = self._buffer[:_WINDOW_CHARS]
            before = len(self._buffer)
            # The last one may go on.
            for sentence in split_sentences(window, self._language)[:-1]:
                end = _length_in(self._buffer, sentence)
                # Of a buffer longer than the window, no more than the window was looked at.
                seen = _WINDOW_CHARS - (before - len(self._buffer))
                if not _is_settled(self._buffer[end : min(end + _LOOK_AHEAD_CHARS, seen)]):
                    break
                yield self._take(sentence)
            if len(self._buffer) < before:
                continue
            if before < _WINDOW_CHARS:
                return
            self._pass_over_overlong()

    def _skip_space(self) -> None:
        rest = self._buffer.lstrip()
        gap = self._buffer[: len(self._buffer) - len(rest)]
        self._break_pending = self._break_pending or bool(_BLANK_LINE.search(gap))
        self._buffer = rest

    def _pass_over_overlong(self) -> None:
        """Drop the beginning of what has no end within a sentence's length; its rest goes as it comes."""
        self._without_mark(tidy(self._buffer[:MAX_SENTENCE_CHARS]))
        self._buffer = self._buffer[MAX_SENTENCE_CHARS:]
        self.dropped += not self._in_overlong
        self._in_overlong = True

    def _take(self, sentence: str) -> str:
        """Remove a sentence from the buffer; note whether a paragraph ended after it."""
        end = _length_in(self._buffer, sentence)
        rest = self._buffer[end:].lstrip()
        gap = self._buffer[end : len(self._buffer) - len(rest)]
        opening = self._break_pending
        after = self._buffer[end : len(gap) + end + _BULLET_CHARS]
        self._break_pending = bool(_PARAGRAPH.match(after)) or "\f" in gap or "\u2029" in gap
        self._buffer = rest
        return f"\n{sentence}" if opening else sentence

    def _judge(self, raw: str) -> Passed | None:
        opens = raw.startswith("\n")
        if self._in_overlong:
            self._in_overlong = False
            self._break_pending = self._break_pending or opens
            return None
        text = self._without_mark(tidy(raw))
        if self.outside or not any(letter.isalnum() for letter in text):
            self._break_pending = self._break_pending or opens
            return None
        if text in self._seen or not self._is_fit(text):
            self.dropped += text not in self._seen
            self._break_pending = self._break_pending or opens
            return None
        return self._pass_on(text, opens=opens)

    def _pass_on(self, text: str, *, opens: bool) -> Passed:
        self._seen.add(text)
        first = not self.passed
        before = trusted("") if first else trusted("\n\n") if opens else trusted(" ")
        kept = Passed(text, opens and not first, before + escape(text))
        self.passed.append(kept)
        return kept

    def _is_fit(self, text: str) -> bool:
        before, self._before = self._before, text
        return (
            is_clean(text)
            and word_count(text) <= MAX_SENTENCE_WORDS
            and self._outgoing.fits(text, before)
            and self._check.passes(text)
        )

    def _without_mark(self, text: str) -> str:
        """Take our own marks off the beginning of the answer, and remember them."""
        if not self._at_start:
            return text
        found = _MARK.match(text)
        if found is None:
            self._at_start = not any(letter.isalnum() for letter in text)
            return text
        self._at_start = False
        self.outside = found["outside"] is not None
        self.not_in_sources = found["missing"] is not None
        return text[found.end() :]


def tidy(sentence: str) -> str:
    """Return a sentence without list marks and emphasis, which models add and we do not show."""
    text = fold_space(sentence)
    return _without_emphasis(_LIST_MARK.sub("", text)).strip()


def _without_emphasis(text: str) -> str:
    """Take marks of emphasis off in pairs; one without its partner stays."""
    marks = list(_EMPHASIS.finditer(text))
    closing: dict[str, list[int]] = {}
    for number, mark in enumerate(marks):
        if mark.start() > 0 and not text[mark.start() - 1].isspace():
            closing.setdefault(mark[0], []).append(number)
    dropped: list[re.Match[str]] = []
    number = 0
    while number < len(marks):
        end = _partner(text, marks, number, closing)
        if end is not None:
            dropped += [marks[number], marks[end]]
            number = end
        number += 1
    pieces = pairwise([0, *(place for mark in dropped for place in mark.span()), len(text)])
    return "".join(text[begin:stop] for begin, stop in islice(pieces, 0, None, 2))


def _partner(
    text: str, marks: Sequence[re.Match[str]], opening: int, closing: Mapping[str, Sequence[int]]
) -> int | None:
    """Return which mark closes what this one opens, or None."""
    mark = marks[opening]
    if text[mark.end() : mark.end() + 1].strip() == "":
        return None
    ends = closing.get(mark[0], ())
    for place in range(
        bisect_right(ends, opening), min(bisect_right(ends, opening) + 2, len(ends))
    ):
        if marks[ends[place]].start() > mark.end():
            return ends[place]
    return None


def _is_settled(following: str) -> bool:
    """Return True when more text can not change where the sentence before it ended."""
    if len(following) >= _LOOK_AHEAD_CHARS:
        return True
    closed_by_quote = following[:1] != "" and not following[:1].isspace()
    words = following.split()
    complete = len(words) - (not following[-1:].isspace())
    return not closed_by_quote and complete >= _LOOK_AHEAD_WORDS + 2


def _length_in(buffer: str, sentence: str) -> int:
    """Return how many characters of *buffer* hold *sentence*, whose white space was folded."""
    left = sum(not letter.isspace() for letter in sentence)
    for index, letter in enumerate(buffer):
        if left == 0:
            return index
        left -= not letter.isspace()
    return len(buffer)
