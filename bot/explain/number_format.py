"""Reading numbers written in digits, in the customs of several languages. Pure."""

from __future__ import annotations

import re
from decimal import Decimal


def readings_of(number: str) -> set[Decimal]:
    """Return every value that *number* may stand for: "1.234" is 1234 in Berlin and 1.234 in Boston."""
    compact = re.sub(r"[\s'’]", "", number)
    marks = [mark for mark in compact if mark in ".,"]
    if not marks:
        return {Decimal(compact)}
    if len(set(marks)) == 2:  # noqa: PLR2004  both marks: the last one is the decimal mark
        whole, _, part = compact.rpartition(marks[-1])
        return {Decimal(f"{re.sub('[.,]', '', whole)}.{part}")}
    pieces = re.split("[.,]", compact)
    grouped = all(len(piece) == 3 for piece in pieces[1:]) and len(pieces[0]) <= 3  # noqa: PLR2004  groups of thousands
    if len(pieces) > 2:  # noqa: PLR2004  1,234,567, or a version such as 2.1.0
        return (
            {Decimal("".join(pieces))}
            if grouped
            else {Decimal(f"{pieces[0]}.{''.join(pieces[1:])}")}
        )
    readings = {Decimal(f"{pieces[0]}.{pieces[1]}")}
    return readings | {Decimal("".join(pieces))} if grouped else readings


def decimals_of(number: str) -> int:
    """Return how many digits stand behind the decimal mark; three are taken for thousands."""
    match = re.search(r"[.,](\d+)$", number)
    if match is None or len(match[1]) == 3:  # noqa: PLR2004  a group of thousands
        return 0
    return len(match[1])
