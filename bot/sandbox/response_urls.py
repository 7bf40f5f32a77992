"""`response_url`: five uses in thirty minutes, wherever the person was."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox import posting
from bot.sandbox.blocks import fill_defaults
from bot.sandbox.content import check_content
from bot.sandbox.ephemeral import remove_ephemeral, show_ephemeral
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Channel, Workspace
from bot.sandbox.wire import message_wire

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """
    One URL and what it may still do.

    Attributes:
        original: ts of the message that `replace_original` and `delete_original` mean: the one
            with the clicked button, else the latest that came through this URL.
        expires: Monotonic seconds.
    """

    team: str
    channel: str
    user: str
    original: str = ""
    thread_ts: str = ""
    uses_left: int = 5
    expires: float = 0.0


@dataclass(slots=True)
class ResponseUrls:
    """All URLs that were given out."""

    hub: Hub
    known: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(
        self, workspace: Workspace, channel: str, user: str, *, original: str = "", thread: str = ""
    ) -> tuple[str, ResponseUrl]:
        """Return a new URL and its value."""
        secret = secrets.token_urlsafe(18)
        self.known[secret] = ResponseUrl(
            team=workspace.id,
            channel=channel,
            user=user,
            original=original,
            thread_ts=thread,
            uses_left=self.hub.timings.response_url_uses,
            expires=time.monotonic() + self.hub.timings.response_url,
        )
        return f"{self.hub.base_url}/actions/{workspace.id}/{secret}", self.known[secret]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one POST to a response_url."""
        url = self.known.get(request.match_info["secret"])
        if url is None or url.expires < time.monotonic():
            return _refused("expired_url", 404)
        if url.uses_left <= 0:
            return _refused("used_url", 404)
        try:
            body = json.loads(await request.read())
            if not isinstance(body, dict):
                return _refused("invalid_payload", 400)
            self.respond(url, body)
        except ValueError:
            return _refused("invalid_payload", 400)
        except Refusal as refusal:
            return web.json_response(refusal.body(), status=400)
        url.uses_left -= 1
        return web.Response(text="ok")

    def respond(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        """
        Do what a response says: a new message, a replaced or a deleted one.

        Raises:
            Refusal: The content is not a message.
        """
        workspace = self.hub.workspaces[url.team]
        if body.get("delete_original"):
            self._delete(workspace, url)
            return
        content = {k: body[k] for k in ("text", "blocks", "attachments") if body.get(k)}
        check_content(content)
        self.hub.note_reach(content, method="response_url", channel=url.channel, ts=url.original)
        if body.get("replace_original") and self._replace(workspace, url, content):
            return
        self._new(workspace, url, content, body)

    def _new(
        self, workspace: Workspace, url: ResponseUrl, content: Json, body: Mapping[str, Any]
    ) -> None:
        thread_ts = str(body.get("thread_ts") or "")
        if body.get("response_type") == "in_channel":
            channel = workspace.channels[url.channel]
            message = posting.new_bot_message(self.hub, workspace, channel, content, thread_ts)
            posting.store(self.hub, workspace, channel, message)
            return
        thread_ts = thread_ts or url.thread_ts
        url.original = show_ephemeral(
            self.hub, workspace, url.channel, url.user, content, thread_ts=thread_ts
        )

    def _replace(self, workspace: Workspace, url: ResponseUrl, content: Json) -> bool:
        channel = workspace.channels[url.channel]
        message = channel.messages.get(url.original)
        if message is not None:
            previous = message_wire(workspace, message)
            message.body = {**_kept(message.body), **_stored(content)}
            posting.announce_edit(self.hub, workspace, channel, message, previous)
            return True
        return self._replace_ephemeral(workspace, channel, url, content)

    def _replace_ephemeral(
        self, workspace: Workspace, channel: Channel, url: ResponseUrl, content: Json
    ) -> bool:
        for shown in self.hub.ephemerals:
            if shown["ts"] == url.original:
                for name in ("text", "blocks", "attachments"):
                    shown.pop(name, None)
                shown.update({"text": "", **_stored(content)})
                self.hub.changed(
                    workspace, "ephemeral", channel=channel.id, user=url.user, message=shown
                )
                return True
        return False

    def _delete(self, workspace: Workspace, url: ResponseUrl) -> None:
        channel = workspace.channels[url.channel]
        message = channel.messages.get(url.original)
        if message is not None:
            posting.delete_message(self.hub, workspace, channel, message)
        else:
            remove_ephemeral(self.hub, workspace, url.original)


def _kept(body: Json) -> Json:
    return {k: v for k, v in body.items() if k not in {"text", "blocks", "attachments"}}


def _stored(content: Json) -> Json:
    blocks = content.get("blocks")
    return content | ({"blocks": fill_defaults(blocks)} if blocks else {})


def _refused(code: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status)


def response_urls(hub: Hub) -> ResponseUrls:
    found: ResponseUrls = hub.shelves.setdefault("response_urls", ResponseUrls(hub))
    return found
