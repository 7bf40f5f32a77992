"""
Names that look like domains: "Character.ai" in a sentence is a company, "evil-login.com" an address.

A name has to stand in what the sentence rests on, and look like a name there. Pure data and rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import files

from bot.explain.outgoing.fold import fold
from bot.news.text import word_set

# Endings of files that are top-level domains too.
_FILES = word_set("py sh md rs pl cc so ps ml mm")
# Endings under which products name themselves; a name there needs no other sign than its capital.
_PRODUCTS = word_set("ai io app dev net new gg so fm im")
_NEVER = word_set(
    "arpa bit corp eth example home i2p internal invalid lan local localhost onion test"
)
# What a host of somebody who wants people to sign in, pay or download is called.
_LURE = re.compile(
    r"log-?[io]n|sign-?[iu]n|signup|verif|secur|account|wallet|claim|prize|bonus|gift|reward|airdrop|passw|auth|"
    r"sso|mfa|billing|payment|refund|update|support|helpdesk|recover|unlock|free|gratis|promo|casino|portal|"
    r"confirm|evil|phish|malware|hack|attack|scam|exploit|payload|mirror|download|install|credential|token"
)
_OTHERS = re.compile(
    r"slack|plainwire|paypal|docusign|google|openai|anthropic|microsoft|amazon|apple|github|chatgpt|"
    r"netflix|bank|office|outlook|gmail|facebook|meta-|claude|gemini|coinbase|binance|metamask"
)
# Right before an address that somebody is sent to.
_SENT_THERE = re.compile(
    r"\b(?:visit|go(?:es|ing)? to|head(?: over)? to|browse(?: to)?|open|check out|found (?:at|on)|hosted (?:at|on|by)|"
    r"available (?:at|on|from|via|under)|downloaded? (?:it |them )?(?:from|at)|get (?:it|them) (?:from|at|on)|"
    r"(?:sign(?:ed)?|log(?:ged)?)[ -]?(?:in|up|on) (?:at|on|to|via)|regist\w+ (?:at|on|with)|mirrored (?:at|on)|"
    r"(?:details|more|information|info|weights|instructions|files?|code|report|read it) (?:are |is )?(?:at|on|via|from)|"
    r"besuchen sie|unter|sur le site|visitez|visite)\s+(?:the (?:site|page|website) )?[\"'(\[]?$",
    re.IGNORECASE,
)
_LOCATED = re.compile(r"\b(?:at|on|via|from|to|see|under|over at)\s+[\"'(\[]?$", re.IGNORECASE)
# What companies do, and addresses do not.
_ACTS = re.compile(
    r"'s\b|\s(?:said|says|told|raise[sd]?|raising|sue[sd]?|suing|buys?|bought|cuts?|laid|lays|hire[sd]?|fire[sd]?|"
    r"reports?|reported|announce[sd]?|plans?|shares?|shut|bans?|banned|fell|rose|admits?|admitted|warns?|warned|wants|"
    r"adds?|added|drops|dropped|launche[sd]|tests|tested|joins|joined|replaces|builds|built|blocks|blocked|unveils|unveiled|introduce[sd]|"
    r"lets (?!you|readers)|trains|trained|closes|expands|partners|signs(?! (?:in|up))|sells|sold|opens|opened|"
    r"kundigt|entlasst|testet|setzt|baut|kauft|verklagt|teste|licencie|rachete|"
    r"agrees|agreed|settle[sd]?|loses|lost|wins|won|founder|boss|chief|employees|staff|users|customers|shareholders)\b"
)
_NEAR_CHARS = 60
_TWO_LABELS = 2


class Names:
    """
    The texts that names may come from: titles and articles, or what a person asked.

    Args:
        texts: Read when a token is asked for that may be a name, which is seldom.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)

    @cached_property
    def _text(self) -> str:
        return "\n".join(map(fold, self._texts))

    @cached_property
    def _lower(self) -> str:
        return self._text.casefold()

    def has(self, name: str) -> bool:
        """Return whether the texts hold *name*, whatever its case."""
        return name.casefold() in self._lower

    def is_name(self, token: str, sentence: str, start: int) -> bool:
        """
        Return whether a token such as "Character.ai" is a name where it stands.

        Args:
            token: Labels with dots between them, no path.
            sentence: Folded.
            start: Where the token stands in it.
        """
        low = token.casefold()
        labels = low.split(".")
        if not token or not self.has(low) or not low.isascii() or labels[-1] in _NEVER:
            return False
        if low in _known():
            return True
        if len(labels) != _TWO_LABELS or _LURE.search(low):
            return False
        if labels[-1] in _FILES:
            return True
        if (
            "-" in low
            or "_" in low
            or (_OTHERS.search(labels[0]) and not _OTHERS.fullmatch(labels[0]))
        ):
            return False
        before = sentence[max(0, start - _NEAR_CHARS) : start]
        after = sentence[start + len(token) : start + len(token) + _NEAR_CHARS]
        return not _SENT_THERE.search(before) and self._looks_like_one(token, before, after)

    def _looks_like_one(self, token: str, before: str, after: str) -> bool:
        ending = token.rsplit(".", 1)[1].casefold()
        if token.islower():
            return ending == "ai" and not _LOCATED.search(before)
        return ending in _PRODUCTS or bool(_ACTS.match(after)) or self._is_told_of(token)

    def _is_told_of(self, token: str) -> bool:
        """Return whether the texts have it with its capital inside a sentence in ordinary case."""
        capital = token[0].upper() + token[1:]
        at = self._text.find(capital)
        while at >= 0:
            before = self._text[max(0, at - _NEAR_CHARS) : at]
            words = before.rsplit("\n", 1)[-1].split()[-4:]
            if (
                words
                and words[-1][-1:] not in ".!?:"
                and any(word.islower() for word in words[-2:])
            ):
                return True
            at = self._text.find(capital, at + 1)
        return False


@cache
def _known() -> frozenset[str]:
    """Return companies, products and sites that everybody calls by their domain, whatever its case."""
    return word_set(files("bot.explain.outgoing").joinpath("known_names.txt").read_text("utf-8"))
