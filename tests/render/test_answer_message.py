"""Answers as Slack gets them: sentences, terms, sources, honest labels, buttons, any length."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.content import AnswerContent, AnswerNote, DigestRef
from bot.chat.ports import AnswerRenderer
from bot.explain.explanation import ExplainedTerm, Form, Source
from bot.render import ids
from bot.render.answer_message import answer_message, answer_messages, closing_sentences
from bot.render.answer_views import AnswerViews
from bot.render.chat_words import ENGLISH, GERMAN, ChatWords
from bot.render.message import Message
from bot.slack.tail import tail_of
from tests.fakes.digests import make_explanation
from tests.fakes.rows import each_row
from tests.fakes.slack_check import assert_message_sound, buttons_in
from tests.render.hostile import TEXTS, URLS

QUANTISATION = ExplainedTerm(
    term="quantisation",
    meaning="Rounding the numbers inside a model.",
    comparison="Like prices rounded to whole euros.",
)


def content(**changes: Any) -> AnswerContent:
    values: dict[str, Any] = {
        "request_key": "Ev0123",
        "basis": "sources",
        "paragraphs": (
            (
                "Harbor made the model smaller by quantisation.",
                "That means its numbers are rounded, and quantisation costs a little accuracy.",
            ),
            ("Nobody outside Harbor has checked the loss yet.",),
        ),
        "terms": (QUANTISATION,),
        "sources": (
            Source(name="Harbor Labs", url="https://harbor.example/pilot"),
            Source(name="The Ledger", url="https://theledger.example/pilot", paywalled=True),
        ),
        "can_rate": True,
    }
    return AnswerContent(**{**values, **changes})


CASES = {
    "sources": content(headline="Harbor's small model", follow_up_hint=True, dropped=2),
    "private": content(
        question="why is it smaller?", can_share=True, can_simplify=True, can_detail=True
    ),
    "general": content(basis="general", sources=(), terms=(), dropped=1, can_detail=True),
    "glossary": content(
        basis="glossary",
        headline="quantisation",
        paragraphs=((QUANTISATION.meaning, QUANTISATION.comparison),),
        sources=(),
        can_ask_model=True,
        can_share=True,
    ),
    "extractive": content(
        basis="extractive", notes=(AnswerNote.NO_MODEL, AnswerNote.SUMMARY_ONLY), can_rate=False
    ),
    "interrupted": content(notes=(AnswerNote.INTERRUPTED, AnswerNote.NOT_IN_SOURCES)),
    "outside": content(
        basis="outside",
        paragraphs=(("I explain AI news and its words; for recipes, ask a cook.",),),
        sources=(),
        terms=(),
        can_rate=False,
    ),
    "cannot": content(
        basis="cannot",
        paragraphs=(("The page is a video. Paste what you want explained.",),),
        sources=(),
        terms=(),
        can_rate=False,
    ),
}


def sections(*messages: Message) -> list[str]:
    return [
        block["text"]["text"]
        for message in messages
        for block in message.blocks
        if block["type"] == "section"
    ]


@pytest.mark.parametrize("name", CASES)
def test_answer_looks_as_agreed(name, snapshot):
    """Every kind of answer, block by block, is what was reviewed."""
    message = answer_message(CASES[name])
    assert_message_sound(message)
    assert message == snapshot


def test_terms_are_bold_at_first_use_only():
    """The first "quantisation" is marked; the second is not."""
    body = sections(answer_message(content()))[0]
    assert body.count("*quantisation*") == 1
    assert body.index("*quantisation*") < body.rindex("quantisation")


def test_each_basis_says_what_it_rests_on():
    """Nobody takes general knowledge or the glossary for news."""
    said = {name: " ".join(closing_sentences(case)) for name, case in CASES.items()}
    assert "not from the news" in said["general"]
    assert "glossary" in said["glossary"]
    assert "without a language model" in said["extractive"]
    assert "checked against" in said["sources"]
    assert said["outside"] == said["cannot"] == ""


def test_left_out_sentences_are_counted():
    """What the checks took out is said, in the singular and plural, with its reason."""
    assert "2 sentences were left out because the sources do not carry them." in closing_sentences(
        content(dropped=2)
    )
    assert "1 sentence was left out because it would have needed a source." in closing_sentences(
        content(basis="general", sources=(), dropped=1)
    )


def test_buttons_name_the_request():
    """Every button leads back to the question that it belongs to."""
    drawn = answer_message(
        content(can_share=True, can_simplify=True, can_detail=True, can_ask_model=True)
    )
    keys = {ids.SHARE, ids.SIMPLER, ids.MORE_DETAIL, ids.ASK_MODEL}
    assert buttons_in(drawn.blocks) == dict.fromkeys(keys, "Ev0123")
    (thumbs,) = [b for b in drawn.blocks if b["type"] == "context_actions"]
    values = [
        thumbs["elements"][0][name]["value"] for name in ("positive_button", "negative_button")
    ]
    assert [ids.parse_feedback(value) for value in values] == [(True, "Ev0123"), (False, "Ev0123")]
    quiet = answer_message(content(can_rate=False))
    assert not any("actions" in block["type"] for block in quiet.blocks)


def test_streamed_answer_needs_no_update():
    """All that stands around the sentences can be put under a stream, which saves a call."""
    shown = content(headline="Harbor's small model", follow_up_hint=True, can_simplify=True)
    pieces = [sentence for paragraph in shown.paragraphs for sentence in paragraph]
    tail = tail_of(answer_message(shown), pieces)
    assert tail is not None
    assert [block["type"] for block in tail] == ["context", "context", "actions", "context_actions"]


@pytest.mark.parametrize("sentences", [1, 7, 40, 400])
def test_long_answers_are_split_without_losing_a_word(sentences):
    """However long, every sentence stands somewhere, in order, and no word is broken."""
    said = tuple(
        f"Sentence number {n} says something about quantisation." for n in range(sentences)
    )
    messages = answer_messages(content(paragraphs=(said,)))
    for message in messages:
        assert_message_sound(message)
    whole = " ".join(sections(*messages)).replace("*", "")
    assert [int(n) for n in re.findall(r"Sentence number (\d+) says", whole)] == list(
        range(sentences)
    )
    assert "…" not in whole
    assert len([m for m in messages if buttons_in(m.blocks) or "Sources:" in str(m.blocks)]) == 1


def test_one_message_is_cut_visibly():
    """Where only one message is wanted, what does not fit ends with an ellipsis."""
    said = tuple(f"Sentence number {n} says something." for n in range(900))
    message = answer_message(content(paragraphs=(said,)))
    assert_message_sound(message)
    assert sections(message)[-1].endswith("…")
    assert len(message.text) < 4_000


def test_an_empty_answer_still_says_something():
    """Slack refuses an empty text; the asker gets a next step."""
    message = answer_message(content(paragraphs=(), terms=(), sources=()))
    assert_message_sound(message)
    assert "other words" in message.text


def everything(text: str, url: str = "https://a.example/x") -> AnswerContent:
    return content(
        paragraphs=((text, text), (text,)),
        headline=text,
        question=text,
        terms=(ExplainedTerm(term=text, meaning=text, comparison=text),),
        sources=tuple(Source(name=text, url=f"{url}{n}", paywalled=True) for n in range(7)),
        notes=tuple(AnswerNote),
        dropped=3,
        follow_up_hint=True,
        can_share=True,
        can_simplify=True,
        can_detail=True,
        can_ask_model=True,
    )


@each_row("text", TEXTS)
def test_hostile_texts_do_nothing_anywhere(text):
    """Each hostile text in every field at once, in each form of an answer."""
    views: AnswerRenderer = AnswerViews()
    for basis in ("extractive", "glossary"):
        shown = AnswerContent(
            **{
                **{name: getattr(everything(text), name) for name in AnswerContent.__slots__},
                "basis": basis,
            }
        )
        for message in (answer_message(shown), *answer_messages(shown)):
            assert_message_sound(message)
    assert_message_sound(views.already_explained("C1", "1700000000.000100", text, "en"))
    assert_message_sound(views.notice([text, "and this"]))


@pytest.mark.parametrize("url", URLS)
def test_hostile_addresses_do_nothing_anywhere(url):
    """A source's address becomes one honest link or none."""
    sources = (Source(name="https://bank.example", url=url),)
    assert_message_sound(answer_message(content(sources=sources)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=400), max_size=5), max_size=5), st.text(max_size=60))
def test_any_text_gives_a_sound_answer(paragraphs, term):
    """Whatever Unicode holds, the message is one that Slack takes."""
    shown = content(
        paragraphs=tuple(map(tuple, paragraphs)), terms=(ExplainedTerm(term=term, meaning=term),)
    )
    for message in answer_messages(shown):
        assert_message_sound(message)


def test_full_explanation_for_a_thread(snapshot):
    """*Explain more* posts the whole article with thumbs and *Simpler*."""
    message = AnswerViews().explanation(make_explanation(form=Form.FULL), "Ev9")
    assert_message_sound(message)
    assert message == snapshot


def test_pointing_to_an_explanation_links_to_it():
    """Later clicks lead to the one explanation of the thread."""
    drawn = AnswerViews("http://127.0.0.1:9/").already_explained(
        "C1", "1700000000.000100", "Harbor's model", "en"
    )
    assert "<http://127.0.0.1:9/archives/C1/p1700000000000100|Go to the explanation>" in drawn.text


def test_the_same_answer_gives_the_same_message():
    """A retry shows the same words."""
    assert json.dumps(answer_message(content()).blocks) == json.dumps(
        answer_message(content()).blocks
    )


def test_an_answer_links_the_digest_it_is_from():
    """Outside the digest's thread small print leads to its message, with the day in words."""
    digest = DigestRef(channel_id="C1", ts="1772442000.000100", on=date(2026, 3, 2))
    message = AnswerViews("http://127.0.0.1:1/").answer(content(digest=digest, headline="Pilot"))
    shown = message.blocks[0]["elements"][0]["text"]

    assert shown.splitlines()[1] == (
        "_From:_ <http://127.0.0.1:1/archives/C1/p1772442000000100|the digest of Monday 2 March>"
    )
    assert_message_sound(message)
    assert tail_of(message, [" ".join(page) for page in content().paragraphs]) is not None


def test_a_german_answer_is_german_throughout():
    """In a German channel labels, buttons, small print and dates are German too."""
    digest = DigestRef(channel_id="C1", ts="1772442000.000100", on=date(2026, 3, 2))
    message = answer_message(
        content(
            language="de",
            digest=digest,
            question="warum?",
            headline="Pilot",
            dropped=2,
            notes=tuple(AnswerNote),
            can_share=True,
            can_simplify=True,
            can_detail=True,
            can_ask_model=True,
            follow_up_hint=True,
        )
    )
    shown = json.dumps(message.blocks, ensure_ascii=False)

    for words in (
        "der Ausgabe von Montag, 2. März",
        "Im Kanal teilen",
        "2 Sätze",
        "Bezahlschranke",
    ):
        assert words in shown
    english = [words for words in _texts_of(ENGLISH) if words in shown]
    assert english == []
    assert_message_sound(message)


def _texts_of(words: ChatWords) -> list[str]:
    texts = [value for value in vars_of(words).values() if isinstance(value, str)]
    return [*filter(None, words.labels.values()), *filter(None, words.notes.values()), *texts]


def vars_of(words: ChatWords) -> dict[str, Any]:
    return {field.name: getattr(words, field.name) for field in fields(words)}


def test_every_language_says_everything():
    """What a language does not say, and English does, would be missing in its channels."""
    for words in (ENGLISH, GERMAN):
        assert set(words.labels) == set(ENGLISH.labels)
        assert set(words.notes) == set(AnswerNote)
        assert {basis for basis, said in words.labels.items() if not said} == {"outside", "cannot"}


def test_a_meaning_that_stands_in_the_text_is_not_listed_again():
    """Words in it explains what the sentences do not."""
    shown = content(
        basis="extractive",
        paragraphs=(("Quantisation is rounding  the numbers inside a model, they say.",),),
        terms=(
            QUANTISATION,
            ExplainedTerm(term="token", meaning="A piece of a word.", comparison=""),
        ),
    )
    text = answer_message(shown).text

    assert text.count("ounding") == 1
    assert "A piece of a word." in text
