"""The patterns by which `ask.py` takes apart what people type. Data only."""

from __future__ import annotations

import re

from bot.chat.ask_words import LANGUAGES, LENGTH_WORDS, LEVEL_WORDS, alternatives


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


LEVELS = [(level, _whole(words)) for level, words in LEVEL_WORDS]
LENGTHS = [(length, _whole(words)) for length, words in LENGTH_WORDS]
LANGUAGE_WORDS = rf"(?:in|auf|en|em|på|po|into|to)\s+(?:het\s+)?(?P<name>{alternatives(LANGUAGES)})"
LANGUAGE = _whole(LANGUAGE_WORDS)
OPTION = "|".join(
    [
        *(words for _, words in LEVEL_WORDS),
        *(words for _, words in LENGTH_WORDS),
        LANGUAGE_WORDS.replace("?P<name>", "?:"),
    ]
)
ASK_WORD = (
    r"explain|what|what['’]s|whats|who|how|why|when|where|which|is|are|does|do|can|tell|define|describe|please|"
    r"erklär\w*|was|wer|wie|warum|wo|wann|ist|sind|bitte|https?:"
)
# At the start an option is one when a break, a question or "explain" follows: "in German law" is not.
OPTION_START = re.compile(
    rf"(?P<option>{OPTION})(?:\s*[,:;–-]+\s+|\s+(?=(?:{ASK_WORD})|(?:{OPTION})\b)|[.!?]*$)",
    re.IGNORECASE,
)
# After "explain", it may also stand right before the term: "explain simply RAG".
OPTION_ASKED = re.compile(rf"(?P<option>{OPTION})\s+(?=\S)", re.IGNORECASE)
OPTION_END = re.compile(
    rf"(?:(?<=\s)|(?<=[,;(–-]))(?<!\ba\s)(?<!\bthe\s)(?<!\bis\s)(?<!\bare\s)\(?(?P<option>{OPTION})\)?(?P<mark>[\s.!?]*)$",
    re.IGNORECASE,
)
OPTION_BETWEEN = re.compile(rf"\s*[,(]\s*(?P<option>{OPTION})\s*[,)]\s*", re.IGNORECASE)
POLITE_START = re.compile(
    r"(?:hi|hey|hello|hallo|please|pls|plz|bitte|ok|okay|so|and|und|also|"
    r"(?:can|could|would|will)\s+(?:you|someone|anyone)(?:\s+please)?\s+"
    r"(?:explain|tell|describe|define|summari[sz]e)(?:\s+to)?(?:\s+(?:me|us))?(?:\s+about)?|"
    r"(?:please\s+)?explain(?:\s+to)?(?:\s+(?:me|us))?(?:\s+about)?|"
    r"tell\s+(?:me|us)(?:\s+about)?|describe|summari[sz]e|help\s+(?:me|us)\s+understand|"
    r"i\s+(?:do\s+not|don['’]t)\s+understand|i\s+want\s+to\s+know|i['’]d\s+like\s+to\s+know|"
    r"erklär(?:e|en)?(?:\s+(?:mir|uns))?(?:\s+(?:bitte|mal))*|"
    r"(?:kannst|könntest)\s+du\s+(?:mir|uns)?(?:\s+bitte)?)(?=[\s,:;.!]|$)[\s,:;.!]*",
    re.IGNORECASE,
)
ASKS = re.compile(r"explain|tell|describe|define|understand|know|erklär|summari", re.IGNORECASE)
POLITE_END = re.compile(
    r"(?:\s|,)+(?:to\s+(?:me|us)|for\s+(?:me|us)|please|pls|plz|bitte|thanks|thank\s+you|thx|danke|"
    r"(?:mir\s+)?(?:bitte\s+)?erklären)(?P<mark>[\s.!?]*)$",
    re.IGNORECASE,
)
HELP = re.compile(
    r"\s*(?:help|help me|hilfe|usage|-h|--help|/help|hi|hello|hey|hallo|"
    r"how (?:do|does|can) (?:i|you|this|it) (?:use )?(?:this |it )?(?:work)?|what can you do|who are you|"
    r"what can i ask|commands?|options?|was kannst du)\s*[?!.]*\s*",
    re.IGNORECASE,
)
TERM_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:so\s+)?what(?:\s+(?:exactly|actually))?(?:\s+is|\s+are|\s+was|['’]s|s)(?:\s+(?:exactly|actually|meant\s+by))?\s+(?P<term>.+?)(?:\s+(?:exactly|actually|anyway|again))?\s*[?!.]*",
        r"what\s+do(?:es)?\s+(?P<term>.+?)\s+(?:actually\s+|really\s+)?(?:mean|stand\s+for|do)\s*[?!.]*",
        r"what\s+(?P<term>.+?)\s+(?:is|are|means?|stands\s+for)\s*[?!.]*",
        r"(?:the\s+)?(?:meaning|definition)\s+of\s+(?P<term>.+?)\s*[?!.]*",
        r"define:?\s+(?P<term>.+?)\s*[?!.]*",
        r"was\s+(?:ist|sind|bedeutet|bedeuten|heißt|heisst|meint)(?:\s+(?:eigentlich|denn|genau))?\s+(?P<term>.+?)(?:\s+(?:eigentlich|genau))?\s*[?!.]*",
        r"was\s+(?P<term>.+?)\s+(?:ist|sind|bedeutet|bedeuten|heißt|heisst)\s*[?!.]*",
        r"was\s+versteht\s+man\s+unter\s+(?P<term>.+?)\s*[?!.]*",
        r"wofür\s+steht\s+(?P<term>.+?)\s*[?!.]*",
    )
]
# "What is new?", "what is this about?", "what is the difference between …": questions, not terms.
NO_TERM = re.compile(
    r"(?:new|news|happening|going|wrong|this|that|it|these|those|they|your|you|my|our|up|next|left|"
    r"differen\w+|point|reason|best|better|worse|impact|effect|status|latest|story|stories|happen\w*|"
    r"meant|said|known|unclear|important|different|here|there|in|on|the|neu|los|passiert|das|der\s+unterschied|"
    r"unterschied|daran|hier|nicht|wichtig)\b(?!-)",
    re.IGNORECASE,
)
QUESTION_START = re.compile(
    r"(?:what|who|whom|whose|how|why|when|where|which|is|are|was|were|does|do|did|can|could|should|"
    r"would|will|has|have|am|wer|wie|warum|wieso|weshalb|wann|wo|welche\w*|womit|wofür|gibt|kann|hat)\b",
    re.IGNORECASE,
)
SAYS_NOTHING = re.compile(
    r"(?:this|that|it|here|link|article|page|this (?:article|link|page|one)|what is (?:this|that|it)(?: about)?|"
    r"what['’]s (?:this|that|it)(?: about)?|das|dies|hier|den artikel|diesen artikel|worum geht es(?: hier)?)?[\s?!.:]*",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:an?|the|some|eine?n?|der|die|das)\s+(?=\S)", re.IGNORECASE)
ADDRESS = re.compile(
    r"(?:[a-z0-9-]+\.)+[a-z]{2,}/\S+|www\.(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE
)
MASHED = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}|(?:asdf|qwer|jklö|hjkl|sdfg|dfgh)\w*")
