"""The names in a text and whether the sources have them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.explain.name_words import FAMOUS, FREE, GROUPS, NOUNS_CAPITALISED, OPENERS
from bot.explain.number_words import MONTHS, WEEKDAYS

_WORD = re.compile(r"[^\W_](?:[\w’'&+]|[-./](?=\w))*")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_SAYS = re.compile(
    r"\s+(?:says?|said|announced?|announces|released?|releases|launch(?:es|ed)|plans|denied|denies|"
    r"bought|buys|acquired|unveil(?:s|ed)|will|has|had|told|confirmed|sued|raised|agreed|is|was|"
    r"sagt|sagte|hat|will|wird|ist|war|a|va|dice|dijo|ha)\b"
)
_MIN_STEM, _STEM_SHARE = 5, 0.7
# No text of news has more different words that begin alike; a hostile one may.
_MAX_ALIKE = 50


@dataclass(frozen=True, slots=True)
class NameUse:
    """
    A capitalised word of a text.

    Attributes:
        lone: Neither neighbour is capitalised; first: it opens the sentence.
        sure: Its shape says that it is a name (inner capitals, digits, a possessive).
        says: A verb of a person or company follows.
    """

    text: str
    lone: bool
    first: bool
    sure: bool
    says: bool


class KnownNames:
    """
    What the sources and the glossary allow to be named.

    Args:
        sources: Their texts; terms: words allowed whatever the sources say (glossary terms).
    """

    def __init__(self, sources: Iterable[str], terms: Iterable[str] = ()) -> None:
        self._capitalised: set[str] = set()
        self._any_case: set[str] = set()
        self._squeezed: set[str] = set()
        for text in sources:
            self._read(text)
        for term in terms:
            self._capitalised |= {part for word in _words(term) for part in _parts(word)}
            self._squeezed.add(_squeeze(term))
        self._common_openers = self._any_case & OPENERS
        self._written = self._any_case | self._capitalised
        self._stems: dict[str, list[str]] = {}
        for word in sorted(self._capitalised):
            alike = self._stems.setdefault(word[:_MIN_STEM], [])
            if len(alike) < _MAX_ALIKE:
                alike.append(word)

    def _read(self, text: str) -> None:
        words = _words(text)
        for word in words:
            parts = _parts(word)
            self._any_case |= parts
            if word[0].isupper() or any(letter.isupper() for letter in word):
                self._capitalised |= parts
        self._capitalised |= _acronyms(words)
        self._squeezed.update(map(_squeeze, words))
        # "GPT 5" and "GPT-5" are one name.
        self._squeezed.update(
            _squeeze(first + second) for first, second in pairwise(words) if second[0].isdigit()
        )

    def has(self, use: NameUse, *, across_languages: bool = False) -> bool:
        """
        Return True when the sources name it.

        Args:
            use: From `names_in`.
            across_languages: The text is in another language than the sources, so that endings
                may differ ("Europe", "Europa").
        """
        word = fold(use.text)
        if word in FREE or self._date(word):
            return True
        if any(letter.isdigit() for letter in word):
            return _squeeze(word) in self._squeezed
        wanted = [fold(part) for part in re.split(r"[-./&+]", use.text) if part]
        # A lone capital must be one in the sources too: "Apple" is not an apple.
        pool = self._capitalised if use.lone or use.sure else self._written
        return all(
            part in pool
            or part in self._common_openers
            or (len(part) > 1 and not part[0].isupper() and part in OPENERS)
            or _inflected(part, pool)
            or (across_languages and self._akin(part))
            for part in wanted
        )

    def is_common(self, word: str) -> bool:
        """Return True when the sources write this word in lower case, or every text does."""
        folded = fold(word)
        return folded in OPENERS or (folded in self._any_case and folded not in self._capitalised)

    def _date(self, word: str) -> bool:
        for table in (MONTHS, WEEKDAYS):
            number = _folded(table).get(word)
            if number is not None:
                return any(
                    other in self._any_case
                    for other, value in _folded(table).items()
                    if value == number
                )
        return False

    def _akin(self, part: str) -> bool:
        if len(part) < _MIN_STEM or part[:_MIN_STEM] not in self._stems:
            return False
        return any(
            _shared(part, known) >= max(_MIN_STEM, _STEM_SHARE * max(len(part), len(known)))
            for known in self._stems[part[:_MIN_STEM]]
        )


def names_in(sentence: str, language: str = "en") -> list[NameUse]:
    """Return the capitalised words of one sentence that may be names."""
    matches = list(_WORD.finditer(sentence))
    capital = [match[0][0].isupper() or _is_sure(match[0]) for match in matches]
    uses = []
    for index, match in enumerate(matches):
        if not capital[index]:
            continue
        before = index > 0 and capital[index - 1] and _adjacent(sentence, matches, index - 1)
        after = (
            index + 1 < len(matches) and capital[index + 1] and _adjacent(sentence, matches, index)
        )
        text = _POSSESSIVE.sub("", match[0])
        use = NameUse(
            text=text,
            lone=not (before or after),
            first=index == 0,
            sure=_is_sure(text) or bool(_POSSESSIVE.search(match[0])),
            says=_SAYS.match(sentence, match.end()) is not None,
        )
        if language[:2] not in NOUNS_CAPITALISED or use.sure or fold(text) in FAMOUS:
            uses.append(use)
    return uses


def unknown_names(
    sentence: str,
    known: KnownNames,
    *,
    language: str = "en",
    across_languages: bool = False,
    analogy: bool = False,
) -> list[str]:
    """
    Return the names of *sentence* that the sources lack.

    Args:
        sentence: One sentence.
        known: What the sources name.
        language: Of the sentence.
        across_languages: See `KnownNames.has`.
        analogy: A comparison from everyday life: a lone capitalised word is not looked at there.
    """
    return [
        use.text
        for use in names_in(sentence, language)
        if not _is_harmless(use, known, analogy=analogy)
        and not known.has(use, across_languages=across_languages)
    ]


def _is_harmless(use: NameUse, known: KnownNames, *, analogy: bool) -> bool:
    if use.first and not use.sure:
        if known.is_common(use.text):
            return True
        # An unknown word that opens a sentence is a name when it acts like one.
        if fold(use.text) in FAMOUS:
            return False
        if use.lone and (not use.says or use.text.casefold() in GROUPS or _is_activity(use.text)):
            return True
    return analogy and use.lone and not use.sure and fold(use.text) not in FAMOUS


def _is_activity(word: str) -> bool:
    """Return True for "Training" or "Rounding"; no list holds them all."""
    return word.endswith("ing") and word[1:].islower() and len(word) > len("Boeing")


def fold(word: str) -> str:
    """Return a word without case, accents and possessive."""
    plain = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", word))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _words(text: str) -> list[str]:
    return [match[0] for match in _WORD.finditer(unicodedata.normalize("NFC", text))]


def _parts(word: str) -> set[str]:
    pieces = [piece for piece in re.split(r"[-./&+]", word) if piece]
    return {fold(word), *map(fold, pieces)}


def _squeeze(word: str) -> str:
    return re.sub(r"[\W_]", "", fold(word))


def _acronyms(words: Sequence[str]) -> set[str]:
    """Return "eu" for "European Union": initials of runs of capitalised words, small words aside."""
    found: set[str] = set()
    for start, word in enumerate(words):
        initials = ""
        for other in words[start : start + 7]:
            if other[0].isupper():
                initials += other[0].casefold()
                if len(initials) > 1 and word[0].isupper():
                    found.add(initials)
            elif other not in {"of", "and", "the", "for", "on", "de", "la", "für", "und"}:
                break
    return found


def _is_sure(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    if not letters:
        return False
    inner = any(letter.isupper() for letter in word[1:])
    return inner or (word[0].isupper() and any(letter.isdigit() for letter in word))


def _adjacent(sentence: str, matches: Sequence[re.Match[str]], index: int) -> bool:
    return sentence[matches[index].end() : matches[index + 1].start()].strip() == ""


def _inflected(part: str, pool: set[str]) -> bool:
    return any(
        part == f"{stem}{ending}" or stem == f"{part}{ending}"
        for ending in ("s", "es", "n", "en")
        for stem in (part.removesuffix(ending), f"{part}{ending}")
        if stem != part and stem in pool
    )


def _shared(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


@lru_cache(maxsize=4)
def _folded_items(items: tuple[tuple[str, int], ...]) -> dict[str, int]:
    return {fold(name): number for name, number in items}


def _folded(table: dict[str, int]) -> dict[str, int]:
    return _folded_items(tuple(table.items()))
