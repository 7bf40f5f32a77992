"""What `plainwire preview --format json` and `explain --format json` print."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.digest.digest import Digest, DigestItem
from bot.explain.explanation import ExplainedTerm, Explanation
from bot.render.message import Message

Json = dict[str, Any]


def digest_json(digest: Digest, message: Message) -> Json:
    """
    Return a digest as JSON values; keys and their order are part of the command's contract.

    Instants are ISO 8601 in UTC, `digest_on` is a local date. Texts are raw, as composed;
    `text` and `blocks` are what Slack would get.
    """
    preference = digest.preference
    return {
        "generated_at": _instant(digest.made_at),
        "digest_on": digest.digest_on.isoformat(),
        "level": preference.level.value,
        "language": preference.language,
        "stories": [_story(item) for item in digest.items],
        "not_included": [
            {"headline": left_out.headline, "reason": left_out.reason}
            for left_out in digest.not_included
        ],
        "problems": [
            {"source": problem.source, "error": problem.error} for problem in digest.problems
        ],
        "text": message.text,
        "blocks": list(message.blocks),
    }


def explanation_json(explanation: Explanation) -> Json:
    """Return one explanation as `plainwire explain --format json` prints it."""
    return {
        **_explanation(explanation),
        "means_for_reader": explanation.means_for_reader,
        "level": explanation.key.level.value,
        "language": explanation.key.language,
        "topics": [topic.value for topic in explanation.topics],
        "sources": _sources(explanation),
    }


def _explanation(explanation: Explanation) -> Json:
    return {
        "headline": explanation.headline,
        "in_short": explanation.in_short,
        "paragraphs": list(explanation.paragraphs),
        "terms": [_term(term) for term in explanation.terms],
        "why_it_matters": explanation.why_it_matters,
        "basis": explanation.basis,
        "written_by": explanation.written_by,
    }


def _story(item: DigestItem) -> Json:
    story, explanation = item.chosen.story, item.explanation
    told = item.chosen.update_of
    return {
        "id": story.id,
        "headline": explanation.headline,
        "url": story.lead.url,
        "published_at": _instant(story.lead.published_at) if story.lead.published_at else None,
        "score": item.chosen.score.total,
        "topics": [topic.value for topic in explanation.topics],
        "sources": _sources(explanation),
        "entries": len(story.entries),
        "update_of": told.story_id if told else None,
        "what_is_new": explanation.what_is_new if told else None,
        "explanation": _explanation(explanation),
    }


def _sources(explanation: Explanation) -> list[Json]:
    return [{"name": source.name, "url": source.url} for source in explanation.sources]


def _term(term: ExplainedTerm) -> Json:
    return {"term": term.term, "meaning": term.meaning, "comparison": term.comparison}


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
