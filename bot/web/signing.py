"""Whether a request comes from Slack; asked before anything in it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import SecretStr
from slack_sdk.signature import Clock, SignatureVerifier

_MAX_TIMESTAMP_DIGITS = 12


class _At(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()


class Signature:
    """
    Verifies Slack's v0 signatures, which are good for five minutes.

    Args:
        secret: The app's signing secret, not empty.
        now: Gives UTC epoch seconds.
    """

    def __init__(self, secret: SecretStr, now: Callable[[], float]) -> None:
        self._verifier = SignatureVerifier(secret.get_secret_value(), _At(now))

    def fits(self, body: str, headers: Mapping[str, str]) -> bool:
        """Return whether the headers (any case) sign *body*, now."""
        stamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        # The library's own check ends in an exception for what is no number and no ASCII.
        usable = (
            stamp.isascii()
            and stamp.isdecimal()
            and len(stamp) <= _MAX_TIMESTAMP_DIGITS
            and signature.isascii()
        )
        return usable and self._verifier.is_valid(body, stamp, signature)
