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
from bot.digest.plan import too_late
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
        first_wait, max_wait: Back-off before the next post, whatever became of the last one: doubles
            from one to the other. Posting is tried until the catch-up window ends.
        settle: Between an unknown outcome and looking for the post, which Slack may still be making.
        abandoned: A post started this long ago in a living system is not coming back: unknown.
            By the database server's clock, see `Delivery.age`.
        window: How far before and after the post it is looked for; our clock and Slack's differ.
        give_up_reading: How long an unreadable channel is asked again at least; at most until the
            catch-up window ends.
        await_news: So long after it was due, a digest without a story waits for a feed to answer.
        explain: Total time for explaining the stories of one digest.
        repeat_when_unreadable: Post again, maybe twice, when nobody can say; default: missed and told.
    """

    catch_up: float = 3 * 60 * 60
    max_composes: int = 4
    first_wait: float = 15.0
    max_wait: float = 600.0
    settle: float = 5.0
    abandoned: float = 120.0
    window: float = 300.0
    give_up_reading: float = 60 * 60
    await_news: float = 0.0
    explain: float = 60.0
    repeat_when_unreadable: bool = False


NOT_COMPOSED = (
    "it could not be put together, which is a fault of Plainwire; its log says more, and a digest "
    "can be asked for with `/digest now` once that is mended"
)

_AFTER_SECONDS = 0.1


def opened(key: DeliveryKey, due_at: datetime) -> Delivery:
    """Return the first row of a delivery, as the store inserts it."""
    return Delivery(key=key, state=DeliveryState.DUE, attempt=0, due_at=due_at)


def back_off_seconds(tries: int, limits: Limits) -> float:
    """Return how long to wait after the *tries*-th post that did not arrive (1 or more)."""
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


def awaits_news(delivery: Delivery, now: datetime, limits: Limits) -> bool:
    """Return whether a digest that no feed was read for may still wait for one."""
    return not too_late(delivery.due_at, now, limits.await_news)


def await_news(delivery: Delivery, now: datetime, limits: Limits, reason: str) -> Delivery:
    """Due -> due, since no feed was read that it could tell from: no try, and no fault of the digest."""
    # Not by the tries, which are of composing; a due row changes at nothing but these waits.
    wait = back_off_seconds(delivery.attempt + 1, limits)
    # Once more right after the last instant at which it may wait, to be made as it is.
    left = limits.await_news + _AFTER_SECONDS - (now - delivery.due_at).total_seconds()
    return _wait_in(delivery, DeliveryState.DUE, now, min(wait, left), reason)


def is_awaiting_news(delivery: Delivery) -> bool:
    """Return whether a delivery waits because no feed was read (what failed to compose has tries)."""
    return (
        delivery.state is DeliveryState.DUE
        and delivery.not_before is not None
        and not delivery.tries
    )


def stop_waiting(delivery: Delivery) -> Delivery:
    """Due -> due, to be made at once: what it waited for is there."""
    return _move(delivery, DeliveryState.DUE, not_before=None, reason="")


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


def sent(delivery: Delivery, ts: str, now: datetime, reason: str = "") -> Delivery:
    """Sending or reconciling -> sent: Slack has it; the reason says how if not by our own post."""
    return _move(delivery, DeliveryState.SENT, ts=ts, sent_at=now, not_before=None, reason=reason)


def not_posted(delivery: Delivery, outcome: NotPosted, now: datetime, limits: Limits) -> Delivery:
    """
    Sending -> composed, to be tried again later; or dead, when waiting does not help.

    The wait is the longer of what Slack asks for and our back-off.
    """
    if outcome.retry_after_seconds is None:
        return die(delivery, outcome.reason)
    return _post_again(delivery, now, limits, outcome.reason, outcome.retry_after_seconds)


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
    return _post_again(delivery, now, limits, delivery.reason or "the last post did not arrive")


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


def is_open(delivery: Delivery) -> bool:
    """Return whether something is still to be done."""
    return delivery.state not in FINAL


def _unreadable(delivery: Delivery, outcome: CannotRead, now: datetime, limits: Limits) -> Delivery:
    if outcome.retry_after_seconds is not None and _is_looked_for(delivery, now, limits):
        wait = max(outcome.retry_after_seconds, limits.settle)
        return _wait_in(delivery, DeliveryState.UNKNOWN, now, wait, outcome.reason)
    if limits.repeat_when_unreadable:
        if _is_redone(delivery):
            return _anew(delivery, delivery.due_at)
        return _post_again(delivery, now, limits, "whether the last post arrived cannot be read")
    # `sending_at` stays: it says that there may be a post.
    return _move(
        delivery,
        DeliveryState.SKIPPED,
        not_before=None,
        reason="it may or may not have been posted: Slack did not answer, and the channel cannot be "
        f"read to make sure ({outcome.reason.rstrip('.')})",
    )


def _is_looked_for(delivery: Delivery, now: datetime, limits: Limits) -> bool:
    """Return whether an unreadable channel is worth asking again: it may go out until the window ends."""
    looked_for = now - delivery.due_at if _is_redone(delivery) else delivery.age(now)
    return looked_for < timedelta(seconds=limits.give_up_reading) or (
        not too_late(delivery.due_at, now, limits.catch_up)
    )


def _post_again(
    delivery: Delivery, now: datetime, limits: Limits, reason: str, at_least: float = 0.0
) -> Delivery:
    """
    Back to composed, by whatever way: to be posted after a while, a last time as the window ends.

    When the window has ended the gate skips it, and people are told.
    """
    left = delivery.due_at + timedelta(seconds=limits.catch_up) - now
    back_off = min(back_off_seconds(delivery.tries, limits), left.total_seconds())
    return _wait_in(delivery, DeliveryState.COMPOSED, now, max(at_least, back_off, 0.0), reason)


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
