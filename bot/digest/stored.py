"""A composed message as JSON text, as the ledger keeps it between composing and posting (pure)."""

from __future__ import annotations

import json
from functools import lru_cache

from bot.render.message import Message


def dump_message(message: Message) -> str:
    """Return the message as compact JSON text."""
    document = {"text": message.text, "blocks": list(message.blocks)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)
def load_message(stored: str) -> Message:
    """
    Return the message that `dump_message` wrote: the same object for the same text, unchanged by all.

    Raises:
        ValueError, KeyError: The text is not one of ours.
    """
    document = json.loads(stored)
    return Message(text=document["text"], blocks=tuple(document["blocks"]))
