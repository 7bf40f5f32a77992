"""Acting as a person: everything that people do in Slack, and what an app gets for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import acting, commands, status
from bot.sandbox.interaction import Answered
from bot.sandbox.member import CannotDo, Member
from bot.sandbox.state import Channel, Message
from bot.sandbox.streams import streams
from bot.sandbox.views import views
from bot.sandbox.wire import message_wire

Shown = Message | Mapping[str, Any]


@dataclass(slots=True)
class Person(Member):
    """One user at the keyboard, with the app's commands, buttons and views at hand."""

    # ---- the app: commands, shortcuts, buttons, views -----------------------------------------

    async def command(
        self, command: str, text: str = "", *, channel: str = "", thread_ts: str = ""
    ) -> Answered:
        """
        Run a slash command; "" is the direct conversation with the bot.

        Raises:
            CannotDo: In a thread, where Slack takes no commands.
        """
        if thread_ts:
            raise CannotDo(f"{command} is not supported in threads. Sorry!")
        place = self.channel(channel) if channel else self.direct()
        return await commands.run_command(self.hub, self.workspace, self.user, place, command, text)

    async def shortcut(
        self, callback_id: str, message: Shown | None = None, *, channel: str = "", ts: str = ""
    ) -> Answered:
        """Use a message shortcut on *message* (or channel and ts), or a global one without."""
        if message is None and not ts:
            return await commands.run_global_shortcut(
                self.hub, self.workspace, self.user, callback_id
            )
        place, shown = self.shown(message, channel, ts)
        return await commands.run_message_shortcut(
            self.hub, self.workspace, self.user, place, callback_id, shown
        )

    async def click(
        self,
        message: Shown | None = None,
        action_id: str = "",
        value: Any = None,
        *,
        channel: str = "",
        ts: str = "",
        block_id: str = "",
    ) -> Answered:
        """
        Use an element of a message: a button, or a menu with the *value* of an option.

        Give the message (ephemeral ones as dicts from `ephemerals`) or its channel and ts.
        """
        place, shown = self.shown(message, channel, ts)
        return await acting.click_message(
            self.hub,
            self.workspace,
            self.user,
            place,
            shown,
            action_id=action_id,
            block_id=block_id,
            value=value,
        )

    def shown(
        self, message: Shown | None, channel: str = "", ts: str = ""
    ) -> tuple[Channel, dict[str, Any]]:
        """Return a message as this person sees it, with its channel; KeyError if unseen."""
        if isinstance(message, Message):
            channel, ts = message.channel, message.ts
        elif message is not None:
            channel, ts = message.get("channel") or channel, message["ts"]
        place = self.channel(channel)
        if ts in place.messages:
            return place, message_wire(self.workspace, place.messages[ts])
        for private in self.ephemerals():
            if private["ts"] == ts:
                return place, private
        raise KeyError(f"{self.user.name} sees no message {ts!r} there.")

    @property
    def view(self) -> dict[str, Any] | None:
        """The modal this person looks at, if any."""
        return views(self.hub).top(self.workspace, self.user.id)

    @property
    def home(self) -> dict[str, Any] | None:
        """The Home tab that the app published for this person, if any."""
        return views(self.hub).homes.get((self.workspace.id, self.user.id))

    def open_home(self, tab: str = "home") -> None:
        """Open the app's Home (or its "messages" tab): `app_home_opened`."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": self.user.id,
            "channel": self.direct().id,
            "tab": tab,
            "event_ts": self.hub.now_ts(self.workspace),
        }
        if tab == "home" and self.home is not None:
            event["view"] = self.home
        self.hub.emit(self.workspace, "app_home_opened", event)

    def _view(self, view_id: str) -> dict[str, Any]:
        if not view_id:
            if self.view is None:
                raise CannotDo(f"No view is open for {self.user.name}.")
            return self.view
        return views(self.hub).find(self.workspace, view_id=view_id)[1]

    async def submit_view(
        self, typed: acting.Chosen | None = None, *, view_id: str = ""
    ) -> Answered:
        """Submit the open modal; *typed* is block id -> action id -> value."""
        return await acting.submit_view(
            self.hub, self.workspace, self.user, self._view(view_id), typed or {}
        )

    async def close_view(self, *, view_id: str = "") -> Answered:
        return await acting.close_view(self.hub, self.workspace, self.user, self._view(view_id))

    async def view_action(
        self,
        action_id: str,
        value: Any = None,
        *,
        view_id: str = "",
        block_id: str = "",
        typed: acting.Chosen | None = None,
    ) -> Answered:
        """Use an element of the open modal, or of the Home tab by its view id."""
        view = self._view(view_id) if view_id or self.view else self.home
        if view is None:
            raise CannotDo(f"No view is open for {self.user.name}.")
        return await acting.act_in_view(
            self.hub,
            self.workspace,
            self.user,
            view,
            action_id=action_id,
            block_id=block_id,
            value=value,
            chosen=typed,
        )

    async def suggest(self, action_id: str, query: str) -> list[dict[str, Any]]:
        """Type into an external select of the open modal; returns the app's options."""
        return await acting.suggest(
            self.hub, self.workspace, self.user, self._view(""), action_id, query
        )

    def stop_stream(self, channel: str, ts: str) -> None:
        """Press Stop on a streamed answer: later appends are refused with `stopped_by_user`."""
        book = streams(self.hub)
        book.end(book.running(self.channel(channel), ts), "user")

    def status(self, channel: str, thread_ts: str) -> str:
        """Return the status line under a thread, or ""."""
        return status.current(self.hub, self.workspace, self.channel(channel).id, thread_ts)

    # ---- the installation ---------------------------------------------------------------------

    def uninstall(self) -> None:
        """Remove the app from the workspace: `tokens_revoked`, `app_uninstalled`, dead tokens."""
        tokens = {"oauth": [], "bot": [self.workspace.bot_user]}
        self._installation_event("tokens_revoked", tokens=tokens)
        self._installation_event("app_uninstalled")
        self.workspace.installed = False

    def _installation_event(self, kind: str, **more: Any) -> None:
        event = {"type": kind, **more, "event_ts": self.hub.now_ts(self.workspace)}
        self.hub.emit(self.workspace, kind, event)
