"""Which source people mean by a domain, an address or a name (pure)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bot.digest.typed import Wrong, shown
from bot.explain.outgoing.named import shown_name
from bot.news.feed import Feed
from bot.news.urlkey import outlet_of

# More than any name or address that names a source.
_MAX_TYPED_CHARS = 2_000
# Likeness is worked out letter by letter with every name.
_MAX_LIKE_CHARS = 100
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_][\w-]*[^\W_]")
_ARTICLE = re.compile(r"^the\s+")


def known_outlets(feeds: Iterable[Feed]) -> dict[str, str]:
    """Return outlet -> the name that people see, of feeds whose names may be seen."""
    return {
        feed.outlet: shown_name(feed.name, feed.outlet, feed.url) for feed in feeds if feed.outlet
    }


def find_outlet(typed: str, known: Mapping[str, str]) -> str | Wrong:
    """
    Return the outlet that *typed* means.

    A domain or an address need not be known: a source can be muted before it is ever read.

    Args:
        typed: "theledger.example", "https://www.theledger.example/news", "The Ledger".
        known: From `known_outlets`.
    """
    typed = typed[:_MAX_TYPED_CHARS]
    name = _folded(typed)
    by_name = {outlet for outlet, label in known.items() if _folded(label) == name}
    by_name |= {outlet for outlet in known if outlet.casefold() == typed.strip().casefold()}
    if len(by_name) == 1:
        return by_name.pop()
    address = typed.strip() if "://" in typed else f"https://{typed.strip()}"
    host = address.partition("://")[2].partition("/")[0]
    outlet = outlet_of(address) if _DOMAIN.fullmatch(host) else ""
    return outlet or _unknown(typed, known)


def _unknown(typed: str, known: Mapping[str, str]) -> Wrong:
    labels = {_folded(label): outlet for outlet, label in known.items()}
    near = difflib.get_close_matches(
        _folded(typed)[:_MAX_LIKE_CHARS],
        [label for label in labels if len(label) <= _MAX_LIKE_CHARS],
        1,
        0.6,
    )
    if near:
        outlet = labels[near[0]]
        return Wrong(
            f"I know no source called “{shown(typed)}”; did you mean {known[outlet]} ({outlet})?"
        )
    return Wrong(
        f"I know no source called “{shown(typed)}”; write its domain, such as theledger.example."
    )


def _folded(name: str) -> str:
    return _ARTICLE.sub("", " ".join(name.casefold().split()))
