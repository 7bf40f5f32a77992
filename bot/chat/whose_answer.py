"""Whose an answer is: who may share it, have it put in other words, or say whether it helped."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.kept_answer import as_shared, kept_content, kept_key
from bot.chat.ports import RequestStore, ThreadStore
from bot.chat.request import Request
from bot.chat.thread import ThreadKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Presser:
    """Who pressed a button under an answer, and in which conversation, as Slack's payload says."""

    workspace_id: str
    channel_id: str
    user_id: str


def presser_of(request: Request) -> Presser:
    """Return who made a request by pressing something."""
    return Presser(
        workspace_id=request.workspace_id,
        channel_id=request.channel_id,
        user_id=request.user_id,
    )


def may_use(asked: Request, presser: Presser, *, shared: bool) -> bool:
    """
    Return whether somebody may act on the answer to a request: only who sees it may (pure).

    A private answer is its asker's, wherever it reached them; shared, it is the conversation's that
    it was asked in, like any public one. A direct message is one person's conversation.

    Args:
        asked: The request that was answered.
        presser: Who, and where.
        shared: The asker shared the private answer.
    """
    if asked.workspace_id != presser.workspace_id:
        return False
    theirs = asked.user_id == presser.user_id
    if asked.private and theirs:
        return True
    seen_by_others = not asked.private or shared
    direct = asked.channel_id.startswith("D")
    return asked.channel_id == presser.channel_id and seen_by_others and (theirs or not direct)


class AnswerLookup:
    """
    Finds the answer that a button names, for those who may use it.

    A key that nobody knows and one of somebody else's answer are the same: None.

    Args:
        requests: The ledger.
        threads: Where private answers are kept.
    """

    def __init__(self, requests: RequestStore, threads: ThreadStore) -> None:
        self._requests, self._threads = requests, threads

    async def usable(self, source_key: str, presser: Presser) -> Request | None:
        """Return the request whose answer *presser* sees."""
        asked = await self._requests.get(source_key) if source_key else None
        if asked is None:
            return None
        if may_use(asked, presser, shared=False):
            return asked
        # Looked up only where it decides: others' private answers are hardly ever asked for.
        if may_use(asked, presser, shared=True) and await self.is_shared(asked):
            return asked
        return None

    async def own(self, source_key: str, presser: Presser) -> Request | None:
        """Return the request whose private answer *presser* got in this conversation."""
        asked = await self.usable(source_key, presser)
        if asked is None or not asked.private:
            return None
        theirs = (asked.user_id, asked.channel_id) == (presser.user_id, presser.channel_id)
        return asked if theirs else None

    async def is_shared(self, asked: Request) -> bool:
        """Return whether the asker shared a private answer."""
        content = kept_content(await self._threads.get(_key(asked)))
        return content is not None and content.shared

    async def note_shared(self, asked: Request) -> None:
        """Note that a private answer is everybody's in its conversation now."""
        await self._threads.update(_key(asked), as_shared)


def _key(asked: Request) -> ThreadKey:
    return kept_key(asked.workspace_id, asked.channel_id, asked.source_key)
