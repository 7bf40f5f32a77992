"""
The last gate before a stream: escaped mrkdwn made safe where Slack reads standard Markdown.

A stream's `markdown_text` is another language than a block's mrkdwn. Entities disarm mentions in
both; links in square brackets, headings, lists and a lone "*" inside a word are alive only here.
`bot/render/stream.py` makes pieces that pass unchanged; whatever else comes is disarmed here.
"""

from __future__ import annotations

import re

from bot.render.mrkdwn import Escaped

# Our own labelled link; every other "<" is an entity by now.
_LINK = re.compile(r"<(?P<url>https?://[^|<>\s]+)\|(?P<label>[^<>]*)>")
# "[label](url)", "[label][name]" and "[name]: url" need these next to each other.
_JOINT = re.compile(r"\](?=\s?[(\[:])")
_IN_WORD = re.compile(r"(?<=[^\W_])[*~](?=[^\W_])")
_LOOKALIKES = {"*": "∗", "~": "∼"}
# A heading, list, rule or table row begins with one of these and a space, or repeats it.
_LINE_START = re.compile(r"^(?P<mark>#{1,6}|[-+*]|\d{1,9}[.)])[ \t]", re.MULTILINE)
_RULE = re.compile(r"^(?=[ \t]*(?:(?:[-_=][ \t]*){3,}|\|))", re.MULTILINE)
_NO_BREAK = "\u00a0"


def as_markdown(piece: Escaped) -> str:
    """
    Return a piece as standard Markdown in which only our own emphasis and links are alive.

    Idempotent for text without links. White space at the ends stays.
    """
    text, parts, at = str(piece), [], 0
    for found in _LINK.finditer(text):
        parts += [_disarmed(text[at : found.start()]), _link(found["url"], found["label"])]
        at = found.end()
    return "".join([*parts, _disarmed(text[at:])])


def _disarmed(text: str) -> str:
    text = _IN_WORD.sub(lambda found: _LOOKALIKES[found.group()], _JOINT.sub("] ", text))
    # A list marker needs an ordinary space behind it; this one looks the same and is none.
    text = _LINE_START.sub(lambda found: found["mark"] + _NO_BREAK, text)
    return _RULE.sub(_NO_BREAK, text)


def _link(url: str, label: str) -> str:
    target = url.replace("(", "%28").replace(")", "%29")
    shown = label.replace("[", "(").replace("]", ")")
    return f"[{shown}]({target})" if shown else f"<{target}>"
