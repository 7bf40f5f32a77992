"""*Simpler*, *More detail* and *Ask the model for more* under an answer."""

from __future__ import annotations

from typing import Final

from bot.chat.request import RequestKind
from bot.chat.understand import WISH_DETAIL, WISH_MODEL, WISH_SIMPLER
from bot.render.ids import ASK_MODEL, MORE_DETAIL, SIMPLER
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.requests import request_of, take
from handlers.stale import say_stale

_WISHES: Final = {SIMPLER: WISH_SIMPLER, MORE_DETAIL: WISH_DETAIL, ASK_MODEL: WISH_MODEL}


async def action_rephrase(edge: Edge, inbound: Inbound) -> None:
    """Take the wish in; the new answer is private, in the place of a private one."""
    wish = _WISHES.get(str(inbound.action.get("action_id")))
    if wish is None or not inbound.value:
        await say_stale(edge, inbound)
        return
    details = {"request": inbound.value, "wish": wish}
    if not inbound.is_private:
        details["public_origin"] = "yes"
    request = request_of(
        edge,
        inbound,
        RequestKind.REPHRASE,
        thread_ts=inbound.thread_ts,
        message_ts=None if inbound.is_private else inbound.message_ts,
        details=details,
    )
    await take(edge, inbound, request)
