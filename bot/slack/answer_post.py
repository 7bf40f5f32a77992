"""
Answers as whole messages: posted, completed in place, and looked for after a lost answer.

A question must not stay without an answer: when it cannot be known whether a post went through,
it is repeated rather than lost. To avoid a double, the post names its request in its metadata and
the thread is read once, in this case alone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.chat.ports import Place
from bot.errors import SlackError
from bot.render.message import Message
from bot.slack.bodies import body_of, log_findings, update_of
from bot.slack.calls import Json, SlackLost, SlackRefused
from bot.slack.paced import PATIENCE_SECONDS, PacedCalls
from bot.slack.same_message import says_the_same
from bot.slack.search import ANSWER_TYPE, is_labelled, is_ours, name_in

# Slack's clock and ours differ a little.
CLOCK_SLACK_SECONDS: Final = 5.0
# Apps of the restricted class get at most 15 messages a call.
PAGE: Final = 15
# Two hundred questions at once in one channel take this long at one post a second, and some.
FINISH_PATIENCE_SECONDS: Final = 300.0
FORM_CODES: Final = frozenset(
    {
        "block_mismatch",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
    }
)
TRIES: Final = 3
# A stream carries no metadata: a lost start is recognised by the words that were sent with it.
RECOGNISED_CHARS: Final = 40
# What Slack takes as chat.update's text.
UPDATE_CHARS: Final = 4_000

log: Final = structlog.get_logger(__name__)


class AnswerPost:
    """
    One answer's messages in its place.

    Args:
        calls: To Slack.
        place: Where the answer goes.
    """

    def __init__(self, calls: PacedCalls, place: Place) -> None:
        self._calls = calls
        self._place = place
        self._key = place.request_key or secrets.token_hex(12)
        # When a post was begun of which nobody knows whether it stands there (UTC epoch seconds).
        self._unheard_since: float | None = None

    @property
    def channel_id(self) -> str:
        """Return where the messages stand: of a direct message known after the first post."""
        return self._place.channel_id

    @property
    def is_unheard(self) -> bool:
        """Return whether something that `begin` posted may stand there, unknown to us."""
        return self._unheard_since is not None

    async def begin(self, message: Message, *, patience_seconds: float) -> str:
        """
        Post what becomes the answer, and return its ts.

        It is looked for when Slack's answer got lost, and never repeated: there is time for that
        until the answer comes (`settled`).

        Raises:
            SlackError: It was not posted, or nobody knows.
        """
        since = time.time()
        try:
            return await self._post_in_form(message, patience_seconds)
        except SlackLost:
            self._unheard_since = since
            if ts := await self.settled():
                return ts
            raise

    async def settled(self, besides: str = "") -> str | None:
        """Return the ts of what `begin` posted although its outcome got lost, when it is found."""
        if self._unheard_since is None:
            return None
        ts = await self.find(
            self._unheard_since,
            lambda message: self._is_this_answer(message) and message.get("ts") != besides,
        )
        if ts:
            self._unheard_since = None
        return ts

    async def post(
        self, message: Message, *, patience_seconds: float = FINISH_PATIENCE_SECONDS
    ) -> str:
        """
        Post a message and return its ts.

        A lost answer is looked for; what is not found is posted again, once.

        Raises:
            SlackError: It could not be posted.
        """
        log_findings(message, method="chat.postMessage")
        since = time.time()
        try:
            return await self._post_in_form(message, patience_seconds)
        except SlackLost as error:
            log.warning("answer_post_lost", channel_id=self._place.channel_id, code=error.code)
            found = await self.find(since, lambda one: self._is_this_answer(one, message))
            if found:
                return found
        try:
            return await self._post_in_form(message, patience_seconds)
        except SlackLost:
            found = await self.find(since, lambda one: self._is_this_answer(one, message))
            if found:
                return found
            raise

    async def complete(self, ts: str, message: Message) -> str:
        """
        Make the message at *ts* the whole answer; where Slack refuses that, post it anew.

        Raises:
            SlackError: Neither could be done.
        """
        log_findings(message, method="chat.update")
        for attempt in range(1, TRIES + 1):
            try:
                await self.update(ts, message, patience_seconds=FINISH_PATIENCE_SECONDS)
            except SlackRefused as error:
                if error.code == "streaming_state_conflict" and attempt < TRIES:
                    await self.end_stream(ts)
                elif error.code in FORM_CODES and message.blocks:
                    message = _text_only(message, error)
                else:
                    log.warning("answer_update_refused", code=error.code)
                    return await self._post_instead(ts, message, error.code)
            except SlackLost:
                # Updating twice does no harm.
                if attempt == TRIES:
                    raise
            else:
                return ts
        return await self.post(message)

    async def _post_instead(self, ts: str, message: Message, code: str) -> str:
        """Post what cannot be put in place; what stands there goes first, so that one is left."""
        if code == "message_not_found":
            # Perhaps a process that died had come this far.
            posted = await self.find(
                float(ts), lambda one: self._is_this_answer(one) and one.get("ts") != ts
            )
            if posted:
                return posted
        else:
            await self.delete(ts)
        return await self.post(message)

    async def delete(self, ts: str) -> None:
        """Take a message away; where that is refused it stays, and nothing is raised."""
        place = self._place
        body = {"channel": place.channel_id, "ts": ts}
        try:
            await self._calls.write(place.workspace_id, "chat.delete", body)
        except SlackError as error:
            log.warning("message_not_deleted", channel_id=place.channel_id, code=error.code)

    async def update(
        self, ts: str, message: Message, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Replace the message at *ts* once; raises SlackError."""
        place = self._place
        fitting = replace(message, text=fit(message.text, UPDATE_CHARS))
        body = update_of(fitting, channel=place.channel_id, ts=ts)
        await self._calls.write(
            place.workspace_id, "chat.update", body, patience_seconds=patience_seconds
        )

    def room_for_updates(self) -> float:
        """Return how many chat.update calls the workspace could make at once now."""
        return self._calls.pacer.room(self._place.workspace_id, "chat.update")

    async def end_stream(self, ts: str) -> None:
        """Stop a stream that may still be open; that it is not, or not there, does no harm."""
        place = self._place
        body = {"channel": place.channel_id, "ts": ts}
        try:
            await self._calls.write(place.workspace_id, "chat.stopStream", body)
        except SlackError as error:
            log.info("stream_not_stopped", channel_id=place.channel_id, code=error.code)

    async def find(self, since: float, wanted: Callable[[Json], bool]) -> str | None:
        """
        Look for a message of ours in the place, posted after *since* (UTC epoch seconds).

        Returns:
            Its ts, or None when it is not there or the place cannot be read.
        """
        place = self._place
        method = "conversations.replies" if place.thread_ts else "conversations.history"
        try:
            answer = await self._calls.read(
                place.workspace_id,
                method,
                channel=place.channel_id,
                oldest=f"{since - CLOCK_SLACK_SECONDS:.6f}",
                include_all_metadata=True,
                limit=PAGE,
                ts=place.thread_ts,
            )
            _, installation = await self._calls.clients.for_workspace(place.workspace_id)
        except SlackError as error:
            log.info("answer_not_looked_for", channel_id=place.channel_id, code=error.code)
            return None
        for message in answer.get("messages", []):
            # A thread's first message comes along whenever it was posted.
            is_answer = message.get("ts") != place.thread_ts
            if is_answer and is_ours(message, installation) and wanted(message):
                return str(message["ts"])
        return None

    async def find_begun(self, since: float, message: Message | None = None) -> str | None:
        """
        Return the ts of what a process that died had begun.

        That is a post that names it (or says what *message* does), or an open stream.
        """
        return await self.find(
            since,
            lambda one: (
                self._is_this_answer(one, message)
                or (one.get("streaming_state") == "in_progress" and not one.get("metadata"))
            ),
        )

    def _is_this_answer(self, found: Json, message: Message | None = None) -> bool:
        """Return whether it names the request, or names none and says what *message* does."""
        if name := name_in(found, ANSWER_TYPE, "request"):
            return name == self._key
        return (
            message is not None
            and not is_labelled(found, ANSWER_TYPE)
            and says_the_same(message, found)
        )

    async def _post_in_form(self, message: Message, patience_seconds: float) -> str:
        try:
            return await self._post_once(message, patience_seconds)
        except SlackRefused as error:
            if error.code not in FORM_CODES or not message.blocks:
                raise
            return await self._post_once(_text_only(message, error), patience_seconds)

    async def _post_once(self, message: Message, patience_seconds: float) -> str:
        place = self._place
        metadata: dict[str, Any] = {
            "event_type": ANSWER_TYPE,
            "event_payload": {"request": self._key, **self._calls.clients.who_we_are()},
        }
        body = body_of(
            message, channel=place.channel_id, thread_ts=place.thread_ts, metadata=metadata
        )
        answer = await self._calls.write(
            place.workspace_id,
            "chat.postMessage",
            body,
            turn_in=place.channel_id,
            patience_seconds=patience_seconds,
        )
        ts = answer.get("ts")
        if not isinstance(ts, str) or not ts:
            raise SlackLost("Slack's answer did not name the message.", code="no_answer")
        # Posted to a person, it stands in a conversation with an id of its own.
        self._place = replace(place, channel_id=str(answer.get("channel") or place.channel_id))
        return ts


def fit(text: str, limit: int) -> str:
    """Cut escaped text at a word, never inside an entity or a link."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    for opening, closing in (("&", ";"), ("<", ">")):
        start = kept.rfind(opening)
        if start > kept.rfind(closing):
            kept = kept[:start]
    return f"{kept.rsplit(' ', 1)[0]}…"


def begins_with(message: Json, text: str) -> bool:
    """Return whether a message of ours without metadata begins with the same words as *text*."""
    sent = _letters(text)[:RECOGNISED_CHARS]
    told = _letters(str(message.get("text", "")))
    return bool(sent) and not message.get("metadata") and told.startswith(sent)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _text_only(message: Message, error: SlackError) -> Message:
    """Return what is left when Slack refuses the blocks: plain, but not lost."""
    log.warning("blocks_refused", code=error.code, reason=error.what)
    return Message(text=message.text)
