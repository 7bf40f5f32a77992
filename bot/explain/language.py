"""Whether a text is in the language wanted, by its script and its small words. Pure, and cautious."""

from __future__ import annotations

import re

# The small words that make up a third of any text, chosen so that few are shared.
_SMALL_WORDS = {
    "en": "the of and to in is that for it with as was on are be this by which have from not they has its",
    "de": "der die das und ist nicht ein eine zu den mit von auf für im dem sich des auch wird sie dass bei",
    "fr": "le la les et est des une dans que pour qui sur pas au du avec ce il par sont plus ne cette",
    "es": "el los las y es una que en por con para del se al lo como más su sus pero fue este ha",
    "it": "il lo gli e è una di che per con non del della sono nel alla dei si anche più come ha",
    "pt": "o os as e é uma que em para com não do da dos das no na se por mais como foi ao pelo",
    "nl": "de het een en van is dat niet op te zijn met voor die aan er ook door als bij naar wordt",
}
_SETS = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
# Languages that share a script with one of the above.
_SAME_SCRIPT = {"uk": "ru", "bg": "ru", "sr": "ru", "fa": "ar", "ur": "ar", "mr": "hi"}
_MIN_WORDS, _CLEAR = 12, 1.5
_SCRIPT_SHARE = 0.2


def guess(text: str) -> str | None:
    """Return the two-letter code of the language of *text*, or None when that is not clear."""
    letters = sum(letter.isalpha() for letter in text)
    for code, script in _SCRIPTS.items():
        if letters and len(script.findall(text)) > _SCRIPT_SHARE * letters:
            return code
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if len(words) < _MIN_WORDS:
        return None
    scores = {code: sum(word in small for word in words) for code, small in _SETS.items()}
    (best, first), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    return best if first >= _CLEAR * max(second, 1) else None


def is_in(text: str, language: str) -> bool:
    """Return False only when *text* is clearly in another language than *language*."""
    found = guess(text)
    wanted = language[:2].casefold()
    if found is None or found == _SAME_SCRIPT.get(wanted, wanted):
        return True
    # Chinese characters alone may also be a Japanese headline; Latin text in an unlisted language
    # is nobody's proof of anything.
    return (found == "zh" and wanted == "ja") or (
        wanted not in _SETS and found in _SETS and wanted not in _SCRIPTS
    )
