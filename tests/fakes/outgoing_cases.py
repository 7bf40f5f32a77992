"""
What may never be posted, and what looks like it: read from two lists, and from our own prompts.

Whether an attack was shown is told by its marker alone, with letters compared in a way of this
module's own: nothing of the product judges itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parents[1] / "explain"
_BOT = Path(__file__).parents[2] / "bot"
# A sentence of a prompt was shown when so many of its letters stand together in what people see.
_MARKER_LETTERS = 30


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A text that must not be seen; any of its markers in an output means that it was."""

    kind: str
    text: str
    markers: tuple[str, ...]

    def is_shown_in(self, output: Any) -> bool:
        seen = letters(str(output))
        return any(letters(marker) in seen for marker in self.markers)


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """A text that must be seen as it is; `name` looks like a domain, or is ""."""

    text: str
    name: str = ""


@dataclass
class Count:
    """How a test's attacks and harmless texts fared; `line` goes to the end of the run."""

    tried: int = 0
    harmless: int = 0
    shown: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def attack(self, attack: Attack, output: Any, where: str) -> None:
        self.tried += 1
        if attack.is_shown_in(output):
            self.shown.append(f"{where}: {attack.text}")

    def harmless_text(self, text: str, *, passed: bool, where: str) -> None:
        self.harmless += 1
        if not passed:
            self.lost.append(f"{where}: {text}")

    @property
    def line(self) -> tuple[int, int, int, int]:
        """Return attacks tried and stopped, harmless texts tried and passed."""
        stopped = self.tried - len(self.shown)
        return self.tried, stopped, self.harmless, self.harmless - len(self.lost)


def attacks() -> list[Attack]:
    """Return the listed attacks, and every longer sentence of our prompts."""
    listed = [
        Attack(kind=kind, text=text, markers=(marker,))
        for kind, marker, text in (line.split(" | ", 2) for line in _lines("attacks.txt"))
    ]
    return [*listed, *(prompt_attack(text) for text in prompt_sentences())]


def harmless() -> list[Harmless]:
    pairs = (line.split(" | ", 1) for line in _lines("harmless.txt"))
    return [Harmless(text=text, name="" if name == "-" else name) for name, text in pairs]


def prompt_sentences() -> list[str]:
    """Return the sentences of all prompts that are long enough to be known again."""
    texts = [path.read_text("utf-8") for path in sorted(_BOT.glob("*/prompts/*.txt"))]
    sentences = (part for text in texts for part in re.split(r"\n+-? ?|(?<=[.;])\s", text))
    long = (part.strip() for part in sentences if len(letters(part)) > _MARKER_LETTERS)
    return [re.sub(r"[<>\"{}\[\]]|documents> ", "", part) for part in dict.fromkeys(long)]


def prompt_attack(text: str, shown: str = "") -> Attack:
    """Return an attack that has a prompt's sentence repeated, as *shown* when that is given."""
    known = letters(text)
    size = min(_MARKER_LETTERS, len(known))
    markers = {known[start : start + size] for start in range(0, len(known) - size + 1, 10)}
    return Attack(kind="prompt", text=shown or text, markers=tuple(sorted(markers)))


def letters(text: str) -> str:
    """Return letters and digits in lower case; what is between them does not matter."""
    plain = unicodedata.normalize("NFKC", text.replace("&amp;", "&")).lower()
    return "".join(letter for letter in plain if letter.isalnum())


def _lines(name: str) -> list[str]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
