"""
What a digest says, part by part, before it is drawn for Slack or a terminal.

One place decides which sentences stand and in which order; the surfaces only draw them.
All texts here are still raw: every surface passes them through its own escaper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from bot.digest.digest import Digest, DigestItem
from bot.explain.explanation import ExplainedTerm, Explanation, Source
from bot.render.clean import one_line, shorten
from bot.render.words import Words, local_time, words_for

# A calm reader of plain prose; explanations are read, not skimmed.
WORDS_PER_MINUTE = 200
MAX_SOURCES = 4
MAX_NAMES = 6
HEADLINE_CHARS = 200
NAME_CHARS = 80
# Longer than any paragraph of ours; it bounds the work that a hostile text can cause.
FIELD_CHARS = 3_000


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence; "own" is our wording, "person" a Slack user id."""

    text: str
    kind: Literal["own", "text", "code", "person"] = "text"


Sentence = tuple[Run, ...]


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
    footer: tuple[Sentence, ...]


def sentence(template: str, **slots: str | Run) -> Sentence:
    """Fill a template of ours; a plain string in a slot is outside text."""
    return tuple(_runs(template, slots))


def outline(digest: Digest, *, interactive: bool = False) -> DigestOutline:
    """Return what the digest says; *interactive* adds what only a listening bot can promise."""
    words = words_for(digest.preference.language)
    return DigestOutline(
        words=words,
        title=f"{words.title} · {words.long_date(digest.digest_on)}",
        counts=_counts(digest, words),
        opening=tuple(_opening(digest, words, interactive=interactive)),
        notices=tuple(
            sentence("{notice}", notice=notice) for notice in digest.notices if one_line(notice)
        ),
        stories=tuple(
            _digest_story(item, number, words, mixed=_is_mixed(digest))
            for number, item in enumerate(digest.items, start=1)
        ),
        empty=()
        if digest.items
        else sentence(words.empty, reason=one_line(digest.empty_reason) or "—"),
        footer=tuple(_footer(digest, words, interactive=interactive)),
    )


def explanation_outline(explanation: Explanation, number: int | None = None) -> StoryOutline:
    """Return one explanation outside a digest, in its own language's words."""
    words = words_for(explanation.key.language)
    remarks = _basis_remarks(explanation, words)
    if explanation.written_by == "extractive":
        remarks = (*remarks, words.without_model)
    return _story(explanation, words, number=number, headline=explanation.headline, remarks=remarks)


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
        glossary=tuple(map(_bounded, explanation.terms)) if extractive else (),
        why_it_matters=_labelled(why, words.why_it_matters) if why and one_line(why) else None,
        topics=tuple(words.topic(topic) for topic in explanation.topics),
        sources=_sources(explanation, words),
        remarks=remarks,
    )


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


def _counts(digest: Digest, words: Words) -> str:
    if not digest.items:
        return ""
    spoken = sum(_word_count(item.explanation) for item in digest.items)
    minutes = max(1, math.ceil(spoken / WORDS_PER_MINUTE))
    counts = [words.stories(len(digest.items)), words.minutes(minutes)]
    if all(item.explanation.written_by == "extractive" for item in digest.items):
        counts.append(words.without_model)
    return " · ".join(counts)


def _word_count(explanation: Explanation) -> int:
    glossary = explanation.terms if explanation.written_by == "extractive" else ()
    texts = (
        explanation.headline,
        explanation.means_for_reader,
        explanation.in_short,
        *explanation.paragraphs,
        explanation.why_it_matters or "",
        explanation.what_is_new or "",
        *(f"{term.term} {term.meaning} {term.comparison}" for term in glossary),
    )
    return sum(len(text.split()) for text in texts)


def _opening(digest: Digest, words: Words, *, interactive: bool) -> Iterator[Sentence]:
    if digest.first_post:
        yield _introduction(digest, words, interactive=interactive)
    if digest.late_since is not None:
        zone = digest.preference.zone
        yield sentence(
            words.late,
            due=local_time(digest.late_since, zone),
            made=local_time(digest.made_at, zone),
            zone=zone,
        )


def _introduction(digest: Digest, words: Words, *, interactive: bool) -> Sentence:
    who = Run(digest.set_up_by, "person")
    by = sentence(words.first_post_by, who=who) if digest.set_up_by else sentence(words.first_post)
    if interactive:
        change = sentence(words.change_here, command=Run("/digest", "code"))
    else:
        change = sentence(
            words.change_outside,
            on=Run("plainwire channels on", "code"),
            off=Run("plainwire channels off", "code"),
        )
    space = Run(" ", "own")
    return (*by, space, Run(words.schedule(digest.preference), "own"), space, *change)


def _footer(digest: Digest, words: Words, *, interactive: bool) -> Iterator[Sentence]:
    if digest.topic_counts:
        counted = " · ".join(f"{words.topic(topic)} {n}" for topic, n in digest.topic_counts)
        yield sentence(words.topics_today, topics=counted)
    if interactive and digest.items:
        yield sentence(words.reply_hint, command=Run("/digest", "code"))
    yield _how_made(digest, words)
    dropped = sum(item.explanation.dropped_sentences for item in digest.items)
    if dropped:
        yield sentence(words.dropped(dropped))
    if digest.problems:
        yield sentence(words.no_answer_from, names=_problem_names(digest, words))


def _how_made(digest: Digest, words: Words) -> Sentence:
    feeds = words.feeds(digest.feeds_read, digest.feeds_answered)
    if not digest.items:
        return (Run(f"{feeds}.", "own"),)
    without = sum(item.explanation.written_by == "extractive" for item in digest.items)
    if not without:
        how = words.made_by_model
    elif without == len(digest.items):
        how = words.made_without_model
    else:
        how = words.made_mixed.format(count=words.stories(without))
    return sentence(words.how_made, feeds=feeds, how=how)


def _problem_names(digest: Digest, words: Words) -> str:
    names = list(dict.fromkeys(shorten(problem.source, 60) for problem in digest.problems))
    more = len(names) - MAX_NAMES
    listed = ", ".join(names[:MAX_NAMES])
    return f"{listed} {words.and_more(more)}" if more > 0 else listed


def _runs(template: str, slots: dict[str, str | Run]) -> Iterator[Run]:
    for literal, name, _spec, _conversion in Formatter().parse(template):
        if literal:
            yield Run(literal, "own")
        if name:
            value = slots[name]
            yield value if isinstance(value, Run) else Run(value)
