"""One explained story as Block Kit: headline, what it means, its terms in bold, its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.explain.explanation import ExplainedTerm
from bot.render import blocks, ids
from bot.render.clean import shorten
from bot.render.emphasis import emphasise
from bot.render.frame import Sentence
from bot.render.ids import MenuChoice
from bot.render.links import safe_url
from bot.render.message import Block
from bot.render.mrkdwn import (
    EMPTY,
    Escaped,
    bare_link,
    bold,
    code,
    escape,
    escape_piece,
    italic,
    join,
    link,
    mention_user,
    trusted,
)
from bot.render.outline import MAX_SOURCES, Labelled, NamedSource, StoryOutline
from bot.render.words import Words

NEW_LINE = trusted("\n")
DOT = trusted(" · ")
DASH = trusted(" — ")
SPACE = trusted(" ")

# Two sections hold twice the longest story we expect; what is longer is cut, visibly.
MAX_STORY_CHARS = 2 * blocks.SECTION_CHARS
# What a story weighs besides its texts (section, small print, divider), and what a second section adds.
STORY_WEIGHT = 5 * blocks.OBJECT_WEIGHT
SECTION_WEIGHT = 2 * blocks.OBJECT_WEIGHT
# When a story is cut, a line of its head or tail gets a fifth; a headline in bold has to fit whole.
HEAD_SHARE = 5


# The body's lines, and the line of topics and sources.
StoryTexts = tuple[tuple[Escaped, ...], Escaped]


def story_texts(story: StoryOutline, words: Words, room: int) -> StoryTexts:
    """
    Return a story's body lines and its line of topics and sources, together at most *room* long.

    Everything fits as it is in nearly every case. Else the sources shrink first to the best one,
    then the middle (paragraphs, words) is cut; headline, in short and why it matters stay.
    """
    small_print = _small_print(story, words, min(room // 3, blocks.CONTEXT_CHARS))
    return _body(story, words, room - len(small_print)), small_print


def story_chars(texts: StoryTexts) -> int:
    """Return how much room a story's texts take."""
    body, small_print = texts
    return _total(body) + len(small_print)


def sections(lines: Sequence[Escaped], separator: Escaped = NEW_LINE) -> list[Block]:
    """Return lines as few section blocks, broken between lines; longer lines are cut."""
    found: list[Block] = []
    current = EMPTY
    for line in lines:
        longer = join(separator, (current, line))
        if len(longer) <= blocks.SECTION_CHARS:
            current = longer
            continue
        if current:
            found.append(blocks.section(current))
        current = line.cut(blocks.SECTION_CHARS)
    return [*found, blocks.section(current)] if current else found


def buttons(story: StoryOutline, words: Words) -> Block:
    """Return the row of *Explain more* and the menu; values name the story and its revision."""
    reference = story.reference
    menu = (
        (words.simpler, MenuChoice.SIMPLER),
        (words.mute_source, MenuChoice.MUTE),
        (words.not_for_us, MenuChoice.LESS),
        (words.more_like_this, MenuChoice.MORE),
    )
    options = [(escape(text), ids.menu_value(choice, reference)) for text, choice in menu]
    return blocks.actions(
        [
            blocks.button(escape(words.explain_more), action_id=ids.EXPLAIN_MORE, value=reference),
            blocks.overflow(options, action_id=ids.STORY_MENU),
        ],
        block_id=ids.story_block(reference),
    )


def sentence_text(sentence: Sentence) -> Escaped:
    """Return a sentence of the outline, its commands as code and its people mentioned."""
    result = EMPTY
    for run in sentence:
        if run.kind == "own":
            result += escape_piece(run.text)
        elif run.kind == "code":
            result += code(run.text)
        elif run.kind == "person":
            result += mention_user(run.text) or escape(run.text)
        else:
            result += escape(run.text)
    return result


def _body(story: StoryOutline, words: Words, room: int) -> tuple[Escaped, ...]:
    used: set[str] = set()
    whole = _Lines(story, words, used, room)
    lines = (*whole.head, *whole.middle, *whole.tail)
    if _total(lines) <= room:
        return lines
    share = room // HEAD_SHARE
    head = tuple(line.cut(share) for line in whole.head)
    tail = tuple(line.cut(share) for line in whole.tail)
    left = room - _total((*head, *tail)) - 2
    return (*head, *cut_lines(whole.middle, left), *tail)


class _Lines:
    """A story's lines; the order of making them is the order in which terms are first used."""

    def __init__(self, story: StoryOutline, words: Words, used: set[str], room: int) -> None:
        number = f"{story.number}. " if story.number else ""
        head = [_bold_within(number + story.headline, min(room // HEAD_SHARE, 600))]
        # What is new comes first in an update.
        head += [_labelled(story.new, story.terms, used)] if story.new else []
        head += [escape(story.means_for_reader)] if story.means_for_reader else []
        if story.in_short.text:
            head.append(_labelled(story.in_short, story.terms, used))
        self.head = tuple(head)
        middle = [_labelled(part, story.terms, used) for part in story.paragraphs]
        middle += glossary_lines(story.glossary, words)
        self.middle = tuple(middle)
        why = story.why_it_matters
        self.tail = (_labelled(why, story.terms, used),) if why else ()


def _labelled(part: Labelled, terms: tuple[str, ...], used: set[str]) -> Escaped:
    text = emphasise(part.text, terms, used)
    return italic(part.label) + SPACE + text if part.label else text


def glossary_lines(terms: tuple[ExplainedTerm, ...], words: Words) -> list[Escaped]:
    """Return the words that a text uses, one per line under a label; [] when there are none."""
    return [italic(words.words_in_it), *map(_glossary_entry, terms)] if terms else []


def _glossary_entry(term: ExplainedTerm) -> Escaped:
    told = join(SPACE, (escape(term.meaning), escape(term.comparison)))
    return trusted("• ") + bold(shorten(term.term, 80)) + trusted(" – ") + told


def _bold_within(text: str, limit: int) -> Escaped:
    """Return *text* in bold; shortened before it is marked, for bold is never cut."""
    chars = limit
    while len(marked := bold(shorten(text, chars))) > limit:
        chars = chars * 2 // 3
    return marked


def cut_lines(lines: Sequence[Escaped], room: int) -> Iterator[Escaped]:
    """Yield the lines that fit into *room*, the last of them cut with "…"."""
    for line in lines:
        size = len(line) + 1
        if size > room:
            if room > 40:  # noqa: PLR2004  fewer characters would say nothing
                yield line.cut(room - 1)
            else:
                yield escape("…").cut(max(room, 1))
            return
        yield line
        room -= size


def _total(lines: tuple[Escaped, ...]) -> int:
    return sum(len(line) + 1 for line in lines)


def _small_print(story: StoryOutline, words: Words, room: int) -> Escaped:
    topics = escape(" · ".join(story.topics))
    for shown in range(min(MAX_SOURCES, len(story.sources)), 0, -1):
        line = join(DASH, (topics, _sources(story, words, shown, linked=True)))
        if len(line) <= room:
            return line
    return join(DASH, (topics, _sources(story, words, 1, linked=False))).cut(room)


def _sources(story: StoryOutline, words: Words, shown: int, *, linked: bool) -> Escaped:
    text = source_names(story.sources, words, shown, linked=linked)
    remarks = join(trusted("; "), map(escape, story.remarks))
    return join(SPACE, (text, trusted("(") + remarks + trusted(")"))) if remarks else text


def source_names(
    sources: Sequence[NamedSource], words: Words, shown: int, *, linked: bool = True
) -> Escaped:
    """Return the first *shown* sources, linked, and how many more there are."""
    text = join(trusted(", "), [_source(source, linked=linked) for source in sources[:shown]])
    more = len(sources) - shown
    return join(SPACE, (text, escape(words.and_more(more)))) if more > 0 else text


def _source(source: NamedSource, *, linked: bool) -> Escaped:
    name = link(source.url, source.name) if linked else escape(source.name)
    remark = escape(f"({source.remark})") if source.remark else EMPTY
    return join(SPACE, (name, remark)) or escape("?")


def fallback_story(story: StoryOutline, room: int) -> Escaped:
    """Return headline, in short and address of a story for screen readers, at most *room* long."""
    address = _address(story, room // 2)
    number = f"{story.number}. " if story.number else ""
    left = room - len(address) - 2
    headline = escape(number + story.headline).cut(left * 2 // 5)
    parts = [headline + trusted(".") if str(headline)[-1:].isalnum() else headline]
    left -= len(parts[0]) + 1
    in_short = escape(story.in_short.text).cut(max(left, 1))
    return join(SPACE, (*parts, in_short, address))


def _address(story: StoryOutline, room: int) -> Escaped:
    for source in story.sources:
        if safe_url(source.url) and len(found := bare_link(source.url)) <= room:
            return found
    return escape(story.sources[0].name).cut(room) if story.sources else EMPTY
