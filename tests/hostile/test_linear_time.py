"""
No text can make a reader busy: what takes twice the characters takes about twice the time.

An exception from the rule against timed assertions: the matcher of patterns does its work inside
one call and counts no steps. Only ratios of the thread's own processor time are looked at, of texts
made for it, the best of several runs, with a margin: 2 is linear, 4 quadratic.
"""

from __future__ import annotations

import ast
import gc
import inspect
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import CodeType, FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot
from tests.hostile.readers import LIMITS, READERS, Reader
from tests.hostile.shapes import FRAMES, UNITS, shaped

TOO_STEEP = 3.0
TRIES = 5
# A plain text is so long that it takes about this; a hostile one that takes as little is harmless.
QUICK_SECONDS = 0.000_12
HARMLESS_SECONDS = 0.001
# What takes longer than this is measured at sizes that the table's budget allows.
MANY_SECONDS = 0.02
LONGEST = 8_000
PLAIN = (
    "Harbor Labs released Pilot 2.1 on Thursday, 26 February 2026, for 4 GB. “Answers lose less "
    "than two points,” says Maren Voss of the model's makers. What does that mean? "
)
MIXED = (
    f"{PLAIN}<b>It's</b> a *first* “test” of #2 at https://a.example/x?utm_source=a&b=1 – in German, please.",
    "<p>Half of them\n\n- said 'it is here', <!-- --> &amp; paid $5 to $7 million, 1.234,5 Mrd. Euro; doubled!",
    "what are open weights?", "9:00 Berlin mon-fri", "until 3 March", "2 weeks", "8", "de-AT", "3 and 4",
    "the ledger.example", "https://ledger.example/feed?ref=rss", "<https://a.example|a.example>", "7" * 20,
    "What was in Monday's digest?", "the second one", "Die KI-Meldung Nr. 3 ist wichtig. Das Gerät kostet 3 Euro.",
    "OpenAI sues Harbor on 3 March 2027: “Gemini” costs 1,200 dollars, up 5 percent (Reuters), says Sam O'Neil.",
    "Node.js and Quillgate.io at 1Qm7xK2vR9pLw4TzB8nYc3HdF6gJs5EaVu or 15.5 GB; Das Modell Pilot kostet 4 GB.",
    "人工知能のモデルは大きい。「はい」と言った。", "Untitled", 'The fake mail said: "Sign in again."', "<script>a</script> <b", "A; B is here and it is; C is there and it is", "", "?",
)  # fmt: skip
FRESH = count()

# Modules with patterns that read nothing from outside while people wait.
EXCEPT = {
    "bot/cli": "what an operator types",
    "bot/sandbox": "the local stand-in for Slack; reads what developers send it",
    "bot/manifest.py": "our own manifest",
    "bot/explain/glossary_page.py": "our own page",
    "bot/model/deployment.py": "the operator's settings",
    "bot/model/pricing.py": "the operator's settings and names of models",
    "bot/news/sample.py": "our own sample",
    "bot/slack/oauth.py": "ids of at most 32 letters, matched as a whole",
    "bot/web/installing.py": "tokens of bounded length, matched as a whole",
    "bot/web/metrics.py": "labels of bounded length, matched as a whole",
    "handlers/__init__.py": "names of listeners, given to Bolt",
}


def seconds(read: Reader, text: str) -> float:
    # Some readers remember what they read; no text is read twice.
    text = f"{text}{next(FRESH)}"
    begun = time.thread_time()
    read(text)
    return time.thread_time() - begun


@pytest.fixture(autouse=True)
def _no_collections() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def size_for(name: str) -> tuple[int, float]:
    """Return the number of characters to begin with, and what plain text of it takes."""
    read, chars = READERS[name], 250
    longest = LIMITS.get(name, 2 * LONGEST) // 2
    while True:
        taken = min(seconds(read, plain(chars)) for _ in range(2))
        if taken > QUICK_SECONDS or 2 * chars > longest:
            return chars, taken
        chars *= 2


def plain(chars: int) -> str:
    return (PLAIN * (chars // len(PLAIN) + 1))[:chars]


def is_steep(name: str, unit: str, frame: tuple[str, str], chars: int, usual: float) -> str:
    """Return what was measured when twice the text takes far more than twice the time, else ""."""
    read = READERS[name]
    once = seconds(read, shaped(unit, chars, frame))
    if once < max(HARMLESS_SECONDS, 4 * usual):
        return ""
    # Slow for plain text's measure; is it only slow, or does it grow?
    if once < MANY_SECONDS and 4 * chars <= LIMITS.get(name, LONGEST):
        chars *= 2
    ratios: list[float] = []
    for _ in range(TRIES):
        short = min(seconds(read, shaped(unit, chars, frame)) for _ in range(2))
        ratios.append(seconds(read, shaped(unit, 2 * chars, frame)) / max(short, 1e-6))
        if ratios[-1] < TOO_STEEP:
            return ""
    return f"{name}: {frame[0]!r} + {unit!r}… + {frame[1]!r}, {chars} characters: times {min(ratios):.1f}"


@pytest.mark.parametrize("name", READERS)
def test_twice_the_text_takes_twice_the_time(name: str) -> None:
    """Every reader takes hostile texts of every shape in time that grows with their length alone."""
    chars, usual = size_for(name)
    steep = [
        found
        for number, unit in enumerate(UNITS)
        # Each piece alone, and every third inside one of the other frames.
        for frame in (FRAMES[0], FRAMES[1 + number // 3 % (len(FRAMES) - 1)])[
            : 1 + (number % 3 == 0)
        ]
        if (found := is_steep(name, unit, frame, chars, usual))
    ]
    assert steep == []


@settings(
    derandomize=True, max_examples=150, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    st.sampled_from(sorted(READERS)),
    st.text(st.sampled_from("".join(sorted(set("".join(UNITS))))), min_size=1, max_size=6),
    st.sampled_from(FRAMES),
)
def test_any_piece_said_again_and_again(name: str, unit: str, frame: tuple[str, str]) -> None:
    """Pieces that nobody thought of are read in linear time, too."""
    chars, usual = size_for(name)
    assert is_steep(name, unit, frame, min(chars, 2_000), usual) == ""


def test_the_table_names_every_function_with_a_pattern() -> None:
    """Each function of ours that uses a pattern is run by a reader of the table, or excepted with a reason."""
    root = Path(inspect.getfile(bot)).parents[1]
    run = _run_by_readers(root)
    missing = [
        f"{where}: {name}"
        for path in sorted([*root.glob("bot/**/*.py"), *root.glob("handlers/*.py")])
        if not _is_excepted(where := path.relative_to(root).as_posix())
        for name in _functions_with_patterns(path)
        if (where, name) not in run and (where, name) not in ELSEWHERE
    ]
    assert missing == []


# Functions whose pattern reads something bounded, or that runs in a process that can be killed.
ELSEWHERE = {
    ("bot/chat/ask_patterns.py", "_whole"): "makes patterns of our own words",
    ("bot/chat/ask_words.py", "alternatives"): "makes patterns of our own words",
    ("bot/explain/amounts.py", "_words"): "makes patterns of our own words",
    ("bot/news/topic_tags.py", "_pattern"): "makes patterns of our own words",
    ("bot/news/topic_tags.py", "_stem_pattern"): "makes patterns of our own words",
    ("bot/digest/digest_words.py", "_source"): "makes a parser, which the table runs",
    ("bot/digest/digest_words.py", "_feed"): "makes a parser, which the table runs",
    ("bot/explain/outgoing/order_pattern.py", "_made"): "makes patterns of our own words",
    ("bot/explain/outgoing/own_words.py", "_own"): "reads our own prompts",
    ("bot/model/faults.py", "outcome_of"): "reads names of our own classes",
    (
        "bot/net/page_parse.py",
        "parse_page",
    ): "a process that can be killed; its patterns are in the table",
    ("bot/slack/directory.py", "resolve"): "asks Slack; its patterns are in the table",
    ("bot/slack/connection.py", "make_app"): "a workspace's id, matched as a whole",
    ("bot/slack/connection.py", "authorize"): "a workspace's id, matched as a whole",
    ("bot/digest/spots.py", "named"): "an id of at most 64 letters, matched as a whole",
    ("handlers/inbound.py", "ts_of"): "a number of at most 41 letters, matched as a whole",
}


def _is_excepted(where: str) -> bool:
    return any(where == name or where.startswith(f"{name}/") for name in EXCEPT)


def _run_by_readers(root: Path) -> set[tuple[str, str]]:
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        for read in READERS.values():
            for text in MIXED:
                read(text)
    finally:
        sys.setprofile(None)
    return {
        (Path(code.co_filename).relative_to(root).as_posix(), code.co_name)
        for code in seen
        if code.co_filename.startswith(str(root))
    }


def _functions_with_patterns(path: Path) -> Iterator[str]:
    """Yield the functions of a module that name `re`, or a module-level value made with it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = (
        {"re"}
        if any(isinstance(n, ast.Import) and n.names[0].name == "re" for n in tree.body)
        else set()
    )
    for node in tree.body if made else []:
        if (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value
            and _names(node.value) & made
        ):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and made:
            body = {name for part in node.body for name in _names(part)}
            if body & made:
                yield node.name


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
