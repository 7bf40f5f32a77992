"""The Slack app under test: its ids, secrets, scopes and what its manifest switched on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ALL_BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "links:read",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "metadata.message:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "users:read",
    }
)
"""What a freshly made sandbox app is granted, unless the caller says otherwise."""

EVENT_SCOPES: Mapping[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "channel_created": "channels:read",
    "channel_id_changed": "channels:read",
    "group_left": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_rename": "groups:read",
    "message_metadata_posted": "metadata.message:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
}
"""Event subscription -> the scope without which Slack does not send it ("" = none needed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """`kind` is "message" or "global"."""

    callback_id: str
    name: str
    kind: str = "message"


@dataclass(slots=True, kw_only=True)
class App:
    """
    One Slack app.

    Attributes:
        bot_events: Subscribed events; None means all that the sandbox knows.
        slash_commands: By command with its slash; None means that any command is accepted.
        request_url: Where HTTP events go; "" means Socket Mode.
        command_url, interactivity_url: HTTP mode only; "" means the same as `request_url`.
        agent_view: Whether the agent features of the manifest are on.
        optional_scopes: Those of `scopes` that people may decline on the authorize page.
        redirect_urls: Where OAuth may send people back to; an address allows what lies below it.
        token_rotation: Whether `oauth.v2.access` gives a token that expires.
        unlisted: Distributed outside the Marketplace: one call a minute and 15 messages a call of
            conversations.history and .replies (facts/slack.md section 5).
        names_scopes: Whether answers have the header x-oauth-scopes.
    """

    app_id: str = "A01PLAINAPP"
    name: str = "plainwire"
    client_id: str = "1111111111.2222222222"
    client_secret: str = "sandbox-client-secret"  # noqa: S105 - opens the sandbox only
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - as above
    verification_token: str = "sandbox-verification-token"  # noqa: S105 - as above
    app_token: str = "xapp-1-A01PLAINAPP-3333333333-sandbox"  # noqa: S105 - as above
    app_token_scopes: frozenset[str] = frozenset({"connections:write", "authorizations:read"})
    scopes: frozenset[str] = ALL_BOT_SCOPES
    bot_events: frozenset[str] | None = None
    slash_commands: dict[str, SlashCommand] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    request_url: str = ""
    command_url: str = ""
    interactivity_url: str = ""
    home_tab: bool = True
    agent_view: bool = False
    optional_scopes: frozenset[str] = frozenset()
    redirect_urls: tuple[str, ...] = field(default_factory=tuple)
    token_rotation: bool = False
    unlisted: bool = False
    names_scopes: bool = True

    def is_subscribed(self, event: str, scopes: Iterable[str]) -> bool:
        """Return whether *event* is delivered: switched on, and its scope granted."""
        if self.bot_events is not None and event not in self.bot_events:
            return False
        needed = EVENT_SCOPES.get(event, "")
        return not needed or needed in set(scopes)


def app_from_manifest(manifest: Mapping[str, Any], **overrides: Any) -> App:
    """
    Return the app that Slack would make of a manifest (already parsed from YAML or JSON).

    Args:
        manifest: Slack's app manifest.
        overrides: Attributes of `App` that win over the manifest.
    """
    features = manifest.get("features") or {}
    oauth = manifest.get("oauth_config") or {}
    settings = manifest.get("settings") or {}
    scopes = oauth.get("scopes") or {}
    socket_mode = bool(settings.get("socket_mode_enabled"))
    subscriptions = settings.get("event_subscriptions") or {}
    interactivity = settings.get("interactivity") or {}
    commands = features.get("slash_commands") or []
    values: dict[str, Any] = {
        "name": (features.get("bot_user") or {}).get("display_name")
        or (manifest.get("display_information") or {}).get("name", "app"),
        "scopes": frozenset([*scopes.get("bot", []), *scopes.get("bot_optional", [])]),
        "optional_scopes": frozenset(scopes.get("bot_optional", [])),
        "bot_events": frozenset(subscriptions.get("bot_events", [])),
        "slash_commands": {each["command"]: _command(each) for each in commands},
        "shortcuts": tuple(_shortcut(each) for each in features.get("shortcuts") or []),
        "request_url": "" if socket_mode else subscriptions.get("request_url", ""),
        "command_url": "" if socket_mode or not commands else commands[0].get("url", ""),
        "interactivity_url": "" if socket_mode else interactivity.get("request_url", ""),
        "home_tab": bool((features.get("app_home") or {}).get("home_tab_enabled")),
        "agent_view": "agent_view" in features,
        "redirect_urls": tuple(oauth.get("redirect_urls") or ()),
        "token_rotation": bool(settings.get("token_rotation_enabled")),
    }
    return App(**{**values, **overrides})


def _command(entry: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        command=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
        should_escape=bool(entry.get("should_escape")),
    )


def _shortcut(entry: Mapping[str, Any]) -> Shortcut:
    return Shortcut(callback_id=entry["callback_id"], name=entry["name"], kind=entry["type"])
