"""What one revision of a story tells, and which earlier statements no longer hold after it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.explain.actors import ROLE_STEMS, names_in, owners_in, replaced_in, roles_in, same_name
from bot.explain.claims import (
    DayClaim,
    FigureClaim,
    day_claims,
    figure_claims,
    occasions_in,
    stems_of,
)
from bot.explain.sentences import split_sentences
from bot.explain.status import is_over, outcomes_told
from bot.news.entry import Entry, Page
from bot.news.revise import RETRACTION
from bot.news.story import Story
from bot.news.text import fold

# Of a later report, so much says what it changed: the title and what follows it.
_TELLING_SENTENCES = 3
_SHARED_WITH_RETRACTION = 2
_FULL_SHARE = 3

_HISTORY = re.compile(
    r"\b(?:last (?:year|month|quarter|autumn|spring|summer|winter)|(?:a|one|two|three|\d+) (?:years?|months?|weeks?|days?) (?:ago|before)|"
    r"previously|originally|initially|at first|until now|formerly|used to|no longer|earlier (?:this|plans?|reports?|statements?|said)|"
    r"had (?:\w+ )?(?:[a-z]+ed|been|said|told|put|cost|bid|paid|set|sought)\b|"
    r"(?:was|were) (?:originally |first |once |meant |supposed |due |planned |scheduled |expected |going |set )+(?:to|for|on|in)|"
    r"predecessors?|previous (?:version|model|generation|plan|offer|bid|figure|date)|founded|"
    r"vorher|zuvor|ursprünglich\w*|bisher\w*|früher\w*|zunächst|anfangs|nicht mehr|vorgänger\w*|vor (?:einem|zwei|drei) (?:jahr|monat|woche)\w*|"
    r"letzte[nsm]? (?:jahr|monat|quartal)|"
    r"auparavant|initialement|à l.origine|jusqu.ici|l.an dernier|ne \w+ plus|antes|originalmente|al principio|hasta ahora|el año pasado)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|today|currently|jetzt|nun|inzwischen|désormais|maintenant|ahora|hoy)\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:rivals?|competitors?|competing|unlike|predecessors?|konkurrent\w*|rivalen?|wettbewerber\w*|concurrents?|competidor\w*)\b",
    re.IGNORECASE,
)
_TELLS_CHANGE = re.compile(
    r"\b(?:lifts?|lifted|raises?|raised|cuts?|lowers?|lowered|increas\w+|reduc\w+|trims?|doubl\w+|halv\w+|rises?|rose|falls?|fell|"
    r"drops?|dropped|jump\w*|climb\w*|shr[aiu]nk\w*|corrects?|correct(?:ed|ion)|revis\w+|updat\w+|now|instead|new|higher|lower|only|"
    r"jetzt|nun|nur noch|statt|erhöht\w*|senkt\w*|steigt|sinkt|korrigiert\w*|désormais|augment\w+|rédui\w+|ahora|sube|baja)\b",
    re.IGNORECASE,
)
_PUT_OFF = frozenset({"delayed", "cancelled"})
_VERSIONED = re.compile(r"(?<![\w-])([A-ZÀ-Þ][\w-]*+) (\d+(?:\.\d+)?)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """
    What one revision tells.

    Attributes:
        entry_id, at: The report that brought it (aware UTC).
        since: The UTC date of the story's first report; days after it were to come.
        telling: Its title and first sentences, a line each.
        figures, days: As they are now and, marked so, as they were.
        subjects: Folded names that the story is about; versions: such as ("pilot", "2.1").
        outcomes: What has happened, such as "approved".
        retraction: The words of a retraction, "" when nothing is taken back.
        replaced: Folded names of actors that another one took the place of.
        roles: Who has a role now, such as ("led", "delta growth").
    """

    entry_id: str
    at: datetime
    since: date
    telling: str
    figures: tuple[FigureClaim, ...]
    days: tuple[DayClaim, ...]
    subjects: frozenset[str]
    versions: frozenset[tuple[str, str]]
    outcomes: frozenset[str]
    retraction: str
    replaced: frozenset[str]
    roles: frozenset[tuple[str, str]]

    def supersedes(self, sentence: str, language: str) -> bool:
        """Return whether *sentence*, of a report before this one, states what no longer holds."""
        changed = (
            self._changes_figure(sentence, language)
            or self._changes_day(sentence)
            or self._changes_status(sentence)
            or self._takes_back(sentence)
            or self._changes_actor(sentence)
        )
        # Asked last: hardly any sentence comes so far.
        return changed and not (
            (_HISTORY.search(sentence) and not _NOW.search(sentence))
            or self._is_about_others(sentence, language)
        )

    def _changes_figure(self, sentence: str, language: str) -> bool:
        present = [claim for claim in self.figures if not claim.earlier]
        before = [claim for claim in self.figures if claim.earlier]
        said = figure_claims(sentence, language) if self.figures else ()
        if any(one.same_value(new) and one.counts_with(new) for one in said for new in present):
            return False  # it tells the new value itself
        changed = bool(_TELLS_CHANGE.search(self.telling))
        return any(
            any(one.counts_with(old) and one.same_value(old) for old in before)
            or any(one.same_thing(new, told_as_change=changed) for new in present)
            for one in said
            if not one.earlier
        )

    def _changes_day(self, sentence: str) -> bool:
        present = [claim for claim in self.days if not claim.earlier]
        said = day_claims(sentence, self.since) if self.days else []
        if any(one.same_day(new) for one in said for new in present):
            return False
        put_off = bool(_PUT_OFF & self.outcomes)
        for one in said:
            if one.earlier:
                continue
            if any(one.same_day(old) for old in self.days if old.earlier):
                return True
            if present and any(_same_occasion(one, new, self.telling, put_off) for new in present):
                return True
        return False

    def _changes_status(self, sentence: str) -> bool:
        if not self.outcomes:
            return False
        return is_over(sentence, self.outcomes, lambda: bool(day_claims(sentence, self.since)))

    def _takes_back(self, sentence: str) -> bool:
        if not self.retraction or RETRACTION.search(sentence):
            return False
        shared = stems_of(self.retraction) & stems_of(sentence)
        names = names_in(self.retraction) & names_in(sentence)
        if len(shared) >= _SHARED_WITH_RETRACTION and len(shared) + len(names) >= _FULL_SHARE:
            return True
        # "It was trained in Sweden, not in Norway": the place is what was wrong.
        said = names_in(self.retraction, places=True) & names_in(sentence, places=True)
        return bool(shared) and bool(said - self.subjects)

    def _changes_actor(self, sentence: str) -> bool:
        if not self.roles and not self.replaced:
            return False
        folded = fold(sentence)
        mine = roles_in(sentence)
        for role, name in mine:
            now = {who for what, who in self.roles if what == role}
            others = now and not any(same_name(name, who) for who in now)
            if others and self._is_of_the_same(sentence, name):
                return True
        gone = [name for name in self.replaced if re.search(rf"\b{re.escape(name)}\b", folded)]
        return bool(gone) and bool(stems_of(sentence) & stems_of(self.telling))

    def _is_of_the_same(self, sentence: str, name: str) -> bool:
        """Whether both are about one thing: a round that somebody leads is no company."""
        names = (names_in(sentence) - set(name.split())) & names_in(self.telling)
        return bool(names or (stems_of(sentence) & stems_of(self.telling)) - ROLE_STEMS)

    def _is_about_others(self, sentence: str, language: str) -> bool:
        """A rival's figure is not ours; nor is that of another version than the story's."""
        if _OF_OTHERS.search(sentence):
            return True
        for name, version in _VERSIONED.findall(sentence):
            known = {number for base, number in self.versions if base == name.casefold()}
            if known and version not in known:
                return True
        # In German every noun has a capital: only whose thing it is can be told.
        names = owners_in(sentence) if language[:2] == "de" else names_in(sentence)
        return bool(names) and not names & self.subjects


def update_of(story: Story, entry: Entry, pages: Mapping[str, Page]) -> Update:
    """Return what the report *entry* changed in its story."""
    language = entry.language or story.language or "en"
    page = pages.get(entry.url) or pages.get(entry.url_key)
    opening = [
        *split_sentences(entry.text[:2_000], language)[:_TELLING_SENTENCES],
        *split_sentences(page.text[:2_000] if page else "", language)[:_TELLING_SENTENCES],
    ]
    lines = [entry.title, *dict.fromkeys(opening)]
    since = story.first_at.date()
    retracting = [line for line in lines if RETRACTION.search(line)]
    telling = "\n".join(lines)
    titles = " ".join([telling, *(known.title for known in story.entries if known.at <= entry.at)])
    return Update(
        entry_id=entry.id,
        at=entry.at,
        since=since,
        telling=telling,
        figures=tuple(_figures_told(lines, language)),
        days=tuple(claim for line in lines for claim in day_claims(line, since)),
        subjects=names_in(titles),
        versions=frozenset((name.casefold(), number) for name, number in _VERSIONED.findall(titles)),
        outcomes=outcomes_told(lines),
        retraction="\n".join(retracting and lines),
        replaced=replaced_in(telling),
        roles=frozenset(roles_in(telling)),
    )  # fmt: skip


def _figures_told(lines: Iterable[str], language: str) -> Iterable[FigureClaim]:
    """What a later report gives as the history of its subject changes nothing, but for the value before."""
    for line in lines:
        history = bool(_HISTORY.search(line)) and not _NOW.search(line)
        for claim in figure_claims(line, language):
            if claim.earlier or not history:
                yield claim


def _same_occasion(one: DayClaim, new: DayClaim, telling: str, put_off: bool) -> bool:
    occasions = new.occasions or occasions_in(telling)
    if one.occasions and occasions:
        return bool(one.occasions & occasions)
    if put_off:
        return bool(one.occasions & {"release", "effect", "closing", "event"})
    return bool(one.beside & new.beside)
