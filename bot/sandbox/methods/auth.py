"""`api.test`, `auth.*`, `team.info`."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks import check_blocks
from bot.sandbox.content import refuse_blocks
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import SPECIAL, Call, method


@method("api.test", tier=4, credential="none")
async def api_test(call: Call) -> dict[str, Any]:
    if "error" in call.args:
        raise Refusal(call.args.text("error"), args=call.args.values)
    return {"args": call.args.values} if call.args.values else {}


@method("auth.test", tier=SPECIAL)
async def auth_test(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    return {
        "url": call.hub.base_url + "/",
        "team": workspace.name,
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("auth.revoke", tier=3)
async def auth_revoke(call: Call) -> dict[str, Any]:
    if call.args.flag("test"):
        return {"revoked": False}
    call.hub.tokens[call.workspace.bot_token] = ""
    return {"revoked": True}


@method("blocks.validate", tier=4, credential="none")
async def blocks_validate(call: Call) -> dict[str, Any]:
    """Check blocks without posting them, as Slack's public validator does."""
    blocks = call.args.json_value("blocks")
    report = check_blocks(blocks, "message")
    if report.problems:
        raise refuse_blocks(report.problems)
    return {}


@method("team.info", scopes=("team:read",), tier=3)
async def team_info(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.id,
            "name": workspace.name,
            "domain": workspace.domain,
            "url": call.hub.base_url + "/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", scopes=("users:read",), tier=3)
async def bots_info(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    for user in workspace.users.values():
        if user.bot_id and user.bot_id == call.args.text("bot"):
            bot = {
                "id": user.bot_id,
                "deleted": user.deleted,
                "name": user.name,
                "updated": 0,
                "app_id": call.hub.app.app_id,
                "user_id": user.id,
                "icons": {},
            }
            return {"bot": bot}
    raise Refusal("bot_not_found")
