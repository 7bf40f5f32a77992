"""The memory of a thread as pure functions: what goes in, what a request gets of it, what is erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from bot.model.port import Turn

RETENTION = timedelta(days=7)
# What one request repeats of the conversation; about 2,000 tokens.
MAX_CHARS, MAX_TURNS, MAX_TURN_CHARS = 6_000, 12, 2_000
# What is kept: a thread can be long, its beginning matters little after a while.
MAX_KEPT_TURNS = 40
MAX_SOURCE_CHARS = 12_000


def turns_for_request(
    memory: ThreadMemory | None,
    *,
    story_id: str | None = None,
    max_chars: int = MAX_CHARS,
    max_turns: int = MAX_TURNS,
) -> tuple[Turn, ...]:
    """
    Return the newest turns that fit, oldest first, beginning with something a person said.

    Args:
        memory: None for a new thread.
        story_id: Turns about another story are left out, so that two talks in one thread do not mix.
        max_chars: Of all turns together; one longer turn is cut at its end.
        max_turns: How many at most.
    """
    kept: list[Turn] = []
    room = max_chars
    about = [turn for turn in (memory.turns if memory else ()) if _fits(turn, story_id)]
    for turn in reversed(about[-max_turns:]):
        text = shortened(turn.text, min(MAX_TURN_CHARS, room))
        if not text:
            break
        kept.append(Turn(role=turn.role, text=text))
        room -= len(text)
    while kept and kept[-1].role == "assistant":
        kept.pop()
    return tuple(reversed(kept))


def with_turns(
    memory: ThreadMemory,
    turns: Iterable[StoredTurn],
    now: datetime,
    retention: timedelta = RETENTION,
) -> ThreadMemory:
    """
    Return the memory with new turns; a turn of the same author and ts replaces its older self.

    Its time to live begins anew: a thread that people use is remembered.
    """
    new = {(turn.role, turn.ts): turn for turn in turns}
    old = [turn for turn in memory.turns if (turn.role, turn.ts) not in new]
    ordered = sorted([*old, *new.values()], key=lambda turn: turn.at)
    return replace(memory, turns=tuple(ordered[-MAX_KEPT_TURNS:]), expires_at=now + retention)


def with_explained(memory: ThreadMemory, story_id: str, ts: str) -> ThreadMemory:
    """Return the memory that knows where a story's full explanation stands."""
    others = tuple(pair for pair in memory.explained if pair[0] != story_id)
    return replace(memory, explained=(*others, (story_id, ts)))


def explained_at(memory: ThreadMemory | None, story_id: str) -> str | None:
    """Return the ts of the story's full explanation in this thread, or None."""
    return dict(memory.explained).get(story_id) if memory else None


def new_memory(
    key: ThreadKey,
    now: datetime,
    *,
    stories: Iterable[tuple[int, str, int]] = (),
    source_text: str = "",
    source_url: str = "",
    retention: timedelta = RETENTION,
) -> ThreadMemory:
    return ThreadMemory(
        key=key,
        stories=tuple(stories),
        source_text=source_text[:MAX_SOURCE_CHARS],
        source_url=source_url,
        expires_at=now + retention,
    )


def without_message(memory: ThreadMemory, ts: str) -> ThreadMemory | None:
    """Return the memory without what a deleted message said; None when that was the thread's parent."""
    if ts == memory.key.thread_ts:
        return None
    turns = tuple(turn for turn in memory.turns if turn.ts != ts)
    explained = tuple(pair for pair in memory.explained if pair[1] != ts)
    return replace(memory, turns=turns, explained=explained)


def without_person(memory: ThreadMemory, user_id: str) -> ThreadMemory:
    """
    Return the memory without what a person said, and without our answers to it.

    An answer repeats what was asked; it goes with the question it follows.
    """
    kept: list[StoredTurn] = []
    theirs = False
    for turn in memory.turns:
        theirs = turn.user_id == user_id if turn.role == "user" else theirs
        if not theirs:
            kept.append(turn)
    return replace(memory, turns=tuple(kept))


def is_expired(memory: ThreadMemory, now: datetime) -> bool:
    return memory.expires_at is not None and memory.expires_at <= now


def shortened(text: str, limit: int) -> str:
    """Return at most *limit* characters of *text*, cut between words."""
    if len(text) <= limit:
        return text
    if limit < 2:  # noqa: PLR2004 - no room for a word and the mark
        return ""
    return " ".join(text[: limit - 1].rsplit(None, 1)[:1]).rstrip() + "…"


def _fits(turn: StoredTurn, story_id: str | None) -> bool:
    return story_id is None or turn.story_id in {None, story_id}
