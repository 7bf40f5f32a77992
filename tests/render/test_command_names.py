"""Our commands by the names that they have in an app made with a prefix."""

from __future__ import annotations

import pytest

from bot.chat.content import AnswerContent
from bot.chat.sayings import Saying, say
from bot.render.answer_views import AnswerViews
from bot.render.command_names import CommandNames
from bot.render.help_messages import digest_help, explain_help
from bot.render.notice import notice
from bot.render.people_messages import greeting
from tests.fakes.slack_check import assert_message_sound

ACME = CommandNames("acme")


@pytest.mark.parametrize("message", [digest_help("C1"), explain_help(), greeting()])
def test_help_names_the_commands_as_they_are(message):
    """No help and no greeting names a command that the workspace does not have."""
    named = ACME.message(message)

    assert "`/acme-" in named.text
    for shown in (named.text, str(named.blocks)):
        assert "`/digest" not in shown
        assert "`/explain" not in shown
    assert_message_sound(named)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("saying", [Saying.EMPTY, Saying.HELP])
def test_our_sentences_in_answers_too(saying: Saying, language: str):
    """A sentence of ours in the place of an answer shows commands as code, by their names."""
    content = AnswerContent(
        request_key="Ev1", basis="cannot", paragraphs=((say(saying, language),),)
    )
    message = AnswerViews(names=ACME).answer(content)

    assert "`/acme-explain" in message.text
    assert "`/acme-explain" in str(message.blocks)


def test_words_from_outside_stay():
    """A story that tells of a command is told as it was: outside text has no code in it."""
    story = AnswerContent(
        request_key="Ev1", basis="sources", paragraphs=(("Type `/digest` or /explain there.",),)
    )
    message = AnswerViews(names=ACME).answer(story)

    assert "acme" not in message.text
    assert CommandNames().message(message) is message


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("/acme-digest", "acme"),
        ("/my-team-explain", "my-team"),
        ("/digest", ""),
        ("/other", ""),
        ("", ""),
    ],
)
def test_a_command_that_was_typed_tells_the_prefix(typed: str, prefix: str):
    """Without a setting the first command tells how all are called; others change nothing."""
    names = CommandNames()
    names.heard(typed)
    names.heard("")

    assert names.prefix == prefix
    assert names.words("`/digest help`") == (
        f"`/{prefix}-digest help`" if prefix else "`/digest help`"
    )


def test_views_are_named_too():
    """Every text of a view is looked at, whatever it stands in."""
    view = {
        "type": "modal",
        "blocks": [{"text": {"type": "mrkdwn", "text": "`/digest off`, `/digestive`"}}],
    }

    assert "`/acme-digest off`, `/digestive`" in str(ACME.view(view))
    assert ACME.message(ACME.message(notice("`/digest`"))) == ACME.message(notice("`/digest`"))
