"""Small checks that the shapes of blocks are put together from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.blocks.report import Check, Report

MAX_ID_CHARS = 255
MAX_URL_CHARS = 3000


def string(max_chars: int, *, min_chars: int = 0) -> Check:
    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(where, "must be a string")
        elif len(value) > max_chars:
            report.add(where, f"must be less than {max_chars + 1} characters")
        elif len(value) < min_chars:
            report.add(where, f"must be more than {min_chars - 1} characters")

    return check


def boolean(value: Any, where: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add(where, "must be a boolean")


def anything(value: Any, where: str, report: Report) -> None:
    """Accept whatever there is; for fields whose form Slack does not publish."""


def integer(low: int, high: int) -> Check:
    def check(value: Any, where: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add(where, "must be an integer")
        elif not low <= value <= high:
            report.add(where, f"must be between {low} and {high}")

    return check


def number(value: Any, where: str, report: Report) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        report.add(where, "must be a number")


def one_of(*allowed: str) -> Check:
    def check(value: Any, where: str, report: Report) -> None:
        if value not in allowed:
            report.add(where, f"must be a valid enum value: {', '.join(allowed)}")

    return check


def url(*schemes: str) -> Check:
    allowed = schemes or ("http", "https")

    def check(value: Any, where: str, report: Report) -> None:
        string(MAX_URL_CHARS, min_chars=1)(value, where, report)
        if isinstance(value, str) and not _is_url(value, allowed):
            report.add(where, "invalid url")

    return check


def _is_url(value: str, schemes: Sequence[str]) -> bool:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    has_place = bool(host) or (parts.scheme not in {"http", "https"} and bool(parts.path))
    return parts.scheme in schemes and has_place and not any(c.isspace() for c in value)


def array(item: Check, low: int, high: int) -> Check:
    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(where, "must provide an array")
            return
        if len(value) > high:
            report.add(where, f"no more than {high} items allowed")
        if len(value) < low:
            report.add(where, f"must contain at least {low} items")
        for index, each in enumerate(value):
            item(each, f"{where}/{index}", report)

    return check


def shape(
    fields: Mapping[str, Check],
    *,
    required: Sequence[str] = (),
    then: Callable[[dict[str, Any], str, Report], None] | None = None,
) -> Check:
    """
    Check an object: known fields only, the required ones present, each by its own check.

    With:
        then: A rule over several fields, run when the value is an object.
    """

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(where, "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                report.add(where, f"missing required field: {name}")
        for name, each in value.items():
            if name not in fields:
                report.add(where, f"invalid additional property: {name}")
            elif each is not None:
                fields[name](each, f"{where}/{name}", report)
        if then is not None:
            then(value, where, report)

    return check


def by_type(kinds: Mapping[str, Check], *, allowed: Sequence[str] | None = None) -> Check:
    """Check an object by its `type`; *allowed* narrows the types for this place."""

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(where, "must provide an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            report.add(where, "missing required field: type")
        elif kind not in kinds or (allowed is not None and kind not in allowed):
            report.add(f"{where}/type", f"unsupported type: {kind}")
        else:
            kinds[kind](value, where, report)

    return check


def lazy(find: Callable[[], Check]) -> Check:
    """Put off looking a check up, for shapes that contain themselves."""

    def check(value: Any, where: str, report: Report) -> None:
        find()(value, where, report)

    return check
