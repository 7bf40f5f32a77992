"""The ledger's table of states: nobody leaves it, every end can be reached, sent is final."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import transitions
from bot.digest.delivery import (
    LONGEST_WAIT,
    TRANSITIONS,
    Delivery,
    DeliveryKey,
    DeliveryState,
)
from bot.digest.ports import CannotRead, NothingFound, NotPosted, Posted
from bot.digest.transitions import IllegalTransition, Limits
from tests.fakes.digest import NOW

LIMITS = Limits()
KEY = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date())

_Action = Callable[[Delivery], Delivery]
ACTIONS: dict[str, _Action] = {
    "compose_done": lambda d: transitions.compose_done(d, "{}", [("s", 1)]),
    "start_sending": lambda d: transitions.start_sending(d, NOW),
    "sent": lambda d: transitions.sent(d, "1.2", NOW),
    "rate_limited": lambda d: transitions.not_posted(
        d, NotPosted(code="ratelimited", reason="busy", retry_after_seconds=3), NOW, LIMITS
    ),
    "archived": lambda d: transitions.not_posted(
        d, NotPosted(code="is_archived", reason="unarchive it"), NOW, LIMITS
    ),
    "unknown": lambda d: transitions.unknown(d, "timeout", NOW, LIMITS),
    "start_reconciling": transitions.start_reconciling,
    "found": lambda d: transitions.reconciled(d, Posted(ts="1.2"), NOW, LIMITS),
    "nothing": lambda d: transitions.reconciled(d, NothingFound(), NOW, LIMITS),
    "unreadable": lambda d: transitions.reconciled(
        d, CannotRead(code="not_in_channel", reason="not a member"), NOW, LIMITS
    ),
    "unreadable_now": lambda d: transitions.reconciled(
        d, CannotRead(code="ratelimited", reason="busy", retry_after_seconds=9), NOW, LIMITS
    ),
    "skip": lambda d: transitions.skip(d, "too late"),
    "die": lambda d: transitions.die(d, "gave up"),
    "redo": lambda d: transitions.redo(d, NOW),
}


def test_nothing_waits_longer_than_the_longest_wait():
    """However long Slack asks us to wait, and whatever the clock said when it was written."""
    busy = NotPosted(code="ratelimited", reason="busy", retry_after_seconds=90_000)
    row = transitions.not_posted(walk("compose_done", "start_sending"), busy, NOW, LIMITS)

    assert row.not_before == NOW + LONGEST_WAIT
    assert row.waits(NOW)
    assert not row.waits(NOW + LONGEST_WAIT)
    # The clock was put back by an hour.
    assert not row.waits(NOW - timedelta(hours=1))


def opened() -> Delivery:
    return transitions.opened(KEY, NOW)


def walk(*names: str) -> Delivery:
    delivery = opened()
    for name in names:
        delivery = ACTIONS[name](delivery)
    return delivery


def _tried(name: str, delivery: Delivery) -> Delivery | None:
    try:
        return ACTIONS[name](delivery)
    except IllegalTransition:
        return None


@given(st.lists(st.sampled_from(sorted(ACTIONS)), max_size=60))
def test_random_walks_never_leave_the_table(names: list[str]):
    """Each action either makes a step of the table, with attempt + 1, or is refused and changes nothing."""
    delivery = opened()
    for name in names:
        new = _tried(name, delivery)
        if new is None:
            continue
        assert new.state in TRANSITIONS[delivery.state]
        assert new.attempt == delivery.attempt + 1
        assert new.key == delivery.key
        assert new.state not in {DeliveryState.SKIPPED, DeliveryState.DEAD} or new.reason
        assert (new.ts is not None) == (new.state is DeliveryState.SENT)
        # A server goes by the wait, a single machine by the instant: they say the same, or neither.
        assert new.not_before == (None if new.wait is None else NOW + new.wait)
        delivery = new


def test_every_state_and_every_step_of_the_table_can_be_reached():
    """The functions make every state, from due, and use every step but the ones named here."""
    seen, steps, todo = {opened().state}, set(), [opened()]
    visited = set()
    while todo:
        delivery = todo.pop()
        for name in ACTIONS:
            new = _tried(name, delivery)
            if new is None:
                continue
            steps.add((delivery.state, new.state))
            seen.add(new.state)
            if new.state not in visited:
                visited.add(new.state)
                todo.append(new)
    table = {(old, new) for old, news in TRANSITIONS.items() for new in news}
    assert seen == set(DeliveryState)
    assert steps == table


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_sent_is_final(name: str):
    """Nothing moves a delivery that was posted, redo included."""
    with pytest.raises(IllegalTransition):
        ACTIONS[name](walk("compose_done", "start_sending", "sent"))


def test_the_wait_doubles_up_to_its_limit():
    """15 s, 30 s, 60 s, ... up to ten minutes."""
    waits = [transitions.back_off_seconds(n, LIMITS) for n in (1, 2, 3, 7, 1000)]
    assert waits == [15, 30, 60, 600, 600]


@pytest.mark.parametrize(("asked", "wait"), [(1.0, 15.0), (40.0, 40.0)])
def test_slack_is_not_asked_sooner_than_it_wants(asked: float, wait: float):
    """After a 429 the longer of Retry-After and our own back-off counts."""
    sending = walk("compose_done", "start_sending")
    outcome = NotPosted(code="ratelimited", reason="busy", retry_after_seconds=asked)
    waiting = transitions.not_posted(sending, outcome, NOW, LIMITS)
    assert waiting.state is DeliveryState.COMPOSED
    assert waiting.not_before == NOW + timedelta(seconds=wait)


@pytest.mark.parametrize("ways", [("rate_limited",), ("unknown", "start_reconciling", "nothing")])
def test_what_keeps_failing_is_tried_on_with_its_reason(ways: tuple[str, ...]):
    """However often posting fails, the delivery waits for its next try: the window's end is what ends it."""
    delivery = walk("compose_done")
    for _ in range(40):
        for name in ("start_sending", *ways):
            delivery = ACTIONS[name](delivery)
        assert delivery.state is DeliveryState.COMPOSED
        assert delivery.not_before is not None
    assert delivery.tries == 40
    assert delivery.reason in {"busy", "timeout"}


def test_an_unreadable_channel_is_missed_or_by_setting_posted_again():
    """Missed and told rather than twice, unless the operator chose otherwise."""
    looking = walk("compose_done", "start_sending", "unknown", "start_reconciling")
    outcome = CannotRead(code="not_in_channel", reason="not a member.")
    missed = transitions.reconciled(looking, outcome, NOW, LIMITS)
    assert missed.state is DeliveryState.SKIPPED
    assert "may or may not have been posted" in missed.reason
    again = transitions.reconciled(looking, outcome, NOW, Limits(repeat_when_unreadable=True))
    assert again.state is DeliveryState.COMPOSED


def test_reading_is_tried_again_until_the_window_ends():
    """A rate limit on reading is waited out, but not for ever."""
    looking = walk("compose_done", "start_sending", "unknown", "start_reconciling")
    busy = CannotRead(code="ratelimited", reason="busy", retry_after_seconds=60)
    waiting = transitions.reconciled(looking, busy, NOW, LIMITS)
    assert (waiting.state, waiting.not_before) == (
        DeliveryState.UNKNOWN,
        NOW + timedelta(seconds=60),
    )
    later = transitions.reconciled(looking, busy, NOW + timedelta(hours=3, seconds=1), LIMITS)
    assert later.state is DeliveryState.SKIPPED


def test_redo_starts_from_nothing_and_the_window_counts_anew():
    """A redone delivery forgets its message and tries, and is not at once too late again."""
    fresh = transitions.redo(walk("compose_done", "die"), NOW + timedelta(days=2))
    assert (fresh.state, fresh.message, fresh.stories, fresh.tries) == (
        DeliveryState.DUE, None, (), 0,
    )  # fmt: skip
    assert fresh.due_at == NOW + timedelta(days=2)
