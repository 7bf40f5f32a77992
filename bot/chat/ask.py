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

from bot.chat.ask_words import LANGUAGES, LENGTH_WORDS, LEVEL_WORDS, alternatives
from bot.chat.slack_text import decode, links_in, without_links
from bot.explain.explanation import Level

MAX_ASK_CHARS = 10_000
MAX_TERM_CHARS, MAX_TERM_WORDS = 80, 6
# "Open weights?" names a term; with more words a question mark makes a question.
MAX_BARE_TERM_WORDS = 3
# With more words than this around a link, the words are what is to be explained.
MAX_WORDS_BESIDE_LINK = 40
# Nobody says more than a few options; the bounds keep hostile texts cheap.
_MAX_STRIPS, _TAIL_CHARS, _ONE_QUESTION_CHARS = 8, 120, 400
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
    heard = decode(text, bot_user_id).text
    if _HELP.fullmatch(heard):
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


class _Options:
    """What the words around the question say; the first of each kind counts."""

    def __init__(self) -> None:
        self.level: Level | None = None
        self.language: str | None = None
        self.length: Length | None = None
        self.asked = False

    def take(self, words: str) -> None:
        words = " ".join(words.casefold().split())
        for level, pattern in _LEVELS:
            if pattern.fullmatch(words):
                self.level = self.level or level
                return
        for length, pattern in _LENGTHS:
            if pattern.fullmatch(words):
                self.length = self.length or length
                return
        found = _LANGUAGE.fullmatch(words)
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
    polite = _POLITE_START.match(text)
    if polite and (polite.end() < len(text) or _ASKS.search(polite[0])):
        options.asked = options.asked or bool(_ASKS.search(polite[0]))
        return text[polite.end() :].lstrip(" ,:;-–")
    found = _OPTION_START.match(text) or (_OPTION_ASKED.match(text) if options.asked else None)
    if found:
        options.take(found["option"])
        return text[found.end() :].lstrip(" ,:;-–")
    return text


def _strip_end(text: str, options: _Options) -> str:
    # Only the end is looked at: searching all of a long text, again and again, takes its time.
    before, tail = text[:-_TAIL_CHARS], text[-_TAIL_CHARS:]
    polite = _POLITE_END.search(tail)
    if polite and (polite.start() > 0 or before):
        return _kept_mark(before + tail[: polite.start()], polite["mark"])
    found = _OPTION_END.search(tail)
    if found:
        options.take(found["option"])
        return _kept_mark(before + tail[: found.start()], found["mark"])
    return text


def _strip_commas(text: str, options: _Options) -> str:
    found = _OPTION_BETWEEN.search(text) if len(text) <= _ONE_QUESTION_CHARS else None
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
    if _QUESTION_START.match(words):
        return True
    return words.endswith("?") and len(words.split()) > MAX_BARE_TERM_WORDS


def term_of(words: str) -> str | None:
    """Return X for "what is X?", "what does X mean", "was ist X" and their like, else None."""
    for pattern in _TERM_PATTERNS:
        found = pattern.fullmatch(words)
        if found is None:
            continue
        term = _without_article(found["term"].strip(" ?!.,;:\"'“”„‘’"))
        short = len(term) <= MAX_TERM_CHARS and len(term.split()) <= MAX_TERM_WORDS
        if term and short and not _NO_TERM.match(term):
            return term
    return None


def _of_link(ask: Ask, rest: str) -> Ask:
    beside = " ".join(without_links(rest).split()).strip(" ,:;-–")
    if len(links_in(rest)) == 0:
        beside = ""
    if len(beside.split()) > MAX_WORDS_BESIDE_LINK:
        return replace(ask, kind=AskKind.TEXT, what=rest.strip())
    if _SAYS_NOTHING.fullmatch(beside):
        beside = ""
    return replace(ask, kind=AskKind.LINK, what=beside)


def _bare_address(text: str) -> tuple[str, ...]:
    """Return "https://theverge.com/x" for "theverge.com/x" typed alone; slash commands do not link."""
    return (f"https://{text.strip()}",) if _ADDRESS.fullmatch(text.strip()) else ()


def _without_article(term: str) -> str:
    return _ARTICLE.sub("", term, count=1).strip()


def _is_nonsense(words: str) -> bool:
    letters = [letter for letter in words.casefold() if letter.isalpha()]
    if not letters:
        return True
    if len(letters) > 3 and len(set(letters)) <= 2:  # noqa: PLR2004 - "aaaa", "hahaha"
        return True
    if " " in words:
        return False
    return bool(_MASHED.fullmatch(words.strip("?!."))) or len(words) > MAX_TERM_CHARS


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_LEVELS = [(level, _whole(words)) for level, words in LEVEL_WORDS]
_LENGTHS = [(length, _whole(words)) for length, words in LENGTH_WORDS]
_LANGUAGE_WORDS = (
    rf"(?:in|auf|en|em|på|po|into|to)\s+(?:het\s+)?(?P<name>{alternatives(LANGUAGES)})"
)
_LANGUAGE = _whole(_LANGUAGE_WORDS)
_OPTION = "|".join(
    [
        *(words for _, words in LEVEL_WORDS),
        *(words for _, words in LENGTH_WORDS),
        _LANGUAGE_WORDS.replace("?P<name>", "?:"),
    ]
)
_ASK_WORD = (
    r"explain|what|what['’]s|whats|who|how|why|when|where|which|is|are|does|do|can|tell|define|describe|please|"
    r"erklär\w*|was|wer|wie|warum|wo|wann|ist|sind|bitte|https?:"
)
# At the start an option is one when a break, a question or "explain" follows: "in German law" is not.
_OPTION_START = re.compile(
    rf"(?P<option>{_OPTION})(?:\s*[,:;–-]+\s+|\s+(?=(?:{_ASK_WORD})|(?:{_OPTION})\b)|[.!?]*$)",
    re.IGNORECASE,
)
# After "explain", it may also stand right before the term: "explain simply RAG".
_OPTION_ASKED = re.compile(rf"(?P<option>{_OPTION})\s+(?=\S)", re.IGNORECASE)
_OPTION_END = re.compile(
    rf"(?:(?<=\s)|(?<=[,;(–-]))(?<!\ba\s)(?<!\bthe\s)(?<!\bis\s)(?<!\bare\s)\(?(?P<option>{_OPTION})\)?(?P<mark>[\s.!?]*)$",
    re.IGNORECASE,
)
_OPTION_BETWEEN = re.compile(rf"\s*[,(]\s*(?P<option>{_OPTION})\s*[,)]\s*", re.IGNORECASE)
_POLITE_START = re.compile(
    r"(?:hi|hey|hello|hallo|please|pls|plz|bitte|ok|okay|so|and|und|also|"
    r"(?:can|could|would|will)\s+(?:you|someone|anyone)(?:\s+please)?\s+"
    r"(?:explain|tell|describe|define|summari[sz]e)(?:\s+to)?(?:\s+(?:me|us))?(?:\s+about)?|"
    r"(?:please\s+)?explain(?:\s+to)?(?:\s+(?:me|us))?(?:\s+about)?|"
    r"tell\s+(?:me|us)(?:\s+about)?|describe|summari[sz]e|help\s+(?:me|us)\s+understand|"
    r"i\s+(?:do\s+not|don['’]t)\s+understand|i\s+want\s+to\s+know|i['’]d\s+like\s+to\s+know|"
    r"erklär(?:e|en)?(?:\s+(?:mir|uns))?(?:\s+(?:bitte|mal))*|"
    r"(?:kannst|könntest)\s+du\s+(?:mir|uns)?(?:\s+bitte)?)(?=[\s,:;.!]|$)[\s,:;.!]*",
    re.IGNORECASE,
)
_ASKS = re.compile(r"explain|tell|describe|define|understand|know|erklär|summari", re.IGNORECASE)
_POLITE_END = re.compile(
    r"(?:\s|,)+(?:to\s+(?:me|us)|for\s+(?:me|us)|please|pls|plz|bitte|thanks|thank\s+you|thx|danke|"
    r"(?:mir\s+)?(?:bitte\s+)?erklären)(?P<mark>[\s.!?]*)$",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\s*(?:help|help me|hilfe|usage|-h|--help|/help|hi|hello|hey|hallo|"
    r"how (?:do|does|can) (?:i|you|this|it) (?:use )?(?:this |it )?(?:work)?|what can you do|who are you|"
    r"what can i ask|commands?|options?|was kannst du)\s*[?!.]*\s*",
    re.IGNORECASE,
)
_TERM_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:so\s+)?what(?:\s+(?:exactly|actually))?(?:\s+is|\s+are|\s+was|['’]s|s)(?:\s+(?:exactly|actually|meant\s+by))?\s+(?P<term>.+?)(?:\s+(?:exactly|actually|anyway|again))?\s*[?!.]*",
        r"what\s+do(?:es)?\s+(?P<term>.+?)\s+(?:actually\s+|really\s+)?(?:mean|stand\s+for|do)\s*[?!.]*",
        r"what\s+(?P<term>.+?)\s+(?:is|are|means?|stands\s+for)\s*[?!.]*",
        r"(?:the\s+)?(?:meaning|definition)\s+of\s+(?P<term>.+?)\s*[?!.]*",
        r"define:?\s+(?P<term>.+?)\s*[?!.]*",
        r"was\s+(?:ist|sind|bedeutet|bedeuten|heißt|heisst|meint)(?:\s+(?:eigentlich|denn|genau))?\s+(?P<term>.+?)(?:\s+(?:eigentlich|genau))?\s*[?!.]*",
        r"was\s+(?P<term>.+?)\s+(?:ist|sind|bedeutet|bedeuten|heißt|heisst)\s*[?!.]*",
        r"was\s+versteht\s+man\s+unter\s+(?P<term>.+?)\s*[?!.]*",
        r"wofür\s+steht\s+(?P<term>.+?)\s*[?!.]*",
    )
]
# "What is new?", "what is this about?", "what is the difference between …": questions, not terms.
_NO_TERM = re.compile(
    r"(?:new|news|happening|going|wrong|this|that|it|these|those|they|your|you|my|our|up|next|left|"
    r"differen\w+|point|reason|best|better|worse|impact|effect|status|latest|story|stories|happen\w*|"
    r"meant|said|known|unclear|important|different|here|there|in|on|the|neu|los|passiert|das|der\s+unterschied|"
    r"unterschied|daran|hier|nicht|wichtig)\b(?!-)",
    re.IGNORECASE,
)
_QUESTION_START = re.compile(
    r"(?:what|who|whom|whose|how|why|when|where|which|is|are|was|were|does|do|did|can|could|should|"
    r"would|will|has|have|am|wer|wie|warum|wieso|weshalb|wann|wo|welche\w*|womit|wofür|gibt|kann|hat)\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:this|that|it|here|link|article|page|this (?:article|link|page|one)|what is (?:this|that|it)(?: about)?|"
    r"what['’]s (?:this|that|it)(?: about)?|das|dies|hier|den artikel|diesen artikel|worum geht es(?: hier)?)?[\s?!.:]*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|some|eine?n?|der|die|das)\s+(?=\S)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:[a-z0-9-]+\.)+[a-z]{2,}/\S+|www\.(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE
)
_MASHED = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}|(?:asdf|qwer|jklö|hjkl|sdfg|dfgh)\w*")
