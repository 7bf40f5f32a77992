"""Our own message is known by what it says, however Slack writes it down."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.ports import Place
from bot.digest.ports import NothingFound, Posted
from bot.render.message import Message
from bot.render.notice import notice
from bot.sandbox.state import Channel
from bot.slack.answer_post import AnswerPost
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.poster import SlackPoster
from bot.slack.same_message import says_the_same
from tests.slack.test_poster import DELIVERY, MESSAGE, NEWS, TEAM

pytestmark = pytest.mark.anyio

SHORTCODES = {"🎉": ":tada:", "📰": ":newspaper:", "1️⃣": ":one:", "💯": ":100:", "🇪🇺": ":flag-eu:"}
_BARE = re.compile(r"(?<![</|\w])(?:https://\S+|\b[a-z]+\.(?:ai|com|js)\b)")


def as_slack(text: str) -> str:
    """Return a text as Slack gives it back: shortcodes, links of its own, white space gone."""
    for emoji, code in SHORTCODES.items():
        text = text.replace(emoji, code)
    text = _BARE.sub(
        lambda it: f"<{it[0]}>" if "://" in it[0] else f"<http://{it[0]}|{it[0]}>", text
    )
    text = re.sub(r"(<https?://[^/|>]+)(\|)", r"\1/\2", text)
    text = text.replace("<@U1>", "<@U1|ada>")
    return re.sub(r"[ \t]+\n", "\n", text).strip()


def rewritten(value, change=as_slack):
    """Return blocks with every text changed and every block numbered, as history shows them."""
    if isinstance(value, list):
        return [rewritten(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: rewritten(item, change) for name, item in value.items()}
    if isinstance(found.get("text"), str):
        found["text"] = change(found["text"])
    return {"block_id": "aB3", **found} if "type" in found and "elements" in found else found


def test_entities_by_name_or_number_are_the_signs_they_stand_for():
    """What else than the three that Slack asks for may stand in history as an entity."""
    sent = 'Saturday 28 November: it\'s "Pilot" that needs 4 GB & no more, says the maker'
    found = "Saturday 28 November: it&#39;s &quot;Pilot&quot; that needs 4&nbsp;GB &amp; no more, says the maker"
    assert says_the_same(Message(text=sent), {"text": found})
    assert not says_the_same(Message(text=sent), {"text": found.replace("4&", "5&")})
    assert not says_the_same(Message(text=sent), {"text": f"{found} &#{'9' * 5_000};"})


PIECES = st.one_of(
    st.sampled_from(
        [*SHORTCODES, "<https://one.example|One & only>", "&amp;", "&lt;b&gt;", "character.ai", "10:30:45",
         "https://two.example/2026/11?a=1&amp;b=2", "<@U1>", "*bold*", "_so_", "“quoted”", "größer", "新しいモデル"]
    ),
    st.text(st.characters(whitelist_categories=("Ll", "Lu", "Nd")), min_size=1, max_size=9),
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=6, max_size=120).map(" ".join)


@settings(deadline=None, max_examples=80)
@given(TEXTS, st.sampled_from(["Monday 2 March", "Dienstag, 3. März"]))
def test_what_slack_rewrites_stays_the_same_message(text: str, date: str):
    """Emoji, entities, links, mentions and white space as Slack returns them; in text or in blocks."""
    head = "The AI news of the day, for everybody who wants to know"
    sent = f"{head}: {date}  \n\n{text}\n"
    block = {"type": "section", "text": {"type": "mrkdwn", "text": sent}}
    message = Message(text=sent, blocks=(block,))
    assert says_the_same(message, {"text": as_slack(sent)})
    assert says_the_same(message, {"text": "", "blocks": rewritten([block])})
    # Another date is another digest, whatever else is equal.
    for day in ("1", "28"):
        other = re.sub(r"\d+(?=\.? M)", day, sent, count=1)
        assert not says_the_same(Message(text=other), {"text": as_slack(sent)})


def test_a_text_that_slack_cut_is_known_by_its_beginning():
    """Very long text comes back cut, maybe in the middle of a word."""
    words = " ".join(f"word{number} and" for number in range(500))
    assert says_the_same(Message(text=words), {"text": as_slack(words)[:2_000]})
    assert not says_the_same(Message(text=words), {"text": words[:60]})
    assert not says_the_same(Message(text=words), {"text": words[300:]})


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"text": None, "blocks": None},
        {"text": 7, "blocks": {"type": 1}},
        {"text": ":tada:"},
        {"text": "The digest of Monday 2 March in #news was not posted."},
    ],
)
def test_other_messages_are_not_it(found: dict):
    """Odd ones, empty ones, and what else we say in a channel."""
    assert not says_the_same(MESSAGE, found)
    assert not says_the_same(Message(text="🎉"), found)


# In a channel


async def find(poster: SlackPoster, *, oldest: timedelta = timedelta(minutes=1)):
    now = datetime.now(UTC)
    return await poster.find(
        TEAM, NEWS, delivery=DELIVERY, oldest=now - oldest, now=now, message=MESSAGE
    )


def without_metadata(message, metadata=None) -> None:
    """Let a stored message be as Slack may show it: rewritten, and without our metadata."""
    message.body.pop("metadata", None)
    if metadata is not None:
        message.body["metadata"] = metadata
    message.body["text"] = as_slack(message.text)
    message.body["blocks"] = rewritten(copy.deepcopy(message.blocks))


OTHER = {
    "event_type": "plainwire_digest",
    "event_payload": {"delivery": f"{TEAM}/{NEWS}/2026-03-03"},
}
ANSWER = {"event_type": "plainwire_answer", "event_payload": {"request": "r"}}


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        (None, True),
        ({}, True),
        ({"event_type": "plainwire_digest"}, True),
        ({"event_type": "plainwire_digest", "event_payload": {}}, True),
        ({"event_type": "plainwire_digest", "event_payload": None}, True),
        (OTHER, False),
        (ANSWER, False),
        ({"event_type": "somebody_elses"}, False),
    ],
)
async def test_a_post_is_found_without_its_metadata(sandbox, clients, metadata, found):
    """Our message with the same words counts, unless its metadata says that it is another one."""
    poster = SlackPoster(clients)
    posted = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    (message,) = sandbox.bot_messages("ai-news")
    without_metadata(message, metadata)
    assert await find(poster) == (posted if found else NothingFound())


@pytest.mark.parametrize("gone", ["bot_id", "user"])
async def test_one_sign_that_it_is_ours_is_enough(sandbox, clients, gone):
    """The bot's id or its user; without either it is anybody's."""
    poster = SlackPoster(clients)
    posted = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    (message,) = sandbox.bot_messages("ai-news")
    without_metadata(message)
    setattr(message, gone, "")
    assert await find(poster) == posted
    message.bot_id = message.user = ""
    assert await find(poster) == NothingFound()


async def test_the_same_words_elsewhere_are_not_it(sandbox, clients):
    """A person's copy, an answer in a thread, and what stood there before the window."""
    poster = SlackPoster(clients)
    first = await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    assert isinstance(first, Posted)
    sandbox.as_user("ada").post("ai-news", MESSAGE.text)
    await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY, thread_ts=first.ts)
    for message in sandbox.bot_messages("ai-news"):
        without_metadata(message)
    sandbox.workspace.channels[NEWS].messages[first.ts].user = "U0OTHER"
    sandbox.workspace.channels[NEWS].messages[first.ts].bot_id = "B0OTHER"
    assert await find(poster) == NothingFound()
    await poster.post(TEAM, NEWS, MESSAGE, delivery=DELIVERY)
    without_metadata(sandbox.bot_messages("ai-news")[-1])
    assert await find(poster, oldest=-timedelta(minutes=1)) == NothingFound()
    assert isinstance(await find(poster), Posted)


@pytest.fixture
def no_metadata(monkeypatch):
    """Let Slack keep what is posted rewritten, and without metadata."""
    add = Channel.add

    def stored(channel: Channel, message) -> None:
        add(channel, message)
        without_metadata(message)

    monkeypatch.setattr(Channel, "add", stored)


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_lost_answer_is_found_without_its_metadata(
    sandbox, clients, no_metadata, in_thread
):
    """An answer whose post got lost is not posted twice when Slack shows it without metadata."""
    question = sandbox.as_user("ada").post("ai-news", "What is an open weight?")
    place = Place(
        workspace_id=TEAM,
        channel_id=NEWS,
        user_id="U01ADA00001",
        request_key="r1",
        thread_ts=question.ts if in_thread else None,
    )
    post = AnswerPost(PacedCalls(clients, Pacer()), place)
    sandbox.faults.add(kind="accept_then_500", method="chat.postMessage")
    ts = await post.post(notice("Weights that anybody may download.", "It took 3 minutes."))
    assert sandbox.calls.count("chat.postMessage") == 1
    assert ts in sandbox.workspace.channels[NEWS].messages
