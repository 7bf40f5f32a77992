"""
Answers on their way: pieces for `chat.appendStream`'s `markdown_text`, safe in both of Slack's dialects.

A streamed piece is read as standard Markdown; when streaming is refused the same piece is posted as
mrkdwn. Nobody outside Slack knows how far mentions are parsed in a stream, so a piece is safe in both:
- `&`, `<`, `>` are entities (no mention, link, date or HTML; none can form across two pieces either,
  for no piece ever holds a bare `<`); backticks, `*`, `_`, `~` at a word's edge are look-alikes;
- a Markdown link or image cannot form: "](", "][" and "]:" are taken apart by a space;
- bare @here, @channel and @everyone get a look-alike "@", for a stream has no `verbatim`;
- a piece at the start of a line cannot become a heading, list, rule or table.
A term is marked `*term*`, which is emphasis in both dialects; an address shows itself, `<https://…>`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.chat.content import AnswerContent
from bot.render.clean import one_line
from bot.render.emphasis import emphasise
from bot.render.links import safe_url
from bot.render.mrkdwn import EMPTY, Escaped, bare_link, escape, escape_piece, join, trusted

SENTENCE_BREAK: Final = trusted(" ")
PARAGRAPH_BREAK: Final = trusted("\n\n")
MAX_PIECE_CHARS: Final = 3_000
MAX_TAIL_SOURCES: Final = 4
_LINK_JOINT = re.compile(r"\](?=\s?[(\[:])")
_BROADCAST = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_LINE_START = re.compile(r"^(?:[#|=]+|[-+](?=\s|[-+]))")
_LINE_LOOKALIKES = str.maketrans({"#": "＃", "-": "–", "+": "＋", "|": "¦", "=": "＝"})


def stream_piece(sentence: str, terms: Sequence[str], used: set[str]) -> Escaped:
    """
    Return one checked sentence for a stream, its terms marked at first use.

    Args:
        sentence: Plain text; white space at its ends is dropped, so put `SENTENCE_BREAK` or
            `PARAGRAPH_BREAK` between two pieces.
        terms: What to mark.
        used: Lower-case terms already marked in this answer; grows.
    """
    return emphasise(disarm_markdown(sentence), terms, used).cut(MAX_PIECE_CHARS)


def stream_tail(content: AnswerContent, closing: Sequence[str] = ()) -> Escaped:
    """
    Return what ends a streamed answer that cannot be updated afterwards: sources and small print.

    Args:
        content: The whole answer.
        closing: Sentences such as the label; see `answer_message.closing_sentences`.
    """
    named = [_named(source.name, source.url) for source in content.sources[:MAX_TAIL_SOURCES]]
    lines = [join(trusted(", "), named), *(escape(disarm_markdown(text)) for text in closing)]
    body = join(trusted("\n"), lines)
    return PARAGRAPH_BREAK + body if body else EMPTY


def disarm_markdown(text: str) -> str:
    """Return outside text on one line in which standard Markdown has nothing to format."""
    text = _BROADCAST.sub("＠", _LINK_JOINT.sub("] ", one_line(text)))
    # "] (" is no link, and neither is "]  (": one_line folds what a second pass would add.
    return _LINE_START.sub(lambda match: match.group().translate(_LINE_LOOKALIKES), one_line(text))


def _named(name: str, url: str) -> Escaped:
    address = bare_link(url) if safe_url(url) else EMPTY
    return join(trusted(" "), (escape_piece(disarm_markdown(name)), address))
