"""The grounding check: nothing passes that the sources lack, and what they have passes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.explain.figures import figures
from bot.explain.grounding import check
from bot.explain.pick import stands_alone
from bot.explain.plain_language import is_clean

SOURCE = """\
Source: The Ledger
Title: Microsoft and OpenAI: the partnership stays as it is
Published: Friday, 27 February 2026

Microsoft keeps its exclusive licence to OpenAI's work, both companies said in a joint statement. \
Azure remains the only cloud for stateless APIs. Sam Altman told reporters that "nothing changes \
for our customers today". The deal is worth $4.83 billion, or 12.5 percent of the total. The \
European Union looks at it. GPT-5 was named, and version 4.8 of the tool. It has 12,500 staff in \
three countries, and from 5 to 7 percent of them may leave. More at https://ledger.example/deal.
"""

GROUNDED = [
    "On 27 February both companies said that Microsoft keeps its licence.",
    "The deal is worth $4.83 billion.",
    "The deal is worth $4.8 billion.",
    "The deal is worth about $5 billion.",
    "The deal is worth nearly 4.9 billion dollars.",
    "That is 12.5% of the total.",
    "That is 13 percent of the total.",
    "It has 12,500 staff.",
    "It has 12 500 staff.",
    "It has more than 12,000 staff in 3 countries.",
    "Between 5 and 7 percent may leave.",
    "Sam Altman said “nothing changes for our customers today”.",
    'Altman said "nothing changes".',
    "The EU looks at it.",
    "GPT 5 was named.",
    "Azure's customers keep what they have.",
    "Everybody keeps the same contract.",
    "An API is a serving hatch between programs.",
    "See https://ledger.example/deal for more.",
    "In February 2026 it was said.",
]
UNGROUNDED = [
    ("figure", "The deal is worth $4.9 billion."),
    ("figure", "The deal is worth $4.83 million."),
    ("figure", "The deal is worth 4.83 billion euros."),
    ("figure", "That is 12.5 dollars."),
    ("figure", "It has 12,600 staff."),
    ("figure", "It has more than 13,000 staff."),
    ("figure", "It has 13,000 staff."),
    ("figure", "In 2025 it was said."),
    ("figure", "Version 5 of the tool is out, with 48 new parts."),
    ("figure", "Twenty-seven thousand people left."),
    ("name", "On 27 March both companies said so."),
    ("name", "Last Tuesday both companies said so."),
    ("name", "Google denied it."),
    ("name", "It was denied by Google."),
    ("name", "Sundar Pichai denied it."),
    ("name", "GPT-6 was named."),
    ("name", "The deal was signed in Paris."),
    ("name", "DeepMind looks at it."),
    ("quote", 'Altman said "everything changes for our customers today".'),
    ("quote", "Altman said “nothing changes for our staff”."),
    ("quote", "Altman called it ‘a very bad deal’."),
    ("quote", 'He said "this is only the beginning of it.'),
    ("quote", 'the end of all software as we know it," Altman said.'),
    ("link", "See https://evil.example/deal for more."),
    ("link", "See www.evil.example for more."),
    ("link", "Go to evil.ai/login now."),
    ("link", "Write to boss@evil.example now."),
]


@pytest.mark.parametrize("sentence", GROUNDED)
def test_what_the_source_says_passes(sentence: str):
    """Figures as written or rounded, names, dates, quotations and links of the source are fine."""
    assert check([sentence], [SOURCE], ["API"]) == []


@pytest.mark.parametrize(("kind", "sentence"), UNGROUNDED)
def test_what_the_source_lacks_is_flagged(kind: str, sentence: str):
    """Each kind of invention is found, with its kind."""
    assert kind in [flag.kind for flag in check([sentence], [SOURCE])]


def test_flags_carry_the_sentence():
    """A flag says which sentence it is about, and what to tell the model."""
    flags = check(["Nothing changes.", "It costs $99."], [SOURCE])

    assert [(flag.sentence, flag.kind) for flag in flags] == [(1, "figure")]
    assert "$99" in flags[0].reason


def test_analogies_may_name_everyday_things():
    """A comparison may name what the source does not, but no figure, quotation or link."""
    sentence = "It is like the only shop in Springfield."
    assert check([sentence], [SOURCE])
    assert check([sentence], [SOURCE], analogies={0}) == []
    assert check(["It is like 300 shops at shop.example."], [SOURCE], analogies={0})


@given(st.integers(min_value=100, max_value=10**9))
def test_large_false_numbers_are_found(number: int):
    """No whole number of three or more digits passes unless the source has it."""
    assume(number not in {2026, 12_500})
    assert check([f"It has {number:,} users."], [SOURCE])
    assert check([f"It has {number} users."], [SOURCE])


@pytest.mark.parametrize(
    "words", ["about {} users", "{} users", "more than {} dollars", "{}.000 users"]
)
def test_figures_of_thousands_of_digits_are_found(words: str):
    """A figure that Python would not write out is one like any other: false unless the source has it."""
    sentence = f"It has {words.format('12' * 3_000)}."
    assert check([sentence], [SOURCE])
    assert check([sentence], [f"{SOURCE}\n{sentence}"]) == []


def test_a_grouped_thousand_is_not_a_decimal():
    """A source that has a 5 does not have 5,000."""
    assert check(["It has 5,000 users."], [SOURCE])


@given(st.decimals(min_value=1, max_value=900, places=1), st.sampled_from(["million", "billion"]))
def test_false_sums_are_found(value: object, magnitude: str):
    """A sum passes only when it is the source's own, rounded to the digits written."""
    assume((str(value), magnitude) != ("4.8", "billion"))
    assert check([f"The deal is worth ${value} {magnitude}."], [SOURCE])


WORDS = st.lists(
    st.sampled_from(
        [
            "nothing",
            "changes",
            "everything",
            "customers",
            "never",
            "today",
            "again",
            "model",
            "work",
            "ends",
        ]
    ),
    min_size=3,
    max_size=7,
)


@given(WORDS, st.sampled_from(['""', "“”", "«»", "„“", "「」"]))
def test_false_quotes_are_found(words: list[str], marks: str):
    """A quotation passes only when its words stand in the source one after the other."""
    quote = " ".join(words)
    assume(quote not in "nothing changes for our customers today")
    found = check([f"The boss said {marks[0]}{quote}{marks[1]} there."], [SOURCE])
    assert "quote" in [flag.kind for flag in found]


@given(
    st.from_regex(r"[a-z]{3,12}", fullmatch=True),
    st.sampled_from(
        ["https://{}.example", "http://{}.com/x", "www.{}.org", "{}.ai", "{}@mail.example"]
    ),
)
def test_false_links_are_found(host: str, form: str):
    """No address passes that the source does not have."""
    assume(host not in SOURCE)
    found = check([f"Look at {form.format(host)} now."], [SOURCE])
    assert "link" in [flag.kind for flag in found]


SURNAMES = ["Merkel", "Nakamura", "Okafor", "Lindqvist", "Petrov", "Garcia", "Dubois", "Novak"]


@given(
    st.sampled_from(SURNAMES),
    st.sampled_from(
        [
            "{} denied it.",
            "It was {} who said so.",
            "The plan of {} failed.",
            "{}'s plan failed.",
            "Sam {} told reporters.",
        ]
    ),
)
def test_false_names_are_found(name: str, form: str):
    """A person's name passes only when the source names them, wherever it stands."""
    assert "name" in [flag.kind for flag in check([form.format(name)], [SOURCE])]


@settings(max_examples=200)
@given(st.text(max_size=300), st.sampled_from(["en", "de", "fr", "es", "ja", ""]))
def test_any_text_is_survived(text: str, language: str):
    """Hostile text raises nothing, as sentence and as source."""
    check([text], [text], language=language or "en", source_language=language)


@given(st.text(alphabet="0123456789.,$€%\" 'kmbn-–", max_size=80))
def test_a_text_grounds_its_own_figures(text: str):
    """Every figure of a text is supported by the text itself."""
    assert [flag for flag in check([text], [text]) if flag.kind == "figure"] == []


OTHER_LANGUAGES = [
    ("de", "Am 27. Februar 2026 ging es um 4,83 Milliarden Dollar und 12,5 Prozent.", []),
    ("de", "Die Firma hat 12.500 Leute in drei Ländern.", []),
    ("de", "Es ging um 5,9 Milliarden Euro.", ["figure"]),
    ("de", "Auch DeepMind prüft den Vertrag.", ["name"]),
    ("fr", "L'accord vaut 4,83 milliards de dollars, soit 12,5 % du total.", []),
    ("fr", "L'entreprise emploie 12 500 personnes.", []),
    ("fr", "L'entreprise emploie 22 500 personnes.", ["figure"]),
    ("es", "El acuerdo vale 4,83 mil millones de dólares y el 12,5 por ciento.", []),
    ("es", "El acuerdo vale 9 mil millones de dólares.", ["figure"]),
    ("ja", "契約は48億3000万ドルです。OpenAIが発表した。", None),
]


@pytest.mark.parametrize(("language", "sentence", "kinds"), OTHER_LANGUAGES)
def test_other_languages(language: str, sentence: str, kinds: list[str] | None):
    """Number formats, magnitudes, months and nouns of other languages are read as such."""
    found = check([sentence], [SOURCE], language=language, source_language="en")
    if kinds is not None:
        assert [flag.kind for flag in found] == kinds


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("5 mil millones de dólares", "es", [5 * 10**9]),
        ("3 Billionen Euro", "de", [3 * 10**12]),
        ("3 billion euros", "en", [3 * 10**9]),
        ("1.234,5 Euro", "de", [1234.5]),
        ("3億円", "ja", [3 * 10**8]),
        ("１２万人", "ja", [12 * 10**4]),
        ("$40bn and 10k", "en", [40 * 10**9, 10**4]),
        ("twenty-seven firms, two million users", "en", [27, 2 * 10**6]),
        ("one of them, 3D, o3mini", "en", []),
    ],
)
def test_reading_figures(text: str, language: str, values: list[float]):
    """A figure is its value with its magnitude, by the customs of the language."""
    assert [float(max(figure.values)) for figure in figures(text, language)] == values


SLOW_SHAPES = ["a.a-", "1.", "A-", '"a', "‘a’", "a@", "1 234 ", "*a", "< ", "<documents", "ignore "]


def test_long_odd_text_is_read_to_its_end():
    """Text made to slow pattern matching down is judged as any other; `bench hostile_text` has times."""
    for shape in SLOW_SHAPES:
        text = shape * (16_000 // len(shape))
        assert all(flag.sentence == 0 for flag in check([text], [text])), shape
        assert is_clean(text) in {True, False}, shape
        assert stands_alone(text) in {True, False}, shape


_AMOUNTS_SOURCE = (
    "Source: The Ledger\nTitle: Harbor Labs raises 1.5bn euros\nPublished: Friday, 27 February 2026\n\n"
    "Harbor Labs raised 1.5 billion euros. Pilot 2 is 4x faster than Pilot 1, and sales rose by 50 percent."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Sales doubled.",
        "Millions of people use it.",
        "Thousands of firms bought it.",
        "It is 5x faster.",
        "It is 4.5x faster.",
        "In the 1990s such firms failed.",
        "Musk likes it.",
        "Sequoia led the round.",
        "Nvidia invested, too.",
    ],
)
def test_loose_amounts_and_famous_names_need_a_source(sentence: str):
    """What a model makes up most easily is found: amounts in words, and well-known names alone."""
    assert check([sentence], [_AMOUNTS_SOURCE])


def test_a_sum_of_money_is_no_number_of_people():
    """Billions of kroner do not tell that millions of people do something."""
    source = "Harbor Labs raised 4.83 billion kroner in 2025."

    assert check(["Millions of people use it."], [source])
    assert check(["It raised 4.83 billion dollars."], [source])
    assert check(["It raised 4.83 billion kroner."], [source]) == []


def test_a_famous_name_is_looked_at_in_comparisons_too():
    """A comparison from everyday life may not bring in a company the sources do not name."""
    sentence = "It is like asking Google for the way."

    assert check([sentence], ["Harbor Labs released Pilot."], analogies=[0])


@pytest.mark.parametrize(
    "sentence",
    [
        "Pilot 2 is four times faster.",
        "Pilot 2 is 4x faster.",
        "Sales rose by half of what they were.",
    ],
)
def test_loose_amounts_that_a_source_tells(sentence: str):
    """The same amount in another form is no false alarm."""
    assert check([sentence], [_AMOUNTS_SOURCE]) == []


@pytest.mark.parametrize(
    ("language", "sentence", "founded"),
    [
        ("ja", "資本金は100億円。", True),
        ("ja", "資本金は200億円。", False),
        ("ja", "資本金は100億ドル。", False),
        ("ja", "利用者は300校。", True),
        ("ja", "利用者は400校。", False),
        ("de", "Harbor Labs hat 1,5 Mrd. Euro.", True),
        ("de", "Harbor Labs hat 2,5 Mrd. Euro.", False),
        ("de", "Siemens beteiligt sich.", False),
        ("fr", "Harbor Labs a levé 1,5 milliard d’euros.", True),
    ],
)
def test_figures_in_other_scripts(language: str, sentence: str, *, founded: bool):
    """Figures are read where no space parts them from the words, and after shortened magnitudes."""
    source = f"{_AMOUNTS_SOURCE}\n資本金は100億円。利用者は300校。"

    assert (check([sentence], [source], language=language, source_language="en") == []) is founded
