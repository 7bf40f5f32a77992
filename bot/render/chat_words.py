"""
The words of ours around an answer, per language; the words around the news are in `words.py`.

Another language is one more `ChatWords` value in `_LANGUAGES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.content import AnswerBasis, AnswerNote
from bot.render.words import Count, Plural


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWords:
    """The fixed words of one language. `labels` says what an answer rests on, "" to say nothing."""

    labels: Mapping[AnswerBasis, str]
    notes: Mapping[AnswerNote, str]
    asked: str
    about: str
    sources: str
    dropped: Count
    dropped_unsourced: Count
    reply_hint: str
    share: str
    simpler: str
    more_detail: str
    ask_model: str
    helpful: str
    not_helpful: str
    already_explained: str
    go_there: str
    nothing: str


def chat_words_for(language: str) -> ChatWords:
    """Return the words of a language, in English when we do not have it yet."""
    return _LANGUAGES.get(language.lower()[:2], ENGLISH)


ENGLISH = ChatWords(
    labels={
        "sources": "Answered from the sources named here; figures and names were checked against "
        "them.",
        "general": "General knowledge of the language model, not from the news: no source stands "
        "behind it, so check what matters to you.",
        "glossary": "From Plainwire's glossary; no language model was asked.",
        "extractive": "Put together without a language model: the sentences are the publishers' "
        "own.",
        "outside": "",
        "cannot": "",
    },
    notes={
        AnswerNote.NO_MODEL: "The language model cannot be asked right now; ask again later for a "
        "fuller answer.",
        AnswerNote.INTERRUPTED: "The answer broke off; this is what there was. Ask again for the "
        "rest.",
        # The answer begins with it (`bot/chat/sayings.py`); small print would say it twice.
        AnswerNote.NOT_IN_SOURCES: "",
        AnswerNote.SUMMARY_ONLY: "The article itself could not be read; this rests on its summary.",
    },
    asked="Asked:",
    about="About:",
    sources="Sources:",
    dropped=Plural(
        "{n} sentence was left out because the sources do not carry it.",
        "{n} sentences were left out because the sources do not carry them.",
    ),
    dropped_unsourced=Plural(
        "{n} sentence was left out because it would have needed a source.",
        "{n} sentences were left out because they would have needed a source.",
    ),
    reply_hint="Reply here to ask more.",
    share="Share to channel",
    simpler="Simpler",
    more_detail="More detail",
    ask_model="Ask the model for more",
    helpful="Helpful",
    not_helpful="Not helpful",
    already_explained="“{headline}” is explained in this thread already.",
    go_there="Go to the explanation",
    nothing="There is nothing to say about this; ask it in other words.",
)

_LANGUAGES: dict[str, ChatWords] = {"en": ENGLISH}
