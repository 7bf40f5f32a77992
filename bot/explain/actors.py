"""Who is named in a sentence, and in which role. Pure."""

from __future__ import annotations

import re

from bot.news.text import fold, word_set

_NAME = re.compile(r"(?<![\w'’])[A-ZÀ-Þ][\w&-]*(?:[.](?=\w)[\w]+)*")
_PLACE_OR_TIME_BEFORE = re.compile(
    r"\b(?:in|at|from|on|near|across|since|until|by|bei|aus|am|im)\s$", re.IGNORECASE
)
_OTHER_THAN = re.compile(
    r"(?:instead of|rather than|replac(?:es|ed|ing)|succeed(?:s|ed)|takes over from|, not|statt|anstelle von|ersetzt|löst|folgt auf|"
    r"au lieu de|remplace|en lugar de|reemplaza a|sustituye a)\s+(?:the |der |die |den |le |la )?"
    r"(?P<name>[A-ZÀ-Þ][\w&-]*(?: [A-ZÀ-Þ][\w&-]*){0,2})"
)
_ROLE = re.compile(
    r"\b(?P<role>led|backed|built|made|supplied|run|headed|owned|bought|trained|designed|funded|hosted|geführt|gebaut|geliefert)"
    r" (?:jointly )?(?:by|von) (?:the )?(?P<name>[A-ZÀ-Þ][\w&-]*(?: [A-ZÀ-Þ][\w&-]*){0,2})"
)
_LEADS = re.compile(
    r"(?<![\w&-])(?P<name>[A-ZÀ-Þ][\w&-]*+(?: [A-ZÀ-Þ][\w&-]*+){0,2}) (?:now |also )?(?P<role>leads|led|backs|builds|supplies|hosts|funds)\b"
)
_ROLE_OF = {"leads": "led", "backs": "backed", "builds": "built", "supplies": "supplied", "hosts": "hosted", "funds": "funded"}  # fmt: skip


def names_in(text: str, *, places: bool = False) -> frozenset[str]:
    """
    Return the folded capitalised words that may be names; usual first words of sentences are none.

    Args:
        text: A sentence or more.
        places: Also what stands after "in", "from", "on" and the like, which does nothing there.
    """
    found = set()
    for match in _NAME.finditer(text):
        word = match[0]
        starts = match.start() == 0 or text[max(0, match.start() - 2) : match.start()] in {". ", "! ", "? "} or text[match.start() - 1] in '\n“"„«'  # fmt: skip
        if starts and not _is_name_at_start(word, text[match.end() :]):
            continue
        if not places and _PLACE_OR_TIME_BEFORE.search(
            text[max(0, match.start() - 8) : match.start()]
        ):
            continue
        if len(word) > 1 and word.casefold() not in _NOT_NAMES:
            found.add(fold(re.sub(r"['’]s$", "", word)))
    return frozenset(found)


_OF_MANY = re.compile(r" (?:are|were|have)\b")
_FIRST_WORDS_OF_NO_NAME = word_set(
    "le la les un une des ce cette il elle el los las una este esta the a an this that these those it its they he she we i in on at by for from with to of as and but or "
    "so if when while after before since until under over both each all many most some such there here "
    "what why how who which where now then also although because meanwhile instead today yesterday earlier "
    "later next not no according despite about around nearly almost more less up only just officials "
    "lawyers critics users customers developers companies researchers readers analysts open version "
    "release downloads decision court judge judges ministers commission parliament members shares prices "
    "workers employees training access support talks every anyone everyone people teams sources experts "
    "experiments tests data software"
)  # fmt: skip
_NOT_NAMES = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december ai llm api gpu cpu ram go gb mb tb kb gw mw ceo cto usd eur "
    "correction update"
)  # fmt: skip


def _is_name_at_start(word: str, after: str) -> bool:
    """The first word of a sentence has a capital anyway: a usual one, or many of a kind, is no name."""
    return word.casefold() not in _FIRST_WORDS_OF_NO_NAME and not _OF_MANY.match(after)


def roles_in(text: str) -> list[tuple[str, str]]:
    """Return who has which role, folded: "led by Delta" and "Delta leads" are ("led", "delta")."""
    by = [(found["role"], fold(found["name"])) for found in _ROLE.finditer(text)]
    leads = [
        (_ROLE_OF.get(found["role"], found["role"]), fold(found["name"]))
        for found in _LEADS.finditer(text)
    ]
    return by + leads


ROLE_STEMS = frozenset({"lead", "back", "built", "build", "suppl", "suppli", "host", "fund", "train", "desig", "head", "own", "bough", "made"})  # fmt: skip


def same_name(one: str, other: str) -> bool:
    """Return whether two folded names share a word."""
    return bool(set(one.split()) & set(other.split()))


def replaced_in(text: str) -> frozenset[str]:
    """Return the folded names that another one takes the place of ("Meridian instead of Fernhill")."""
    return frozenset(fold(found["name"]) for found in _OTHER_THAN.finditer(text))


def owners_in(text: str) -> frozenset[str]:
    """Return the folded names whose thing a German sentence is about: "Meridians Modell", "von Meridian"."""
    genitive = (found["name"] for found in _GENITIVE.finditer(text))
    return frozenset(
        fold(name)
        for name in (*genitive, *(found["name"] for found in _OF_NAME.finditer(text)))
        if name.casefold() not in _NO_OWNERS
    )


_GENITIVE = re.compile(r"(?:^|\s)(?P<name>[A-ZÄÖÜ][\w-]+?)['’]?s (?=[A-ZÄÖÜ])")
_OF_NAME = re.compile(r"\bvon (?P<name>[A-ZÄÖÜ][\w-]+)")
_NO_OWNERS = word_set(
    "da diese alle eine jede unsere e wa al bi jene welche meine ihre seine keine"
)
