"""What HTTP headers say, as pure functions; a header that makes no sense says nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_MAX_VALIDATOR_CHARS = 500


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Return how long the server asks to wait (RFC 9110, 10.2.3: seconds or an HTTP date)."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at - now).total_seconds())


def max_age_seconds(value: str | None) -> float | None:
    """Return max-age of a Cache-Control header."""
    found = _MAX_AGE.search(value or "")
    return float(found[1]) if found else None


def charset_of(content_type: str) -> str:
    """Return the charset parameter in lower case, or ""."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""


def media_type(content_type: str) -> str:
    """Return "text/html" for "Text/HTML; charset=utf-8"."""
    return content_type.partition(";")[0].strip().lower()


def validator(value: str | None) -> str | None:
    """Return an ETag or Last-Modified fit to be sent back as a header, else None."""
    if not value or len(value) > _MAX_VALIDATOR_CHARS or not value.isascii():
        return None
    return value if value.isprintable() else None
