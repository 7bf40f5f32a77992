"""
The words of ours around an answer, per language; the words around the news are in `words.py`.

Another language is one more `ChatWords` value in `_LANGUAGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.chat.content import AnswerBasis, AnswerNote
from bot.render.words import ENGLISH as NEWS_ENGLISH
from bot.render.words import Count, Plural


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWords:
    """
    The fixed words of one language.

    Attributes:
        labels: What an answer rests on, "" to say nothing.
        digest_of: With the slot `{date}`, filled by `date`.
    """

    labels: Mapping[AnswerBasis, str]
    notes: Mapping[AnswerNote, str]
    asked: str
    about: str
    from_digest: str
    digest_of: str
    date: Callable[[date], str]
    sources: str
    paywalled: str
    dropped: Count
    dropped_unsourced: Count
    reply_hint: str
    share: str
    simpler: str
    more_detail: str
    ask_model: str
    helpful: str
    not_helpful: str
    model_missed: str
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
        AnswerNote.MODEL_BUSY: "The language model is busy right now, so this is what there is "
        "without it; ask again in a few minutes for a fuller answer.",
        AnswerNote.INTERRUPTED: "The answer broke off; this is what there was. Ask again for the "
        "rest.",
        AnswerNote.UNMATCHED: "None of these sentences has a word of your question; to look further "
        "takes a language model.",
        # The answer begins with it (`bot/chat/sayings.py`); small print would say it twice.
        AnswerNote.NOT_IN_SOURCES: "",
        AnswerNote.SUMMARY_ONLY: "The article itself could not be read; this rests on its summary.",
    },
    asked="Asked:",
    about="About:",
    from_digest="From:",
    digest_of="the digest of {date}",
    date=NEWS_ENGLISH.long_date,
    sources="Sources:",
    paywalled="paywalled",
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
    model_missed="The language model is busy or out of reach right now; ask here again in a few "
    "minutes to hear more.",
    already_explained="“{headline}” is explained in this thread already.",
    go_there="Go to the explanation",
    nothing="There is nothing to say about this; ask it in other words.",
)

_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]


def _german_date(on: date) -> str:
    return f"{_DAYS[on.weekday()]}, {on.day}. {_MONTHS[on.month - 1]}"


GERMAN = ChatWords(
    labels={
        "sources": "Beantwortet aus den hier genannten Quellen; Zahlen und Namen wurden mit ihnen "
        "verglichen.",
        "general": "Allgemeinwissen des Sprachmodells, nicht aus den Nachrichten: Dahinter steht "
        "keine Quelle, also prüf nach, was dir wichtig ist.",
        "glossary": "Aus Plainwires Glossar; kein Sprachmodell wurde gefragt.",
        "extractive": "Ohne Sprachmodell zusammengestellt: Die Sätze sind die der Quellen selbst.",
        "outside": "",
        "cannot": "",
    },
    notes={
        AnswerNote.NO_MODEL: "Das Sprachmodell ist gerade nicht zu erreichen; frag später noch "
        "einmal, dann kommt mehr.",
        AnswerNote.MODEL_BUSY: "Das Sprachmodell ist gerade ausgelastet, also steht hier, was es "
        "ohne gibt; frag in ein paar Minuten noch einmal, dann kommt mehr.",
        AnswerNote.INTERRUPTED: "Die Antwort brach ab; so weit kam sie. Frag noch einmal nach dem "
        "Rest.",
        AnswerNote.UNMATCHED: "In keinem dieser Sätze steht ein Wort deiner Frage; weiter nachsehen "
        "kann nur ein Sprachmodell.",
        AnswerNote.NOT_IN_SOURCES: "",
        AnswerNote.SUMMARY_ONLY: "Der Artikel selbst war nicht zu lesen; das hier beruht auf seiner "
        "Zusammenfassung.",
    },
    asked="Gefragt:",
    about="Zu:",
    from_digest="Aus:",
    digest_of="der Ausgabe von {date}",
    date=_german_date,
    sources="Quellen:",
    paywalled="hinter einer Bezahlschranke",
    dropped=Plural(
        "{n} Satz wurde weggelassen, weil die Quellen ihn nicht tragen.",
        "{n} Sätze wurden weggelassen, weil die Quellen sie nicht tragen.",
    ),
    dropped_unsourced=Plural(
        "{n} Satz wurde weggelassen, weil er eine Quelle gebraucht hätte.",
        "{n} Sätze wurden weggelassen, weil sie eine Quelle gebraucht hätten.",
    ),
    reply_hint="Antworte hier, um mehr zu fragen.",
    share="Im Kanal teilen",
    simpler="Einfacher",
    more_detail="Ausführlicher",
    ask_model="Das Sprachmodell fragen",
    helpful="Hilfreich",
    not_helpful="Nicht hilfreich",
    model_missed="Das Sprachmodell ist gerade ausgelastet oder nicht zu erreichen; frag hier in ein "
    "paar Minuten noch einmal, um mehr zu erfahren.",
    already_explained="„{headline}“ ist in diesem Thread schon erklärt.",
    go_there="Zur Erklärung",
    nothing="Dazu ist nichts zu sagen; frag mit anderen Worten.",
)

_LANGUAGES: dict[str, ChatWords] = {"en": ENGLISH, "de": GERMAN}
