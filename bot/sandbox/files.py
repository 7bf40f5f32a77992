"""Uploaded files: kept in memory, served to the page."""

from __future__ import annotations

import mimetypes
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Workspace, new_id

_SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """`secret` is part of its upload URL; `content` is None until something was uploaded."""

    id: str
    team: str
    name: str
    length: int
    secret: str
    expires: float
    alt_txt: str = ""
    title: str = ""
    created: int = 0
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(slots=True)
class Files:
    """All files of all workspaces, by id."""

    hub: Hub
    known: dict[str, StoredFile] = field(default_factory=dict)

    def announce(self, workspace: Workspace, name: str, length: int, alt_txt: str) -> StoredFile:
        """Make room for a file that is about to be uploaded."""
        stored = StoredFile(
            id=new_id("F"),
            team=workspace.id,
            name=name,
            length=length,
            secret=secrets.token_urlsafe(18),
            expires=time.monotonic() + self.hub.timings.upload,
            alt_txt=alt_txt,
            created=int(self.hub.clock()),
        )
        self.known[stored.id] = stored
        return stored

    def upload_url(self, stored: StoredFile) -> str:
        return f"{self.hub.base_url}/upload/v1/{stored.secret}"

    def find(self, workspace: Workspace, file_id: str) -> StoredFile:
        """
        Return a file of this workspace.

        Raises:
            Refusal: `file_not_found`.
        """
        stored = self.known.get(file_id)
        if stored is None or stored.team != workspace.id:
            raise Refusal("file_not_found")
        return stored

    def wire(self, stored: StoredFile, user: str) -> dict[str, Any]:
        """Return the file object."""
        address = f"{self.hub.base_url}/files-pri/{stored.id}/{stored.name}"
        return {
            "id": stored.id,
            "created": stored.created,
            "timestamp": stored.created,
            "name": stored.name,
            "title": stored.title or stored.name,
            "mimetype": stored.mimetype,
            "filetype": stored.name.rpartition(".")[2].lower(),
            "user": user,
            "size": len(stored.content or b""),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": address,
            "url_private_download": address,
            "alt_txt": stored.alt_txt,
            "channels": stored.channels,
        }

    async def take_upload(self, request: web.Request) -> web.StreamResponse:
        """Take the bytes, as a raw body or a form."""
        secret = request.match_info["secret"]
        stored = next((f for f in self.known.values() if f.secret == secret), None)
        if stored is None or stored.expires < time.monotonic():
            return web.Response(status=404, text="This upload URL is not valid any more.")
        content = await _body(request)
        if len(content) != stored.length:
            return web.Response(status=400, text="The length is not the announced one.")
        stored.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve a file; pictures are shown, everything else is only downloaded."""
        stored = self.known.get(request.match_info["file"])
        if stored is None or stored.content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        shown = stored.mimetype in _SHOWN
        kind = stored.mimetype if shown else "application/octet-stream"
        response = web.Response(body=stored.content, content_type=kind)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = "inline" if shown else "attachment"
        return response


async def _body(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def files(hub: Hub) -> Files:
    found: Files = hub.shelves.setdefault("files", Files(hub))
    return found
