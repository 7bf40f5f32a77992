"""First guesses of topics, as a table: the right one among the first two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.topic import Topic
from bot.news.topic_tags import tag

ROWS: dict[str, Topic] = {
    "Coding agent opens pull requests on GitHub for developers": Topic.SOFTWARE_DEVELOPMENT,
    "New SDK lets programmers debug their code with a language model": Topic.SOFTWARE_DEVELOPMENT,
    "Open weights model runs on a laptop after quantisation": Topic.SOFTWARE_DEVELOPMENT,
    "Statistics office cleans census tables with AI, analytics team says": Topic.DATA_ANALYTICS,
    "AI writes SQL for the data warehouse and draws the dashboard": Topic.DATA_ANALYTICS,
    "Video generator makes clips with dialogue for film students": Topic.AUDIO_VIDEO,
    "Musicians protest against AI songs on streaming services": Topic.AUDIO_VIDEO,
    "Meeting assistant lists tasks and decisions, saves calendar work": Topic.PRODUCTIVITY,
    "AI automates paperwork: workflow tool for knowledge workers": Topic.PRODUCTIVITY,
    "Voice agent answers phone calls in 30 languages": Topic.VOICE_SPEECH,
    "Speech recognition learns rare accents": Topic.VOICE_SPEECH,
    "AI sales agent writes cold emails to prospects": Topic.SALES,
    "CRM adds lead generation by AI for sales reps": Topic.SALES,
    "Design tool turns sketches into layouts with real fonts": Topic.DESIGN,
    "Designers test AI in Figma for user interfaces": Topic.DESIGN,
    "Marketers mark adverts made with AI; campaign costs fall": Topic.MARKETING,
    "Ad platform targets audiences with generated brand campaigns": Topic.MARKETING,
    "Search engine shows citations in AI answers, publishers complain": Topic.SEARCH,
    "AI browser ranks pages by retrieval with embeddings": Topic.SEARCH,
    "Inbox assistant drafts email replies in Gmail": Topic.EMAIL,
    "Mail program filters phishing messages with AI": Topic.EMAIL,
    "Painter sues image generator over her illustrations": Topic.ART,
    "Museum exhibition shows portraits made by diffusion": Topic.ART,
    "Chatbot solves customer support tickets in the call centre": Topic.CUSTOMER_SUPPORT,
    "Help desk AI refunds customers by itself": Topic.CUSTOMER_SUPPORT,
    "Recruiting site stops ranking applicants by AI": Topic.HR,
    "Job cuts: employees replaced by AI, trade union says": Topic.HR,
    "Novelists declare AI drafts to their publishing house": Topic.WRITING,
    "Newsroom lets AI write headlines, journalists object": Topic.WRITING,
    "Court rules on copyright and AI": Topic.GENERAL,
    "AI lab raises billion in funding; investors see higher valuation": Topic.GENERAL,
    "Parliament adopts law on AI safety": Topic.GENERAL,
    "Something about a thing": Topic.GENERAL,
    "": Topic.GENERAL,
}


@pytest.mark.parametrize("text", ROWS)
def test_topic(text: str):
    """The expected topic is the first or the second guess."""
    assert ROWS[text] in tag(text)[:2]


def test_every_topic_has_rows():
    """No topic is without a row, so that none is forgotten in the lexicon."""
    assert set(ROWS.values()) == set(Topic)


@given(st.text(max_size=500))
def test_one_to_three_topics(text: str):
    """Any text gets one to three different topics."""
    topics = tag(text)

    assert 1 <= len(topics) <= 3
    assert len(set(topics)) == len(topics)
