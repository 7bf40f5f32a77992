"""
What people type after `/explain`, in a mention or in a thread, taken apart. Pure.

Options are words, understood where people put them: at the beginning ("simply: …"), at the end
("… in German"), or between commas. In the middle of a sentence they are part of the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from bot.chat.ask_patterns import (
    ADDRESS,
    ARTICLE,
    ASKS,
    HELP,
    LANGUAGE,
    LENGTHS,
    LEVELS,
    MASHED,
    NO_TERM,
    OPTION_ASKED,
    OPTION_BETWEEN,
    OPTION_END,
    OPTION_START,
    POLITE_END,
    POLITE_START,
    QUESTION_START,
    SAYS_NOTHING,
    TERM_PATTERNS,
)
from bot.chat.ask_words import LANGUAGES
from bot.chat.slack_text import decode, links_in, with_plain_marks, without_links
from bot.explain.explanation import Level

MAX_ASK_CHARS = 10_000
MAX_TERM_CHARS, MAX_TERM_WORDS = 80, 6
# "Open weights?" names a term; with more words a question mark makes a question.
MAX_BARE_TERM_WORDS = 3
# With more words than this around a link, the words are what is to be explained.
MAX_WORDS_BESIDE_LINK = 40
# Nobody says more than a few options; the bounds keep hostile texts cheap.
_MAX_STRIPS, _TAIL_CHARS, _ONE_QUESTION_CHARS = 8, 120, 400
# "So what exactly is the meaning of" and a term: longer is no question about a term.
_TERM_QUESTION_CHARS = 300
# Patterns with several gaps would try every way to share out a long one.
_RUN_OF_SPACE = re.compile(r"\s{3,}")
Length = Literal["short", "long"]


class AskKind(StrEnum):
    """What a text asks for."""

    EMPTY = "empty"
    HELP = "help"
    TERM = "term"
    QUESTION = "question"
    LINK = "link"
    TEXT = "text"
    NONSENSE = "nonsense"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """
    A text, understood.

    Attributes:
        what: The term, the question, or the text to explain, without the options. For a link: what
            is asked about it, or "".
        links: Addresses in order, each once.
        level, language, length: As wished for, or None.
    """

    kind: AskKind
    what: str = ""
    links: tuple[str, ...] = ()
    level: Level | None = None
    language: str | None = None
    length: Length | None = None


def parse_ask(text: str, bot_user_id: str = "") -> Ask:
    """Return what *text* asks for; Slack's markup in it is understood, plain text too."""
    if len(text) >= MAX_ASK_CHARS:
        return Ask(kind=AskKind.TOO_LONG)
    heard = _RUN_OF_SPACE.sub(_short_space, decode(text, bot_user_id).text)
    if len(heard) <= _ONE_QUESTION_CHARS:
        heard = with_plain_marks(heard)
    if HELP.fullmatch(heard):
        return Ask(kind=AskKind.HELP)
    options = _Options()
    rest = _strip_all(heard, options)
    ask = Ask(
        kind=AskKind.EMPTY,
        level=options.level,
        language=options.language,
        length=options.length,
        links=links_in(rest) or _bare_address(rest),
    )
    return _understood(ask, rest, asked_to_explain=options.asked)


def _short_space(run: re.Match[str]) -> str:
    """Return what a long run of white space says: a new paragraph, a new line, or a space."""
    return "\n\n" if run[0].count("\n") > 1 else "\n" if "\n" in run[0] else " "


class _Options:
    """What the words around the question say; the first of each kind counts."""

    def __init__(self) -> None:
        self.level: Level | None = None
        self.language: str | None = None
        self.length: Length | None = None
        self.asked = False

    def take(self, words: str) -> None:
        words = " ".join(words.casefold().split())
        for level, pattern in LEVELS:
            if pattern.fullmatch(words):
                self.level = self.level or level
                return
        for length, pattern in LENGTHS:
            if pattern.fullmatch(words):
                self.length = self.length or length
                return
        found = LANGUAGE.fullmatch(words)
        if found:
            self.language = self.language or LANGUAGES[found["name"]]


def _strip_all(text: str, options: _Options) -> str:
    """Take polite words, "explain" and options off both ends until nothing more comes off."""
    rest = text.strip()
    for _ in range(_MAX_STRIPS):
        shorter = _strip_start(_strip_end(_strip_commas(rest, options), options), options)
        if shorter == rest:
            break
        rest = shorter
    return rest


def _strip_start(text: str, options: _Options) -> str:
    polite = POLITE_START.match(text)
    if polite and (polite.end() < len(text) or ASKS.search(polite[0])):
        options.asked = options.asked or bool(ASKS.search(polite[0]))
        return text[polite.end() :].lstrip(" ,:;-–")
    found = OPTION_START.match(text) or (OPTION_ASKED.match(text) if options.asked else None)
    if found:
        options.take(found["option"])
        return text[found.end() :].lstrip(" ,:;-–")
    return text


def _strip_end(text: str, options: _Options) -> str:
    # Only the end is looked at: searching all of a long text, again and again, takes its time.
    before, tail = text[:-_TAIL_CHARS], text[-_TAIL_CHARS:]
    polite = POLITE_END.search(tail)
    if polite and (polite.start() > 0 or before):
        return _kept_mark(before + tail[: polite.start()], polite["mark"])
    found = OPTION_END.search(tail)
    if found:
        options.take(found["option"])
        return _kept_mark(before + tail[: found.start()], found["mark"])
    return text


def _strip_commas(text: str, options: _Options) -> str:
    found = OPTION_BETWEEN.search(text) if len(text) <= _ONE_QUESTION_CHARS else None
    if found:
        options.take(found["option"])
        return f"{text[: found.start()]} {text[found.end() :]}"
    return text


def _kept_mark(text: str, mark: str) -> str:
    text = text.rstrip(" ,:;-–")
    return text + "?" if "?" in mark and text else text


def _understood(ask: Ask, rest: str, *, asked_to_explain: bool) -> Ask:
    words = " ".join(rest.split())
    if ask.links:
        return _of_link(ask, rest)
    if not words:
        return ask
    kind, what = _of_words(words, asked_to_explain=asked_to_explain)
    if kind is AskKind.HELP:
        return replace(ask, kind=kind)
    return replace(ask, kind=kind, what=what or rest.strip())


def _of_words(words: str, *, asked_to_explain: bool) -> tuple[AskKind, str]:
    """Return the kind, and the term (or "" when all of the text is meant)."""
    if _is_nonsense(words):
        return (AskKind.HELP if set(words) == {"?"} else AskKind.NONSENSE), ""
    term = term_of(words)
    if term is not None:
        return AskKind.TERM, term
    if _is_question(words):
        long = len(words.split()) > MAX_WORDS_BESIDE_LINK
        return (AskKind.TEXT if long else AskKind.QUESTION), ""
    bare = words.strip(" .!?\"'“”„‘’")
    if len(bare) <= MAX_TERM_CHARS and len(bare.split()) <= MAX_TERM_WORDS:
        return AskKind.TERM, _without_article(bare)
    one_request = asked_to_explain and len(words) <= 2 * MAX_TERM_CHARS and ". " not in words
    return (AskKind.QUESTION if one_request else AskKind.TEXT), ""


def _is_question(words: str) -> bool:
    if QUESTION_START.match(words):
        return True
    return words.endswith("?") and len(words.split()) > MAX_BARE_TERM_WORDS


def term_of(words: str) -> str | None:
    """Return X for "what is X?", "what does X mean", "was ist X" and their like, else None."""
    # The patterns take marks at the end, any number of them, and leave them.
    words = words.rstrip(" ?!.")
    if len(words) > _TERM_QUESTION_CHARS:
        return None
    for pattern in TERM_PATTERNS:
        found = pattern.fullmatch(words)
        if found is None:
            continue
        term = _without_article(found["term"].strip(" ?!.,;:\"'“”„‘’"))
        short = len(term) <= MAX_TERM_CHARS and len(term.split()) <= MAX_TERM_WORDS
        if term and short and not NO_TERM.match(term):
            return term
    return None


def _of_link(ask: Ask, rest: str) -> Ask:
    beside = " ".join(without_links(rest).split()).strip(" ,:;-–")
    if len(links_in(rest)) == 0:
        beside = ""
    if len(beside.split()) > MAX_WORDS_BESIDE_LINK:
        return replace(ask, kind=AskKind.TEXT, what=rest.strip())
    if SAYS_NOTHING.fullmatch(beside):
        beside = ""
    return replace(ask, kind=AskKind.LINK, what=beside)


def _bare_address(text: str) -> tuple[str, ...]:
    """Return "https://theverge.com/x" for "theverge.com/x" typed alone; slash commands do not link."""
    return (f"https://{text.strip()}",) if ADDRESS.fullmatch(text.strip()) else ()


def _without_article(term: str) -> str:
    return ARTICLE.sub("", term, count=1).strip()


def _is_nonsense(words: str) -> bool:
    letters = [letter for letter in words.casefold() if letter.isalpha()]
    if not letters:
        return True
    if len(letters) > 3 and len(set(letters)) <= 2:  # noqa: PLR2004 - "aaaa", "hahaha"
        return True
    if " " in words:
        return False
    return bool(MASHED.fullmatch(words.strip("?!."))) or len(words) > MAX_TERM_CHARS
