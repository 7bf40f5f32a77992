"""
How our commands are called in this app: `plainwire manifest --prefix acme` makes /acme-digest.

All of our sentences name a command as code, "`/digest help`". Text from outside cannot: the escaper
takes its backticks. So the finished message is where commands get their names, in one place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.render.inputs import View
from bot.render.message import Message

_COMMAND = re.compile(r"`/(?=(?:digest|explain)\b(?!-))")
_TYPED = re.compile(r"/(?P<prefix>[a-z0-9_-]+)-(?:digest|explain)")


class CommandNames:
    """
    Puts the prefix before every command in what we say.

    Args:
        prefix: As given to `plainwire manifest`; "" for none.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    def heard(self, command: str) -> None:
        """Note how a command that somebody typed is called; an app has one prefix for all of them."""
        typed = _TYPED.fullmatch(command)
        self.prefix = typed["prefix"] if typed else self.prefix

    def words(self, text: str) -> str:
        """Return a sentence with our commands by their names here."""
        return _COMMAND.sub(f"`/{self.prefix}-", text) if self.prefix else text

    def message(self, message: Message) -> Message:
        """Return a message with our commands by their names here."""
        if not self.prefix:
            return message
        return replace(
            message, text=self.words(message.text), blocks=tuple(map(self._named, message.blocks))
        )

    def view(self, view: View) -> View:
        """Return a view with our commands by their names here."""
        return self._named(view) if self.prefix else view

    def _named(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, dict):
            return {name: self._named(item) for name, item in value.items()}
        return [self._named(item) for item in value] if isinstance(value, list) else value
