"""A digest as one Slack message: at most 50 blocks, every limit kept, no story ever dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.digest.digest import Digest
from bot.render import blocks
from bot.render.check import weight
from bot.render.frame import Sentence
from bot.render.message import Block, Message
from bot.render.mrkdwn import Escaped, escape, join, trusted
from bot.render.outline import DigestOutline, StoryOutline, outline
from bot.render.recap import recap_blocks, recap_texts
from bot.render.story_blocks import (
    MAX_STORY_CHARS,
    NEW_LINE,
    SECTION_WEIGHT,
    STORY_WEIGHT,
    StoryTexts,
    buttons,
    cut_lines,
    fallback_story,
    sections,
    sentence_text,
    story_chars,
    story_texts,
)

# The frame around the stories; with eight stories of two sections, buttons and a divider each it
# comes to 46 blocks.
OPENING_CHARS: Final = 800
NOTICES_CHARS: Final = 800
FOOTER_CHARS: Final = 1_400
EMPTY_CHARS: Final = 1_000
# In the fallback text; less room would hold no line of it.
MIN_RECAP_CHARS: Final = 100


def render_digest(digest: Digest, *, interactive: bool = True, personal: bool = False) -> Message:
    """
    Return the digest as a message.

    Args:
        digest: What it says.
        interactive: Draw buttons, menus and the reply hint; False where no listener answers them,
            as in a preview.
        personal: It is one person's own, by direct message.
    """
    drawn = outline(digest, interactive=interactive, personal=personal or digest.personal)
    opening, footer = _opening(drawn), _footer(drawn)
    frame = sum(map(weight, (*opening, *footer)))
    stories = _stories(drawn, blocks.MESSAGE_WEIGHT - frame, interactive=interactive)
    return Message(text=_fallback(drawn), blocks=(*opening, *stories, *footer))


def _opening(drawn: DigestOutline) -> list[Block]:
    found = [blocks.header(escape(drawn.title))]
    if drawn.counts:
        found.append(blocks.context(escape(drawn.counts)))
    if drawn.opening:
        found.append(blocks.section(_lines(drawn.opening, OPENING_CHARS)))
    if drawn.notices:
        found.append(blocks.section(_lines(drawn.notices, NOTICES_CHARS)))
    if drawn.empty:
        found.append(blocks.section(sentence_text(drawn.empty).cut(EMPTY_CHARS)))
    return [*found, blocks.divider()]


def _footer(drawn: DigestOutline) -> list[Block]:
    said = blocks.context(_lines(drawn.footer, FOOTER_CHARS))
    return [*recap_blocks(drawn.recap, drawn.words), said]


def _stories(drawn: DigestOutline, room: int, *, interactive: bool) -> list[Block]:
    stories = drawn.stories
    texts = [story_texts(story, drawn.words, MAX_STORY_CHARS) for story in stories]
    wanted = [story_chars(text) for text in texts]
    around = STORY_WEIGHT * len(stories)
    around += SECTION_WEIGHT * sum(size > blocks.SECTION_CHARS for size in wanted)
    if interactive:
        around += sum(weight(buttons(story, drawn.words)) for story in stories)
    share = fair_share(wanted, room - around)
    found: list[Block] = []
    for story, text, size in zip(stories, texts, wanted, strict=True):
        fitting = text if size <= share else story_texts(story, drawn.words, share)
        found += [*_story(story, drawn, fitting, interactive=interactive), blocks.divider()]
    return found


def _story(
    story: StoryOutline, drawn: DigestOutline, texts: StoryTexts, *, interactive: bool
) -> list[Block]:
    body, small_print = texts
    found = sections(body)
    if small_print:
        found.append(blocks.context(small_print))
    if interactive:
        found.append(buttons(story, drawn.words))
    return found


def fair_share(wanted: Sequence[int], room: int) -> int:
    """
    Return the largest cap c such that the sum of min(w, c) over *wanted* stays within *room*.

    Short stories keep all their words and leave what they do not need to the long ones.
    """
    left, cap = room, room
    for index, size in enumerate(sorted(wanted)):
        cap = left // (len(wanted) - index)
        if size > cap:
            return cap
        left -= size
    return max([*wanted, cap])


def _fallback(drawn: DigestOutline) -> str:
    """Headline, in short and link of every story, in order: all that a screen reader gets."""
    top = [escape(drawn.title)]
    top += [sentence_text(line).cut(300) for line in (*drawn.opening, *drawn.notices[:2])]
    top += [sentence_text(drawn.empty).cut(600)] if drawn.empty else []
    head = join(NEW_LINE, top).cut(1_200)
    room = blocks.FALLBACK_CHARS - 1 - len(head) - 2 * len(drawn.stories)
    share = room // len(drawn.stories) if drawn.stories else 0
    lines = [fallback_story(story, min(share, 700)) for story in drawn.stories]
    # What room the stories leave; the recap repeats what was told before.
    left = room - sum(map(len, lines))
    if left > MIN_RECAP_CHARS:
        lines += cut_lines([escape(line) for line in recap_texts(drawn.recap)], left)
    return str(join(NEW_LINE, (head, *lines)))


def _lines(sentences: Sequence[Sentence], room: int) -> Escaped:
    """Return sentences one per line; each gets its share, so that none crowds out another."""
    share = room // len(sentences) - 1
    return join(trusted("\n"), [sentence_text(sentence).cut(share) for sentence in sentences])
