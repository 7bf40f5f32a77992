"""Signs that a page shows a teaser only, as pure rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

# schema.org's own property, in any of the spellings seen: false, "False", "http://schema.org/False".
_NOT_FREE = re.compile(
    r"\"isAccessibleForFree\"\s*:\s*\"?(?:https?://schema\.org/)?false\b", re.IGNORECASE
)
_TIER_NAMES = (
    "article:content_tier",
    "og:article:content_tier",
    "content_tier",
    "cxenseparse:paywall",
)
_LOCKED = frozenset(
    {"locked", "paid", "premium", "subscriber", "subscribers", "hard", "true", "yes"}
)
_TEASER_MAX_CHARS = 1_200
_INVITATION = re.compile(
    r"subscribe to (?:continue|read|keep)|to continue reading|already (?:a subscriber|subscribed)"
    r"|subscribers? only|for subscribers|this (?:article|story|content) is (?:reserved )?for "
    r"|subscribe (?:now )?(?:for|to get) (?:full|unlimited) access|unlock this (?:article|story)"
    r"|jetzt weiterlesen|nur für abonnent|mit einem abo|réservé aux abonnés|solo para suscriptores",
    re.IGNORECASE,
)


def says_not_free(metas: Mapping[str, str], linked_data: str) -> bool:
    """
    Tell whether the page declares a wall.

    Args:
        metas: Names in lower case with their contents.
        linked_data: The text of its JSON-LD scripts; read by pattern, since it is often broken.
    """
    if _NOT_FREE.search(linked_data):
        return True
    return any(metas.get(name, "").strip().lower() in _LOCKED for name in _TIER_NAMES)


def teaser_only(article: str, html: str) -> bool:
    """Tell whether there is hardly any text beside words that ask for a subscription."""
    return len(article) < _TEASER_MAX_CHARS and bool(_INVITATION.search(html))
