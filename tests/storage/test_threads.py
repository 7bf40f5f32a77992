"""The memory of threads, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.chat.kept_answer import kept_key
from bot.chat.thread import ThreadMemory
from storage.cipher import Cipher
from storage.database import Database
from storage.threads import without_person
from tests.fakes.stored import NOON, make_memory, make_request, make_turn

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ASKED = (make_turn("1.1"), make_turn("1.2", ""))
OTHERS = (make_turn("1.3", "U2"), make_turn("1.4", ""))


async def test_an_expired_memory_is_not_given(database: Database) -> None:
    """A memory is there until it expires, then it is not given, and at last erased."""
    memory = make_memory(expires_at=NOON)
    await database.threads.save(memory)
    await database.threads.save(make_memory("2.0", expires_at=NOON + DAY))
    await database.threads.save(make_memory("3.0", expires_at=None))

    assert await database.threads.get(memory.key, NOON - DAY) == memory
    assert await database.threads.get(memory.key, NOON) is None
    assert await database.threads.get(memory.key) == memory
    assert await database.threads.erase_expired(NOON) == 1
    assert await database.threads.get(memory.key) is None
    assert await database.threads.get(make_memory("3.0").key, NOON + 99 * DAY) is not None


async def test_two_questions_at_once_are_both_remembered(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Changes of one thread by several tasks and processes follow each other; none is lost."""
    key = make_memory().key

    def adding(number: int):
        def change(old: ThreadMemory | None) -> ThreadMemory:
            memory = old or make_memory()
            return replace(memory, turns=(*memory.turns, make_turn(f"2.{number}")))

        return change

    async with await Database.open(url, cipher=cipher) as other:
        await asyncio.gather(
            *(
                it.threads.update(key, adding(number))
                for number, it in enumerate((database, other) * 5)
            )
        )

    memory = await database.threads.get(key)
    assert memory is not None
    assert {turn.ts for turn in memory.turns} == {f"2.{number}" for number in range(10)}


async def test_a_change_may_erase_or_decline(database: Database) -> None:
    """A change that returns nothing erases, and leaves nothing behind where nothing was."""
    key = make_memory().key
    assert await database.threads.update(key, lambda old: old) is None
    assert await database.threads.get(key) is None

    await database.threads.save(make_memory())
    assert await database.threads.update(key, lambda _: None) is None
    assert not await database.threads.erase(key)
    with pytest.raises(ValueError, match="is not"):
        await database.threads.update(key, lambda _: make_memory("other"))
    assert await database.threads.get(key) is None


async def test_a_deleted_message_is_erased(database: Database) -> None:
    """A deleted reply takes its turn along, a deleted parent the whole thread; no other is touched."""
    await database.threads.save(make_memory("1.0", *ASKED))
    await database.threads.save(make_memory("2.0", *OTHERS))

    assert await database.threads.erase_message("T1", "C1", "1.1") == 1
    assert await database.threads.erase_message("T1", "C1", "2.0") == 1
    assert await database.threads.erase_message("T1", "C1", "7.7") == 0
    assert await database.threads.erase_message("T2", "C1", "1.2") == 0

    assert await database.threads.get(make_memory("1.0").key) == make_memory("1.0", ASKED[1])
    assert await database.threads.get(make_memory("2.0").key) is None


@pytest.mark.parametrize(
    ("memory", "left"),
    [
        (make_memory("1.0", *ASKED), None),
        (make_memory("1.0", *OTHERS), make_memory("1.0", *OTHERS)),
        (make_memory("1.0", *ASKED, *OTHERS), make_memory("1.0", *OTHERS)),
        (make_memory("1.0", *OTHERS, *ASKED), make_memory("1.0", *OTHERS)),
        (
            make_memory("1.0", *ASKED, stories=((1, "s", 1),)),
            make_memory("1.0", stories=((1, "s", 1),)),
        ),
        (
            make_memory("1.0", *ASKED, *OTHERS, source_text="pasted", answer="a"),
            make_memory("1.0", *OTHERS),
        ),
        (
            make_memory("1.0", *OTHERS, *ASKED, source_text="pasted"),
            make_memory("1.0", *OTHERS, source_text="pasted"),
        ),
        (make_memory(), make_memory()),
    ],
)
def test_what_is_left_without_a_person(memory: ThreadMemory, left: ThreadMemory | None) -> None:
    """Their turns, our answers to them and the text they began with go; what others said stays."""
    assert without_person(memory, "U1") == left


async def test_a_person_is_forgotten_in_every_thread(database: Database) -> None:
    """All threads of the workspace are gone through, private answers too; other workspaces are not."""
    await database.requests.record(make_request("Ev1"))
    private = make_memory(kept_key("T1", "C1", "Ev1").thread_ts, answer="only for U1")
    mine = make_memory("1.0", *ASKED, *OTHERS)
    elsewhere = replace(mine, key=replace(mine.key, workspace_id="T2"))
    for memory in (private, mine, elsewhere):
        await database.threads.save(memory)

    assert await database.threads.forget_person("T1", "U1") == 2

    assert await database.threads.get(private.key) is None
    assert await database.threads.get(mine.key) == make_memory("1.0", *OTHERS)
    assert await database.threads.get(elsewhere.key) == elsewhere


async def test_words_stand_encrypted(database: Database) -> None:
    """What was said and pasted cannot be read in the table."""
    await database.threads.save(
        make_memory("1.0", make_turn("1.1", text="xyzzy"), source_text="xyzzy", answer="xyzzy")
    )
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT * FROM threads"))
        assert "xyzzy" not in str(rows.all())
