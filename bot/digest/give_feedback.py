"""Use case: the menu under a story changes what the channel gets, and can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.digest.desk import ChannelDesk
from bot.digest.feedback import (
    Feedback,
    FeedbackKind,
    Moved,
    apply_feedback,
    undo_feedback,
)
from bot.digest.may_change import Permissions
from bot.digest.ports import FeedbackStore
from bot.digest.preference import Channel
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
    ) -> FeedbackAnswer:
        """Change the channel's preference by one click under a story."""
        if refused := await self._permissions.refusal(asker, spot):
            return FeedbackAnswer(sentence=refused)
        if await self._feedback.get(click_id) is not None:
            return FeedbackAnswer(sentence="That is counted already.", feedback_id=click_id)
        story = await self._stories.get(story_id)
        if story is None or story.workspace_id not in {None, spot.workspace_id}:
            return FeedbackAnswer(
                sentence="That story is too old to learn from; `/digest` opens the settings."
            )
        moved: list[Moved] = []

        def change(channel: Channel | None) -> Channel | None:
            if channel is None:
                return None
            moved.append(apply_feedback(kind, story, channel.preference))
            return replace(channel, preference=moved[0].preference)

        await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        if not moved:
            return FeedbackAnswer(sentence=_NO_DIGEST)
        return await self._recorded(kind, moved[0], click_id, story_id, spot, asker, now)

    async def undo(
        self, feedback_id: str, *, spot: Spot, asker: Asker, now: datetime
    ) -> FeedbackAnswer:
        """Take a click back: exactly what it changed, whatever else changed since."""
        if refused := await self._permissions.refusal(asker, spot):
            return FeedbackAnswer(sentence=refused)
        given = await self._feedback.get(feedback_id)
        here = (spot.workspace_id, spot.channel_id)
        if given is None or (given.workspace_id, given.channel_id) != here:
            return FeedbackAnswer(sentence="There is nothing to undo here any more.")
        # Marked first: of two clicks on Undo at once one takes it back.
        if not await self._feedback.undone(feedback_id, now):
            return FeedbackAnswer(sentence="That was undone already.")
        moved: list[Moved] = []

        def change(channel: Channel | None) -> Channel | None:
            if channel is None:
                return None
            moved.append(undo_feedback(given.effect, channel.preference))
            return replace(channel, preference=moved[0].preference)

        await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        return FeedbackAnswer(sentence=moved[0].sentence if moved else _NO_DIGEST)

    async def _recorded(
        self,
        kind: FeedbackKind,
        moved: Moved,
        click_id: str,
        story_id: str,
        spot: Spot,
        asker: Asker,
        now: datetime,
    ) -> FeedbackAnswer:
        if moved.effect.is_nothing:
            return FeedbackAnswer(sentence=moved.sentence)
        feedback = Feedback(
            id=click_id,
            workspace_id=spot.workspace_id,
            channel_id=spot.channel_id,
            user_id=asker.user_id,
            kind=kind,
            story_id=story_id,
            effect=moved.effect,
            at=now,
        )
        await self._feedback.add(feedback)
        return FeedbackAnswer(sentence=moved.sentence, feedback_id=click_id)


_NO_DIGEST = "This channel has no digest any more; `/digest on 9:00` sets one up."
