"""`oauth.v2.access`: a code for a token."""

from __future__ import annotations

from typing import Any

from bot.sandbox.oauth import Code, check_client, codes, install
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Workspace


@method("oauth.v2.access", tier=4, credential="none")
async def oauth_v2_access(call: Call) -> dict[str, Any]:
    args = call.args
    secret = args.text("client_secret")
    args.values.pop("client_secret", None)  # the log of calls keeps the arguments
    check_client(call.hub.app, args.text("client_id"), secret)
    if args.text("grant_type", "authorization_code") != "authorization_code":
        raise Refusal("invalid_grant_type")
    code = codes(call.hub).take(args.text("code"), args.text("redirect_uri"))
    workspace = call.hub.workspaces[code.team]
    token = install(call.hub, workspace, code.scopes)
    return _answer(call, workspace, code, token)


def _answer(call: Call, workspace: Workspace, code: Code, token: str) -> dict[str, Any]:
    organisation = {"id": "E01SANDBOX1", "name": "Sandbox Organisation"}
    rotating = {"refresh_token": f"xoxe-1-{workspace.id}", "expires_in": 43_200}
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.scopes)),
        "bot_user_id": workspace.bot_user,
        "app_id": call.hub.app.app_id,
        "team": None if code.whole_organisation else {"id": workspace.id, "name": workspace.name},
        "enterprise": organisation if code.whole_organisation else None,
        "authed_user": {"id": code.user},
        "is_enterprise_install": code.whole_organisation,
        **(rotating if call.hub.app.token_rotation else {}),
    }
