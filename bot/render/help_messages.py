"""`/explain help` and `/digest help`: what can be typed, by example."""

from __future__ import annotations

from typing import Final

from bot.render import blocks, ids
from bot.render.message import Message
from bot.render.mrkdwn import Escaped, bold, code, escape, join, trusted

Examples = tuple[tuple[str, str], ...]
_LINE = trusted("\n")

_EXPLAIN: Final[Examples] = (
    ("/explain open weights", "a term; the glossary answers at once"),
    ("/explain https://…", "a link: I read the page and explain it"),
    ("/explain why does a model make things up?", "a question about AI"),
    ("/explain simply what is RAG", "also: for experts, in detail, in German"),
)
_DIGEST: Final[Examples] = (
    ("/digest", "opens the settings of this channel"),
    ("/digest on 9:00 Berlin mon-fri", "switches it on; off switches it off"),
    ("/digest preview", "shows today's digest to you alone"),
    ("/digest now", "posts today's digest now"),
    ("/digest topics", "lists the topics; topics marketing, hr chooses"),
    ("/digest level expert", "also: stories 3, language de, time 8:30, days mon-fri"),
    ("/digest mute theverge.com", "leaves a source out; unmute brings it back"),
    ("/digest add https://…/feed", "adds a feed to this digest; remove takes it away"),
    ("/digest feeds", "lists the feeds added here"),
    (
        "/digest share https://…/feed",
        "for admins: it serves the whole workspace; unshare ends that",
    ),
    ("/digest pause 2 weeks", "also: until 3 March; resume ends the pause"),
    (
        "/digest replies mentions",
        "which messages in its threads I answer: every message, questions",
    ),
    ("/digest recap on", "ends the week's last digest with a recap"),
    ("/digest status", "says when the next one comes"),
)


def explain_help() -> Message:
    """Return how to ask, wherever it is possible."""
    notes = (
        "Only you see the answer; a button shares it.",
        (
            "In a thread, where commands do not work: just reply under a digest (“#2 why?” means its "
            "second story), mention me, or choose “Explain this” in a message's menu."
        ),
    )
    return _help("Ask about AI news and its words", _EXPLAIN, notes)


def digest_help(channel_id: str = "") -> Message:
    """Return what `/digest` understands; with a channel, a button opens its settings."""
    notes = ("Only members of the channel can change its digest; guests cannot add feeds.",)
    return _help("This channel's digest", _DIGEST, notes, channel_id)


def _help(title: str, examples: Examples, notes: tuple[str, ...], channel_id: str = "") -> Message:
    lines = [bold(title), *(_example(typed, does) for typed, does in examples)]
    text: Escaped = join(_LINE, (*lines, *map(escape, notes)))
    found = [
        blocks.section(join(_LINE, lines)),
        blocks.context(join(_LINE, map(escape, notes))),
    ]
    if channel_id:
        button = blocks.button(
            escape("Open settings"), action_id=ids.OPEN_SETTINGS, value=channel_id
        )
        found.append(blocks.actions([button], block_id="help"))
    return Message(text=str(text.cut(blocks.FALLBACK_CHARS - 1)), blocks=tuple(found))


def _example(typed: str, does: str) -> Escaped:
    return trusted("• ") + code(typed) + trusted(" – ") + escape(does)
