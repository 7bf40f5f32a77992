"""Whether a request comes from Slack; asked before anything in it is read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final

from pydantic import SecretStr

_MAX_TIMESTAMP_DIGITS: Final = 12
# Older ones, and those of a clock this far ahead, may be replayed (docs.slack.dev).
_GOOD_SECONDS: Final = 300.0


class Signature:
    """
    Verifies Slack's v0 signatures, which are good for five minutes.

    Not slack_sdk's verifier: it decodes the body first, and ends in an exception for what is no text.

    Args:
        secret: The app's signing secret, not empty.
        now: Gives UTC epoch seconds.
    """

    def __init__(self, secret: SecretStr, now: Callable[[], float]) -> None:
        self._secret = secret.get_secret_value().encode()
        self._now = now

    def may_fit(self, headers: Mapping[str, str]) -> bool:
        """Return whether the headers (any case) could sign anything now; no body is needed for it."""
        stamp = headers.get("X-Slack-Request-Timestamp", "")
        return (
            stamp.isascii()
            and stamp.isdecimal()
            and len(stamp) <= _MAX_TIMESTAMP_DIGITS
            and abs(self._now() - int(stamp)) <= _GOOD_SECONDS
            and headers.get("X-Slack-Signature", "").startswith("v0=")
        )

    def fits(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Return whether the headers sign *body*, as it came, now."""
        if not self.may_fit(headers):
            return False
        stamp = headers["X-Slack-Request-Timestamp"].encode()
        digest = hmac.new(self._secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
        given = headers["X-Slack-Signature"].encode(errors="surrogateescape")
        return hmac.compare_digest(f"v0={digest}".encode(), given)
