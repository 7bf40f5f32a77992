"""Options that several commands share, read with the same words that people use in Slack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from bot.cli.output import Format, option_error
from bot.digest.typed import (
    Wrong,
    parse_language,
    parse_level,
    parse_stories,
    parse_topics,
)
from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic

T = TypeVar("T")

LevelOption = Annotated[
    str, typer.Option("--level", help="newcomer, practitioner or expert.", show_default=True)
]
LanguageOption = Annotated[
    str, typer.Option("--language", help="Two-letter code, such as en or de.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the result.")]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="No model call and no article is read.")
]


def checked(value: T | Wrong, option: str) -> T:
    """Return a parsed value, or leave with exit code 2 and the sentence that says what is wrong."""
    if isinstance(value, Wrong):
        raise option_error(option, str(value.sentence))
    return value


def level_of(typed: str) -> Level:
    return checked(parse_level(typed), "level")


def language_of(typed: str) -> str:
    return checked(parse_language(typed), "language")


def stories_of(typed: int) -> int:
    return checked(parse_stories(str(typed)), "stories")


def topics_of(typed: str | None) -> frozenset[Topic]:
    return ALL_TOPICS if typed is None else checked(parse_topics(typed), "topics")


def instant_of(typed: str) -> datetime:
    """Return an ISO 8601 instant as aware UTC; without offset it is taken as UTC."""
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError:
        raise option_error("now", f"{typed!r} is not a time such as 2026-03-02T09:00:00Z") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
