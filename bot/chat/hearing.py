"""Use case: a message was said somewhere; is it a question to us, and which one?"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.listen import Answered, Last, Said, listen, says_something
from bot.chat.ports import DeliveryLookup, RequestStore, ThreadStore
from bot.chat.request import Request, RequestKind
from bot.chat.slack_text import Heard, decode
from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from bot.digest.ports import ChannelStore

# Threads in which people talked lately; older ones begin anew, which only makes us a bit bolder.
MAX_TALKS = 5_000
_MOST_TALKERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Uttered:
    """
    A message as Slack's event tells it.

    Attributes:
        event_id: Of the event.
        text: Raw, with Slack's markup.
        thread_ts: None at the top level.
        direct: In a direct message with us.
        by_bot: Written by a bot, us included.
        bot_user_id: Ours in that workspace.
        addressed: Whether its rich text mentions us (`slack_text.addressed_in`); None when it has none.
    """

    event_id: str
    workspace_id: str
    channel_id: str
    user_id: str
    text: str
    ts: str
    bot_user_id: str
    thread_ts: str | None = None
    direct: bool = False
    by_bot: bool = False
    addressed: bool | None = None


@dataclass(frozen=True, slots=True)
class _Talk:
    """`talkers`: who said something to other people since our last answer, a message each."""

    last: Last = "nobody"
    last_user: str = ""
    last_ts: str = ""
    talkers: tuple[str, ...] = ()


class Hearing:
    """
    Decides by `listen`, with what is known of the thread.

    Args:
        threads, requests, deliveries: Tell whether a thread is one of ours.
        channels: For the channel's wish about replies.
    """

    def __init__(
        self,
        *,
        threads: ThreadStore,
        requests: RequestStore,
        deliveries: DeliveryLookup,
        channels: ChannelStore,
    ) -> None:
        self._threads, self._requests = threads, requests
        self._deliveries, self._channels = deliveries, channels
        self._talks: OrderedDict[ThreadKey, _Talk] = OrderedDict()

    async def hear(self, uttered: Uttered, now: datetime) -> Request | None:
        """Return the question that a message asks of us, to be recorded, or None."""
        heard = decode(uttered.text, uttered.bot_user_id)
        if uttered.addressed is False:
            heard = replace(heard, mentions_us=False)
        in_talk = uttered.direct or uttered.thread_ts is not None
        if uttered.by_bot or not (in_talk or heard.mentions_us):
            return None
        channel = await self._channels.get(uttered.workspace_id, uttered.channel_id)
        said = await self._said(uttered, heard, now)
        if channel is not None:
            said = replace(said, mode=channel.preference.thread_replies)
        answered = isinstance(listen(said), Answered)
        self._note(uttered, heard, answered=answered)
        if not answered:
            return None
        language = channel.preference.language if channel is not None else ""
        return _question(uttered, heard, language, now)

    async def _said(self, uttered: Uttered, heard: Heard, now: datetime) -> Said:
        said = Said(
            text=heard.text,
            mentions_us=heard.mentions_us,
            mentions_others=heard.mentions_others,
            direct=uttered.direct,
            our_thread=False,
        )
        if uttered.thread_ts is None:
            return said
        key = _key(uttered, uttered.thread_ts)
        memory = await self._threads.get(key, now)
        talk = self._talks.get(key) or _talk_of(memory)
        return replace(
            said,
            our_thread=memory is not None or await self._is_ours(key),
            last=talk.last,
            last_was_author=talk.last == "person" and talk.last_user == uttered.user_id,
            others_talk=sum(talker != uttered.user_id for talker in talk.talkers),
        )

    async def _is_ours(self, key: ThreadKey) -> bool:
        place = (key.workspace_id, key.channel_id, key.thread_ts)
        return (
            await self._deliveries.by_ts(*place) is not None
            or await self._requests.by_answer(*place) is not None
        )

    def _note(self, uttered: Uttered, heard: Heard, *, answered: bool) -> None:
        """Remember who speaks in the thread; a message delivered twice counts once, small talk never."""
        if not answered and not says_something(heard.text):
            return
        key = _key(uttered, uttered.thread_ts or uttered.ts)
        talk = self._talks.pop(key, _Talk())
        if answered:
            talk = _Talk(last="bot", last_ts=uttered.ts)
        elif talk.last_ts != uttered.ts:
            talk = _Talk(
                last="person",
                last_user=uttered.user_id,
                last_ts=uttered.ts,
                talkers=(*talk.talkers, uttered.user_id)[-_MOST_TALKERS:],
            )
        self._talks[key] = talk
        while len(self._talks) > MAX_TALKS:
            self._talks.popitem(last=False)


def _key(uttered: Uttered, thread_ts: str) -> ThreadKey:
    return ThreadKey(
        workspace_id=uttered.workspace_id, channel_id=uttered.channel_id, thread_ts=thread_ts
    )


def _talk_of(memory: ThreadMemory | None) -> _Talk:
    turns: tuple[StoredTurn, ...] = memory.turns if memory else ()
    if not turns:
        return _Talk()
    last = turns[-1]
    if last.role == "assistant":
        return _Talk(last="bot", last_ts=last.ts)
    return _Talk(last="person", last_user=last.user_id, last_ts=last.ts)


def _question(uttered: Uttered, heard: Heard, language: str, now: datetime) -> Request:
    return Request(
        source_key=uttered.event_id,
        twin_key=f"{uttered.channel_id}:{uttered.ts}",
        kind=RequestKind.QUESTION,
        workspace_id=uttered.workspace_id,
        channel_id=uttered.channel_id,
        user_id=uttered.user_id,
        text=heard.text,
        received_at=now,
        # Answers stand in threads, in direct messages too: there they stream and are remembered.
        thread_ts=uttered.thread_ts or uttered.ts,
        message_ts=uttered.ts,
        details={"language": language} if language else {},
    )
