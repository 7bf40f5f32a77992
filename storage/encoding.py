"""
Values as stored JSON text.

Each document carries the version of its shape. When a value changes in a way that a default cannot
bridge, its version grows and an upgrade step is added here, so that old rows stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.chat.thread import ThreadMemory
from bot.digest.feedback_record import Effect
from bot.digest.preference import Preference
from bot.digest.rules import WorkspaceRules
from bot.errors import StorageError
from bot.explain.explanation import Explanation
from bot.news.topic import Topic

T = TypeVar("T")

Upgrade = Callable[[Any], Any]


class Codec(Generic[T]):
    """
    Turns values of one type into JSON text and back.

    Args:
        kind: The type; a dataclass or anything else that pydantic knows.
        name: What people call it, for errors.
        version: Of the shape that `dump` writes.
        upgrades: From version n to n + 1: a function on the plain JSON value.
    """

    def __init__(
        self,
        kind: Any,
        name: str,
        *,
        version: int = 1,
        upgrades: Mapping[int, Upgrade] | None = None,
    ) -> None:
        self._kind = kind
        self.name = name
        self.version = version
        self._upgrades = dict(upgrades or {})

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def dump(self, value: T) -> str:
        """Return *value* as ASCII JSON text (so that no character in it can offend a database)."""
        plain = self._adapter.dump_python(value, mode="json")
        return json.dumps({"v": self.version, "value": plain}, separators=(",", ":"))

    def load(self, text: str) -> T:
        """
        Return the value of a stored text of this or an earlier version.

        Raises:
            StorageError: The text is no such value; the cause is chained.
        """
        try:
            document = json.loads(text)
            return self._adapter.validate_python(self._upgraded(document))
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"A stored {self.name} cannot be read.",
                next_step="It may come from a newer release: upgrade plainwire.",
            ) from error

    def _upgraded(self, document: Mapping[str, Any]) -> Any:
        plain = document["value"]
        for version in range(document["v"], self.version):
            plain = self._upgrades[version](plain)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The part of a request that holds people's words, or lets one answer in their name."""

    text: str = ""
    response_url: str | None = None
    details: dict[str, str] = field(default_factory=dict)


PREFERENCE: Codec[Preference] = Codec(Preference, "preference")
EXPLANATION: Codec[Explanation] = Codec(Explanation, "explanation")
TOPICS: Codec[tuple[Topic, ...]] = Codec(tuple[Topic, ...], "list of topics")
TEXTS: Codec[tuple[str, ...]] = Codec(tuple[str, ...], "list of texts")
TOLD_STORIES: Codec[tuple[tuple[str, int], ...]] = Codec(
    tuple[tuple[str, int], ...], "list of posted stories"
)
RULES: Codec[WorkspaceRules] = Codec(WorkspaceRules, "set of workspace rules")
SAID: Codec[Said] = Codec(Said, "request")
EFFECT: Codec[Effect] = Codec(Effect, "effect of feedback")
MEMORY: Codec[ThreadMemory] = Codec(ThreadMemory, "thread")
