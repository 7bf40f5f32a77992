"""
The figures in a text: value with its magnitude, and a unit class (percent, a currency, none). Pure.

Measured on written summaries, this reading finds 93-95 % of changed percentages, sums and
millions; a tolerance instead of the rounding rule would let most wrong years pass.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bot.explain.number_format import decimals_of, readings_of
from bot.explain.number_words import (
    ABOUT,
    ABOVE,
    BELOW,
    CARDINALS,
    CURRENCIES,
    JOINERS,
    MAGNITUDES,
    MYRIADS,
    ORDINALS,
    PERCENT,
)

Hedge = Literal["", "about", "above", "below"]

_NUMBER = (
    r"\d{1,3}(?:[\u00a0\u202f\u2009'’ ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d{3})*(?:[.,]\d+)?"
)
# Scripts without spaces: a figure may stand right behind and before their letters.
_DENSE = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_SIGNS = re.escape("".join(sign for sign in CURRENCIES if len(sign) == 1 and not sign.isalnum()))
_TOKEN = re.compile(
    rf"(?P<before>[{_SIGNS}])?\s?(?<![^\W{_DENSE}])(?<![.,])(?P<number>{_NUMBER})"
    rf"(?P<ordinal>(?:st|nd|rd|th|er|ère|e|º|ª)\b)?"
    r"(?P<glued>(?:k|K|m|M|mn|bn|b|B|tn|T)\b)?"
    # "4x faster" is "four times faster"; "the 1990s" is a year
    rf"(?P<bare>[xX×](?!\w)|(?<=\d0)['’]?s\b)?"
    rf"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)?)"
)
_NEXT_WORD = re.compile(rf"[\s\u00a0\u202f'’-]{{0,2}}([^\W\d_]+(?:\.(?=\w))?|%|[{_SIGNS}])")
_PER_CENT = re.compile(r"\s?(?:per|pour|por)\s(?:cento|cent|ciento)\b", re.IGNORECASE)
_IS_DENSE = re.compile(f"[{_DENSE}]")
_DENSE_UNITS = {
    "ドル": "usd", "美元": "usd", "달러": "usd", "ユーロ": "eur", "欧元": "eur", "歐元": "eur",
    "유로": "eur", "円": "yen", "日元": "yen", "엔": "yen", "元": "yuan", "人民币": "yuan",
    "원": "krw", "パーセント": "percent", "퍼센트": "percent",
}  # fmt: skip
_DENSE_UNIT = re.compile("|".join(sorted(_DENSE_UNITS, key=len, reverse=True)))
# Magnitudes that are written with a full stop: "1,5 Mrd. Euro".
_SHORTENED = frozenset({"mrd", "mio", "bio", "tsd", "mill", "md", "bn", "mn"})
_SMALL_WORD = 2
# "Slightly more than" and its like stand within so many characters before a figure.
_HEDGE_CHARS = 28
# A magnitude is said with three words at most ("mil millones de").
_MAGNITUDE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of a text.

    Attributes:
        values: Every reading ("1.234" may be 1234 or 1.234).
        unit: "percent", a currency code such as "usd", or "".
        place: The weight of the last digit written ("4.8 million": 100,000).
        hedge: "about", "above" (over, more than), "below" (under, nearly) or "".
        in_words: Written as a word ("twenty").
    """

    as_written: str
    values: frozenset[Decimal]
    unit: str
    place: Decimal
    hedge: Hedge
    in_words: bool
    start: int
    end: int


def figures(text: str, language: str = "en") -> list[Figure]:
    """
    Return the figures of *text* in order. Words for one ("one", "ein") are no figures.

    Args:
        text: Full-width digits and the like are folded first; positions refer to the folded text.
        language: Decides what "Billion" means, and which words are numbers.
    """
    folded = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    # NFKC folds narrow spaces to plain ones, which the pattern takes as well.
    found = [
        figure
        for match in _TOKEN.finditer(folded)
        if (figure := _figure(folded, match, language[:2])) is not None
    ]
    return _share_units(folded, _apart(found))


def _figure(text: str, match: re.Match[str], language: str) -> Figure | None:
    if match["number"]:
        return _from_digits(text, match, language)
    return _from_word(text, match, language)


def _from_digits(text: str, match: re.Match[str], language: str) -> Figure | None:
    following = text[match.end("number") : match.end("number") + 1]
    explained = match["glued"] or match["ordinal"] or match["bare"]
    if following.isalpha() and not explained and not _IS_DENSE.match(following):
        return None  # "3D", "o3mini": part of a name
    number = match["number"]
    readings = readings_of(number)
    scale, unit, end = _what_follows(text, match, language)
    decimals = decimals_of(number)
    unit = unit or CURRENCIES.get(match["before"] or "", "")
    return Figure(
        as_written=text[match.start() : end].strip(),
        values=frozenset(value * scale for value in readings),
        unit=unit,
        place=scale / (Decimal(10) ** decimals),
        hedge=_hedge(text[max(0, match.start() - _HEDGE_CHARS) : match.start()]),
        in_words=False,
        start=match.start("number"),
        end=end,
    )


def _from_word(text: str, match: re.Match[str], language: str) -> Figure | None:
    value = _word_value(match["word"].casefold(), language)
    if value is None:
        return None
    scale, unit, end = _magnitude_and_unit(text, match.end(), language)
    if value < _SMALL_WORD and scale == 1:
        return None
    return Figure(
        as_written=text[match.start() : end],
        values=frozenset({value * scale}),
        unit=unit,
        place=scale,
        hedge=_hedge(text[max(0, match.start() - _HEDGE_CHARS) : match.start()]),
        in_words=True,
        start=match.start(),
        end=end,
    )


def _word_value(word: str, language: str) -> Decimal | None:
    words = CARDINALS.get(language, {}) | ORDINALS.get(language, {})
    if word in words:
        return Decimal(words[word])
    tens, _, ones = word.partition("-")
    if ones and words.get(tens, 0) >= 20 and 0 < words.get(ones, 0) < 10:  # noqa: PLR2004  twenty-seven
        return Decimal(words[tens] + words[ones])
    return None


def _what_follows(text: str, match: re.Match[str], language: str) -> tuple[Decimal, str, int]:
    if match["glued"]:
        scale = MAGNITUDES["short"][match["glued"].casefold()]
        _, unit, end = _magnitude_and_unit(text, match.end(), language)
        return Decimal(scale), unit, end
    end = match.end("number")
    if match["bare"]:
        return Decimal(1), "", match.end()
    if text[end : end + 1] in MYRIADS:
        return Decimal(MYRIADS[text[end]]), _unit_at(text, end + 1)[0], end + 1
    return _magnitude_and_unit(text, match.end(), language)


def _magnitude_and_unit(text: str, at: int, language: str) -> tuple[Decimal, str, int]:
    words = MAGNITUDES["en"] | MAGNITUDES.get(language, {})
    scale = Decimal(1)
    for _ in range(_MAGNITUDE_WORDS):
        following = _NEXT_WORD.match(text, at)
        if following is None:
            break
        word = following[1].casefold().rstrip(".")
        if word in words:
            scale *= words[word]
            at = following.end()
            if word in _SHORTENED and text[at : at + 1] == ".":
                at += 1
        elif word in {"de", "d"} and scale > 1:  # "cinco millones de dólares"
            at = following.end()
        else:
            break
    unit, end = _unit_at(text, at)
    return scale, unit, end


def _unit_at(text: str, at: int) -> tuple[str, int]:
    following = _NEXT_WORD.match(text, at)
    if following is None:
        return "", at
    dense = _DENSE_UNIT.match(text, at)
    if dense is not None:
        return _DENSE_UNITS[dense[0]], dense.end()
    word = following[1].casefold().rstrip(".")
    if word in PERCENT:
        return "percent", following.end()
    spelled = _PER_CENT.match(text, at)
    if spelled is not None:
        return "percent", spelled.end()
    currency = CURRENCIES.get(word)
    # "US" before "dollars"
    if currency is None and word in {"us", "u"}:
        return (
            _unit_at(text, following.end())
            if "dollar" in text[at : at + 14].casefold()
            else ("", at)
        )
    return (currency, following.end()) if currency else ("", at)


def _hedge(before: str) -> Hedge:
    words = before.casefold().rstrip(" $€£¥~").split()
    last, two = (words[-1:] or [""])[0], " ".join(words[-2:])
    if last in ABOUT or two in ABOUT:
        return "about"
    if last in ABOVE or two in ABOVE:
        return "above"
    if last in BELOW or two in BELOW:
        return "below"
    return ""


def _apart(found: list[Figure]) -> list[Figure]:
    """Leave out words that belong to the figure before ("mil" in "5 mil millones")."""
    kept: list[Figure] = []
    for figure in found:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    return kept


def _share_units(text: str, found: list[Figure]) -> list[Figure]:
    """In "from 5 to 7 percent" and "$5-7 million" both ends have the unit and the magnitude."""
    shared = list(found)
    for index in range(len(found) - 1):
        first, second = found[index], found[index + 1]
        between = text[first.end : second.start].strip().casefold()
        if between.strip("$€£¥ ") not in JOINERS:
            continue
        shared[index] = lend(first, second)
        shared[index + 1] = lend(second, first)
    return shared


def lend(to: Figure, other: Figure) -> Figure:
    """Return *to* with the unit that only *other* names, and also read with its magnitude."""
    scale = other.place * (Decimal(10) ** decimals_of(re.sub(r"[^\d.,]", "", other.as_written)))
    values = set(to.values)
    if scale > 1 and to.place <= 1:
        values |= {value * scale for value in to.values}
    return replace(to, unit=to.unit or other.unit, values=frozenset(values))
