"""
A table of hundreds of rows as one test, so that each process of the run collects one item of it.

    @each_row("text", TEXTS)
    def test_it_is_inert(text): …

A failure names its row, as the number and the values that were given.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Test = Callable[..., Any]


def each_row(names: str, rows: Iterable[Any]) -> Callable[[Test], Test]:
    """
    Return a decorator as `pytest.mark.parametrize(names, rows)`, for tests that share no state.

    Args:
        names: Of the arguments, with commas between.
        rows: A value each, or a tuple when there are several names.
    """
    wanted = [name.strip() for name in names.split(",")]
    table = [dict(zip(wanted, row if wanted[1:] else (row,), strict=True)) for row in rows]
    assert table

    def decorate(test: Test) -> Test:
        if inspect.iscoroutinefunction(test):

            @functools.wraps(test)
            async def all_rows(**fixtures: Any) -> None:
                for number, row in enumerate(table):
                    with _named(number, row):
                        await test(**fixtures, **row)
        else:

            @functools.wraps(test)
            def all_rows(**fixtures: Any) -> None:
                for number, row in enumerate(table):
                    with _named(number, row):
                        test(**fixtures, **row)

        # What is left are fixtures.
        signature = inspect.signature(test)
        left = [given for name, given in signature.parameters.items() if name not in wanted]
        all_rows.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # pytest reads it
        return all_rows

    return decorate


@contextmanager
def _named(number: int, row: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        error.add_note(f"in row {number}: {row!r}")
        raise
