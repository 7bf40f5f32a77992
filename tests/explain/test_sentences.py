"""Cutting texts into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.explain.sentences import split_sentences

ENGLISH = {
    "plain": "It works. | It is new! | Is it? | Yes.",
    "titles": "Dr. Smith met Mr. Lee. | They spoke.",
    "initials": "J. R. Smith left. | George W. Bush stayed.",
    "dotted country": "The U.S. economy grew. | It did so in the U.K. | The end.",
    "country before a name": "The U.S. Senate voted. | It passed.",
    "decimals": "It costs $2.1 million. | Version 2.1 is out. | It is 3.14.",
    "version at the end": "They released version 2.1. | The model is small.",
    "model names": "They used GPT-4. | The next one is larger.",
    "for example": "Some tools, e.g. Slack, and others, i.e. Teams, agree. | Fine.",
    "company forms": "Acme Inc. said so. | He left Acme Inc. | The firm is calm.",
    "and so on": "Pens, paper, etc. | They are cheap.",
    "and so on inside": "Pens, paper, etc. are cheap.",
    "url": "See https://example.com/a.b?c=d. | Then go on.",
    "domain": "OpenAI.com is up. | Node.js too.",
    "quote inside": "He said “It works.” | Then he left.",
    "straight quotes": 'She said "No." | He stayed.',
    "question quoted": "“Is it over?” Smith asked. | Nobody knew.",
    "question quoted, small letter": "“Is it over?” he asked. | Nobody knew.",
    "quote opens": "It ended. | “We are glad,” she said.",
    "ellipsis inside": "Well... it depends. | Or so.",
    "ellipsis at the end": "And then… | Nothing happened.",
    "brackets": "It works (see below.) | Then it stops.",
    "in brackets whole": "It works. | (It did before.) | It will.",
    "footnote": "It works.[3] | Then it stops.[12]",
    "number abbreviation": "See No. 5 and Fig. 3 on p. 12. | Thanks.",
    "no as a word": "No. | That is wrong.",
    "month": "On Jan. 5 it began. | It ended in Feb. | The rest is known.",
    "clock": "At 5 p.m. Eastern it began. | It ended at 9 p.m. | The rest went home.",
    "letter as a name": "It raised a Series B. | OpenAI led it.",
    "small first letter": "It runs on phones. | iPhone owners wait. | xAI does too.",
    "exclamation in a name": "Yahoo! Finance says so. | Fine.",
    "marks together": "What?! | Really?? | Yes!!!",
    "et al": "Miranda et al. show it. | Good.",
    "versus": "Apple vs. Google is on. | Wait.",
    "year": "It began in 2024. | Nobody cared.",
    "enumeration": "1. Open the lid. | 2. Close it.",
    "dash opens": "It ended. | – Then it began.",
    "hyphens and slashes": "A/B tests run 24/7. | So what.",
    "no full stop": "A headline without one",
}

OTHERS = [
    ("de", "Am 3. März kam z. B. die 2. Version. | Dr. Müller lobt sie."),
    ("de", "Das kostet 2,5 Mio. Euro. | Es lohnt sich."),
    ("de", "Das war 2024. | Es geht weiter."),
    ("de-AT", "Er sagt: „Es geht.“ | Dann geht er."),
    ("de", "Die Fa. nennt es u. a. klug, d. h. teuer. | So ist es."),
    ("fr", "M. Dupont est là. | Il rit « oui ! » et part."),
    ("es", "El Sr. Gil vino. | ¿Vino? | ¡Sí!"),
    ("it", "Il sig. Rossi dorme. | La casa tace."),
    ("nl", "Dhr. Bakker komt bijv. morgen. | De rest niet."),
    ("hi", "यह नया है। | यह काम करता है।"),
    ("ar", "هل هو جديد؟ | نعم."),
    ("xx", "It works. | It does."),
]


@pytest.mark.parametrize("marked", ENGLISH.values(), ids=ENGLISH)
def test_english(marked: str) -> None:
    """English texts part where a reader would part them."""
    assert split_sentences(marked.replace(" | ", " ")) == marked.split(" | ")


@pytest.mark.parametrize(("language", "marked"), OTHERS)
def test_other_languages(language: str, marked: str) -> None:
    """Each language has its own abbreviations, ordinals and marks."""
    assert split_sentences(marked.replace(" | ", " "), language) == marked.split(" | ")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "これは新しい。速い！「いいね。」と言った。終わり",
            ["これは新しい。", "速い！", "「いいね。」と言った。", "終わり"],
        ),
        ("这是新的。好吗？好。", ["这是新的。", "好吗？", "好。"]),
        ("Title\n\nText goes on", ["Title", "Text goes on"]),
        ("one line\nthat is wrapped", ["one line that is wrapped"]),
        ("Two:\n- first\n- second\n• third", ["Two:", "- first", "- second", "• third"]),
        ("Steps:\n1. Open it\n2) Close it", ["Steps:", "1. Open it", "2) Close it"]),
        ("Windows\r\n\r\nlines", ["Windows", "lines"]),
        ("A  lot\u00a0of\tspace.", ["A lot of space."]),
        ("", []),
        (" \n\n\t ", []),
        ("...", ["..."]),
    ],
)
def test_layout(text: str, sentences: list[str]) -> None:
    """Full stops without spaces, empty lines and list bullets part; wrapped lines do not."""
    assert split_sentences(text) == sentences


hostile = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            ".",
            "…",
            "。",
            "?",
            '"',
            "”",
            "(",
            ")",
            "[1]",
            " ",
            "\n",
            "- ",
            "U.S",
            "Dr",
            "a",
            "B",
            "3",
            "ß",
        ]
    ),
    max_size=80,
).map("".join)


@given(hostile, st.sampled_from(["en", "de", "ja", "fr", ""]))
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str, language: str) -> None:
    """Joined again, the sentences hold every character that is not white space, and none is empty."""
    sentences = split_sentences(text, language)

    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in sentences)


UNITS = (
    ".",
    ". ",
    '."',
    "\n",
    "\n ",
    "a.",
    "[1]",
    ".[1",
    "(",
    "1. ",
    "\n-",
    "U.S. ",
    "。",
    " ",
    "A",
)


@pytest.mark.parametrize("unit", UNITS)
def test_half_a_megabyte_of_anything_is_read_to_its_end(unit: str) -> None:
    """Half a megabyte of one mark loses nothing; with backtracking it would last until pytest's limit."""
    text = (unit * 500_000)[:500_000]

    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())
