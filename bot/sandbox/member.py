"""People among people: messages, reactions, channels, and the events an app gets for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox import membership, posting, reactions
from bot.sandbox.hub import Hub
from bot.sandbox.state import Channel, Message, User, Workspace
from bot.sandbox.typing_text import to_blocks, to_wire
from bot.sandbox.wire import message_wire


class CannotDo(Exception):
    """Slack would not let this person do that; the sentence says why."""


@dataclass(slots=True)
class Member:
    """
    One user at the keyboard.

    Channels are named by id or name. Errors are `KeyError` for unknown ids and `CannotDo`.
    """

    hub: Hub
    workspace: Workspace
    user: User

    def channel(self, channel: str) -> Channel:
        found = self.hub.channel(channel, self.workspace.id)[1]
        if found.is_private and self.user.id not in found.members:
            raise CannotDo(f"{self.user.name} is not in that private conversation.")
        return found

    def direct(self, with_user: str = "") -> Channel:
        """Return the direct conversation with the app's bot (or somebody else)."""
        before = set(self.workspace.channels)
        other = with_user or self.workspace.bot_user
        channel = self.workspace.direct_channel(self.user.id, other)
        if channel.id not in before:
            self.hub.channel_changed(self.workspace, channel)
        return channel

    # ---- messages -----------------------------------------------------------------------------

    def post(
        self, channel: str, text: str, *, thread_ts: str = "", broadcast: bool = False
    ) -> Message:
        """
        Post what a person types.

        `message.*` goes to the app when its bot is in the channel, `app_mention` too when the
        bot is mentioned there.

        With:
            channel: Id or name; "" is the direct conversation with the bot.
            text: As typed: `@name`, `#channel` and addresses become what Slack makes of them.
        """
        place = self.channel(channel) if channel else self.direct()
        self._check_may_write(place)
        message = self._typed(place, text, thread_ts)
        message.is_broadcast = broadcast
        if broadcast:
            message.subtype = "thread_broadcast"
        posting.store(self.hub, self.workspace, place, message)
        self._mention_event(place, message)
        return message

    def _check_may_write(self, place: Channel) -> None:
        if place.is_archived:
            raise CannotDo("The channel is archived.")
        if self.user.id not in place.members:
            raise CannotDo(f"{self.user.name} is not in #{place.name}; join it first.")
        if place.posting == "admins" and not self.user.is_admin:
            raise CannotDo("Only admins may post there.")

    def _typed(self, place: Channel, text: str, thread_ts: str) -> Message:
        people = {user.name: user.id for user in self.workspace.users.values()}
        channels = {c.name: c.id for c in self.workspace.channels.values() if c.name}
        block_id = secrets.token_urlsafe(4)[:5]
        return Message(
            ts=self.hub.now_ts(self.workspace),
            channel=place.id,
            user=self.user.id,
            team=self.workspace.id,
            thread_ts=thread_ts,
            client_msg_id=posting.new_client_msg_id(),
            body={
                "text": to_wire(text, people, channels),
                "blocks": to_blocks(text, people, channels, block_id),
            },
        )

    def _mention_event(self, place: Channel, message: Message) -> None:
        """Mentions in direct messages come as `message.im` only (docs: app_mention)."""
        mentions_bot = f"<@{self.workspace.bot_user}" in message.text
        if not mentions_bot or place.kind == "im":
            return
        event = message_wire(self.workspace, message)
        event |= {"type": "app_mention", "channel": place.id, "event_ts": message.ts}
        event.pop("subtype", None)
        self.hub.emit_in_channel(self.workspace, place, "app_mention", event)

    def edit(self, channel: str, ts: str, text: str) -> Message:
        """Edit one's own message: `message_changed`."""
        place, message = self._own(channel, ts)
        previous = message_wire(self.workspace, message)
        message.body = self._typed(place, text, message.thread_ts).body
        edited = {"user": self.user.id, "ts": self.hub.now_ts(self.workspace)}
        message.body["edited"] = edited
        posting.announce_edit(self.hub, self.workspace, place, message, previous)
        return message

    def delete(self, channel: str, ts: str) -> None:
        """Delete one's own message (admins: anybody's): `message_deleted`."""
        place, message = self._own(channel, ts)
        posting.delete_message(self.hub, self.workspace, place, message)

    def _own(self, channel: str, ts: str) -> tuple[Channel, Message]:
        place = self.channel(channel)
        message = place.messages[ts]
        if message.user != self.user.id and not self.user.is_admin:
            raise CannotDo("That message is somebody else's.")
        return place, message

    def react(self, channel: str, ts: str, name: str) -> None:
        place = self.channel(channel)
        reactions.react(
            self.hub, self.workspace, place, place.messages[ts], self.user.id, name.strip(":")
        )

    # ---- channels -----------------------------------------------------------------------------

    def join(self, channel: str) -> None:
        membership.join_channel(self.hub, self.workspace, self.channel(channel), self.user.id)

    def leave(self, channel: str) -> None:
        membership.leave_channel(self.hub, self.workspace, self.channel(channel), self.user.id)

    def invite(self, channel: str, user: str = "") -> None:
        """Invite somebody; by default the bot, as `/invite @plainwire` does."""
        invited = user or self.workspace.bot_user
        membership.join_channel(
            self.hub, self.workspace, self.channel(channel), invited, inviter=self.user.id
        )

    def remove(self, channel: str, user: str = "") -> None:
        """Remove somebody from a channel; by default the bot."""
        removed = user or self.workspace.bot_user
        membership.leave_channel(self.hub, self.workspace, self.channel(channel), removed)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        membership.archive_channel(
            self.hub, self.workspace, self.channel(channel), self.user.id, archived=archived
        )

    def rename(self, channel: str, name: str) -> None:
        membership.rename_channel(self.hub, self.workspace, self.channel(channel), name)

    def delete_channel(self, channel: str) -> None:
        membership.delete_channel(self.hub, self.workspace, self.channel(channel), self.user.id)

    def create_channel(self, name: str, *, is_private: bool = False) -> Channel:
        """Create a channel with oneself in it: `channel_created` for a public one."""
        return membership.create_channel(
            self.hub, self.workspace, self.user.id, name, is_private=is_private
        )

    # ---- what this person sees ----------------------------------------------------------------

    def ephemerals(self, channel: str = "") -> list[dict[str, Any]]:
        """Return the messages that only this person sees, oldest first."""
        place = self.hub.channel(channel, self.workspace.id)[1].id if channel else ""
        return [
            message
            for message in self.hub.ephemerals
            if message["to"] == self.user.id and (not place or message["channel"] == place)
        ]
