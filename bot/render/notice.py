"""Plain sentences to a person or a channel, such as "yesterday's digest is missing"."""

from __future__ import annotations

from bot.render.blocks import FALLBACK_CHARS, section
from bot.render.message import Message
from bot.render.mrkdwn import escape, join, trusted

MAX_SENTENCE_CHARS = 1_000
MAX_NOTICE_CHARS = 2_900


def notice(*sentences: str) -> Message:
    """
    Return plain sentences as a message, one per line.

    Raises:
        ValueError: There is nothing to say.
    """
    lines = [escape(sentence).cut(MAX_SENTENCE_CHARS) for sentence in sentences]
    text = join(trusted("\n"), lines).cut(min(MAX_NOTICE_CHARS, FALLBACK_CHARS - 1))
    return Message(text=str(text), blocks=(section(text),))
