"""A measurement as a row, and rows as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Row:
    """What was measured: one value, or several of the same thing."""

    what: str
    values: Sequence[float]
    unit: str
    target: str = ""

    @property
    def shown(self) -> str:
        if len(self.values) == 1:
            return self._number(self.values[0])
        least, middle, most = min(self.values), median(self.values), max(self.values)
        return f"{self._number(middle)} ({self._number(least)} to {self._number(most)})"

    def _number(self, value: float) -> str:
        whole = self.unit in {"", "MB", "ms"} and (value >= 10 or value == int(value))
        return f"{value:.0f}" if whole else f"{value:.2f}"


def as_markdown(rows: Sequence[Row]) -> str:
    lines = [
        "| measured | median (least to most) | unit | target |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.shown} | {row.unit} | {row.target} |" for row in rows),
    ]
    return "\n".join(lines)
