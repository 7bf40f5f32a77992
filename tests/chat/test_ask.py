"""What people type to be explained, in a table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.ask import MAX_ASK_CHARS, Ask, AskKind, parse_ask
from bot.explain.explanation import Level
from tests.fakes.rows import each_row

K, L = AskKind, Level
PASTED = (
    "Harbor Labs released version 2.1 of its language model Pilot on Thursday. The model needs "
    "4 GB of memory instead of 16 GB and runs on an ordinary phone."
)
URL = "https://theverge.com/2026/2/27/pilot"

ROWS: list[tuple[str, AskKind, str, dict[str, object]]] = [
    # nothing, help, nonsense
    ("", K.EMPTY, "", {}),
    ("   \n ", K.EMPTY, "", {}),
    ("<@UBOT>", K.EMPTY, "", {}),
    ("in German", K.EMPTY, "", {"language": "de"}),
    ("simply", K.EMPTY, "", {"level": L.NEWCOMER}),
    ("explain", K.EMPTY, "", {}),
    ("please explain", K.EMPTY, "", {}),
    ("help", K.HELP, "", {}),
    ("Help!", K.HELP, "", {}),
    ("hilfe", K.HELP, "", {}),
    ("?", K.HELP, "", {}),
    ("<@UBOT> hi", K.HELP, "", {}),
    ("what can you do?", K.HELP, "", {}),
    ("!!!", K.NONSENSE, "!!!", {}),
    ("12345", K.NONSENSE, "12345", {}),
    ("🎉🎉", K.NONSENSE, "🎉🎉", {}),
    ("asdfgh", K.NONSENSE, "asdfgh", {}),
    ("aaaaaaaa", K.NONSENSE, "aaaaaaaa", {}),
    ("xkcdfgh", K.NONSENSE, "xkcdfgh", {}),
    ("x" * MAX_ASK_CHARS, K.TOO_LONG, "", {}),
    # terms
    ("RAG", K.TERM, "RAG", {}),
    ("open weights", K.TERM, "open weights", {}),
    ("mixture of experts", K.TERM, "mixture of experts", {}),
    ("what is RAG?", K.TERM, "RAG", {}),
    ("What's a token?", K.TERM, "token", {}),
    ("whats quantisation", K.TERM, "quantisation", {}),
    ("what are embeddings", K.TERM, "embeddings", {}),
    ("what does RAG mean?", K.TERM, "RAG", {}),
    ("What does LLM stand for?", K.TERM, "LLM", {}),
    ("explain RAG", K.TERM, "RAG", {}),
    ("explain RAG to me", K.TERM, "RAG", {}),
    ("explain to me what RAG is", K.TERM, "RAG", {}),
    ("Can you explain what a transformer is?", K.TERM, "transformer", {}),
    ("could you please explain fine-tuning to me, thanks!", K.TERM, "fine-tuning", {}),
    ("define: inference", K.TERM, "inference", {}),
    ("definition of hallucination", K.TERM, "hallucination", {}),
    ("tell me about quantisation", K.TERM, "quantisation", {}),
    ("was ist RAG?", K.TERM, "RAG", {}),
    ("Was bedeutet eigentlich Inferenz?", K.TERM, "Inferenz", {}),
    ("Was sind Tokens", K.TERM, "Tokens", {}),
    ("erkläre mir bitte Quantisierung", K.TERM, "Quantisierung", {}),
    ("Kannst du mir RAG erklären?", K.TERM, "RAG?", {}),
    ("“open source”", K.TERM, "open source", {}),
    ("<@UBOT> what is an API?", K.TERM, "API", {}),
    # options in words
    ("simply what is RAG", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("simply: RAG", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("explain simply RAG", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("what is RAG in simple words?", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("RAG in plain English", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("RAG like I'm five", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("RAG for experts", K.TERM, "RAG", {"level": L.EXPERT}),
    ("for developers: what is RAG", K.TERM, "RAG", {"level": L.PRACTITIONER}),
    ("what is RAG in German", K.TERM, "RAG", {"language": "de"}),
    ("in German: what is RAG?", K.TERM, "RAG", {"language": "de"}),
    ("explain in French what RAG is", K.TERM, "RAG", {"language": "fr"}),
    ("RAG auf Deutsch", K.TERM, "RAG", {"language": "de"}),
    ("RAG en español", K.TERM, "RAG", {"language": "es"}),
    ("Was ist RAG in einfachen Worten?", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("RAG, short", K.TERM, "RAG", {"length": "short"}),
    ("explain RAG in detail", K.TERM, "RAG", {"length": "long"}),
    ("explain RAG briefly in German please", K.TERM, "RAG", {"length": "short", "language": "de"}),
    (
        "simply, in German: what is RAG?",
        K.TERM,
        "RAG",
        {"level": L.NEWCOMER, "language": "de"},
    ),
    ("what is, in simple words, RAG?", K.TERM, "RAG", {"level": L.NEWCOMER}),
    ("RAG for experts, in Italian", K.TERM, "RAG", {"level": L.EXPERT, "language": "it"}),
    # words that look like options and are not
    ("German law on AI", K.TERM, "German law on AI", {}),
    ("in German law, who owns the text?", K.QUESTION, "in German law, who owns the text?", {}),
    ("who is an expert here?", K.QUESTION, "who is an expert here?", {}),
    ("what is simple", K.TERM, "simple", {}),
    # questions
    ("why does Azure stay the only cloud?", K.QUESTION, "why does Azure stay the only cloud?", {}),
    ("what is new in story 2?", K.QUESTION, "what is new in story 2?", {}),
    ("what is this about?", K.QUESTION, "what is this about?", {}),
    (
        "what is the difference between RAG and fine-tuning?",
        K.QUESTION,
        "what is the difference between RAG and fine-tuning?",
        {},
    ),
    ("how do transformers work", K.QUESTION, "how do transformers work", {}),
    (
        "how do transformers work, in simple words?",
        K.QUESTION,
        "how do transformers work?",
        {"level": L.NEWCOMER},
    ),
    ("Warum ist das wichtig?", K.QUESTION, "Warum ist das wichtig?", {}),
    # links
    (f"<{URL}>", K.LINK, "", {"links": (URL,)}),
    (f"<{URL}|the article>", K.LINK, "", {"links": (URL,)}),
    (URL, K.LINK, "", {"links": (URL,)}),
    (f"explain <{URL}>", K.LINK, "", {"links": (URL,)}),
    (f"what is this? {URL}.", K.LINK, "", {"links": (URL,)}),
    (f"explain {URL} in German", K.LINK, "", {"links": (URL,), "language": "de"}),
    (f"simply {URL}", K.LINK, "", {"links": (URL,), "level": L.NEWCOMER}),
    (
        f"what does <{URL}> say about prices?",
        K.LINK,
        "what does say about prices?",
        {"links": (URL,)},
    ),
    (
        "<https://a.example/x?a=1&amp;b=2|a>",
        K.LINK,
        "",
        {"links": ("https://a.example/x?a=1&b=2",)},
    ),
    (
        "<https://a.example/1> <https://b.example/2>",
        K.LINK,
        "",
        {"links": ("https://a.example/1", "https://b.example/2")},
    ),
    ("theverge.com/2026/pilot", K.LINK, "", {"links": ("https://theverge.com/2026/pilot",)}),
    (
        "(see https://en.wikipedia.org/wiki/Token_(AI))",
        K.LINK,
        "(see",
        {"links": ("https://en.wikipedia.org/wiki/Token_(AI)",)},
    ),
    ("http://10.0.0.1/admin", K.LINK, "", {"links": ("http://10.0.0.1/admin",)}),
    # texts
    (PASTED, K.TEXT, PASTED, {}),
    (f"explain: {PASTED}", K.TEXT, PASTED, {}),
    (f"in German: {PASTED}", K.TEXT, PASTED, {"language": "de"}),
    (f"{PASTED} &lt;b&gt; &amp; more", K.TEXT, f"{PASTED} <b> & more", {}),
    (
        f"{PASTED} {PASTED} Source: {URL}",
        K.TEXT,
        f"{PASTED} {PASTED} Source: {URL}",
        {"links": (URL,)},
    ),
]


@each_row("typed, kind, what, rest", ROWS)
def test_what_people_type_is_understood(
    typed: str, kind: AskKind, what: str, rest: dict[str, object]
) -> None:
    """Kind, words, links and options of a typed text are those that its author means."""
    found = parse_ask(typed, "UBOT")
    expected = Ask(kind=kind, what=what.rstrip("?") if kind is K.TERM else what, **rest)  # type: ignore[arg-type]  # rows name its fields
    assert found == expected


@given(st.text(max_size=300))
def test_any_text_is_something(text: str) -> None:
    """No text, however strange, makes the parser fail or loses its links."""
    ask = parse_ask(text)
    assert ask.kind in AskKind
    assert ask.kind is not AskKind.LINK or ask.links


def test_a_long_hostile_text_is_read_to_its_end() -> None:
    """Many nearly-options in a row, as long as may be, are something too."""
    for text in ("in simple " * 900, "what is " * 1_200, ", simply" * 1_200, "<http://a|" * 900):
        assert parse_ask(text[: MAX_ASK_CHARS - 1]).kind in AskKind
