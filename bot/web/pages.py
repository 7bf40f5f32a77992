"""The small pages that people see while they install: a heading, a few sentences, one way on."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final

from aiohttp import web

from bot.web.installing import Ended, Ending

_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;"
    "color:#1d1c1d;background:#fff}h1{font-size:1.5rem}a{color:#0b4f8a}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#1a1d21}a{color:#7db8ff}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # The page's own address holds the code and the state.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Words:
    status: int
    title: str
    sentences: tuple[str, ...]
    again: str = "Begin anew"


_ENDINGS: Final[dict[Ending, _Words]] = {
    Ending.CANCELLED: _Words(
        200,
        "Plainwire was not installed",
        ("You cancelled, so nothing has changed in your workspace.",),
        "Install Plainwire after all",
    ),
    Ending.UNKNOWN: _Words(
        400,
        "This address does not belong to an installation",
        ("Plainwire did not send you to Slack with it, so nothing was installed.",),
        "Install Plainwire",
    ),
    Ending.FOREIGN: _Words(
        403,
        "This installation was begun in another browser",
        (
            "Nothing was installed from here.",
            "Begin in the browser that you want to end in, with cookies allowed.",
            "If somebody sent you this address, do not use it.",
        ),
    ),
    Ending.EXPIRED: _Words(
        400,
        "That took longer than ten minutes",
        ("For safety an installation has to be finished within ten minutes.",),
    ),
    Ending.USED: _Words(
        400,
        "This address was used already",
        (
            "It works once only.",
            "If Plainwire is in your workspace, all is well and there is nothing left to do.",
        ),
    ),
    Ending.ORG_INSTALL: _Words(
        400,
        "Plainwire cannot be installed for a whole organization",
        ("Choose a single workspace on Slack's page, and repeat it for each one that wants it.",),
    ),
    Ending.TOKEN_ROTATION: _Words(
        400,
        "Plainwire could not be installed",
        (
            "The Slack app has token rotation switched on, which Plainwire does not support.",
            "Whoever runs this Plainwire has to create the Slack app anew from its manifest.",
        ),
    ),
    Ending.REFUSED: _Words(
        400,
        "Slack did not complete the installation",
        (
            "Nothing was stored.",
            "If it happens again, tell whoever runs this Plainwire: the reason is in its log.",
        ),
    ),
    Ending.SLACK_AWAY: _Words(
        502,
        "Slack could not be reached",
        ("Nothing was stored. Wait a minute, then begin anew.",),
    ),
}


def ended_page(ended: Ended, install_path: str, digest_command: str = "/digest") -> web.Response:
    """Return the page for how it ended; people are sent to *digest_command*."""
    if ended.ending is Ending.INSTALLED:
        return _page(
            200,
            f"Plainwire is installed in {ended.workspace}",
            (
                "Invite it to a channel with /invite.",
                f"Then type {digest_command} there to choose time, topics and level.",
            ),
            ended.url,
            "Open Slack",
        )
    words = _ENDINGS[ended.ending]
    return _page(words.status, words.title, words.sentences, install_path, words.again)


def busy_page(install_path: str) -> web.Response:
    """Return the page for when we cannot do it now."""
    return _page(
        503,
        "Plainwire cannot be installed right now",
        ("Please try again in a few minutes.",),
        install_path,
        "Try again",
    )


def too_often_page(install_path: str, wait_seconds: int) -> web.Response:
    """Return the page for an address that asks too often."""
    page = _page(
        429,
        "Too many installations were begun from your network",
        ("Please wait a minute, then try again.",),
        install_path,
        "Try again",
    )
    page.headers["Retry-After"] = str(wait_seconds)
    return page


def _page(
    status: int, title: str, sentences: tuple[str, ...], link: str, link_text: str
) -> web.Response:
    paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1>{paragraphs}"
        f'<p><a href="{escape(link)}">{escape(link_text)}</a></p></main></body></html>'
    )
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)
