"""
Every name by which Slack tells us what somebody pressed: action ids, callback ids, block ids, values.

A value is read back from messages that may be weeks old and from another release of ours, so every
`parse_…` returns None for what it does not know; a listener then says "ask again", never fails.
Nothing here is secret and nothing is trusted: who may do what is checked when the press arrives.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

# Commands, and the message shortcut of manifest.yml.
COMMAND_EXPLAIN: Final = "/explain"
COMMAND_DIGEST: Final = "/digest"
SHORTCUT_EXPLAIN: Final = "explain_this"

# Under a story of a digest.
EXPLAIN_MORE: Final = "explain_more"  # value: story_value
STORY_MENU: Final = "story_menu"  # option values: menu_value

# Under an answer; the value is the request's source key, for feedback `feedback_value`.
SHARE: Final = "share_answer"
SIMPLER: Final = "answer_simpler"
MORE_DETAIL: Final = "answer_more_detail"
ASK_MODEL: Final = "ask_model"
FEEDBACK: Final = "answer_feedback"

# Under the note that says what feedback changed; the value names the change.
UNDO: Final = "undo_feedback"
OPEN_SETTINGS: Final = "open_settings"  # value: a channel id
# "Really?" under the question about a channel of everybody; value: what was typed.
CONFIRM: Final = "confirm_command"

# The settings view.
SETTINGS_VIEW: Final = "digest_settings"
SETTINGS_CHECK_FEED: Final = "settings_check_feed"
# Its block ids are the fields of `bot/digest/form.py`, so that an error stands at its field. Topics
# take two blocks; the last three are not of the form.
SETTINGS_TOPIC_BLOCKS: Final = ("topics", "topics_more")
SETTINGS_ADD_FEED: Final = "add_feed"
SETTINGS_REMOVE_FEEDS: Final = "remove_feeds"
SETTINGS_SHARE_FEEDS: Final = "share_feeds"
# Every input has the same action id, for its block id tells it apart.
FIELD: Final = "value"

# The App Home.
HOME_VIEW: Final = "home"
HOME_CHANNEL: Final = "home_channel"  # value: a channel id
HOME_OWN_DIGEST: Final = "home_own_digest"
HOME_SEARCH: Final = "home_glossary_search"
HOME_PAGE_BACK: Final = "home_glossary_back"  # value: page_value
HOME_PAGE_ON: Final = "home_glossary_on"  # value: page_value
HOME_TERM: Final = "home_term"  # value: term_value
HOME_DELETE: Final = "home_delete_my_data"
HOME_WHO_MAY: Final = "home_who_may_change"
HOME_NAMED: Final = "home_named_people"

# The page of one term, and how its reader goes on.
TERM_VIEW: Final = "glossary_term"
TERM_RELATED: Final = re.compile(r"glossary_related_\d+")  # see related_action; value: term_value

MAX_VALUE_CHARS: Final = 2_000
MAX_OPTION_VALUE_CHARS: Final = 150
MAX_METADATA_CHARS: Final = 3_000


class MenuChoice(StrEnum):
    """What a story's menu offers; the value stands in old messages, so it never changes."""

    SIMPLER = "simpler"
    MUTE = "mute"
    LESS = "less"  # "Not for us"
    MORE = "more"  # "More like this"


class StoryRef(NamedTuple):
    """A story at one revision."""

    story_id: str
    revision: int


class MenuPick(NamedTuple):
    """A choice from a story's menu."""

    choice: MenuChoice
    story: StoryRef


class Vote(NamedTuple):
    """A thumb under an answer; `request_key` is the source key of its request."""

    helpful: bool
    request_key: str


class GlossaryPlace(NamedTuple):
    """A page (from 0) of the glossary, for a query or "" for all of it."""

    page: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsTarget:
    """
    Whose settings a view shows; kept in its `private_metadata`, and in that of the App Home.

    It is checked like everything that comes in: see `handlers/known_ids.py`.

    Attributes:
        seal: Of a direct message: proves that it is this person's (`Spots.seal_of`), else "".
        confirmed: It asked "really?", so that submitting it again means yes.
    """

    channel_id: str
    is_dm: bool = False
    confirmed: bool = False
    seal: str = ""

    @property
    def is_consistent(self) -> bool:
        """Return whether the id is of the kind that it is said to be."""
        return self.is_dm == self.channel_id.startswith("D")


def story_value(story_id: str, revision: int) -> str:
    """Return "STORY:REVISION"; raises ValueError when Slack would not take it in a menu."""
    return _fitting(f"{story_id}:{revision}", MAX_OPTION_VALUE_CHARS - 8)


def parse_story(value: str) -> StoryRef | None:
    """Return what `story_value` wrote, or None."""
    found = _STORY.fullmatch(value)
    return StoryRef(found["story"], int(found["revision"])) if found else None


def menu_value(choice: MenuChoice, story: str) -> str:
    """Return "CHOICE|STORY:REVISION"; *story* is a `story_value`."""
    return _fitting(f"{choice}|{story}", MAX_OPTION_VALUE_CHARS)


def parse_menu(value: str) -> MenuPick | None:
    """Return what `menu_value` wrote, or None."""
    choice, _, reference = value.partition("|")
    story = parse_story(reference)
    if story is None or choice not in set(MenuChoice):
        return None
    return MenuPick(MenuChoice(choice), story)


def feedback_value(vote: Literal["good", "bad"], request_key: str) -> str:
    """Return the value of a thumb under the answer to a request."""
    return _fitting(f"{vote}|{request_key}", MAX_VALUE_CHARS)


def parse_feedback(value: str) -> Vote | None:
    """Return what `feedback_value` wrote, or None."""
    vote, _, key = value.partition("|")
    return Vote(vote == "good", key) if vote in {"good", "bad"} and key else None


def page_value(page: int, query: str = "") -> str:
    """Return a place in the glossary; a long query is cut, for it only searches."""
    return f"{max(page, 0)}|{query[:200]}"


def parse_page(value: str) -> GlossaryPlace | None:
    """Return what `page_value` wrote, or None."""
    page, bar, query = value.partition("|")
    if not bar or not _PAGE.fullmatch(page):
        return None
    return GlossaryPlace(int(page), query)


def term_value(term: str) -> str:
    """Return the value that names a glossary entry by its term."""
    return _fitting(term, MAX_OPTION_VALUE_CHARS)


def related_action(number: int) -> str:
    """Return the action id of the n-th related term; ids within one row have to differ."""
    return f"glossary_related_{number}"


def feed_key(url: str) -> str:
    """Return a short name for a feed's address; addresses can be longer than an option's value."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def settings_metadata(target: SettingsTarget) -> str:
    """Return the `private_metadata` of a settings view, or of the App Home."""
    found = {"channel": target.channel_id, "dm": target.is_dm, "confirmed": target.confirmed}
    return json.dumps(found | ({"seal": target.seal} if target.seal else {}))


def parse_settings_metadata(text: str) -> SettingsTarget | None:
    """Return what `settings_metadata` wrote, or None."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    channel = found.get("channel") if isinstance(found, dict) else None
    if not isinstance(channel, str) or not channel:
        return None
    seal = found.get("seal")
    return SettingsTarget(
        channel_id=channel,
        is_dm=found.get("dm") is True,
        confirmed=found.get("confirmed") is True,
        seal=seal if isinstance(seal, str) else "",
    )


def story_block(story: str) -> str:
    """Return the block id of a story's row of buttons; *story* is a `story_value`."""
    return _fitting(f"story|{story}", 255)


def answer_block(part: str, request_key: str) -> str:
    """Return a block id of an answer; keys may be long, so they are shortened to a digest."""
    return f"answer|{part}|{feed_key(request_key)}"


def home_block(part: str) -> str:
    """Return the block id of a part of the App Home."""
    return f"home|{part}"


def _fitting(value: str, limit: int) -> str:
    if not 1 <= len(value) <= limit:
        raise ValueError(f"{value[:40]!r} must have 1 to {limit} characters")
    return value


_STORY = re.compile(r"(?P<story>[^:|\s][^:|]*):(?P<revision>[1-9]\d{0,5})", re.ASCII)
_PAGE = re.compile(r"\d{1,4}", re.ASCII)
