"""The table of a fault run, for docs/measurements.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.chaos.count import Tally
from tests.chaos.run import Result

_HEAD = (
    "| faults | database | drawn | staged | digests due | posted once | twice | missing, told | missing silently |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def as_markdown(results: Sequence[Result]) -> str:
    """Return the table; below it what was drawn and not staged, and what must not be, if anything."""
    lines = [_HEAD]
    for result in results:
        lines += [_line(kind, result.database, one) for kind, one in sorted(result.lines.items())]
        lines.append(_line("**all**", result.database, result.total))
    if len(results) > 1:
        total = sum((result.total for result in results), Tally())
        lines.append(_line("**all**", "together", total))
    wrong = [
        f"- {result.database}: {sentence}"
        for result in results
        for sentence in [*result.total.wrong, *result.wrong]
    ]
    return "\n".join([*lines, "", *_not_staged(results), *(wrong or ["Nothing else was posted."])])


def _not_staged(results: Sequence[Result]) -> list[str]:
    found = []
    for result in results:
        names = Counter(result.total.missed)
        listed = ", ".join(f"{name} ({times})" for name, times in sorted(names.items()))
        found.append(f"Drawn on {result.database}, and not staged: {listed or 'nothing'}.")
        if result.left_over:
            found.append(f"Never drawn on {result.database}: {', '.join(result.left_over)}.")
    return [*found, ""]


def _line(kind: str, database: str, one: Tally) -> str:
    cells = (
        kind,
        database,
        one.drawn,
        one.staged,
        one.due,
        one.once,
        one.twice,
        one.told,
        one.silent,
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
