"""When the bot answers in a thread, in a table of messages as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.listen import Answered, Said, Silent, listen
from bot.digest.preference import ThreadReplies

EVERY, QUESTIONS, MENTIONS = (
    ThreadReplies.EVERY_MESSAGE,
    ThreadReplies.QUESTIONS_AND_MENTIONS,
    ThreadReplies.MENTIONS_ONLY,
)
TALK = {"last": "person", "others_talk": 2}

# What is said in a digest's thread, with the default setting.
ROWS: list[tuple[str, bool, dict[str, object]]] = [
    # questions
    ("What does that mean?", True, {}),
    ("what does stateless mean", True, {}),
    ("#2 why?", True, {}),
    ("#2 why", True, {}),
    ("2: how?", True, {}),
    # the number that we ask for
    ("#2", True, {}),
    ("#2", True, {"last": "bot"}),
    ("2", True, {"last": "bot"}),
    ("the second one", True, {"last": "bot"}),
    ("2", False, TALK),
    ("#2 is great", False, {}),
    ("Why is this important?", True, {}),
    ("Does that mean our data stays in Europe?", True, {}),
    ("is it free", False, {}),
    ("is it free?", True, {}),
    ("how much does it cost", True, {}),
    ("who is behind this", True, {}),
    ("And what about the second one?", True, {}),
    ("so when does it come out", True, {}),
    ("Interesting. What is an exclusive licence?", True, {}),
    ("What is RAG? Thanks!", True, {}),
    ("?", True, {}),
    ("Hm, which model do they mean?", True, {}),
    ("RAG?", True, {}),
    ("What is this https://example.org/a about?", True, {}),
    ("Was bedeutet Quantisierung?", True, {}),
    ("warum ist das wichtig", True, {}),
    ("Gilt das auch in Europa?", True, {}),
    ("wie funktioniert das", True, {}),
    # requests without a question mark
    ("explain #3 please", True, {}),
    ("Please explain the second story", True, {}),
    ("tell me more about Pilot", True, {}),
    ("can you explain this more simply", True, {}),
    ("could you summarise story 2", True, {}),
    ("I don't understand the part about tokens", True, {}),
    ("erkläre das bitte einfacher", True, {}),
    ("das verstehe ich nicht", True, {}),
    # thanks, laughter, agreement
    ("thanks", False, {}),
    ("Thanks a lot!", False, {"last": "bot"}),
    ("thank you so much", False, {"last": "bot"}),
    ("lol", False, {}),
    ("hahaha", False, {}),
    ("nice one!", False, {}),
    ("good bot", False, {"last": "bot"}),
    ("+1", False, {}),
    ("ok", False, {}),
    ("Danke!", False, {}),
    ("krass", False, {}),
    (":tada: :tada:", False, {}),
    ("👍", False, {}),
    ("!!!", False, {}),
    ("", False, {}),
    # statements
    ("I think we should use this", False, {}),
    ("We could try it on Monday", False, {}),
    ("this is what I told Ben yesterday", False, {}),
    ("What a week", False, {}),
    ("how cool", False, {}),
    ("When I tried it, it was slow", False, {}),
    ("which is what I said", False, {}),
    ("will do", False, {}),
    ("Das sollten wir ausprobieren", False, {}),
    ("https://example.org/a", False, {}),
    ("Look at this https://example.org/a", False, {}),
    # to other people
    ("@ben can you check?", False, {"mentions_others": True}),
    ("@someone what is RAG?", False, {"mentions_others": True}),
    ("can you check with legal?", False, {}),
    ("did you see this?", False, {}),
    ("Has anyone tried it?", False, {}),
    ("does anybody know a good tutorial?", False, {}),
    ("should we use this?", False, {}),
    ("Thoughts?", False, {}),
    ("what do you think?", False, {}),
    ("are you coming to lunch?", False, TALK),
    ("Sollen wir das nutzen?", False, {}),
    ("Was meint ihr?", False, {}),
    ("hat jemand das schon getestet?", False, {}),
    ("Kannst du das mal prüfen?", False, {}),
    # rhetorical
    ("what could possibly go wrong?", False, {}),
    ("who cares?", False, {}),
    ("Really?", False, {}),
    ("wait, what?", False, {}),
    ("Crazy, right?", False, {}),
    ("Verrückt, oder?", False, {}),
    # people talk to each other
    ("And the invoice?", False, TALK),
    ("when is the meeting?", False, TALK),
    ("What does quantisation mean?", True, TALK),
    ("and #3?", True, TALK),
    ("And the price?", True, {"last": "bot"}),
    # mentions
    ("what do you think?", True, {"mentions_us": True}),
    ("thanks", True, {"mentions_us": True}),
    ("ask @ben, or you tell us", True, {"mentions_us": True, "mentions_others": True}),
    ("what is RAG?", True, {"mentions_us": True, "our_thread": False}),
    ("what is RAG?", False, {"our_thread": False}),
    ("what is RAG?", False, {"by_bot": True}),
    ("what is RAG?", False, {"by_bot": True, "mentions_us": True}),
    # other settings
    ("I think we should use this", True, {"mode": EVERY}),
    ("Look at this https://example.org/a", True, {"mode": EVERY}),
    ("thanks", False, {"mode": EVERY}),
    ("https://example.org/a", False, {"mode": EVERY}),
    ("@ben can you check?", False, {"mode": EVERY, "mentions_others": True}),
    ("what is RAG?", False, {"mode": MENTIONS}),
    ("what is RAG?", True, {"mode": MENTIONS, "mentions_us": True}),
    # direct messages
    ("RAG", True, {"direct": True, "our_thread": False}),
    ("I think we should use this", True, {"direct": True}),
    ("thanks", False, {"direct": True}),
]


@pytest.mark.parametrize(
    ("text", "answers", "rest"), ROWS, ids=[f"{r[0][:40]}|{','.join(r[2])}" for r in ROWS]
)
def test_it_answers_who_speaks_to_it_and_nobody_else(
    text: str, answers: bool, rest: dict[str, object]
) -> None:
    """Questions and requests are answered; talk among people, thanks and laughter are not."""
    decision = listen(Said(text=text, **rest))  # type: ignore[arg-type]  # rows name its fields
    assert isinstance(decision, Answered if answers else Silent), decision
    assert decision.why


@given(st.text(max_size=200), st.sampled_from(ThreadReplies))
def test_a_bot_is_never_answered(text: str, mode: ThreadReplies) -> None:
    """Two bots can not keep each other talking, whatever they say."""
    said = Said(text=text, mode=mode, by_bot=True, mentions_us=True, direct=True)
    assert isinstance(listen(said), Silent)


@given(st.text(max_size=200))
def test_mentions_only_means_mentions_only(text: str) -> None:
    """In a channel set so, nothing but a mention is answered."""
    assert isinstance(listen(Said(text=text, mode=MENTIONS)), Silent)
    assert isinstance(listen(Said(text=text, mode=MENTIONS, mentions_us=True)), Answered)
