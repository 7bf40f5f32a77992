"""
Every error that Plainwire raises on purpose.

    PlainwireError                what went wrong, and what to do next, in words for people
    ├── UsageError                the command or the setting is wrong          (exit code 2)
    │   └── SettingsError         one or more settings are missing or invalid
    ├── JobFailed                 the work was tried and did not succeed        (exit code 1)
    ├── NotReadable               a feed or page cannot be read
    │   ├── AddressRefused        the URL leads where we do not go
    │   ├── TooLarge              more bytes than the cap
    │   ├── FetchFailed           network, HTTP status, redirect or robots.txt
    │   └── ParseFailed           the document is not what it says
    ├── ModelError                the language model gave no usable answer      (bot/model/port.py)
    ├── SlackError                Slack refused or could not be reached         (bot/slack/)
    └── StorageError              the database refused or could not be reached
        ├── Locked                another process runs on this database
        └── CipherError           a secret cannot be decrypted with the keys at hand

A room adds its own leaves next to its code; each has one of these as base. Causes are chained.
What Slack shows for an error is chosen by its type in `bot/render`, never from its text.
"""

from __future__ import annotations


class PlainwireError(Exception):
    """
    Base of all errors raised on purpose.

    Args:
        what: One sentence that says what happened. Never contains a secret.
        next_step: One sentence that says what the reader can do, or "" when nothing.
    """

    def __init__(self, what: str, *, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}".rstrip()


class UsageError(PlainwireError):
    """The command line is wrong; exit code 2."""


class SettingsError(UsageError):
    """Settings are missing or invalid; all of them are named at once."""


class JobFailed(PlainwireError):
    """The work was tried and did not succeed; exit code 1."""


class NotReadable(PlainwireError):
    """
    A feed or page cannot be read.

    Args:
        source: The URL or path as the user gave it.
    """

    def __init__(self, what: str, *, source: str = "", next_step: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.source = source


class AddressRefused(NotReadable):
    """The URL is not http(s) on an allowed port, or leads to a private address."""


class TooLarge(NotReadable):
    """The answer is larger than the cap; nothing of it is used."""


class FetchFailed(NotReadable):
    """
    The network, the server, a redirect rule or robots.txt said no.

    Args:
        status: HTTP status when there was one.
        retry_after_seconds: What the server asked for, when it did.
        cause: What kept us from the server, as `bot.news.feed.FeedReading` names it, else "".
    """

    def __init__(
        self,
        what: str,
        *,
        source: str = "",
        next_step: str = "",
        status: int | None = None,
        retry_after_seconds: float | None = None,
        cause: str = "",
    ) -> None:
        super().__init__(what, source=source, next_step=next_step)
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.cause = cause


class ParseFailed(NotReadable):
    """The document is not a feed or page, is broken beyond use, or took too long to parse."""


class SlackError(PlainwireError):
    """
    Slack refused a call or could not be reached.

    Args:
        code: Slack's own error code, such as `not_in_channel`, or "".

    Attributes:
        is_passing: Slack was not reached, or asks to wait: trying again later may well succeed.
    """

    is_passing: bool = False

    def __init__(self, what: str, *, code: str = "", next_step: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.code = code


class StorageError(PlainwireError):
    """
    The database refused or could not be reached.

    Args:
        reason: For programs that watch: "disk_full", "read_only", "disk_error", "busy",
            "unreachable", "refused", "damaged", "missing", or "other".
    """

    def __init__(self, what: str, *, next_step: str = "", reason: str = "other") -> None:
        super().__init__(what, next_step=next_step)
        self.reason = reason


class Locked(StorageError):
    """Another process runs on this database."""


class CipherError(StorageError):
    """A stored secret cannot be decrypted with the keys at hand."""
