"""What answering needs from outside, besides news, explanations and the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.chat.content import AnswerContent
from bot.chat.request import Request
from bot.chat.thread import ThreadKey, ThreadMemory
from bot.digest.delivery import Delivery
from bot.explain.explanation import Explanation, Form, Level
from bot.news.entry import Page
from bot.news.story import Story
from bot.render.message import Message
from bot.render.mrkdwn import Escaped


class RequestStore(Protocol):
    async def record(self, request: Request) -> bool:
        """Insert a request; False when its source key or twin key is already there."""
        ...

    async def get(self, source_key: str) -> Request | None: ...

    async def change(self, old: Request, new: Request) -> bool:
        """Compare-and-set on (state, attempt); `new.attempt` must be `old.attempt + 1`."""
        ...

    async def unfinished(self, limit: int = 500) -> list[Request]:
        """Return requests in no final state, oldest first; they know whether they are `held`."""
        ...

    async def hold(self, source_keys: Collection[str], seconds: float) -> None:
        """Say that this process is at requests, which counts for so long from now."""
        ...

    async def by_answer(
        self, workspace_id: str, channel_id: str, answer_ts: str
    ) -> Request | None: ...

    async def erase_texts(self, before: datetime) -> int:
        """Delete requests received before an instant (aware UTC); return how many."""
        ...

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        """
        Erase the words of requests that were asked with or about a deleted message.

        What was not answered yet expires: nobody waits for it any more. Returns how many.
        """
        ...

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        """Delete the requests of one person; return how many."""
        ...


class ThreadStore(Protocol):
    async def get(self, key: ThreadKey, now: datetime | None = None) -> ThreadMemory | None:
        """Return a memory that has not expired at *now* (None: that was not erased yet)."""
        ...

    async def save(self, memory: ThreadMemory) -> None:
        """Insert or replace, whatever stands there; see `update`."""
        ...

    async def update(
        self, key: ThreadKey, change: Callable[[ThreadMemory | None], ThreadMemory | None]
    ) -> ThreadMemory | None:
        """
        Read, change and write a memory in one transaction, and return what is stored then.

        With two questions in one thread at once, or a message deleted while it is answered,
        neither change is lost.

        Args:
            key: Of the thread.
            change: Pure and quick: gets what is stored (None: nothing) and returns what is to be
                stored (None: erase).
        """
        ...

    async def erase(self, key: ThreadKey) -> bool: ...

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        """Erase what a deleted message said: the whole thread when it was the parent, else its turn."""
        ...

    async def erase_expired(self, now: datetime) -> int: ...

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        """Erase what one person said, and our answers to it; return how many threads it touched."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where an answer goes.

    Attributes:
        user_id: The asker; streams in channels need a recipient.
        response_url: Set for private answers.
        answer_ts: A stream or message begun by a process that died: it is completed, not repeated.
            For a private answer that is a direct message, "channel:ts".
        request_key: Source key of the request, named in the posted message's metadata, so that a
            post whose outcome got lost is found again instead of repeated.
        begun_since: Set when a process died while it answered and no `answer_ts` was stored: what
            it had begun since this instant (aware UTC) is looked for before anything is posted.
        replace_original: Whether the response_url's original may be replaced: True for commands,
            shortcuts and buttons of private messages; False for a button of a public message,
            which would vanish for everybody.
    """

    workspace_id: str
    channel_id: str
    user_id: str
    thread_ts: str | None = None
    response_url: str | None = None
    answer_ts: str | None = None
    request_key: str = ""
    begun_since: datetime | None = None
    replace_original: bool = True


class Answer(Protocol):
    """
    One answer on its way: something visible at once, then sentence by sentence, then its end.

    An adapter streams where Slack allows it, else updates one message, else posts once; it never
    leaves a stream open, nor a note beside the answer. Methods raise SlackError only when nothing of the answer could be shown.
    """

    async def show_thinking(self, status: str, note: str = "") -> bool:
        """
        Show that somebody is at work, where that leaves nothing behind, and return whether it is seen.

        Args:
            status: For a status line, which begins with our name.
            note: The same as a whole sentence, for where it stands in a message; "" means *status*.
        """
        ...

    async def show_note(self, status: str, note: str) -> bool:
        """
        Show it where `show_thinking` cannot: in a message that becomes the answer.

        Returns:
            False when it may go through a little later.
        """
        ...

    async def add(self, piece: Escaped) -> None:
        """Add a checked piece of the answer: whole sentences, in order."""
        ...

    async def finish(self, message: Message) -> str:
        """
        End the answer with its complete form (all sentences, sources, buttons) and return its ts.

        For a private answer the ts is "".
        """
        ...

    async def withdraw(self) -> None:
        """Take away what was shown: there will be no answer here. Never raises SlackError."""
        ...


class AnswerDesk(Protocol):
    """Makes `Answer`s."""

    def begin(self, place: Place, on_started: StartedCallback) -> Answer: ...


class AnswerRenderer(Protocol):
    """Makes messages of answers; `bot/render` implements it."""

    def answer(self, content: AnswerContent) -> Message: ...

    def explanation(
        self, explanation: Explanation, request_key: str, *, model_missed: bool = False
    ) -> Message:
        """
        Return the full explained article as it is posted into a digest's thread.

        Args:
            explanation: To be shown.
            request_key: For its buttons.
            model_missed: There is a model, but it could not write this one now; that is said.
        """
        ...

    def already_explained(self, channel_id: str, ts: str, headline: str, language: str) -> Message:
        """Return a private note that points to the explanation already in the thread."""
        ...

    def notice(self, sentences: Sequence[str]) -> Message:
        """Return plain sentences, one per line, for what is no answer."""
        ...


class FullExplainer(Protocol):
    """Explains a story; `bot.explain.story_explainer.StoryExplainer` is it."""

    async def explain(
        self,
        story: Story,
        *,
        level: Level,
        language: str,
        now: datetime,
        form: Form = ...,
        patience_seconds: float | None = None,
    ) -> Explanation: ...

    async def extract(
        self, story: Story, *, level: Level, language: str, now: datetime, form: Form = ...
    ) -> Explanation: ...


class StoryTexts(Protocol):
    """The articles behind a story; `bot.explain.articles.Articles` is it."""

    async def of(self, story: Story, now: datetime) -> Mapping[str, Page]: ...


class DeliveryLookup(Protocol):
    """Leads from a digest's message to its stories; the store of deliveries is it."""

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None: ...

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        """Return the newest deliveries of one channel, newest first."""
        ...


class StartedCallback(Protocol):
    async def __call__(self, answer_ts: str) -> None:
        """Store the ts of a stream or message right after it was begun."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    A member of a workspace, as Slack tells it.

    Attributes:
        zone: IANA name, or "" when it is not known (no `users:read`).
        is_guest: Single- or multi-channel guest; is_stranger: of another organisation.
    """

    user_id: str
    name: str = ""
    zone: str = ""
    is_admin: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_bot: bool = False


class People(Protocol):
    async def get(self, workspace_id: str, user_id: str) -> Person | None:
        """Return a person, or None when they cannot be looked up (scope missing, unknown)."""
        ...

    async def is_member(self, workspace_id: str, channel_id: str, user_id: str) -> bool: ...

    async def channels_of(self, workspace_id: str, user_id: str, among: Sequence[str]) -> list[str]:
        """Return which of the given channels the person belongs to, asked of Slack now."""
        ...


class Screens(Protocol):
    """Opens modals and publishes App Homes; views are plain dicts made by `bot/render`."""

    async def open(self, workspace_id: str, trigger_id: str, view: dict[str, object]) -> str:
        """Open a modal and return its view id; raises SlackError (a trigger lives 3 s)."""
        ...

    async def update(
        self, workspace_id: str, view_id: str, view: dict[str, object], hash_: str | None = None
    ) -> None: ...

    async def push(self, workspace_id: str, trigger_id: str, view: dict[str, object]) -> str: ...

    async def publish_home(
        self, workspace_id: str, user_id: str, view: dict[str, object]
    ) -> None: ...


class Whispers(Protocol):
    """Private notes to one person in a channel."""

    async def whisper(
        self,
        workspace_id: str,
        channel_id: str,
        user_id: str,
        message: Message,
        *,
        thread_ts: str | None = None,
    ) -> None: ...

    async def respond(
        self,
        response_url: str,
        message: Message,
        *,
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        """Answer through a response_url (5 uses, 30 minutes)."""
        ...
