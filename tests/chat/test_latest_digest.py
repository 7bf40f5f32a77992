"""Questions outside a digest's thread are answered from the channel's latest digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.request import RequestKind, RequestState
from bot.chat.sayings import Saying, say
from bot.chat.thread import ThreadKey
from bot.digest.delivery import Delivery, DeliveryState
from tests.fakes.chat import (
    CHOIR,
    DIGEST_TS,
    NOW,
    PHONE,
    FakeDeliveries,
    House,
    ScriptedModel,
    make_delivery,
    make_request,
)

pytestmark = pytest.mark.anyio

ANSWER = "Pilot needs 4 GB of memory, Harbor Labs says."
TOP = "1772442500.000900"
TOP_KEY = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts=TOP)


class Several(FakeDeliveries):
    """A lookup over several digests, newest first."""

    def __init__(self, *rows: Delivery) -> None:
        super().__init__(rows[0] if rows else None)
        self.rows = rows

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        place = (workspace_id, channel_id)
        return [row for row in self.rows if (row.key.workspace_id, row.key.channel_id) == place]


def house(*rows: Delivery, answers: tuple[str, ...] = (ANSWER,)) -> House:
    place = House(model=ScriptedModel().then(*answers))
    place.deliveries = Several(*(rows or (make_delivery(PHONE, CHOIR),)))
    return place


def digest(days_ago: int, *stories: Any, **changes: Any) -> Delivery:
    row = make_delivery(*stories)
    on = row.key.on - timedelta(days=days_ago)
    return replace(row, key=replace(row.key, on=on), ts=f"177244200{days_ago}.000100", **changes)


def mention(text: str, **changes: Any) -> Any:
    """Return a question at the top level of the channel, which we answer in a thread under it."""
    return make_request(text, **{"thread_ts": TOP, "message_ts": TOP, **changes})


def sent(place: House) -> str:
    assert isinstance(place.model, ScriptedModel)
    return "\n".join(turn.text for turn in place.model.requests[-1].turns)


async def test_a_storys_number_means_the_newest_digest() -> None:
    """The story is answered from its own sources, and the answer names the digest it is from."""
    place = house()
    await place.ask(mention("what is story 1 about?"))

    assert place.content.basis == "sources"
    assert place.content.headline == PHONE.headline
    assert place.content.digest is not None
    assert (place.content.digest.ts, place.content.digest.on) == (DIGEST_TS, NOW.date())
    assert "Harbor Labs released" in sent(place)
    assert "Bergen choir" not in sent(place)


async def test_words_find_the_story() -> None:
    """The words besides "in the digest" choose the story, as they do in its thread."""
    place = house()
    await place.ask(mention("what was in today's digest about the choir?"))

    assert place.content.headline == CHOIR.headline


async def test_all_of_it_is_answered_from_all_stories() -> None:
    """Who asks for the news gets an answer from every story of the digest."""
    place = house(answers=("Harbor Labs released Pilot. The Bergen choir published a record.",))
    await place.ask(mention("what's new today?"))

    assert "Harbor Labs" in sent(place)
    assert "Bergen choir" in sent(place)
    assert len(place.content.sources) == 2
    assert place.content.headline == ""


async def test_a_follow_up_goes_on_with_that_digest() -> None:
    """The thread of the mention remembers the digest: a number means its story there."""
    place = house(answers=(ANSWER, "The record has forty voices of one singer."))
    await place.ask(mention("what was in the digest about Pilot?"))
    await place.ask(mention("#2 how?", source_key="Ev2", twin_key="C1:2", message_ts="1.2"))

    assert place.content.headline == CHOIR.headline
    assert place.content.digest is None
    assert [number for number, _, _ in place.threads.rows[TOP_KEY].stories] == [1, 2]


async def test_an_earlier_digest_is_looked_through_for_a_story() -> None:
    """What stood in the digest of three days ago is found there, and linked there."""
    place = house(digest(0, CHOIR), digest(1, CHOIR, state=DeliveryState.SKIPPED), digest(3, PHONE))
    await place.ask(mention("what was in the digest about Harbor's small model?"))

    assert place.content.headline == PHONE.headline
    assert place.content.digest is not None
    assert place.content.digest.on == NOW.date() - timedelta(days=3)


async def test_yesterdays_digest_is_not_todays() -> None:
    """A day that is named leaves newer digests out."""
    place = house(digest(0, CHOIR), digest(1, PHONE))
    await place.ask(mention("summarise yesterday's digest"))

    assert place.content.digest is not None
    assert place.content.digest.on == NOW.date() - timedelta(days=1)
    assert "Harbor Labs" in sent(place)


@pytest.mark.parametrize(
    ("rows", "request_", "saying"),
    [
        ([digest(9, PHONE)], mention("today's digest?"), Saying.NO_DIGEST),
        ([digest(0)], mention("today's digest?"), Saying.NO_DIGEST),
        ([digest(0, PHONE)], mention("story 1?", channel_id="C2"), Saying.NO_DIGEST),
        ([digest(0, PHONE)], mention("story 1?", workspace_id="T2"), Saying.NO_DIGEST),
        ([digest(0, PHONE)], mention("the news?", channel_id="D1"), Saying.NO_OWN_DIGEST),
    ],
    ids=["too old", "without stories", "another channel", "another workspace", "a direct message"],
)
async def test_without_a_digest_that_is_said(
    rows: list[Delivery], request_: Any, saying: Saying
) -> None:
    """No digest of the place itself: no model is asked, and nothing of another place is told."""
    place = house(*rows)
    await place.ask(request_)

    assert place.content.text == say(saying, "en")
    assert isinstance(place.model, ScriptedModel)
    assert place.model.requests == []


async def test_a_private_question_too() -> None:
    """`/explain story 2` in a channel answers from its digest, to who asked."""
    place = house(answers=("The record has forty voices of one singer.",))
    request = make_request(
        "story 2", kind=RequestKind.EXPLAIN, thread_ts=None, message_ts=None, private=True
    )
    await place.ask(request)

    assert place.content.headline == CHOIR.headline
    assert place.content.digest is not None
    assert place.state() is RequestState.ANSWERED


async def test_other_questions_stay_general() -> None:
    """What has nothing to do with the digest is answered from general knowledge."""
    place = house(answers=("It lets a model look things up before it answers.",))
    await place.ask(mention("why do models make things up?"))

    assert place.content.basis == "general"


async def test_the_number_that_we_asked_for_answers_the_question() -> None:
    """ "Which story?", "#1": the question asked before is answered, about that story."""
    place = house()
    await place.ask(mention("why did they do it?", thread_ts=DIGEST_TS))
    assert place.content.basis == "cannot"
    await place.ask(mention("#1", source_key="Ev2", twin_key="2", thread_ts=DIGEST_TS))

    assert place.content.headline == PHONE.headline
    assert isinstance(place.model, ScriptedModel)
    assert place.model.requests[-1].turns[-1].text == "why did they do it?"


@pytest.mark.parametrize("text", ["#1", "1", "the first one"])
async def test_a_bare_number_in_a_thread_explains_the_story(text: str) -> None:
    """Under a digest a number alone asks for its story."""
    place = house()
    await place.ask(mention(text, thread_ts=DIGEST_TS))

    assert place.content.headline == PHONE.headline
    assert "Explain the documents." in sent(place)
