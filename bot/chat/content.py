"""
What an answer says, before `bot/render` makes a message of it. Pure values.

All texts are plain: checked sentences without markup, mentions or links. They reach Slack only
through the escaper, like any text from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from bot.explain.explanation import ExplainedTerm, Level, Source

# sources     from the sources named, every sentence checked against them
# general     general knowledge, no source: no figures, dates, quotations or links
# glossary    our own glossary, no model asked
# extractive  the sources' own sentences, because no model could be asked
# outside     not what Plainwire is for: one polite sentence
# cannot      no answer; the sentences say why and what to do next
AnswerBasis = Literal["sources", "general", "glossary", "extractive", "outside", "cannot"]


class AnswerNote(StrEnum):
    """Something about an answer that its reader should know; rendered as small print."""

    NO_MODEL = "no-model"  # put together without a language model; completed answers come later
    MODEL_BUSY = "model-busy"  # the same, because the model was busy for all the time there is
    INTERRUPTED = "interrupted"  # it took too long or broke off: this is what there was
    NOT_IN_SOURCES = "not-in-sources"  # the sources do not contain (all of) the answer
    UNMATCHED = "unmatched"  # without a model: no sentence has a word of the question
    SUMMARY_ONLY = "summary-only"  # a paywalled or unread article: rests on its summary


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRef:
    """The message of a digest: `on` is the channel's local date of it."""

    channel_id: str
    ts: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContent:
    """
    One whole answer.

    Attributes:
        request_key: Source key of the request; the value of its buttons.
        basis: What it rests on; the label says it.
        paragraphs: Each a tuple of sentences, in order. For "outside" and "cannot": our own words.
        headline: The story's headline, the page's title or the glossary's term, or "".
        question: What was asked, for a shared answer; "" when there is nothing to repeat.
        terms: Glossary terms that the text uses, with their meanings.
        sources: What it cites; empty for "general", "outside" and "cannot".
        digest: The digest it was taken from, when it is not in that one's thread; linked.
        level, language: Of the text.
        dropped: Sentences that the checks took out.
        notes: See `AnswerNote`.
        follow_up_hint: Show "reply here to ask more" (in threads that we remember).
        can_simplify, can_detail: Offer *Simpler* and *More detail*.
        can_ask_model: Offer the model after an answer from the glossary.
        can_share: Offer *Share to channel* (private answers).
        can_rate: Show the feedback buttons.
        shared: Its asker shared it with the channel, once; of a private answer as it is kept.
    """

    request_key: str
    basis: AnswerBasis
    paragraphs: tuple[tuple[str, ...], ...]
    headline: str = ""
    question: str = ""
    terms: tuple[ExplainedTerm, ...] = ()
    sources: tuple[Source, ...] = ()
    digest: DigestRef | None = None
    level: Level = Level.NEWCOMER
    language: str = "en"
    dropped: int = 0
    notes: tuple[AnswerNote, ...] = ()
    follow_up_hint: bool = False
    can_simplify: bool = False
    can_detail: bool = False
    can_ask_model: bool = False
    can_share: bool = False
    can_rate: bool = False
    shared: bool = False

    @property
    def text(self) -> str:
        """Return the sentences as one plain text, a blank line between paragraphs."""
        return "\n\n".join(" ".join(sentences) for sentences in self.paragraphs)
