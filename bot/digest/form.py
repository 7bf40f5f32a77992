"""A submitted settings view: raw strings in, a preference or an error per field out (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.digest.outcomes import FieldErrors
from bot.digest.preference import Preference, ThreadReplies, validate
from bot.digest.sources import find_outlet
from bot.digest.typed import (
    Wrong,
    parse_days,
    parse_language,
    parse_level,
    parse_stories,
    parse_time,
    parse_topics,
    parse_zone,
)
from bot.news.topic import Topic

_MAX_MUTED = 100
_ON = frozenset({"on", "true", "yes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """
    What a settings view sends, field names being its block ids. None: not in the view, left alone.

    Attributes:
        on, weekly_recap: "on" or "off".
        at: "09:00"; zone: "Europe/Berlin"; level: "expert"; stories: "5"; language: "de".
        days: "mon" … "sun"; topics: slugs; both as ticked.
        muted: Domains or names, separated by commas or lines.
        thread_replies: A value of `ThreadReplies`.
    """

    on: str | None = None
    at: str | None = None
    zone: str | None = None
    days: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    level: str | None = None
    stories: str | None = None
    language: str | None = None
    muted: str | None = None
    thread_replies: str | None = None
    weekly_recap: str | None = None


def read_form(
    form: SettingsForm, old: Preference, known: Mapping[str, str]
) -> Preference | FieldErrors:
    """
    Return the preference that a form asks for; every faulty field is named at once.

    Args:
        form: As sent.
        old: What holds now.
        known: Outlet -> name of the sources that the workspace may see.
    """
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, (field, parse) in _FIELDS.items():
        raw = getattr(form, name)
        if raw is not None:
            # A zone of old that could not be chosen today stays as long as it is left alone.
            kept = name == "zone" and raw.strip() == old.zone
            value = old.zone if kept else parse(raw)
            if isinstance(value, Wrong):
                errors[name] = value.sentence
            else:
                values[field] = value
    if form.muted is not None:
        muted = _muted(form.muted, known)
        if isinstance(muted, Wrong):
            errors["muted"] = muted.sentence
        else:
            values["muted_outlets"] = muted
    if errors:
        return FieldErrors(errors=errors)
    # mypy cannot check the fields of `replace(**values)`; the table below names them.
    wanted = replace(old, **values)  # type: ignore[arg-type]  # names unknown to mypy
    wrong = {_FORM_NAMES.get(field, field): sentence for field, sentence in validate(wanted)}
    return FieldErrors(errors=wrong) if wrong else wanted


def _topics(ticked: Iterable[str]) -> frozenset[Topic] | Wrong:
    """Return exactly what was ticked: in a view, General is there to be unticked."""
    wanted = list(ticked)
    if not wanted:
        return Wrong("Choose at least one topic.")
    found = parse_topics(",".join(wanted))
    if isinstance(found, Wrong) or Topic.GENERAL.value in wanted:
        return found
    return found - {Topic.GENERAL} or found


def _days(ticked: Iterable[str]) -> object:
    wanted = ",".join(ticked)
    return parse_days(wanted) if wanted else Wrong("Choose at least one day.")


def _replies(value: str) -> ThreadReplies | Wrong:
    try:
        return ThreadReplies(value)
    except ValueError:
        return Wrong("Choose which messages in a digest's thread I answer.")


def _muted(typed: str, known: Mapping[str, str]) -> frozenset[str] | Wrong:
    names = [name for piece in typed.split("\n") for name in piece.split(",") if name.strip()]
    if len(names) > _MAX_MUTED:
        return Wrong(f"At most {_MAX_MUTED} sources can be muted.")
    found: set[str] = set()
    for name in names:
        outlet = find_outlet(name, known)
        if isinstance(outlet, Wrong):
            return outlet
        found.add(outlet)
    return frozenset(found)


def _switch(value: str) -> bool:
    return value.casefold() in _ON


_FIELDS: dict[str, tuple[str, Callable[..., object]]] = {
    "on": ("on", _switch),
    "at": ("at", parse_time),
    "zone": ("zone", parse_zone),
    "days": ("days", _days),
    "topics": ("topics", _topics),
    "level": ("level", parse_level),
    "stories": ("stories", parse_stories),
    "language": ("language", parse_language),
    "thread_replies": ("thread_replies", _replies),
    "weekly_recap": ("weekly_recap", _switch),
}
_FORM_NAMES = {"muted_outlets": "muted"}
