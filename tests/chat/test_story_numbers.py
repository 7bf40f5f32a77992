"""Numbers that name a story, and the many that do not."""

from __future__ import annotations

from datetime import date

import pytest

from bot.chat.digest_question import digest_question
from bot.chat.story_numbers import LAST, names_story_anywhere, story_numbers
from bot.chat.which_story import AboutStory, NoSuchStory, ToldStory, which_story

STORIES = [
    ToldStory(number=n, story_id=f"s{n}", revision=1, headline=headline)
    for n, headline in enumerate(("A choir of clones", "Harbor fits a phone", "Banks wait"), 1)
]
# text, the stories named in a digest's thread, and whether the text names one anywhere else too
NAMED = [
    ("#2 why?", [2], True), ("#2", [2], True), ("# 2", [2], True), ("#2？", [2], True), ("Hi, #2 please", [2], True),
    ("more on #3", [3], True), ("story #2", [2], True), ("story 2", [2], True), ("Explain story 2 please", [2], True),
    ("What does the second story mean?", [2], True), ("the 2nd story", [2], True), ("story two?", [2], True),
    ("why is #2 important?", [2], True), ("What does #2 mean for us?", [2], True), ("what's #2 about?", [2], True),
    ("explain #2 in simple words", [2], True), ("Can you explain #2?", [2], True), ("explain the #2 story", [2], True),
    ("and #3?", [3], True), ("what about #4?", [4], True), ("I don't understand #2", [2], True), ("I don't get #2", [2], True),
    ("#1 and #3: which is bigger?", [1, 3], True), ("difference between #1 and #2?", [1, 2], True),
    ("is #2 bigger than #3?", [2, 3], True), ("stories 1 and 3?", [1, 3], True), ("question on #2: who paid?", [2], True),
    ("What does quantisation mean in #2?", [2], True), ("#2's source?", [2], True), ("Thanks! #3 next", [3], True),
    ("Tell me more about #1", [1], True), ("story #1 of the digest", [1], True), ("top story?", [1], True),
    ("the last story", [LAST], True), ("what about number 2?", [2], False), ("number 3: why?", [3], False),
    ("no. 2 please", [2], False), ("the second one: what did they say?", [2], False), ("the 2nd one", [2], False),
    ("explain the second", [2], False), ("the second?", [2], False), ("what about the third one?", [3], False),
    ("the last one?", [LAST], False), ("2?", [2], False), ("3: why", [3], False), ("2 please", [2], False),
    ("in #2, what is a token?", [2], True), ("For #2: how much?", [2], True), ("what's in #1?", [1], True), ("what happened in #1", [1], True),
    ('what does "token" in #2 mean?', [2], True), ("ELI5 #2", [2], True), ("simply #2", [2], True), ("how big is #2", [2], True),
    ("*#2* why?", [2], True), ("＃２ why?", [2], True), ("who is #2 about?", [2], True), ("in the second one, what is a token?", [2], False),
    # German
    ("was ist mit #2?", [2], True), ("Meldung 3 bitte", [3], True), ("die zweite Meldung: warum?", [2], True), ("Was bedeutet #2?", [2], True),
    ("mehr zu #2", [2], True), ("erklär mir #2", [2], True), ("Nr. 3: warum?", [3], False), ("Was ist Nummer 3?", [3], False),
    ("und die zweite?", [2], False), ("erkläre die dritte bitte", [3], False),
]  # fmt: skip
NOT_NAMED = [
    "Why is Claude ranked #1 on benchmarks?", "What is the #1 app in the store?", "issue #5 is open, why?", "What does GPT #3 do?",
    "&#39;hello&#39; what is that?", "Is Claude number 1 on the leaderboard?", "Why is it the number 1 model?",
    "No. 1 in the world: who is it?", "Was OpenAI the first?", "Is this the first one that runs on a phone?",
    "Who was the first to do it?", "Claude hit #1 yesterday, is that true?", "Why did Gemini fall from #2 to #5?",
    "Which model is #1?", "Is it still #1?", "Is Claude #1?", "It is our #1 priority, how?", "Who answers phone number 12?",
    "Was it the first story to win a prize?", "How good is #1-ranked Claude?", "pull request #7: why?", "Who wrote Toy Story 3?",
    "Is C#8 a language?", "What colour is #112233?", "#7% of what?", "3.5 million users?", "5-year plan?", "4,000 users?",
    "Who is #1 in AI?", "what's #1 on Hugging Face?", "who's #1 right now", "Which is #1, Claude or GPT?", "Who is #2 behind OpenAI?", "Why did Gemini come in #2 on LMArena?",
    # German
    "Wer ist #1 bei Chips?", "Ist Claude die Nummer 1 bei Benchmarks?", "Warum ist Claude auf Platz #1?", "Ist Claude Nr. 1 weltweit?",
    "Was war das erste Modell?", "Warum steht Issue #5 offen?",
]  # fmt: skip


@pytest.mark.parametrize(("text", "numbers", "anywhere"), NAMED)
def test_a_number_that_points_names_a_story(text: str, numbers: list[int], anywhere: bool) -> None:
    """At the beginning, with the word for a story, or behind words that lead to it, a number is a story's."""
    assert story_numbers(text) == numbers
    assert names_story_anywhere(text) is anywhere


@pytest.mark.parametrize("text", NOT_NAMED)
def test_a_number_of_something_else_names_none(text: str) -> None:
    """Ranks, versions, issues, entities and counts are no stories, in a digest's thread or elsewhere."""
    assert story_numbers(text) == []
    assert digest_question(text, date(2026, 3, 2)) is None
    assert not isinstance(which_story(text, STORIES), NoSuchStory)


def test_the_last_story_is_counted() -> None:
    """ "The last one" is the digest's last story, however many it has."""
    assert which_story("what about the last one?", STORIES) == AboutStory(3)
