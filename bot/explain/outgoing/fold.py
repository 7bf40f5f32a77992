"""
One spelling for every disguise of the same words. Pure; linear in the length of the text.

Full-width and mathematical letters, letters of other scripts that look Latin, invisible characters
and stacked accents all read the same to people; what is looked for has to look the same to us.
"""

from __future__ import annotations

import re
import unicodedata

# Categories that draw nothing, less white space; and letters that draw nothing.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANKS = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"\w+")
_SIGNS = str.maketrans(
    dict.fromkeys("\u3002\uff61\u2024\u2027\u30fb\u00b7\u2219\u22c5\u06d4\u0701\u0702\ua4f8", ".")
    | dict.fromkeys("’‘ʼʹ`´", "'")
    | dict.fromkeys("‐‑‒﹣−", "-")
    | dict.fromkeys("∶։˸ː꞉", ":")
    | dict.fromkeys("∕⁄⧸", "/")
    # Letters that have no accent to take off.
    | {"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE"}
)
_LOOKS_LATIN = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнАЕОРСУХІЈЅКМТВНαορνικτυχεΑΟΡΝΙΚΤΥΧΕΒΗΜΖ",
    "aeopcyxijshdqwkmtbhAEOPCYXIJSKMTBHaopviktuxeAOPNIKTYXEBHMZ",
)
# Scripts that put no blank between a word and an address: "访问evil.com下载".
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_NO_BLANKS = re.compile(rf"(?<=[A-Za-z0-9])(?=[{_DENSE}])|(?<=[{_DENSE}])(?=[A-Za-z0-9+])")
_HAS_LATIN = re.compile("[A-Za-z]")
_HAS_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")


class _Seen(dict[int, str]):
    """What people see of a character: nothing, a digit, or itself; filled as characters come."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        seen = letter
        if not letter.isspace() and unicodedata.category(letter) in _INVISIBLE:
            seen = ""
        elif not letter.isascii() and (digit := unicodedata.decimal(letter, None)) is not None:
            seen = str(digit)
        self[code] = seen
        return seen


_SEEN = _Seen()


def fold(text: str) -> str:
    """Return *text* in one spelling, with its case and line breaks; other white space is a blank."""
    if not text.isascii():
        text = text.translate(_SEEN)
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", _FILLERS.sub("", text)))
        text = unicodedata.normalize("NFC", text).translate(_SIGNS)
        text = _NO_BLANKS.sub(" ", _WORD.sub(_one_script, text))
    else:
        text = (text if text.isprintable() else text.translate(_SEEN)).replace("`", "'")
    return _BLANKS.sub(" ", _BREAKS.sub("\n", text)).strip()


def squashed(text: str) -> str:
    """Return the letters and digits alone, in lower case, whatever stood between them."""
    folded = fold(text).translate(_LOOKS_LATIN).casefold()
    return "".join(filter(str.isalnum, folded))


def _one_script(match: re.Match[str]) -> str:
    """Return a word that mixes Latin with look-alikes of it in Latin; other words stay."""
    word = match[0]
    if word.isascii() or not (_HAS_LATIN.search(word) and _HAS_LOOKALIKE.search(word)):
        return word
    return word.translate(_LOOKS_LATIN)
