"""An explanation on its way: every text as sentences, so that single ones can be judged and dropped. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.explain.explanation import ExplainedTerm
from bot.explain.sentences import split_sentences
from bot.explain.wire import WireExplanation

Field = Literal[
    "headline", "means_for_reader", "in_short", "paragraphs", "why_it_matters", "what_is_new"
]
# Three times what the longest form may explain; each is looked for in the whole text.
MAX_DRAFT_TERMS = 24
_CONTROL = re.compile(r"[\u0000-\u001f\u007f-\u009f]")
# These stand inside words, to hide them from a check; a blank in their place would do that for them.
_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Texts as sentences; `paragraphs` is a tuple of paragraphs, each a tuple of sentences."""

    headline: str
    means_for_reader: tuple[str, ...]
    in_short: tuple[str, ...]
    paragraphs: tuple[tuple[str, ...], ...]
    terms: tuple[ExplainedTerm, ...]
    why_it_matters: tuple[str, ...]
    what_is_new: tuple[str, ...]

    def sentences(self) -> Iterator[tuple[Field, str]]:
        """Yield every sentence with the field it stands in, in reading order."""
        yield "headline", self.headline
        yield from (("means_for_reader", line) for line in self.means_for_reader)
        yield from (("what_is_new", line) for line in self.what_is_new)
        yield from (("in_short", line) for line in self.in_short)
        for paragraph in self.paragraphs:
            yield from (("paragraphs", line) for line in paragraph)
        yield from (("why_it_matters", line) for line in self.why_it_matters)

    @property
    def text(self) -> str:
        """Return all of it as one text."""
        return "\n".join(line for _, line in self.sentences() if line)


def draft_of(wire: WireExplanation, language: str, *, is_update: bool) -> Draft:
    """Return what the model wrote, white space folded and invisible characters gone."""

    def cut(text: str | None) -> tuple[str, ...]:
        folded = fold_space(text or "")
        return tuple(split_sentences(folded, language)) if folded else ()

    return Draft(
        headline=fold_space(wire.headline).rstrip("."),
        means_for_reader=cut(wire.means_for_reader),
        in_short=cut(wire.in_short),
        paragraphs=tuple(filter(None, (cut(text) for text in wire.paragraphs))),
        terms=tuple(
            ExplainedTerm(
                term=fold_space(term.term),
                meaning=fold_space(term.meaning),
                comparison=fold_space(term.comparison),
            )
            for term in wire.terms[:MAX_DRAFT_TERMS]
        ),
        why_it_matters=cut(wire.why_it_matters),
        what_is_new=cut(wire.what_is_new) if is_update else (),
    )


def fold_space(text: str) -> str:
    return " ".join(_HIDDEN.sub("", _CONTROL.sub(" ", text)).split())
