"""What a later report supersedes: sentences of earlier ones that no longer hold are shown to nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.explain.explanation import Form, Level
from bot.explain.extractive import extractive
from bot.explain.glossary import Glossary
from bot.explain.grounding import Grounds
from bot.explain.prompt import explain_request
from bot.explain.sources import documents, grounds, named_sources, teasers
from bot.explain.superseded import updates_of
from bot.explain.write import key_of
from bot.news.story import Revision, Story
from tests.fakes.news import NOW, make_entry

Telling = tuple[str, str]


def updated(first: Telling, later: Telling, language: str = "en", detail: str = "") -> Story:
    """A story told 30 hours ago and changed an hour ago."""
    old = make_entry(*first, hours_ago=30.0, language=language)
    new = make_entry(*later, hours_ago=1.0, outlet="Model Desk", language=language)
    revision = Revision(number=2, entry_id=new.id, at=new.at, novelty="figure", detail=detail)
    return Story(id="s_1", entries=(old, new), topics=(), language=language, revisions=(revision,))


# name: (language, first title, later title and text, sentences that go, sentences that stay)
PAIRS: dict[str, tuple[str, str, Telling, list[str], list[str]]] = {
    "memory, old value named": (
        "en", "Harbor Labs releases Pilot 2",
        ("Harbor Labs' small model Pilot 2.1 needs 4 GB of memory instead of 16", "The lab rounded the numbers inside the model."),
        ["The model needs 16 GB of memory, about as much as a good laptop has.",
         "Pilot 2 by Harbor Labs is out, and its open weights fit on an ordinary laptop with 16 GB of memory."],
        ["The model needs 4 GB of memory instead of 16 GB.", "The language model has eight billion parameters and a context window of 64,000 tokens.",
         "Pilot 2 can be fine-tuned on a laptop, and the lab charges 12 dollars a month for support.",
         "Its predecessor needed 32 GB of memory.", "Meridian's model needs 32 GB of memory."],
    ),
    "memory, old value not named": (
        "en", "Harbor Labs releases Pilot 2",
        ("Harbor shrinks Pilot to fit phones", "The model now needs only 4 GB of memory."),
        ["The model needs 16 GB of memory."],
        ["The file is a download of 9 GB.", "The model answers in 30 languages."],
    ),
    "bid": (
        "en", "Delta plans to buy chip firm Calder",
        ("Delta lifts its bid for Calder to $3 billion", "Delta had offered less before."),
        ["Delta offers $2.4 billion for Calder.", "The bid for Calder is worth 2.4 billion dollars."],
        ["Calder had revenue of $400 million last year.", "Calder's revenue was $900 million.", "Delta employs 12,000 people.",
         "Oakline had offered $2 billion for Calder.", "The commission has to agree."],
    ),
    "funding round": (
        "en", "Harbor Labs raises money",
        ("Harbor Labs raised $400 million, more than first reported", "The round was led by Oakline."),
        ["Harbor Labs raised $300 million in a funding round."],
        ["Harbor Labs is now valued at $2.4 billion.", "The lab has raised $90 million last year."],
    ),
    "valuation": (
        "en", "Harbor Labs in talks with investors",
        ("Harbor Labs now valued at $5 billion", "The funding round closed on Monday."),
        ["The lab is valued at $4 billion, people close to it say."],
        ["The lab wants to spend $200 million on a data centre."],
    ),
    "monthly price": (
        "en", "Lyra launches phone voice",
        ("Lyra cuts the price of its phone voice to $15 a month", "The voice speaks 30 languages."),
        ["The voice costs $20 a month."],
        ["Lyra has raised $20 million from investors.", "The voice speaks 30 languages."],
    ),
    "jobs": (
        "en", "Northwind cuts jobs",
        ("Northwind now cuts 2,000 jobs, not 1,200", "The cloud firm replaces support with AI."),
        ["Northwind will cut 1,200 jobs in its support centres."],
        ["Northwind has 40,000 customers.", "The cuts begin in Leeds."],
    ),
    "share of tasks": (
        "en", "Copperline opens its coding agent",
        ("Copperline corrects benchmark: agent solves 33 percent of tasks", "A mistake in the test had raised the figure."),
        ["The agent solves 41 percent of the tasks of a public benchmark."],
        ["Shares of other makers are down 9 percent this week.", "The agent opens pull requests with tests."],
    ),
    "languages": (
        "en", "Lyra launches phone voice",
        ("Lyra's phone voice now speaks 40 languages", "Ten were added overnight."),
        ["The voice speaks 30 languages."],
        ["Hairdressers in 5 countries test the voice.", "Lyra trained the voice on 300 hours of calls."],
    ),
    "damage": (
        "en", "Regulator fines Quillon",
        ("Court lowers Quillon's fine to 40 million euros", "The judge in Leeds cut the penalty."),
        ["Quillon has to pay a fine of 90 million euros."],
        ["Quillon's revenue was 700 million euros.", "Quillon used 40,000 novels as training data."],
    ),
    "launch date": (
        "en", "Harbor Labs announces Pilot 3",
        ("Harbor Labs delays Pilot 3 to 10 April", "A fault in the packaging costs time."),
        ["Pilot 3 will ship on 3 April.", "The model is due on 3 April, the lab says.", "Pilot 3 will be released next week."],
        ["Pilot 3 was originally planned for 3 April.", "A court hearing on the training data is on 20 March.",
         "Pilot 3 answers in 30 languages.", "Harbor Labs will move to a new building on 1 May."],
    ),
    "launch month": (
        "en", "Calder announces inference chip",
        ("Calder pushes back its inference chip to October", "The chip was to halve the price of answers."),
        ["The chip will ship in June.", "Calder plans to deliver the chip in June."],
        ["The chip uses half as much power.", "Calder was founded in 2019."],
    ),
    "hearing": (
        "en", "Court hears novelists against Quillon",
        ("Hearing in Quillon case moved to 14 April", "The judge is ill."),
        ["The next hearing is on 20 March."],
        ["A new copyright law takes effect on 1 May.", "Two hundred novelists sue the AI company Quillon in Leeds."],
    ),
    "law in force": (
        "en", "Ministers agree on labels for AI pictures",
        ("AI label duty takes effect on 1 September instead of 1 June", "Small publishers asked for time."),
        ["The duty takes effect on 1 June."],
        ["Ministers vote on phones in schools on 2 June.", "The label is a watermark inside the file."],
    ),
    "cancelled": (
        "en", "Delta plans to buy chip firm Calder",
        ("Delta calls off Calder purchase", "The price was too high."),
        ["Delta plans to buy the chip firm Calder.", "Delta is in talks with Calder's owners."],
        ["Calder makes chips for inference.", "Oakline is in talks to buy Meridian."],
    ),
    "talks, then signed": (
        "en", "Delta in talks to buy Calder",
        ("Delta signs contract to buy Calder", "The purchase needs approval."),
        ["Delta is in talks to buy the chip firm Calder.", "Delta may buy Calder, two people say."],
        ["Calder makes chips for inference.", "The commission has to agree.", "Delta signed the contract to buy Calder."],
    ),
    "acquired": (
        "en", "Delta plans to buy Calder",
        ("Delta acquires Calder", "The deal closed on Wednesday."),
        ["Delta wants to buy Calder.", "Delta is negotiating with Calder's founders."],
        ["Calder has a factory in Ghent."],
    ),
    "approved": (
        "en", "Delta buys Calder",
        ("Commission approves Delta's purchase of Calder", "There are no conditions."),
        ["The commission has yet to approve the deal.", "A decision is expected in spring."],
        ["Delta makes network cards."],
    ),
    "ruled": (
        "en", "Court hears novelists against Quillon",
        ("Quillon needed a licence, court ruled", "The firm will appeal."),
        ["The court will rule in spring.", "The verdict is still pending."],
        ["Two hundred novelists sue Quillon in Leeds."],
    ),
    "released": (
        "en", "Harbor announces Pilot 3",
        ("Harbor Labs launched Pilot 3", "Anyone may download it."),
        ["Harbor Labs plans to release Pilot 3.", "Pilot 3 is not yet available."],
        ["Harbor Labs trained Pilot 3 on public texts.", "Meridian plans to release a chip."],
    ),
    "paused": (
        "en", "Harbor releases Pilot 2",
        ("Harbor pauses Pilot 2 downloads", "A fault leaks passwords."),
        ["Pilot 2 is available for download.", "The model can be downloaded by anyone."],
        ["Harbor Labs released Pilot 2 on Monday.", "The model summarises contracts."],
    ),
    "restored": (
        "en", "Copperline is down",
        ("Copperline restores its service after three hours", "A certificate had run out."),
        ["Copperline is still offline.", "The service remains unavailable."],
        ["The developer platform blamed a faulty certificate."],
    ),
    "fixed": (
        "en", "Calendar invitation steers assistants",
        ("Vendors fixed the calendar hole", "Updates are out."),
        ["There is no fix for the hole.", "Assistants are still vulnerable."],
        ["A hidden sentence in an invitation made assistants forward mails."],
    ),
    "successor": (
        "en", "Head of Harbor Labs leaves",
        ("Harbor Labs appoints Tom Vos as chief", "He starts in May."),
        ["Harbor Labs is looking for a new chief.", "The post is vacant."],
        ["Harbor Labs makes small language models."],
    ),
    "resigned": (
        "en", "Pressure on head of Harbor Labs",
        ("Head of Harbor Labs resigns", "Anna Berg leaves at once."),
        ["Anna Berg has no plans to resign.", "Harbor's head will stay until 2028, she says."],
        ["Harbor Labs makes small language models."],
    ),
    "taken back": (
        "en", "Pilot beats rivals in reading test",
        ("Harbor Labs retracts claim that Pilot beats every doctor in reading scans", "The test data stood in the training data."),
        ["Pilot beats every doctor in reading scans of lungs, Harbor Labs says."],
        ["Harbor Labs makes small language models."],
    ),
    "correction": (
        "en", "Pilot 2 in use",
        ("Correction: Pilot 2 was trained on 3,000 processors, not 300", "The Ledger had it wrong."),
        ["Harbor trained Pilot 2 on 300 processors."],
        ["Harbor paid 300 writers for texts."],
    ),
    "lead investor": (
        "en", "Harbor Labs raises money",
        ("Harbor round is led by Delta Growth, not Oakline", "The fund takes a seat on the board."),
        ["The round was led by Oakline."],
        ["Harbor Labs is now valued at $2.4 billion."],
    ),
    "another leads another": (
        "en", "Harbor Labs raises money",
        ("Tom Vos leads Harbor Labs from May", "The founder becomes chairman."),
        ["Anna Berg leads Harbor Labs."],
        ["The round was led by Oakline."],
    ),
    "wrong place": (
        "en", "Pilot 2 in use",
        ("Correction: where Pilot 2 was trained", "Pilot 2 was trained in Sweden, not in Norway as reported."),
        ["Harbor trained Pilot 2 in Norway."],
        ["Harbor Labs makes small language models."],
    ),
    "supplier": (
        "en", "Calder chooses Fernhill for its chip",
        ("Calder picks Meridian instead of Fernhill to build its chip", "The contract runs for five years."),
        ["Fernhill will build the chip for Calder."],
        ["Calder was founded by former phone engineers."],
    ),
    "ban lifted": (
        "en", "Aster's app banned in Italy",
        ("Court overturns ban on Aster's app", "The app is back."),
        ["The app is banned in Italy."],
        ["Aster makes an app for letters."],
    ),
    "put off again": (
        "en", "Calder chip delayed",
        ("Calder chip delayed again, to 4 November", "A fault in the packaging costs time."),
        ["The chip is now planned for 2 August."],
        ["The chip was first planned for 1 February."],
    ),
    "context window": (
        "en", "Orbit Labs launches Tern",
        ("Tern's context window grows to 1 million tokens", "Orbit Labs made the change on Monday."),
        ["Tern reads 200,000 tokens at once."],
        ["Tern was trained on 15 trillion tokens.", "Orbit Labs has 400 staff."],
    ),
    "fine to pay": (
        "en", "Kestrel fined",
        ("Kestrel's fine cut to 7 million euros on appeal", "The court in Ghent ruled."),
        ["Kestrel must pay 12 million euros."],
        ["Kestrel's revenue was 90 million euros."],
    ),
    "stayed, then left": (
        "en", "Kestrel boss under pressure",
        ("Kestrel chief Mara Lind steps down", "The board named no successor."),
        ["Mara Lind remains chief executive, the board says."],
        ["Kestrel was founded in 2018."],
    ),
    "considered, then banned": (
        "en", "Lume app under scrutiny",
        ("Regulator bans Lume app", "Shops must remove it."),
        ["The regulator is considering a ban of the Lume app."],
        ["Lume has 2 million users."],
    ),
    "mémoire": (
        "fr", "Harbor publie Pilot",
        ("Pilot ne demande plus que 4 Go de mémoire au lieu de 16", "Le laboratoire a arrondi les nombres."),
        ["Le modèle demande 16 Go de mémoire."],
        ["Le modèle parle 30 langues."],
    ),
    "memoria": (
        "es", "Harbor publica Pilot",
        ("Pilot necesita ahora 4 GB de memoria en lugar de 16", "El laboratorio redondeó los números."),
        ["El modelo necesita 16 GB de memoria."],
        ["El modelo habla 30 idiomas."],
    ),
    "Arbeitsspeicher": (
        "de", "Harbor Labs veröffentlicht Pilot 2",
        ("Pilot 2.1 braucht nur noch 4 GB Speicher statt 16", "Das Labor hat die Zahlen gerundet."),
        ["Das Modell braucht 16 GB Speicher.", "Die Gewichte passen auf einen Laptop mit 16 GB Arbeitsspeicher."],
        ["Das Modell braucht 4 GB Speicher statt bisher 16 GB.", "Das Modell spricht 30 Sprachen.",
         "Meridians Modell braucht 32 GB Speicher.", "Das Modell von Meridian braucht 32 GB Speicher."],
    ),
    "Kaufpreis": (
        "de", "Delta will Calder kaufen",
        ("Delta erhöht sein Gebot für Calder auf 3 Milliarden Euro", "Der Vorstand stimmt zu."),
        ["Delta bietet 2,4 Milliarden Euro; das Gebot gilt bis Juni."],
        ["Calder hat einen Umsatz von 400 Millionen Euro.", "Delta hat 12.000 Beschäftigte."],
    ),
    "Termin": (
        "de", "Harbor Labs kündigt Pilot 3 an",
        ("Harbor Labs verschiebt Pilot 3 auf den 10. April", "Ein Fehler kostet Zeit."),
        ["Pilot 3 soll am 3. April erscheinen.", "Das Modell kommt am 3. April."],
        ["Pilot 3 war ursprünglich für den 3. April geplant.", "Das Modell spricht 30 Sprachen."],
    ),
    "Stellen": (
        "de", "Northwind streicht Stellen",
        ("Northwind streicht 2.000 statt 1.200 Stellen", "Der Betriebsrat protestiert."),
        ["Northwind streicht 1.200 Stellen im Kundendienst."],
        ["Northwind hat 40.000 Kunden."],
    ),
    "Preis eines Geräts": (
        "de", "Kestrel stellt Roboter vor",
        ("Kestrel senkt den Preis des Roboters auf 7.500 Euro", "Die Nachfrage war schwach."),
        ["Der Roboter kostet 9.900 Euro."],
        ["Der Roboter wiegt 30 Kilo.", "Kestrel sammelte 20 Millionen Euro ein."],
    ),
    "Abstimmung": (
        "de", "Bundestag berät KI-Gesetz",
        ("Bundestag verabschiedet KI-Gesetz", "Die Mehrheit war knapp."),
        ["Der Bundestag soll am 18. März abstimmen."],
        ["Das Gesetz betrifft 60 Firmen."],
    ),
    "Störung": (
        "de", "Störung bei Tern",
        ("Tern ist wieder erreichbar", "Die Techniker fanden den Fehler."),
        ["Tern ist seit Dienstag nicht erreichbar."],
        ["Das Modell spricht 30 Sprachen."],
    ),
    "Verhandlungen": (
        "de", "Delta verhandelt über Calder",
        ("Delta übernimmt Calder", "Der Vertrag ist unterschrieben."),
        ["Delta verhandelt mit den Eigentümern von Calder.", "Delta will den Chiphersteller Calder kaufen."],
        ["Calder baut Chips für KI."],
    ),
    "Entscheidung": (
        "de", "Delta kauft Calder",
        ("Kommission genehmigt Kauf von Calder", "Auflagen gibt es keine."),
        ["Die Kommission muss noch zustimmen."],
        ["Delta baut Netzwerkkarten."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sentence", "goes"),
    [
        (name, sentence, goes)
        for name, (_, _, _, gone, kept) in PAIRS.items()
        for goes, lines in ((True, gone), (False, kept))
        for sentence in lines
    ],
)
def test_what_a_later_report_supersedes(name: str, sentence: str, goes: bool) -> None:
    """A sentence of the earlier report goes when the later one changed what it says, and only then."""
    language, title, later, _, _ = PAIRS[name]
    story = updated((title, sentence), later, language)

    told = " ".join(document.text for document in documents(story, {}))

    assert (sentence not in told) is goes


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("The model needs 16 GB of memory.", False),
        ("Pilot 2 fits on a laptop with 16 GB of memory.", False),
        ("Das Modell braucht 16 GB Speicher.", False),
        ("The model needs 4 GB of memory instead of 16 GB.", True),
        ("It needed 16 GB before.", True),
        ("The model needs 4 GB of memory.", True),
        ("A test on tablets used 9 GB of memory.", True),
    ],
)
def test_a_models_sentence_may_not_state_what_has_changed(sentence: str, passes: bool) -> None:
    """The check drops a sentence that states the superseded figure as present, and no other."""
    story = updated(
        ("Pilot 2 needs 16 GB of memory", "The model needs 16 GB of memory."),
        ("Pilot 2.1 needs 4 GB of memory instead of 16", "A test on tablets used 9 GB of memory."),
    )
    chosen = documents(story, {})
    check = Grounds(
        grounds(chosen),
        ["Pilot", "Modell", "Speicher"],
        language="de" if "braucht" in sentence else "en",
        said=["Pilot 2 needs 16 GB of memory"],
        updates=chosen[0].updates,
    )

    assert (not check.check(sentence)) is passes


def test_the_model_is_not_handed_what_has_changed() -> None:
    """Neither text, title nor the shortened texts of a second try carry the old figure as present."""
    story = updated(
        ("Pilot 2 needs 16 GB of memory", "The model needs 16 GB of memory. It speaks German."),
        ("Pilot 2.1 needs 4 GB of memory", "The lab rounded the numbers inside the model."),
    )
    chosen = documents(story, {})

    for given in (chosen, teasers(chosen)):
        handed = explain_request(given, form=Form.FULL, level=Level.NEWCOMER, language="en")
        assert "16 GB" not in handed.turns[0].text
        assert "It speaks German." in handed.turns[0].text


@pytest.mark.parametrize("form", list(Form))
def test_every_form_tells_the_story_as_it_is_now(form: Form) -> None:
    """Digest and full form of an update are free of the old figure, whoever was told it before."""
    story = updated(
        ("Harbor Labs releases Pilot 2", "The model needs 16 GB of memory. Pilot 2 answers in 30 languages, Harbor Labs says."),
        ("Pilot 2.1 needs 4 GB of memory instead of 16", "The lab rounded the numbers inside the model on Monday."),
    )  # fmt: skip
    made = extractive(
        story,
        documents(story, {}),
        key=key_of(story, form=form, level=Level.NEWCOMER, language="en"),
        sources=named_sources(story, {}),
        glossary=Glossary.load(),
        now=NOW,
    )
    told = " ".join([made.headline, made.in_short, *made.paragraphs])

    assert "16 GB" not in told
    assert "30 languages" in told


def test_only_the_latest_of_several_updates_stands() -> None:
    """A second update supersedes the first one's report too, and a text of today follows the second."""
    story = updated(
        ("Pilot 2 is out", "The model needs 16 GB of memory."),
        ("Pilot 2.1 needs 8 GB of memory", "Pilot 2.1 needs 8 GB of memory in tests."),
    )
    third = make_entry(
        "Pilot 2.2 needs 4 GB of memory", "It is smaller.", hours_ago=-20.0, outlet="Wire"
    )
    revision = Revision(number=3, entry_id=third.id, at=third.at, novelty="figure", detail="4 GB")
    story = replace(story, entries=(*story.entries, third), revisions=(*story.revisions, revision))
    chosen = documents(story, {})

    assert "GB" not in " ".join(document.text for document in chosen)
    assert [update.entry_id for update in chosen[0].updates] == [third.id]


def test_a_story_told_once_is_left_as_it_is() -> None:
    """Without an update nothing is left out, whatever two outlets say."""
    first = make_entry("Pilot 2 is out", "The model needs 16 GB of memory.", hours_ago=3.0)
    second = make_entry("Pilot 2 is out now", "The model needs 4 GB of memory.", outlet="Wire")
    story = Story(id="s_1", entries=(first, second), topics=(), language="en")

    assert updates_of(story, {}) == ()
    assert {document.text for document in documents(story, {})} == {first.text, second.text}
