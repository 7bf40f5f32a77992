"""Use case: a thumb under an answer. It is kept for whoever runs us, and changes nothing by itself."""

from __future__ import annotations

from datetime import datetime

from bot.chat.sayings import Saying, say
from bot.chat.whose_answer import AnswerLookup, Presser
from bot.digest.feedback_record import Feedback, FeedbackKind
from bot.digest.ports import ChannelStore, FeedbackStore

_THANKS = {True: Saying.HELPED, False: Saying.NOT_HELPED}


class Rating:
    """
    Records thumbs; each person's counts once per answer, and only of answers that they see.

    Args:
        answers: Tells whose they are.
        feedback: Where.
        channels: For the language to thank in.
    """

    def __init__(
        self, answers: AnswerLookup, feedback: FeedbackStore, channels: ChannelStore
    ) -> None:
        self._answers, self._feedback, self._channels = answers, feedback, channels

    async def rate(
        self,
        *,
        helpful: bool,
        request_key: str,
        workspace_id: str,
        channel_id: str,
        user_id: str,
        message_ts: str | None,
        now: datetime,
    ) -> str:
        """Record one thumb and return what to say to who pressed it."""
        channel = await self._channels.get(workspace_id, channel_id)
        language = channel.preference.language if channel is not None else "en"
        presser = Presser(workspace_id=workspace_id, channel_id=channel_id, user_id=user_id)
        if await self._answers.usable(request_key, presser) is None:
            return say(Saying.ANSWER_GONE, language)
        kind = FeedbackKind.HELPFUL if helpful else FeedbackKind.NOT_HELPFUL
        given = Feedback(
            id=f"{request_key}:{user_id}:{kind.value}",
            workspace_id=workspace_id,
            channel_id=channel_id,
            user_id=user_id,
            kind=kind,
            at=now,
            message_ts=message_ts,
            request_key=request_key,
        )
        fresh = await self._feedback.record(given)
        return say(_THANKS[helpful] if fresh else Saying.RATED_ALREADY, language)
