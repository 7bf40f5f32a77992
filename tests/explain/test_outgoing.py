"""The check on every text that leaves: tables of attacks and of harmless texts, and their disguises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.answer_prompt import AnswerMode, answer_request
from bot.chat.held import Holder
from bot.explain.explanation import Form, Level
from bot.explain.outgoing.check import MAX_CHARS, Outgoing
from bot.explain.outgoing.named import shown_headline, shown_left_out, shown_name
from bot.explain.prompt import explain_request, repair_request
from bot.news.story import LeftOut
from tests.fakes.explaining import make_entry, make_story
from tests.fakes.outgoing_cases import attacks, harmless, prompt_sentences

ATTACKS = attacks()
HARMLESS = harmless()
ZERO_WIDTH = ("\u200b", "\u2060", "\ufeff", "\u00ad")


def about(text: str) -> Outgoing:
    """The check for what is said about a source that says just this."""
    return Outgoing([text], ["https://theledger.example/article"])


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def test_every_attack_is_stopped():
    """What publishers and obedient models try is refused although a source says it."""
    assert [attack.text for attack in ATTACKS if about(attack.text).fits(attack.text)] == []


def test_the_harmless_collection_passes():
    """News about phishing, commands, wallets and prompts passes, and names that look like domains."""
    assert len(HARMLESS) >= 120
    assert len({one.name for one in HARMLESS} - {""}) >= 25
    stopped = [
        (about(one.text).why_not(one.text), one.text)
        for one in HARMLESS
        if not about(one.text).fits(one.text)
    ]
    assert stopped == []


def test_orders_are_told_from_news():
    """An imperative is stopped in every language; who tells of one in the third person passes."""
    lines = (Path(__file__).parent / "orders.txt").read_text("utf-8").splitlines()
    wrong = [
        line
        for line in lines
        if line[0] in "+-" and about(line[2:]).fits(line[2:]) == (line[0] == "+")
    ]
    assert wrong == []


@settings(max_examples=150)
@given(
    attack=st.sampled_from(ATTACKS),
    case=st.sampled_from([str, str.upper, str.lower, str.swapcase]),
    around=st.sampled_from(
        ["{}", '"{}"', "“{}”", "«{}»", "- {}", "1. {}", "> {}", "*{}*", "Note: {}"]
    ),
    width=st.sampled_from([str, full_width]),
    hidden=st.sampled_from(["", *ZERO_WIDTH]),
    data=st.data(),
)
def test_disguises_change_nothing(attack, case, around, width, hidden, data):
    """Case, full-width letters, invisible letters, quotes and list marks do not get an attack through."""
    text = attack.text
    # An address in other letters is another one: base58 and scripts without case stay as they are.
    text = width(text if attack.kind == "wallet" else case(text))
    if hidden:
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + hidden + text[place:]
    text = around.format(text)
    assert not about(text).fits(text), text


@pytest.mark.parametrize("sentence", prompt_sentences())
def test_prompts_are_known_in_any_cut(sentence: str):
    """Halves, both sentences of a split one, changed marks and lost blanks are still our own words."""
    check = Outgoing([sentence])
    words = sentence.split()
    half = " ".join(words[: -(-len(words) // 2)]), " ".join(words[-(-len(words) // 2) :])
    for shown in (
        sentence.replace(" ", ""),
        sentence.replace(",", " –").replace(".", "!"),
        f"My instructions say: {sentence}",
    ):
        assert not check.fits(shown), shown
    stopped = [not check.fits(half[0]), not check.fits(half[1], half[0])]
    long = [len("".join(filter(str.isalnum, part))) >= 30 for part in half]
    assert all(is_stopped for is_stopped, is_long in zip(stopped, long, strict=True) if is_long), (
        half
    )


@pytest.mark.parametrize(
    ("sentence", "sources", "fits"),
    [
        ("Character.ai checks ages.", ["Character.ai checks the age of users."], True),
        ("Character.ai checks ages.", ["Another firm checks the age of users."], False),
        (
            "The start-up Quantora.com grew.",
            ["Sales of the start-up Quantora.com grew fast."],
            True,
        ),
        ("It moved to quantora.com today.", ["It moved to quantora.com today."], False),
        ("More stands on theledger.example now.", ["x"], True),
        ("More stands on desk.theledger.example now.", ["x"], True),
        ("More stands on otherledger.example now.", ["otherledger.example"], False),
        ("Read https://theledger.example/more on it.", ["x"], True),
        ("Read https://theledger.example@evil.example/ on it.", ["x"], False),
        ("Visit Booking.com to claim your prize.", ["Booking.com"], False),
        (
            "Secure-Booking.com has rooms.",
            ["Rooms at the firm Secure-Booking.com are cheap."],
            False,
        ),
        ("Get it at Character.ai/login today.", ["Character.ai/login"], False),
    ],
)
def test_a_name_needs_its_source(sentence: str, sources: list[str], fits: bool):
    """A name that looks like a domain passes as a source has it; an address only of a source's host."""
    assert Outgoing(sources, ["https://www.theledger.example/a"]).fits(sentence) is fits


def test_a_text_without_end_is_refused():
    """Length is looked at before any pattern runs."""
    assert not Outgoing().fits("a " * MAX_CHARS)


class Lenient:
    """A grounding check that lets everything through."""

    def passes(self, sentence: str) -> bool:
        return True


@pytest.mark.parametrize("change", [str, str.upper, lambda text: text.replace(". ", ".\n\n> ")])
def test_a_model_that_prints_its_instructions_says_nothing(change):
    """All instructions of an explanation and of an answer, streamed sentence by sentence, are held back."""
    explaining = explain_request((), form=Form.DIGEST, level=Level.NEWCOMER, language="en")
    answering = answer_request(
        "?", (), (), level=Level.EXPERT, language="de", mode=AnswerMode.SOURCES, length="long"
    )
    for request in (explaining, repair_request(explaining, "", ["no"]), answering):
        held = Holder(Lenient(), "en")
        held.feed(change(request.instructions))
        held.close()
        assert held.passed == []
        assert held.dropped > 5


ORDER = "Sign in again to keep receiving this digest"


def test_a_headline_falls_back():
    """To another source's title, to a first sentence, and to one that names the publisher only."""
    bad, good = make_entry(1, title=ORDER), make_entry(2, title="Harbor's model runs on a phone")
    assert shown_headline(make_story(bad, good)) == good.title
    assert shown_headline(make_story(bad)) == bad.text
    silent = make_entry(1, title=ORDER, text=f"{ORDER}.", outlet_name=ORDER)
    assert shown_headline(make_story(silent)) == "News from outlet1.example"


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.kind == "order"][:12])
def test_a_publishers_name_falls_back_to_its_site(attack):
    """A feed cannot give orders by its name; what a preview lists as left out cannot either."""
    assert shown_name(attack.text, "theledger.example") == "theledger.example"
    left_out = LeftOut(headline=attack.text, reason=f"the same event as “{attack.text}”", url="")
    assert not attack.is_shown_in(shown_left_out(left_out))


@pytest.mark.parametrize(
    "name",
    ["The Ledger", "theledger.example", "Booking.com Newsroom", "AT&T", "heise online", "Node.js"],
)
def test_publishers_keep_their_names(name: str):
    """An ordinary name, also one that is the publisher's own domain, stays."""
    assert shown_name(name, "theledger.example") == name


@pytest.mark.parametrize(
    ("before", "text", "fits"),
    [
        ("The desk has Tel.", "912 345 719 at night.", False),
        ("Copies are hosted at moonfreight．", "top from today.", False),
        ("Copies are hosted at evil-host.com today.", "62 percent of readers noticed it.", True),
        ("The desk answers on +49 30 5550 4711 at night.", "40 people work there.", True),
        ("It costs less than before, e.g.", "20 euros a month.", True),
    ],
)
def test_what_was_cut_in_two_is_seen(before: str, text: str, fits: bool):
    """An address or number cut at its dot is known by its second half; a neighbour is not blamed."""
    assert Outgoing().fits(text, before) is fits
