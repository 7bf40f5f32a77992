"""A private answer as it is kept for a while: to be shared, made simpler, or asked more about. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from bot.chat.content import AnswerContent
from bot.chat.request import Request
from bot.chat.thread import ThreadKey, ThreadMemory

_CONTENT = TypeAdapter(AnswerContent)


def kept_key(workspace_id: str, channel_id: str, source_key: str) -> ThreadKey:
    """Return where a private answer is kept: among the threads, so that it expires like them."""
    return ThreadKey(
        workspace_id=workspace_id, channel_id=channel_id, thread_ts=f"request:{source_key}"
    )


def kept_memory(
    request: Request,
    content: AnswerContent,
    memory: ThreadMemory,
    now: datetime,
    retention: timedelta,
) -> ThreadMemory:
    """Return *memory* under the private answer's own key, with the answer in it."""
    return replace(
        memory,
        key=kept_key(request.workspace_id, request.channel_id, request.source_key),
        answer=_CONTENT.dump_json(content).decode(),
        expires_at=now + retention,
    )


def as_shared(memory: ThreadMemory | None) -> ThreadMemory | None:
    """Return the memory of a private answer that everybody in its channel sees from now on."""
    content = kept_content(memory)
    if memory is None or content is None:
        return memory
    return replace(memory, answer=_CONTENT.dump_json(replace(content, shared=True)).decode())


def kept_content(memory: ThreadMemory | None) -> AnswerContent | None:
    """Return the answer that a memory keeps; None when there is none, or one of an older form."""
    if memory is None or not memory.answer:
        return None
    try:
        return _CONTENT.validate_json(memory.answer)
    except ValidationError:
        return None
