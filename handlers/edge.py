"""What listeners need, in one value: the use cases, and the ways to show something to people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.chat.erasing import Erasing
from bot.chat.hearing import Hearing
from bot.chat.intake import Intake
from bot.chat.ports import Screens, Whispers
from bot.chat.rating import Rating
from bot.chat.sharing import Sharing
from bot.clock import Clock
from bot.digest.change_settings import ChangeSettings
from bot.digest.delivery import DeliveryKey
from bot.digest.give_feedback import GiveFeedback
from bot.digest.lifecycle import Lifecycle
from bot.digest.may_change import Permissions
from bot.digest.on_demand import OnDemand
from bot.digest.own_feeds import OwnFeeds
from bot.digest.places import Places
from bot.digest.ports import RulesStore
from bot.digest.preview import PreviewDigest
from bot.digest.save_settings import SaveSettings
from bot.digest.show_home import ShowHome
from bot.digest.show_settings import ShowSettings
from bot.digest.spots import Spots
from bot.render.command_names import CommandNames
from bot.render.message import Message
from handlers.backlog import Backlog


class Announce(Protocol):
    """Posts a message of its own for everybody in a conversation (or in a DM, by a user's id)."""

    async def __call__(
        self, workspace_id: str, channel_id: str, message: Message, *, key: str = ""
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """
    Everything behind the inbound side.

    Attributes:
        deliver: Hands out a delivery that was opened on demand.
        forget_person: Erases what is stored about somebody; returns how many things went.
        places_changed: Told that a channel's name or members changed.
        suggest: Suggests prompts in the agent's message tab, where there is one.
        workspace_url: Where permalinks begin.
        names: How our commands are called; whispers, screens and announcements know it already.
        at_work: Listeners that run, so that a stop can wait for them.
        taking_in: Events that are being taken in, by `Inbound.delivery_key`: none is twice at once.
        backlog: Events that could not be stored yet.
    """

    clock: Clock
    intake: Intake
    hearing: Hearing
    erasing: Erasing
    sharing: Sharing
    rating: Rating
    settings: ChangeSettings
    save_settings: SaveSettings
    show_settings: ShowSettings
    show_home: ShowHome
    preview: PreviewDigest
    on_demand: OnDemand
    feeds: OwnFeeds
    feedback: GiveFeedback
    permissions: Permissions
    rules: RulesStore
    lifecycle: Lifecycle
    places: Places
    spots: Spots
    screens: Screens
    whispers: Whispers
    announce: Announce
    deliver: Callable[[DeliveryKey], Awaitable[None]]
    forget_person: Callable[[str, str], Awaitable[int]]
    places_changed: Callable[[str, str], None]
    suggest: Callable[[str, str], Awaitable[None]]
    workspace_url: str
    names: CommandNames
    at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    taking_in: dict[str, asyncio.Task[bool]] = field(default_factory=dict)
    backlog: Backlog = field(default_factory=Backlog)
