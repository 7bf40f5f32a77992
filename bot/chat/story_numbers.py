"""
The numbers by which a message names stories of a digest: "#2 why?", "story 3", "the second one". Pure.

A number alone proves nothing: "ranked #1", "the number 1 app", "issue #5" and "Was it the first?"
name no story. So a number counts where people point with it: at the beginning, behind the word for a
story, or behind words that lead to what is asked about ("more on #3", "why is #2 new?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.chat.slack_text import with_plain_marks

LAST = -1


@dataclass(frozen=True, slots=True)
class _Named:
    """A number with its place; `sure` when hardly anything else can be meant, in a digest's thread or not."""

    number: int
    start: int
    end: int
    sure: bool


def story_numbers(text: str) -> list[int]:
    """Return the numbers that name stories, in a digest's thread, in order; LAST for the last story."""
    text = with_plain_marks(text)
    found = sorted(_named(text), key=lambda one: one.start)
    bare = _BARE.match(text)
    numbers = [one.number for one in found] or ([int(bare[1])] if bare else [])
    return list(dict.fromkeys(numbers))


def names_story_anywhere(text: str) -> bool:
    """Return whether a message outside a digest's thread names a story by its number."""
    return any(one.sure for one in _named(with_plain_marks(text)))


def _named(text: str) -> Iterator[_Named]:
    yield from _of_stories(text)
    end = -1
    for found in _FIGURE.finditer(text):
        # "#1 and #3", "is #2 bigger than #3": what joins a number to one that counts makes it count.
        near = text[max(end, found.start() - _BEFORE_CHARS) : found.start()]
        joined = (
            end >= 0 and bool(_JOINT.search(near)) and not _RANKS_AFTER.match(text, found.end())
        )
        if joined or _points(text, found.start(), found.end()):
            end = found.end()
            yield _Named(_number(found["number"]), found.start(), end, found["mark"] == "#")
    for found in _ORDINAL.finditer(text):
        if _points(text, found.start(), found.end(), article=True):
            yield _Named(_ORDINALS[_plain(found["word"])], found.start(), found.end(), sure=False)


def _of_stories(text: str) -> Iterator[_Named]:
    """Give the numbers that stand with the word for a story: "story 2", "the second headline"."""
    for found in _STORY_NUMBER.finditer(text):
        sure = found["thing"].casefold() not in _LOOSE_THINGS
        for number in _DIGITS_OR_WORD.finditer(found["numbers"]):
            yield _Named(_number(number[0]), found.start(), found.end(), sure)
    for found in _ORDINAL_STORY.finditer(text):
        sure = found["thing"].casefold() not in _LOOSE_THINGS
        yield _Named(_ORDINALS[_plain(found["word"])], found.start(), found.end(), sure)


def _points(text: str, start: int, end: int, *, article: bool = False) -> bool:
    """Return whether what stands around a number points with it."""
    before, after = text[max(0, start - _BEFORE_CHARS) : start], text[end : end + _AFTER_CHARS]
    if _RANKS_AFTER.match(after) or (_WHO.search(before) and not _ABOUT_AFTER.match(after)):
        return False
    if _WHAT_IS.search(before) and _ON_AFTER.match(after):
        return False
    led = _ARTICLE_BEFORE.search(before)
    if led is not None:
        # "the #1 app" and "the number 1" rank; "explain the #2" and "the second?" point.
        if not article and not _ENDS_AFTER.match(after):
            return False
        before = before[: led.start()]
    elif article:
        return False
    return bool(_LEADS.search(before))


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _CARDINALS[written.casefold()]


def _plain(word: str) -> str:
    word = word.casefold()
    return word[:1] if word[:1].isdigit() else word


# How much around a number says whether it points.
_BEFORE_CHARS, _AFTER_CHARS = 60, 40
_CARDINALS = {
    word: number
    for words in (
        "one two three four five six seven eight",
        "eins zwei drei vier fünf sechs sieben acht",
    )
    for number, word in enumerate(words.split(), 1)
}
_ORDINALS = {
    f"{word}{ending}": number
    for words, endings in (
        ("first second third fourth fifth sixth seventh eighth", ("",)),
        ("erste zweite dritte vierte fünfte sechste siebte achte", ("", "n", "r", "s")),
        ("1 2 3 4 5 6 7 8 9", ("",)),
    )
    for number, word in enumerate(words.split(), 1)
    for ending in endings
} | {"last": LAST, "letzte": LAST, "letzten": LAST, "top": 1}
_ORDINAL_WORDS = (
    "|".join(sorted((word for word in _ORDINALS if not word.isdigit()), key=len, reverse=True))
    + r"|\d(?:st|nd|rd|th)"
)
_CARDINAL = rf"\d{{1,2}}(?![\w%])(?![.,]\d)(?!\s*%)(?!-\w)|(?:{'|'.join(_CARDINALS)})\b"
# "#2", "number 2", "no. 2", "Nr. 2", "Nummer zwei".
_FIGURE = re.compile(
    rf"(?<![\w&#])(?:(?P<mark>#)\s?|(?:number|no\.?|nr\.?|nummer|№)\s*#?\s?)(?P<number>{_CARDINAL})",
    re.IGNORECASE,
)
# In a thread these words may stand for a story; elsewhere they are too common.
_LOOSE_THINGS = frozenset(
    {"item", "news", "article", "artikel", "punkt", "thema", "point", "topic", "one"}
)
_STORY_NUMBER = re.compile(
    r"(?<!\btoy )\b(?P<thing>story|stories|headline|item|news\s+item|news|meldung(?:en)?|nachricht(?:en)?|schlagzeile|geschichte|"
    r"punkt|thema|artikel)\s*(?:(?:number|no\.?|nr\.?|nummer)\s*)?#?\s?"
    rf"(?P<numbers>(?:{_CARDINAL})(?:(?:\s*(?:,|and|or|und|oder|&))+\s*#?(?:{_CARDINAL}))*)",
    re.IGNORECASE,
)
_ORDINAL_STORY = re.compile(
    rf"\b(?P<word>{_ORDINAL_WORDS})\s+(?P<thing>story|headline|news\s+item|meldung|nachricht|schlagzeile|geschichte|"
    r"item|news|article|artikel|thema|topic|point)\b"
    # "The first article to …" is the first of its kind.
    r"(?!\s+(?:to|that|ever|of\s+its|in\s+which|where|since|about\s+how|über)\b)",
    re.IGNORECASE,
)
# "The second one", or at the end "the second".
_ORDINAL = re.compile(
    rf"\b(?P<word>{_ORDINAL_WORDS})(?:\s+one\b(?!\s+(?:to|that|who|which|ever|of\s+its|in|since|on)\b)|(?=[\s?.!,:]*$)"
    r"|(?=\s+(?:please|bitte)\b)|(?=\s*[:?,]\s))",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?:^|[,/&]|\b(?:and|or|und|oder|vs\.?|than|als|mit|with))\s?$", re.IGNORECASE)
_ARTICLE_BEFORE = re.compile(r"\b(?:the|die|der|das|den|dem|zur|zum)\s+$", re.IGNORECASE)
_ENDS_AFTER = re.compile(
    r"\s*(?:$|[?!.,:;)–-](?:\s|$)|(?:please|pls|bitte|why|how|what|who|when|where|again|story|item|one|warum|wie|was|nochmal|mehr)\b)",
    re.IGNORECASE,
)
# What makes a number a rank, whatever stands before it.
_RANKS_AFTER = re.compile(
    r"(?:-\w|\s+(?:app|apps|model|models|song|spot|position|place|choice|priority|hit|fan|ranked|ranking|rated|bestseller|"
    r"best-selling|tool|company|website|seller|team|player|platz)\b"
    r"|\s+(?:in|on|at|among|bei|auf|am)\s+(?:(?:the|all|its|der|den|dem|die)\s+)?(?:\w+[’']?s?\s+){0,2}?(?:world|charts?|rankings?|"
    r"benchmarks?|leaderboards?|market|list|europe|globe|industry|category|store|arena|field|welt|markt|rangliste|liste|bestenliste)\b"
    r"|\s+(?:worldwide|globally|weltweit|to\s+#))",
    re.IGNORECASE,
)
# "Who is #1?" and "what's #1 on …" ask for a ranking, "who is #1 about?" asks about a story.
_WHO = re.compile(
    r"\b(?:who|which|wer|welche[rs]?)(?:\s+(?:is|was|are|ist|war)|['’]s)\s+$", re.IGNORECASE
)
_WHAT_IS, _ON_AFTER = (
    re.compile(r"\bwhat(?:\s+(?:is|was)|['’]s)\s+$", re.IGNORECASE),
    re.compile(r"\s+(?:on|at)\s", re.IGNORECASE),
)
_ABOUT_AFTER = re.compile(r"\s+(?:about|by|from|for|von|über)\b", re.IGNORECASE)
_ASKING = r"what|which|why|how|when|where|who|was|welche\w*|warum|wieso|wie|wann|wo|wer|worum|what['’]s|how['’]s|who['’]s"
_VERB = (
    r"is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|ist|sind|war|hat|kann|wird|soll|"
    r"bedeutet|heißt|meint|geht\s+es\s+(?:in|bei)"
)
_OPENING = r"please|pls|bitte|and|but|so|or|then|also|hey|hi|hello|hallo|ok|okay|und|aber|oder|also|dann|thanks|danke|the|die|der|das"
# What may stand right before a number that points: the beginning, a stop, or words that lead to it.
_LEADS = re.compile(
    rf"(?:^[*_~]*|[.!?:;,(\[\"“„–—\n]\s*|\s-\s)(?:(?:{_OPENING})[\s,]+)*(?:(?:{_ASKING})\s+)?(?:(?:{_VERB})\s+)?$"
    rf"|\bhow\s+\w{{1,20}}\s+(?:{_VERB})\s+$"
    r"|(?<!\bcome )(?<!\bcame )(?<!\bcomes )(?<!\bcoming )(?<!\branks )(?<!\branked )(?<!\bfinish )(?<!\bfinished )(?<!\bplaced )(?<!\blanded )\bin\s+$"
    r"|\bist\s+(?:es\s+)?mit\s+$|^for\s+$"
    rf"|\b(?:{_ASKING})\s+(?:exactly\s+|genau\s+)?(?:(?:{_VERB})\s+)?$"
    r"|\b(?:explain|describe|define|summari[sz]e|understand|elaborate|expand|detail|details|clarify|simplify|translate|compare|read|show|eli5|simply|simpler|tl;?dr|"
    r"erklär\w*|erläuter\w*|beschreib\w*|übersetz\w*|vergleich\w*|zeig\w*|versteh\w*|nochmal)\s+(?:(?:me|us|mir|uns|bitte|mal|please|again)\s+)*$"
    r"|(?:n['’]t|\bnot)\s+(?:get|got|follow)\s+$"
    r"|\b(?:about|regarding|concerning|re|under|behind|via|per|zu|über|bei|aus|von|unter|hinter|bezüglich|laut)\s+$"
    r"|\b(?:more|question|questions|info|information|details?|word|words|thoughts?|elaborate|expand|comment|background|focus|mehr|frage|"
    r"fragen|infos?|noch)\s+(?:on|for|to|of|from|in|with|zu|über)\s+$"
    r"|\b(?:mean|means|meant|say|says|said|mentioned|named|stand|used|term|word|sentence|source|sources|link|headline|text|meaning|point|"
    r"wrong|true|new|begriff|wort|quelle|satz|bedeutet|steht|heißt)\s+(?:in|of|for|from|with|by|at|aus|von|zu)\s+$"
    r"|\b(?:back|reply|related|similar|compared|regards?|respect|refer(?:ring|s)?|answer|link|difference|zurück|bezug)\s+(?:to|with|between|in|auf|zu)\s+$"
    r"|\bbetween\s+$|\bzwischen\s+$|\bmore\s+like\s+$",
    re.IGNORECASE,
)
# A number at the very beginning: "2?", "3: why", "2 please"; not "3.5 million" or "5-year".
_BARE = re.compile(
    r"\s*(\d)(?![.,:-]?\d|-\w)\s*(?:[?:.,)!-]|$|\s(?:why|how|what|who|when|more|please|warum|wie|was|mehr|bitte)\b)",
    re.IGNORECASE,
)
_DIGITS_OR_WORD = re.compile(rf"\d{{1,2}}|{'|'.join(_CARDINALS)}", re.IGNORECASE)
