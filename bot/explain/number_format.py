"""Reading numbers written in digits, in the customs of several languages. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

# More than any amount has; Python refuses to write out numbers of thousands of digits.
_MAX_DIGITS = 60


def readings_of(number: str) -> set[Decimal]:
    """Return every value that *number* may stand for: "1.234" is 1234 in Berlin and 1.234 in Boston."""
    compact = re.sub(r"[\s'’]", "", number)
    if len(compact) > _MAX_DIGITS:
        # No amount in the world; it is what it is, and rounds to nothing.
        return {Decimal(re.sub("[.,]", "", compact)[:_MAX_DIGITS]).scaleb(len(compact))}
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
    if grouped and pieces[1] == "000":
        return {Decimal("".join(pieces))}  # nobody writes 5 with three noughts behind the mark
    readings = {Decimal(f"{pieces[0]}.{pieces[1]}")}
    return readings | {Decimal("".join(pieces))} if grouped else readings


def decimals_of(number: str) -> int:
    """Return how many digits stand behind the decimal mark; three are taken for thousands."""
    match = re.search(r"[.,](\d+)$", number[-_MAX_DIGITS:])
    if match is None or len(match[1]) == 3:  # noqa: PLR2004  a group of thousands
        return 0
    return len(match[1])
