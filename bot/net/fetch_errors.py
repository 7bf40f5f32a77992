"""What goes wrong on the wire, as sentences for people."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.errors import AddressRefused, FetchFailed, TooLarge


def too_large(url: str, max_bytes: int) -> TooLarge:
    """Return the error for a body over the cap."""
    return TooLarge(
        f"{shown_host(url)} sends more than {max_bytes / 1_000_000:g} MB.",
        source=url,
        next_step="Nothing of it was used.",
    )


def explained(
    error: Exception, *, host: str, source: str, refused: bool
) -> AddressRefused | FetchFailed:
    """
    Turn what the HTTP library raises into a sentence.

    Args:
        error: From aiohttp or the operating system.
        host: Whom we asked.
        source: The URL as the user gave it.
        refused: The guard turned an address of this request away.
    """
    if refused:
        return AddressRefused(
            f"{host} leads to a private address.",
            source=source,
            next_step="If it is yours, add its host:port to PLAINWIRE_ALLOW_PRIVATE.",
        )
    cause, words = _cause(error)
    return FetchFailed(f"{host} {words}.", source=source, cause=cause)


def _cause(error: Exception) -> tuple[str, str]:
    for kind, cause, words in _CAUSES:
        if isinstance(error, kind):
            return cause, words
    return "broken", "broke off the connection"


# The cause as `bot.news.feed.FeedReading` names it, and the words after the host's name.
_CAUSES: tuple[tuple[type[Exception], str, str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns", "is not a name that the network knows"),
    (aiohttp.ClientConnectorCertificateError, "tls", "shows an invalid certificate"),
    (aiohttp.ClientSSLError, "tls", "does not speak TLS as it should"),
    (aiohttp.ClientProxyConnectionError, "proxy", "cannot be reached through the proxy"),
    (aiohttp.ClientHttpProxyError, "proxy_refuses", "is refused by the proxy"),
    (aiohttp.ClientConnectorError, "connection", "does not accept connections"),
    (aiohttp.ClientPayloadError, "broken", "sends a broken or cut body"),
    (aiohttp.ServerDisconnectedError, "broken", "closed the connection without an answer"),
    (aiohttp.ClientResponseError, "broken", "answers with malformed HTTP"),
    (aiohttp.InvalidURL, "", "has an address that cannot be asked for"),
)


def shown_host(url: str) -> str:
    """Return the host for a sentence, or the start of the URL when it has none."""
    try:
        return urlsplit(url).hostname or url[:200]
    except ValueError:
        return url[:200]
