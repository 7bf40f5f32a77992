"""
The explainer without a model: the sources' own sentences, and the glossary's words for their terms.

Pure. It says nothing that a source does not say: no invented "why it matters", no rewording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import PlainwireError
from bot.explain.explanation import (
    ExplainedTerm,
    Explanation,
    ExplanationKey,
    Form,
    Level,
    Source,
)
from bot.explain.glossary import Glossary
from bot.explain.outgoing.check import Outgoing
from bot.explain.outgoing.named import neutral_headline
from bot.explain.pick import (
    Candidate,
    candidates,
    has_no_case,
    is_covered,
    is_repeat,
    is_retold,
    length,
    ranked,
    sentences_of,
    stands_alone,
)
from bot.explain.plain_language import MAX_TERMS, MAX_WORDS, is_clean
from bot.explain.readability import word_count
from bot.explain.review import cut_headline
from bot.explain.sources import Document, basis
from bot.explain.sources import outgoing as check_of
from bot.news.story import Story

_SENTENCES = {Form.DIGEST: 5, Form.FULL: 11}
_PER_PARAGRAPH = {Form.DIGEST: 3, Form.FULL: 3}
_MAX_IN_SHORT_WORDS = 45
# "Apple said AI is late." is short, and better than the title once more.
_SHORTEST_IN_SHORT = 4
# Who did what stands in the first sentences of an article, or nowhere.
_HEAD = 3
# A source says itself why something matters, in one of these ways.
_WHY = re.compile(
    r"\b(?:means? that|matters because|the result is|in practice|for (?:teams|users|customers|developers|"
    r"businesses|companies|readers|consumers|people|anyone)\b|(?:lets?|allows?|enables?) (?:users|teams|"
    r"customers|developers|businesses|people|companies|anyone)|bedeutet,? dass|für (?:Nutzer|Kunden|"
    r"Unternehmen|Entwickler|Teams)|signifie que|pour les (?:utilisateurs|entreprises|clients)|"
    r"significa que|para los (?:usuarios|clientes)|para las empresas)",
    re.IGNORECASE,
)


class NothingToShow(PlainwireError):
    """Nothing of a story's sources may be posted."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Sentences chosen for the places of an explanation; all may be posted."""

    headline: str
    in_short: str
    paragraphs: tuple[tuple[str, ...], ...]
    why_it_matters: str | None
    what_is_new: str | None

    @property
    def text(self) -> str:
        parts = [self.in_short, *(line for lines in self.paragraphs for line in lines)]
        return "\n".join([*parts, self.why_it_matters or "", self.what_is_new or ""])


def extractive(
    story: Story,
    chosen: Sequence[Document],
    *,
    key: ExplanationKey,
    sources: tuple[Source, ...],
    glossary: Glossary,
    now: datetime,
) -> Explanation:
    """
    Return an explanation put together from the sources' own sentences, in their language.

    Args:
        story: Gives topics and revisions.
        chosen: Its documents (`sources.documents`).
        key: Form and level are taken from it.
        sources: As named to readers.
        glossary: Gives the meaning of each term in the chosen sentences.
        now: When it is made (aware UTC).

    Raises:
        NothingToShow: No title and no sentence of the sources may be posted.
    """
    extract = pick(story, chosen, key.form)
    if not extract.in_short:
        raise NothingToShow(
            "Nothing of this text may be shown: it gives orders, addresses or numbers instead of news.",
            next_step="Look at it at its source.",
        )
    headline = extract.headline
    return Explanation(
        key=key,
        headline=headline,
        means_for_reader="",
        in_short=extract.in_short,
        paragraphs=tuple(" ".join(lines) for lines in extract.paragraphs),
        terms=explained_terms(f"{headline}\n{extract.text}", glossary, key.level, key.form),
        why_it_matters=extract.why_it_matters,
        what_is_new=extract.what_is_new,
        topics=story.topics,
        sources=sources,
        basis=basis(chosen),
        written_by="extractive",
        written_at=now,
    )


def pick(
    story: Story, chosen: Sequence[Document], form: Form, outgoing: Outgoing | None = None
) -> Extract:
    """
    Choose the sentences: who and what first, then the most telling, then why and what is new.

    `in_short` is "" when neither a title nor a sentence may be posted.
    """
    outgoing = outgoing or check_of(chosen)
    pool = candidates(chosen, story.language, outgoing)
    best = ranked(pool, chosen)
    title = headline_of(chosen, outgoing)
    new = _what_is_new(story, chosen, outgoing)
    # What is new stands above "in short" in an update, so that need not say it again.
    other = [candidate for candidate in best if candidate.text != new] or best
    opening = _opening(other, chosen, story.language, outgoing) or title
    used = [opening, new or ""]
    why = next((c.text for c in best if _WHY.search(c.text) and not is_repeat(c.text, used)), None)
    used.append(why or "")
    headline = title or cut_headline(opening) or neutral_headline(story.lead, story.language)
    room = MAX_WORDS[form] - sum(map(word_count, [headline, *used]))
    core: list[Candidate] = []
    for candidate in best:
        words = word_count(candidate.text)
        if len(core) == _SENTENCES[form] or is_repeat(candidate.text, used):
            continue
        if is_retold(candidate, core) or (candidate.document and is_covered(candidate.text, used)):
            continue  # another outlet's telling of what stands there
        if words <= room:
            core.append(candidate)
            used.append(candidate.text)
            room -= words
    return Extract(headline, opening, _paragraphs(core, form), why, new)


def headline_of(chosen: Sequence[Document], outgoing: Outgoing | None = None) -> str:
    """
    Return the lead's title without its outlet's name, at a length that fits.

    When it may not be posted, another source's stands in; "" when none may.
    """
    outgoing = outgoing or check_of(chosen)
    return outgoing.first(map(_title_of, chosen))


def _title_of(document: Document) -> str:
    title = " ".join(document.title.split())
    outlet = re.escape(document.entry.outlet_name)
    title = (
        re.sub(rf"\s+[|–—·-]\s+{outlet}\s*$", "", title, flags=re.IGNORECASE) if outlet else title
    )
    title = re.sub(r"https?://\S+|<[^>]*>?", "", title).strip()
    return cut_headline(title)


def explained_terms(
    text: str, glossary: Glossary, level: Level, form: Form
) -> tuple[ExplainedTerm, ...]:
    """Return what the glossary says of the terms in *text*, in the order of the text."""
    found = glossary.find_in(text)[: MAX_TERMS[form]]
    return tuple(
        ExplainedTerm(
            term=term.as_written,
            meaning=term.entry.meaning if level is Level.NEWCOMER else term.entry.practitioner,
            comparison=term.entry.comparison if level is Level.NEWCOMER else "",
        )
        for term in found
    )


def _opening(
    best: Sequence[Candidate], chosen: Sequence[Document], language: str, outgoing: Outgoing
) -> str:
    """
    Return the best sentence from the head of an article: there stands who did what and when.

    "" when none stands alone; then the title has to do, which nearly every story has.
    """
    fitting = [c for c in best if length(c.text) <= _MAX_IN_SHORT_WORDS]
    heads = [c for c in fitting if c.position < _HEAD and _names_somebody(c.text)]
    for candidate in [*sorted(heads, key=lambda c: (c.document, c.position)), *fitting]:
        return candidate.text
    # Nothing stands alone: the first clean sentence of all.
    for document in chosen:
        for line in sentences_of(document, language):
            if stands_alone(line, min_words=_SHORTEST_IN_SHORT) and outgoing.fits(line):
                return line
    return ""


def _names_somebody(sentence: str) -> bool:
    """
    Return True when a word inside the sentence is a name: who did it stands there.

    Scripts without capitals have no such sign; there every sentence passes.
    """
    inside = sentence.split()[1:]
    if has_no_case(sentence):
        return True
    return any(word.strip("“\"'(„«")[:1].isupper() for word in inside)


def _what_is_new(story: Story, chosen: Sequence[Document], outgoing: Outgoing) -> str | None:
    """Return the sentence that carries the latest revision's new words, else that entry's title."""
    if not story.revisions:
        return None
    latest = story.revisions[-1]
    document = next((d for d in chosen if d.entry.id == latest.entry_id), None)
    if document is None:
        return None
    detail = latest.detail.casefold()
    for line in sentences_of(document, story.language):
        tells = detail and detail in line.casefold() and is_clean(line) and stands_alone(line)
        if tells and outgoing.fits(line):
            return line
    title = " ".join(document.title.split())
    return title if is_clean(title) and outgoing.fits(title) else None


def _paragraphs(core: Sequence[Candidate], form: Form) -> tuple[tuple[str, ...], ...]:
    """Put the sentences back into the order of their sources, a few to a paragraph."""
    ordered = sorted(core, key=lambda candidate: (candidate.document, candidate.position))
    size = _PER_PARAGRAPH[form]
    lines = [candidate.text for candidate in ordered]
    groups = [lines[start : start + size] for start in range(0, len(lines), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        # No paragraph of one sentence beside longer ones.
        groups[-1].insert(0, groups[-2].pop())
    return tuple(tuple(group) for group in groups)
