"""What an answer is made of, once it is known where to look. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.chat.answer_prompt import AnswerMode
from bot.chat.ask import Ask, Length
from bot.chat.content import DigestRef
from bot.chat.sayings import Saying
from bot.chat.thread import ThreadMemory
from bot.explain.explanation import Level, Source
from bot.explain.glossary import GlossaryEntry
from bot.explain.outgoing.addresses import addresses
from bot.explain.outgoing.check import MAX_CHARS, Outgoing
from bot.explain.outgoing.fold import fold
from bot.explain.sources import Document, outgoing
from bot.model.port import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How somebody wants to be answered."""

    level: Level = Level.NEWCOMER
    language: str = "en"
    length: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """
    A request with what is known around it.

    Attributes:
        ask: The text, understood.
        question: What is asked of the model, options taken out.
        memory: Of the thread, or None.
        from_model: The glossary's answer was already given; the model is wanted.
        extra: One more sentence for the model, such as "Explain it more simply than before."
        earlier: An answer that is to be put in other words, with its question before it.
    """

    ask: Ask
    question: str
    wishes: Wishes
    memory: ThreadMemory | None = None
    from_model: bool = False
    extra: str = ""
    earlier: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """
    Everything that one model call needs, and what the finished answer says around it.

    Attributes:
        documents: Best first; empty for general knowledge.
        story_id: The story it is about, for the memory.
        digest: Where it was told, when that is not the thread of the answer.
        summary_only: No document is the whole article.
        source_text, source_url: Kept in the memory of a new thread, so that it can go on.
    """

    mode: AnswerMode
    context: Context
    documents: tuple[Document, ...] = ()
    sources: tuple[Source, ...] = ()
    headline: str = ""
    story_id: str | None = None
    digest: DigestRef | None = None
    source_language: str = ""
    summary_only: bool = False
    source_text: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromGlossary:
    """A known term: answered at once."""

    entry: GlossaryEntry
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """
    No answer but a sentence of ours; `slots` fill it.

    Attributes:
        memory: Of the thread, when the sentence asks back: the question is kept for the reply.
    """

    saying: Saying
    wishes: Wishes
    slots: dict[str, object] = field(default_factory=dict)
    memory: ThreadMemory | None = None


Found = Material | FromGlossary | Say


def outgoing_for(material: Material) -> Outgoing:
    """
    Return the check for an answer: the hosts of its sources may be named, and those asked about.

    A pasted text is what is explained, not a question: its addresses stay out of the answer.
    """
    asked = material.context.question[:MAX_CHARS]
    pasted = (
        bool(material.source_text) and material.context.question.strip() in material.source_text
    )
    hosts = [] if pasted else [found.host for found in addresses(fold(asked))]
    return outgoing(material.documents, [asked], hosts)
