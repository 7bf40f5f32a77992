"""`/sandbox/…`: the same switches as the Python API, as JSON over HTTP, for other processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.hub import Hub
from bot.sandbox.interaction import Answered
from bot.sandbox.member import CannotDo
from bot.sandbox.person import Person
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import utc
from bot.sandbox.wire import channel_wire, message_wire

_Json = dict[str, Any]


@dataclass(slots=True)
class Control:
    """The control endpoints; loopback only, so without any token."""

    hub: Hub

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/state", self._guarded(self.state)),
            web.get("/sandbox/calls", self._guarded(self.calls)),
            web.delete("/sandbox/calls", self._guarded(self.clear_calls)),
            web.get("/sandbox/faults", self._guarded(self.faults)),
            web.post("/sandbox/faults", self._guarded(self.add_fault)),
            web.delete("/sandbox/faults", self._guarded(self.clear_faults)),
            web.get("/sandbox/messages", self._guarded(self.messages)),
            web.get("/sandbox/pings", self._guarded(self.pings)),
            web.get("/sandbox/deliveries", self._guarded(self.deliveries)),
            web.post("/sandbox/redeliver", self._guarded(self.redeliver)),
            web.post("/sandbox/post", self._guarded(self.post)),
            web.post("/sandbox/act", self._guarded(self.act)),
            web.post("/sandbox/disconnect", self._guarded(self.disconnect)),
            web.get("/sandbox/home", self._guarded(self.home)),
            web.get("/sandbox/live", self.live),
        ]

    @staticmethod
    def _guarded(
        work: Callable[[web.Request], Awaitable[_Json]],
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Turn the expected errors of a control call into a JSON answer with a sentence."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if not _is_local(request):
                return _problem(403, "Control calls come from this machine's own pages only.")
            try:
                return web.json_response({"ok": True, **await work(request)})
            except (KeyError, ValueError, TypeError, CannotDo) as problem:
                text = problem.args[0] if problem.args else type(problem).__name__
                return _problem(400, str(text))
            except Refusal as refusal:
                return web.json_response(refusal.body(), status=400)

        return handle

    # ---- looking ------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> _Json:
        """Answer everything a page needs to start, seen by `viewer` (default: the bot)."""
        now = utc(self.hub.clock())
        teams = []
        for workspace in self.hub.workspaces.values():
            viewer = request.query.get("viewer") or workspace.bot_user
            teams.append(
                {
                    "id": workspace.id,
                    "name": workspace.name,
                    "installed": workspace.installed,
                    "bot_user": workspace.bot_user,
                    "users": [user.wire(now) for user in workspace.users.values()],
                    "channels": [
                        channel_wire(workspace, channel, viewer) | {"members": channel.members}
                        for channel in workspace.channels.values()
                    ],
                }
            )
        app = self.hub.app
        return {
            "app": {
                "id": app.app_id,
                "name": app.name,
                "commands": [asdict(each) for each in (app.slash_commands or {}).values()],
                "shortcuts": [asdict(each) for each in app.shortcuts or ()],
            },
            "connections": len(self.hub.delivery.sockets.connections),
            "workspaces": teams,
            "counters": dict(self.hub.calls.counters),
        }

    async def messages(self, request: web.Request) -> _Json:
        """Answer all messages of a channel, replies included, oldest first."""
        workspace, channel = self.hub.channel(
            _needed(request.query, "channel"), request.query.get("team", "")
        )
        shown = [message_wire(workspace, channel.messages[ts]) for ts in channel.order]
        private = [m for m in self.hub.ephemerals if m["channel"] == channel.id]
        return {"channel": channel.id, "messages": shown, "ephemerals": private}

    async def calls(self, request: web.Request) -> _Json:
        listed = self.hub.calls.listed(request.query.get("method", ""))
        return {"calls": listed, "counters": dict(self.hub.calls.counters)}

    async def clear_calls(self, _request: web.Request) -> _Json:
        self.hub.calls.clear()
        return {}

    async def pings(self, _request: web.Request) -> _Json:
        return {
            "pings": [asdict(ping) for ping in self.hub.pings],
            "masked_links": [asdict(link) for link in self.hub.masked_links],
        }

    async def deliveries(self, _request: web.Request) -> _Json:
        listed = [
            {
                "kind": envelope.kind,
                "event_id": envelope.event_id,
                "type": (envelope.payload.get("event") or envelope.payload).get("type", ""),
                "attempts": envelope.attempts,
                "outcome": envelope.outcome,
                "problem": envelope.last_problem,
            }
            for envelope in self.hub.delivery.log
        ]
        return {"deliveries": listed}

    # ---- switching ----------------------------------------------------------------------------

    async def faults(self, _request: web.Request) -> _Json:
        return {"faults": self.hub.faults.listed()}

    async def add_fault(self, request: web.Request) -> _Json:
        settings = await request.json()
        self.hub.faults.add(**settings)
        return {"faults": self.hub.faults.listed()}

    async def clear_faults(self, _request: web.Request) -> _Json:
        self.hub.faults.clear()
        return {}

    async def disconnect(self, request: web.Request) -> _Json:
        """Cut the Socket Mode connections; with `politely` Slack's own way."""
        body = await request.json() if request.can_read_body else {}
        if body.get("politely"):
            await self.hub.delivery.sockets.refresh()
        else:
            self.hub.delivery.sockets.cut()
        return {}

    async def redeliver(self, request: web.Request) -> _Json:
        body = await request.json()
        event_id = _needed(body, "event_id")
        return {"copies": self.hub.delivery.redeliver(event_id, body.get("times", 1))}

    # ---- acting -------------------------------------------------------------------------------

    def person(self, user: str) -> Person:
        """Return the person with that id; KeyError with a sentence when there is none."""
        workspace = self.hub.workspace_of_user(user)
        return Person(self.hub, workspace, workspace.users[user])

    async def post(self, request: web.Request) -> _Json:
        """Post as a person: `{user, channel, text, thread_ts}`."""
        body = await request.json()
        person = self.person(_needed(body, "user"))
        message = person.post(
            body.get("channel", ""),
            _needed(body, "text"),
            thread_ts=body.get("thread_ts", ""),
        )
        return {"message": message_wire(person.workspace, message), "channel": message.channel}

    async def act(self, request: web.Request) -> _Json:
        """Do anything else as a person: `{user, do: "join", channel, …}`."""
        body = await request.json()
        person = self.person(_needed(body, "user"))
        action = _needed(body, "do")
        if action not in _ACTIONS:
            raise ValueError(f"Unknown action {action!r}. Use one of: {', '.join(_ACTIONS)}.")
        arguments = {k: v for k, v in body.items() if k not in {"user", "do"}}
        result = getattr(person, action)(**arguments)
        if asyncio.iscoroutine(result):
            result = await result
        return {"result": _plain(result)}

    async def home(self, request: web.Request) -> _Json:
        """Answer the Home tab and the open modal of `user`."""
        person = self.person(_needed(request.query, "user"))
        return {"view": person.home, "modal": person.view}

    # ---- live ---------------------------------------------------------------------------------

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Send what changes as server-sent events until the page goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        queue: asyncio.Queue[_Json] = asyncio.Queue()
        self.hub.watchers.add(queue)
        try:
            await response.write(b": hello\n\n")
            while True:
                note = await _next_note(queue)
                if note and note["kind"] == "bye":
                    return response
                line = f"data: {json.dumps(note)}\n\n" if note else ": still here\n\n"
                await response.write(line.encode())
        except ConnectionError:
            return response  # the page was closed
        finally:
            self.hub.watchers.discard(queue)


_ACTIONS = (
    "post",
    "join",
    "leave",
    "invite",
    "remove",
    "archive",
    "rename",
    "delete_channel",
    "create_channel",
    "edit",
    "delete",
    "react",
    "direct",
    "command",
    "shortcut",
    "click",
    "open_home",
    "submit_view",
    "close_view",
    "view_action",
    "suggest",
    "stop_stream",
    "uninstall",
)
_KEEP_ALIVE_SECONDS = 15.0


def _needed(body: Any, name: str) -> str:
    """Return a field that the call cannot do without; ValueError with a sentence otherwise."""
    value = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(value, str):
        raise ValueError(f"The call needs the field {name!r}.")  # noqa: TRY004 - it is input
    return value


async def _next_note(queue: asyncio.Queue[_Json]) -> _Json | None:
    try:
        return await asyncio.wait_for(queue.get(), _KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return None


def _plain(result: Any) -> Any:
    if isinstance(result, Answered):
        return asdict(result)
    if result is None or isinstance(result, str | int | dict | list):
        return result
    return {"id": getattr(result, "id", ""), "ts": getattr(result, "ts", "")}


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"ok": False, "error": sentence}, status=status)


def _is_local(request: web.Request) -> bool:
    """Refuse pages of other sites (they could reach loopback) and foreign host names (rebinding)."""
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin", "")
    same_site = not origin or origin.split("://")[-1] == request.host
    return host in {"127.0.0.1", "localhost", "[::1]", "::1"} and same_site
