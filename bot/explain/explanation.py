"""An explanation: a story (one revision) made plain for one form, level and language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.news.scope import SHARED, Scope
from bot.news.topic import Topic

Basis = Literal["full text", "summary"]
Writer = Literal["azure", "extractive"]


class Level(StrEnum):
    """How much the reader brings along."""

    NEWCOMER = "newcomer"
    PRACTITIONER = "practitioner"
    EXPERT = "expert"


class Form(StrEnum):
    """DIGEST: 90-150 words; FULL: up to 350 words, on demand in the thread."""

    DIGEST = "digest"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTerm:
    """
    A technical or legal term that the text explains.

    Attributes:
        term: As it stands in the text; meaning: the words that explain it there.
        comparison: The everyday comparison, or "" when the meaning needs none.
    """

    term: str
    meaning: str
    comparison: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a story was told. `paywalled`: named all the same; the text rests on its summary."""

    name: str
    url: str
    paywalled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationKey:
    """
    What an explanation is unique by.

    Attributes:
        scope: The story's: an explanation is seen where its story is.
    """

    story_id: str
    revision: int
    form: Form
    level: Level
    language: str
    prompt_version: str
    scope: Scope = SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    A story made plain. All texts are plain: no markup, no links; terms are marked at rendering.

    Attributes:
        headline: At most 110 characters.
        means_for_reader: One line that says what it means for the reader, or "" (extractive).
        in_short: One sentence with who, what, when.
        paragraphs: 1-2 short ones in the digest form, 2-4 in the full form.
        terms: What the text explains, each once, in the order of the text.
        why_it_matters: One paragraph, or None when no source says it (extractive).
        what_is_new: One sentence on a later revision, else None.
        topics: One to three, best first.
        sources: Best first; never empty.
        basis: "summary" when no article text could be read.
        dropped_sentences: How many sentences the grounding check took out.
    """

    key: ExplanationKey
    headline: str
    means_for_reader: str
    in_short: str
    paragraphs: tuple[str, ...]
    terms: tuple[ExplainedTerm, ...]
    why_it_matters: str | None
    what_is_new: str | None
    topics: tuple[Topic, ...]
    sources: tuple[Source, ...]
    basis: Basis
    written_by: Writer
    written_at: datetime
    dropped_sentences: int = 0
