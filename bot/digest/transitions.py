"""
Every change of a delivery's state, as a pure function from the old row to the new one.

Each checks the table in `bot/digest/delivery.py` and raises `IllegalTransition` rather than leave
it; each adds one to `attempt`, on which the store compares and sets. Reasons are for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.digest.delivery import (
    FINAL,
    LONGEST_WAIT,
    TRANSITIONS,
    Delivery,
    DeliveryKey,
    DeliveryState,
)
from bot.digest.outcome import CannotRead, FindOutcome, NotPosted, Posted
from bot.errors import PlainwireError


class IllegalTransition(PlainwireError):
    """A delivery was asked to go where its table of states does not lead: a bug of ours."""

    def __init__(self, key: DeliveryKey, old: DeliveryState, new: DeliveryState) -> None:
        super().__init__(f"The delivery {key} cannot go from {old.value} to {new.value}.")
        self.key = key
        self.old = old
        self.new = new


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How long to wait and when to give up. All in seconds; small in fault runs.

    Attributes:
        catch_up: A digest this much too late is skipped.
        max_composes: Times that composing may fail before the delivery is dead; a fault in one
            digest repeats, and an outage of the database is not counted.
        max_tries: Posts tried before the delivery is dead; with these waits about 75 minutes.
        first_wait, max_wait: Back-off after a refused post: doubles from one to the other.
        settle: Between an unknown outcome and looking for the post, which Slack may still be making.
        abandoned: A post started this long ago in a living system is not coming back: unknown.
            By the database server's clock, see `Delivery.age`.
        window: How far before and after the post it is looked for; our clock and Slack's differ.
        give_up_reading: How long an unreadable channel is asked again.
        explain: Total time for explaining the stories of one digest.
        repeat_when_unreadable: Post again, maybe twice, when nobody can say; default: missed and told.
    """

    catch_up: float = 3 * 60 * 60
    max_composes: int = 4
    max_tries: int = 12
    first_wait: float = 15.0
    max_wait: float = 600.0
    settle: float = 5.0
    abandoned: float = 120.0
    window: float = 300.0
    give_up_reading: float = 60 * 60
    explain: float = 60.0
    repeat_when_unreadable: bool = False


NOT_COMPOSED = (
    "it could not be put together, which is a fault of Plainwire; its log says more, and a digest "
    "can be asked for with `/digest now` once that is mended"
)


def opened(key: DeliveryKey, due_at: datetime) -> Delivery:
    """Return the first row of a delivery, as the store inserts it."""
    return Delivery(key=key, state=DeliveryState.DUE, attempt=0, due_at=due_at)


def back_off_seconds(tries: int, limits: Limits) -> float:
    """Return how long to wait after the *tries*-th refused post (1 or more)."""
    doublings = min(max(tries, 1) - 1, 30)
    return min(limits.max_wait, limits.first_wait * 2.0**doublings)


def compose_done(
    delivery: Delivery, message: str, stories: Sequence[tuple[str, int]], reason: str = ""
) -> Delivery:
    """Due -> composed: the message is stored before anything is posted."""
    return _move(
        delivery,
        DeliveryState.COMPOSED,
        message=message,
        stories=tuple(stories),
        reason=reason,
        tries=0,
        not_before=None,
    )


def compose_failed(delivery: Delivery, now: datetime, limits: Limits) -> Delivery:
    """Due -> due, to be tried again later; or dead, when it failed often enough to fail always."""
    tries = delivery.tries + 1
    if tries >= limits.max_composes:
        return replace(die(delivery, NOT_COMPOSED), tries=tries)
    wait = timedelta(seconds=back_off_seconds(tries, limits))
    return _move(
        delivery,
        DeliveryState.DUE,
        tries=tries,
        not_before=now + wait,
        wait=wait,
        reason=NOT_COMPOSED,
    )


def start_sending(delivery: Delivery, now: datetime) -> Delivery:
    """Composed -> sending: our intent, committed before the call."""
    return _move(
        delivery,
        DeliveryState.SENDING,
        tries=delivery.tries + 1,
        sending_at=now,
        sending_age=None,
        not_before=None,
        reason="",
    )


def sent(delivery: Delivery, ts: str, now: datetime) -> Delivery:
    """Sending or reconciling -> sent: Slack has it."""
    return _move(delivery, DeliveryState.SENT, ts=ts, sent_at=now, not_before=None, reason="")


def not_posted(delivery: Delivery, outcome: NotPosted, now: datetime, limits: Limits) -> Delivery:
    """
    Sending -> composed, to be tried again later; or dead, when waiting does not help any more.

    The wait is the longer of what Slack asks for and our back-off.
    """
    if outcome.retry_after_seconds is None:
        return _move(delivery, DeliveryState.DEAD, reason=outcome.reason, not_before=None)
    if delivery.tries >= limits.max_tries:
        return die(delivery, gave_up(delivery.tries, outcome.reason))
    wait = max(outcome.retry_after_seconds, back_off_seconds(delivery.tries, limits))
    return _wait_in(delivery, DeliveryState.COMPOSED, now, wait, outcome.reason)


def unknown(delivery: Delivery, reason: str, now: datetime, limits: Limits) -> Delivery:
    """Sending -> unknown: the answer got lost; looked for after a moment."""
    return _wait_in(delivery, DeliveryState.UNKNOWN, now, limits.settle, reason)


def is_abandoned(delivery: Delivery, now: datetime, limits: Limits) -> bool:
    """Return whether who is posting this is not coming back."""
    age = delivery.age(now)
    if delivery.sending_age is None:
        # One machine, one process, and it is not posting this: else its clock, put back, would
        # keep the row waiting for hours.
        age = abs(age)
    return age >= timedelta(seconds=limits.abandoned)


def start_reconciling(delivery: Delivery) -> Delivery:
    """Unknown -> reconciling: somebody is looking for the post."""
    return _move(delivery, DeliveryState.RECONCILING, not_before=None)


def reconciled(delivery: Delivery, outcome: FindOutcome, now: datetime, limits: Limits) -> Delivery:
    """Reconciling -> sent (found), composed (certainly not there), unknown (later) or skipped."""
    if isinstance(outcome, Posted):
        return sent(delivery, outcome.ts, now)
    if isinstance(outcome, CannotRead):
        return _unreadable(delivery, outcome, now, limits)
    if _is_redone(delivery):
        return _anew(delivery, delivery.due_at)
    return _post_again(delivery, limits, "the last post did not arrive")


def skip(delivery: Delivery, reason: str) -> Delivery:
    """Leave out what certainly was not posted, for a reason that people are given."""
    return _move(delivery, DeliveryState.SKIPPED, reason=reason, not_before=None, sending_at=None)


def die(delivery: Delivery, reason: str) -> Delivery:
    """Give up; the reason says what people can do."""
    return _move(delivery, DeliveryState.DEAD, reason=reason, not_before=None)


def redo(delivery: Delivery, now: datetime) -> Delivery:
    """
    Skipped or dead -> due, from the start. What was sent cannot be redone.

    It is due *now*: the catch-up window counts from here, and it is not late. What may have been
    posted (`_unreadable`) becomes unknown instead, to be looked for first.
    """
    if delivery.state is DeliveryState.SKIPPED and delivery.sending_at is not None:
        return _move(
            delivery, DeliveryState.UNKNOWN, due_at=now, not_before=None, tries=0, reason=""
        )
    return _anew(delivery, now)


def _anew(delivery: Delivery, due_at: datetime) -> Delivery:
    fresh = _move(delivery, DeliveryState.DUE, due_at=due_at, not_before=None, tries=0)
    return replace(fresh, stories=(), message=None, ts=None, sending_at=None, reason="")


def _is_redone(delivery: Delivery) -> bool:
    """Return whether somebody wants it redone: an unknown outcome without a try is from there."""
    return not delivery.tries


def gave_up(tries: int, reason: str) -> str:
    return f"Slack refused it {tries} times; the last time: {reason}"


def is_open(delivery: Delivery) -> bool:
    """Return whether something is still to be done."""
    return delivery.state not in FINAL


def _unreadable(delivery: Delivery, outcome: CannotRead, now: datetime, limits: Limits) -> Delivery:
    looked_for = now - delivery.due_at if _is_redone(delivery) else delivery.age(now)
    if outcome.retry_after_seconds is not None and (
        looked_for < timedelta(seconds=limits.give_up_reading)
    ):
        wait = max(outcome.retry_after_seconds, limits.settle)
        return _wait_in(delivery, DeliveryState.UNKNOWN, now, wait, outcome.reason)
    if limits.repeat_when_unreadable:
        if _is_redone(delivery):
            return _anew(delivery, delivery.due_at)
        return _post_again(delivery, limits, "whether the last post arrived cannot be read")
    # `sending_at` stays: it says that there may be a post.
    return _move(
        delivery,
        DeliveryState.SKIPPED,
        not_before=None,
        reason="it may or may not have been posted: Slack did not answer, and the channel cannot be "
        f"read to make sure ({outcome.reason.rstrip('.')})",
    )


def _post_again(delivery: Delivery, limits: Limits, reason: str) -> Delivery:
    if delivery.tries >= limits.max_tries:
        return die(delivery, gave_up(delivery.tries, reason))
    return _move(delivery, DeliveryState.COMPOSED, not_before=None, reason=reason)


def _wait_in(
    delivery: Delivery, state: DeliveryState, now: datetime, seconds: float, reason: str
) -> Delivery:
    wait = min(timedelta(seconds=seconds), LONGEST_WAIT)
    return _move(delivery, state, not_before=now + wait, wait=wait, reason=reason)


def _move(delivery: Delivery, state: DeliveryState, **changes: object) -> Delivery:
    if state not in TRANSITIONS[delivery.state]:
        raise IllegalTransition(delivery.key, delivery.state, state)
    changes = {"wait": None, **changes}
    # mypy cannot check the fields of `replace(**changes)`; the calls above name them.
    return replace(delivery, state=state, attempt=delivery.attempt + 1, **changes)  # type: ignore[arg-type]  # names unknown to mypy
