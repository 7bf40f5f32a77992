"""The glossary's matching, and the rules that its data keep."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.explain.glossary import Glossary, GlossaryEntry, GlossaryInvalid
from bot.explain.glossary_page import MARK, updated_page
from bot.explain.wordforms import normal_words
from tests.fakes.rows import each_row

GLOSSARY = Glossary.load()
PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
EVERYDAY_CAPITALS = {"PC", "TV", "A", "B", "C"}
LITTLE_WORDS = (
    "like a an the of to in on at by for and or so as one some who that which whose with without from "
    "is are it its you your not no when while until than where how what if be into before after out "
    "up only each every all her his their then just there does do of"
)

every_entry = each_row("entry", GLOSSARY.entries)


def make_entry(term: str = "widget", **changes: object) -> GlossaryEntry:
    texts = {"meaning": "Does it.", "comparison": "Like a thing.", "practitioner": "Weigh it."}
    return GlossaryEntry(**{"term": term, **texts, **changes})


def picture(entry: GlossaryEntry) -> list[str]:
    words = re.findall(r"[a-z']+", entry.comparison.casefold())
    return [word for word in words if word not in LITTLE_WORDS.split()]


def as_toml(**fields: object) -> str:
    lines = [f"{key} = {value!r}" for key, value in fields.items()]
    return "\n".join(["[[entry]]", *lines]).replace("'", '"')


# ---------------------------------------------------------------- the data


def test_there_are_enough_entries() -> None:
    """The glossary covers at least 170 terms."""
    assert len(GLOSSARY.entries) >= 170


def test_no_name_belongs_to_two_entries_or_stands_twice() -> None:
    """Every name leads to one entry, and is listed once."""
    names = Counter(name.casefold() for entry in GLOSSARY.entries for name in entry.names)

    assert [name for name, count in names.items() if count > 1] == []


@every_entry
def test_aliases_are_not_mere_variants(entry: GlossaryEntry) -> None:
    """Plurals, hyphens and spellings that matching knows by itself are not listed as aliases."""
    written = [name for name in entry.names if name not in entry.exact]

    assert len({normal_words(name) for name in written}) == len(written)


@every_entry
def test_meaning_is_one_short_sentence(entry: GlossaryEntry) -> None:
    """A meaning is one sentence of at most 30 words with a capital first and a full stop last."""
    assert 4 <= len(entry.meaning.split()) <= 30
    assert re.fullmatch(r"[A-Z][^.!?]*\.", entry.meaning)


@every_entry
def test_meaning_does_not_explain_a_term_by_itself(entry: GlossaryEntry) -> None:
    """A meaning never contains the term or all of the term's own words."""
    own = set(normal_words(entry.term)) - {"in", "of", "the", "a", "to", "as", "by", "on", "ai"}

    assert not own or not own <= set(normal_words(entry.meaning))


@every_entry
def test_meaning_has_no_unknown_abbreviation(entry: GlossaryEntry) -> None:
    """Capitals in a meaning are everyday ones or can be looked up in the glossary."""
    capitals = re.findall(r"\b[A-Z][A-Z0-9]*\b", entry.meaning)
    known = {name for other in GLOSSARY.entries for name in other.names}

    assert [word for word in capitals if word not in known | EVERYDAY_CAPITALS] == []


@every_entry
def test_comparison_has_one_form(entry: GlossaryEntry) -> None:
    """A comparison is one short sentence that begins with "Like", so that any text can take it in."""
    assert re.fullmatch(r"Like [^.!?]*\.", entry.comparison)
    assert len(entry.comparison.split()) <= 26


@every_entry
def test_practitioners_get_one_sentence_without_figures(entry: GlossaryEntry) -> None:
    """The sentence for practitioners names no figure, since figures age."""
    assert re.fullmatch(r"[A-Z][^!?]*\.", entry.practitioner)
    assert len(entry.practitioner.split()) <= 32
    assert not re.search(r"\d", entry.practitioner + entry.comparison)


@every_entry
def test_texts_hold_no_markup(entry: GlossaryEntry) -> None:
    """Texts are plain: no links, mentions, emphasis, entities or line breaks."""
    texts = " ".join((entry.meaning, entry.comparison, entry.practitioner, *entry.names))

    assert not re.search(r"[<>*_`~@#|\[\]{}&\n\t]|https?:|www\.|  ", texts)


def test_no_comparison_is_used_twice() -> None:
    """No two comparisons begin with the same picture or share most of their words."""
    pictures = {entry.term: set(picture(entry)) for entry in GLOSSARY.entries}
    first = Counter(picture(entry)[0] for entry in GLOSSARY.entries)
    alike = [
        (one, other)
        for (one, of_one), (other, of_other) in combinations(pictures.items(), 2)
        if len(of_one & of_other) >= 0.4 * min(len(of_one), len(of_other))
    ]

    assert [word for word, count in first.items() if count > 1] == []
    assert alike == []


def test_american_spelling_is_understood() -> None:
    """British headwords are found under their American spelling without an alias for it."""
    for british, american in {
        "quantisation": "quantization",
        "exclusive licence": "exclusive license",
        "data centre": "data center",
        "data labelling": "data labeling",
        "search engine optimisation": "search engine optimization",
        "emergent behaviour": "emergent behavior",
        "bug bounty programme": "bug bounty program",
        "fair-use defence": "fair use defense",
    }.items():
        assert GLOSSARY.look_up(american) is GLOSSARY.look_up(british) is not None


@every_entry
def test_every_name_leads_to_its_entry(entry: GlossaryEntry) -> None:
    """Each name can be looked up, and is found in a text that is about AI."""
    for name in entry.names:
        near = " ".join(entry.only_with) or "OpenAI"
        found = GLOSSARY.find_in(f"They spoke, of {name}, next to {near}.")

        assert GLOSSARY.look_up(name) is entry
        assert entry in [term.entry for term in found]


def test_documentation_is_current() -> None:
    """docs/glossary.md shows what the data say (python -m bot.explain.glossary_page docs/glossary.md)."""
    page = PAGE.read_text("utf-8")

    assert page == updated_page(page, GLOSSARY)
    assert "Words of the domain" in page.partition(MARK)[0]


# ---------------------------------------------------------------- finding

FOUND = {
    "A large language model writes.": ["large language model"],
    "Large-language models write.": ["large language model"],
    "LLMs and an LLM": ["large language model"],
    "It calls an API.": ["API"],
    "OpenAI's stateless APIs run on Azure.": ["stateless"],
    "The API is stateless.": ["API", "stateless"],
    "an exclusive license to the work": ["exclusive licence"],
    "Exclusive licences were sold": ["exclusive licence"],
    "quantized, then fine tuned": ["quantisation", "fine-tuning"],
    "finetuning or fine-tuning": ["fine-tuning"],
    "Retrieval augmented generation (RAG)": ["retrieval-augmented generation"],
    "He polished it with a rag.": [],
    "RAGs": ["retrieval-augmented generation"],
    "a rag-tag army": [],
    "A LoRA adapter": ["LoRA"],
    "Lora Smith resigned.": [],
    "An MoE design": ["mixture of experts"],
    "Moe's bar": [],
    "An insurance agent sold OpenAI a policy.": [],
    "An estate agent used ChatGPT.": [],
    "FBI agents read the OpenAI model's log.": ["AI model"],
    "OpenAI's agent books flights.": ["AI agent"],
    "The agent knocked at the door.": [],
    "Agentic tools arrive.": ["AI agent"],
    "AI agents act.": ["AI agent"],
    "multi-agent systems": ["multi-agent system"],
    "a bus token in the age of AI": [],
    "OpenAI asks for an access token.": [],
    "The price per million tokens fell, says OpenAI.": ["token"],
    "It was a token gesture by Anthropic.": [],
    "A prompt reply from OpenAI.": [],
    "The user typed a prompt.": ["prompt"],
    "Hidden text is a prompt injection.": ["prompt injection"],
    "The system prompt leaked.": ["system prompt"],
    "A power transformer caught fire near the AI site.": [],
    "The transformer architecture": ["transformer"],
    "GPT is a transformer.": ["transformer"],
    "He had a hallucination in hospital.": [],
    "ChatGPT hallucinated a ruling.": ["hallucination"],
    "lifting weights": [],
    "Meta released the weights.": ["weights"],
    "The weight of Meta's headset": [],
    "model weights leaked": ["weights"],
    "staff training on ChatGPT": [],
    "training of the neural machine": ["training"],
    "a training course about AI": [],
    "The business model of OpenAI": [],
    "The fashion model met another model.": [],
    "OpenAI's new model": ["AI model"],
    "Causal inference with AI": [],
    "Nvidia's chips for inference": ["inference"],
    "The temperature rose, says the model.": [],
    "the benchmark interest rate": [],
    "OpenAI topped the benchmark.": ["benchmark"],
    "shipping containers for AI servers": [],
    "a Docker container": ["container"],
    "a cache of weapons": [],
    "a police checkpoint": [],
    "children in the sandbox": [],
    "code runs in a sandbox": ["sandbox"],
    "a regulatory sandbox": ["regulatory sandbox"],
    "Series B round": ["funding round"],
    "in a series a reader likes": [],
    "wheel alignment by AI": [],
    "open source. Weights": ["open source"],
    "open-source code": ["open source"],
    "data\ncentre": ["data centre"],
    "data\n\ncentre": [],
    "data, centre": [],
    "see agent.py, agent_view and /api/token of the LLM at https://x.org/GPU": [
        "large language model"
    ],
    "mail api@example.com or api.example.com": [],
    "speech-to-text": ["speech recognition"],
    "A/B tests": ["A/B test"],
    "An A.I. model": [],
    "the model’s GPUs, Nvidia said": ["GPU"],
    "MCP servers": ["Model Context Protocol"],
    "a zero day in the wild": ["zero-day"],
    "Seo Min-jun and Gan Wei": [],
    "EU AI Act": ["EU AI Act"],
    "Microsoft's Copilot and its copilots": ["copilot"],
    "the pilot and co-pilot landed": [],
    "clinical endpoints of the AI trial": [],
    "Ein LLM auf der GPU": ["large language model", "GPU"],
    "AI is everywhere.": [],
    "Artificial intelligence (AI)": ["artificial intelligence"],
    "Substation transformers feed the AI site.": [],
    "": [],
}


@each_row("text, terms", FOUND.items())
def test_find_in(text: str, terms: list[str]) -> None:
    """Terms are found in their technical sense, in the order of the text, the longest first."""
    assert [found.entry.term for found in GLOSSARY.find_in(text)] == terms


def test_first_use_counts() -> None:
    """Each entry is reported once, where it first stands, as it is written there."""
    text = "Large Language Models, in short LLMs, and APIs: an API."

    found = GLOSSARY.find_in(text)

    assert [term.as_written for term in found] == ["Large Language Models", "APIs"]
    assert all(text[term.start : term.end] == term.as_written for term in found)


def test_word_of_the_right_kind_must_be_near() -> None:
    """An ambiguous word far from any word of AI stays unexplained."""
    far = "word " * 30

    assert GLOSSARY.find_in(f"OpenAI {far} agent") == []
    assert [term.as_written for term in GLOSSARY.find_in(f"OpenAI {far} agent of OpenAI")] == [
        "agent"
    ]


def test_shorter_name_is_tried_when_the_longer_one_is_not_meant() -> None:
    """When the longer name is ruled out by its own rule, a shorter term inside it still counts."""
    glossary = Glossary(
        [
            make_entry("open door", ambiguous=("open door",), only_with=("house",)),
            make_entry("door"),
        ]
    )

    assert [term.entry.term for term in glossary.find_in("an open door")] == ["door"]
    assert [term.entry.term for term in glossary.find_in("a house, open door")] == ["open door"]


texts = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            *(name for entry in GLOSSARY.entries[::9] for name in entry.names),
            " ",
            "-",
            ".",
            "\n",
            "AI",
            "@",
        ]
    ),
    max_size=40,
).map(" ".join)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_places_are_true_and_in_order(text: str) -> None:
    """Whatever the text, places fit the words, grow, never overlap, and no entry comes twice."""
    found = GLOSSARY.find_in(text)

    assert all(text[term.start : term.end] == term.as_written != "" for term in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len({term.entry.term for term in found}) == len(found)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_anything_can_be_looked_up_and_searched(words: str) -> None:
    """Looking up and searching answer any words without an error."""
    entry = GLOSSARY.look_up(words)

    assert entry is None or GLOSSARY.search(words)[0] is entry


@pytest.mark.parametrize(
    "unit", ["agent ", "data centre ", "http://", "www.", "...", "a_", "@a", "API/"]
)
def test_hostile_text_is_read_to_its_end(unit: str) -> None:
    """Long text of one piece has the terms that ten pieces have; `bench hostile_text` has times."""
    found = [GLOSSARY.find_in((unit * chars)[:chars]) for chars in (200, 200_000)]

    assert [term.entry.term for term in found[0]] == [term.entry.term for term in found[1]]


# ---------------------------------------------------------------- looking up

LOOKED_UP = {
    "API": "API",
    "api": "API",
    "an API": "API",
    "the APIs?": "API",
    '"API".': "API",
    "  Large  Language  Models ": "large language model",
    "large-language-model": "large language model",
    "LLMs": "large language model",
    "rag": "retrieval-augmented generation",
    "RAG!": "retrieval-augmented generation",
    "lora": "LoRA",
    "agent": "AI agent",
    "an agent": "AI agent",
    "the weights": "weights",
    "tokens": "token",
    "Fine Tuning": "fine-tuning",
    "finetuning": "fine-tuning",
    "quantization": "quantisation",
    "quantised": "quantisation",
    "data center": "data centre",
    "data-centres": "data centre",
    "exclusive license": "exclusive licence",
    "exclusive licenses": "exclusive licence",
    "halucination": "hallucination",
    "transfomer": "transformer",
    "“deep fakes”": "deepfake",
    "*stateless*": "stateless",
    "text to speech": "text-to-speech",
    "A/B test": "A/B test",
    "AB test": "A/B test",
    "x" * 100_000: None,
    "gpu's": None,
    "raining": None,
    "assignment": None,
    "interference": None,
    "elephant": None,
    "what is RAG": None,
    "the": None,
    "": None,
    "?!": None,
}


@pytest.mark.parametrize(("words", "term"), LOOKED_UP.items(), ids=[key[:40] for key in LOOKED_UP])
def test_look_up(words: str, term: str | None) -> None:
    """Case, plural, hyphen, article, spelling and a slip of the pen make no difference; other words do."""
    entry = GLOSSARY.look_up(words)

    assert (entry.term if entry else None) == term


def test_search_browses() -> None:
    """Nothing asked gives all entries; words give the entry so named first, then names, then meanings."""
    prompts = [entry.term for entry in GLOSSARY.search("prompts")]

    assert GLOSSARY.search("  ") == list(GLOSSARY.entries)
    assert prompts[0] == "prompt"
    assert {"prompt injection", "system prompt", "prompt caching"} <= set(prompts)
    assert [entry.term for entry in GLOSSARY.search("halluc")] == ["hallucination"]
    assert "deepfake" in [entry.term for entry in GLOSSARY.search("real people")]
    assert GLOSSARY.search("zebra crossing") == []


# ---------------------------------------------------------------- loading

GOOD = {
    "term": "widget",
    "meaning": "Does it.",
    "comparison": "Like so.",
    "practitioner": "Weigh it.",
}


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("entry = [", ["not valid TOML"]),
        ('entry = ["widget"]', ["without a term"]),
        (as_toml(**{**GOOD, "meaning": ""}), ["'widget'", "meaning"]),
        (as_toml(**{**GOOD, "meening": "x"}), ["'widget'", "meening"]),
        (as_toml(**{**GOOD, "comparison": "  Like so.  "}), ["'widget'", "comparison"]),
        (as_toml(**{**GOOD, "aliases": "gadget"}), ["'widget'", "aliases"]),
        (as_toml(term="widget"), ["'widget'", "meaning"]),
        (as_toml(meaning="Does it."), ["without a term"]),
        (as_toml(**GOOD, exact=["gizmo"]), ["'widget'", "gizmo"]),
        (as_toml(**GOOD, ambiguous=["gizmo"]), ["'widget'", "gizmo"]),
        (as_toml(**GOOD) + "\n" + as_toml(**GOOD), ["'widget'", "also belongs"]),
        (
            as_toml(**GOOD) + "\n" + as_toml(**{**GOOD, "term": "gadget", "aliases": ["Wid-gets"]}),
            ["also belongs"],
        ),
    ],
)
def test_broken_data_are_refused_by_name(toml: str, words: list[str]) -> None:
    """A glossary that breaks a rule is refused with a sentence that names the entry and the fault."""
    with pytest.raises(GlossaryInvalid) as refused:
        Glossary.from_toml(toml)

    assert all(word in str(refused.value) for word in words)


def test_own_entries_can_be_given() -> None:
    """A glossary can be made of any entries; it sorts them by term."""
    glossary = Glossary([make_entry("zebra"), make_entry("apple")])

    assert [entry.term for entry in glossary.entries] == ["apple", "zebra"]
