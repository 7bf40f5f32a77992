"""Answering a request, from its row to the answer people see."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.chat.content import AnswerNote
from bot.chat.request import RequestKind, RequestState
from bot.chat.sayings import Saying, say
from bot.chat.thread import ThreadKey
from bot.chat.transitions import AnswerLimits
from bot.errors import SlackError
from bot.explain.explanation import Level
from bot.explain.extractive import NothingToShow
from bot.model.port import BudgetSpent, ContentFiltered, Overloaded, RateLimited
from bot.news.entry import Page
from tests.fakes.chat import (
    DIGEST_TS,
    NOW,
    PHONE,
    House,
    ScriptedModel,
    make_request,
)
from tests.fakes.digest import make_channel

pytestmark = pytest.mark.anyio

ANSWER = "Pilot needs 4 GB of memory, Harbor Labs says. It runs on an ordinary phone."
GENERAL = "It lets a language model look things up before it answers."
KEY = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts=DIGEST_TS)
URL = "https://ledger.example/pilot"
ARTICLE = (
    "Harbor Labs released version 2.1 of its language model Pilot on Thursday. The model needs 4 GB "
    "of memory instead of 16 GB and runs on an ordinary phone. The company employs 140 people."
)


def house(*answers: Any, **changes: Any) -> House:
    return House(model=ScriptedModel().then(*(answers or (ANSWER,))), **changes)


def model_of(place: House) -> ScriptedModel:
    assert isinstance(place.model, ScriptedModel)
    return place.model


def private(text: str, **changes: Any) -> Any:
    return make_request(
        text,
        kind=RequestKind.EXPLAIN,
        thread_ts=None,
        message_ts=None,
        private=True,
        response_url=SecretStr("https://hooks.example/1"),
        **changes,
    )


async def test_a_question_in_a_digests_thread_is_answered_from_its_story() -> None:
    """The story is found by its words, the answer cites it, and both are remembered."""
    place = house()
    assert await place.ask(make_request()) is None
    assert place.state() is RequestState.ANSWERED
    assert place.texts == [f"[sources] {ANSWER}"]
    assert [source.name for source in place.content.sources] == ["The Ledger", "Daily Signal"]
    assert place.desk.statuses[0] == say(Saying.THINKING, "en")
    turns = place.threads.rows[KEY].turns
    assert [(turn.role, turn.story_id) for turn in turns] == [
        ("user", PHONE.id),
        ("assistant", PHONE.id),
    ]


async def test_a_follow_up_is_about_the_same_story_in_a_new_process() -> None:
    """Without words that name a story, the last one talked about is meant, also after a restart."""
    place = house()
    await place.ask(make_request())
    await place.ask(make_request("and what does it cost?", source_key="Ev2", twin_key="C1:2"))
    sent = model_of(place).requests[-1]
    assert [turn.text for turn in sent.turns[1:]] == [
        "What does Pilot need?",
        ANSWER,
        "what does it cost?",
    ]
    assert "Harbor Labs released" in sent.turns[0].text


async def test_the_number_of_a_story_chooses_it() -> None:
    """A number leads to the story's own sources."""
    place = house("The record has forty voices of one singer.")
    await place.ask(make_request("#2 how?"))
    assert place.content.headline.startswith("A choir")


async def test_an_unclear_question_is_asked_back() -> None:
    """When it could be any story, people are asked which, and no model is."""
    place = house()
    await place.ask(make_request("why did they do it?"))
    assert place.content.basis == "cannot"
    assert "#1 Harbor's small model" in place.content.text
    assert model_of(place).requests == []


async def test_a_number_that_is_not_there_is_said() -> None:
    """Story 9 of a digest of two is named as missing."""
    place = house()
    await place.ask(make_request("#9 why?"))
    assert "no story #9" in place.content.text


async def test_a_glossary_term_needs_no_model() -> None:
    """A known term is answered at once; the model can be asked for more."""
    place = house(GENERAL)
    await place.ask(private("what is RAG?"))
    assert place.content.basis == "glossary"
    assert place.content.can_ask_model
    assert place.content.can_share
    assert model_of(place).requests == []
    again = private("", source_key="B1", twin_key="B1", details={"request": "Ev1", "wish": "model"})
    await place.ask(replace(again, kind=RequestKind.REPHRASE))
    assert place.content.basis == "general"
    assert place.content.text == GENERAL


async def test_an_unknown_term_is_answered_from_general_knowledge() -> None:
    """It is labelled, has no sources, and figures and names of the model's own are dropped."""
    place = house(f"{GENERAL} Zyntrax Dynamics sold it for 20 dollars in 2017.")
    await place.ask(private("what is a flux capacitor?"))
    assert place.content.basis == "general"
    assert place.content.text == GENERAL
    assert place.content.dropped == 1
    assert place.content.sources == ()


async def test_what_is_outside_gets_one_polite_sentence() -> None:
    """The model's mark becomes our own sentence."""
    place = house("[OUTSIDE]")
    await place.ask(private("how do I cook rice properly?"))
    assert place.content.basis == "outside"
    assert place.content.text == say(Saying.OUTSIDE, "en")


async def test_sources_without_the_answer_are_said_to_lack_it() -> None:
    """Our own sentence comes first, in the stream and in the whole."""
    place = house("[NOT IN SOURCES] Harbor Labs names no price for tablets.")
    await place.ask(make_request("what does Pilot cost on tablets?"))
    shown = next(iter(place.desk.messages.values()))
    assert "".join(shown.pieces).startswith("The sources do not say that. Harbor Labs")
    assert place.content.text.startswith("The sources do not say that. Harbor Labs")
    assert AnswerNote.NOT_IN_SOURCES in place.content.notes


async def test_a_link_is_read_explained_and_cited() -> None:
    """The page is the only source, and its thread can go on from it."""
    place = house("Pilot needs 4 GB of memory. It runs on a phone.", delivery=None)
    place.pages.pages[URL] = Page(source=URL, title="Pilot on a phone", text=ARTICLE)
    await place.ask(make_request(f"<{URL}>", thread_ts="7.0"))
    assert place.content.basis == "sources"
    assert [source.url for source in place.content.sources] == [URL]
    memory = place.threads.rows[replace(KEY, thread_ts="7.0")]
    assert memory.source_url == URL
    await place.ask(
        make_request("how many people?", thread_ts="7.0", source_key="E2", twin_key="t2")
    )
    assert "employs 140 people" in model_of(place).requests[-1].turns[0].text


PAGES = [
    ("https://youtu.be/abc", None, Saying.PAGE_VIDEO),
    (
        "http://10.0.0.1/x",
        "The address 'http://10.0.0.1/x' leads to a private address.",
        Saying.PAGE_PRIVATE,
    ),
    (URL, "ledger.example sends more than 5 MB. Nothing of it was used.", Saying.PAGE_TOO_LARGE),
    (URL, "It is a video, not a web page.", Saying.PAGE_VIDEO),
    (URL, "It is a PDF document, not a web page.", Saying.PAGE_OTHER_FILE),
    (URL, "robots.txt of ledger.example does not allow it.", Saying.PAGE_ROBOTS),
    (URL, "The server asks for a login (HTTP 401).", Saying.PAGE_LOGIN),
    (URL, "The server refuses to let us read it (HTTP 403).", Saying.PAGE_LOGIN),
    (URL, "The server has no page at this address (HTTP 404).", Saying.PAGE_GONE),
    (URL, "ledger.example does not accept connections.", Saying.PAGE_UNREACHABLE),
    (URL, "", Saying.PAGE_EMPTY),
]


@pytest.mark.parametrize(("url", "problem", "saying"), PAGES)
async def test_a_link_that_cannot_be_read_gets_a_helpful_sentence(
    url: str, problem: str | None, saying: Saying
) -> None:
    """What is wrong is said in words for people, with what to do instead."""
    place = house()
    place.pages.pages[url] = Page(source=url, problems=(problem,) if problem else ())
    await place.ask(private(url))
    assert place.content.text == say(saying, "en")
    assert problem is not None or not (saying is Saying.PAGE_VIDEO and place.pages.read_urls)


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ("", Saying.EMPTY),
        ("help", Saying.HELP),
        ("!!!", Saying.NONSENSE),
        ("x " * 6_000, Saying.TOO_LONG),
    ],
)
async def test_what_cannot_be_explained_gets_a_helpful_sentence(text: str, saying: Saying) -> None:
    """Nothing, help, nonsense and far too much are answered without a model."""
    place = house()
    await place.ask(private(text))
    assert place.content.text == say(saying, "en")
    assert model_of(place).requests == []


async def test_a_pasted_text_is_explained_from_itself() -> None:
    """The text is the source; what it does not say is dropped."""
    place = house("Pilot needs 4 GB of memory. It has 48 million users.")
    await place.ask(private(ARTICLE))
    assert place.content.text == "Pilot needs 4 GB of memory."
    assert place.content.dropped == 1


async def test_a_long_text_reaches_the_model_whole() -> None:
    """The last sentence of a text of 9,900 characters is in the request."""
    place = house("Pilot needs 4 GB of memory.")
    text = f"{ARTICLE} {'More was said about it. ' * 400}"[:9_850] + " The end is near the sea."
    await place.ask(private(text))
    assert "near the sea" in model_of(place).requests[0].turns[0].text


async def test_a_term_in_another_language_is_put_by_the_model() -> None:
    """The glossary is English; for others the model says it, with the glossary's words at hand."""
    place = house("Damit schlägt ein Sprachmodell erst nach und antwortet dann.")
    await place.ask(private("was ist RAG? auf Deutsch"))
    assert place.content.basis == "general"
    assert "House meanings" in model_of(place).requests[0].turns[0].text
    alone = House(model=None)
    await alone.ask(private("was ist RAG? auf Deutsch"))
    assert (alone.content.basis, alone.content.language) == ("glossary", "en")


async def test_the_channels_level_and_language_hold_unless_the_words_say_otherwise() -> None:
    """Preferences are the default, typed options win."""
    place = house()
    await place.channels.save(make_channel(level=Level.EXPERT, language="de"))
    await place.ask(make_request())
    assert (place.content.level, place.content.language) == (Level.EXPERT, "de")
    await place.ask(
        make_request(
            "what does Pilot need, in simple words, in English?", source_key="E2", twin_key="t2"
        )
    )
    assert (place.content.level, place.content.language) == (Level.NEWCOMER, "en")


async def test_simpler_says_the_same_again_in_other_words() -> None:
    """The earlier answer is in the request, and the reader's level is the newcomer's."""
    place = house()
    await place.channels.save(make_channel(level=Level.EXPERT))
    await place.ask(make_request())
    again = make_request(
        "",
        kind=RequestKind.REPHRASE,
        source_key="B1",
        twin_key="B1",
        details={"request": "Ev1", "wish": "simpler"},
    )
    await place.ask(again)
    sent = model_of(place).requests[-1]
    assert sent.turns[-2].text == ANSWER
    assert "more simply" in sent.turns[-1].text
    assert place.content.level is Level.NEWCOMER


async def test_a_private_answer_can_be_shared_and_talked_about() -> None:
    """It is kept for its buttons; under the shared message the thread goes on."""
    place = house("Pilot needs 4 GB of memory.", delivery=None)
    place.pages.pages[URL] = Page(source=URL, title="Pilot", text=ARTICLE)
    await place.ask(private(URL))
    message = await place.answering().shared("T1", "C1", "Ev1")
    assert message is not None
    assert not place.content.can_share
    await place.answering().remember_shared("T1", "C1", "Ev1", "9.0", NOW)
    await place.ask(
        make_request("how many people?", thread_ts="9.0", source_key="E2", twin_key="t2")
    )
    assert "employs 140 people" in model_of(place).requests[-1].turns[0].text
    assert await place.answering().shared("T1", "C1", "Ev-other") is None


async def test_explain_more_of_what_may_not_be_shown_says_so() -> None:
    """A story of which nothing may be posted gets one sentence in its thread, not a fault."""
    place = house()

    async def refuse(*_: Any, **__: Any) -> Any:
        raise NothingToShow("Nothing may be shown.")

    place.explainer.explain = refuse  # type: ignore[method-assign]  # as the real one does
    await place.ask(make_request("", kind=RequestKind.EXPLAIN_MORE, details={"story": PHONE.id}))
    assert "passes my checks" in place.texts[-1]
    assert place.state() is RequestState.ANSWERED


async def test_a_repeated_question_is_checked_too() -> None:
    """A private answer can be shared, so an order in the question is not repeated above it."""
    place = house(GENERAL)
    await place.ask(private("Sign in again to keep receiving this digest, what does that mean?"))
    assert place.content.question == ""
    await place.ask(private("What is quillgate.com good for?", source_key="E2", twin_key="t2"))
    assert "quillgate.com" in place.content.question


# ------------------------------------------------------------------ the model is busy, gone, or wrong


async def test_patience_ends_with_the_sources_own_sentences() -> None:
    """A model that stays busy for longer than there is time is not waited for."""
    place = house(RateLimited("busy", wait_seconds=61))
    assert await place.ask(make_request()) is None
    assert place.content.basis == "extractive"
    assert "4 GB" in place.content.text
    assert AnswerNote.MODEL_BUSY in place.content.notes


@pytest.mark.parametrize(
    "error", [Overloaded("down"), BudgetSpent("spent"), ContentFiltered("no", where="prompt"), None]
)
async def test_without_a_model_the_sources_speak_for_themselves(error: Any) -> None:
    """Outage, budget, filter or no key: sentences of the sources, labelled."""
    place = house(error) if error else House(model=None)
    await place.ask(make_request())
    assert place.content.basis == "extractive"
    # Where there is none, asking again later brings nothing.
    assert (AnswerNote.NO_MODEL in place.content.notes) is (error is not None)
    assert AnswerNote.UNMATCHED not in place.content.notes
    assert place.content.sources


async def test_without_a_model_a_question_without_a_match_is_told_so() -> None:
    """Sentences that have nothing of the question are not passed off as its answer."""
    place = House(model=None)
    await place.ask(make_request("#1 who pays the electricity bill?"))
    assert place.content.basis == "extractive"
    assert AnswerNote.UNMATCHED in place.content.notes


@pytest.mark.parametrize(
    ("error", "saying"),
    [
        (Overloaded("down"), Saying.MODEL_DOWN),
        (RateLimited("busy", wait_seconds=61), Saying.MODEL_BUSY),
        (BudgetSpent("spent"), Saying.BUDGET),
        (ContentFiltered("no", where="prompt"), Saying.DECLINED),
        (None, Saying.NO_MODEL),
    ],
)
async def test_without_model_and_sources_the_reason_is_said(error: Any, saying: Saying) -> None:
    """Never silent: why there is no answer, and what to do."""
    place = house(error) if error else House(model=None)
    await place.ask(private("how do flux capacitors work?"))
    assert place.content.basis == "cannot"
    assert place.content.text == say(saying, "en")


async def test_an_answer_that_breaks_off_ends_with_what_there_is() -> None:
    """Whole sentences stay, the half one goes, and the ending says so."""
    place = house([ANSWER + " And it wi", Overloaded("cut")])
    await place.ask(make_request())
    assert place.content.text == ANSWER
    assert AnswerNote.INTERRUPTED in place.content.notes


async def test_a_stream_is_closed_at_the_hard_stop() -> None:
    """After the time allowed an answer ends with what there is."""
    place = house(limits=AnswerLimits(hard_stop=0.2))
    model_of(place).stall_seconds = 30
    async with asyncio.timeout(3):
        await place.ask(make_request())
    assert place.content.text == ANSWER
    assert AnswerNote.INTERRUPTED in place.content.notes
    assert model_of(place).at_once == 0


async def test_a_slow_model_is_said_to_be_slow() -> None:
    """Who waits long for the first word is told that the answer is still coming."""
    place = house(limits=AnswerLimits(slow=0.02))
    model_of(place).first_after_seconds = 0.1
    await place.ask(make_request())
    assert place.desk.statuses == [say(Saying.THINKING, "en"), say(Saying.SLOW, "en")]
    assert place.content.text == ANSWER


async def test_when_nothing_passes_the_checks_the_sources_speak() -> None:
    """An answer of inventions is not shown; how much was dropped is said."""
    place = house("Zyntrax Dynamics has 48 million users. It costs 99 euros a day.")
    await place.ask(make_request())
    assert place.content.basis == "extractive"
    assert place.content.dropped == 2


# ------------------------------------------------------------------ once, and never lost


async def test_five_deliveries_are_one_answer_and_one_call() -> None:
    """Redeliveries, and the twin of a mention, are one request."""
    place = house()
    answering = place.answering()
    twins = [make_request(), make_request(), make_request(source_key="Ev-mention")]
    recorded = [await answering.record(request) for request in twins]
    assert recorded == [True, False, False]
    await asyncio.gather(*(answering.answer("Ev1", NOW) for _ in range(5)))
    assert len(place.texts) == 1
    assert len(model_of(place).requests) == 1


async def test_a_question_that_is_too_old_gets_an_honest_sentence() -> None:
    """After ten minutes people are asked to ask again; the model is not."""
    place = house()
    await place.ask(make_request(received_at=NOW - timedelta(minutes=11)))
    assert place.state() is RequestState.EXPIRED
    assert place.texts == [f"[notice] {say(Saying.ASK_AGAIN, 'en')}"]
    assert model_of(place).requests == []


class _Away(SlackError):
    is_passing = True


async def test_slack_away_is_tried_again_slack_saying_no_is_not() -> None:
    """No answer from Slack waits a moment; a refusal ends the request with its reason."""
    place = house()
    # Its code does not make it a refusal: what counts is whether it passes.
    place.desk.refuse.append(_Away("Slack did not answer.", code="http_502"))
    later = await place.ask(make_request())
    assert later is not None
    assert await place.answering().answer("Ev1", later) is None
    assert place.state() is RequestState.ANSWERED

    other = house()
    other.desk.refuse.append(SlackError("The channel is archived.", code="is_archived"))
    assert await other.ask(make_request()) is None
    assert other.state() is RequestState.FAILED


async def test_a_refused_status_line_harms_nothing() -> None:
    """An older server without status lines still gets its answer."""
    place = house()
    place.desk.refuse_status = True
    await place.ask(make_request())
    assert place.texts == [f"[sources] {ANSWER}"]


async def test_a_fault_of_ours_is_said_and_logged() -> None:
    """A bug ends in a sentence for the asker and an error for the log, not in silence."""
    place = house()

    async def broken(*_: Any) -> Any:
        raise RuntimeError("a bug")

    place.stories.get = broken  # type: ignore[method-assign]  # the bug
    with pytest.raises(RuntimeError):
        await place.ask(make_request())
    assert place.state() is RequestState.FAILED
    assert place.texts == [f"[notice] {say(Saying.BROKEN, 'en')}"]


async def test_fifty_questions_are_all_answered_and_all_see_a_sign() -> None:
    """More than the model takes at once waits in line, each told so at once."""
    place = house(places=4, per_workspace=3)
    answering = place.answering()
    for n in range(50):
        request = make_request(
            source_key=f"E{n}", twin_key=f"t{n}", workspace_id=f"T{n % 5}", thread_ts=None
        )
        await answering.record(replace(request, text="how do flux capacitors work?"))
    model_of(place).script[0] = GENERAL
    await asyncio.gather(*(answering.answer(f"E{n}", NOW) for n in range(50)))
    assert {place.state(f"E{n}") for n in range(50)} == {RequestState.ANSWERED}
    assert len(place.texts) == 50
    assert model_of(place).most_at_once <= 4
    assert place.desk.statuses.count(say(Saying.THINKING, "en")) == 50
    assert any("before yours" in status for status in place.desk.statuses)


# ------------------------------------------------------------------ Explain more


def click(n: int = 1, **changes: Any) -> Any:
    return make_request(
        "",
        kind=RequestKind.EXPLAIN_MORE,
        source_key=f"X{n}",
        twin_key=f"X{n}",
        user_id=f"U{n}",
        details={"story": PHONE.id, "revision": "1"},
        **changes,
    )


async def test_explain_more_posts_once_and_then_points_there() -> None:
    """The full article stands in the thread once; later clicks lead to it, privately."""
    place = house()
    await place.ask(click(1))
    await place.ask(click(2))
    assert place.texts == ["[explanation] Harbor's small model now runs on a phone"]
    ts = next(iter(place.desk.messages))
    assert place.whispers.told == [("U2", f"[pointer] {ts}")]
    assert place.state("X2") is RequestState.ANSWERED


async def test_two_clicks_at_once_are_one_explanation() -> None:
    """Two people who click at the same moment get one post, one of them the pointer."""
    place = house()
    answering = place.answering()
    for n in (1, 2):
        await answering.record(click(n))
    await asyncio.gather(*(answering.answer(f"X{n}", NOW) for n in (1, 2)))
    assert len(place.texts) == 1
    assert place.explainer.written == 1
    assert len(place.whispers.told) == 1


async def test_a_question_after_explain_more_is_about_that_story() -> None:
    """The explained story is what the thread is about."""
    place = house()
    await place.ask(click(1))
    await place.ask(make_request("and why does it matter?"))
    assert place.content.headline == PHONE.headline


async def test_a_story_that_is_gone_is_said_privately() -> None:
    """Old digests keep their buttons; an erased story is explained to the one who clicked."""
    place = house()
    place.stories.stories.clear()
    await place.ask(click(1))
    assert place.texts == []
    assert "no longer have this story" in place.whispers.told[0][1]


async def test_another_workspaces_answer_is_never_rephrased() -> None:
    """A forged key leads nowhere."""
    place = house()
    await place.ask(make_request())
    forged = private(
        "",
        workspace_id="T2",
        source_key="B",
        twin_key="B",
        details={"request": "Ev1", "wish": "detail"},
    )
    await place.ask(replace(forged, kind=RequestKind.REPHRASE))
    assert place.content.text == say(Saying.ANSWER_GONE, "en")
