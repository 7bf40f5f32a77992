"""Whether a source's figure says what a text claims: the same value, or rounded as people round. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import islice

from bot.explain.figures import Figure


def supports(source: Figure, claim: Figure) -> bool:
    """Return True when a source's figure says what the text claims, rounded at most to its digits."""
    if source.unit != claim.unit:
        return False
    return any(
        _rounds_to(value, wanted, claim, source)
        for value in source.values
        for wanted in claim.values
    )


class Told:
    """The figures of the sources, sorted, so that a claim is compared with its neighbours alone."""

    def __init__(self, found: Iterable[Figure]) -> None:
        by_unit: dict[str, dict[tuple[Decimal, Decimal], Figure]] = {}
        for figure in found:
            for value in figure.values:
                by_unit.setdefault(figure.unit, {})[value, figure.place] = figure
        self._by_unit = {unit: sorted(each.items()) for unit, each in by_unit.items()}
        self._judged: dict[Figure, bool] = {}

    def supports(self, claim: Figure) -> bool:
        """Return True when one of the figures says what the text claims (see `supports`)."""
        # A text says the same figure again and again, at other places.
        same = replace(claim, as_written="", start=0, end=0)
        if same not in self._judged:
            self._judged[same] = self._is_supported(same)
        return self._judged[same]

    def _is_supported(self, claim: Figure) -> bool:
        each = self._by_unit.get(claim.unit, [])
        for wanted in claim.values:
            # Rounding moves a value by less than one step of the last digit.
            step = max(claim.place, _trailing_place(wanted)) if claim.hedge else claim.place
            first = bisect_left(each, ((wanted - step, Decimal(0)),))
            for (value, _), source in islice(each, first, None):
                if value > wanted + step:
                    break
                if _rounds_to(value, wanted, claim, source):
                    return True
        return False


def _rounds_to(value: Decimal, wanted: Decimal, claim: Figure, source: Figure) -> bool:
    if value == wanted:
        return True
    if value < 0 or claim.in_words:
        return False
    place = claim.place
    if claim.hedge:
        place = max(place, _trailing_place(wanted))
    elif place <= 1 and not _may_lose_decimals(claim, source):
        return False
    modes = {
        "": (ROUND_HALF_UP,),
        "about": (ROUND_HALF_UP,),
        "above": (ROUND_FLOOR,),
        "below": (ROUND_CEILING,),
    }[claim.hedge]
    return any((value / place).to_integral_value(mode) * place == wanted for mode in modes)


def _may_lose_decimals(claim: Figure, source: Figure) -> bool:
    """4.83 % may become 4.8 % or 5 %; version 4.8 may not become version 5, nor 2024 become 2025."""
    if claim.place < 1:
        return source.place < claim.place
    return bool(claim.unit) and source.place < 1


def _trailing_place(value: Decimal) -> Decimal:
    if value == 0 or value != value.to_integral_value():
        return Decimal(1)
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)  # text holds no infinity
    written = "".join(map(str, digits))
    return Decimal(10) ** max(0, exponent + len(written) - len(written.rstrip("0")))
