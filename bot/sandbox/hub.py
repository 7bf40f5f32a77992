"""The middle of the sandbox: all workspaces and everything that the methods need from it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.app import App
from bot.sandbox.calls import CallLog
from bot.sandbox.delivery import Delivery
from bot.sandbox.envelope import Envelope, event_callback
from bot.sandbox.faults import Faults
from bot.sandbox.limits import RateLimits
from bot.sandbox.pings import MaskedLink, Ping, live_mentions, masked_links, texts_of
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Channel, Message, Workspace, build_workspace
from bot.sandbox.timings import Timings
from bot.sandbox.wire import channel_wire
from bot.sandbox.world import WorkspaceSeed


@dataclass(slots=True, kw_only=True)
class Hub:
    """
    Shared state and services.

    Attributes:
        clock: UTC epoch seconds.
        workspaces: By team id.
        tokens: Bot token -> team id; a revoked token leads to "".
        pings: Every mention an app's text made that would notify somebody.
        watchers: Queues of pages that look at the workspace live.
        shelves: Room for families of methods to keep their own state (streams, views, files).
    """

    app: App
    timings: Timings
    delivery: Delivery
    limits: RateLimits
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    clock: Callable[[], float] = time.time
    base_url: str = ""
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    pings: list[Ping] = field(default_factory=list)
    masked_links: list[MaskedLink] = field(default_factory=list)
    ephemerals: list[dict[str, Any]] = field(default_factory=list)
    watchers: set[asyncio.Queue[dict[str, Any]]] = field(default_factory=set)
    shelves: dict[str, Any] = field(default_factory=dict)

    def add_workspace(self, seed: WorkspaceSeed, *, bot_token: str = "") -> Workspace:
        """Add a workspace in which the app is installed."""
        token = bot_token or f"xoxb-{seed['id']}-{secrets.token_hex(12)}"
        workspace = build_workspace(
            seed,
            bot_token=token,
            bot_name=self.app.name,
            scopes=self.app.scopes,
            now=self.clock(),
        )
        self.workspaces[workspace.id] = workspace
        self.tokens[token] = workspace.id
        return workspace

    @property
    def first(self) -> Workspace:
        return next(iter(self.workspaces.values()))

    def workspace_of_user(self, user: str) -> Workspace:
        """
        Return the workspace in which *user* is.

        Raises:
            KeyError: Nobody has that id.
        """
        for workspace in self.workspaces.values():
            if user in workspace.users:
                return workspace
        raise KeyError(f"Nobody in the sandbox has the id {user!r}.")

    def channel(self, channel: str, team: str = "") -> tuple[Workspace, Channel]:
        """
        Find a channel by id or name, in one workspace or in all.

        Raises:
            KeyError: There is no such channel.
        """
        places: Iterable[Workspace] = [self.workspaces[team]] if team else self.workspaces.values()
        for workspace in places:
            found = workspace.channels.get(channel) or workspace.channel_named(channel)
            if found is not None:
                return workspace, found
        raise KeyError(f"There is no channel {channel!r} in the sandbox.")

    def now_ts(self, workspace: Workspace) -> str:
        return workspace.clocked.next_ts(self.clock())

    # ---- events -------------------------------------------------------------------------------

    def emit(self, workspace: Workspace, subscription: str, event: dict[str, Any]) -> None:
        """Send an event to the app if it is installed, subscribed and holds the scope."""
        if not workspace.installed or not self.app.is_subscribed(subscription, workspace.scopes):
            return
        payload = event_callback(
            team=workspace.id,
            app_id=self.app.app_id,
            token=self.app.verification_token,
            bot_user=workspace.bot_user,
            event=event,
            now=self.clock(),
        )
        envelope = Envelope(kind="events_api", payload=payload, team=workspace.id)
        self.delivery.submit(envelope)

    def emit_in_channel(
        self, workspace: Workspace, channel: Channel, subscription: str, event: dict[str, Any]
    ) -> None:
        """Send an event about a channel; the app only hears of channels that its bot is in."""
        if workspace.bot_user in channel.members:
            self.emit(workspace, subscription, event)

    # ---- what a page sees ---------------------------------------------------------------------

    def changed(self, workspace: Workspace, kind: str, **data: Any) -> None:
        """Tell every open page what changed."""
        note = {"kind": kind, "team": workspace.id, **data}
        for queue in list(self.watchers):
            queue.put_nowait(note)

    def channel_changed(self, workspace: Workspace, channel: Channel) -> None:
        shown = channel_wire(workspace, channel, workspace.bot_user)
        self.changed(workspace, "channel", channel=channel.id, wire=shown)

    # ---- what a text does to people -----------------------------------------------------------

    def note_reach(self, body: dict[str, Any], *, method: str, channel: str, ts: str) -> None:
        """
        Record whom a message of the app pings and which of its links mislead.

        With:
            body: May hold text, blocks, attachments, markdown_text, chunks; `link_names` and
                `parse` change how the text is read.
        """
        names = bool(body.get("link_names")) or body.get("parse") == "full"
        texts = [(f"/{name}", str(body[name]), "mrkdwn") for name in ("text",) if body.get(name)]
        if body.get("markdown_text"):
            texts.append(("/markdown_text", str(body["markdown_text"]), "markdown"))
        for name in ("blocks", "attachments"):
            texts += texts_of(body.get(name) or [], f"/{name}")
        for where, text, kind in texts:
            self._note_text(where, text, kind, names, method=method, channel=channel, ts=ts)

    def _note_text(self, where: str, text: str, kind: str, names: bool, **place: str) -> None:
        for ping_kind, target in live_mentions(text, parse_names=names):
            self.pings.append(Ping(kind=ping_kind, target=target, where=where, **place))
        for url, label in masked_links(text, kind):
            self.masked_links.append(MaskedLink(url=url, label=label, where=where, **place))

    # ---- messages -----------------------------------------------------------------------------

    def find_message(self, channel: Channel, ts: str) -> Message:
        """
        Return a message.

        Raises:
            Refusal: `message_not_found`.
        """
        message = channel.messages.get(ts)
        if message is None:
            raise Refusal("message_not_found")
        return message
