"""The memory of a thread: what goes into a request, what is kept, what is erased."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.thread import StoredTurn, ThreadKey
from bot.chat.turns import (
    MAX_CHARS,
    MAX_KEPT_TURNS,
    MAX_TURNS,
    explained_at,
    is_expired,
    new_memory,
    shortened,
    turns_for_request,
    with_explained,
    with_turns,
    without_message,
    without_person,
)
from tests.fakes.chat import NOW

KEY = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts="1.0")


def turn(n: int, text: str = "", user: str = "U1", story: str | None = None) -> StoredTurn:
    role = "assistant" if not user else "user"
    return StoredTurn(
        role=role,  # type: ignore[arg-type]  # one of the two
        text=text or f"turn {n}",
        ts=f"{n}.0",
        at=NOW + timedelta(seconds=n),
        user_id=user,
        story_id=story,
    )


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=3_000), st.sampled_from(["U1", "U2", ""])),
        max_size=60,
    )
)
def test_a_request_gets_the_newest_turns_within_its_bounds(said: list[tuple[str, str]]) -> None:
    """Few, short, oldest first, and never beginning with something that we said."""
    turns = [turn(n, text, user) for n, (text, user) in enumerate(said)]
    memory = with_turns(new_memory(KEY, NOW), turns, NOW)
    chosen = turns_for_request(memory)
    assert len(memory.turns) <= MAX_KEPT_TURNS
    assert len(chosen) <= MAX_TURNS
    assert sum(len(one.text) for one in chosen) <= MAX_CHARS
    assert not chosen or chosen[0].role == "user"


def test_turns_about_another_story_stay_out() -> None:
    """Two talks in one thread do not mix."""
    memory = with_turns(
        new_memory(KEY, NOW), [turn(1, story="s1"), turn(2, story="s2"), turn(3)], NOW
    )
    assert [one.text for one in turns_for_request(memory, story_id="s2")] == ["turn 2", "turn 3"]


def test_a_turn_written_twice_is_kept_once() -> None:
    """Completing an answer after a crash replaces its first version."""
    memory = with_turns(new_memory(KEY, NOW), [turn(1), turn(2, "half", "")], NOW)
    memory = with_turns(memory, [turn(2, "whole", "")], NOW)
    assert [one.text for one in memory.turns] == ["turn 1", "whole"]


def test_talking_on_keeps_a_memory_alive() -> None:
    """The time to live begins anew with each turn, and ends."""
    memory = with_turns(new_memory(KEY, NOW), [turn(1)], NOW + timedelta(days=3))
    assert not is_expired(memory, NOW + timedelta(days=9))
    assert is_expired(memory, NOW + timedelta(days=10))


def test_a_deleted_message_is_forgotten() -> None:
    """Its turn goes, an explanation in it is no longer pointed to, a deleted parent takes all."""
    memory = with_explained(with_turns(new_memory(KEY, NOW), [turn(1), turn(2)], NOW), "s1", "2.0")
    left = without_message(memory, "2.0")
    assert left is not None
    assert [one.ts for one in left.turns] == ["1.0"]
    assert explained_at(left, "s1") is None
    assert without_message(memory, "1.0") is None


def test_a_forgotten_person_leaves_nothing() -> None:
    """What they said goes, and our answers to it; what others said stays."""
    turns = [turn(1, user="U1"), turn(2, user=""), turn(3, user="U2"), turn(4, user="")]
    memory = without_person(with_turns(new_memory(KEY, NOW), turns, NOW), "U1")
    assert [one.ts for one in memory.turns] == ["3.0", "4.0"]


@given(st.text(max_size=200), st.integers(0, 200))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """A cut text is never longer than its limit."""
    assert len(shortened(text, limit)) <= max(limit, 0) or len(text) <= limit
