"""
The conversation, joined: questions, commands, buttons and preferences, on the newsroom and Slack.

Nothing here decides anything; it puts adapters behind ports. Recorded requests run in
`answer_tasks.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.app.answer_tasks import AnswerTasks
from bot.app.newsroom import Newsroom, model_for_answers
from bot.app.slack_side import SlackSide
from bot.chat.answering import Answering
from bot.chat.erasing import Erasing
from bot.chat.explain_more import ExplainMore
from bot.chat.gather import Gatherer
from bot.chat.hearing import Hearing
from bot.chat.intake import Intake
from bot.chat.ports import Place
from bot.chat.rating import Rating
from bot.chat.remember import Remembering
from bot.chat.sharing import Sharing
from bot.chat.transitions import AnswerLimits
from bot.chat.unfinished import Unfinished
from bot.chat.whose_answer import AnswerLookup
from bot.digest.change_settings import ChangeSettings
from bot.digest.deliver import Deliverer
from bot.digest.delivery import DeliveryKey
from bot.digest.desk import ChannelDesk
from bot.digest.give_feedback import GiveFeedback
from bot.digest.lifecycle import Lifecycle
from bot.digest.may_change import Permissions
from bot.digest.on_demand import OnDemand
from bot.digest.own_feeds import OwnFeeds
from bot.digest.preview import PreviewDigest
from bot.digest.save_settings import SaveSettings
from bot.digest.show_home import ShowHome
from bot.digest.show_settings import ShowSettings
from bot.digest.spots import Spots
from bot.logs import get_logger
from bot.render.answer_views import AnswerViews
from bot.render.home_view import Keeping
from bot.render.message import Message
from bot.settings import Settings
from bot.slack.agent import Prompt, SlackAgent
from bot.slack.answers import SlackAnswerDesk
from bot.slack.people import SlackPeople
from bot.slack.places import SlackPlaces
from bot.slack.response_urls import ResponseUrls
from bot.slack.screens import SlackScreens
from bot.slack.whispers import SlackWhispers
from bot.work.port import Priority, Work

if TYPE_CHECKING:
    from handlers.edge import Edge

# Answers use the model beside the explanations of digests; people wait for them, so they get more.
PLACES_PER_CONCURRENCY: Final = 2
_PROMPTS: Final = (
    # Pressing one sends it at once, so each must be whole.
    Prompt("What is new?", "What is in today's digest?"),
    Prompt("Explain a term", "What are open weights?"),
    Prompt("What can you do?", "What can you do?"),
)
log = get_logger("chat")


class Conversation:
    """
    Everything that people can ask and set, behind one `Edge`.

    Args:
        newsroom: Already open.
        slack: Already open.
        deliverer: Runs digests.
        work: Where requests and deliveries go.
        alone: No other process is at work (see `Form.alone`).
    """

    def __init__(
        self,
        newsroom: Newsroom,
        slack: SlackSide,
        deliverer: Deliverer,
        work: Work,
        *,
        alone: bool = True,
    ) -> None:
        self._newsroom, self._slack, self._work = newsroom, slack, work
        clients, pacer = slack.clients, slack.pacer
        self._urls = ResponseUrls(clients)
        self.desk = SlackAnswerDesk(clients, pacer, self._urls)
        self.whispers = SlackWhispers(clients, pacer, self._urls, slack.names)
        self.people = SlackPeople(clients, pacer)
        self.places = SlackPlaces(clients, slack.directory, pacer)
        self._agent = SlackAgent(clients, pacer)
        self._places = newsroom.settings.model_concurrency * PLACES_PER_CONCURRENCY
        # One busy workspace leaves some for the others.
        self._per_workspace = max(1, self._places * 3 // 4)
        self._limits = AnswerLimits(
            too_old=newsroom.settings.question_seconds,
            whole=newsroom.settings.model_timeout_seconds,
        )
        self.answering = self._make_answering()
        self.answers = self._make_tasks(alone=alone)
        self.edge = self._make_edge(deliverer)
        clients.on_token_gone = self._token_gone

    async def start(self) -> None:
        """Plan digests anew that stopped because an earlier token was revoked: this one works."""
        own = self._slack.own
        if own is not None:
            await self.edge.lifecycle.installed(own.workspace_id, self._newsroom.clock.now())

    async def close(self, grace_seconds: float) -> None:
        """Let running answers and listeners end, for a while; then close what is open in Slack."""
        await self.edge.backlog.close()
        await self.answers.close(grace_seconds, self.edge.at_work)
        await self.desk.close()

    @property
    def unwritten(self) -> int:
        """How many events wait in memory until they can be stored."""
        return len(self.edge.backlog)

    async def _token_gone(self, workspace_id: str, code: str) -> None:
        log.error("token_gone", workspace_id=workspace_id, code=code)
        await self.edge.lifecycle.token_revoked(workspace_id, self._newsroom.clock.now())

    # ---- joining --------------------------------------------------------------------------------

    def _make_answering(self) -> Answering:
        newsroom, database = self._newsroom, self._newsroom.database
        settings, views = (
            newsroom.settings,
            AnswerViews(workspace_url(newsroom.settings), self._slack.names),
        )
        remembering = Remembering(
            database.threads, retention=timedelta(days=settings.thread_retention_days)
        )
        gatherer = Gatherer(
            requests=database.requests,
            threads=database.threads,
            deliveries=database.deliveries,
            channels=database.channels,
            stories=database.stories,
            texts=newsroom.articles,
            pages=newsroom.readers.pages if settings.read_pages else None,
            glossary=newsroom.glossary,
        )
        return Answering(
            requests=database.requests,
            threads=database.threads,
            gatherer=gatherer,
            explain_more=ExplainMore(
                gatherer=gatherer,
                stories=database.stories,
                explainer=newsroom.explainer,
                renderer=views,
                whispers=self.whispers,
                remembering=remembering,
                has_model=newsroom.model is not None,
            ),
            desk=self.desk,
            renderer=views,
            model=model_for_answers(newsroom, self._places),
            glossary=newsroom.glossary,
            remembering=remembering,
            limits=self._limits,
            places=self._places,
            per_workspace=self._per_workspace,
            clock=newsroom.clock,
        )

    def _make_tasks(self, *, alone: bool) -> AnswerTasks:
        requests = self._newsroom.database.requests
        return AnswerTasks(
            self.answering,
            requests,
            Unfinished(requests, self._limits),
            self._work,
            self._newsroom.clock,
            places=self._places,
            per_workspace=self._per_workspace,
            alone=alone,
            held_seconds=self._newsroom.settings.takeover_seconds,
        )

    def _make_edge(self, deliverer: Deliverer) -> Edge:
        from handlers.edge import Edge

        newsroom, database = self._newsroom, self._newsroom.database
        desk = ChannelDesk(database.channels, database.deliveries)
        answers = AnswerLookup(database.requests, database.threads)
        permissions = Permissions(people=self.people, rules=database.rules)
        spots = Spots(
            places=self.places,
            people=self.people,
            channels=database.channels,
            seals=database.seals,
        )
        settings = ChangeSettings(desk=desk, permissions=permissions, feeds=database.feeds)
        feeds = OwnFeeds(
            reader=newsroom.readers.feeds,
            feeds=database.feeds,
            own=database.own_feeds,
            permissions=permissions,
            changed=newsroom.cache.forget,
        )
        return Edge(
            clock=newsroom.clock,
            intake=Intake(self.answering, self._work),
            hearing=Hearing(
                threads=database.threads,
                requests=database.requests,
                deliveries=database.deliveries,
                channels=database.channels,
            ),
            erasing=Erasing(database.threads, database.requests),
            sharing=Sharing(self.answering, answers, self.desk, self.whispers, database.channels),
            rating=Rating(answers, database.feedback, database.channels),
            settings=settings,
            save_settings=SaveSettings(settings=settings, feeds=feeds, places=self.places),
            show_settings=ShowSettings(
                channels=database.channels,
                stories=database.stories,
                settings=settings,
                feeds=feeds,
                permissions=permissions,
                spots=spots,
            ),
            show_home=ShowHome(
                channels=database.channels,
                rules=database.rules,
                feeds=database.feeds,
                people=self.people,
                glossary=newsroom.glossary,
                keeping=Keeping(
                    thread_days=newsroom.settings.thread_retention_days,
                    news_days=newsroom.settings.retention_days,
                ),
            ),
            preview=PreviewDigest(
                database.channels,
                newsroom.maker,
                explain_seconds=newsroom.settings.model_timeout_seconds,
            ),
            on_demand=OnDemand(
                channels=database.channels,
                deliveries=database.deliveries,
                deliverer=deliverer,
                permissions=permissions,
            ),
            feeds=feeds,
            feedback=GiveFeedback(
                desk=desk,
                stories=database.stories,
                feedback=database.feedback,
                permissions=permissions,
            ),
            permissions=permissions,
            rules=database.rules,
            lifecycle=Lifecycle(
                channels=database.channels,
                desk=desk,
                data=database.channel_data,
                installations=database.installations,
                moved=newsroom.cache.forget,
            ),
            places=self.places,
            spots=spots,
            screens=SlackScreens(self._slack.clients, self._slack.pacer, self._slack.names),
            whispers=self.whispers,
            announce=self._announce,
            deliver=self._deliver,
            forget_person=self._forget_person,
            places_changed=self._places_changed,
            suggest=self._suggest,
            workspace_url=workspace_url(newsroom.settings),
            names=self._slack.names,
        )

    async def _announce(
        self, workspace_id: str, channel_id: str, message: Message, *, key: str = ""
    ) -> None:
        place = Place(workspace_id=workspace_id, channel_id=channel_id, user_id="", request_key=key)
        await self.desk.begin(place, _not_noted).finish(self._slack.names.message(message))

    async def _deliver(self, key: DeliveryKey) -> None:
        await self._work.submit("deliver", str(key), Priority.DELIVER)

    async def _forget_person(self, workspace_id: str, user_id: str) -> int:
        gone = await self._newsroom.database.forget_person(workspace_id, user_id)
        return gone.requests + gone.threads + gone.feedback + gone.own_digests

    def _places_changed(self, workspace_id: str, channel_id: str) -> None:
        self.people.forget_channel(workspace_id, channel_id)
        self.places.forget(workspace_id, channel_id)

    async def _suggest(self, workspace_id: str, channel_id: str) -> None:
        installation = await self._newsroom.database.installations.get(workspace_id)
        # Without it there is no agent view, and nothing is asked of Slack.
        if installation is not None and "assistant:write" in installation.scopes:
            await self._agent.suggest(workspace_id, channel_id, _PROMPTS)


def workspace_url(settings: Settings) -> str:
    """Return where permalinks begin: https://slack.com, or the local workspace's page."""
    return settings.slack_api_url.rstrip("/").removesuffix("/api")


async def _not_noted(answer_ts: str) -> None:
    """What is posted whole needs no note of where it began."""
