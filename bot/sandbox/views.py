"""Modals and App Home: what is open for whom, and the rules of opening."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.blocks import check_blocks, fill_defaults
from bot.sandbox.blocks.checks import boolean, one_of, shape, string
from bot.sandbox.blocks.objects import plain_text
from bot.sandbox.blocks.report import Report
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import User, Workspace, new_id

Json = dict[str, Any]

MAX_STACK = 3
MAX_VIEW_BYTES = 250_000


def _skip(_value: Any, _where: str, _report: Report) -> None:
    """Blocks are checked on their own."""


_COMMON = {
    "blocks": _skip,
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_MODAL = shape(
    {
        **_COMMON,
        "type": one_of("modal"),
        "title": plain_text(24),
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    required=("title", "blocks"),
)
_HOME = shape({**_COMMON, "type": one_of("home")}, required=("blocks",))


def check_view(view: Any, kind: str) -> Json:
    """
    Return *view* if Slack would take it.

    Raises:
        Refusal: `invalid_arguments` with the problems and their places, or `view_too_large`.
    """
    report = Report(kind)
    (_MODAL if kind == "modal" else _HOME)(view, "/view", report)
    problems = list(report.problems)
    if isinstance(view, dict):
        blocks = view.get("blocks")
        problems += check_blocks(blocks or [], kind, where="/view/blocks").problems
        if kind == "modal" and _has_input(blocks) and not view.get("submit"):
            problems.append("[ERROR] missing required field: submit [json-pointer:/view]")
    if problems:
        raise Refusal("invalid_arguments", response_metadata={"messages": problems})
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise Refusal("view_too_large")
    checked: Json = view
    return checked


def _has_input(blocks: Any) -> bool:
    listed = blocks if isinstance(blocks, list) else []
    return any(isinstance(b, dict) and b.get("type") == "input" for b in listed)


@dataclass(slots=True)
class Views:
    """
    Open modals, at most three deep and per person, and published Home tabs.

    Attributes:
        stacks: (team, user) -> open modals, the lowest first.
        homes: (team, user) -> the Home tab.
    """

    hub: Hub
    stacks: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    homes: dict[tuple[str, str], Json] = field(default_factory=dict)

    def stack(self, workspace: Workspace, user: str) -> list[Json]:
        return self.stacks.setdefault((workspace.id, user), [])

    def top(self, workspace: Workspace, user: str) -> Json | None:
        """Return the modal that *user* looks at, if any."""
        stack = self.stack(workspace, user)
        return stack[-1] if stack else None

    def complete(
        self, workspace: Workspace, view: Json, *, root: str = "", below: str = ""
    ) -> Json:
        """Return the view object that Slack makes of what an app sent."""
        view_id = new_id("V")
        optional: Json = {k: view[k] for k in ("title", "submit", "close") if k in view}
        return {
            "id": view_id,
            "team_id": workspace.id,
            "type": view["type"],
            "blocks": fill_defaults(view["blocks"]),
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": {}},
            "hash": self._hash(),
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": bool(view.get("clear_on_close")),
            "notify_on_close": bool(view.get("notify_on_close")),
            "submit_disabled": bool(view.get("submit_disabled")),
            "previous_view_id": below or None,
            "root_view_id": root or view_id,
            "external_id": view.get("external_id", ""),
            "app_id": self.hub.app.app_id,
            "app_installed_team_id": workspace.id,
            "bot_id": workspace.bot_id,
            **optional,
        }

    def _hash(self) -> str:
        return f"{int(self.hub.clock())}.{secrets.token_hex(4)}"

    def open(self, workspace: Workspace, user: str, view: Json) -> Json:
        """Open a modal; one that was open before is replaced."""
        self._check_external_id(workspace, view)
        made = self.complete(workspace, view)
        self.stacks[workspace.id, user] = [made]
        self.show(workspace, user)
        return made

    def push(self, workspace: Workspace, user: str, view: Json) -> Json:
        """
        Put a modal on top of the open one.

        Raises:
            Refusal: `push_limit_reached`, or `not_found` when none is open.
        """
        stack = self.stack(workspace, user)
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= MAX_STACK:
            raise Refusal("push_limit_reached")
        self._check_external_id(workspace, view)
        made = self.complete(workspace, view, root=stack[0]["id"], below=stack[-1]["id"])
        stack.append(made)
        self.show(workspace, user)
        return made

    def find(
        self, workspace: Workspace, *, view_id: str = "", external_id: str = ""
    ) -> tuple[str, Json]:
        """
        Return the user and the view with that id.

        Raises:
            Refusal: `not_found`.
        """
        for (team, user), stack in self.stacks.items():
            for view in stack:
                hit = view["id"] == view_id or (external_id and view["external_id"] == external_id)
                if team == workspace.id and hit:
                    return user, view
        for (team, user), home in self.homes.items():
            if team == workspace.id and home["id"] == view_id:
                return user, home
        raise Refusal("not_found")

    def update(
        self, workspace: Workspace, user: str, old: Json, view: Json, given: str = ""
    ) -> Json:
        """
        Replace an open view, keeping its id.

        Raises:
            Refusal: `hash_conflict` when *given* is not its current hash.
        """
        if given and given != old["hash"]:
            raise Refusal("hash_conflict")
        made = self.complete(workspace, view)
        keep = ("id", "root_view_id", "previous_view_id")
        old.update({**made, **{name: old[name] for name in keep}})
        self.show(workspace, user)
        return old

    def close_top(self, workspace: Workspace, user: str) -> None:
        stack = self.stack(workspace, user)
        if stack:
            stack.pop()
        self.show(workspace, user)

    def clear(self, workspace: Workspace, user: str) -> None:
        self.stack(workspace, user).clear()
        self.show(workspace, user)

    def show(self, workspace: Workspace, user: str) -> None:
        """Let the person's page draw what is on top now."""
        top = self.top(workspace, user)
        self.hub.changed(workspace, "view", user=user, view=top)

    def publish(self, workspace: Workspace, user: User, view: Json, given: str = "") -> Json:
        """
        Publish somebody's Home tab.

        Raises:
            Refusal: `hash_conflict`.
        """
        old = self.homes.get((workspace.id, user.id))
        if given and old is not None and given != old["hash"]:
            raise Refusal("hash_conflict")
        made = self.complete(workspace, view)
        if old is not None:
            made["id"] = made["root_view_id"] = old["id"]
        self.homes[workspace.id, user.id] = made
        self.hub.changed(workspace, "home", user=user.id)
        return made

    def _check_external_id(self, workspace: Workspace, view: Json) -> None:
        external = view.get("external_id")
        for (team, _), stack in self.stacks.items():
            taken = any(each["external_id"] == external for each in stack)
            if external and team == workspace.id and taken:
                raise Refusal("duplicate_external_id")


def views(hub: Hub) -> Views:
    found: Views = hub.shelves.setdefault("views", Views(hub))
    return found
