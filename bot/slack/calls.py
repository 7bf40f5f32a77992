"""Calling Slack for an answer we need: errors as `SlackError`, a short wait on 429."""

from __future__ import annotations

import asyncio
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.outcome import CALL_ERRORS, Failure, failure_of
from bot.slack.refusals import refusal
from bot.well_formed import well_formed_json

Json = dict[str, Any]
MAX_WAIT_SECONDS = 10.0
MAX_TRIES = 3


class SlackRefused(SlackError):
    """Slack answered and said no."""


class SlackUnreachable(SlackError):
    """Slack gave no answer, or none of its own."""

    is_passing = True


class SlackLost(SlackUnreachable):
    """The answer got lost: nobody can know whether Slack did it."""


class SlackBusy(SlackError):
    """
    Slack asks us to wait longer than we do here.

    Attributes:
        retry_after_seconds: What it asked for.
    """

    is_passing = True

    def __init__(self, what: str, *, next_step: str = "", retry_after_seconds: float) -> None:
        super().__init__(what, code="ratelimited", next_step=next_step)
        self.retry_after_seconds = retry_after_seconds


async def ask(client: AsyncWebClient, method: str, /, **arguments: Any) -> Json:
    """Call a method as `ask_dated` does, and return its answer alone."""
    answer, _ = await ask_dated(client, method, **arguments)
    return answer


async def ask_dated(
    client: AsyncWebClient, method: str, /, **arguments: Any
) -> tuple[Json, datetime | None]:
    """
    Call a method that reads, or that may be called twice; return its answer and Slack's own time.

    The time is aware, to the second, None when the answer does not name it. A 429 is waited for when Slack asks for at most 10 s, twice.

    Raises:
        SlackRefused: With Slack's code and the next step for people.
        SlackUnreachable: No usable answer; as SlackLost when it may have been done all the same.
        SlackBusy: The wait would be too long.
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            answer = await client.api_call(method, data=form_of(arguments))
        except CALL_ERRORS as error:
            failure = failure_of(error)
            wait = failure.retry_after_seconds if failure.code == "ratelimited" else None
            if wait is None or wait > MAX_WAIT_SECONDS or attempt == MAX_TRIES:
                raise slack_error(failure, method) from error
            await asyncio.sleep(wait)
        else:
            body = well_formed_json(answer.data) if isinstance(answer.data, dict) else {}
            return body, _date_of(answer.headers)
    raise AssertionError("the loop returns or raises")


def _date_of(headers: Any) -> datetime | None:
    for name, value in (headers or {}).items():
        if name.lower() == "date":
            try:
                found = parsedate_to_datetime(str(value))
            except ValueError:
                return None
            return found if found.tzinfo else None
    return None


def slack_error(failure: Failure, method: str) -> SlackError:
    """Return the error that says a failure to people."""
    if failure.code == "ratelimited":
        return SlackBusy(
            f"Slack limits calls of {method} for now.",
            next_step="Try again in a minute.",
            retry_after_seconds=failure.retry_after_seconds or MAX_WAIT_SECONDS,
        )
    if not failure.certain or failure.code == "unreachable" or failure.code.startswith("http_"):
        known = refusal("unreachable")
        kind = SlackUnreachable if failure.certain else SlackLost
        return kind(
            f"Slack gave no usable answer to {method} ({failure.code}).",
            code=failure.code,
            next_step=known.next_step,
        )
    known = refusal(failure.code)
    detail = f" ({failure.code}: {failure.detail})" if failure.detail else ""
    return SlackRefused(f"{known.what}{detail}", code=failure.code, next_step=known.next_step)


def form_of(arguments: Json) -> Json:
    """Drop what is None; Slack takes form fields, booleans as 1 and 0."""
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, value in arguments.items()
        if value is not None
    }
