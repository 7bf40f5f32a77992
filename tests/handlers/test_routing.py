"""The routing table is whole: every name that we draw or subscribe to leads to a listener."""

from __future__ import annotations

import re

import pytest

from bot.manifest import bot_events, manifest
from bot.render import ids
from handlers import ACTIONS, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from handlers.guard import Listener
from handlers.stale import say_stale
from handlers.unhandled import ignore

DRAWN = (
    ids.EXPLAIN_MORE, ids.STORY_MENU, ids.SHARE, ids.SIMPLER, ids.MORE_DETAIL, ids.ASK_MODEL, ids.FEEDBACK,
    ids.UNDO, ids.OPEN_SETTINGS, ids.CONFIRM, ids.SETTINGS_CHECK_FEED, ids.HOME_CHANNEL,
    ids.HOME_OWN_DIGEST, ids.HOME_SEARCH, ids.HOME_PAGE_BACK, ids.HOME_PAGE_ON, ids.HOME_TERM,
    ids.HOME_DELETE, ids.HOME_WHO_MAY, ids.HOME_NAMED, ids.related_action(3),
)  # fmt: skip


def listener_of(table: dict[str | re.Pattern[str], Listener], name: str) -> Listener:
    """Return the first that fits, as Bolt does."""
    return next(
        listener
        for key, listener in table.items()
        if (key == name if isinstance(key, str) else key.search(name))
    )


@pytest.mark.parametrize("name", DRAWN)
def test_every_button_has_a_listener_of_its_own(name: str):
    """No button that we draw ends at "that is too old"."""
    assert listener_of(ACTIONS, name) is not say_stale


@pytest.mark.parametrize("event", sorted(bot_events()))
def test_every_subscribed_event_has_a_listener(event: str):
    """What Slack sends us by our own manifest is not passed over."""
    assert listener_of(EVENTS, event.partition(".")[0]) is not ignore


def test_commands_and_shortcuts_of_the_manifest():
    """The manifest's commands and shortcuts are the ones that are listened to."""
    features = manifest()["features"]
    for command in features["slash_commands"]:
        assert listener_of(COMMANDS, command["command"]) is not say_stale
    for shortcut in features["shortcuts"]:
        assert listener_of(SHORTCUTS, shortcut["callback_id"]) is not say_stale
    assert listener_of(VIEWS, ids.SETTINGS_VIEW) is VIEWS[ids.SETTINGS_VIEW]


@pytest.mark.parametrize("table", [COMMANDS, SHORTCUTS, ACTIONS, VIEWS, EVENTS])
def test_nothing_is_answered_404(table: dict[str | re.Pattern[str], Listener]):
    """Each table ends with a listener for whatever nobody else wants."""
    assert listener_of(table, "something of another release")
    assert next(reversed(table)) == re.compile(".*")
