"""
The use case: answer a recorded request, once, whatever happens in between.

    received ─> working ─> (a sign, then sentences, then the whole) ─> answered
                   └─ the model is busy, or Slack is away ─> received, to be run again

What was begun by a process that died is completed in the same place (`answer_ts`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.chat.ask import MAX_ASK_CHARS
from bot.chat.content import AnswerContent
from bot.chat.explain_more import ExplainMore
from bot.chat.fair_queue import FairQueue
from bot.chat.gather import Gatherer
from bot.chat.kept_answer import kept_content, kept_key
from bot.chat.ledger_row import Row
from bot.chat.material import FromGlossary, Material, Say
from bot.chat.ports import Answer, AnswerDesk, AnswerRenderer, Place, RequestStore, ThreadStore
from bot.chat.remember import Remembering
from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.sayings import Saying, say
from bot.chat.speaker import ModelBusy, Speaker, Stopwatch, show
from bot.chat.transitions import (
    INTERRUPTED,
    AnswerLimits,
    answered,
    expire,
    fail,
    is_open,
    is_too_old,
    start,
    wait,
)
from bot.chat.turnstile import Turnstile
from bot.clock import Clock
from bot.errors import CipherError, SlackError, StorageError
from bot.explain.glossary import Glossary
from bot.model.port import Model
from bot.render.message import Message

log = structlog.get_logger(__name__)


class Answering:
    """
    Answers requests.

    Args:
        requests: The ledger.
        threads: The memory.
        gatherer: Finds what a request is about.
        explain_more: Posts full explanations.
        desk: Makes answers visible.
        renderer: Makes messages.
        model: None when none is configured.
        glossary: Explains terms.
        remembering: Writes the memory.
        limits: How long things may take.
        places: How many answers use the model at once; per_workspace: of one workspace.
        clock: Tells how long an answer took.
    """

    def __init__(
        self,
        *,
        requests: RequestStore,
        threads: ThreadStore,
        gatherer: Gatherer,
        explain_more: ExplainMore,
        desk: AnswerDesk,
        renderer: AnswerRenderer,
        model: Model | None,
        glossary: Glossary,
        remembering: Remembering,
        limits: AnswerLimits | None = None,
        places: int = 8,
        per_workspace: int = 6,
        clock: Clock,
    ) -> None:
        self._requests, self._threads = requests, threads
        self._gatherer, self._explain_more = gatherer, explain_more
        self._desk, self._renderer = desk, renderer
        self._remembering = remembering
        self._limits = limits or AnswerLimits()
        self._speaker = Speaker(
            model=model,
            glossary=glossary,
            limits=self._limits,
            turnstile=Turnstile(
                FairQueue(places, per_workspace), say_again_seconds=self._limits.say_again
            ),
        )
        self._clock = clock
        self._signed: set[str] = set()

    async def record(self, request: Request) -> bool:
        """
        Write a request down before anything is done about it.

        Returns:
            False when it is there already: redelivered, or the twin of one that is. The caller
            then does nothing more.
        """
        return await self._requests.record(
            replace(request, text=request.text[:MAX_ASK_CHARS], state=RequestState.RECEIVED)
        )

    async def sign(self, request: Request) -> None:
        """
        Show at once that a recorded request is seen, before its turn to be looked at comes.

        In threads only: a private note belongs to the answer that replaces it.
        """
        if request.thread_ts is None or request.private or request.kind is RequestKind.EXPLAIN_MORE:
            return
        self._signed.add(request.source_key)
        answer = self._desk.begin(_place(request, interrupted=False), _unstored)
        await self._think(answer, Saying.THINKING, request)

    async def say_waits(self, request: Request, before: int) -> None:
        """Tell in a thread how many questions are before this one, while it is not looked at yet."""
        if request.thread_ts is not None and not request.private and is_open(request):
            answer = self._desk.begin(_place(request, interrupted=False), _unstored)
            await self._think(answer, Saying.WAITING, request, n=before + 1)

    def is_signed(self, source_key: str) -> bool:
        """Return whether people were shown that the request is seen, and it was not looked at yet."""
        return source_key in self._signed

    async def answer(self, source_key: str, now: datetime) -> datetime | None:
        """
        Answer a request; nothing happens when it is done or somebody is at it.

        Returns:
            When to run it again, or None when there is nothing more to do.
        """
        request = await self._requests.get(source_key)
        if request is None or not is_open(request) or request.state is RequestState.WORKING:
            return None
        if request.not_before is not None and request.not_before > now:
            return request.not_before
        row = Row(self._requests, request)
        if not await row.change(start(request)):
            return None
        place = _place(row.request, interrupted=request.reason == INTERRUPTED)
        return await self._run(row, place, Stopwatch(now, self._clock))

    async def shared(self, workspace_id: str, channel_id: str, source_key: str) -> Message | None:
        """Return a private answer as a message for its channel; None when it is no longer kept."""
        kept = await self._threads.get(kept_key(workspace_id, channel_id, source_key))
        content = kept_content(kept)
        if content is None:
            return None
        public = replace(content, can_share=False, follow_up_hint=True)
        return self._renderer.answer(public)

    async def remember_shared(
        self, workspace_id: str, channel_id: str, source_key: str, ts: str, now: datetime
    ) -> None:
        """Begin the memory of the thread under a shared answer, so that people can ask on there."""
        kept = await self._threads.get(kept_key(workspace_id, channel_id, source_key))
        content, request = kept_content(kept), await self._requests.get(source_key)
        if kept is not None and content is not None and request is not None:
            await self._remembering.shared(request, kept, content, ts, now)

    async def _run(self, row: Row, place: Place, watch: Stopwatch) -> datetime | None:
        answer = self._desk.begin(place, row.started)
        try:
            await self._finished(row, answer, watch)
        except ModelBusy as busy:
            later = watch.now + timedelta(seconds=busy.seconds)
            await row.change(wait(row.request, later, "the model is busy"))
            return later
        except SlackError as error:
            return await self._slack_failed(row, error, watch)
        except StorageError as error:
            return await self._not_stored(row, answer, error)
        except asyncio.CancelledError:
            # We are stopping: the next process need not wait until the row looks forgotten.
            await row.hand_back()
            raise
        except Exception:
            # Whatever went wrong, the asker gets a sentence, and the row an end; the error goes on
            # to the log of whoever runs us.
            await self._say_broken(row, answer)
            raise
        return None

    async def _finished(self, row: Row, answer: Answer, watch: Stopwatch) -> None:
        request = row.request
        if is_too_old(request, watch.now, self._limits):
            await self._notice(answer, Saying.ASK_AGAIN, request)
            await row.change(expire(row.request))
            return
        if request.kind is RequestKind.EXPLAIN_MORE:
            language = (await self._gatherer.preference_of(request)).language
            async with self._speaker.turn(request, answer, language):
                ts = await self._explain_more.post(request, answer, watch.now)
            await row.change(answered(row.request, ts))
            return
        found = await self._found(request, answer, watch.now)
        content = await self._speaker.content(row.request, found, answer, watch)
        ts = await answer.finish(self._renderer.answer(content))
        await self._keep(row, found, content, ts, watch.now)

    async def _found(
        self, request: Request, answer: Answer, now: datetime
    ) -> Material | FromGlossary | Say:
        """Show a sign while looking for what to answer from."""
        if request.source_key in self._signed:
            self._signed.discard(request.source_key)
            return await self._gatherer.gather(request, now)
        sign = asyncio.create_task(self._think(answer, Saying.THINKING, request))
        try:
            return await self._gatherer.gather(request, now)
        finally:
            await sign

    async def _keep(
        self,
        row: Row,
        found: Material | FromGlossary | Say,
        content: AnswerContent,
        ts: str,
        now: datetime,
    ) -> None:
        """
        Save the memory and end the row.

        In a thread the memory comes first: dying in between only makes the same message be written
        again. A private answer cannot be written again, so there its row comes first.
        """
        request = row.request
        if request.private:
            await row.change(answered(request, ts))
        if isinstance(found, Say):
            if found.memory is not None:
                await self._remembering.asked(request, found.memory, now)
        else:
            await self._remembering.turn(request, found, content, ts, now)
        if not request.private:
            await row.change(answered(row.request, ts))

    async def _think(
        self, answer: Answer, saying: Saying, request: Request, **slots: object
    ) -> None:
        language = (await self._gatherer.preference_of(request)).language
        await show(answer, say(saying, language, **slots))

    async def _notice(self, answer: Answer, saying: Saying, request: Request) -> str:
        language = (await self._gatherer.preference_of(request)).language
        return await answer.finish(self._renderer.notice([say(saying, language)]))

    async def _slack_failed(self, row: Row, error: SlackError, watch: Stopwatch) -> datetime | None:
        """Slack said no: that is final. Slack was not reached: again in a moment, while it is of use."""
        if not error.is_passing or is_too_old(row.request, watch.now, self._limits):
            log.warning("answer_not_shown", source_key=row.request.source_key, code=error.code)
            await row.change(fail(row.request, str(error)))
            return None
        later = watch.now + timedelta(seconds=self._limits.slack_retry)
        await row.change(wait(row.request, later, str(error)))
        return later

    async def _not_stored(self, row: Row, answer: Answer, error: StorageError) -> datetime:
        """
        Put the row back as soon as it can be stored; then its answer is completed where it stands.

        A private answer cannot be found again, so there the asker is told, and has to ask again.
        """
        log.warning("answer_not_stored", source_key=row.request.source_key, error=str(error))
        if row.request.private or isinstance(error, CipherError):
            await self._say_broken(row, answer)
            raise error
        await row.put_back(self._limits.store_retry)
        return self._clock.now()

    async def _say_broken(self, row: Row, answer: Answer) -> None:
        # Not looked up: whatever broke may be what looks things up.
        language = row.request.details.get("language", "en")
        try:
            await answer.finish(self._renderer.notice([say(Saying.BROKEN, language)]))
        except SlackError as error:
            log.warning("answer_not_shown", source_key=row.request.source_key, code=error.code)
        await row.change(fail(row.request, "a fault of ours"))


async def _unstored(answer_ts: str) -> None:
    """A status line has no ts that could be stored."""


def _place(request: Request, *, interrupted: bool) -> Place:
    url = request.response_url
    unknown = interrupted and request.answer_ts is None and not request.private
    return Place(
        workspace_id=request.workspace_id,
        channel_id=request.channel_id,
        user_id=request.user_id,
        thread_ts=request.thread_ts,
        response_url=url.get_secret_value() if url is not None and request.private else None,
        answer_ts=request.answer_ts,
        request_key=request.source_key,
        begun_since=request.received_at if unknown else None,
        # The button of a public message has a response_url that would replace it for everybody.
        replace_original=request.details.get("public_origin") != "yes",
    )
