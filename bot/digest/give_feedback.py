"""Use case: the menu under a story changes what the channel gets, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.digest.desk import ChannelDesk
from bot.digest.feedback import Moved, apply_feedback, undo_feedback
from bot.digest.feedback_record import Feedback, FeedbackKind
from bot.digest.may_change import Permissions
from bot.digest.ports import FeedbackStore
from bot.digest.preference import Channel, Preference
from bot.digest.spot import Asker, Spot
from bot.news.ports import StoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAnswer:
    """
    What to show after a click.

    Attributes:
        sentence: What changed, or why nothing did.
        feedback_id: What the Undo button has to carry; "" when there is nothing to undo.
    """

    sentence: str
    feedback_id: str = ""


class GiveFeedback:
    """Carries out clicks; each counts once, however often Slack delivers it."""

    def __init__(
        self,
        *,
        desk: ChannelDesk,
        stories: StoryStore,
        feedback: FeedbackStore,
        permissions: Permissions,
    ) -> None:
        self._desk = desk
        self._stories = stories
        self._feedback = feedback
        self._permissions = permissions

    async def give(
        self,
        kind: FeedbackKind,
        *,
        click_id: str,
        story_id: str,
        spot: Spot,
        asker: Asker,
        now: datetime,
        message_ts: str | None = None,
    ) -> FeedbackAnswer:
        """
        Change the channel's preference by one click under a story.

        Args:
            kind: What was clicked.
            click_id: The click's own id; the same click again changes nothing.
            story_id: The story above the menu.
            spot: Where.
            asker: Who.
            now: Aware UTC.
            message_ts: The message that carries the menu.
        """
        if refused := await self._permissions.refusal(asker, spot):
            return FeedbackAnswer(sentence=refused)
        known = await self._feedback.get(click_id)
        if known is not None:
            return FeedbackAnswer(sentence="That click is counted already.", feedback_id=click_id)
        story = await self._stories.get(story_id, spot.scope)
        if story is None:
            return FeedbackAnswer(sentence=_TOO_OLD)
        before, moved = await self._changed(spot, partial(apply_feedback, kind, story), now)
        if moved is None:
            return FeedbackAnswer(sentence=_NO_DIGEST)
        if moved.effect.is_nothing:
            return FeedbackAnswer(sentence=moved.sentence)
        given = Feedback(
            id=click_id,
            workspace_id=spot.workspace_id,
            channel_id=spot.channel_id,
            user_id=asker.user_id,
            kind=kind,
            at=now,
            message_ts=message_ts,
            story_id=story_id,
            outlet=moved.effect.muted,
            before=before,
            effect=moved.effect,
        )
        await self._feedback.record(given)
        return FeedbackAnswer(sentence=moved.sentence, feedback_id=click_id)

    async def undo(
        self, feedback_id: str, *, spot: Spot, asker: Asker, now: datetime
    ) -> FeedbackAnswer:
        """Take a click back: exactly what it changed, whatever else changed since."""
        if refused := await self._permissions.refusal(asker, spot):
            return FeedbackAnswer(sentence=refused)
        given = await self._feedback.get(feedback_id)
        # The note with the button was shown to them alone; what others clicked is theirs to undo.
        theirs = (spot.workspace_id, spot.channel_id, asker.user_id)
        if given is None or (given.workspace_id, given.channel_id, given.user_id) != theirs:
            return FeedbackAnswer(sentence="There is nothing to undo here any more.")
        # Marked first: of two clicks on Undo at once, one takes it back.
        if await self._feedback.undo(feedback_id, now) is None:
            return FeedbackAnswer(sentence="That was undone already.")
        _, moved = await self._changed(spot, partial(undo_feedback, given.effect), now)
        return FeedbackAnswer(sentence=moved.sentence if moved else _NO_DIGEST)

    async def _changed(
        self, spot: Spot, move: Callable[[Preference], Moved], now: datetime
    ) -> tuple[Preference | None, Moved | None]:
        """Return the preference before, and what moved; (None, None) when there is no channel."""
        before: Preference | None = None
        moved: Moved | None = None

        def change(channel: Channel | None) -> Channel | None:
            nonlocal before, moved
            if channel is None:
                return None
            before = channel.preference
            moved = move(before)
            return replace(channel, preference=moved.preference)

        await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        return before, moved


_TOO_OLD = "That story is too old to learn from; `/digest` opens the settings."
_NO_DIGEST = "This channel has no digest any more; `/digest on 9:00` sets one up."
