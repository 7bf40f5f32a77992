"""Why a page could not be read, as one of a few cases with a helpful sentence each. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.chat.sayings import Saying
from bot.news.entry import Page

_VIDEO_HOSTS = frozenset(
    {
        "youtube.com",
        "youtu.be",
        "vimeo.com",
        "tiktok.com",
        "twitch.tv",
        "dailymotion.com",
        "loom.com",
    }
)
_VIDEO_FILE = re.compile(r"\.(?:mp4|mov|webm|mkv|avi|m4v|mp3|m4a|wav|ogg|flac)$", re.IGNORECASE)
# What the reader of pages says (bot/net), by the words that stay the same; the first match counts.
_CASES: tuple[tuple[str, Saying], ...] = (
    (
        r"private (?:address|network)|user name or password|starts? with http|well-formed|cannot exist|names no host|contains spaces|port",
        Saying.PAGE_PRIVATE,
    ),
    (r"sends more than|too large|longer than \d+ characters", Saying.PAGE_TOO_LARGE),
    (r"a video|a sound file", Saying.PAGE_VIDEO),
    (r"It is an? .*not a web page", Saying.PAGE_OTHER_FILE),
    (r"robots", Saying.PAGE_ROBOTS),
    (r"asks for a login|asks for payment|refuses to let us|HTTP 40[123]", Saying.PAGE_LOGIN),
    (
        r"no page at this address|page is gone|HTTP 4(?:04|10)|not a name that the network knows",
        Saying.PAGE_GONE,
    ),
)
MIN_TEXT_CHARS = 80


def is_video(url: str) -> bool:
    """Return True for an address that is known to show a recording, before anything is fetched."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return host in _VIDEO_HOSTS or bool(_VIDEO_FILE.search(parts.path))


def why_unreadable(page: Page) -> Saying | None:
    """Return what to say about a page, or None when it has text to explain (a teaser counts)."""
    if len(page.text.strip()) >= MIN_TEXT_CHARS:
        return None
    problems = " ".join(page.problems)
    for words, saying in _CASES:
        if re.search(words, problems, re.IGNORECASE):
            return saying
    if page.paywalled:
        return Saying.PAGE_LOGIN
    return Saying.PAGE_UNREACHABLE if problems else Saying.PAGE_EMPTY
