"""
Our own prompts, recognised when a model repeats them: whole, cut, split, quoted or a little changed.

Runs of letters are compared, without blanks, punctuation and case. What is ordinary English in the
prompts ("people who use such products at work") is shorter than what is looked for here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.explain.outgoing.fold import squashed

_PROMPTS = ("explain/prompts", "chat/prompts")
# What the repair request says of a draft's faults (`plain_language`, `grounding`, `attempt`).
_FAULTS = (
    "A link or address stands in. A mention stands in. Words that do not belong to the news stand in. "
    "This cheers instead of telling. The text does not explain it with the words given. "
    "The answer is not JSON of the given schema. It is not written in the language wanted. "
    "This may not be shown, because it repeats the instructions to the model."
)
# A run of so many letters occurs in our prompts and hardly anywhere else: three to four words.
_RUN = 20
# Half of a sentence, and at least so much, or so much in any sentence.
_SHARE, _FEWEST, _ENOUGH = 0.5, 24, 44
_CLAUSE_END = re.compile(r"[.;:!?\n()\"“”„«»]+\s*|\s[-–—]\s")
_SENTENCE_END = re.compile(r"[.\n]")
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^<>\n]{0,40}>")
# A clause of ours inside a longer one; between marks of punctuation; and as all that is said.
_WITHIN_CHARS, _BETWEEN_CHARS = 36, 22
_WHOLE_WORDS, _WHOLE_CHARS = 2, 8


@dataclass(frozen=True, slots=True)
class _Own:
    """The prompts' runs of letters, and their clauses as letters."""

    runs: frozenset[str]
    clauses: frozenset[str]
    long_clauses: tuple[str, ...]


def is_own(text: str, before: str = "") -> bool:
    """
    Return whether *text* says what our prompts say.

    Args:
        text: A sentence, of bounded length.
        before: What stands right before it, for a sentence of ours that was cut in two.
    """
    own = _own()
    letters = squashed(text)
    if letters in own.clauses:
        return True
    lead = squashed(before[-3 * _RUN :])[1 - _RUN :]
    covered, longest = _covered(lead + letters, own.runs)
    mine = sum(place >= len(lead) for place in covered)
    if longest >= _ENOUGH and mine:
        return True
    if longest >= _FEWEST and mine >= _SHARE * len(letters):
        return True
    if longest < _RUN:
        return False
    parts = (squashed(part) for part in _CLAUSE_END.split(text))
    return any(len(part) >= _BETWEEN_CHARS and part in own.clauses for part in parts) or any(
        clause in letters for clause in own.long_clauses
    )


def _covered(letters: str, runs: frozenset[str]) -> tuple[set[int], int]:
    """Return which places lie in a run of ours, and the length of the longest stretch of them."""
    covered: set[int] = set()
    longest = begun = end = 0
    for start in range(len(letters) - _RUN + 1):
        if letters[start : start + _RUN] not in runs:
            continue
        begun = start if start > end else begun
        covered.update(range(max(start, end), start + _RUN))
        end = start + _RUN
        longest = max(longest, end - begun)
    return covered, longest


@cache
def _own() -> _Own:
    texts = [_FAULTS]
    for folder in _PROMPTS:
        found = files("bot").joinpath(*folder.split("/")).iterdir()
        texts += [file.read_text("utf-8") for file in found if file.name.endswith(".txt")]
    # Tags are markup, which goes before anything is shown.
    texts += [bare for text in texts if (bare := _TAG.sub(" ", text)) != text]
    wholes = [squashed(text) for text in texts]
    clauses = frozenset(
        letters
        for text in texts
        for clause in (*_CLAUSE_END.split(text), *_SENTENCE_END.split(text))
        if len(_WORD.findall(clause)) >= _WHOLE_WORDS
        and len(letters := squashed(clause)) >= _WHOLE_CHARS
    )
    return _Own(
        runs=frozenset(
            whole[start : start + _RUN]
            for whole in wholes
            for start in range(len(whole) - _RUN + 1)
        ),
        clauses=clauses,
        long_clauses=tuple(clause for clause in clauses if len(clause) >= _WITHIN_CHARS),
    )
