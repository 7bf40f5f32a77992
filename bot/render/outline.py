"""
What a digest says, part by part, before it is drawn for Slack or a terminal.

One place decides which sentences stand and in which order; the surfaces only draw them.
All texts here are still raw: every surface passes them through its own escaper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.digest.digest import Digest, DigestItem
from bot.explain.explanation import ExplainedTerm, Explanation, Source
from bot.render.clean import one_line, shorten, stands_in
from bot.render.frame import Sentence, counts, footer, opening, sentence
from bot.render.recap import RecapEntry, recap_entries
from bot.render.words import Words, words_for

MAX_SOURCES = 4
HEADLINE_CHARS = 200
NAME_CHARS = 80
# Longer than any paragraph of ours; it bounds the work that a hostile text can cause.
FIELD_CHARS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A paragraph with its label ("In short:") or "" without one."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSource:
    """A source with what has to be said about it, such as "paywalled"."""

    name: str
    url: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOutline:
    """
    One explained story.

    Attributes:
        headline: With its "Update:" or surprise prefix; number: its place in the digest or None.
        terms: Marked in the paragraphs at first use.
        glossary: Terms listed with their meaning (extractive; a model's text explains its own).
        remarks: Short honest clauses, such as "put together without a language model".
    """

    reference: str
    number: int | None
    headline: str
    means_for_reader: str
    new: Labelled | None
    in_short: Labelled
    paragraphs: tuple[Labelled, ...]
    terms: tuple[str, ...]
    glossary: tuple[ExplainedTerm, ...]
    why_it_matters: Labelled | None
    topics: tuple[str, ...]
    sources: tuple[NamedSource, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestOutline:
    """A whole digest; `empty` is set instead of stories on a day without news."""

    words: Words
    title: str
    counts: str
    opening: tuple[Sentence, ...]
    notices: tuple[Sentence, ...]
    stories: tuple[StoryOutline, ...]
    empty: Sentence
    recap: tuple[RecapEntry, ...]
    footer: tuple[Sentence, ...]


def outline(digest: Digest, *, interactive: bool = False, personal: bool = False) -> DigestOutline:
    """
    Return what the digest says.

    Args:
        digest: To be shown.
        interactive: Add what only a listening bot can promise.
        personal: It is one person's own, by direct message.
    """
    words = words_for(digest.preference.language)
    return DigestOutline(
        words=words,
        title=f"{words.title} · {words.long_date(digest.digest_on)}",
        counts=counts(digest, words),
        opening=tuple(opening(digest, words, interactive=interactive, personal=personal)),
        notices=tuple(
            sentence("{notice}", notice=notice) for notice in digest.notices if one_line(notice)
        ),
        stories=_digest_stories(digest, words),
        empty=()
        if digest.items
        else sentence(words.empty, reason=one_line(digest.empty_reason) or "—"),
        recap=recap_entries(digest.recap, words),
        footer=tuple(footer(digest, words, interactive=interactive)),
    )


def explanation_outline(explanation: Explanation, number: int | None = None) -> StoryOutline:
    """Return one explanation outside a digest, in its own language's words."""
    words = words_for(explanation.key.language)
    remarks = _basis_remarks(explanation, words)
    if explanation.written_by == "extractive":
        remarks = (*remarks, words.without_model)
    return _story(explanation, words, number=number, headline=explanation.headline, remarks=remarks)


def _digest_stories(digest: Digest, words: Words) -> tuple[StoryOutline, ...]:
    mixed = _is_mixed(digest)
    told: set[str] = set()
    return tuple(
        _digest_story(_without(told, item), number, words, mixed=mixed)
        for number, item in enumerate(digest.items, start=1)
    )


def _without(told: set[str], item: DigestItem) -> DigestItem:
    """
    Take the words that an earlier story explained out of a list of words; *told* grows.

    "open weights" and "open-weight" have the same meaning, so meanings are compared too. A text
    that a model wrote explains its words in its sentences and stays as it is.
    """
    explanation = item.explanation
    names = [_names(term) for term in explanation.terms]
    kept = tuple(
        term for term, name in zip(explanation.terms, names, strict=True) if not name & told
    )
    told.update(*names)
    if explanation.written_by != "extractive":
        return item
    return replace(item, explanation=replace(explanation, terms=kept))


def _names(term: ExplainedTerm) -> set[str]:
    return {one_line(text).casefold() for text in (term.term, term.meaning)} - {""}


def _digest_story(item: DigestItem, number: int, words: Words, *, mixed: bool) -> StoryOutline:
    explanation = item.explanation
    remarks = _basis_remarks(explanation, words)
    if mixed and explanation.written_by == "extractive":
        remarks = (*remarks, words.without_model)
    return _story(
        explanation,
        words,
        number=number,
        headline=_headline(item, words),
        remarks=remarks,
        new=_what_is_new(item, words),
    )


def _story(
    explanation: Explanation,
    words: Words,
    *,
    number: int | None,
    headline: str,
    remarks: tuple[str, ...],
    new: Labelled | None = None,
) -> StoryOutline:
    why = explanation.why_it_matters
    extractive = explanation.written_by == "extractive"
    return StoryOutline(
        reference=f"{explanation.key.story_id}:{explanation.key.revision}",
        number=number,
        headline=shorten(headline, HEADLINE_CHARS),
        means_for_reader=shorten(explanation.means_for_reader, FIELD_CHARS),
        new=new,
        in_short=_labelled(explanation.in_short, words.in_short),
        paragraphs=tuple(_labelled(text) for text in explanation.paragraphs if one_line(text)),
        terms=tuple(shorten(term.term, NAME_CHARS) for term in explanation.terms),
        glossary=tuple(map(_bounded, _unsaid(explanation))) if extractive else (),
        why_it_matters=_labelled(why, words.why_it_matters) if why and one_line(why) else None,
        topics=tuple(words.topic(topic) for topic in explanation.topics),
        sources=_sources(explanation, words),
        remarks=remarks,
    )


def _unsaid(explanation: Explanation) -> tuple[ExplainedTerm, ...]:
    """Return the terms whose meaning does not stand in the text already, as that of a term does."""
    said = " ".join([explanation.in_short, *explanation.paragraphs])
    return tuple(term for term in explanation.terms if not stands_in(term.meaning, said))


def _headline(item: DigestItem, words: Words) -> str:
    text = shorten(item.explanation.headline, HEADLINE_CHARS - 40)
    if item.chosen.update_of:
        text = words.update.format(headline=text)
    if item.chosen.surprise:
        text = words.surprise.format(headline=text)
    return text


def _what_is_new(item: DigestItem, words: Words) -> Labelled | None:
    told = item.chosen.update_of
    if told is None:
        return None
    since = words.short_date(told.on)
    if item.explanation.what_is_new:
        return _labelled(item.explanation.what_is_new, words.new_since.format(date=since))
    return Labelled(text=words.update_of.format(date=since))


def _labelled(text: str, label: str = "") -> Labelled:
    return Labelled(label=label, text=shorten(text, FIELD_CHARS))


def _bounded(term: ExplainedTerm) -> ExplainedTerm:
    return ExplainedTerm(
        term=shorten(term.term, NAME_CHARS),
        meaning=shorten(term.meaning, FIELD_CHARS),
        comparison=shorten(term.comparison, FIELD_CHARS),
    )


def _sources(explanation: Explanation, words: Words) -> tuple[NamedSource, ...]:
    unique = {source.url or source.name: source for source in explanation.sources}
    return tuple(
        NamedSource(
            name=shorten(source.name, NAME_CHARS),
            url=source.url,
            remark=_source_remark(source, explanation, words),
        )
        for source in unique.values()
    )


def _source_remark(source: Source, explanation: Explanation, words: Words) -> str:
    if not source.paywalled:
        return ""
    return words.paywalled_on_summary if explanation.basis == "summary" else words.paywalled


def _basis_remarks(explanation: Explanation, words: Words) -> tuple[str, ...]:
    said_at_source = any(source.paywalled for source in explanation.sources)
    return (words.on_summary,) if explanation.basis == "summary" and not said_at_source else ()


def _is_mixed(digest: Digest) -> bool:
    return len({item.explanation.written_by for item in digest.items}) > 1
