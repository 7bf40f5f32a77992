"""`/oauth/v2/authorize`: the page on which a person chooses a workspace and allows the app, or not."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from bot.sandbox.hub import Hub
from bot.sandbox.oauth import Ask, BadRequest, codes, read_ask
from bot.sandbox.state import User, Workspace

PATH = "/oauth/v2/authorize"
# No form-action: browsers hold it against the redirect to the app as well.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_CARRIED = ("client_id", "scope", "redirect_uri", "state")


@dataclass(slots=True)
class AuthorizePage:
    """Asks the person; `POST` takes `decision` (allow or cancel), `team`, `user`, `scope_…`."""

    hub: Hub

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self.show, allow_head=False),
            web.post(PATH, self.decide),
            web.get("/app_redirect", self.open_app),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Show the page, or say what the app asked wrongly."""
        try:
            ask = read_ask(self.hub.app, request.query)
        except BadRequest as problem:
            return _refused(problem)
        return _page("Install an app", self._form(ask, request.query))

    async def decide(self, request: web.Request) -> web.Response:
        """Send the person back to the app, with a code or with `access_denied`."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            ask = read_ask(self.hub.app, form)
            if form.get("decision") != "allow":
                _go(ask.answer(error="access_denied"))
            workspace = self._workspace(form)
            _go(ask.answer(code=self._code(ask, workspace, form)))
        except BadRequest as problem:
            return _refused(problem)

    async def open_app(self, request: web.Request) -> web.Response:
        """Stand for the link by which a browser opens an app in Slack."""
        if request.query.get("team", "") not in self.hub.workspaces:
            return _refused(BadRequest("team_not_found"))
        raise web.HTTPFound("/")

    def _workspace(self, form: Mapping[str, str]) -> Workspace:
        workspace = self.hub.workspaces.get(form.get("team", ""))
        if workspace is None:
            raise BadRequest("team_not_found")
        return workspace

    def _code(self, ask: Ask, workspace: Workspace, form: Mapping[str, str]) -> str:
        # A form without boxes (a test's, mostly) grants all that was asked.
        optional = self.hub.app.optional_scopes if "boxes" in form else frozenset()
        declined = {scope for scope in optional if f"scope_{scope}" not in form}
        user = form.get("user", "") or _installer(workspace).id
        whole = form.get("whole_organisation") == "yes"
        return codes(self.hub).give(ask, workspace.id, user, ask.scopes - declined, whole=whole)

    def _form(self, ask: Ask, query: Mapping[str, str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(query[name])}">'
            for name in _CARRIED
            if name in query
        )
        teams = "".join(
            f'<option value="{html.escape(each.id)}">{html.escape(each.name)}</option>'
            for each in self.hub.workspaces.values()
        )
        name = html.escape(self.hub.app.name)
        return (
            f"<h1>{name} asks for access to a workspace</h1>"
            f'<form method="post" action="{PATH}">{hidden}<input type="hidden" name="boxes">'
            f'<p><label>Workspace <select name="team">{teams}</select></label></p>'
            f"<ul>{''.join(map(self._scope_line, sorted(ask.scopes)))}</ul>"
            '<p><button name="decision" value="cancel">Cancel</button> '
            '<button name="decision" value="allow">Allow</button></p></form>'
        )

    def _scope_line(self, scope: str) -> str:
        shown = html.escape(scope)
        if scope not in self.hub.app.optional_scopes:
            return f"<li>{shown}</li>"
        box = f'<input type="checkbox" name="scope_{shown}" value="yes" checked>'
        return f"<li><label>{box} {shown} (optional)</label></li>"


def _installer(workspace: Workspace) -> User:
    """Return who installs when nobody was named: an admin, else anybody."""
    people = [each for each in workspace.users.values() if not each.is_bot]
    return next((each for each in people if each.is_admin), people[0])


def _go(address: str) -> NoReturn:
    raise web.HTTPFound(address)


def _refused(problem: BadRequest) -> web.Response:
    words = f"<h1>Something went wrong</h1><p>Error: <code>{html.escape(str(problem))}</code></p>"
    return _page("Error", words, status=400)


def _page(title: str, body: str, *, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<body>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS, status=status)
