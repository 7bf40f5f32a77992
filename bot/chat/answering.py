"""
The use case: answer a recorded request, once, whatever happens in between.

    received ─> working ─> (a sign, then sentences, then the whole) ─> answered
                   └─ Slack is away ─> received, to be run again

From the question to the end there is one limit (`AnswerLimits.whole`): when it is over, people get
what there is without the model, and are told so. What was begun by a process that died is completed
in the same place (`answer_ts`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.chat.ask import MAX_ASK_CHARS, Ask, AskKind
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
from bot.chat.speaker import Speaker, Stopwatch, show, status_words
from bot.chat.transitions import (
    INTERRUPTED,
    UNHEARD,
    AnswerLimits,
    answer_until,
    answered,
    expire,
    fail,
    is_open,
    is_too_old,
    note_seconds,
    start,
    wait,
)
from bot.chat.turnstile import Turnstile
from bot.chat.understand import wishes_of
from bot.chat.visible_answer import VisibleAnswer
from bot.clock import Clock
from bot.errors import CipherError, SlackError, StorageError
from bot.explain.glossary import Glossary
from bot.model.port import Model
from bot.render.message import Message

# Even when the time was over before it began, what is already known is looked up.
GATHER_SECONDS = 2.0
# Signs given for requests that other processes answer are forgotten, oldest first.
_KEPT_SIGNS = 1_000

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
        self._signs: dict[str, asyncio.Future[bool]] = {}

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
        while len(self._signs) >= _KEPT_SIGNS:
            del self._signs[next(iter(self._signs))]
        signed = self._signs[request.source_key] = asyncio.get_running_loop().create_future()
        answer = self._desk.begin(_place(request, unknown=False), _unstored)
        seen = False
        try:
            seen = await self._think(answer, Saying.THINKING, request)
        finally:
            signed.set_result(seen)

    async def say_waits(self, request: Request, before: int) -> bool:
        """
        Tell how many questions are before this one, while it is not looked at yet.

        Returns:
            False when that cannot be shown before it is: in threads alone there is a status line.
        """
        if not is_open(request):
            return True
        if request.thread_ts is None or request.private:
            return False
        answer = self._desk.begin(_place(request, unknown=False), _unstored)
        return await self._think(answer, Saying.WAITING, request, n=before + 1)

    def is_signed(self, source_key: str) -> bool:
        """Return whether people see, or soon will, that a request is seen that is not looked at yet."""
        signed = self._signs.get(source_key)
        return signed is not None and (not signed.done() or signed.result())

    def until(self, request: Request, now: datetime) -> datetime:
        """Return when the answer to a request that stands in line from now on must have ended."""
        return answer_until(request, now, self._limits)

    async def answer(
        self, source_key: str, now: datetime, until: datetime | None = None
    ) -> datetime | None:
        """
        Answer a request; nothing happens when it is done or somebody is at it.

        Args:
            source_key: Of the request.
            now: When this run begins.
            until: When it must have ended, for one that stood in line before; see `until`.

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
        place = _place(row.request, unknown=request.reason in {INTERRUPTED, UNHEARD})
        watch = Stopwatch(now, self._clock, until or self.until(request, now))
        return await self._run(row, place, watch)

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
        request = row.request
        answer = VisibleAnswer(
            self._desk.begin(place, row.started),
            lambda: self._words(Saying.THINKING, request),
            note_in_seconds=note_seconds(request, watch.now, self._limits),
            signed=self._signs.pop(request.source_key, None),
        )
        try:
            await self._finished(row, answer, watch)
        except SlackError as error:
            return await self._slack_failed(row, error, watch)
        except StorageError as error:
            return await self._not_stored(row, answer, error)
        except asyncio.CancelledError:
            # We are stopping: the next process need not wait until the row looks forgotten. A note
            # on its way would change the row too.
            await answer.close()
            await row.hand_back()
            raise
        except Exception:
            # Whatever went wrong, the asker gets a sentence, and the row an end; the error goes on
            # to the log of whoever runs us.
            await self._say_broken(row, answer)
            raise
        finally:
            await answer.close()
        return None

    async def _finished(self, row: Row, answer: VisibleAnswer, watch: Stopwatch) -> None:
        request = row.request
        if is_too_old(request, watch.now, self._limits):
            await self._notice(answer, Saying.ASK_AGAIN, request)
            await row.change(expire(row.request))
            return
        if request.kind is RequestKind.EXPLAIN_MORE:
            ts = await self._explain_more.post(request, answer, watch, self._speaker.turn)
            await row.change(answered(row.request, ts))
            return
        if not answer.is_signed:
            answer.beside(self._think(answer, Saying.THINKING, request))
        found = await self._found(request, watch)
        content = await self._speaker.content(row.request, found, answer, watch)
        ts = await answer.finish(self._renderer.answer(content))
        await self._keep(row, found, content, ts, watch.now)

    async def _found(self, request: Request, watch: Stopwatch) -> Material | FromGlossary | Say:
        """Return what to answer from, as far as it can be looked up in time."""
        seconds = max(watch.left, GATHER_SECONDS)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await self._gatherer.gather(request, watch.now)
        except TimeoutError:
            if not limit.expired():
                raise
            preference = await self._gatherer.preference_of(request)
            wishes = wishes_of(request, Ask(kind=AskKind.EMPTY), preference)
            return Say(saying=Saying.TOO_SLOW, wishes=wishes)

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
    ) -> bool:
        language = (await self._gatherer.preference_of(request)).language
        return await show(answer, saying, language, **slots)

    async def _words(self, saying: Saying, request: Request) -> tuple[str, str]:
        return status_words(saying, (await self._gatherer.preference_of(request)).language)

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
        # Told to wait, Slack did nothing; else what it did is looked for before anything is posted.
        reason = str(error) if error.code == "ratelimited" else UNHEARD
        await row.change(wait(row.request, later, reason))
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


def _place(request: Request, *, unknown: bool) -> Place:
    """Return where the answer goes; *unknown*: something of it may stand there, unrecorded."""
    url = request.response_url
    unknown = unknown and request.answer_ts is None and not request.private
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
