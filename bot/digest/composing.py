"""The step from a due delivery to a composed one; what cannot be composed ends, and does not loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.digest import transitions
from bot.digest.delivery import Delivery
from bot.digest.digest import Digest
from bot.digest.in_turn import InTurn
from bot.digest.make import DigestMaker
from bot.digest.message_cache import MessageCache
from bot.digest.preference import Channel
from bot.digest.stored import dump_message, load_message
from bot.digest.transitions import Limits
from bot.errors import StorageError
from bot.render.message import Message

log = structlog.get_logger()


class Composer:
    """Makes a delivery's message, and says what becomes of the delivery."""

    def __init__(
        self, maker: DigestMaker, render: Callable[[Digest], Message], limits: Limits
    ) -> None:
        self._maker = maker
        self._messages = MessageCache(lambda digest: dump_message(render(digest)))
        self._limits = limits
        self._in_turn = InTurn()

    async def compose(self, channel: Channel, row: Delivery, now: datetime) -> Delivery:
        """
        Return the row as it is next: composed, due again later, or dead after some failures.

        A digest without a story is made only when feeds were read, or when there is no more time
        to wait for them; then it says so.

        Raises:
            StorageError: The database is away, which says nothing about this digest.
        """
        try:
            digest = await self._maker.make(channel, row, now)
            if digest.is_blind and transitions.awaits_news(row, now, self._limits):
                return transitions.await_news(row, now, self._limits, digest.empty_reason)
            message = await self._in_turn.run(lambda: self._messages.message_of(digest))
        except StorageError:
            raise
        except Exception:
            # A fault in one digest repeats: it is logged, tried a few times, and then told to
            # people, rather than tried without end until the day is over.
            log.exception("compose_failed", delivery=str(row.key), tries=row.tries + 1)
            return transitions.compose_failed(row, now, self._limits)
        told = [(item.chosen.story.id, item.chosen.story.revision) for item in digest.items]
        return transitions.compose_done(row, message, told)

    def message_of(self, row: Delivery) -> Message | None:
        """Return a composed delivery's message; None when what is stored is none, which is logged."""
        try:
            return load_message(row.message or "")
        except (ValueError, KeyError, TypeError):
            log.exception("message_unreadable", delivery=str(row.key))
            return None
