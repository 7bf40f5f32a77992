"""
Pieces of a streamed answer in, whole checked sentences out. Pure.

A sentence is let go when what follows shows that it has ended, and when its checks pass; the
outcome depends on the text alone, not on how it was cut into pieces. What fails is dropped and
counted. Nothing leaves that the escaper has not made safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.chat.answer_prompt import NOT_IN_SOURCES_MARK, OUTSIDE_MARK
from bot.explain.draft import fold_space
from bot.explain.outgoing.check import Outgoing
from bot.explain.plain_language import is_clean
from bot.explain.readability import word_count
from bot.explain.sentences import split_sentences
from bot.render.mrkdwn import Escaped, escape, trusted

# Longer is no sentence any more.
MAX_SENTENCE_WORDS = 70
# The splitter decides by what follows within so many characters, or by the next words alone.
_LOOK_AHEAD_CHARS, _LOOK_AHEAD_WORDS = 64, 2
_MARK = re.compile(
    rf"\W*\b(?:(?P<outside>{OUTSIDE_MARK[1:-1]})|(?P<missing>{NOT_IN_SOURCES_MARK[1:-1]}))\b[\]).:\s*]*"
)
_LIST_MARK = re.compile(r"^(?:[-*•–]\s+|#{1,6}\s+|\d{1,2}[.)]\s+|>\s+)+")
_EMPHASIS = re.compile(r"(\*\*|__|`+)(?=\S)(.+?)(?<=\S)\1")
_CLOSED = re.compile(r"[.!?…。！？]$")
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
        self._at_start = True
        self._break_pending = False
        self._seen: set[str] = set()
        self.passed: list[Passed] = []
        self.dropped = 0
        self.outside = False
        self.not_in_sources = False

    def feed(self, piece: str) -> list[Passed]:
        """Take a piece of the stream and return the sentences that can now be shown."""
        self._buffer += piece
        return [kept for raw in self._whole_ones() if (kept := self._judge(raw)) is not None]

    def close(self, *, broken: bool = False) -> list[Passed]:
        """
        End the stream and return what is left of it.

        Args:
            broken: The stream did not end by itself; a last sentence without an end is no sentence.
        """
        rest = split_sentences(self._buffer, self._language)
        if broken and rest and not _CLOSED.search(rest[-1].rstrip("\"'”’»)]")):
            rest = rest[:-1]
        return [kept for raw in rest if (kept := self._judge(self._take(raw))) is not None]

    @property
    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """Return what passed so far, by paragraph."""
        found: list[list[str]] = []
        for sentence in self.passed:
            if sentence.opens_paragraph or not found:
                found.append([])
            found[-1].append(sentence.text)
        return tuple(tuple(lines) for lines in found)

    def _whole_ones(self) -> Iterator[str]:
        while True:
            sentences = split_sentences(self._buffer[: self._window()], self._language)
            if len(sentences) < 2:  # noqa: PLR2004 - the last one may go on
                return
            first = sentences[0]
            if not _is_settled(self._buffer[_length_in(self._buffer, first) :]):
                return
            yield self._take(first)

    def _window(self) -> int:
        # Cutting a very long buffer anew for each piece would take quadratic time.
        return 6_000

    def _take(self, sentence: str) -> str:
        """Remove a sentence from the buffer; note whether a paragraph ended after it."""
        end = _length_in(self._buffer, sentence)
        rest = self._buffer[end:]
        gap = rest[: len(rest) - len(rest.lstrip())]
        opening = self._break_pending
        self._break_pending = bool(_PARAGRAPH.match(rest)) or "\f" in gap or "\u2029" in gap
        self._buffer = rest.lstrip()
        return f"\n{sentence}" if opening else sentence

    def _judge(self, raw: str) -> Passed | None:
        opens = raw.startswith("\n")
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
    text = _LIST_MARK.sub("", text)
    return _EMPHASIS.sub(r"\2", text).strip()


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
