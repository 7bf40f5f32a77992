"""
Hand-written stand-ins for answering: stores in dictionaries with the real compare-and-set rules.

`Killer` counts every call that a fake awaits; at a chosen one the process "dies": a `Crash` is
raised before or after the effect, and everything in memory of the use case is thrown away.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.answering import Answering
from bot.chat.content import AnswerContent
from bot.chat.explain_more import ExplainMore
from bot.chat.gather import Gatherer
from bot.chat.ports import Answer, DeliveryLookup, Place, StartedCallback
from bot.chat.remember import Remembering
from bot.chat.request import REQUEST_FINAL, REQUEST_TRANSITIONS, Request, RequestKind, RequestState
from bot.chat.thread import ThreadKey, ThreadMemory
from bot.chat.transitions import AnswerLimits
from bot.chat.turns import is_expired, without_message, without_person
from bot.chat.unfinished import Unfinished
from bot.clock import Clock, FixedClock
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.errors import SlackError
from bot.explain.explanation import Explanation, Form, Level
from bot.explain.glossary import Glossary
from bot.model.port import Model, ModelError, ModelReply, ModelRequest
from bot.news.entry import Page
from bot.news.story import Story
from bot.render.message import Message
from bot.render.mrkdwn import Escaped
from tests.fakes.digest import Crash, FakeChannels, FakeStories, make_explanation
from tests.fakes.explaining import NOW, make_entry, make_pages, make_story

__all__ = ["NOW", "Crash"]

GLOSSARY = Glossary.load()
PHONE = make_story()
CHOIR = make_story(
    make_entry(
        3,
        id="entry-choir",
        title="A choir of voices, all from one singer",
        url="https://outlet3.example/choir",
        text="The Bergen choir published a record of forty voices made from one singer's voice.",
    )
)
DIGEST_TS = "1772442000.000100"


def make_request(text: str = "What does Pilot need?", **changes: Any) -> Request:
    """Return a question in the digest's thread, received a moment before NOW."""
    request = Request(
        source_key="Ev1",
        twin_key="C1:1772442100.000200",
        kind=RequestKind.QUESTION,
        workspace_id="T1",
        channel_id="C1",
        user_id="U1",
        text=text,
        received_at=NOW - timedelta(seconds=1),
        thread_ts=DIGEST_TS,
        message_ts="1772442100.000200",
    )
    return replace(request, **changes)


def make_delivery(*stories: Story) -> Delivery:
    """Return the delivery whose message is the parent of the thread."""
    return Delivery(
        key=DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date()),
        state=DeliveryState.SENT,
        attempt=3,
        due_at=NOW,
        ts=DIGEST_TS,
        stories=tuple((story.id, story.revision) for story in stories),
    )


@dataclass
class Killer:
    """Dies at the *at*-th step, before (or after) it takes effect; 0: never."""

    at: int = 0
    after: bool = False
    steps: int = 0
    names: list[str] = field(default_factory=list)

    async def step(self, name: str, effect: Callable[[], Any] | None = None) -> Any:
        """Yield to the loop, then do the effect, dying before or after it when it is time."""
        await asyncio.sleep(0)
        self.steps += 1
        self.names.append(name)
        if self.steps == self.at and not self.after:
            raise Crash(name)
        result = effect() if effect else None
        if self.steps == self.at and self.after:
            raise Crash(name)
        return result


@dataclass
class FakeRequests:
    """A RequestStore."""

    killer: Killer = field(default_factory=Killer)
    rows: dict[str, Request] = field(default_factory=dict)
    history: list[RequestState] = field(default_factory=list)
    held: dict[str, bool] = field(default_factory=dict)
    holds: list[str] = field(default_factory=list)

    async def record(self, request: Request) -> bool:
        twins = {row.twin_key for row in self.rows.values()}
        if request.source_key in self.rows or request.twin_key in twins:
            return False
        self.rows[request.source_key] = request
        return True

    async def get(self, source_key: str) -> Request | None:
        found: Request | None = await self.killer.step("get", lambda: self.rows.get(source_key))
        return found

    async def change(self, old: Request, new: Request) -> bool:
        assert new.attempt == old.attempt + 1
        assert new.state in REQUEST_TRANSITIONS[old.state]

        def write() -> bool:
            current = self.rows.get(old.source_key)
            if current is None or (current.state, current.attempt) != (old.state, old.attempt):
                return False
            self.rows[new.source_key] = new
            self.history.append(new.state)
            return True

        return bool(await self.killer.step(f"change:{new.state.value}", write))

    async def unfinished(self, limit: int = 500) -> list[Request]:
        found = [
            replace(row, held=self.held.get(row.source_key))
            for row in self.rows.values()
            if row.state not in REQUEST_FINAL
        ]
        return sorted(found, key=lambda row: row.received_at)[:limit]

    async def hold(self, source_keys: Collection[str], seconds: float) -> None:
        self.held |= dict.fromkeys(source_keys, True)
        self.holds += source_keys

    async def by_answer(self, workspace_id: str, channel_id: str, answer_ts: str) -> Request | None:
        return next((row for row in self.rows.values() if row.answer_ts == answer_ts), None)

    async def erase_texts(self, before: datetime) -> int:
        raise NotImplementedError

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        raise NotImplementedError

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        raise NotImplementedError


@dataclass
class FakeThreads:
    """A ThreadStore."""

    killer: Killer = field(default_factory=Killer)
    rows: dict[ThreadKey, ThreadMemory] = field(default_factory=dict)

    async def get(self, key: ThreadKey, now: datetime | None = None) -> ThreadMemory | None:
        memory = self.rows.get(key)
        return None if memory and now and is_expired(memory, now) else memory

    async def save(self, memory: ThreadMemory) -> None:
        await self.killer.step("save", lambda: self.rows.__setitem__(memory.key, memory))

    async def update(
        self, key: ThreadKey, change: Callable[[ThreadMemory | None], ThreadMemory | None]
    ) -> ThreadMemory | None:
        def write() -> ThreadMemory | None:
            new = change(self.rows.get(key))
            self.rows.pop(key, None)
            if new is not None:
                self.rows[key] = new
            return new

        found: ThreadMemory | None = await self.killer.step("update", write)
        return found

    async def erase(self, key: ThreadKey) -> bool:
        return self.rows.pop(key, None) is not None

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        return self._change(lambda memory: without_message(memory, ts))

    async def erase_expired(self, now: datetime) -> int:
        return self._change(lambda memory: None if is_expired(memory, now) else memory)

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        return self._change(lambda memory: without_person(memory, user_id))

    def _change(self, change: Callable[[ThreadMemory], ThreadMemory | None]) -> int:
        new = {key: change(memory) for key, memory in self.rows.items()}
        touched = sum(new[key] != memory for key, memory in self.rows.items())
        self.rows = {key: memory for key, memory in new.items() if memory is not None}
        return touched


@dataclass
class Shown:
    """One message in the channel: its pieces while it grew, and its final form."""

    place: Place
    pieces: list[str] = field(default_factory=list)
    message: Message | None = None

    @property
    def text(self) -> str:
        return self.message.text if self.message else "".join(self.pieces)


@dataclass
class FakeDesk:
    """An AnswerDesk over a channel that outlives the process: `messages` by ts."""

    killer: Killer = field(default_factory=Killer)
    messages: dict[str, Shown] = field(default_factory=dict)
    private: list[Shown] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refuse: deque[SlackError] = field(default_factory=deque)
    refuse_status: bool = False
    first_shown_at: dict[str, float] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def begin(self, place: Place, on_started: StartedCallback) -> Answer:
        return FakeAnswer(self, place, on_started)


class FakeAnswer:
    """Posts at the first piece, like a stream; completes what `answer_ts` names."""

    def __init__(self, desk: FakeDesk, place: Place, on_started: StartedCallback) -> None:
        self._desk, self._place, self._on_started = desk, place, on_started
        self._ts = place.answer_ts
        self._shown = Shown(place)
        if self._ts:
            self._shown = desk.messages[self._ts]

    async def show_thinking(self, status: str, note: str = "") -> bool:
        if self._desk.refuse_status:
            raise SlackError("Slack does not know this method.", code="unknown_method")
        await self._desk.killer.step("status", lambda: self._desk.statuses.append(status))
        return True

    async def show_note(self, status: str, note: str) -> bool:
        await self._begun()
        await self._desk.killer.step("note", lambda: self._desk.notes.append(note))
        return True

    async def withdraw(self) -> None:
        if self._ts:
            await self._desk.killer.step(
                "withdraw", lambda: self._desk.messages.pop(self._ts, None)
            )

    async def add(self, piece: Escaped) -> None:
        assert isinstance(piece, Escaped)
        await self._begun()
        await self._desk.killer.step("add", lambda: self._shown.pieces.append(str(piece)))

    async def finish(self, message: Message) -> str:
        if self._desk.refuse:
            raise self._desk.refuse.popleft()
        if self._place.response_url:
            self._shown.message = message
            await self._desk.killer.step("whole", lambda: self._desk.private.append(self._shown))
            return ""
        await self._begun()
        await self._desk.killer.step("whole", lambda: setattr(self._shown, "message", message))
        assert self._ts
        return self._ts

    async def _begun(self) -> None:
        if self._ts or self._place.response_url:
            return
        # A real adapter finds a post by its metadata when its outcome got lost.
        found = [
            ts
            for ts, shown in self._desk.messages.items()
            if shown.place.request_key == self._place.request_key
        ]
        self._ts = found[0] if found else f"1772443000.{next(self._desk.numbers):06}"
        if found:
            self._shown = self._desk.messages[self._ts]
        ts = self._ts
        self._desk.first_shown_at.setdefault(self._place.request_key, time.perf_counter())
        await self._desk.killer.step(
            "post", lambda: self._desk.messages.setdefault(ts, self._shown)
        )
        await self._on_started(self._ts)


@dataclass
class ScriptedModel:
    """A Model that says what it is told to: texts and errors in order, the last one again and again."""

    script: deque[str | ModelError | list[str | ModelError]] = field(default_factory=deque)
    killer: Killer = field(default_factory=Killer)
    requests: list[ModelRequest] = field(default_factory=list)
    stall_seconds: float = 0.0
    first_after_seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0

    def then(self, *answers: str | ModelError | list[str | ModelError]) -> ScriptedModel:
        self.script.extend(answers)
        return self

    async def complete(self, request: ModelRequest) -> ModelReply:
        raise NotImplementedError

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(self.first_after_seconds)
            answer = self.script.popleft() if len(self.script) > 1 else self.script[0]
            for part in answer if isinstance(answer, list) else [answer]:
                if isinstance(part, ModelError):
                    raise part
                for start in range(0, len(part), 12):
                    await self.killer.step("piece")
                    yield part[start : start + 12]
            await asyncio.sleep(self.stall_seconds)
        finally:
            self.at_once -= 1


class PlainRenderer:
    """An AnswerRenderer whose messages say what tests look at; `contents` are what it was given."""

    def __init__(self) -> None:
        self.contents: list[AnswerContent] = []

    def answer(self, content: AnswerContent) -> Message:
        self.contents.append(content)
        return Message(text=f"[{content.basis}] {content.text}")

    def explanation(
        self, explanation: Explanation, request_key: str, *, model_missed: bool = False
    ) -> Message:
        return Message(text=f"[explanation] {explanation.headline}")

    def already_explained(self, channel_id: str, ts: str, headline: str, language: str) -> Message:
        return Message(text=f"[pointer] {ts}")

    def notice(self, sentences: Any) -> Message:
        return Message(text="[notice] " + " ".join(sentences))


@dataclass
class FakePages:
    """A PageReader over a dictionary."""

    pages: dict[str, Page] = field(default_factory=dict)
    read_urls: list[str] = field(default_factory=list)

    async def read(self, url: str) -> Page:
        self.read_urls.append(url)
        return self.pages.get(
            url, Page(source=url, problems=("The server has no page at this address (HTTP 404).",))
        )


class FakeTexts:
    """StoryTexts: the pages of the phone story."""

    async def of(self, story: Story, now: datetime) -> Mapping[str, Page]:
        return make_pages()


@dataclass
class FakeDeliveries:
    """A DeliveryLookup."""

    delivery: Delivery | None = None

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None:
        found = self.delivery
        same = found and (found.key.workspace_id, found.key.channel_id, found.ts) == (
            workspace_id,
            channel_id,
            ts,
        )
        return found if same else None

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        found = self.delivery
        place = (workspace_id, channel_id)
        same = found and (found.key.workspace_id, found.key.channel_id) == place
        return [found] if found and same else []


@dataclass
class FakeFullExplainer:
    """A FullExplainer that counts."""

    killer: Killer = field(default_factory=Killer)
    kept: dict[str, Explanation] = field(default_factory=dict)
    written: int = 0

    async def explain(
        self,
        story: Story,
        *,
        level: Level,
        language: str,
        now: datetime,
        form: Form = Form.DIGEST,
        patience_seconds: float | None = None,
    ) -> Explanation:
        assert form is Form.FULL
        await self.killer.step("explain")
        if story.id not in self.kept:
            self.written += 1
            self.kept[story.id] = make_explanation(story)
        return self.kept[story.id]

    async def extract(
        self, story: Story, *, level: Level, language: str, now: datetime, form: Form = Form.DIGEST
    ) -> Explanation:
        return make_explanation(story)


@dataclass
class FakeWhispers:
    """Whispers: what only one person was told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    async def whisper(
        self,
        workspace_id: str,
        channel_id: str,
        user_id: str,
        message: Message,
        *,
        thread_ts: str | None = None,
    ) -> None:
        self.told.append((user_id, message.text))

    async def respond(
        self,
        response_url: str,
        message: Message,
        *,
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        self.told.append((response_url, message.text))


@dataclass
class House:
    """Everything around `Answering`; `answering()` builds it anew, as a new process does."""

    killer: Killer = field(default_factory=Killer)
    model: ScriptedModel | Model | None = None
    delivery: Delivery | None = field(default_factory=lambda: make_delivery(PHONE, CHOIR))
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    places: int = 8
    per_workspace: int = 8
    clock: Clock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        if isinstance(self.model, ScriptedModel):
            self.model.killer = self.killer
        self.requests = FakeRequests(self.killer)
        self.threads = FakeThreads(self.killer)
        self.desk = FakeDesk(self.killer)
        self.explainer = FakeFullExplainer(self.killer)
        self.channels = FakeChannels()
        self.stories = FakeStories([PHONE, CHOIR])
        self.pages = FakePages()
        self.whispers = FakeWhispers()
        self.renderer = PlainRenderer()
        self.deliveries: DeliveryLookup = FakeDeliveries(self.delivery)

    def answering(self) -> Answering:
        gatherer = Gatherer(
            requests=self.requests,
            threads=self.threads,
            deliveries=self.deliveries,
            channels=self.channels,
            stories=self.stories,
            texts=FakeTexts(),
            pages=self.pages,
            glossary=GLOSSARY,
        )
        remembering = Remembering(self.threads)
        return Answering(
            requests=self.requests,
            threads=self.threads,
            gatherer=gatherer,
            explain_more=ExplainMore(
                gatherer=gatherer,
                stories=self.stories,
                explainer=self.explainer,
                renderer=self.renderer,
                whispers=self.whispers,
                remembering=remembering,
                has_model=self.model is not None,
            ),
            desk=self.desk,
            renderer=self.renderer,
            model=self.model,
            glossary=GLOSSARY,
            remembering=remembering,
            limits=self.limits,
            places=self.places,
            per_workspace=self.per_workspace,
            clock=self.clock,
        )

    def unfinished(self) -> Unfinished:
        return Unfinished(self.requests, self.limits)

    async def ask(self, request: Request, now: datetime = NOW) -> datetime | None:
        """Record and answer a request in a fresh process."""
        answering = self.answering()
        assert await answering.record(request)
        return await answering.answer(request.source_key, now)

    @property
    def content(self) -> AnswerContent:
        return self.renderer.contents[-1]

    @property
    def texts(self) -> list[str]:
        """What stands in the channel now."""
        return [shown.text for shown in self.desk.messages.values()]

    def state(self, source_key: str = "Ev1") -> RequestState:
        return self.requests.rows[source_key].state
