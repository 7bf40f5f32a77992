"""Who is answered in a thread as people really talk there: thanks and own remarks silence nobody."""

from __future__ import annotations

import pytest

from bot.chat.hearing import Hearing, Uttered
from bot.chat.thread import ThreadKey
from bot.chat.turns import new_memory
from tests.fakes.chat import NOW, FakeDeliveries, FakeRequests, FakeThreads
from tests.fakes.digest import FakeChannels

pytestmark = pytest.mark.anyio

Turn = tuple[str, str]
ASKS: Turn = ("A", "Is it free?")
B_ASKS: Turn = ("B", "And the price?")

# What is said in one of our threads, in order; the last message is answered.
ANSWERED: list[list[Turn]] = [
    *([(("A", said)), ASKS] for said in (
        "Thanks!", "thank you so much, that helps", "great", "ok", "lol", "👍", ":+1:", "danke", "merci beaucoup",
        "¡Muchas gracias!", "cool, got it", "Got it, thanks", "Danke dir 🙏", "ah ok", "I see", "makes sense now",
        "super, danke!", "noted", "perfect", "haha", "nice explanation, thanks", "<3", "Really helpful, thanks a lot!",
        "alles klar", "https://theledger.example/pilot", "interesting",
    )),
    # other people's small talk
    [("B", "Thanks!"), ASKS],
    [("B", "cool"), ("C", "👍"), ASKS],
    [("B", "lol"), ("B", "wow"), B_ASKS],
    *([("B", said), ("A", "And the price?")] for said in (
        "Much appreciated!", "thanks for the quick answer", "Thanks for the heads up", "that was very helpful", "thank you, bot!", "Dank je wel",
        "Teşekkürler!", "спасибо!", "谢谢！", "ありがとうございます！", "감사합니다", "شكرا", "Dziękuję", "tak skal du have", "no worries", "Impressive!",
        "haha good one", "good question", "sounds great!", "that answers my question, thanks", "exactly what I needed", "you're awesome",
        "Much clearer now.", "now I get it", "Danke für die Erklärung", "Ach so, verstehe", "Merci pour l'explication", "muchas gracias por la ayuda",
        "Good morning all", "Oops, sorry", "TIL", "congrats!",
    )),
    # one's own remarks
    [("A", "This could help our support team."), ASKS],
    [("A", "We tried something like it last year."), ("A", "It was slow."), ASKS],
    [("A", "@ben did you see this?"), ("A", "what does it cost?")],
    [("A", "I read it twice."), ("A", "Thanks!"), ASKS],
    [("A", "Nice, I will try that."), ("A", "2")],
    # an answer begins a new talk
    [("A", "We could use it."), ("B", "On Monday."), ("A", "What does quantisation mean?"), B_ASKS],
    [("B", "We could use it."), ("A", "explain #1"), ("B", "Thanks!"), ASKS],
    # about the news, whoever talks
    [("B", "We could use it."), ("C", "On Monday."), ("A", "What is quantisation?")],
]  # fmt: skip
# The last message is for other people.
SILENT: list[list[Turn]] = [
    [("B", "@anna can you check?"), ("A", "which one?")],
    [("B", "We tried it last year and it broke."), ("A", "when was that?")],
    [("B", "I use it at home."), ("A", "Thanks!"), ("A", "how much is it?")],
    [("A", "@ben did you see this?"), ("B", "yes, on my phone"), ("A", "and the tablet?")],
    [("A", "We should use it."), ("B", "The invoice is due first."), ASKS],
    [("A", "Thanks!")],
    [("A", "great, thanks"), ("A", "👍")],
    [("A", "Thanks!"), ("A", "should we use this?")],
]


async def answers(talk: list[Turn]) -> list[bool]:
    """Return, message by message, whether each is taken for a question to us."""
    threads, requests = FakeThreads(), FakeRequests()
    key = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts="1.0")
    await threads.save(new_memory(key, NOW))
    hearing = Hearing(
        threads=threads,
        requests=requests,
        deliveries=FakeDeliveries(),
        channels=FakeChannels(),
    )
    return [
        await hearing.hear(
            Uttered(
                event_id=f"Ev{number}",
                workspace_id="T1",
                channel_id="C1",
                user_id=f"U{who}",
                text=text.replace("@ben", "<@UB>").replace("@anna", "<@UA>"),
                ts=f"{number + 2}.0",
                bot_user_id="UBOT",
                thread_ts="1.0",
            ),
            NOW,
        )
        is not None
        for number, (who, text) in enumerate(talk)
    ]


@pytest.mark.parametrize("talk", ANSWERED, ids=lambda talk: " / ".join(text for _, text in talk))
async def test_a_question_is_answered_whatever_was_said_to_us_before(talk: list[Turn]) -> None:
    """Small talk, and the asker's own remarks, make nobody's question somebody else's business."""
    assert (await answers(talk))[-1]


@pytest.mark.parametrize("talk", SILENT, ids=lambda talk: " / ".join(text for _, text in talk))
async def test_talk_among_people_is_left_alone(talk: list[Turn]) -> None:
    """What other people say to each other makes the next question theirs; thanks get no answer."""
    assert not (await answers(talk))[-1]
