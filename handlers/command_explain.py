"""`/explain …`: a private answer."""

from __future__ import annotations

from bot.chat.ask import AskKind, parse_ask
from bot.chat.request import RequestKind
from bot.render.help_messages import explain_help
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import reply
from handlers.requests import request_of, take


async def command_explain(edge: Edge, inbound: Inbound) -> None:
    """Take the question in; "help" and nothing at all are answered with examples."""
    if parse_ask(inbound.text).kind in {AskKind.HELP, AskKind.EMPTY}:
        await inbound.ack()
        await reply(edge, inbound, explain_help())
        return
    await take(edge, inbound, request_of(edge, inbound, RequestKind.EXPLAIN, text=inbound.text))
