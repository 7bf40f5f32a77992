"""From a request and the channel's preference to what is wanted, and how. Pure."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

from bot.chat.ask import Ask, AskKind, Length, parse_ask
from bot.chat.material import Context, Wishes
from bot.chat.request import Request
from bot.chat.thread import ThreadMemory
from bot.digest.preference import Preference
from bot.explain.explanation import Level
from bot.model.port import Turn

# `details["wish"]` of a request of kind REPHRASE, set by the button.
WISH_SIMPLER, WISH_DETAIL, WISH_MODEL = "simpler", "detail", "model"
_EXTRA = {
    wish: files("bot.chat").joinpath("prompts", f"{wish}.txt").read_text(encoding="utf-8").strip()
    for wish in (WISH_SIMPLER, WISH_DETAIL)
}
# What a message's text may be at most to be taken for a question to us rather than a text to explain.
_TEXT_MIN_WORDS = 25


def context_of(request: Request, preference: Preference, memory: ThreadMemory | None) -> Context:
    """Return what a request asks for and how it wants to be answered."""
    ask = parse_ask(request.text)
    if request.details.get("shortcut"):
        ask = _of_message(ask, request.text)
    question = ask.what if ask.kind is not AskKind.TERM else request.text.strip()
    return Context(
        ask=ask, question=question, wishes=wishes_of(request, ask, preference), memory=memory
    )


def rephrased(
    context: Context, again: Request, preference: Preference, earlier_answer: str
) -> Context:
    """
    Return an earlier request's context as a button wants it answered now.

    Args:
        context: Of the earlier request.
        again: The button's request.
        preference: The channel's.
        earlier_answer: What was said then, or "".
    """
    wish = again.details.get("wish", "")
    wishes = wishes_of(again, Ask(kind=AskKind.EMPTY), preference)
    language = again.details.get("language") or context.wishes.language
    level, length = context.wishes.level, context.wishes.length
    if wish == WISH_SIMPLER:
        level, length = Level.NEWCOMER, _shorter(length)
    if wish == WISH_DETAIL:
        length = "long"
    said = (
        (Turn(role="user", text=context.question), Turn(role="assistant", text=earlier_answer))
        if earlier_answer and context.question and wish != WISH_MODEL
        else ()
    )
    return replace(
        context,
        wishes=replace(wishes, level=level, language=language, length=length),
        from_model=True,
        extra=_EXTRA.get(wish, ""),
        earlier=said,
    )


def wishes_of(request: Request, ask: Ask, preference: Preference) -> Wishes:
    """Return level, language and length: what the words say, then the button, then the channel."""
    level = request.details.get("level", "")
    return Wishes(
        level=ask.level or (Level(level) if level in set(Level) else preference.level),
        language=ask.language or request.details.get("language") or preference.language,
        length=ask.length,
    )


def is_long_text(ask: Ask) -> bool:
    """Return True for a text that is material, not a question."""
    return ask.kind is AskKind.TEXT and len(ask.what.split()) >= _TEXT_MIN_WORDS


def _of_message(ask: Ask, text: str) -> Ask:
    """A message that somebody wants explained is a text, whatever it looks like; a bare link is read."""
    if ask.kind in {AskKind.LINK, AskKind.TERM, AskKind.EMPTY, AskKind.TOO_LONG}:
        return ask
    return replace(ask, kind=AskKind.TEXT, what=text.strip())


def _shorter(length: Length | None) -> Length | None:
    return None if length == "long" else length
