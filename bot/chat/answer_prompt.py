"""
The request that answers one question: its whole context, as plain text, and nothing else.

Pure: the same question, sources, turns and wishes give the same bytes. The fixed part comes first,
then the sources, so that providers can cache what a thread's questions share.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum
from importlib.resources import files

from bot.chat.ask import Length
from bot.explain.explanation import Level
from bot.explain.glossary import GlossaryEntry
from bot.explain.sources import Document, clean, tagged, untagged
from bot.model.port import ModelRequest, Turn


class AnswerMode(StrEnum):
    """What an answer draws on; each has its own rules."""

    SOURCES = "sources"  # a question about documents
    EXPLAIN = "explain"  # documents that somebody wants explained
    GENERAL = "general"  # no documents: general knowledge


# What the model writes instead of, or before, an answer.
OUTSIDE_MARK, NOT_IN_SOURCES_MARK = "[OUTSIDE]", "[NOT IN SOURCES]"
# The answer, with slack for models that think first (their thoughts count as output).
MAX_OUTPUT_TOKENS: dict[Length | None, int] = {"short": 900, None: 1_500, "long": 2_500}
# All that a person may type at once (`ask.MAX_ASK_CHARS`): nothing of it is lost unsaid.
MAX_QUESTION_CHARS = 10_000
_MAX_HOUSE_TERMS = 8
_TIMEOUT_SECONDS = 60.0
# Grows by hand when the rules around the prompt change.
_EDITION = 1
_NAMES = ("answer", *(mode.value for mode in AnswerMode), "short", "normal", "long", "language")
_TEXTS = {
    name: files("bot.chat").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8")
    for name in _NAMES
}
# Readers are the same people, in explanations and in answers.
_READERS = {
    level: files("bot.explain")
    .joinpath("prompts", f"{level.value}.txt")
    .read_text(encoding="utf-8")
    for level in Level
}


def _version() -> str:
    content = json.dumps([_EDITION, _TEXTS, list(_READERS.values())], sort_keys=True)
    return f"{_EDITION}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


ANSWER_PROMPT_VERSION = _version()


def answer_request(
    question: str,
    sources: Sequence[Document],
    turns: Sequence[Turn],
    *,
    level: Level,
    language: str,
    mode: AnswerMode,
    length: Length | None = None,
    glossary_hits: Sequence[GlossaryEntry] = (),
    workspace_id: str | None = None,
    timeout_seconds: float = _TIMEOUT_SECONDS,
) -> ModelRequest:
    """
    Return the request for one streamed answer.

    Args:
        question: As asked; in mode EXPLAIN it may be "".
        sources: Best first; empty in mode GENERAL.
        turns: Of the thread, oldest first (`turns.turns_for_request`).
        level: The reader's.
        language: Two-letter code of the answer.
        mode: What it draws on.
        length: None for the usual one.
        glossary_hits: Entries that question or sources use.
        workspace_id: Whose budget it counts against; not sent.
        timeout_seconds: For the whole call.
    """
    material = _material(sources, glossary_hits, level)
    return ModelRequest(
        purpose="answer",
        instructions=_instructions(mode, level, language, length),
        turns=(
            *((Turn(role="user", text=material),) if material else ()),
            *(Turn(role=turn.role, text=untagged(turn.text)) for turn in turns),
            Turn(role="user", text=_question(question, mode)),
        ),
        max_output_tokens=MAX_OUTPUT_TOKENS[length],
        timeout_seconds=timeout_seconds,
        cache_key=f"{ANSWER_PROMPT_VERSION}-{mode}-{level}-{language}",
        workspace_id=workspace_id,
    )


def _instructions(mode: AnswerMode, level: Level, language: str, length: Length | None) -> str:
    return (
        f"{_TEXTS['answer']}\n{_TEXTS[mode.value]}\n{_READERS[level]}{_TEXTS[length or 'normal']}"
        f"{_TEXTS['language'].format(language=language)}"
    )


def _material(
    sources: Sequence[Document], glossary_hits: Sequence[GlossaryEntry], level: Level
) -> str:
    lines: list[str] = []
    if glossary_hits:
        lines.append("House meanings:")
        lines += [_house_term(entry, level) for entry in glossary_hits[:_MAX_HOUSE_TERMS]]
    if sources:
        lines += ["The documents:", tagged(sources)]
    return "\n".join(lines)


def _house_term(entry: GlossaryEntry, level: Level) -> str:
    meaning = entry.meaning if level is Level.NEWCOMER else entry.practitioner
    comparison = "" if level is Level.EXPERT else entry.comparison
    term = {"term": entry.term, "meaning": meaning, "comparison": comparison}
    return f"- {json.dumps(term, ensure_ascii=False)}"


def _question(question: str, mode: AnswerMode) -> str:
    asked = untagged(clean(question))[:MAX_QUESTION_CHARS].strip()
    if not asked and mode is AnswerMode.EXPLAIN:
        return "Explain the documents."
    return asked or "What is this about?"
