"""The App Home: a person's channels, their own digest, the glossary, what is stored, and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.digest.describe import coming
from bot.digest.preference import Channel
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.render import blocks, ids, inputs
from bot.render.clean import shorten
from bot.render.glossary_view import GlossaryPage, glossary_blocks
from bot.render.inputs import Choice, View
from bot.render.message import Block
from bot.render.mrkdwn import EMPTY, Escaped, bold, escape, join, trusted
from bot.render.notice import lines_of, with_code

MAX_CHANNELS: Final = 30
MAX_FEEDS: Final = 25
_LINE = trusted("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long what is stored stays, in days."""

    thread_days: int = 7
    news_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeContent:
    """
    What one person sees.

    Attributes:
        now: Aware UTC.
        channels: With a digest, and only those that this person belongs to, asked of Slack now.
        own: The person's digest by direct message, or None when they never had one.
        rules: Of the workspace, for its admins; None for everybody else.
        workspace_feeds: (name, address) of own feeds that serve the whole workspace, for its admins.
    """

    now: datetime
    channels: tuple[Channel, ...]
    own: Channel | None
    glossary: GlossaryPage
    keeping: Keeping = Keeping()
    rules: WorkspaceRules | None = None
    workspace_feeds: tuple[tuple[str, str], ...] = ()


def home_view(content: HomeContent) -> View:
    """Return the App Home of one person."""
    found = [
        blocks.header(escape("Plainwire")),
        blocks.section(lines_of(_WELCOME)),
        *_own(content),
        *_channels(content),
        *_glossary(content.glossary),
        *_stored(content.keeping),
        *(_rules(content.rules) if content.rules else ()),
        *(_workspace_feeds(content.workspace_feeds) if content.workspace_feeds else ()),
    ]
    return inputs.home(found, callback_id=ids.HOME_VIEW)


def _own(content: HomeContent) -> Iterator[Block]:
    own = content.own
    yield blocks.header(escape("Your own digest"))
    if own is not None and (own.preference.on or own.state_reason):
        said = with_code(coming(own, content.now))
    else:
        said = escape("You have none. It comes by direct message, with topics of your own.")
    change = blocks.button(
        escape("Settings" if own else "Set up"), action_id=ids.HOME_OWN_DIGEST, value="own"
    )
    yield blocks.section(said, change)


def _channels(content: HomeContent) -> Iterator[Block]:
    yield blocks.header(escape("Channels with a digest"))
    if not content.channels:
        yield blocks.section(with_code(_NO_CHANNELS))
    for channel in content.channels[:MAX_CHANNELS]:
        change = blocks.button(
            escape("Settings"), action_id=ids.HOME_CHANNEL, value=channel.channel_id
        )
        yield blocks.section(_channel(channel, content.now), change)
    more = len(content.channels) - MAX_CHANNELS
    if more > 0:
        yield blocks.context(
            with_code(f"and {more} more; `/digest` in a channel shows its settings")
        )


def _channel(channel: Channel, now: datetime) -> Escaped:
    name = f"#{channel.name}" if channel.name else "a channel without a name"
    return join(_LINE, (bold(name), with_code(coming(channel, now))))


def _glossary(page: GlossaryPage) -> Iterator[Block]:
    yield blocks.header(escape("Glossary"))
    yield from glossary_blocks(page)


def _stored(keeping: Keeping) -> Iterator[Block]:
    yield blocks.header(escape("What Plainwire keeps"))
    yield blocks.section(lines_of(_kept(keeping)))
    sure = blocks.confirmation(
        escape("Delete your data?"),
        escape(
            "Your questions, the answers to them, your feedback and your own digest are erased at "
            "once. This cannot be undone."
        ),
        yes=escape("Delete"),
        no=escape("Keep"),
    )
    delete = blocks.button(
        escape("Delete my data"),
        action_id=ids.HOME_DELETE,
        value="delete",
        style="danger",
        confirm=sure,
    )
    yield blocks.actions([delete], block_id=ids.home_block("delete"))


def _kept(keeping: Keeping) -> tuple[str, ...]:
    return (
        (
            f"• What you ask and what is answered: encrypted, {_days(keeping.thread_days)}; gone at "
            "once when you delete the message."
        ),
        (
            "• Your clicks on stories and answers, and the settings that you make: until you or an "
            "admin delete them."
        ),
        f"• News and their explanations: {_days(keeping.news_days)}; they hold nothing about you.",
        "• Nothing is used to train a language model. Everything goes when the app is removed.",
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _rules(rules: WorkspaceRules) -> Iterator[Block]:
    yield blocks.header(escape("For admins: who may change digests"))
    choices = [_choice(text, who.value, hint) for who, text, hint in _WHO]
    radio = inputs.radio(ids.HOME_WHO_MAY, choices, rules.who_may_change.value)
    yield blocks.actions([radio], block_id=ids.home_block("who"))
    if rules.who_may_change is WhoMayChange.NAMED:
        yield _named(sorted(rules.people))
    yield blocks.context(escape("Never guests, and never people of another organisation."))


def _workspace_feeds(feeds: Sequence[tuple[str, str]]) -> Iterator[Block]:
    yield blocks.header(escape("For admins: feeds of the whole workspace"))
    lines = [f"• {shorten(name, 60)} ({shorten(url, 60)})" for name, url in feeds[:MAX_FEEDS]]
    yield blocks.section(lines_of(lines))
    yield blocks.context(with_code(_ABOUT_FEEDS))


def _named(people: Sequence[str]) -> Block:
    element = inputs.people_select(ids.HOME_NAMED, people, placeholder=escape("Choose people"))
    return inputs.field(
        ids.home_block("named"),
        escape("These people, and the admins"),
        element,
        optional=True,
        dispatch=True,
    )


def _choice(text: str, value: str, hint: str) -> Choice:
    return Choice(text=escape(text), value=value, hint=escape(hint) if hint else EMPTY)


_WELCOME = (
    (
        "AI news, explained in plain words: a daily digest in your channels, and answers to your "
        "questions."
    ),
    (
        "`/explain` and a term, a link or a text explains it, to you alone at first. Reply in a "
        "digest's thread to ask about a story, or write to me here."
    ),
)
_ABOUT_FEEDS = (
    "Their stories can appear everywhere in this workspace. In a channel, `/digest unshare` and an "
    "address lets one serve that channel alone; `/digest remove` takes it away."
)
_NO_CHANNELS = (
    "None of your channels has one. Invite me to a channel and type `/digest` there to set it up."
)
_WHO = (
    (WhoMayChange.MEMBERS, "Everybody in the channel", "The usual way"),
    (WhoMayChange.ADMINS, "Admins only", ""),
    (WhoMayChange.NAMED, "Named people, and admins", "Choose them below"),
)
