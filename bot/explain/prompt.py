"""The prompts, versioned by their content; what varies comes last, so that providers can cache the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files

from bot.explain.explanation import Form, Level
from bot.explain.glossary import FoundTerm, GlossaryEntry
from bot.explain.sources import Document, tagged
from bot.explain.wire import explanation_schema
from bot.model.port import ModelRequest, Turn

_NAMES = ("explain", "newcomer", "practitioner", "expert", "digest", "full", "repair", "language")
# Grows by hand when the rules around the prompt change so much that old explanations should go.
_EDITION = 2
# The answer, with slack for models that think first (their thoughts count as output).
MAX_OUTPUT_TOKENS = {Form.DIGEST: 2_000, Form.FULL: 3_500}
_MAX_HOUSE_TERMS = 8
_MAX_TOLD_CHARS = 200

_TEXTS = {
    name: files("bot.explain").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8")
    for name in _NAMES
}


def _version() -> str:
    content = json.dumps([_EDITION, _TEXTS, explanation_schema().schema], sort_keys=True)
    return f"{_EDITION}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


# Part of every explanation's key: another prompt or schema makes new explanations.
PROMPT_VERSION = _version()


def explain_request(
    chosen: Sequence[Document],
    *,
    form: Form,
    level: Level,
    language: str,
    is_update: bool = False,
    told_before: str | None = None,
    found: Sequence[FoundTerm] = (),
    workspace_id: str | None = None,
) -> ModelRequest:
    """
    Return the request that explains one story.

    Args:
        chosen: The story's documents (`sources.documents`).
        form: Decides length and room.
        level: Decides what is explained, and how.
        workspace_id: Whose budget it counts against; not sent.
        is_update: The story is at revision 2 or later, and says what is new.
        told_before: The headline of the earlier telling.
        found: Uses of glossary terms in the documents.
        language: Two-letter code of the text wanted.
    """
    return ModelRequest(
        purpose="explain",
        instructions=_instructions(form, level, language),
        turns=(Turn(role="user", text=_story_text(chosen, level, is_update, told_before, found)),),
        schema=explanation_schema(),
        max_output_tokens=MAX_OUTPUT_TOKENS[form],
        cache_key=f"{PROMPT_VERSION}-{form}-{level}-{language}",
        workspace_id=workspace_id,
    )


def repair_request(first: ModelRequest, answer: str, faults: Sequence[str]) -> ModelRequest:
    """Return the request that asks once for a corrected explanation: the whole context as plain text."""
    # What the model wrote is as little to be trusted as the sources it read.
    points = "\n".join(f"- {json.dumps(fault, ensure_ascii=False)}" for fault in faults)
    return ModelRequest(
        purpose="repair",
        instructions=first.instructions,
        turns=(
            *first.turns,
            Turn(role="assistant", text=answer),
            Turn(role="user", text=f"{_TEXTS['repair']}\n{points}"),
        ),
        schema=first.schema,
        max_output_tokens=first.max_output_tokens,
        timeout_seconds=first.timeout_seconds,
        cache_key=first.cache_key,
        workspace_id=first.workspace_id,
    )


def _instructions(form: Form, level: Level, language: str) -> str:
    return (
        f"{_TEXTS['explain']}\n{_TEXTS[level.value]}{_TEXTS[form.value]}"
        f"{_TEXTS['language'].format(language=language)}"
    )


def _story_text(
    chosen: Sequence[Document],
    level: Level,
    is_update: bool,
    told_before: str | None,
    found: Sequence[FoundTerm],
) -> str:
    lines = [f"Update: {'yes' if is_update else 'no'}"]
    if is_update and told_before:
        lines.append(f"Told earlier: {json.dumps(told_before[:_MAX_TOLD_CHARS])}")
    if found:
        lines.append("House meanings:")
        lines += [_house_term(term.entry, level) for term in found[:_MAX_HOUSE_TERMS]]
    return "\n".join([*lines, "The story:", tagged(chosen)])


def _house_term(entry: GlossaryEntry, level: Level) -> str:
    meaning = entry.meaning if level is Level.NEWCOMER else entry.practitioner
    comparison = "" if level is Level.EXPERT else entry.comparison
    term = {"term": entry.term, "meaning": meaning, "comparison": comparison}
    return f"- {json.dumps(term, ensure_ascii=False)}"
