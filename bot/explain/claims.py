"""
What a sentence says of figures and days: the value, and what it is said of. Pure.

Two claims are about the same thing when they count or measure the same and stand beside the same
words. Every rule prefers to see two things where it cannot tell.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.explain.figures import Figure, figures, lend
from bot.explain.rounding import supports
from bot.news.revise import days_in
from bot.news.text import word_set

_MOST_FIGURES = 60  # more stand in a table, and in no sentence
_NEAR = 60  # characters to each side: about eight words
_UNIT_WORDS = 2
_COMING_DAYS = 270
_YEAR = re.compile(r"(?:19|20)[0-9]{2}|2100")
_STEM = 5
_SHORTEST_STEM = 3
_ENDINGS = re.compile(r"(?:ing|ed|es|en|er|s|e|t|n)$")
_WORD = re.compile(r"[^\W\d_]+")
_ARTICLE_AND_NOUN = re.compile(
    r"\b(?:[Dd](?:er|ie|as|es|em|en)|[Ee]in(?:e[rsnm]?)?) ([A-ZÄÖÜ][a-zäöüß]{3,40})\b"
)
_GENERIC = word_set(
    "a an the this that these those its their his her our it they he she and or but for from with into "
    "onto about than then over under more most less only just also still now have has had been were was "
    "are will would could said says told according company firm lab model system new other some which when "
    "where what year years month months week weeks per cent percent million billion thousand trillion "
    "dollar dollars euro euros pound pounds at in on of to by as up down out be is not der die das den dem "
    "des ein eine einen einem einer und oder aber mit von vom für auf bei nach aus als auch nur noch jetzt "
    "nun hat haben wird werden wurde sind ist war sich laut unternehmen firma modell prozent millionen "
    "milliarden le la les un une des du et ou mais avec pour dans sur plus est sont el los las una del con "
    "por para más es son y o de en que qui"
)  # fmt: skip
# Different words for one measure or one kind of day; a claim beside words of two kinds is about both.
_MEASURES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "price of a deal": r"\b(?:bids?|offers?|offered|purchase|takeover|acqui\w+|(?:to|will|would) (?:buy|pay)|buys|bought|"
        r"deal|kauf\w*|kaufen|gebot|übernahme\w*|übernehmen|rachat|achat|offre|oferta|compra)\b",
        "funding": r"\b(?:funding|(?:financing|funding|new|seed|series \w) round|round (?:was|is)|invest\w*|"
        r"finanzierung\w*|levée)\b|\brais(?:ed|es|ing|e) (?:\w+ ){0,2}(?=[$€£¥\d])|\bsammelt\w*",
        "valuation": r"\b(?:valued|valuation|values|worth|bewert\w+|valorisation|valoración)\b",
        "revenue": r"\b(?:revenues?|turnover|sales|umsatz|umsätze|chiffre d.affaires|ingresos)\b",
        "profit": r"\b(?:profits?|earnings|loss(?:es)?|gewinn\w*|verlust\w*|bénéfices?|beneficios?)\b",
        "penalty": r"\b(?:fine[sd]?|penalt\w+|(?:must|has to|had to|ordered to) pay|damages|settle\w*|compensation|bu(?:ß|ss)geld\w*|strafe\w*|amende|multa)\b",
        "subscription": r"\b(?:a|per|each|every) (?:month|seat|user|year)\b|\bsubscri\w+|\bmonatlich|\b(?:im|pro) monat|\bpar mois|\bal mes",
        "tokens": r"\b(?:a|per) (?:\w+ )?(?:thousand|million) (?:\w+ )?tokens\b",
        "context": r"\b(?:context (?:window|length)s?|kontext\w*|tokens (?:at once|at a time|auf einmal)|fenêtre de contexte|ventana de contexto)\b",
        "memory": r"\b(?:memory|ram|vram|(?:arbeits)?speicher|mémoire|memoria)\b",
        "download": r"\b(?:downloads?|disk|disc|storage|file size|festplatte\w*|dateigröße)\b",
        "jobs": r"\b(?:jobs|staff|employees|workers|layoffs?|workforce|stellen|mitarbeiter\w*|beschäftigte\w*|emplois|empleados)\b",
        "customers": r"\b(?:users?|customers?|subscribers|nutzer\w*|kunden|utilisateurs|usuarios)\b",
        "share price": r"\b(?:shares|stock|aktien?\w*|acciones)\b",
        "power": r"\b(?:power|electricity|energy|strom\w*|energie)\b",
    }.items()
}  # fmt: skip
_OCCASIONS = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "release": r"\b(?:ships?|deliver\w*|liefer\w*|shipped|shipping|launch\w*|releas\w*|available|availability|roll(?:s|ed|ing)? out|rollout|arriv\w+|"
        r"comes? out|on sale|open(?:s|ed)? (?:to|for)|goes live|debut\w*|erschein\w*|kommt|ausgeliefert|auslieferung|verfügbar\w*|startet|starten|"
        r"veröffentlich\w*|sort(?:ie|ira)|disponib\w+|lanza\w*)\b",
        "hearing": r"\b(?:hearing|trial|in court|verhandlung|prozess\w*|audience|juicio)\b",
        "decision": r"\b(?:decision|decides?|ruling|rules?|verdict|judg\w+|entscheid\w*|urteil\w*|décision|decisión)\b",
        "vote": r"\b(?:votes?|voting|ballot|abstimm\w*|stimmt|scrutin|votación)\b",
        "effect": r"\b(?:takes? effect|in force|into force|appl(?:y|ies)|effective|in kraft|gilt|gelten|en vigueur|en vigor)\b",
        "closing": r"\b(?:clos(?:e|es|ing)|complet(?:e|es|ed|ion)|finali[sz]\w+|abschluss|abgeschlossen|abschließen)\b",
        "deadline": r"\b(?:deadline|until|expires?|frist\w*|läuft aus)\b",
        "event": r"\b(?:conference|summit|event|keynote|konferenz|gipfel)\b",
        "shutdown": r"\b(?:shuts? down|shutdown|retire[sd]?|switched off|turned off|ends|abgeschaltet|eingestellt)\b",
    }.items()
}  # fmt: skip
_BEFORE_EARLIER = re.compile(
    r"(?:\b(?:instead of|rather than|down from|up from|compared (?:with|to)|versus|vs\.?|previously|originally|initially|"
    r"formerly|once|used to (?:be|cost|need|require)|needed|required|had (?:been|planned|expected|said|promised)|"
    r"originally planned (?:for|on)|(?:an)?statt|gegenüber|zuvor|bisher|ursprünglich|brauchte|benötigte|"
    r"au lieu d[e']|contre|auparavant|en (?:lugar|vez) de|frente a|antes)|,\s*(?:and )?(?:not|nicht|et non|no))"
    r"(?:\s+(?:the|an?|about|around|just|only|on|for|at|den|der|dem|am|im|für|les?|el|previous(?:ly)?|original(?:ly)?|planned|"
    r"expected|earlier|set|scheduled|bisherigen|geplanten?|ursprünglich(?:en)?|vorgesehen(?:en)?|prévue?s?))*\s*$",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:will|to be|due|planned|scheduled|expected|slated|soll|sollen|wird|werden|geplant|prévue?s?|sera|será)\b",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|von|vom|de|du|desde)\s+(?:the |about |around |le |el )?\s*$", re.IGNORECASE
)
_THEN_TO = re.compile(r"^.{0,24}?\b(?:to|until|auf|à|au(?! lieu)|a|al|hasta)\s", re.IGNORECASE)
_AFTER_EARLIER = re.compile(
    r"^(?:\s+[^\W\d_]+){0,2}\s+(?:before|previously|earlier|until now|so far|zuvor|vorher|bisher|auparavant|antes)\b",
    re.IGNORECASE,
)
_SIGN_BEFORE = re.compile(r"\s*[$€£¥₹₩]\s*$|\s*US\$\s*$")
# "Pilot 2.1": a number behind a name belongs to it; "Some 300" does not.
_NAME_BEFORE = re.compile(r"(?:^|[^\W_]|[\s(“\"'’])([A-ZÀ-Þ][\w.-]*)[ -]$")
_NO_NAMES = word_set(
    "About Over Some Around Nearly Almost More Less Up Only Just In At With From To By The Its All Between "
    "Under Of For And Than Rund Etwa Über Fast Knapp Mit Von Bis Mehr Nur Die Der Das Den Alle Im Am "
    "Environ Plus Les Unos Más Los"
)  # fmt: skip
_VERSION_BEFORE = re.compile(
    r"\b(?:version|v|release|chapter|article|section|no\.?|#)\s?$", re.IGNORECASE
)
_MONTHS = (
    "january|jänner|januar|janvier|enero", "february|februar|février|febrero", "march|märz|mars|marzo",
    "april|avril|abril", "may|mai|mayo", "june|juni|juin|junio", "july|juli|juillet|julio",
    "august|août|agosto", "september|septembre|septiembre", "october|oktober|octobre|octubre",
    "november|novembre|noviembre", "december|dezember|décembre|diciembre",
)  # fmt: skip
_IN_MONTH = tuple(
    re.compile(
        rf"\b(?:in|by|for|until|from|to|late|early|mid|im|bis|ab|anfang|mitte|ende|auf(?: den)?|en|à|début|fin|a)[ -]"
        rf"(?:early |late |mid-?)?(?:{names})\b(?! \d)",
        re.IGNORECASE,
    )
    for names in _MONTHS
)


@dataclass(frozen=True, slots=True)
class FigureClaim:
    """
    Attributes:
        of: The unit ("usd", "percent"), or stems of the words counted; empty for a bare number.
        measures: Kinds of measure named near it; beside: stems of the other words near it.
        earlier: The sentence itself gives it as the value of before ("down from 16 GB").
    """

    figure: Figure
    of: frozenset[str]
    measures: frozenset[str]
    beside: frozenset[str]
    earlier: bool

    def same_value(self, other: FigureClaim) -> bool:
        """Return whether one may be the other, told more or less exactly."""
        return supports(self.figure, other.figure) or supports(other.figure, self.figure)

    def counts_with(self, other: FigureClaim) -> bool:
        """Return whether both have one unit or count the same."""
        return bool(self.of & other.of)

    def same_thing(self, other: FigureClaim, *, told_as_change: bool) -> bool:
        """Return whether both say how much the same thing is."""
        if not self.counts_with(other):
            return False
        if self.measures and other.measures:
            return bool(self.measures & other.measures)
        shared = len(self.beside & other.beside)
        if self.figure.unit or self.of & _COMMON_UNITS:
            return shared >= (1 if told_as_change else 2)
        return shared >= (0 if told_as_change else 1)


@dataclass(frozen=True, slots=True)
class DayClaim:
    """A day (or, without one, a month) to come: month, day, the occasions and words beside it."""

    month: int
    day: int | None
    occasions: frozenset[str]
    beside: frozenset[str]
    earlier: bool

    def same_day(self, other: DayClaim) -> bool:
        days = {self.day, other.day} - {None}
        return self.month == other.month and len(days) < 2  # noqa: PLR2004 - two different days


_COMMON_UNITS = frozenset({"gb", "mb", "tb", "kb", "gw", "mw", "hour", "day", "minut", "secon", "peopl", "perso", "stund", "tage"})  # fmt: skip
_UNIT_NAMES = {
    "gigab": "gb",
    "megab": "mb",
    "terab": "tb",
    "go": "gb",
    "gigaw": "gw",
    "megaw": "mw",
}


@lru_cache(maxsize=4_096)
def figure_claims(sentence: str, language: str) -> tuple[FigureClaim, ...]:
    """Return what a sentence says how much of; years, versions, ordinals and days are left out."""
    text = unicodedata.normalize("NFKC", sentence)
    claims = [
        _claim(text, figure)
        for figure in figures(text, language or "en")[:_MOST_FIGURES]
        if _is_amount(text, figure)
    ]
    return tuple(_with_lent_units(claims))


def day_claims(sentence: str, since: date) -> list[DayClaim]:
    """Return the days after *since* that a sentence names."""
    announced = bool(_ANNOUNCES.search(sentence))
    found = []
    for year, month, day, words in days_in(sentence):
        if announced or _is_to_come(since, year, month, day):
            start = sentence.find(words)
            found.append(_day_claim(sentence, start, start + len(words), month, day))
    for month, pattern in enumerate(_IN_MONTH, start=1):
        match = pattern.search(sentence)
        if match is not None and (month != 5 or "Ma" in match[0]):  # noqa: PLR2004 - "may" is a verb too
            found.append(_day_claim(sentence, match.start(), match.end(), month, None))
    return found


def _is_to_come(since: date, year: int | None, month: int, day: int) -> bool:
    """A day without a year is the next one, unless that is so far off that the last one is meant."""
    try:
        meant = date(year or since.year, month, day)
        if year is None and meant <= since:
            meant = meant.replace(year=since.year + 1)
    except ValueError:
        return False
    return since < meant and (year is not None or (meant - since).days <= _COMING_DAYS)


def occasions_in(text: str) -> frozenset[str]:
    """Return the kinds of occasion that a text speaks of, such as "release" or "vote"."""
    return frozenset(name for name, pattern in _OCCASIONS.items() if pattern.search(text))


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the small-letter words that carry meaning; names are not among them."""
    return frozenset(
        stem(word)
        for word in _WORD.findall(text)
        if word[0].islower() and len(word) > _SHORTEST_STEM and word not in _GENERIC
    )


def stem(word: str) -> str:
    """Return a rough stem: "needs" and "needed" have one."""
    return _ENDINGS.sub("", word.casefold())[:_STEM]


def _claim(text: str, figure: Figure) -> FigureClaim:
    near = text[max(0, figure.start - _NEAR) : figure.end + _NEAR]
    of = (
        frozenset({figure.unit}) if figure.unit else _counted(text[figure.end : figure.end + _NEAR])
    )
    return FigureClaim(
        figure=figure,
        of=of,
        measures=frozenset(name for name, found in _MEASURES.items() if found.search(near)),
        beside=(stems_of(near) | _nouns_in(near)) - of,
        earlier=_is_earlier(text, figure.start, figure.end),
    )


def _nouns_in(text: str) -> frozenset[str]:
    """Return the stems of German nouns, which have capitals like names, but an article before them."""
    nouns = (found[1].casefold() for found in _ARTICLE_AND_NOUN.finditer(text))
    return frozenset(stem(noun) for noun in nouns if noun not in _GENERIC)


def _counted(after: str) -> frozenset[str]:
    """Return the stems of what a plain number counts: the next words, up to a stop."""
    start = re.match(r"[\s-]{0,2}((?:[^\W\d_]+[\s-]?){1,3})", after)
    words = [] if start is None else _WORD.findall(start[1])
    found: list[str] = []
    for word in words[:_UNIT_WORDS]:
        if word.casefold() in _GENERIC:
            break
        found.append(stem(word))
    return frozenset(_UNIT_NAMES.get(name, name) for name in found)


def _is_amount(text: str, figure: Figure) -> bool:
    if figure.unit:
        return True
    before = text[max(0, figure.start - _NEAR) : figure.start]
    is_year = bool(_YEAR.fullmatch(figure.as_written))
    if is_year or _VERSION_BEFORE.search(before):
        return False
    named = _NAME_BEFORE.search(before[-30:])
    if named is not None and named[1] not in _NO_NAMES:
        return False
    around = text[max(0, figure.start - 14) : figure.end + 14]
    return not any(str(day) == figure.as_written for _, _, day, _ in days_in(around))


def _is_earlier(text: str, start: int, end: int) -> bool:
    before = _SIGN_BEFORE.sub(" ", text[max(0, start - 60) : start])
    if _BEFORE_EARLIER.search(before):
        return True
    after = text[end : end + _NEAR]
    if _FROM.search(before) and _THEN_TO.match(after):
        return True
    return _AFTER_EARLIER.match(after) is not None


def _with_lent_units(claims: list[FigureClaim]) -> list[FigureClaim]:
    """In "4 GB instead of 16" the bare number is of what the other one is of."""
    present = [claim for claim in claims if not claim.earlier and claim.of]
    if not present:
        return claims
    return [
        FigureClaim(
            lend(claim.figure, present[0].figure),
            claim.of or present[0].of,
            claim.measures,
            claim.beside,
            claim.earlier,
        )
        if claim.earlier and not claim.counts_with(present[0])
        else claim
        for claim in claims
    ]


def _day_claim(text: str, start: int, end: int, month: int, day: int | None) -> DayClaim:
    near = text[max(0, start - _NEAR) : end + _NEAR]
    return DayClaim(month, day, occasions_in(near), stems_of(near), _is_earlier(text, start, end))
