"""Judging and mending a draft: what the sources do not carry goes, what is left has its form. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.explain.draft import Draft
from bot.explain.explanation import ExplainedTerm, Form, Level
from bot.explain.grounding import Grounds
from bot.explain.outgoing.check import Outgoing
from bot.explain.plain_language import (
    MAX_HEADLINE_CHARS,
    MAX_TERMS,
    MAX_WORDS,
    Fault,
    explains,
    is_clean,
    shared_words,
)
from bot.explain.plain_language import check as check_form
from bot.explain.readability import word_count

_ANALOGY = re.compile(
    r"\b(?:like (?:a|an|the|one|someone|people|having|asking)|as if|much as|imagine|think of|"
    r"similar to|just as|wie (?:ein|eine|wenn)|als ob|comme (?:un|une|si)|como (?:un|una|si))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in a draft; `hard` counts the faults that may not be shown."""

    draft: Draft
    faults: tuple[Fault, ...]

    @property
    def hard(self) -> int:
        return sum(fault.hard for fault in self.faults)

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fault.reason for fault in self.faults))


def review(
    draft: Draft,
    grounds: Grounds,
    outgoing: Outgoing | None = None,
    *,
    form: Form,
    level: Level,
    language: str,
    source_words: int,
) -> Review:
    """
    Return the draft with every fault found in it.

    Args:
        draft: What the model wrote.
        grounds: What it may say.
        outgoing: What may be posted; None: nothing may be named that looks like an address.
        form: As for `plain_language.check`, like level, language and source_words.
        level: See there.
        language: See there.
        source_words: See there.
    """
    outgoing = outgoing or Outgoing()
    faults = check_form(draft, form=form, level=level, language=language, source_words=source_words)
    before = ""
    for field, line in draft.sentences():
        faults += [
            Fault(flag.reason, field, line, hard=True)
            for flag in grounds.check(line, analogy=is_analogy(line, draft.terms))
        ]
        if why := outgoing.why_not(line, before):
            reason = f'This may not be shown, because {why}: "{line[:120]}"'
            faults.append(Fault(reason, field, line, hard=True))
        before = line
    return Review(draft, tuple(faults))


def is_analogy(sentence: str, terms: Sequence[ExplainedTerm]) -> bool:
    """Return True for a sentence that compares with everyday life instead of telling news."""
    if _ANALOGY.search(sentence):
        return True
    return any(term.comparison and shared_words(term.comparison, sentence) for term in terms)


def mend(
    judged: Review,
    grounds: Grounds,
    outgoing: Outgoing | None = None,
    *,
    form: Form,
    headline: str,
    in_short: str,
) -> tuple[Draft, int]:
    """
    Take out what may not be shown.

    Args:
        judged: Of the better of the two tries.
        grounds: For the terms.
        outgoing: For the terms, too.
        form: Sets length and number of terms.
        headline: A source's own, when the draft's fails.
        in_short: A source's own sentence, when the draft's fails.

    Returns:
        The draft as it may be shown (perhaps without paragraphs), and how many sentences went.
    """
    bad = {fault.sentence for fault in judged.faults if fault.hard and fault.sentence}
    draft = judged.draft

    def kept(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line for line in lines if line not in bad)

    mended = replace(
        draft,
        headline=headline if draft.headline in bad or not draft.headline else draft.headline,
        means_for_reader=kept(draft.means_for_reader)[:1],
        in_short=kept(draft.in_short) or ((in_short,) if in_short else ()),
        paragraphs=tuple(filter(None, (kept(lines) for lines in _once(draft.paragraphs)))),
        why_it_matters=kept(draft.why_it_matters),
        what_is_new=kept(draft.what_is_new)[:1],
    )
    dropped = sum(line in bad for _, line in draft.sentences())
    shortened = _shorten(replace(mended, headline=cut_headline(mended.headline)), MAX_WORDS[form])
    terms = _kept_terms(shortened, grounds, outgoing or Outgoing(), MAX_TERMS[form])
    return replace(shortened, terms=terms), dropped


def cut_headline(text: str) -> str:
    """Return *text* at a length that fits, cut between words."""
    if len(text) <= MAX_HEADLINE_CHARS:
        return text
    return text[: MAX_HEADLINE_CHARS - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def _once(paragraphs: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    seen: set[str] = set()
    result = []
    for paragraph in paragraphs:
        new = tuple(line for line in dict.fromkeys(paragraph) if line not in seen)
        seen |= set(new)
        result.append(new)
    return result


def _shorten(draft: Draft, limit: int) -> Draft:
    """Drop sentences from the end of the core until it fits, then from "why it matters"."""
    draft = replace(draft, in_short=_within(draft.in_short, limit // 2))
    draft = replace(draft, why_it_matters=_within(draft.why_it_matters, limit // 2))
    words = word_count(draft.text)
    core = [list(lines) for lines in draft.paragraphs]
    while words > limit and core:
        words -= word_count(core[-1].pop())
        if not core[-1]:
            core.pop()
    why = list(draft.why_it_matters)
    while words > limit and why:
        words -= word_count(why.pop())
    return replace(draft, paragraphs=tuple(map(tuple, core)), why_it_matters=tuple(why))


def _within(lines: tuple[str, ...], limit: int) -> tuple[str, ...]:
    """Keep the first sentences that fit, at least one."""
    kept: list[str] = []
    words = 0
    for line in lines:
        words += word_count(line)
        if kept and words > limit:
            break
        kept.append(line)
    return tuple(kept)


def _kept_terms(
    draft: Draft, grounds: Grounds, outgoing: Outgoing, limit: int
) -> tuple[ExplainedTerm, ...]:
    text = draft.text

    def is_sound(part: str) -> bool:
        return is_clean(part) and not grounds.check(part, analogy=True) and outgoing.fits(part)

    kept: dict[str, ExplainedTerm] = {}
    comparisons: set[str] = set()
    for term in draft.terms:
        if not explains(term, text) or not is_sound(term.term) or not is_sound(term.meaning):
            continue
        comparison = term.comparison
        repeated = comparison.casefold() in comparisons
        if repeated or not shared_words(comparison, text) or not is_sound(comparison):
            comparison = ""
        comparisons.add(comparison.casefold())
        kept.setdefault(term.term.casefold(), replace(term, comparison=comparison))
    ordered = sorted(kept.values(), key=lambda term: text.casefold().find(term.term.casefold()))
    return tuple(ordered[:limit])
