"""Reports that share most of their words and are two events, and tellings that only look so."""

from __future__ import annotations

import pytest

from bot.news.cluster import assign
from tests.fakes.news import make_entry

TWO_EVENTS = {
    "two funding rounds": (
        ("Lovable raises $330m at $6.6bn valuation", "Swedish AI startup Lovable raised $330 million."),
        ("Harvey raises $160m at $8bn valuation", "Legal AI startup Harvey raised $160 million."),
    ),
    "two launches of one company": (
        ("Google unveils Gemini 4 at developer event", "Google introduced Gemini 4 on Thursday in Mountain View."),
        ("Google unveils Veo 5 video model at developer event", "Google introduced Veo 5 on Thursday in Mountain View."),
    ),
    "two quarters": (
        ("Nvidia revenue hits $62bn on demand for AI chips", "Nvidia reported quarterly revenue of $62 billion."),
        ("AMD revenue rises on demand for AI chips", "AMD reported quarterly revenue of $9 billion."),
    ),
}  # fmt: skip

ONE_EVENT = {
    "rounded and in other words": (
        ("SoftBank sells entire Nvidia stake for $5.8bn", "SoftBank sold its entire stake in Nvidia for $5.8 billion."),
        ("SoftBank dumps entire Nvidia stake to fund OpenAI", "SoftBank said it sold its Nvidia stake for $5.83 billion."),
    ),
    "named by one, described by the other": (
        ("Mistral raises 2 billion euros in ASML-led round", "French AI startup Mistral raised 2 billion euros, led by ASML."),
        ("French AI startup valued at 14 billion euros in ASML-led round", "Mistral raised 2 billion euros in a round led by ASML."),
    ),
    "another figure of the same actor": (
        ("Meta cuts 600 jobs in superintelligence labs", "Meta will cut 600 jobs in its superintelligence labs."),
        ("Meta cuts jobs in superintelligence labs worth $2bn", "Meta will cut jobs in its superintelligence labs."),
    ),
    "compared with another model": (
        ("Google model Gemini 4 passes bar exam", "Google said Gemini 4 passed the bar exam."),
        ("Google model passes bar exam ahead of GPT-6", "Google said Gemini 4 passed the bar exam; GPT-6 did not."),
    ),
    "a verb before a count": (
        ("Foundry Cuts 12 Jobs in AI Lab in Lyon", "Foundry cut twelve jobs in its AI lab in Lyon."),
        ("Foundry Slashes 12 Jobs in AI Lab in Lyon", "Foundry slashed twelve jobs in its AI lab in Lyon."),
    ),
}  # fmt: skip


def groups_of(pair: tuple[tuple[str, str], tuple[str, str]]) -> int:
    (title, text), (other_title, other_text) = pair
    entries = [
        make_entry(title, text, hours_ago=3, outlet="The Ledger"),
        make_entry(other_title, other_text, hours_ago=2, outlet="Wirewatch"),
    ]
    return len(set(assign({}, entries).group_of.values()))


@pytest.mark.parametrize("name", TWO_EVENTS)
def test_two_events_stay_two(name: str):
    """Another actor with other figures, or another version, is another event, however alike."""
    assert groups_of(TWO_EVENTS[name]) == 2


@pytest.mark.parametrize("name", ONE_EVENT)
def test_tellings_of_one_event_meet(name: str):
    """What differs in words, roundings or side remarks keeps nothing apart."""
    assert groups_of(ONE_EVENT[name]) == 1
