"""From payloads to rows of the ledger: what was asked, by which key it is unique."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.request import Request, RequestKind
from handlers.edge import Edge
from handlers.inbound import Inbound


def request_of(
    edge: Edge,
    inbound: Inbound,
    kind: RequestKind,
    *,
    text: str = "",
    thread_ts: str | None = None,
    message_ts: str | None = None,
    private: bool = True,
    details: Mapping[str, str] | None = None,
) -> Request:
    """Return the request behind a command, shortcut or button: its trigger id makes it unique."""
    key = inbound.trigger_id
    return Request(
        source_key=key,
        twin_key=key,
        kind=kind,
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        user_id=inbound.user_id,
        text=text,
        received_at=edge.clock.now(),
        thread_ts=thread_ts,
        message_ts=message_ts,
        private=private,
        response_url=inbound.secret_url,
        details=dict(details or {}),
    )


async def take(edge: Edge, inbound: Inbound, request: Request) -> None:
    """Write the request down, acknowledge, and let it be answered; one that is known is only acked."""
    fresh = await edge.intake.record(request)
    await inbound.ack()
    if fresh:
        await edge.intake.hand_out(request)
