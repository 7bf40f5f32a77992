"""Short messages: what they say, their buttons, and errors told by type alone."""

from __future__ import annotations

import pytest

from bot.digest.now_limit import NotNow, PostedAlready, PostNow
from bot.digest.preference import Preference, Weekday
from bot.errors import AddressRefused, FetchFailed, PlainwireError, SlackError, UsageError
from bot.model.port import BudgetSpent, RateLimited
from bot.news.topic import Topic
from bot.render import ids
from bot.render.digest_message import render_digest
from bot.render.error_messages import UNKNOWN, sentence_for, sentences_for
from bot.render.help_messages import digest_help, explain_help
from bot.render.notice import notice
from bot.render.people_messages import (
    ChannelEnd,
    Refusal,
    channel_ended,
    confirm_question,
    expired,
    feedback_given,
    first_words,
    greeting,
    now_outcome,
    preview,
    refusal,
    settings_saved,
    settings_summary,
    topics_message,
    waiting,
)
from tests.fakes.digests import make_digest, make_item
from tests.fakes.rows import each_row
from tests.fakes.slack_check import assert_message_sound, buttons_in
from tests.render.hostile import FEW
from tests.render.test_digest_message import maximum

MESSAGES = {
    "greeting": greeting(),
    "explain-help": explain_help(),
    "digest-help": digest_help("C1"),
    "saved": settings_saved(["Time: 08:30.", "The next one comes today at 08:30."], "C1"),
    "feedback": feedback_given("What this changed: HR & Recruiting counts less.", "Ev7"),
    "nothing-to-undo": feedback_given("That is muted here already; nothing changed."),
    "confirm": confirm_question("This is the channel of everybody. Switch it on?", "on 9:00"),
    "now": now_outcome(
        PostNow(sentence="Today's digest is on its way."), "C1", "https://slack.com"
    ),
    "not-now": now_outcome(NotNow(sentence="The digest is off here."), "C1", "https://slack.com"),
    "here-already": now_outcome(
        PostedAlready(sentence="Today's digest is here already.", ts="1700000000.000100"),
        "C1",
        "http://127.0.0.1:9",
    ),
    "topics": topics_message(Preference(topics=frozenset({Topic.HR})), {Topic.HR: 3}, "C1"),
    "waiting": waiting(3),
    "next": waiting(0),
    "expired": expired(),
    **{f"refusal-{why}": refusal(why) for why in Refusal},
    **{f"end-{what}": channel_ended(what, "ai-news") for what in ChannelEnd},
    "thinking": first_words("is reading the page …"),
    "unknown-error": sentence_for(ValueError("x")),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_looks_as_agreed(name, snapshot):
    """Each short message is sound and is what was reviewed."""
    assert_message_sound(MESSAGES[name])
    assert MESSAGES[name] == snapshot


def test_buttons_carry_what_they_need():
    """Undo names the click, Settings the channel, and "really?" what was typed."""
    assert buttons_in(MESSAGES["feedback"].blocks) == {ids.UNDO: "Ev7"}
    assert buttons_in(MESSAGES["saved"].blocks) == {ids.OPEN_SETTINGS: "C1"}
    assert buttons_in(MESSAGES["confirm"].blocks) == {ids.CONFIRM: "on 9:00"}
    assert buttons_in(MESSAGES["nothing-to-undo"].blocks) == {}


def test_greeting_has_two_sentences_and_no_mention():
    """Invited to a channel, the bot says two sentences and pings nobody."""
    said = greeting().text.replace("! I post", ", I post")
    assert said.count(". ") == 1
    assert "<" not in said


@pytest.mark.parametrize(
    ("preference", "summary"),
    [
        (Preference(), "Digest off."),
        (
            Preference(on=True, zone="Europe/Berlin"),
            (
                "Digest on: 09:00 Europe/Berlin, Monday to Friday · up to 5 stories · newcomer · "
                "all topics · en"
            ),
        ),
        (
            Preference(
                on=True,
                zone="Etc/UTC",
                stories=1,
                days=frozenset({Weekday.MON}),
                topics=frozenset({Topic.HR, Topic.GENERAL}),
            ),
            "Digest on: 09:00 UTC, Monday · up to 1 story · newcomer · 2 of 15 topics · en",
        ),
    ],
)
def test_summary_of_settings(preference, summary):
    """One line says what is set."""
    assert settings_summary(preference) == summary


def test_preview_says_that_only_its_reader_sees_it():
    """A preview is never taken for the digest, and keeps the limits at full size."""
    for digest in (maximum(), maximum(stories=1)):
        message = preview(render_digest(digest, interactive=False))
        assert_message_sound(message)
        assert "only you see it" in str(message.blocks[0])


@each_row("text", FEW)
def test_hostile_sentences_do_nothing(text):
    """Sentences hold names and typed words; backticks make code and nothing else."""
    for message in (
        notice("We say:", text),
        notice(f"`{text}`", "and"),
        feedback_given(f"{text} is muted.", "Ev1"),
        settings_saved([text, "x"], "C1"),
        channel_ended(ChannelEnd.ARCHIVED, text),
        first_words(text),
    ):
        assert_message_sound(message)


def test_a_long_list_is_shown_to_its_end():
    """Fifty feeds and what can be done with them: no line is cut, and none is left out."""
    lines = [f"Feed {n} (https://{n}.example/{'path/' * 15}): all & sundry" for n in range(60)]
    said = ["These feeds were added:", "", *lines, "`/digest remove` takes one away."]
    message = notice(*said)
    assert_message_sound(message)
    shown = "\n".join(block["text"]["text"] for block in message.blocks)
    assert shown.split("\n") == [line.replace("&", "&amp;") for line in said if line]


def test_backticks_become_code():
    """A command in a sentence looks like one, and an open backtick is no markup."""
    assert notice("Type `/digest on 9:00` or `/digest").text == (
        "Type `/digest on 9:00` or '/digest"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AddressRefused("10.0.0.1 leads to a private address."), "only public web pages"),
        (FetchFailed("x", status=404), "nothing at that address"),
        (FetchFailed("x", status=403), "does not let me read"),
        (FetchFailed("x", status=429), "come back later"),
        (FetchFailed("x", status=500), "error of its own"),
        (FetchFailed("x"), "could not reach"),
        (RateLimited("x", wait_seconds=3.0), "busy"),
        (BudgetSpent("x"), "budget"),
        (SlackError("x", code="not_in_channel"), "/invite"),
        (SlackError("x", code="is_archived"), "archived"),
        (SlackError("x", code="something_new"), "did not take"),
        (UsageError("x"), "/digest help"),
        (PlainwireError("x"), UNKNOWN[0]),
        (ValueError("secret"), UNKNOWN[0]),
    ],
)
def test_errors_are_told_by_type(error, words):
    """Each kind has its own cause and next step."""
    message = sentence_for(error)
    assert_message_sound(message)
    assert words in message.text


def test_every_error_of_ours_has_sentences_and_none_shows_its_text():
    """A leaf that anybody adds is told like its kind; what an error says stays in the log."""
    for kind in _all_kinds(PlainwireError):
        error = kind.__new__(kind)
        Exception.__init__(error, "https://secret.example/token")
        error.what, error.next_step = "https://secret.example/token", "leak"
        for name, value in (("code", ""), ("status", None), ("source", "")):
            setattr(error, name, value)
        said = sentences_for(error)
        assert len(said) >= 2
        assert "secret" not in " ".join(said)


def _all_kinds(base: type[PlainwireError]) -> set[type[PlainwireError]]:
    return {base}.union(*(_all_kinds(kind) for kind in base.__subclasses__()))


def test_first_post_to_a_person_is_worded_for_one():
    """A digest by direct message is "your own", and nobody else is named."""
    digest = make_digest(make_item(), first_post=True, set_up_by="U024BE7LH")
    own = render_digest(digest, personal=True)
    assert_message_sound(own)
    assert "your own digests" in own.text
    assert "U024BE7LH" not in own.text
    assert "<@U024BE7LH> set up" in render_digest(digest).text


def test_waiting_counts_questions():
    """One question and many are told apart."""
    assert "1 question is ahead" in waiting(1).text
    assert "3 questions are ahead" in waiting(3).text
