"""
Figures in a text: a value with its unit, so that "$1.2 billion" and "1.2bn dollars" are one.

Used to see whether a later report brings a new figure. Names with digits ("GPT-5", "version 2.1"),
years, clock times and ordinals are no figures.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_MAGNITUDES = {
    "k": 1e3, "thousand": 1e3, "tausend": 1e3, "mille": 1e3, "mil": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6, "millionen": 1e6,
    "millón": 1e6, "millones": 1e6, "milione": 1e6, "milioni": 1e6, "milhões": 1e6,
    "b": 1e9, "bn": 1e9, "mrd": 1e9, "billion": 1e9, "billions": 1e9, "milliarde": 1e9,
    "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "miliardi": 1e9,
    "t": 1e12, "tn": 1e12, "trn": 1e12, "trillion": 1e12, "trillions": 1e12, "billionen": 1e12,
    "万": 1e4, "億": 1e8, "亿": 1e8,
}  # fmt: skip
_CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd", "dólares": "usd",
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur",
    "£": "gbp", "gbp": "gbp", "pound": "gbp", "pounds": "gbp",
    "¥": "yen", "yen": "yen", "yuan": "cny", "rmb": "cny", "₹": "inr", "rupees": "inr",
    "₩": "krw", "won": "krw", "chf": "chf", "francs": "chf",
}  # fmt: skip
_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "prozent": "%", "pour cent": "%", "por ciento": "%",
    "points": "points", "percentage points": "points",
    "kb": "kb", "mb": "mb", "megabytes": "mb", "gb": "gb", "gigabytes": "gb", "go": "gb",
    "tb": "tb", "terabytes": "tb", "gw": "gw", "gigawatts": "gw", "gigawatt": "gw", "mw": "mw",
    "megawatts": "mw", "megawatt": "mw", "kwh": "kwh", "twh": "twh",
}  # fmt: skip
_SHAPE = re.compile(
    r"(?<![\w.,-])(?P<before>US\$|[$€£¥₹₩]|USD ?|EUR ?|GBP ?|CHF ?)?\s?"
    r"(?P<number>\d{1,3}(?:[,.\u202f\u00a0' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,3})?)"
    r"(?:[ \u00a0-]?(?P<magnitude>(?:thousand|tausend|millions?|millionen|mill[oó]n(?:es)?|milion[ei]|milhões|"
    r"billions?|billionen|milliarden?|milliards?|miliardi|trillions?|mio|mrd|bn|mn|trn|tn|k|m|b|t)(?![\w])|[万億亿]))?"
    r"(?:[ \u00a0-]?(?P<after>%|percentage points|per cent|percent|prozent|pour cent|por ciento|points|[$€£]|"
    r"dollars?|dólares|euros?|pounds?|yuan|yen|won|rupees|francs|usd|eur|gbp|chf|"
    r"kb|mb|gb|tb|go|megabytes|gigabytes|terabytes|gw|mw|gigawatts?|megawatts?|kwh|twh)(?![\w]))?",
    re.IGNORECASE,
)
_TIME_OR_RANGE = re.compile(r"^(?::\d|[-–/.]\d|(?:st|nd|rd|th|am|pm)\b)", re.IGNORECASE)
_VERSION_BEFORE = re.compile(
    r"(?:\bversions?|\bv|\brelease|\bchapter|\barticle|\bsection|\bno\.?|#)\s?$", re.IGNORECASE
)
_YEARS = range(1900, 2101)
_LARGE = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A value with its unit.

    Attributes:
        value: With the magnitude multiplied in.
        unit: "usd", "eur", "%", "gb", …; "" for a plain number.
        words: As it stands in the text, such as "$1.2 billion".
        grain: The step of the last digit written (0.1 billion), for comparing rounded values.
    """

    value: float
    unit: str
    words: str
    grain: float

    def same_as(self, other: Figure) -> bool:
        """Return whether two figures may be one, told more or less exactly."""
        tolerance = max(self.grain, other.grain) * 0.5 + 1e-9 * abs(self.value)
        near = abs(self.value - other.value) <= tolerance
        return near and (self.unit == other.unit or not self.unit or not other.unit)


def figures(text: str) -> list[Figure]:
    """Return the figures of a text in order: money, shares, sizes, and numbers from 1,000 on."""
    return [figure for match in _SHAPE.finditer(text) if (figure := _figure(match)) is not None]


def _figure(match: re.Match[str]) -> Figure | None:
    before = (match["before"] or "").strip().lower()
    after = (match["after"] or "").lower()
    magnitude = _MAGNITUDES.get((match["magnitude"] or "").lower(), 1.0)
    unit = _CURRENCIES.get(before) or _CURRENCIES.get(after) or _UNITS.get(after, "")
    parsed = _number(match["number"])
    if parsed is None or not _counts(match, unit, magnitude, parsed[0]):
        return None
    value, digits = parsed
    grain = magnitude * 10.0**-digits
    return Figure(value * magnitude, unit, match[0].strip(), grain)


def _counts(match: re.Match[str], unit: str, magnitude: float, value: float) -> bool:
    """Return whether this is a figure at all, and not a year, a version, a time or a small count."""
    if unit:
        return True
    text, end = match.string, match.end()
    if _VERSION_BEFORE.search(text[max(0, match.start() - 10) : match.start()]):
        return False
    if _TIME_OR_RANGE.match(text[end : end + 3]):
        return False
    if magnitude > 1:
        return True
    is_year = value in _YEARS and match["number"].isdigit()
    return value >= _LARGE and not is_year


def _number(written: str) -> tuple[float, int] | None:
    """Return value and digits after the decimal sign; "1.234" and "1,234" are thousands."""
    bare = re.sub(r"[\u202f\u00a0' ]", "", written)
    groups = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?", bare)
    if groups:
        whole = re.sub(r"[.,]", "", groups[1])
        decimals = groups[2] or ""
        bare = f"{whole}.{decimals}" if decimals else whole
    bare = bare.replace(",", ".")
    try:
        value = float(bare)
    except ValueError:
        return None
    digits = len(bare.partition(".")[2])
    return (value, digits) if math.isfinite(value) else None
