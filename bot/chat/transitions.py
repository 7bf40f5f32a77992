"""
Every change of a request's state, as a pure function from the old row to the new one.

Each checks the table in `bot/chat/request.py` and adds one to `attempt`, on which the store
compares and sets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.chat.request import REQUEST_FINAL, REQUEST_TRANSITIONS, Request, RequestState
from bot.errors import PlainwireError

INTERRUPTED = "the process ended while answering"
"""The reason of a row that was put back; its answer may stand in Slack half begun."""
UNHEARD = "Slack did not say whether it shows the answer"
"""The reason of a row that waits for Slack, of which the same is true."""


class IllegalRequestTransition(PlainwireError):
    """A request was asked to go where its table of states does not lead: a bug of ours."""

    def __init__(self, source_key: str, old: RequestState, new: RequestState) -> None:
        super().__init__(f"The request {source_key} cannot go from {old.value} to {new.value}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """
    How long things may take. All in seconds.

    Attributes:
        too_old: A question not begun by then gets an honest "ask again".
        whole: From a question to the end of its answer: standing in line, looking things up, tries
            and repairs together.
        note: When nobody saw a sign by then, a note is posted that becomes the answer.
        hard_stop: A stream is closed after this, with what there is (Slack ends it at about 306).
        shortest_wait, longest_wait: Between two tries, whatever the provider says.
        slack_retry: After Slack could not be reached; given up after `too_old`.
        store_retry: After the database could not be written.
        slow: When the model's first word takes longer, people are told that it is slow.
        say_again: While a question waits, this is said again so often; Slack takes a status line
            away after two minutes.
    """

    too_old: float = 600.0
    whole: float = 60.0
    note: float = 1.6
    hard_stop: float = 240.0
    shortest_wait: float = 1.0
    longest_wait: float = 60.0
    slack_retry: float = 5.0
    store_retry: float = 2.0
    slow: float = 8.0
    say_again: float = 20.0


def start(request: Request) -> Request:
    """Received -> working: this process answers it."""
    return _move(request, RequestState.WORKING, reason="")


def started(request: Request, answer_ts: str) -> Request:
    """Working, with the ts of the message that carries the answer: stored right after it was begun."""
    return _move(request, RequestState.WORKING, answer_ts=answer_ts)


def answered(request: Request, answer_ts: str = "") -> Request:
    """Working -> answered."""
    return _move(
        request, RequestState.ANSWERED, answer_ts=answer_ts or request.answer_ts, not_before=None
    )


def wait(request: Request, not_before: datetime, reason: str) -> Request:
    """Working -> received: to be taken up again at `not_before`; a begun answer stays noted."""
    return _move(request, RequestState.RECEIVED, not_before=not_before, reason=reason)


def put_back(request: Request) -> Request:
    """Working -> received: the process that worked on it died."""
    return _move(request, RequestState.RECEIVED, reason=INTERRUPTED)


def expire(request: Request) -> Request:
    """Received or working -> expired: too late to be of use."""
    return _move(request, RequestState.EXPIRED, not_before=None, reason="too old")


def fail(request: Request, reason: str) -> Request:
    """Received or working -> failed: nothing of an answer could be shown."""
    return _move(request, RequestState.FAILED, not_before=None, reason=reason)


def is_open(request: Request) -> bool:
    return request.state not in REQUEST_FINAL


def is_too_old(request: Request, now: datetime, limits: AnswerLimits) -> bool:
    return now - request.received_at > timedelta(seconds=limits.too_old)


def answer_until(request: Request, now: datetime, limits: AnswerLimits) -> datetime:
    """
    Return when the answer must have ended that is begun, or stands in line, from *now* on.

    The time counts from the question. It counts anew when nobody could be at it meanwhile: the
    process died, or Slack was away for longer than that.
    """
    whole = timedelta(seconds=limits.whole)
    until = request.received_at + whole
    return now + whole if until <= now or request.reason == INTERRUPTED else until


def note_seconds(request: Request, now: datetime, limits: AnswerLimits) -> float:
    """Return in how many seconds who saw nothing yet gets a note; a sign given now comes first."""
    left = limits.note - (now - request.received_at).total_seconds()
    return min(limits.note, max(limits.note / 4, left))


def wait_seconds(asked_for: float, limits: AnswerLimits) -> float:
    """Return how long to wait before the next try."""
    return min(limits.longest_wait, max(limits.shortest_wait, asked_for))


def _move(request: Request, state: RequestState, **changes: object) -> Request:
    if state not in REQUEST_TRANSITIONS[request.state]:
        raise IllegalRequestTransition(request.source_key, request.state, state)
    # mypy cannot check the fields of `replace(**changes)`; the calls above name them.
    return replace(request, state=state, attempt=request.attempt + 1, **changes)  # type: ignore[arg-type]  # names unknown to mypy
