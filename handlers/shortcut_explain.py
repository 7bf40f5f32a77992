"""The message shortcut *Explain this*: works in threads too, and answers privately first."""

from __future__ import annotations

from bot.chat.request import RequestKind
from bot.chat.slack_text import decode
from handlers.edge import Edge
from handlers.inbound import Inbound, Json
from handlers.requests import request_of, take


async def shortcut_explain(edge: Edge, inbound: Inbound) -> None:
    """Take the message in as the text to explain."""
    request = request_of(
        edge,
        inbound,
        RequestKind.EXPLAIN,
        text=decode(_words(inbound.message), inbound.bot_user_id).text,
        thread_ts=inbound.thread_ts,
        message_ts=inbound.message_ts or None,
        details={"shortcut": "yes"},
    )
    await take(edge, inbound, request)


def _words(message: Json) -> str:
    """Return a message's text, or that of what is attached to it."""
    attached = message.get("attachments")
    texts = [message.get("text")]
    for one in attached if isinstance(attached, list) else []:
        texts += [one.get("text"), one.get("fallback")] if isinstance(one, dict) else []
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")
