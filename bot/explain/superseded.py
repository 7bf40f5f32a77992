"""
What later reports of a story have changed: sentences of earlier ones that no longer hold. Pure.

A revision tells a new figure, day, actor, outcome or a retraction; a sentence of an earlier report
that states the old one as if it still held is superseded, and nobody is shown it any more, whether
or not they were told the first report. A sentence that tells the change itself ("4 GB instead of
16", "originally planned for March") stays, and so does everything that cannot be told for sure to be
about the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.explain.actors import names_in
from bot.explain.claims import FigureClaim, figure_claims, stems_of
from bot.explain.sentences import split_sentences
from bot.explain.update import Update, update_of
from bot.news.entry import Entry, Page
from bot.news.revise import SAME_TELLING
from bot.news.story import Story

# So much of a sentence stands in another one: they say the same.
_SAME_WORDS = 0.7


def updates_of(story: Story, pages: Mapping[str, Page]) -> tuple[Update, ...]:
    """Return what the story's revisions tell, oldest first; () for a story told once."""
    entries = {entry.id: entry for entry in story.entries}
    found = [
        update_of(story, entries[revision.entry_id], pages)
        for revision in story.revisions
        if revision.entry_id in entries
    ]
    return tuple(found)


def without_superseded(entry: Entry, text: str, updates: Sequence[Update], language: str) -> str:
    """
    Return a report's text, or its title, without the sentences that later reports supersede.

    Reports within hours of a revision's are of its time and may still tell the old; later ones are
    taken at their word. Paragraphs that keep all of their sentences are untouched.

    Args:
        entry: The report.
        text: Of it.
        updates: The story's (`updates_of`).
        language: The story's, for a report that does not name its own.
    """
    newest = max((one.at for one in updates if one.entry_id == entry.id), default=None)
    later = [
        update
        for update in updates
        if update.entry_id != entry.id
        and entry.at <= update.at + SAME_TELLING
        and (newest is None or update.at > newest)
    ]
    if not later:
        return text
    parts = re.split(r"(\n\s*\n)", text)
    return "".join(_paragraph_without(part, later, entry.language or language) for part in parts)


def says_superseded(
    sentence: str, updates: Sequence[Update], sources: Iterable[str], language: str
) -> bool:
    """
    Return whether a text of today states what an update has changed.

    What another sentence of the sources still says as present is no such statement.

    Args:
        sentence: Of the new text.
        language: Its language.
        updates: Those that stand (`standing`).
        sources: What the text is made from, the superseded sentences already left out.
    """
    if not _is_superseded(sentence, updates, language):
        return False
    said = [claim for claim in figure_claims(sentence, language) if not claim.earlier]
    lines = [line for text in sources for line in split_sentences(text, language)]
    if said:
        return not all(_is_said_now(claim, lines, language) for claim in said)
    words = stems_of(sentence) | names_in(sentence)
    return not any(
        len(words & (stems_of(line) | names_in(line))) >= _SAME_WORDS * len(words) for line in lines
    )


def _is_said_now(claim: FigureClaim, lines: Iterable[str], language: str) -> bool:
    number = re.sub(r"[^\d.,]", "", claim.figure.as_written) or claim.figure.as_written
    return any(
        other.counts_with(claim) and other.same_value(claim) and not other.earlier
        for line in lines
        if number in line
        for other in figure_claims(line, language)
    )


def standing(updates: Sequence[Update], language: str) -> tuple[Update, ...]:
    """Return the updates that no later one has superseded: those a text of today must agree with."""
    return tuple(
        update
        for number, update in enumerate(updates)
        if not any(later.supersedes(update.telling, language) for later in updates[number + 1 :])
    )


def _is_superseded(sentence: str, later: Iterable[Update], language: str) -> bool:
    return any(update.supersedes(sentence, language) for update in later)


def _paragraph_without(paragraph: str, later: Sequence[Update], language: str) -> str:
    lines = split_sentences(paragraph, language or "en")
    kept = [line for line in lines if not _is_superseded(line, later, language)]
    return paragraph if len(kept) == len(lines) else " ".join(kept)
