"""An explanation alone as Slack messages: for a thread, for /explain, for *Explain more*."""

from __future__ import annotations

from bot.explain.explanation import Explanation
from bot.render import blocks
from bot.render.check import weight
from bot.render.message import Block, Message
from bot.render.outline import explanation_outline
from bot.render.story_blocks import fallback_story, sections, story_texts
from bot.render.words import words_for

# No explanation we write comes near (350 words are about 2,500 characters).
MAX_EXPLANATION_CHARS = 18_000
# One message holds a little less than Slack takes, so that its small print always fits.
MESSAGE_ROOM = blocks.MESSAGE_WEIGHT - blocks.CONTEXT_CHARS - 2 * blocks.OBJECT_WEIGHT


def explanation_messages(explanation: Explanation) -> tuple[Message, ...]:
    """
    Return an explanation as one message, or as several, split between paragraphs, when very long.

    The last one carries topics and sources.
    """
    words = words_for(explanation.key.language)
    story = explanation_outline(explanation)
    lines, small_print = story_texts(story, words, MAX_EXPLANATION_CHARS)
    pages = _pages(sections(lines))
    last = [blocks.context(small_print)] if small_print else []
    opening = str(fallback_story(story, blocks.FALLBACK_CHARS - 1))
    texts = [opening, *(_fallback(page) for page in pages[1:])]
    endings: list[list[Block]] = [[] for _ in pages[1:]] + [last]
    return tuple(
        Message(text=text, blocks=(*page, *ending))
        for text, page, ending in zip(texts, pages, endings, strict=True)
    )


def _pages(found: list[Block]) -> list[list[Block]]:
    pages: list[list[Block]] = [[]]
    room = MESSAGE_ROOM
    for block in found:
        size = weight(block)
        if size > room:
            pages.append([])
            room = MESSAGE_ROOM
        pages[-1].append(block)
        room -= size
    return pages


def _fallback(page: list[Block]) -> str:
    # Already escaped; a section is shorter than the fallback may be.
    text: str = page[0]["text"]["text"]
    return text
