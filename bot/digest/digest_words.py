"""
The words of `/digest …`, made into a command (pure).

People type freely, so each command has several names, fillers ("at", "every") are passed over, and
what is not understood is answered with the nearest thing that is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Final

from bot.digest.commands import (
    AddFeed,
    Change,
    Command,
    Help,
    Mute,
    Now,
    OpenSettings,
    Preview,
    RemoveFeed,
    Resume,
    ShareFeed,
    ShowFeeds,
    ShowTopics,
    Status,
    SwitchOff,
    SwitchOn,
    Unmute,
    UnshareFeed,
)
from bot.digest.pause_words import parse_pause
from bot.digest.preference import ThreadReplies
from bot.digest.switch_words import parse_schedule
from bot.digest.typed import (
    Wrong,
    parse_days,
    parse_language,
    parse_level,
    parse_stories,
    parse_time,
    parse_topics,
    parse_zone,
    shown,
)

MAX_TYPED_CHARS = 3000
# With Slack's markup around it, which names an address twice.
MAX_WRAPPED_CHARS = 3 * MAX_TYPED_CHARS
_MAX_URL_CHARS = 2000


def parse_digest_words(typed: str) -> Command | Wrong:
    """
    Return what `/digest` was asked to do; `Wrong` has one sentence that says what is accepted.

    Args:
        typed: Everything after `/digest`, as Slack gives it: addresses may be wrapped as
            `<https://…|…>`, quotes may be curly.
    """
    text = plain(typed[: MAX_WRAPPED_CHARS + 1])
    if len(typed) > MAX_WRAPPED_CHARS or len(text) > MAX_TYPED_CHARS:
        return Wrong(
            f"That is too long for a command, which has at most {MAX_TYPED_CHARS:,} characters; "
            "write it shorter, such as `/digest on 9:00`. `/digest help` shows what I understand."
        )
    if not text:
        return OpenSettings()
    verb, rest = _split_verb(text)
    if verb is not None:
        return _PARSERS[verb](rest)
    if _starts_with_time(text):
        return _on(text)
    return Wrong(_not_understood(text))


def plain(typed: str) -> str:
    """Return typed words without Slack's wrapping of links, curly quotes and doubled blanks."""
    # `<https://a.example|a.example>` and `<https://a.example>`; mentions and channels stay wrapped.
    text = re.sub(r"<(https?://[^|<>\s]+)(?:\|[^<>]*)?>", r"\1", typed)
    text = re.sub(r"<mailto:[^|<>\s]+\|([^<>]*)>", r"\1", text)
    text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    text = text.translate(_QUOTES)
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split()).strip("`\"'")


_QUOTES = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "？": "?",
        "؟": "?",
        "\N{NO-BREAK SPACE}": " ",
    }
)


def _bare(command: Command, name: str, names: frozenset[str] = frozenset()) -> _Parser:
    """Return a parser for a command that takes nothing after it."""

    def parse(rest: str) -> Command | Wrong:
        if not rest or rest.casefold().strip(".!") in {"please", "here", "digest", *names}:
            return command
        return Wrong(
            f"`/digest {name}` takes nothing after it, but “{shown(rest)}” follows; "
            f"type just `/digest {name}`."
        )

    return parse


def _value(field: str, parse: Callable[[str], object], example: str) -> _Parser:
    """Return a parser for a command that sets one field of the preference."""

    def parsed(rest: str) -> Command | Wrong:
        word = re.sub(r"^(?:to\b|is\b|=|:)\s*", "", rest, flags=re.IGNORECASE)
        if not word:
            return Wrong(f"Say which one, such as `/digest {example}`.")
        value = parse(word)
        # mypy cannot check the field's name; test_digest_words names every one.
        return value if isinstance(value, Wrong) else Change(**{field: value})  # type: ignore[arg-type]  # names unknown to mypy

    return parsed


def _on(rest: str) -> Command | Wrong:
    change = parse_schedule(rest)
    return change if isinstance(change, Wrong) else SwitchOn(change=change)


def _time(rest: str) -> Command | Wrong:
    """Read a time, or a time with a zone and days after it, as after `on`."""
    found = parse_schedule(rest)
    if isinstance(found, Change) and found.at is not None:
        return found
    if isinstance(found, Wrong) and _starts_with_time(rest) and " " in rest:
        return found
    return _value("at", parse_time, "time 9:00")(rest)


def _topics(rest: str) -> Command | Wrong:
    if not rest:
        return ShowTopics()
    found = parse_topics(re.sub(r"^(?:to\b|only\b|=|:)\s*", "", rest, flags=re.IGNORECASE))
    return found if isinstance(found, Wrong) else Change(topics=found)


def _stories(rest: str) -> Command | Wrong:
    word = re.sub(r"\s*(?:stories|story|a day|per day)$", "", rest, flags=re.IGNORECASE)
    return _value("stories", lambda typed: parse_stories(_figure(typed)), "stories 3")(word)


def _figure(word: str) -> str:
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    folded = word.casefold()
    return str(names.index(folded) + 1) if folded in names else word


def _source(make: Callable[[str], Command], verb: str) -> _Parser:
    def parse(rest: str) -> Command | Wrong:
        name = re.sub(r"^(?:the\s+)?(?:source|outlet)\s+", "", rest, flags=re.IGNORECASE)
        name = name.strip("\"'").strip()
        if not name:
            return Wrong(f"Say which source, such as `/digest {verb} theledger.example`.")
        return make(name[:200])

    return parse


def _feed(make: Callable[[str], Command], verb: str) -> _Parser:
    def parse(rest: str) -> Command | Wrong:
        url = re.sub(r"^(?:(?:the|a)\s+)?(?:feed|source)\s+", "", rest, flags=re.IGNORECASE)
        if not url:
            return Wrong(f"Say which feed, such as `/digest {verb} https://theledger.example/rss`.")
        return _address(url, make, verb)

    return parse


def _add_feed(rest: str) -> Command | Wrong:
    """Read an address, and "for the workspace" around it."""
    kept = _FOR_ALL.sub("", rest)
    return _feed(lambda url: AddFeed(url=url, everywhere=kept != rest), "add")(kept)


def _address(url: str, make: Callable[[str], Command], verb: str) -> Command | Wrong:
    if " " in url:
        return Wrong(f"One feed at a time, please: `/digest {verb}` and one address.")
    if len(url) > _MAX_URL_CHARS:
        return Wrong("That address is too long; a feed's address has at most 2,000 characters.")
    scheme, separator, _ = url.partition("://")
    if separator and scheme.casefold() not in {"http", "https"}:
        return Wrong(f"“{shown(url)}” is no web address; a feed begins with https://.")
    if "." not in url:
        return Wrong(
            f"“{shown(url)}” is no address of a feed; it looks like https://site.example/feed."
        )
    return make(url if separator else f"https://{url}")


def _replies(rest: str) -> Command | Wrong:
    word = re.sub(r"^(?:to\b|only\b|=|:)\s*", "", rest.casefold())
    for beginning, value in _REPLIES:
        if word.startswith(beginning):
            return Change(thread_replies=value)
    return Wrong(
        "Say which messages in a digest's thread I answer: `/digest replies every message`, "
        "`questions` or `mentions`."
    )


def _recap(rest: str) -> Command | Wrong:
    word = rest.casefold().removeprefix("to ").strip()
    if word in {"", "on", "yes", "true", "weekly"}:
        return Change(weekly_recap=True)
    if word in {"off", "no", "false", "none"}:
        return Change(weekly_recap=False)
    return Wrong("Say `/digest recap on` or `/digest recap off`.")


_REPLIES = (
    ("every", ThreadReplies.EVERY_MESSAGE),
    ("all", ThreadReplies.EVERY_MESSAGE),
    ("question", ThreadReplies.QUESTIONS_AND_MENTIONS),
    ("default", ThreadReplies.QUESTIONS_AND_MENTIONS),
    ("mention", ThreadReplies.MENTIONS_ONLY),
)

_FOR_ALL = re.compile(
    r" (?:(?:for|to|with) (?:the |this )?(?:whole |entire )?workspace|for (?:everybody|everyone)|everywhere)\.?$",
    re.IGNORECASE,
)

_Parser = Callable[[str], Command | Wrong]

_PARSERS: Final[dict[str, _Parser]] = {
    "on": _on,
    "off": _bare(SwitchOff(), "off", frozenset({"now"})),
    "now": _bare(Now(), "now"),
    "preview": _bare(Preview(), "preview"),
    "topics": _topics,
    "mute": _source(lambda name: Mute(name=name), "mute"),
    "unmute": _source(lambda name: Unmute(name=name), "unmute"),
    "add": _add_feed,
    "remove": _feed(lambda url: RemoveFeed(url=url), "remove"),
    "share": _feed(lambda url: ShareFeed(url=url), "share"),
    "unshare": _feed(lambda url: UnshareFeed(url=url), "unshare"),
    "feeds": _bare(ShowFeeds(), "feeds"),
    "pause": parse_pause,
    "resume": _bare(Resume(), "resume"),
    "level": _value("level", parse_level, "level expert"),
    "language": _value("language", parse_language, "language de"),
    "stories": _stories,
    "time": _time,
    "zone": _value("zone", parse_zone, "zone Europe/Berlin"),
    "days": _value("days", parse_days, "days mon-fri"),
    "replies": _replies,
    "recap": _recap,
    "settings": _bare(OpenSettings(), "settings"),
    "status": _bare(Status(), "status"),
    "help": lambda _rest: Help(),
}

# What people type for each; the longest that fits counts, so "turn on" comes before "turn".
_NAMES: Final[dict[str, str]] = {
    **{verb: verb for verb in _PARSERS},
    "turn on": "on", "switch on": "on", "start": "on", "enable": "on", "subscribe": "on", "set up": "on",
    "turn off": "off", "switch off": "off", "stop": "off", "disable": "off", "unsubscribe": "off",
    "today": "now", "post now": "now", "send now": "now", "post": "now",
    "try": "preview", "test": "preview", "show": "preview",
    "show topics": "topics", "show settings": "settings", "show status": "status", "show help": "help",
    "topic": "topics", "subjects": "topics",
    "block": "mute", "hide": "mute", "unblock": "unmute", "unhide": "unmute",
    "add feed": "add", "share feed": "share", "unshare feed": "unshare", "remove feed": "remove",
    "list feeds": "feeds", "show feeds": "feeds", "my feeds": "feeds", "delete": "remove", "rm": "remove",
    "snooze": "pause", "unpause": "resume", "continue": "resume",
    "reading level": "level", "lang": "language", "in": "language",
    "story": "stories", "number": "stories", "count": "stories",
    "at": "time", "time zone": "zone", "timezone": "zone", "tz": "zone", "day": "days",
    "replies in threads": "replies", "thread replies": "replies", "threads": "replies",
    "weekly recap": "recap", "weekly": "recap",
    "configure": "settings", "config": "settings", "preferences": "settings", "open": "settings",
    "state": "status", "info": "status", "when": "status", "next": "status",
    "?": "help", "h": "help", "-h": "help", "--help": "help", "commands": "help", "usage": "help",
}  # fmt: skip


def _split_verb(text: str) -> tuple[str | None, str]:
    """Return the command's name and what follows, or (None, text)."""
    words = text.split(" ")
    for length in (3, 2, 1):
        name = " ".join(words[:length]).casefold().rstrip(".!:,")
        if name in _NAMES and len(words) >= length:
            return _NAMES[name], " ".join(words[length:])
    return None, text


def _starts_with_time(text: str) -> bool:
    """Return whether it begins like "9:00 Berlin": a time with minutes or a half of the day."""
    return re.match(r"\d{1,2}(?:[:.]\d{2}|\s?[ap]\.?m\b)", text, re.IGNORECASE) is not None


def _not_understood(text: str) -> str:
    words = text.casefold().split(" ")
    if text.endswith("?") or words[0] in {"what", "why", "how", "who", "explain"}:
        return (
            "`/digest` sets this channel's digest; to ask something, type `/explain` and the words."
        )
    for length in (2, 1):
        name = " ".join(words[:length])[:40]
        near = difflib.get_close_matches(name, [key for key in _NAMES if len(key) > 1], 1, 0.7)
        if near:
            return (
                f"I do not know “{shown(' '.join(text.split(' ')[:length]))}”; did you mean "
                f"`/digest {near[0]}`?"
            )
    return f"I do not know “{shown(text)}”; `/digest help` shows what I understand."
