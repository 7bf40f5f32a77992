"""
Whether a question asked outside a digest's thread is about the channel's digest. Pure.

"What was in today's digest?", "story 2", "the news about Pilot": these are answered from what we
posted in the channel. What merely has such a word in it ("fake news", "a message digest") is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.chat.slack_text import with_plain_marks
from bot.chat.story_numbers import names_story_anywhere

# Of the digests that are looked through; also how old "the latest" may be.
MAX_DAYS = 7
# A longer text is material of its own; the bound also keeps hostile ones cheap.
_MAX_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestQuestion:
    """
    A question about a digest.

    Attributes:
        rest: The words besides those that name the digest, for finding the story.
        names_number: It names a story by its number: of the newest digest then.
        until: The newest local date that is meant.
    """

    rest: str
    names_number: bool
    until: date

    @property
    def since(self) -> date:
        """The oldest local date that is looked at."""
        return self.until - timedelta(days=MAX_DAYS)


def digest_question(text: str, today: date) -> DigestQuestion | None:
    """
    Return what is asked about a digest, or None when something else is asked.

    Args:
        text: Plain.
        today: The channel's local date.
    """
    if len(text) > _MAX_CHARS:
        return None
    text = with_plain_marks(text)
    number = names_story_anywhere(text)
    named = _DIGEST.search(text) or _NEWS.search(text)
    if not number and named is None:
        return None
    rest = _DAY.sub(" ", _NEWS.sub(" ", _DIGEST.sub(" ", text)))
    return DigestQuestion(
        rest=" ".join(rest.split()), names_number=number, until=_until(text, today)
    )


def names_only_a_story(text: str) -> bool:
    """Return whether a message is nothing but the number of a story: "#2", "2?", "the second one"."""
    return bool(_ONLY_NUMBER.fullmatch(with_plain_marks(text).strip()))


def _until(text: str, today: date) -> date:
    found = _DAY.search(text)
    if found is None:
        return today
    word = found[0].casefold().removesuffix("'s").removesuffix("’s")
    if word in _YESTERDAY:
        return today - timedelta(days=1)
    if word not in _WEEKDAYS:
        return today
    # "Monday's digest", on a Monday, is today's.
    return today - timedelta(days=(today.weekday() - _WEEKDAYS[word]) % 7)


_WEEKDAYS = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    )
    for number, name in enumerate(names.split())
}
_YESTERDAY = frozenset({"yesterday", "gestern", "gestrige", "gestrigen"})
_DAY_NAMES = "|".join(_WEEKDAYS)
_DAY_WORD = rf"(?:today|yesterday|{_DAY_NAMES}|tonight|heute|gestern|this\s+morning|heute\s+morgen)"
_DAY = re.compile(rf"\b{_DAY_WORD}(?:['’]s)?\b", re.IGNORECASE)
# What stands before "digest", so that it is ours: not "a message digest", "what is a digest?".
_OURS = (
    rf"(?:the|this|that|our|your|my|last|latest|newest|(?:most\s+)?recent|first|current|{_DAY_WORD}(?:['’]s)?|"
    r"(?:this|last)\s+(?:morning|week)(?:['’]s)?|der|die|den|dem|das|diese\w?|unsere\w?|eure\w?|deine\w?|"
    r"(?:heut|gestr)ige\w?|letzte\w?|neueste\w?|aktuelle\w?)"
)
_BETWEEN = r"(?:(?:daily|ai|news|morning|latest|last|newest|current|today['’]?s|letzten?|heutigen?|ki)[\s-]+)*"
_DIGEST = re.compile(
    rf"(?:\b(?:in|of|from|on|about|im|aus|von|in\s+der|aus\s+der)\s+)?\b{_OURS}\s+{_BETWEEN}"
    rf"(?:digests?|tages(?:ausgabe|überblick)|ausgabe)\b(?!\s+(?:algorithm|function|auth\w*|access|size|length))"
    rf"|\bdigest\s+(?:of|from|for|von|vom)\s+(?:the\s+)?{_DAY_WORD}|\b{_DAY_WORD}\s+digest\b|\bin\s+digest\b|\bim\s+digest\b",
    re.IGNORECASE,
)
_NEWS = re.compile(
    rf"\b(?:(?:in|of|from|with)\s+)?(?:{_DAY_WORD}(?:['’]s)?|the\s+latest|latest|the\s+day['’]s)\s+"
    r"(?:(?:most\s+important|top|big(?:gest)?|main|latest|ai)\s+)*(?:news|headlines?|stories)\b"
    r"|\bthe\s+(?:ai\s+)?(?:news|headlines)\b(?!\s+(?:industry|business|media|website|cycle|feeds?|agenc\w+|organi[sz]ations?|outlets?))"
    rf"|\bnews\s+(?:of\s+|from\s+|for\s+)?{_DAY_WORD}|\bany\s+(?:ai\s+)?news\b|\b(?:top|main)\s+(?:ai\s+)?(?:stories|headlines)\b"
    rf"|\bwhat(?:['’]s|\s+is)\s+new(?:\s+(?:in\s+ai|here|{_DAY_WORD}))*(?=\s*[?!.]*$)"
    rf"|\bwas\s+(?:gibt|gab)(?:['’]?s|\s+es)\s+(?:{_DAY_WORD}\s+)?neues(?:\s+{_DAY_WORD})?|\bwas\s+ist\s+(?:{_DAY_WORD}\s+)?neu(?=\s*[?!.]*$)"
    r"|\b(?:die|den|der)\s+(?:heutigen\s+|neuesten\s+|aktuellen\s+)?(?:(?:ki-?)?nachrichten|meldungen|schlagzeilen)\b",
    re.IGNORECASE,
)
_ORDINALS = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|last|top|\d(?:st|nd|rd|th)|"
    r"(?:erste|zweite|dritte|vierte|fünfte|sechste|siebte|achte|letzte)n?"
)
_ONLY_NUMBER = re.compile(
    rf"(?:the\s+|die\s+|story\s+|meldung\s+|number\s+|nummer\s+|nr\.?\s*|no\.?\s*)?(?:#\s?\d{{1,2}}|\d|(?:{_ORDINALS})(?:\s+(?:one|story|item|meldung))?)"
    r"(?:,?\s+(?:please|pls|bitte|then|dann))?\s*[?!.]*",
    re.IGNORECASE,
)
