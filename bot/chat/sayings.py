"""Our own sentences around answers, per language: what is wrong and what to do next. Pure data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Saying(StrEnum):
    """What is said; slots in braces are filled by `say`."""

    ONE_MOMENT = "one-moment"
    THINKING = "thinking"
    READING = "reading"
    WAITING = "waiting"
    NEXT = "next"
    BUSY = "busy"
    SLOW = "slow"
    EMPTY = "empty"
    HELP = "help"
    NONSENSE = "nonsense"
    TOO_LONG = "too-long"
    WHICH_STORY = "which-story"
    NO_SUCH_STORY = "no-such-story"
    STORY_GONE = "story-gone"
    NO_DIGEST = "no-digest"
    NO_OWN_DIGEST = "no-own-digest"
    ANSWER_GONE = "answer-gone"
    OUTSIDE = "outside"
    NOT_IN_SOURCES = "not-in-sources"
    NO_MODEL = "no-model"
    MODEL_BUSY = "model-busy"
    TOO_SLOW = "too-slow"
    MODEL_DOWN = "model-down"
    BUDGET = "budget"
    DECLINED = "declined"
    NOTHING_HOLDS = "nothing-holds"
    ASK_AGAIN = "ask-again"
    BROKEN = "broken"
    NOT_STORED = "not-stored"
    SHARED = "shared"
    SHARED_ALREADY = "shared-already"
    SHARED_UNHEARD = "shared-unheard"
    HELPED = "helped"
    NOT_HELPED = "not-helped"
    RATED_ALREADY = "rated-already"
    PAGE_PRIVATE = "page-private"
    PAGE_TOO_LARGE = "page-too-large"
    PAGE_VIDEO = "page-video"
    PAGE_OTHER_FILE = "page-other-file"
    PAGE_ROBOTS = "page-robots"
    PAGE_LOGIN = "page-login"
    PAGE_GONE = "page-gone"
    PAGE_UNREACHABLE = "page-unreachable"
    PAGE_EMPTY = "page-empty"


_EN: Final = {
    # Before a status line that stands as a message.
    Saying.ONE_MOMENT: "One moment: Plainwire {status}",
    Saying.THINKING: "is thinking …",
    Saying.READING: "is reading the page …",
    Saying.WAITING: "has {n} questions before yours; it will answer.",
    Saying.NEXT: "answers yours next …",
    Saying.BUSY: "waits for the language model, which is busy; it tries again in about {n} seconds.",
    Saying.SLOW: "still waits for the language model, which is slow at the moment; it will answer.",
    Saying.EMPTY: "Tell me what to explain: a term, a link, or a text. For example: `/explain open weights`",
    Saying.HELP: (
        "I explain AI news in plain words. Type `/explain` and a term, a link or a pasted text; add “simply”, "
        "“for experts”, “in detail” or “in German” if you like. In a digest's thread just ask; “#2 why?” means "
        "the second story."
    ),
    Saying.NONSENSE: "I could not read a question in that. Try a term such as “RAG”, a link, or a whole sentence.",
    Saying.TOO_LONG: "That is more than 10,000 characters, too long to explain in one go. Send the part that matters, or a link.",
    Saying.WHICH_STORY: "Which story do you mean? Write its number, such as “#2”: {list}",
    Saying.NO_SUCH_STORY: "This digest has no story #{n}. It has: {list}",
    Saying.STORY_GONE: "I no longer have this story, because stories are kept for a limited time. Its link in the digest still works.",
    Saying.NO_DIGEST: "I posted no digest here in the last days that I could look in. A word, a link or a text I explain all the same.",
    Saying.NO_OWN_DIGEST: (
        "You have no digest of your own that I could look in. Ask in the thread of a channel's digest, or mention me in "
        "that channel; in my Home tab you can set up a digest for yourself."
    ),
    Saying.ANSWER_GONE: "I no longer have that answer, because answers are kept for a few days only. Please ask again.",
    Saying.OUTSIDE: "That is outside what I am here for: I explain AI news and the words in it.",
    Saying.NOT_IN_SOURCES: "The sources do not say that.",
    Saying.NO_MODEL: "No language model is set up here, and my glossary does not have this. Try one of its words, or a link.",
    Saying.MODEL_BUSY: "The language model is busy right now, and my glossary does not have this. Please ask again in a few minutes.",
    Saying.TOO_SLOW: "It took too long to look up what this is about. Please ask again in a few minutes.",
    Saying.MODEL_DOWN: "The language model does not answer at the moment, and my glossary does not have this. Please ask again in a few minutes.",
    Saying.BUDGET: "Today's budget for the language model is used up, and my glossary does not have this. Please ask again tomorrow.",
    Saying.DECLINED: "The language model's filter declined this question. Please put it in other words.",
    Saying.NOTHING_HOLDS: "I could not put together an answer that passes my checks. Ask more precisely, or give me a link to rest it on.",
    Saying.ASK_AGAIN: "I was not running when you asked, and that is a while ago. If you still want to know, please ask again.",
    Saying.BROKEN: "Something went wrong on my side, and it has been noted. Please ask again.",
    Saying.NOT_STORED: "I cannot store anything at the moment. I keep your question in mind and answer it as soon as I can; you need not ask again.",
    Saying.SHARED: "Shared to the channel; reply there to ask more.",
    Saying.SHARED_ALREADY: "This answer is shared already.",
    Saying.SHARED_UNHEARD: "Shared to the channel. I am not a member there, so I do not hear replies; type `/invite @plainwire` to change that.",
    Saying.HELPED: "Thank you; it is noted that this helped.",
    Saying.NOT_HELPED: "Thank you; it is noted that this did not help. Try the question in other words.",
    Saying.RATED_ALREADY: "You said so already; thank you.",
    Saying.PAGE_PRIVATE: "That address leads into a private network, where I do not go. Paste the text itself instead.",
    Saying.PAGE_TOO_LARGE: "That link leads to a file that is too large to read. Send the article about it, or paste the part that matters.",
    Saying.PAGE_VIDEO: "That link leads to a video or recording, and I can only read text. Paste its description or transcript instead.",
    Saying.PAGE_OTHER_FILE: "That link does not lead to a web page that I can read. Paste the part that matters instead.",
    Saying.PAGE_ROBOTS: "That site asks programs like me not to read this page. Paste the part that you want explained instead.",
    Saying.PAGE_LOGIN: "That page asks for a login or a subscription. Paste the part that you want explained instead.",
    Saying.PAGE_GONE: "There is no page at that address any more. Check the link, or paste the text.",
    Saying.PAGE_UNREACHABLE: "I could not reach that page. Try again in a minute, or paste the text.",
    Saying.PAGE_EMPTY: "I found no article text on that page. Paste the part that you want explained instead.",
}
_DE: Final = {
    Saying.ONE_MOMENT: "Einen Moment: Plainwire {status}",
    Saying.THINKING: "denkt nach …",
    Saying.READING: "liest die Seite …",
    Saying.WAITING: "hat noch {n} Fragen vor deiner; die Antwort kommt.",
    Saying.NEXT: "beantwortet deine Frage als nächste …",
    Saying.BUSY: "wartet auf das ausgelastete Sprachmodell; der nächste Versuch folgt in etwa {n} Sekunden.",
    Saying.SLOW: "wartet noch auf das Sprachmodell, das gerade langsam ist; die Antwort kommt.",
    Saying.EMPTY: "Sag mir, was ich erklären soll: einen Begriff, einen Link oder einen Text. Zum Beispiel: `/explain open weights`",
    Saying.HELP: (
        "Ich erkläre KI-Nachrichten in einfachen Worten. Schreib `/explain` und einen Begriff, einen Link oder einen Text; "
        "dazu, wenn du magst, „einfach“, „für Experten“, „ausführlich“ oder „auf Englisch“. Im Thread einer Ausgabe "
        "frag einfach; „#2 warum?“ meint die zweite Meldung."
    ),
    Saying.NONSENSE: "Darin konnte ich keine Frage erkennen. Versuch es mit einem Begriff wie „RAG“, einem Link oder einem ganzen Satz.",
    Saying.TOO_LONG: "Das sind mehr als 10.000 Zeichen, zu viel auf einmal. Schick den wichtigen Teil oder einen Link.",
    Saying.WHICH_STORY: "Welche Meldung meinst du? Schreib ihre Nummer, etwa „#2“: {list}",
    Saying.NO_SUCH_STORY: "Diese Ausgabe hat keine Meldung #{n}. Sie hat: {list}",
    Saying.STORY_GONE: "Diese Meldung habe ich nicht mehr, denn Meldungen werden nur eine Zeit lang behalten. Ihr Link in der Ausgabe gilt weiter.",
    Saying.NO_DIGEST: "In den letzten Tagen habe ich hier keine Ausgabe veröffentlicht, in der ich nachsehen könnte. Einen Begriff, einen Link oder einen Text erkläre ich trotzdem.",
    Saying.NO_OWN_DIGEST: (
        "Du hast keine eigene Ausgabe, in der ich nachsehen könnte. Frag im Thread der Ausgabe eines Kanals, oder erwähne "
        "mich in diesem Kanal; auf meinem Home-Tab kannst du dir eine eigene einrichten."
    ),
    Saying.ANSWER_GONE: "Diese Antwort habe ich nicht mehr, denn Antworten werden nur wenige Tage behalten. Bitte frag noch einmal.",
    Saying.OUTSIDE: "Dafür bin ich nicht da: Ich erkläre KI-Nachrichten und die Wörter darin.",
    Saying.NOT_IN_SOURCES: "Das steht nicht in den Quellen.",
    Saying.NO_MODEL: "Hier ist kein Sprachmodell eingerichtet, und im Glossar steht das nicht. Versuch es mit einem seiner Wörter oder einem Link.",
    Saying.MODEL_BUSY: "Das Sprachmodell ist gerade ausgelastet, und im Glossar steht das nicht. Bitte frag in ein paar Minuten noch einmal.",
    Saying.TOO_SLOW: "Es hat zu lange gedauert nachzusehen, worum es geht. Bitte frag in ein paar Minuten noch einmal.",
    Saying.MODEL_DOWN: "Das Sprachmodell antwortet gerade nicht, und im Glossar steht das nicht. Bitte frag in ein paar Minuten noch einmal.",
    Saying.BUDGET: "Das heutige Budget für das Sprachmodell ist aufgebraucht, und im Glossar steht das nicht. Bitte frag morgen noch einmal.",
    Saying.DECLINED: "Der Filter des Sprachmodells hat diese Frage abgelehnt. Bitte stell sie mit anderen Worten.",
    Saying.NOTHING_HOLDS: "Mir ist keine Antwort gelungen, die meine Prüfungen besteht. Frag genauer, oder gib mir einen Link als Quelle.",
    Saying.ASK_AGAIN: "Ich lief nicht, als du gefragt hast, und das ist eine Weile her. Wenn du es noch wissen willst, frag bitte noch einmal.",
    Saying.BROKEN: "Bei mir ist etwas schiefgegangen, und es ist vermerkt. Bitte frag noch einmal.",
    Saying.NOT_STORED: "Ich kann im Moment nichts speichern. Ich merke mir deine Frage und beantworte sie, sobald es geht; du musst nicht noch einmal fragen.",
    Saying.SHARED: "Im Kanal geteilt; antworte dort, um mehr zu fragen.",
    Saying.SHARED_ALREADY: "Diese Antwort ist schon geteilt.",
    Saying.SHARED_UNHEARD: "Im Kanal geteilt. Ich bin dort kein Mitglied und höre keine Antworten; `/invite @plainwire` ändert das.",
    Saying.HELPED: "Danke; es ist vermerkt, dass das geholfen hat.",
    Saying.NOT_HELPED: "Danke; es ist vermerkt, dass das nicht geholfen hat. Versuch die Frage mit anderen Worten.",
    Saying.RATED_ALREADY: "Das hast du schon gesagt; danke.",
    Saying.PAGE_PRIVATE: "Diese Adresse führt in ein privates Netz, dorthin gehe ich nicht. Füg stattdessen den Text ein.",
    Saying.PAGE_TOO_LARGE: "Dieser Link führt zu einer Datei, die zu groß zum Lesen ist. Schick den Artikel darüber oder den wichtigen Teil.",
    Saying.PAGE_VIDEO: "Dieser Link führt zu einem Video oder einer Aufnahme, und ich kann nur Text lesen. Füg die Beschreibung oder das Transkript ein.",
    Saying.PAGE_OTHER_FILE: "Dieser Link führt zu keiner Seite, die ich lesen kann. Füg stattdessen den wichtigen Teil ein.",
    Saying.PAGE_ROBOTS: "Diese Website bittet Programme wie mich, die Seite nicht zu lesen. Füg stattdessen den Teil ein, um den es geht.",
    Saying.PAGE_LOGIN: "Diese Seite verlangt eine Anmeldung oder ein Abo. Füg stattdessen den Teil ein, um den es geht.",
    Saying.PAGE_GONE: "Unter dieser Adresse ist keine Seite mehr. Prüf den Link, oder füg den Text ein.",
    Saying.PAGE_UNREACHABLE: "Diese Seite war nicht erreichbar. Versuch es gleich noch einmal, oder füg den Text ein.",
    Saying.PAGE_EMPTY: "Auf dieser Seite habe ich keinen Artikel gefunden. Füg stattdessen den Teil ein, um den es geht.",
}
_LANGUAGES: Final = {"en": _EN, "de": _DE}


def say(what: Saying, language: str, **slots: object) -> str:
    """Return our sentence in *language*, in English where we have none."""
    return _LANGUAGES.get(language[:2], _EN)[what].format(**slots)
