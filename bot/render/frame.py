"""The sentences around the stories: counts, introduction, lateness, and how it was made, honestly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from bot.digest.digest import Digest
from bot.explain.explanation import Explanation
from bot.render.clean import shorten
from bot.render.words import Words, local_time, zone_name

# A calm reader of plain prose; explanations are read, not skimmed.
WORDS_PER_MINUTE = 200
MAX_NAMES = 6


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence; "own" is our wording, "person" a Slack user id."""

    text: str
    kind: Literal["own", "text", "code", "person"] = "text"


Sentence = tuple[Run, ...]


def sentence(template: str, **slots: str | Run) -> Sentence:
    """Fill a template of ours; a plain string in a slot is outside text."""
    return tuple(_runs(template, slots))


def counts(digest: Digest, words: Words) -> str:
    """Return how many stories and minutes it is; "" on a day without news."""
    if not digest.items:
        return ""
    spoken = sum(_word_count(item.explanation) for item in digest.items)
    minutes = max(1, math.ceil(spoken / WORDS_PER_MINUTE))
    said = [words.stories(len(digest.items)), words.minutes(minutes)]
    if all(item.explanation.written_by == "extractive" for item in digest.items):
        said.append(words.without_model)
    return " · ".join(said)


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


def opening(
    digest: Digest, words: Words, *, interactive: bool, personal: bool = False
) -> Iterator[Sentence]:
    """Yield what stands before the stories: who set it up, and whether it is late."""
    if digest.first_post:
        yield _introduction(digest, words, interactive=interactive, personal=personal)
    if digest.late_since is not None:
        zone = digest.preference.zone
        yield sentence(
            words.late,
            due=local_time(digest.late_since, zone),
            made=local_time(digest.made_at, zone),
            zone=zone_name(zone),
        )


def _introduction(digest: Digest, words: Words, *, interactive: bool, personal: bool) -> Sentence:
    if personal:
        by = sentence(words.first_post_own)
    elif digest.set_up_by:
        by = sentence(words.first_post_by, who=Run(digest.set_up_by, "person"))
    else:
        by = sentence(words.first_post)
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


def footer(digest: Digest, words: Words, *, interactive: bool) -> Iterator[Sentence]:
    """Yield what stands after the stories: topics, how it was made, what is missing."""
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
