"""From what was found and said to the whole answer. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.answer_prompt import AnswerMode
from bot.chat.content import AnswerBasis, AnswerContent, AnswerNote
from bot.chat.extracts import (
    glossary_paragraphs,
    nearest_sentences,
    shares_words,
    terms_in,
)
from bot.chat.held import Holder
from bot.chat.material import FromGlossary, Material, Say, Wishes, outgoing_for
from bot.chat.request import Request
from bot.chat.sayings import Saying, say
from bot.explain.explanation import ExplainedTerm, Level
from bot.explain.glossary import Glossary
from bot.explain.outgoing.check import MAX_CHARS
from bot.model.port import (
    BudgetSpent,
    ContentFiltered,
    ModelError,
    ModelTimeout,
    RateLimited,
    Refused,
)

_SHOWN_QUESTION_CHARS = 300
GLOSSARY_LANGUAGE = "en"
_BUSY = (RateLimited, ModelTimeout)


def from_glossary(found: FromGlossary, request: Request, *, has_model: bool) -> AnswerContent:
    """Return the glossary's answer; where there is a model, it can be asked for more."""
    entry, wishes = found.entry, found.context.wishes
    base = _base(
        request,
        wishes,
        "glossary",
        _asked(Material(mode=AnswerMode.GENERAL, context=found.context)),
    )
    return replace(
        base,
        headline=entry.term,
        paragraphs=glossary_paragraphs(entry, wishes.level),
        terms=(ExplainedTerm(term=entry.term, meaning=entry.meaning, comparison=entry.comparison),),
        can_ask_model=has_model,
        language=GLOSSARY_LANGUAGE,
    )


def from_model(
    held: Holder, material: Material, request: Request, glossary: Glossary, *, interrupted: bool
) -> AnswerContent:
    """Return what passed the checks as an answer."""
    wishes = material.context.wishes
    if held.outside:
        return said(Say(saying=Saying.OUTSIDE, wishes=wishes), request, basis="outside")
    general = material.mode is AnswerMode.GENERAL
    paragraphs = held.paragraphs
    notes = _notes(material)
    if held.not_in_sources and not general:
        own = say(Saying.NOT_IN_SOURCES, wishes.language)
        paragraphs = ((own, *(paragraphs[0] if paragraphs else ())), *paragraphs[1:])
        notes = (*notes, AnswerNote.NOT_IN_SOURCES)
    if interrupted:
        notes = (*notes, AnswerNote.INTERRUPTED)
    base = _base(request, wishes, "general" if general else "sources", _asked(material))
    content = replace(
        base,
        headline=material.headline,
        paragraphs=paragraphs,
        sources=material.sources,
        digest=material.digest,
        dropped=held.dropped,
        notes=notes,
        can_simplify=not (wishes.level is Level.NEWCOMER and bool(material.context.extra)),
        can_detail=wishes.length != "long",
    )
    return replace(content, terms=terms_in(content.text, glossary, wishes.level))


def without_model(
    material: Material,
    request: Request,
    glossary: Glossary,
    error: ModelError | None,
    dropped: int = 0,
) -> AnswerContent:
    """
    Return what can be said without the model: the sources' sentences, or the glossary's, or why not.

    Args:
        material: What was found.
        request: For the buttons.
        glossary: Explains the terms of the question.
        error: Why there is no model's answer; None: none is configured, or nothing of it passed.
        dropped: Sentences of the model that failed the checks.
    """
    wishes = material.context.wishes
    base = _base(request, wishes, "extractive", _asked(material))
    # Where no model is set up there will be none later; the label says that none was asked.
    failed = () if error is None else (_failed(error),)
    lines = nearest_sentences(
        material.context.question,
        material.documents,
        wishes.language,
        outgoing=outgoing_for(material),
    )
    if lines:
        content = replace(
            base,
            headline=material.headline,
            paragraphs=(lines,),
            sources=material.sources,
            digest=material.digest,
            dropped=dropped,
            notes=(*_notes(material), *_unmatched(material, lines), *failed),
        )
        return replace(content, terms=terms_in(content.text, glossary, wishes.level))
    hits = glossary.find_in(material.context.question)[:2]
    if hits:
        return replace(
            base,
            basis="glossary",
            headline=hits[0].entry.term,
            paragraphs=tuple(
                sentences
                for hit in hits
                for sentences in glossary_paragraphs(hit.entry, wishes.level)
            ),
            notes=failed,
            language=GLOSSARY_LANGUAGE,
        )
    return said(Say(saying=_why(error, dropped), wishes=wishes), request)


def said(what: Say, request: Request, basis: AnswerBasis = "cannot") -> AnswerContent:
    """Return a sentence of ours in the place of an answer."""
    sentence = say(what.saying, what.wishes.language, **what.slots)
    return AnswerContent(
        request_key=request.source_key,
        basis=basis,
        paragraphs=((sentence,),),
        level=what.wishes.level,
        language=what.wishes.language,
    )


def _base(request: Request, wishes: Wishes, basis: AnswerBasis, question: str) -> AnswerContent:
    return AnswerContent(
        request_key=request.source_key,
        basis=basis,
        paragraphs=(),
        # In a thread it stands above the answer; a private answer can be shared without it.
        question=question if request.private else "",
        level=wishes.level,
        language=wishes.language,
        follow_up_hint=not request.private,
        can_share=request.private,
        can_rate=True,
    )


def _asked(material: Material) -> str:
    """Return what was asked as it is repeated: a private answer can be shared with a channel."""
    question = " ".join(material.context.question[:MAX_CHARS].split())[:_SHOWN_QUESTION_CHARS]
    return outgoing_for(material).first([question])


def _notes(material: Material) -> tuple[AnswerNote, ...]:
    return (AnswerNote.SUMMARY_ONLY,) if material.summary_only else ()


def _unmatched(material: Material, lines: tuple[str, ...]) -> tuple[AnswerNote, ...]:
    asked = material.mode is AnswerMode.SOURCES and bool(material.context.question)
    near = shares_words(material.context.question, lines)
    return (AnswerNote.UNMATCHED,) if asked and not near else ()


def _failed(error: ModelError) -> AnswerNote:
    return AnswerNote.MODEL_BUSY if isinstance(error, _BUSY) else AnswerNote.NO_MODEL


def _why(error: ModelError | None, dropped: int) -> Saying:
    if dropped:
        return Saying.NOTHING_HOLDS
    if error is None:
        return Saying.NO_MODEL
    if isinstance(error, BudgetSpent):
        return Saying.BUDGET
    if isinstance(error, _BUSY):
        return Saying.MODEL_BUSY
    return Saying.DECLINED if isinstance(error, (ContentFiltered, Refused)) else Saying.MODEL_DOWN
