"""All that answering shows, in one object: the `AnswerRenderer` of `bot/chat/ports.py`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.content import AnswerContent
from bot.explain.explanation import Explanation
from bot.render import blocks, ids
from bot.render.answer_message import answer_message, feedback_block
from bot.render.chat_words import chat_words_for
from bot.render.clean import shorten
from bot.render.command_names import CommandNames
from bot.render.frame import sentence
from bot.render.links import SLACK_URL, permalink
from bot.render.message import Message
from bot.render.mrkdwn import escape, join, link, trusted
from bot.render.notice import notice
from bot.render.outline import explanation_outline
from bot.render.story_blocks import (
    MAX_STORY_CHARS,
    fallback_story,
    sections,
    sentence_text,
    story_texts,
)
from bot.render.words import words_for


class AnswerViews:
    """
    Makes messages of answers.

    Args:
        workspace_url: Where permalinks to messages begin: Slack's, or the sandbox's page.
        names: How our commands are called.
    """

    def __init__(self, workspace_url: str = SLACK_URL, names: CommandNames | None = None) -> None:
        self._workspace_url = workspace_url
        self._names = names or CommandNames()

    def answer(self, content: AnswerContent) -> Message:
        return self._names.message(answer_message(content, self._workspace_url))

    def explanation(
        self, explanation: Explanation, request_key: str, *, model_missed: bool = False
    ) -> Message:
        """Return the full explained article for a digest's thread, with thumbs and *Simpler*."""
        language = explanation.key.language
        story, words = explanation_outline(explanation), chat_words_for(language)
        lines, small_print = story_texts(story, words_for(language), MAX_STORY_CHARS)
        hint = escape(words.model_missed if model_missed else words.reply_hint)
        found = [
            *sections(lines),
            blocks.context(join(trusted("\n"), (small_print, hint)).cut(blocks.CONTEXT_CHARS)),
            blocks.actions(
                [blocks.button(escape(words.simpler), action_id=ids.SIMPLER, value=request_key)],
                block_id=ids.answer_block("buttons", request_key),
            ),
            feedback_block(words, request_key),
        ]
        text = str(fallback_story(story, blocks.FALLBACK_CHARS - 1))
        return Message(text=text, blocks=tuple(found))

    def already_explained(self, channel_id: str, ts: str, headline: str, language: str) -> Message:
        """Return a private note that points to the explanation already in the thread."""
        words = chat_words_for(language)
        said = sentence_text(sentence(words.already_explained, headline=shorten(headline, 200)))
        address = permalink(self._workspace_url, channel_id, ts)
        text = join(trusted(" "), (said, link(address, words.go_there)))
        return Message(text=str(text), blocks=(blocks.section(text),))

    def notice(self, sentences: Sequence[str]) -> Message:
        return self._names.message(notice(*sentences))
