"""Inbound Slack: the routing table. One listener per file; each parses, acks and calls one use case."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from bot.manifest import command_pattern
from bot.render import ids
from handlers.action_explain_more import action_explain_more
from handlers.action_feedback import action_feedback
from handlers.action_glossary import action_page, action_related, action_search, action_term
from handlers.action_home import action_delete, action_named, action_who_may
from handlers.action_open_settings import action_open_settings, action_own_digest
from handlers.action_rephrase import action_rephrase
from handlers.action_share import action_share
from handlers.action_story_menu import action_story_menu
from handlers.action_undo import action_undo
from handlers.command_digest import action_confirm, command_digest
from handlers.command_explain import command_explain
from handlers.edge import Edge
from handlers.event_app_mention import event_app_mention
from handlers.event_channels import (
    event_archive,
    event_deleted,
    event_id_changed,
    event_joined,
    event_left,
    event_rename,
    event_unarchive,
)
from handlers.event_home_opened import event_home_opened
from handlers.event_installation import event_tokens_revoked, event_uninstalled
from handlers.event_message import event_message
from handlers.guard import Listener, answered, guarded, guarded_event
from handlers.shortcut_explain import shortcut_explain
from handlers.stale import say_stale
from handlers.unhandled import acknowledge, ignore
from handlers.view_settings import action_check_feed, view_settings

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

Name = str | re.Pattern[str]
ANY: Final = re.compile(".*")

COMMANDS: Final[dict[Name, Listener]] = {
    # Also as /acme-explain, where `plainwire manifest --prefix` made the app.
    command_pattern(ids.COMMAND_EXPLAIN): command_explain,
    command_pattern(ids.COMMAND_DIGEST): command_digest,
    ANY: say_stale,
}
SHORTCUTS: Final[dict[Name, Listener]] = {
    ids.SHORTCUT_EXPLAIN: shortcut_explain,
    ANY: say_stale,
}
ACTIONS: Final[dict[Name, Listener]] = {
    # Under a story of a digest.
    ids.EXPLAIN_MORE: action_explain_more,
    ids.STORY_MENU: action_story_menu,
    # Under an answer.
    ids.SHARE: action_share,
    ids.SIMPLER: action_rephrase,
    ids.MORE_DETAIL: action_rephrase,
    ids.ASK_MODEL: action_rephrase,
    ids.FEEDBACK: action_feedback,
    # Under a note.
    ids.UNDO: action_undo,
    ids.OPEN_SETTINGS: action_open_settings,
    ids.CONFIRM: action_confirm,
    # In the settings.
    ids.SETTINGS_CHECK_FEED: action_check_feed,
    # In the App Home, and the windows that it opens.
    ids.HOME_CHANNEL: action_open_settings,
    ids.HOME_OWN_DIGEST: action_own_digest,
    ids.HOME_SEARCH: action_search,
    ids.HOME_PAGE_BACK: action_page,
    ids.HOME_PAGE_ON: action_page,
    ids.HOME_TERM: action_term,
    ids.TERM_RELATED: action_related,
    ids.HOME_DELETE: action_delete,
    ids.HOME_WHO_MAY: action_who_may,
    ids.HOME_NAMED: action_named,
    # Of a field that needs no answer: Slack sends these when something in a form is chosen.
    ids.FIELD: acknowledge,
    ANY: say_stale,
}
VIEWS: Final[dict[Name, Listener]] = {
    ids.SETTINGS_VIEW: view_settings,
    ANY: acknowledge,
}
EVENTS: Final[dict[Name, Listener]] = {
    "message": event_message,
    "app_mention": event_app_mention,
    "app_home_opened": event_home_opened,
    "member_joined_channel": event_joined,
    re.compile("(channel|group)_rename"): event_rename,
    re.compile("(channel|group)_archive"): event_archive,
    re.compile("(channel|group)_unarchive"): event_unarchive,
    re.compile("(channel|group)_deleted"): event_deleted,
    re.compile("(channel|group)_left"): event_left,
    "channel_id_changed": event_id_changed,
    "app_uninstalled": event_uninstalled,
    "tokens_revoked": event_tokens_revoked,
    # Last: whatever nobody else wants. Bolt would log the whole body of it, and answer 404.
    ANY: ignore,
}
# Acknowledged at once: looking again does it again, and showing something takes its time.
STORES_NOTHING: Final = frozenset({"app_home_opened"})


def register(app: AsyncApp, edge: Edge) -> None:
    """Tie every Slack event, command and action that we know to its listener."""
    tables: tuple[tuple[Callable[..., Any], dict[Name, Listener]], ...] = (
        (app.command, COMMANDS),
        (app.shortcut, SHORTCUTS),
        (app.action, ACTIONS),
        (app.view, VIEWS),
    )
    for route, table in tables:
        for name, listener in table.items():
            route(name)(guarded(edge, listener))
    for name, listener in EVENTS.items():
        if name in STORES_NOTHING:
            app.event(name)(guarded(edge, listener))
        else:
            app.event(name, middleware=[guarded_event(edge, listener)])(answered)
