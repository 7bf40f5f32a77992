"""What is true in a workspace: people, channels, messages. Values and look-ups, no I/O."""

from __future__ import annotations

import bisect
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.world import WorkspaceSeed

_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """Return an id in Slack's form: a letter and ten capitals or digits."""
    return prefix + "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a bot; `tz` is an IANA name."""

    id: str
    name: str
    real_name: str = ""
    tz: str = "Etc/UTC"
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    bot_id: str = ""
    deleted: bool = False
    team_id: str = ""

    def wire(self, now: datetime) -> dict[str, Any]:
        """Return the user object as `users.info` sends it; the offset is that of *now*."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        shown = self.real_name or self.name
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": shown,
            "tz": self.tz,
            "tz_label": self.tz.rpartition("/")[2].replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
            "profile": self._profile(shown),
            "is_admin": self.is_admin,
            "is_owner": self.is_admin,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }

    def _profile(self, shown: str) -> dict[str, Any]:
        profile = {
            "real_name": shown,
            "real_name_normalized": shown,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "team": self.team_id,
        }
        return profile | ({"bot_id": self.bot_id} if self.bot_id else {})


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; `body` holds the optional wire fields (text, blocks, metadata, edited, …)."""

    ts: str
    channel: str
    user: str
    team: str
    bot_id: str = ""
    app_id: str = ""
    thread_ts: str = ""
    subtype: str = ""
    client_msg_id: str = ""
    is_broadcast: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    streaming: bool = False

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body.get("blocks", [])
        return found

    @property
    def metadata(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.body.get("metadata")
        return found


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation; `kind` is "channel", "group" or "im", as events name it."""

    id: str
    name: str = ""
    kind: str = "channel"
    is_general: bool = False
    is_archived: bool = False
    posting: str = "all"
    purpose: str = ""
    topic: str = ""
    creator: str = ""
    created: int = 0
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        return self.kind != "channel"

    def add(self, message: Message) -> None:
        bisect.insort(self.order, message.ts)
        self.messages[message.ts] = message
        if message.is_reply:
            bisect.insort(self.threads.setdefault(message.thread_ts, []), message.ts)

    def remove(self, ts: str) -> Message:
        self.order.remove(ts)
        message = self.messages.pop(ts)
        if message.is_reply:
            self.threads[message.thread_ts].remove(ts)
        return message

    def top_level(self) -> list[Message]:
        """Return what the channel itself shows, oldest first: no replies unless broadcast."""
        shown = (self.messages[ts] for ts in self.order)
        return [each for each in shown if not each.is_reply or each.is_broadcast]

    def replies(self, thread_ts: str) -> list[Message]:
        return [self.messages[ts] for ts in self.threads.get(thread_ts, ())]


class Clocked:
    """Gives out Slack timestamps: unique and increasing within a workspace."""

    def __init__(self) -> None:
        self._last_micros = 0

    def next_ts(self, now: float) -> str:
        """Return "seconds.micros" for the UTC epoch instant *now*, later than all before."""
        micros = max(int(now * 1_000_000), self._last_micros + 100)
        self._last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


@dataclass(slots=True, kw_only=True)
class Workspace:
    """One team with everything in it, and the app's installation there."""

    id: str
    name: str
    domain: str
    bot_user: str
    bot_id: str
    bot_token: str
    scopes: frozenset[str]
    installed: bool = True
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    clocked: Clocked = field(default_factory=Clocked)

    def channel_named(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == wanted and wanted), None)

    def direct_channel(self, one: str, other: str) -> Channel:
        """Return the direct conversation of two people, opened when there was none."""
        pair = sorted({one, other})
        for channel in self.channels.values():
            if channel.kind == "im" and sorted(channel.members) == pair:
                return channel
        channel = Channel(id=new_id("D"), kind="im", members=pair)
        self.channels[channel.id] = channel
        return channel

    def visible_channels(self, user: str) -> list[Channel]:
        """Return what *user* may know of: public channels, and the others they are in."""
        return [c for c in self.channels.values() if not c.is_private or user in c.members]


def build_workspace(
    seed: WorkspaceSeed, *, bot_token: str, bot_name: str, scopes: frozenset[str], now: float
) -> Workspace:
    """Return the workspace that *seed* describes; see `world.py` for its shape."""
    workspace = Workspace(
        id=seed["id"],
        name=seed["name"],
        domain=seed.get("domain", seed["id"].lower()),
        bot_user=seed["bot_user"],
        bot_id=seed["bot_id"],
        bot_token=bot_token,
        scopes=scopes,
    )
    for entry in seed.get("users", []):
        workspace.users[entry["id"]] = User(**{**entry, "team_id": workspace.id})
    workspace.users[workspace.bot_user] = User(
        id=workspace.bot_user,
        name=bot_name,
        real_name=bot_name,
        is_bot=True,
        bot_id=workspace.bot_id,
        team_id=workspace.id,
    )
    for entry in seed.get("channels", []):
        channel = _channel(entry, int(now))
        workspace.channels[channel.id] = channel
    return workspace


def _channel(entry: dict[str, Any], created: int) -> Channel:
    known = {k: v for k, v in entry.items() if k not in {"is_private", "members"}}
    kind = "group" if entry.get("is_private") else "channel"
    members = list(entry.get("members", []))
    creator = members[0] if members else ""
    return Channel(
        **{"kind": kind, "creator": creator, "created": created, **known}, members=members
    )


def utc(now: float) -> datetime:
    return datetime.fromtimestamp(now, tz=UTC)
