"""
Whether a message found in Slack is one that we sent, by what it says. Pure.

Slack does not give text back as it took it: emoji become shortcodes, addresses become links, white
space goes, long text is cut. So words are compared, in their order and number, and numbers (a
digest's date is one) must all be the same. Every pattern is linear in the text, which is others'.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from bot.render.message import Message
from bot.slack.tail import texts_in

# Of the words, so many must be there: an emoji that is also a letter, a mention with its name.
_ENOUGH: Final = 0.9
# A message of which only the beginning came back is known by no less than this.
_FEWEST_OF_A_CUT: Final = 40
_LABELLED: Final = re.compile(r"<[^<>|]*\|([^<>]*)>")
_REFERENCE: Final = re.compile(r"<[@#!][^<>]*>")
_SHORTCODE: Final = re.compile(r":[a-z0-9_+'-]{1,80}:")
_KEYCAP: Final = re.compile("[0-9#*]\ufe0f?\u20e3")
# Short, since Python refuses to read a number of thousands of digits.
_ENTITY: Final = re.compile(r"&#?\w{1,8};")
_WORD: Final = re.compile(r"[^\W_]+")


def says_the_same(sent: Message, found: dict[str, Any]) -> bool:
    """
    Return whether *found*, a message as Slack's history shows it, says what *sent* does.

    Either the texts or the blocks have to agree: Slack drops one of them now and then.
    """
    if _is_same(sent.text, found.get("text")):
        return True
    blocks = found.get("blocks")
    return bool(sent.blocks) and _is_same(_of(list(sent.blocks)), _of(blocks))


def _of(blocks: Any) -> str:
    return "\n".join(texts_in(blocks))


def _is_same(sent: str, found: Any) -> bool:
    ours, theirs = _words(sent), _words(found if isinstance(found, str) else "")
    if len(theirs) < _ENOUGH * len(ours):
        if len(theirs) < _FEWEST_OF_A_CUT:
            return False
        # Cut off, maybe in the middle of a word.
        theirs = theirs[:-1]
        ours = ours[: len(theirs)]
    return bool(ours) and _numbers(ours) == _numbers(theirs) and _agree(ours, theirs)


def _agree(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    common = (Counter(ours) & Counter(theirs)).total()
    return common >= _ENOUGH * max(len(ours), len(theirs))


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if any(map(str.isdecimal, word))]


def _words(text: str) -> list[str]:
    text = _LABELLED.sub(r"\1", _REFERENCE.sub(" ", text))
    text = _ENTITY.sub(lambda it: html.unescape(it[0]), text)
    text = _SHORTCODE.sub(" ", _KEYCAP.sub(" ", text))
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())
