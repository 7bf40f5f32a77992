"""Asking, as people do it in Slack: the sandbox, Bolt over Socket Mode, SQLite, and a model on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.talk import Talk, blocks_text, open_talk, said_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path) as opened:
        yield opened


def number_of(talk: Talk, word: str) -> int:
    """Return the number of the story whose headline has a word."""
    headlines = [line for line in talk.digest.text.splitlines() if line[:1].isdigit()]
    return next(n for n, line in enumerate(headlines, 1) if word in line)


async def test_replies_in_a_digests_thread(talk: Talk):
    """A number or "the second one" names the story, a follow-up goes on, and people may talk alone."""
    ada, ben, ts = talk.as_user("ada"), talk.as_user("ben"), talk.digest.ts
    pilot = number_of(talk, "Pilot")
    ada.post("ai-news", f"#{pilot} how much memory does it need?", thread_ts=ts)
    first = await talk.answer_in(ts)
    ben.post("ai-news", "the second one: what did they say?", thread_ts=ts)
    second = await talk.answer_in(ts, count=2)
    ben.post("ai-news", "and why?", thread_ts=ts)
    await talk.answer_in(ts, count=3)
    ben.post("ai-news", "@ada shall we have lunch?", thread_ts=ts)
    ada.post("ai-news", "thanks!", thread_ts=ts)
    await talk.sandbox.settle()
    await talk.quiet()

    assert "16 GB" in first.text
    assert talk.place.publishers.base in blocks_text(first)
    assert first.text != second.text
    assert len(talk.replies(ts)) == 3
    assert len(talk.azure.calls) == 3
    assert "what did they say?" in str(talk.azure.calls[2].body["input"])
    assert talk.sandbox.calls.count("conversations.replies") == 0
    assert talk.refused == []


async def test_a_mention_is_answered_once(talk: Talk):
    """The app_mention and its message twin are one question, answered in a thread under it."""
    asked = talk.as_user("ada").post("ai-news", "@plainwire why do models make things up?")
    await talk.answer_in(asked.ts)
    await talk.sandbox.settle()
    follow = talk.as_user("ben").post("ai-news", "what does that mean?", thread_ts=asked.ts)
    await talk.answer_in(asked.ts, count=2)

    assert follow.thread_ts == asked.ts
    assert len(talk.azure.calls) == 2
    assert len(talk.replies(asked.ts)) == 2
    assert talk.refused == []


async def test_a_direct_message_and_a_bare_hello(talk: Talk):
    """Everything in a direct message is for us; a hello gets the help, a term the glossary."""
    ada = talk.as_user("ada")
    hello = ada.post("", "hello")
    term = ada.post("", "what are open weights?")
    direct = hello.channel
    helped = await talk.answer_in(hello.ts, direct)
    explained = await talk.answer_in(term.ts, direct)

    assert "/explain" in helped.text
    assert "numbers anyone may download" in explained.text
    assert talk.azure.calls == []
    assert talk.refused == []


async def test_the_shortcut_works_in_threads(talk: Talk):
    """*Explain this* on a reply answers privately, with the words of that message as its source."""
    said = talk.as_user("ben").post(
        "ai-news",
        "The vendor says that its new agent settles six of ten customer chats by retrieval over the "
        "handbook, and that nobody has checked the figure yet.",
        thread_ts=talk.digest.ts,
    )
    answered = await talk.as_user("ada").shortcut("explain_this", said)
    note = await talk.whispered("ada", "handbook")

    assert answered.acked
    assert note["thread_ts"] == talk.digest.ts
    assert "Share to channel" in said_in(note)
    assert talk.replies(talk.digest.ts) == []
    assert talk.refused == []


async def test_explain_a_term_and_every_button_under_it(talk: Talk):
    """The glossary answers without the model; the model on request; then simpler, more, shared, rated."""
    ada = talk.as_user("ada")
    answered = await ada.command("/explain", "simply what is RAG", channel="ai-news")
    note = await talk.whispered("ada", "glossary")
    assert answered.acked
    assert talk.azure.calls == []

    await ada.click(note, "ask_model")
    await talk.until(lambda: len(talk.azure.calls) == 1)
    await talk.quiet()
    [asked] = ada.ephemerals()
    assert "General knowledge" in said_in(asked)
    await ada.click(asked, "answer_more_detail")
    await talk.until(lambda: len(talk.azure.calls) == 2)
    await talk.quiet()
    [detailed] = ada.ephemerals()
    await ada.click(detailed, "answer_feedback", "positive")
    await talk.whispered("ada", "Thank you")
    await ada.click(detailed, "share_answer")
    await ada.click(detailed, "share_answer")
    await talk.whispered("ada", "shared already")

    shared = talk.sandbox.bot_messages("ai-news")[-1]
    assert len(talk.sandbox.bot_messages("ai-news")) == 2
    assert "Share" not in blocks_text(shared)
    ada.post("ai-news", "and what is it good for?", thread_ts=shared.ts)
    await talk.answer_in(shared.ts)
    assert talk.refused == []


async def test_explain_a_link(talk: Talk):
    """A page is read, explained and named as the source."""
    url = f"{talk.place.publishers.base}/ledger/pilot"
    await talk.as_user("ada").command("/explain", url, channel="ai-news")
    note = await talk.whispered("ada", "Sources")

    assert url in said_in(note)
    assert "memory" in said_in(note)
    assert len(talk.azure.calls) == 1


@pytest.mark.parametrize("with_model", [True, False])
async def test_what_cannot_be_explained_gets_a_sentence(tmp_path: Path, with_model: bool):
    """Nothing, help, mashed keys, a novel, a private address, a video, a huge file: each says what to do."""
    async with open_talk(tmp_path, digest=False, with_model=with_model) as talk:
        base = talk.place.publishers.base
        huge = talk.place.publishers.put("/huge.html", "<p>" + "a" * 6_000_000, "text/html")
        gone = f"{base}/nothing-here"
        asked = {
            "": "/explain open weights",
            "help": "/explain open weights",
            "sdfghjkl": "could not read a question",
            "x " * 5_000: "10,000 characters",
            "http://10.0.0.1/admin": "private network",
            "https://youtu.be/abc": "video",
            huge: "too large",
            gone: "no page at that address",
        }
        for text, expected in asked.items():
            before = len(talk.as_user("ada").ephemerals())
            answered = await talk.as_user("ada").command("/explain", text, channel="ai-news")
            assert answered.acked, text
            await talk.until(lambda n=before: len(talk.as_user("ada").ephemerals()) > n)
            await talk.quiet()
            shown = said_in(talk.as_user("ada").ephemerals()[-1])
            assert expected.lower() in shown.lower(), (text[:40], shown)
        assert talk.azure.calls == []


async def test_explain_more_once(talk: Talk):
    """The whole article comes once into the thread; whoever clicks later is led to it."""
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    await ada.click(talk.digest, "explain_more")
    article = await talk.answer_in(talk.digest.ts)
    await ben.click(talk.digest, "explain_more")
    note = await talk.whispered("ben", "already")

    assert len(talk.replies(talk.digest.ts)) == 1
    assert article.ts.replace(".", "") in said_in(note)
    await ben.click(article, "answer_simpler")
    simpler = await talk.whispered("ben", "Sources")
    assert talk.digest.ts in {article.thread_ts, simpler.get("thread_ts")}
    assert len(talk.replies(talk.digest.ts)) == 1
    assert talk.refused == []


async def test_the_menu_under_a_story(talk: Talk):
    """Muting, less and more say what they changed, can be undone, and simpler answers privately."""
    ada = talk.as_user("ada")
    block = next(block for block in talk.digest.blocks if block["type"] == "actions")
    menu = next(one for one in block["elements"] if one["action_id"] == "story_menu")
    values = {option["value"].partition("|")[0]: option["value"] for option in menu["options"]}

    await ada.click(talk.digest, "story_menu", values["mute"], block_id=block["block_id"])
    muted = await talk.whispered("ada", "What this changed")
    channel = await talk.database.channels.get("T01SANDBOX1", "C01AINEWS01")
    assert channel is not None
    assert channel.preference.muted_outlets
    await ada.click(muted, "undo_feedback")
    await talk.whispered("ada", "Undone")
    channel = await talk.database.channels.get("T01SANDBOX1", "C01AINEWS01")
    assert channel is not None
    assert not channel.preference.muted_outlets
    for choice, words in (("less", "counts less"), ("more", "counts more")):
        await ada.click(talk.digest, "story_menu", values[choice], block_id=block["block_id"])
        await talk.whispered("ada", words)
    await ada.click(talk.digest, "story_menu", values["simpler"], block_id=block["block_id"])
    await talk.whispered("ada", "Sources")
    assert blocks_text(talk.digest) == blocks_text(talk.sandbox.bot_messages("ai-news")[0])
    assert talk.refused == []


async def test_a_mention_about_the_digest(talk: Talk):
    """Asked at the top level, the story is found in our own memory, answered from its sources, and linked."""
    ada, number = talk.as_user("ada"), number_of(talk, "Pilot")
    by_words = ada.post("ai-news", "@plainwire what was in today's digest about Pilot?")
    first = await talk.answer_in(by_words.ts)
    by_number = ada.post("ai-news", f"@plainwire how much memory does story {number} need?")
    second = await talk.answer_in(by_number.ts)
    ada.post("ai-news", f"#{number}", thread_ts=by_number.ts)
    await talk.answer_in(by_number.ts, count=2)
    direct = ada.post("", "what is in today's digest?")
    sent_away = await talk.answer_in(direct.ts, direct.channel)

    permalink = f"/archives/C01AINEWS01/p{talk.digest.ts.replace('.', '')}"
    for answer in (first, second):
        assert permalink in blocks_text(answer)
        assert talk.place.publishers.base in blocks_text(answer)
    assert "16 GB" in second.text
    assert "no digest of your own" in sent_away.text
    assert "#ai-news" not in sent_away.text
    assert len(talk.azure.calls) == 3
    assert talk.sandbox.calls.count("conversations.history") == 0
    assert talk.refused == []
