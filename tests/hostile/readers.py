"""
Every function that reads text from feeds, pages, people or the model, under a name.

`test_linear_time.py` runs each on hostile texts of growing length, and proves that no module with a
pattern is missing here; `tests/bench/hostile_text.py` gives the exact figures.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from bot import logs
from bot.chat import (
    answer_prompt,
    ask,
    digest_question,
    held,
    listen,
    slack_text,
    turns,
    unreadable,
    which_story,
)
from bot.chat.checks import GeneralCheck, SourcedCheck
from bot.chat.extracts import nearest_sentences
from bot.chat.held import Holder
from bot.chat.listen import Said
from bot.chat.story_material import parts, points_at_something
from bot.chat.which_story import ToldStory
from bot.digest import memory, pause_words, preference, sources, switch_words, typed, zones
from bot.digest.digest_words import parse_digest_words
from bot.explain import (
    amounts,
    draft,
    figures,
    grounding,
    language,
    names,
    number_format,
    pick,
    plain_language,
    readability,
    review,
    sentences,
    superseded,
    update,
    wire,
    wordforms,
)
from bot.explain import sources as documents
from bot.explain.explanation import ExplainedTerm, ExplanationKey, Form, Level
from bot.explain.extractive import extractive
from bot.explain.glossary import Glossary
from bot.explain.grounding import Grounds
from bot.explain.outgoing import named
from bot.explain.outgoing.check import Outgoing
from bot.model import faults
from bot.net import (
    address,
    charset,
    feed_kind,
    feed_parse,
    http_headers,
    markup_limit,
    page_parse,
    paywall,
    plain_text,
    xml_repair,
)
from bot.news import ai_words, apart, relevance, revise, terms, text, topic_tags, urlkey
from bot.news import figures as news_figures
from bot.news.entry import Entry, Page
from bot.news.feed import Feed
from bot.news.story import LeftOut
from bot.render import blocks, clean, emphasis, ids, links, mrkdwn, notice, recap, stream
from bot.render.command_names import CommandNames
from bot.render.message import Message
from bot.slack import directory, markdown, same_message, tail
from bot.slack.answer_post import fit
from bot.well_formed import well_formed, well_formed_json
from tests.fakes.explaining import NOW, make_entry, make_story

Reader = Callable[[str], object]

GLOSSARY: Final = Glossary.load()
_SMALL: Final = Glossary(GLOSSARY.entries[:2])
_TODAY: Final = date(2026, 3, 2)
_FEED: Final = Feed(url="https://a.example/feed", name="A", outlet="a.example")
_KEY: Final = ExplanationKey(
    story_id="s",
    revision=1,
    form=Form.FULL,
    level=Level.NEWCOMER,
    language="en",
    prompt_version="1",
)
_NUMBERED: Final = [
    ToldStory(number=n, story_id=f"s{n}", revision=1, headline=f"Pilot {n} is out") for n in (1, 2)
]
_GROUNDS: Final = Grounds(["Harbor Labs released Pilot 2.1 for 4 GB."])


def _streamed(text: str, step: int) -> Holder:
    holder = Holder(_SOURCED)
    for start in range(0, len(text), step):
        holder.feed(text[start : start + step])
    holder.close()
    return holder


def _answer(text: str) -> str:
    """A model's explanation with the text in every field."""
    halves = [text[: len(text) // 2], text[len(text) // 2 :]]
    some = [text[n : n + 40] for n in range(0, len(text), 40)]
    return json.dumps(
        {
            "headline": text[:300],
            "means_for_reader": text,
            "in_short": text,
            "paragraphs": halves,
            "terms": [{"term": one[:9], "meaning": one, "comparison": one[9:]} for one in some],
            "why_it_matters": text,
            "what_is_new": text,
        }
    )


def _judged(text: str) -> object:
    made = draft.draft_of(wire.parse(_answer(text)), "en", is_update=True)
    judged = review.review(
        made, _GROUNDS, form=Form.FULL, level=Level.NEWCOMER, language="en", source_words=200
    )
    return review.mend(judged, _GROUNDS, form=Form.FULL, headline="A", in_short="B")


def _extracted(text: str) -> object:
    story = make_story(make_entry(1, title=text[:300], text=text), make_entry(2, text=text))
    page = {entry.url: Page(source=entry.url, text=text) for entry in story.entries}
    chosen = documents.documents(story, page)
    return extractive(story, chosen, key=_KEY, sources=(), glossary=GLOSSARY, now=NOW)


def _updates() -> tuple[update.Update, ...]:
    """What later reports of an event changed: a figure, a day, an actor, an outcome; and a correction."""
    first = make_entry(1, title="Harbor Labs released Pilot 2.1", text="Pilot needs 4 GB.")
    later = [
        "Pilot now needs 8 GB instead of 4, says Harbor Labs.",
        "Harbor Labs delayed Pilot from 26 February to 10 April.",
        "Correction: Harbor Labs did not release Pilot 2.1 on Thursday.",
        "Anna Beck replaces Maren Voss as head of Harbor Labs; Delta leads the round.",
        "Regulators approved the deal of Harbor Labs.",
    ]
    entries = [make_entry(number, title=told, text=told) for number, told in enumerate(later, 2)]
    story = make_story(first, *entries)
    return tuple(replace(update.update_of(story, one, {}), at=NOW) for one in entries)


def _update(text: str) -> object:
    told = make_entry(2, title=text[:500], text=text)
    return update.update_of(make_story(make_entry(1, title=text[:500]), told), told, {})


def _entry(text: str) -> Entry:
    return make_entry(1, title=text[:300], text=text, outlet_name=text[:80])


def _novelty(text: str) -> object:
    return revise.novelty(
        make_story(_entry(text)), replace(_entry(text), seen_at=NOW, published_at=NOW)
    )


def _page(text: str) -> object:
    """The reading of a page by us; the libraries that parse it run in a process that can be killed."""
    page_parse._DATA_URI.sub("", text)
    page_parse._published({}, text)
    return page_parse._title(text)


def _doubted(text: str) -> object:
    titles = [feed_parse.RawEntry(title="a"), feed_parse.RawEntry()]
    return feed_parse._doubtful(feed_parse.RawFeed(entries=titles), text)


def _feed_item(text: str) -> object:
    item = dict.fromkeys(("title", "url", "id", "summary", "content_html"), text)
    feed = {
        "title": text,
        "home_page_url": text,
        "language": text,
        "items": [item | {"tags": [text]}],
    }
    return feed_parse.parse_feed(json.dumps(feed).encode(), "https://a.example/", "", NOW)


def _blocks(text: str) -> object:
    made = mrkdwn.escape(text)
    return made.cut(3_000), made.split(300), blocks.plain(made + mrkdwn.trusted("x"), 150)


def _tail(text: str) -> object:
    pieces = [text[n : n + 90] for n in range(0, len(text), 90)]
    return tail.tail_of(Message(text=text, blocks=({"type": "section", "text": text},)), pieces)


def _unlike(text: str) -> str:
    """The same text with other figures and names."""
    return text.translate(str.maketrans("1234567890ABW", "6789012345CDV"))


_SOURCED: Final = SourcedCheck(["Harbor Labs released Pilot 2.1 for 4 GB."], ["What?"], GLOSSARY)
_GENERAL: Final = GeneralCheck(["What does Pilot mean?"], GLOSSARY)

_UPDATES: Final = _updates()
_OLD: Final = make_entry(1)
_OUTGOING: Final = Outgoing(["Harbor Labs released Pilot 2.1."], ["https://harbor.example/"])

READERS: Final[dict[str, Reader]] = {
    # What people type.
    "a question taken apart": ask.parse_ask,
    "a term asked for": ask.term_of,
    "Slack's markup taken off": lambda text: slack_text.decode(text, "U1"),
    "links in a message": slack_text.links_in,
    "whether it is a question": listen.is_question,
    "whether we answer": lambda text: listen.listen(Said(text=text)),
    "whether we answer in a talk": lambda text: listen.listen(
        Said(text=text, last="person", others_talk=2)
    ),
    "a question about a digest": lambda text: digest_question.digest_question(text, _TODAY),
    "a bare number": digest_question.names_only_a_story,
    "the story meant": lambda text: which_story.which_story(text, _NUMBERED),
    "the story meant, hostile headlines": lambda text: which_story.which_story(
        "What about Pilot?",
        [replace(one, headline=text + str(one.number), outlets=(text[:80],), more=text) for one in _NUMBERED],
    ),
    "a question that points": points_at_something,
    "a turn cut": lambda text: turns.shortened(text, 2_000),
    "a question to the model": lambda text: answer_prompt.answer_request(
        text, (), (), level=Level.NEWCOMER, language="en", mode=answer_prompt.AnswerMode.GENERAL
    ),
    "/digest words": parse_digest_words,
    "/digest on": lambda text: parse_digest_words(f"on {text}"),
    "/digest topics": lambda text: parse_digest_words(f"topics {text}"),
    "/digest days": lambda text: parse_digest_words(f"days {text}"),
    "/digest mute": lambda text: parse_digest_words(f"mute {text}"),
    "/digest add": lambda text: parse_digest_words(f"add {text}"),
    "/digest replies": lambda text: parse_digest_words(f"replies {text}"),
    "/digest stories": lambda text: parse_digest_words(f"stories {text}"),
    "a pause": pause_words.parse_pause,
    "a schedule": switch_words.parse_schedule,
    "a time": typed.parse_time,
    "a zone": typed.parse_zone,
    "a zone's name": zones.find_zones,
    "days": typed.parse_days,
    "topics": typed.parse_topics,
    "a level": typed.parse_level,
    "a number of stories": typed.parse_stories,
    "a language": typed.parse_language,
    "a source": lambda text: sources.find_outlet(text, {"a.example": "A", text: text}),
    "muted sources": lambda text: preference.validate(
        preference.Preference(muted_outlets=frozenset({text}))
    ),
    "a channel's name": lambda text: directory._LINK.fullmatch(text) or directory._ID.fullmatch(text),
    "a term looked up": GLOSSARY.look_up,
    "the glossary searched": GLOSSARY.search,
    "values of buttons": lambda text: (
        ids.parse_story(text), ids.parse_menu(text), ids.parse_page(text), ids.parse_feedback(text),
        ids.parse_settings_metadata(text),
    ),
    "text made well-formed": well_formed,
    "a payload made well-formed": lambda text: well_formed_json({"a": [text]}),
    # What a model writes.
    "an answer in one piece": lambda text: _streamed(text, len(text) or 1),
    "an answer word by word": lambda text: _streamed(text, 4),
    "emphasis taken off": held.tidy,
    "an answer checked": lambda text: (_SOURCED.passes(text), _GENERAL.passes(text)),
    "what an answer may say": lambda text: (
        GeneralCheck([text], _SMALL), SourcedCheck([text], [text], _SMALL),
    ),
    "an answer's figures against other sources": lambda text: grounding.check([text], [_unlike(text)]),
    "an answer in another language than its sources": lambda text: grounding.check(
        [text], [_unlike(text)], language="de", source_language="en"
    ),
    "an explanation judged and mended": _judged,
    "quotations": grounding.quotes_in,
    "figures": figures.figures,
    "figures in German": lambda text: figures.figures(text, "de"),
    "a number read": lambda text: [number_format.readings_of(text)] if text.isdigit() else number_format.decimals_of(text),
    "names": names.names_in,
    "amounts": lambda text: amounts.ToldAmounts(text, ()).unfounded(text),
    "plain language": plain_language.is_clean,
    "shared words": lambda text: plain_language.explains(ExplainedTerm(term=text, meaning=text), text),
    "a comparison": lambda text: review.is_analogy(text, ()),
    "a headline cut": review.cut_headline,
    "white space folded": draft.fold_space,
    "a fault of the model's service": faults._excerpt,
    "a sentence that an update overtook": lambda text: superseded.says_superseded(
        text, _UPDATES, ["Pilot needs 8 GB.", "It comes on 10 April."], "en"
    ),
    # What feeds and pages say.
    "a report that updates overtook": lambda text: (
        superseded.without_superseded(_OLD, text, _UPDATES, "en"),
        superseded.without_superseded(replace(_OLD, language="de"), text, _UPDATES, "de"),
    ),
    "an update": _update,
    "whether it may be posted": lambda text: Outgoing([text], [f"https://{text[:99]}/"]).fits(text),
    "whether it may be posted after something": lambda text: _OUTGOING.fits(text[-1_900:], text),
    "a name of a publisher": lambda text: named.shown_name(text, text),
    "what was left out": lambda text: named.shown_left_out(
        LeftOut(headline=text, reason=f"like “{text}”", url=f"https://{text[:99]}/")
    ),
    "sentences": sentences.split_sentences,
    "sentences in German": lambda text: sentences.split_sentences(text, "de"),
    "a language guessed": language.guess,
    "readability": lambda text: (readability.readability(text), readability.readability(text, "de")),
    "words in normal form": lambda text: (wordforms.normal_words(text), wordforms.words_of(text)),
    "terms found": GLOSSARY.find_in,
    "a sentence that stands alone": lambda text: pick.stands_alone(text, min_words=0),
    "sentences picked": _extracted,
    "the sentences nearest to a question": lambda text: nearest_sentences(
        text, documents.documents(make_story(_entry(text)), {}), "en"
    ),
    "documents for the model": lambda text: documents.tagged(
        documents.documents(make_story(_entry(text)), {})
    ),
    "a text cleaned": documents.clean,
    "long words": documents.long_words,
    "a long text in parts": lambda text: parts(
        replace(documents.documents(make_story(make_entry(1)), {})[0], text=text)
    ),
    "an unreadable page": lambda text: (
        unreadable.why_unreadable(Page(source="a", problems=(text,))), unreadable.is_video(text),
    ),
    "words": text.words,
    "an opening": text.opening,
    "a text folded": text.fold,
    "a language guessed from script": text.guess_language,
    "term counts": lambda text: terms.term_counts(text, text, "en"),
    "AI words": ai_words.ai_hits,
    "why an entry is left out": lambda text: relevance.why_left_out(_entry(text), _FEED, [text]),
    "figures of news": news_figures.figures,
    "signs of an event": lambda text: apart.signs_of(text, text),
    "what is new": _novelty,
    "topics tagged": topic_tags.tag,
    "headlines compared": lambda text: memory.same_words(text, _unlike(text)),
    "an address's key": urlkey.url_key,
    "an address's key, of a path": lambda text: urlkey.url_key(f"https://www.arxiv.org/abs/{text}?{text}"),
    "an address's outlet": urlkey.outlet_of,
    "markup made plain": lambda text: plain_text.plain(text, 50_000),
    "paragraphs made plain": lambda text: plain_text.paragraphs(text, 50_000),
    "a feed's item": _feed_item,
    "a feed's document": _doubted,
    "a page's own words": _page,
    "a text page": lambda text: page_parse.parse_text(text.encode("utf-8", "replace"), "a", "utf-8"),
    "bytes decoded": lambda text: charset.decode(text.encode("utf-8", "replace")),
    "XML declaration taken off": charset.as_utf8_xml,
    "what a document is": lambda text: (
        feed_kind.root_of(text), feed_kind.not_a_feed(text, "html", "https://a.example/"),
    ),
    "feeds that a page names": lambda text: feed_kind.announced_feeds(f"<link {text}>", "https://a.example/"),
    "the longest tag": lambda text: markup_limit.longest_start_tag_bytes(
        text.encode("utf-8", "replace"), html=True
    ),
    "XML mended": xml_repair.repaired,
    "a paywall": lambda text: (paywall.says_not_free({}, text), paywall.teaser_only("", text)),
    "headers": lambda text: (
        http_headers.max_age_seconds(text), http_headers.charset_of(text), http_headers.validator(text),
    ),
    "an address to fetch": lambda text: _refused(f"https://{text}"),
    # What leaves.
    "one line": clean.one_line,
    "a text escaped, cut and split": _blocks,
    "a text shortened": lambda text: clean.shorten(text, 300),
    "terms marked": lambda text: emphasis.emphasise(text, ["pilot", text[:80], text[:7]], set()),
    "a piece of a stream": lambda text: markdown.as_markdown(stream.stream_piece(text, ["pilot"], set())),
    "a bold text": mrkdwn.bold,
    "an address to link": links.safe_url,
    "an address's host to link": lambda text: links.safe_url(f"https://{text}/"),
    "a label": lambda text: links.honest_label(text, "https://a.example/"),
    "a link": lambda text: mrkdwn.link(f"https://a.example/{text}", text),
    "a headline of the recap": lambda text: recap._linked(
        recap.RecapEntry(headline=text, url="https://a.example/", when="Monday")
    ),
    "whether Slack shows our message": lambda text: same_message.says_the_same(
        Message(text=text, blocks=()), {"text": text}
    ),
    "a notice": lambda text: notice.notice(f"Said: {text}."),
    "a fallback text cut": lambda text: fit(text, 3_800),
    "a stream's tail": _tail,
    "commands by their names": lambda text: (
        CommandNames("acme").words(text), CommandNames().heard(text), mrkdwn.mention_user(text),
    ),
    "a line of a log": logs.hide_secrets,
}  # fmt: skip


def _refused(url: str) -> object:
    try:
        return address.check_url(url, address.AllowList())
    except address.AddressRefused as error:
        return error


# The most characters that a reader looks at, where that is little: longer texts are refused or cut.
LIMITS: Final = {
    "a question taken apart": ask.MAX_ASK_CHARS - 100,
    "a question about a digest": 1_000,
    "a pause": 3_000,
    # A report is as long as it likes; it is read slowly, and its growth shows in this much.
    "a report that updates overtook": 4_000,
    "a sentence that an update overtook": 4_000,
    "an address to fetch": 4_000,
    "an address's host to link": 2_000,
} | {name: 2_900 for name in READERS if name.startswith("/digest")}
