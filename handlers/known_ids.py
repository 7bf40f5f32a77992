"""
Every id that comes in with a payload, and by what it is looked up: the table behind a test.

What Slack's envelope says (team, user, channel, message) is Slack's word. Whatever stands in a value,
in a view's metadata or state, or in typed words is only what somebody wrote there: it is looked up in
the workspace of the installation that the event is for and, where it is personal, for the person who
acts. Who may not see a thing gets the very answer that an id gets which nobody knows.

A new action, view, command, event or metadata field needs its line here; `tests/handlers/test_known_ids.py`
finds those without one, and tries every line with ids of others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, NamedTuple

from bot.chat.explain_more import ExplainMore
from bot.chat.gather import Gatherer
from bot.chat.rating import Rating
from bot.chat.sharing import Sharing
from bot.chat.whose_answer import may_use
from bot.digest.give_feedback import GiveFeedback
from bot.digest.may_change import Permissions
from bot.digest.own_feeds import OwnFeeds
from bot.digest.save_settings import SaveSettings
from bot.digest.spots import Spots
from bot.manifest import command_pattern
from bot.news.ports import StoryStore
from bot.render import ids

Name = str | re.Pattern[str]


class Holds(Enum):
    """What a part of a payload names."""

    STORY = "a story, perhaps of own feeds"
    ANSWER = "a request, for the answer to it"
    CHANGE = "what a click changed"
    CONVERSATION = "a channel or a direct message"
    FEED = "an own feed of a conversation or a workspace"
    PEOPLE = "members of the workspace"
    WORDS = "typed words: an address, a name, a number; no id in them is looked up"
    PUBLIC = "a part of the glossary, which is everybody's"
    CHOICE = "one of a few words of ours"
    SLACKS_WORD = "nothing besides Slack's own word of where it happened, and who did it"


# Belongs to somebody: a line that holds one of these needs its check.
PERSONAL: Final = frozenset(
    {Holds.STORY, Holds.ANSWER, Holds.CHANGE, Holds.CONVERSATION, Holds.FEED, Holds.PEOPLE}
)


class KnownId(NamedTuple):
    """
    One part of a payload that we look at.

    Attributes:
        route: As in the routing table, or the name of what several payloads have in common.
        part: Where in the payload.
        holds: What it names.
        checks: What it is looked up by, and who says no; none for what belongs to nobody.
    """

    route: Name
    part: str
    holds: Holds
    checks: tuple[Callable[..., Any], ...] = ()


ENVELOPE: Final = "every payload"
DETAILS: Final = "a recorded request"
_STORY: Final = (StoryStore.get,)
_HERE: Final = (Spots.here, Permissions.refusal)
_NAMED: Final = (Spots.named, Permissions.refusal)

KNOWN_IDS: Final[tuple[KnownId, ...]] = (
    # What each payload has: `guard` takes the workspace from the installation that Bolt found, and
    # lets nobody act in the direct message that has somebody else's own digest.
    KnownId(ENVELOPE, "channel", Holds.CONVERSATION, (Spots.check_direct, Spots.here)),
    KnownId(ENVELOPE, "team", Holds.SLACKS_WORD),
    KnownId(ENVELOPE, "user", Holds.SLACKS_WORD),
    KnownId(ENVELOPE, "message_ts, thread_ts", Holds.SLACKS_WORD),
    # Whoever answers through it sends to Slack alone (`bot/slack/response_urls.py`).
    KnownId(ENVELOPE, "response_url", Holds.SLACKS_WORD),
    # Commands and the shortcut.
    KnownId(command_pattern(ids.COMMAND_EXPLAIN), "text", Holds.WORDS),
    KnownId(command_pattern(ids.COMMAND_DIGEST), "text", Holds.WORDS, _HERE),
    KnownId(ids.SHORTCUT_EXPLAIN, "message", Holds.WORDS),
    # Under a story.
    KnownId(ids.EXPLAIN_MORE, "value", Holds.STORY, (ExplainMore.post, *_STORY)),
    KnownId(ids.STORY_MENU, "value", Holds.STORY, (GiveFeedback.give, Gatherer.gather, *_STORY)),
    # Under an answer.
    KnownId(ids.SHARE, "value", Holds.ANSWER, (Sharing.share, may_use)),
    KnownId(ids.SIMPLER, "value", Holds.ANSWER, (Gatherer.gather, may_use)),
    KnownId(ids.MORE_DETAIL, "value", Holds.ANSWER, (Gatherer.gather, may_use)),
    KnownId(ids.ASK_MODEL, "value", Holds.ANSWER, (Gatherer.gather, may_use)),
    KnownId(ids.FEEDBACK, "value", Holds.ANSWER, (Rating.rate, may_use)),
    # Under a note.
    KnownId(ids.UNDO, "value", Holds.CHANGE, (*_HERE, GiveFeedback.undo)),
    KnownId(ids.OPEN_SETTINGS, "value", Holds.CONVERSATION, _NAMED),
    KnownId(ids.CONFIRM, "value", Holds.WORDS, _HERE),
    # The settings: where they are, and what stands in them.
    KnownId(ids.SETTINGS_VIEW, "private_metadata.channel", Holds.CONVERSATION, _NAMED),
    KnownId(ids.SETTINGS_VIEW, "private_metadata.dm", Holds.CONVERSATION, _NAMED),
    KnownId(ids.SETTINGS_VIEW, "private_metadata.seal", Holds.CONVERSATION, _NAMED),
    KnownId(ids.SETTINGS_VIEW, "private_metadata.confirmed", Holds.CHOICE),
    KnownId(ids.SETTINGS_VIEW, ids.FIELD, Holds.WORDS),
    KnownId(ids.SETTINGS_VIEW, ids.SETTINGS_ADD_FEED, Holds.WORDS, (OwnFeeds.add,)),
    KnownId(
        ids.SETTINGS_VIEW,
        ids.SETTINGS_REMOVE_FEEDS,
        Holds.FEED,
        (SaveSettings.save, OwnFeeds.serving, OwnFeeds.remove),
    ),
    KnownId(
        ids.SETTINGS_VIEW,
        ids.SETTINGS_SHARE_FEEDS,
        Holds.FEED,
        (SaveSettings.save, OwnFeeds.serving, OwnFeeds.share),
    ),
    KnownId(ids.SETTINGS_CHECK_FEED, "private_metadata.channel", Holds.CONVERSATION, _NAMED),
    KnownId(ids.FIELD, "value", Holds.SLACKS_WORD),
    # The App Home.
    KnownId(ids.HOME_VIEW, "private_metadata.channel", Holds.CONVERSATION, _NAMED),
    KnownId(ids.HOME_CHANNEL, "value", Holds.CONVERSATION, _NAMED),
    KnownId(ids.HOME_OWN_DIGEST, "private_metadata.channel", Holds.CONVERSATION, _NAMED),
    KnownId(ids.HOME_SEARCH, "value", Holds.PUBLIC),
    KnownId(ids.HOME_PAGE_BACK, "value", Holds.PUBLIC),
    KnownId(ids.HOME_PAGE_ON, "value", Holds.PUBLIC),
    KnownId(ids.HOME_TERM, "value", Holds.PUBLIC),
    KnownId(ids.TERM_VIEW, "private_metadata", Holds.SLACKS_WORD),
    KnownId(ids.TERM_RELATED, "value", Holds.PUBLIC),
    KnownId(ids.HOME_DELETE, "user", Holds.SLACKS_WORD),
    KnownId(ids.HOME_WHO_MAY, "value", Holds.CHOICE, (Permissions.set_rules,)),
    KnownId(ids.HOME_NAMED, "selected_users", Holds.PEOPLE, (Permissions.set_rules,)),
    # What a request carries from its button to whoever answers it, perhaps in another process.
    KnownId(DETAILS, "story", Holds.STORY, _STORY),
    KnownId(DETAILS, "revision", Holds.CHOICE),
    KnownId(DETAILS, "request", Holds.ANSWER, (may_use,)),
    KnownId(DETAILS, "wish", Holds.CHOICE),
    KnownId(DETAILS, "level", Holds.CHOICE),
    KnownId(DETAILS, "language", Holds.CHOICE),
    KnownId(DETAILS, "shortcut", Holds.CHOICE),
    KnownId(DETAILS, "public_origin", Holds.CHOICE),
    KnownId(DETAILS, "reply_to", Holds.SLACKS_WORD),
    # Events: nobody writes into these but Slack.
    KnownId("message", "text", Holds.WORDS),
    KnownId("message", "thread_ts", Holds.SLACKS_WORD),
    KnownId("app_mention", "text", Holds.WORDS),
    KnownId("app_home_opened", "channel", Holds.SLACKS_WORD, (Spots.seal_of,)),
    KnownId("member_joined_channel", "channel", Holds.SLACKS_WORD),
    *(
        KnownId(re.compile(f"(channel|group)_{what}"), "channel", Holds.SLACKS_WORD)
        for what in ("rename", "archive", "unarchive", "deleted", "left")
    ),
    KnownId("channel_id_changed", "channel", Holds.SLACKS_WORD),
    KnownId("app_uninstalled", "team", Holds.SLACKS_WORD),
    KnownId("tokens_revoked", "team", Holds.SLACKS_WORD),
)
