"""The English names of days and months, for pages in English and for the model, in any locale."""

from __future__ import annotations

from typing import Final

# Monday first, as `date.weekday` counts.
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# January first: `MONTHS[date.month - 1]`.
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
