"""The ledger of requests, on both databases, also under races."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.chat.request import REQUEST_FINAL, RequestState
from storage.cipher import Cipher
from storage.database import Database
from storage.tables import UNANSWERED
from tests.fakes.stored import NOON, make_request

pytestmark = pytest.mark.anyio

S = RequestState
HOUR = timedelta(hours=1)


async def test_a_request_is_recorded_once(database: Database) -> None:
    """The same event, and another event about the same words, are refused; others are not."""
    first = make_request("Ev1", twin_key="C1:1.0")
    again = replace(first, text="Something else")
    twin = make_request("Ev2", twin_key="C1:1.0")
    other = make_request("Ev3", twin_key="C1:2.0")

    answers = [await database.requests.record(it) for it in (first, again, twin, other)]

    assert answers == [True, False, False, True]
    assert await database.requests.get("Ev1") == first
    assert await database.requests.get("Ev2") is None


async def test_of_many_deliveries_one_is_recorded(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Redelivered and twin events that arrive at once, in two processes, give one request."""
    async with await Database.open(url, cipher=cipher) as other:
        answers = await asyncio.gather(
            *(
                it.requests.record(make_request(f"Ev{number % 3}", twin_key="C1:1.0"))
                for number, it in enumerate((database, other) * 5)
            )
        )
    assert sum(answers) == 1


async def test_only_the_state_that_was_seen_can_be_changed(database: Database) -> None:
    """A change is a compare-and-set: of two workers one gets the request, and the loser writes nothing."""
    request = make_request()
    await database.requests.record(request)
    working = replace(request, state=S.WORKING, attempt=1)

    won = await asyncio.gather(*(database.requests.change(request, working) for _ in range(3)))
    answered = replace(working, state=S.ANSWERED, attempt=2, answer_ts="9.9", reason="done")

    assert sorted(won) == [False, False, True]
    assert await database.requests.change(working, answered)
    assert not await database.requests.change(working, replace(answered, answer_ts="8.8"))
    assert await database.requests.get("Ev1") == answered
    with pytest.raises(ValueError, match="does not follow"):
        await database.requests.change(answered, answered)


async def test_unfinished_oldest_first(database: Database) -> None:
    """Unfinished is every state but the final ones, the oldest first."""
    for number, state in enumerate(S):
        await database.requests.record(
            make_request(f"Ev-{state}", state=state, received_at=NOON - number * HOUR)
        )

    found = await database.requests.unfinished()

    assert [it.state for it in found] == [S.WORKING, S.RECEIVED]
    assert len(await database.requests.unfinished(limit=1)) == 1


def test_the_index_covers_what_is_unfinished() -> None:
    """The condition of the partial index names exactly the final states."""
    names = ", ".join(f"'{state}'" for state in sorted(REQUEST_FINAL))
    assert f"state NOT IN ({names})" == UNANSWERED


async def test_an_answer_leads_to_its_request(database: Database) -> None:
    """The message of an answer gives the request, in its own channel only."""
    request = make_request(answer_ts="9.9")
    await database.requests.record(request)

    assert await database.requests.by_answer("T1", "C1", "9.9") == request
    assert await database.requests.by_answer("T1", "C2", "9.9") is None
    assert await database.requests.by_answer("T1", "C1", "9.8") is None


async def test_old_requests_go(database: Database) -> None:
    """What was received before an instant is deleted, and only that."""
    for hours in range(3):
        await database.requests.record(make_request(f"Ev{hours}", received_at=NOON + hours * HOUR))

    assert await database.requests.erase_texts(NOON + 2 * HOUR) == 2
    assert [it.source_key for it in await database.requests.unfinished()] == ["Ev2"]


async def test_a_deleted_message_takes_its_words_along(database: Database) -> None:
    """The words of a deleted message go; what was not answered yet expires, and is not twice asked."""
    secret = {"text": "secret", "details": {"words": "secret"}, "message_ts": "1.0"}
    waiting = make_request("Ev1", **secret, response_url=SecretStr("https://hooks.example"))
    done = make_request("Ev2", **secret, state=S.ANSWERED, attempt=2)
    other = make_request("Ev3", message_ts="2.0")
    for request in (waiting, done, other):
        await database.requests.record(request)

    assert await database.requests.erase_message("T1", "C1", "1.0") == 2

    wordless = {"text": "", "details": {}, "response_url": None}
    reason = "the message was deleted"
    assert await database.requests.get("Ev1") == replace(
        waiting, **wordless, state=S.EXPIRED, attempt=1, reason=reason
    )
    assert await database.requests.get("Ev2") == replace(done, **wordless)
    assert await database.requests.get("Ev3") == other
    assert not await database.requests.record(waiting)


async def test_a_person_is_forgotten(database: Database) -> None:
    """Requests of one person of one workspace go; everybody else's stay."""
    await database.requests.record(make_request("Ev1"))
    await database.requests.record(make_request("Ev2", user_id="U2"))
    await database.requests.record(make_request("Ev3", workspace_id="T2"))

    assert await database.requests.forget_person("T1", "U1") == 1
    assert {it.source_key for it in await database.requests.unfinished()} == {"Ev2", "Ev3"}


async def test_words_stand_encrypted(database: Database) -> None:
    """Neither what was said nor the address to answer at can be read in the table."""
    request = make_request(
        text="xyzzy-said", response_url=SecretStr("xyzzy-url"), details={"a": "xyzzy-details"}
    )
    await database.requests.record(request)

    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT * FROM requests"))
        assert "xyzzy" not in str(rows.all())


async def test_processes_see_what_others_hold(database: Database) -> None:
    """On a server a held request is known as such until its time is over; no word is no word."""
    for key in ("living", "dead", "silent"):
        await database.requests.record(make_request(key, twin_key=key))
    await database.requests.hold(["living"], 60.0)
    await database.requests.hold(["dead"], 0.0)

    found = {it.source_key: it.held for it in await database.requests.unfinished()}
    on_server = database.engine.dialect.name == "postgresql"
    known = {"living": True, "dead": False, "silent": None}
    assert found == (known if on_server else dict.fromkeys(known))
