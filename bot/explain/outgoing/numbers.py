"""Telephone numbers and wallet addresses in a folded text. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

_GAP = r"[\s().\-/]"
# Dates and times look like numbers with a trunk prefix.
_DATES = re.compile(
    r"\b(?:(?:0?\d|[12]\d|3[01])[-./](?:0?\d|1[0-2]|[A-Za-z]{3})[-./](?:19|20)\d\d|(?:19|20)\d\d[-./](?:0\d|1[0-2])[-./][0-3]\d)\b"
)
_INTERNATIONAL = re.compile(
    rf"(?<![\w+])(?:\+|00\s?(?=[1-9]\d{{0,2}}{_GAP}))\s?\(?[1-9](?:{_GAP}{{0,3}}\d){{6,14}}(?!\d)"
)
_AREA_IN_BRACKETS = re.compile(
    r"(?<![A-Za-z0-9_])\(\s?(?:0|\d{2,5})\s?\)[\s\-/.]{0,3}\d(?:[\s.\-/]{0,2}\d){4,9}(?!\d)"
)
_NORTH_AMERICAN = re.compile(
    r"(?<![\d.,\-/])(?:1[\-.\s])?\d{3}[\-.\s]\d{3}[\-.\s]\d{4}(?![\-\d])|(?<![\w\-])1-[2-9]\d\d-[A-Z0-9][A-Z0-9-]{5,9}(?!\w)"
)
# As mobile and service numbers are written in Spain and France, Russia, Australia, China and India.
_NATIONAL = re.compile(
    r"(?<![\w.,+:\-/$€£¥])(?<!\d\s)(?:[6-9]\d{2}(?:[ -]\d{2}){3}|[89]\d \d{3} \d{2} \d{2}|8[ -]\(?\d{3}\)?[ -]\d{3}[ -]\d{2}[ -]\d{2}|"
    r"1[38]00[ -]\d{3}[ -]\d{3}|1[3-9]\d[ -]\d{4}[ -]\d{4}|(?:(?<=\b[oO][nN] )|(?<=\b[aA][tT] )|(?<=: ))[6-9]\d{4}[ -]\d{5}|1[2-9]\d{9})(?![\w\-/%]|[.,]\d|\s\d)"
)
_TRUNK = re.compile(
    rf"(?<![\w.,+:\-/])(?<!\d\s)\(?0\d{{1,5}}\)?{_GAP}{{1,3}}\d(?:[\s\-/.]{{0,2}}\d){{4,10}}(?![\d:,]|\.\d)"
)
_TRUNK_RUN = re.compile(r"(?<![\w.,+:\-/=_])0[1-9]\d{7,9}(?![\w\-/=_]|[.,]\d)")
_RUN = re.compile(
    r"(?<![\w.,+:\-/=_$€£¥])[2-9]\d{9}(?![\w\-/=_%]|[.,]\d|\s?(?:token|param|dollar|euro|user|bit))"
)
_CALLED = re.compile(
    r"\b(?:tel|telephone|phone|call|dial|hotline|whatsapp|sms|fax|ring|signal|anruf\w*|ruf\w*|telefon\w*|appel\w*|"
    r"tlf|llam\w*|numero|chiam\w*|lig[au]\w*|bel|zadzwon\w*|звон\w*|позвон\w*|电话|電話|전화)\b"
    r"(?:[\s:.,(]{1,4}[^\W\d]{1,12}){0,4}?[\s:.,(]{1,4}(\d(?:[\s().\-/]{0,2}\d){5,13})(?!\d)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[\s.]\d{3})+")
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15

_ETHEREUM = re.compile(r"\b0x(?:[0-9a-f]{40}|[0-9a-f]{4}(?:\s[0-9a-f]{4}){9})(?!\w)", re.IGNORECASE)
_BECH32 = re.compile(r"\b(?:bc1|tb1|ltc1|addr1|cosmos1|kaspa:)[a-z0-9]{20,110}\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"(?<![\w/+=-])[0-9A-Za-z]{25,120}(?![\w/+=])")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
# Random letters change their kind (small, capital, digit) at every other place; words do not.
_FEWEST_CHANGES = 9
_FEWEST_DIGIT_CHANGES = 5


def has_phone_number(folded: str) -> bool:
    """Return whether a folded text of bounded length has a number that people can call."""
    if sum(map(str.isdigit, folded)) < 6 and "1-" not in folded:  # noqa: PLR2004 - digits
        return False
    text = _DATES.sub(" ", folded)
    if (
        _INTERNATIONAL.search(text)
        or _AREA_IN_BRACKETS.search(text)
        or _NORTH_AMERICAN.search(text)
    ):
        return True
    if any(
        _is_number(match[0]) for pattern in (_TRUNK, _TRUNK_RUN) for match in pattern.finditer(text)
    ):
        return True
    runs = (match[0] for pattern in (_RUN, _NATIONAL) for match in pattern.finditer(text))
    if any("-" in run or not run.endswith("000") for run in runs):
        return True
    return any(not _is_figure(match[1]) for match in _CALLED.finditer(text))


def has_wallet(folded: str) -> bool:
    """Return whether a folded text holds an address that money can be sent to; hashes are none."""
    if _ETHEREUM.search(folded) or _BECH32.search(folded):
        return True
    return any(_is_random(match[0]) for match in _LONG_WORD.finditer(folded))


def _is_number(text: str) -> bool:
    return _FEWEST_DIGITS <= sum(map(str.isdigit, text)) <= _MOST_DIGITS


def _is_figure(text: str) -> bool:
    """Return whether what follows "call" is an amount: "2 000 000", or a year and a share."""
    return text.endswith("000") or (text.startswith(("19", "20")) and not _is_number(text))


def _is_random(word: str) -> bool:
    if _HEX.fullmatch(word) or not any(map(str.isdigit, word)) or word.isdigit():
        return False
    kinds = [("0" if letter.isdigit() else "A" if letter.isupper() else "a") for letter in word]
    changes = [(one, other) for one, other in pairwise(kinds) if one != other]
    return (
        len(changes) >= _FEWEST_CHANGES
        or sum("0" in change for change in changes) >= _FEWEST_DIGIT_CHANGES
    )
