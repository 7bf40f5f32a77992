"""An answer as Slack messages: plain sentences, their terms in bold, where they come from, buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bot.chat.content import AnswerContent, DigestRef
from bot.explain.explanation import ExplainedTerm, Source
from bot.render import blocks, ids
from bot.render.chat_words import ChatWords, chat_words_for
from bot.render.check import weight
from bot.render.clean import one_line, shorten, stands_in
from bot.render.emphasis import emphasise
from bot.render.links import SLACK_URL, permalink, safe_url
from bot.render.message import Block, Message
from bot.render.mrkdwn import (
    EMPTY,
    Escaped,
    bare_link,
    bold,
    escape,
    italic,
    join,
    link,
    trusted,
)
from bot.render.notice import with_code
from bot.render.outline import HEADLINE_CHARS, MAX_SOURCES, NAME_CHARS, NamedSource
from bot.render.story_blocks import (
    NEW_LINE,
    SPACE,
    cut_lines,
    glossary_lines,
    sections,
    source_names,
)
from bot.render.words import Words, words_for

PARAGRAPH: Final = trusted("\n\n")
MAX_TERMS: Final = 6
TERM_CHARS: Final = 400
QUESTION_CHARS: Final = 400
SOURCES_CHARS: Final = 1_200
# A page of a very long answer leaves room for its small print and buttons.
_FRAME_WEIGHT: Final = 3_600
PAGE_WEIGHT: Final = blocks.MESSAGE_WEIGHT - _FRAME_WEIGHT
# What one message says when several are not wanted; the room between sections is counted too.
ONE_MESSAGE_CHARS: Final = PAGE_WEIGHT - 12 * blocks.OBJECT_WEIGHT
# An answer has at most about 400 words; this bounds the work that a broken model can cause.
MAX_ANSWER_CHARS: Final = 40_000


def answer_message(content: AnswerContent, workspace_url: str = SLACK_URL) -> Message:
    """
    Return an answer as one message; one that is far too long is cut, visibly.

    Args:
        content: What it says.
        workspace_url: Where a link to a digest begins.
    """
    lines = _body(content)
    # Between paragraphs stands one character more than `cut_lines` counts.
    room = ONE_MESSAGE_CHARS - len(lines)
    body = sections(list(cut_lines(lines, room)), PARAGRAPH)
    return _message(content, body, lines, workspace_url)


def answer_messages(content: AnswerContent) -> tuple[Message, ...]:
    """Return an answer in as many messages as it needs; the last one carries sources and buttons."""
    lines = _body(content)
    pages = _pages(sections(lines, PARAGRAPH))
    first = [Message(text=_text_of(page), blocks=tuple(page)) for page in pages[:-1]]
    last_lines = lines if len(pages) == 1 else ()
    return (*first, _message(content, pages[-1], last_lines))


def closing_sentences(content: AnswerContent) -> tuple[str, ...]:
    """Return what has to be said about an answer: its label, notes, and what was left out."""
    words = chat_words_for(content.language)
    dropped = words.dropped if content.sources else words.dropped_unsourced
    said = [words.labels[content.basis], *(words.notes[note] for note in content.notes)]
    said += [dropped(content.dropped)] if content.dropped > 0 else []
    return tuple(sentence for sentence in said if sentence)


def _message(
    content: AnswerContent,
    body: Sequence[Block],
    fallback_lines: Sequence[Escaped],
    workspace_url: str = SLACK_URL,
) -> Message:
    words, news_words = chat_words_for(content.language), words_for(content.language)
    found = [*_above(content, words, workspace_url), *body]
    small_print = _small_print(content, words, news_words)
    found += [blocks.context(small_print)] if small_print else []
    found += _buttons(content, words)
    text = _fallback(content, fallback_lines) if fallback_lines else _text_of(body)
    return Message(text=text, blocks=tuple(found))


def _above(content: AnswerContent, words: ChatWords, workspace_url: str) -> list[Block]:
    """
    Return what stands over an answer, in small print: what was asked, and which story it is about.

    Small print may also stand below, where a stream ends, so that a streamed answer needs no update.
    """
    asked = escape(content.question).cut(QUESTION_CHARS)
    about = _small_headline(content)
    lines = [italic(words.asked) + SPACE + asked] if asked else []
    lines += [italic(words.about) + SPACE + about] if about else []
    lines += [_digest_link(content.digest, words, workspace_url)] if content.digest else []
    return [blocks.context(join(NEW_LINE, lines))] if lines else []


def _digest_link(digest: DigestRef, words: ChatWords, workspace_url: str) -> Escaped:
    address = permalink(workspace_url, digest.channel_id, digest.ts)
    label = words.digest_of.format(date=words.date(digest.on))
    return italic(words.from_digest) + SPACE + link(address, label)


def _small_headline(content: AnswerContent) -> Escaped:
    return (
        EMPTY if content.basis == "glossary" else escape(shorten(content.headline, HEADLINE_CHARS))
    )


def _body(content: AnswerContent) -> list[Escaped]:
    """Return the paragraphs, each at most as long as a section; a glossary's term stands on top."""
    used: set[str] = set()
    lines: list[Escaped] = []
    headline = one_line(content.headline)
    if headline and content.basis == "glossary":
        lines.append(bold(shorten(headline, HEADLINE_CHARS)))
        used.add(headline.lower())
    terms = [shorten(term.term, NAME_CHARS) for term in content.terms]
    left = MAX_ANSWER_CHARS
    for sentences in content.paragraphs:
        text = shorten(" ".join(map(one_line, sentences)), max(left, 1))
        left -= len(text)
        ours = content.basis == "cannot"
        said = with_code(text) if ours else emphasise(text, terms, used)
        lines += said.split(blocks.SECTION_CHARS)
        if left <= 0:
            break
    lines += _words_in_it(content)
    return lines or [escape(chat_words_for(content.language).nothing)]


def _words_in_it(content: AnswerContent) -> list[Escaped]:
    """Return the meanings of terms where no model could weave them into the sentences."""
    if content.basis != "extractive":
        return []
    unsaid = [term for term in content.terms if not stands_in(term.meaning, content.text)]
    terms = tuple(map(_bounded, unsaid[:MAX_TERMS]))
    listed = join(NEW_LINE, glossary_lines(terms, words_for(content.language)))
    return [listed] if listed else []


def _bounded(term: ExplainedTerm) -> ExplainedTerm:
    return ExplainedTerm(
        term=shorten(term.term, NAME_CHARS),
        meaning=shorten(term.meaning, TERM_CHARS // 2),
        comparison=shorten(term.comparison, TERM_CHARS // 2),
    )


def _small_print(content: AnswerContent, words: ChatWords, news_words: Words) -> Escaped:
    lines = [
        _sources(content, words, news_words),
        escape(" ".join(closing_sentences(content))),
        escape(words.reply_hint if content.follow_up_hint else ""),
    ]
    return join(NEW_LINE, lines).cut(blocks.CONTEXT_CHARS)


def _sources(content: AnswerContent, words: ChatWords, news_words: Words) -> Escaped:
    unique = {source.url or source.name: source for source in content.sources}
    named = [_named(source, words) for source in unique.values()]
    for shown in range(min(MAX_SOURCES, len(named)), 0, -1):
        line = source_names(named, news_words, shown)
        if len(line) <= SOURCES_CHARS:
            return italic(words.sources) + SPACE + line
    return italic(words.sources) + SPACE + escape(named[0].name) if named else escape("")


def _named(source: Source, words: ChatWords) -> NamedSource:
    remark = words.paywalled if source.paywalled else ""
    return NamedSource(name=shorten(source.name, NAME_CHARS), url=source.url, remark=remark)


def _buttons(content: AnswerContent, words: ChatWords) -> Iterator[Block]:
    key = content.request_key
    offers = (
        (content.can_share, words.share, ids.SHARE),
        (content.can_simplify, words.simpler, ids.SIMPLER),
        (content.can_detail, words.more_detail, ids.MORE_DETAIL),
        (content.can_ask_model, words.ask_model, ids.ASK_MODEL),
    )
    row = [
        blocks.button(escape(text), action_id=action_id, value=key)
        for offered, text, action_id in offers
        if offered
    ]
    if row:
        yield blocks.actions(row, block_id=ids.answer_block("buttons", key))
    if content.can_rate:
        yield feedback_block(words, key)


def feedback_block(words: ChatWords, request_key: str) -> Block:
    """Return the thumbs under the answer to a request."""
    return blocks.feedback(
        ids.FEEDBACK,
        good=(escape(words.helpful), ids.feedback_value("good", request_key)),
        bad=(escape(words.not_helpful), ids.feedback_value("bad", request_key)),
        block_id=ids.answer_block("feedback", request_key),
    )


def _fallback(content: AnswerContent, lines: Sequence[Escaped]) -> str:
    """Return the sentences, then the addresses: what a screen reader and a notification get."""
    addresses = join(SPACE, [bare_link(s.url) for s in content.sources[:2] if safe_url(s.url)])
    room = blocks.FALLBACK_CHARS - 1 - len(lines) - len(addresses) - 2
    return str(join(NEW_LINE, (*cut_lines(lines, room), addresses)))


def _text_of(page: Sequence[Block]) -> str:
    # Already escaped; a section is shorter than the fallback may be.
    text: str = page[0]["text"]["text"]
    return text


def _pages(found: Sequence[Block], size: Callable[[Block], int] = weight) -> list[list[Block]]:
    pages: list[list[Block]] = [[]]
    room = PAGE_WEIGHT
    for block in found:
        needed = size(block)
        if needed > room and pages[-1]:
            pages.append([])
            room = PAGE_WEIGHT
        pages[-1].append(block)
        room -= needed
    return pages
