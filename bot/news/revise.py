"""
What is new in a later entry: a figure, a date, an actor, an outcome, a retraction, or nothing.

A revision makes a story come back to channels that were told it, so every rule prefers silence:
it looks at the title and the first sentences only, compares with everything the story's entries
have said, and skips background ("last year", "previously"). More outlets alone are never news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bot.news.entry import Entry
from bot.news.figures import Figure, figures
from bot.news.story import Novelty, Story
from bot.news.text import fold, opening, word_set

# One telling of an event spreads over outlets for a morning, each with details of its own; what
# differs within these hours is the same news. Counted from the last telling that was a revision,
# so that the outlets that follow an update do not make further ones.
SAME_TELLING = timedelta(hours=6)
# Of a long text, so much is compared: it is the report, the rest is background.
_TOLD_CHARS = 8_000

_BACKGROUND = re.compile(
    r"\b(?:last (?:year|month|quarter|autumn|spring|summer|winter)|(?:a|one|two|three) (?:years?|months?) ago|"
    r"previously|earlier this (?:year|month)|so far this year|in (?:19|20)\d\d|since (?:19|20)\d\d|"
    r"had (?:raised|said|told|been)|founded|was valued|compared (?:with|to)|up from|down from|"
    r"vorher|zuvor|letztes jahr|l'an dernier|el año pasado)\b",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(
    r"(?:\b(?:to|will|would|may|might|could|can|should|must|wants?|plans?|hopes?|expects?|expected|set|seeks?|"
    r"asks?|about|if|whether|not|never|no|nor|without|before|yet|near|nears|weighs?|considers?|over)\b|n['’]t)"
    r"(?:\s+(?:to|be|been|being|get|have|yet|the|a))*\s*$",
    re.IGNORECASE,
)
# Present and past only: "plans to launch" is a plan, not an outcome.
_OUTCOMES: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{stems})\b", re.IGNORECASE)
    for name, stems in {
        "approved": "approves|approved|approval granted|clears|greenlights|green-lights|genehmigt|approuve|aprueba",
        "rejected": "rejects|rejected|turns down|turned down|refuses|refused|votes down|voted down|vetoes|vetoed|"
        "dismisses|dismissed|throws out|thrown out|abgelehnt|rejette|rechaza",
        "released": "releases|released|launches|launched|ships|shipped|rolls out|rolled out|goes live|went live|"
        "opens to|now available|veröffentlicht|startet|lance|lanza",
        "cancelled": "cancels|cancelled|canceled|scraps|scrapped|drops|dropped|abandons|abandoned|calls off|"
        "called off|shelves|shelved|axes|axed|eingestellt|annule|cancela",
        "delayed": "delays|delayed|postpones|postponed|pushes back|pushed back|verschiebt|verschoben|reporte|aplaza",
        "paused": "pauses|paused|suspends|suspended|halts|halted|freezes|froze|stoppt|suspend|suspende",
        "resumed": "resumes|resumed|restores|restored|reinstates|reinstated|brings back|brought back|relaunches|"
        "back online|wieder (?:erreichbar|online|verfügbar)",
        "acquired": "acquires|acquired|buys|bought|takes over|completes (?:the )?(?:purchase|acquisition|takeover|deal)|"
        "übernimmt|rachète|adquiere",
        "settled": "settles|settled|settlement reached|reaches (?:a )?settlement|agrees to pay|einigt sich",
        "ruled": "rules|ruled|ruling|sentences|sentenced|convicts|convicted|acquits|acquitted|finds? (?:guilty|liable)|"
        "found (?:guilty|liable)|urteilt|verurteilt|condamne|condena",
        "sued": "sues|sued|files suit|files (?:a )?lawsuit|takes to court|verklagt|poursuit|demanda",
        "fined": "fines|fined|penalised|penalized|verhängt|inflige|multa",
        "banned": "bans|banned|blocks|blocked|prohibits|prohibited|outlaws|outlawed|verbietet|interdit|prohíbe",
        "left": "resigns|resigned|steps down|stepped down|quits|fired|ousts|ousted|tritt zurück|démissionne|dimite",
        "appointed": "appoints|appointed|names (?:a )?new|named (?:ceo|chief|head)",
        "passed": "passes|passed|adopts|adopted|enacts|enacted|signs into law|signed into law|verabschiedet|adopte",
        "closed": "shuts down|shut down|closes down|closed down|winds down|bankrupt|insolvent|files for bankruptcy",
        "recalled": "recalls|recalled|pulls|pulled|rolls back|rolled back|withdraws|withdrew|withdrawn|zieht zurück",
        "breached": "breached|hacked|leaked|leaks|stolen",
        "fixed": "fixes|fixed|patches|patched|repairs|repaired",
    }.items()
}  # fmt: skip
RETRACTION = re.compile(
    r"\b(?:retracts?|retracted|retraction|correction|corrects (?:the |its |a )?(?:figure|claim|report|record|statement|number)s?|"
    r"walks back|walked back|backtracks|backtracked|reverses course|reversed course|takes back|took back|"
    r"denies|denied|deny|disputes|disputed|debunked|was false|were false|was wrong|were wrong|"
    r"apologi[sz]es for|dementiert|widerruft|dément|se rétracte|desmiente|rectifica|smentisce)\b",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero", "february feb februar février febrero",
            "march mar märz mars marzo", "april apr avril abril", "may mai mayo",
            "june jun juni juin junio", "july jul juli juillet julio",
            "august aug août agosto", "september sep sept septembre septiembre",
            "october oct oktober octobre octubre", "november nov novembre noviembre",
            "december dec dezember décembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|\.)?(?: of| de)? (?P<month>{_MONTH})\b\.?,?(?: (?P<year>20\d\d))?"
    rf"|\b(?P<month2>{_MONTH})\.? (?P<day2>[0-3]?\d)(?:st|nd|rd|th)?\b,?(?: (?P<year2>20\d\d))?"
    r"|\b(?P<year3>20\d\d)-(?P<month3>[01]\d)-(?P<day3>[0-3]\d)\b",
    re.IGNORECASE,
)
_FUTURE_WINDOW = timedelta(days=400)

# A newcomer in the title must also do something to the event.
_STEPS_IN = re.compile(
    r"\b(?:joins?|joined|sues|sued|backs|backed|invests|invested|opens|opened|orders|ordered|probes|investigates|"
    r"signs|signed|responds|responded|replies|answers|warns|warned|criticises|criticizes|calls|demands|"
    r"supports|adopts|matches|follows|copies|licenses|licences|objects|appeals|intervenes|steps in|"
    r"takes|bids|offers|offered|testifies|urges|raids|summons|subpoenas|blocks|bans|boycotts)\b"
)
_NAME = re.compile(r"[A-ZÀ-Þ][\w&.’'-]*(?: (?:of |and |de |the )?[A-ZÀ-Þ][\w&.’'-]*){0,3}")
_TITLE_CASE_SHARE = 0.6
_NOT_ACTORS = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december ai llm api gpu ceo cto update breaking exclusive analysis "
    "opinion report video watch how why what when the a an in on at for with after as new correction "
    "european american british german french chinese us uk"
)  # fmt: skip


def novelty(story: Story, entry: Entry) -> tuple[Novelty, str] | None:
    """
    Return what a later entry adds to a story, with the words that say it, or None.

    Args:
        story: As told so far, without *entry*.
        entry: The later report. Within six hours of the story's first entry, or of its last
            revision, nothing counts as new.
    """
    told_at = story.revisions[-1].at if story.revisions else story.first_at
    if entry.at - told_at < SAME_TELLING:
        return None
    told = _Told.of(
        [_facts(f"{known.title}. {known.text[:_TOLD_CHARS]}") for known in story.entries]
    )
    start = opening(entry.text, sentences=2)
    return (
        _retraction(told, entry.title, start)
        or _outcome(told, entry.title)
        or _figure(told, entry.title, start)
        or _date(told, entry, start)
        or _actor(story, entry)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What texts have said, as far as a later one is compared with it."""

    retracted: bool
    outcomes: frozenset[str]
    figures: tuple[Figure, ...]
    days: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, parts: Sequence[_Told]) -> _Told:
        return cls(
            retracted=any(part.retracted for part in parts),
            outcomes=frozenset(name for part in parts for name in part.outcomes),
            figures=tuple(figure for part in parts for figure in part.figures),
            days=frozenset(day for part in parts for day in part.days),
        )


@lru_cache(maxsize=1_024)
def _facts(text: str) -> _Told:
    """Read one entry once, however many later ones are compared with it."""
    return _Told(
        retracted=bool(RETRACTION.search(text)),
        outcomes=frozenset(outcomes_in(text)),
        figures=tuple(dict.fromkeys(figures(text))),
        days=frozenset((month, day) for _, month, day, _ in days_in(text)),
    )


def _retraction(told: _Told, title: str, start: str) -> tuple[Novelty, str] | None:
    found = RETRACTION.search(title) or RETRACTION.search(start)
    return ("retraction", found[0]) if found and not told.retracted else None


def _outcome(told: _Told, title: str) -> tuple[Novelty, str] | None:
    fresh = (words for name, words in outcomes_in(title).items() if name not in told.outcomes)
    return next((("outcome", words) for words in fresh), None)


def outcomes_in(text: str) -> dict[str, str]:
    """Return the outcomes that a text reports as having happened, with its words for them."""
    return {
        name: match[0]
        for name, pattern in _OUTCOMES.items()
        for match in pattern.finditer(text)
        if not _NOT_DONE.search(text[max(0, match.start() - 40) : match.start()])
    }


def _figure(told: _Told, title: str, start: str) -> tuple[Novelty, str] | None:
    currencies = {figure.unit for figure in told.figures} & _MONEY
    sentences = [title, *re.split(r"(?<=[.!?]) ", start)]
    fresh = " \n".join(sentence for sentence in sentences if not _BACKGROUND.search(sentence))
    for figure in figures(fresh):
        # The same sum in another currency is a conversion, not news.
        converted = figure.unit in _MONEY and currencies and figure.unit not in currencies
        if not converted and not any(figure.same_as(old) for old in told.figures):
            return ("figure", figure.words)
    return None


_MONEY = frozenset({"usd", "eur", "gbp", "yen", "cny", "inr", "krw", "chf"})


def _date(told: _Told, entry: Entry, start: str) -> tuple[Novelty, str] | None:
    """Return a coming day that nobody named before; the day of the report itself is no news."""
    today = entry.at.date()
    for year, month, day, words in days_in(f"{entry.title}. {start}"):
        coming = _coming(today, year, month, day)
        if coming and (month, day) not in told.days and today < coming <= today + _FUTURE_WINDOW:
            return ("date", words)
    return None


def days_in(text: str) -> list[tuple[int | None, int, int, str]]:
    """Return the days that a text names: year (None when not said), month, day, words."""
    return [
        (
            int(year) if (year := match["year"] or match["year2"] or match["year3"]) else None,
            int(match["month3"])
            if match["month3"]
            else _MONTHS[(match["month"] or match["month2"]).lower()],
            int(match["day"] or match["day2"] or match["day3"]),
            match[0].strip(" .,"),
        )
        for match in _DAY_MONTH.finditer(text)
    ]


def _coming(today: date, year: int | None, month: int, day: int) -> date | None:
    """Return the day meant; without a year, the next one within six months of *today*, else the last."""
    try:
        candidates = [
            date(y, month, day) for y in ([year] if year else [today.year, today.year + 1])
        ]
    except ValueError:
        return None
    near = [day for day in candidates if year or abs(day - today) <= timedelta(days=183)]
    return near[0] if near else None


def _actor(story: Story, entry: Entry) -> tuple[Novelty, str] | None:
    title = entry.title
    if not _STEPS_IN.search(title):
        return None
    outlet = fold(entry.outlet_name)
    known = fold("\n".join(f"{old.title}. {old.text[:_TOLD_CHARS]}" for old in story.entries))
    sentence_case = not _is_title_case(title)
    for match in _NAME.finditer(title):
        name = match[0].rstrip(".'’")
        parts = [part for part in name.split() if fold(part).strip(".'’") not in _NOT_ACTORS]
        if (
            not parts
            or fold(name) in outlet
            or not _is_name(name, match.start(), entry, sentence_case)
        ):
            continue
        if all(_bare(part) not in known for part in parts):
            return ("actor", name)
    return None


def _bare(part: str) -> str:
    return re.sub(r"['’]s$", "", fold(part)).rstrip(".,'’")


def _is_name(name: str, start: int, entry: Entry, sentence_case: bool) -> bool:
    """Return whether capitals mean a name: acronyms and CamelCase do; a first word alone does not."""
    if re.search(r"[A-Z]{2,}|[a-z][A-Z]", name):
        return True
    if not sentence_case:
        return False
    # The first word of a title is always capitalised: then the text must use it inside a sentence.
    return start > 0 or bool(re.search(rf"[a-z,] {re.escape(name)}\b", entry.text[:2_000]))


def _is_title_case(title: str) -> bool:
    long_words = re.findall(r"[^\W\d_]{4,}", title)[1:]
    capital = sum(word[0].isupper() for word in long_words)
    return bool(long_words) and capital / len(long_words) >= _TITLE_CASE_SHARE
