"""
Why an entry is left out: one clause for people, shown by `preview`.

Every rule looks first at the title. The traps are headlines that *report* on what the rule is
about ("Amazon cuts jobs as it turns to AI", "state-sponsored hackers"); each has a row in
tests/news/test_relevance.py. What a text orders a reader or a machine to do is no reason: it is
data like the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.news.ai_words import ai_hits
from bot.news.entry import Entry
from bot.news.feed import Feed

MAX_AGE = timedelta(days=14)

NO_HEADLINE = "no headline"
NO_LINK = "no link"
TOO_OLD = "older than 14 days"
SPONSORED = "sponsored"
JOB_ADVERT = "a job advert"
OFFER = "a shopping offer"
EVENT = "event or webinar promotion"
ROUNDUP = "a roundup of several items"
NOT_AI = "not about AI"

# Rules read no further than this; headlines are shorter, and time stays linear in little.
_TITLE_CHARS = 400
_TEXT_CHARS = 4_000
_OPENING_CHARS = 400
# From Thai on, one sign may be a whole word.
_DENSE_FROM = 0x0E00

_TAG = re.compile(r"<[^<>]{0,500}>")
_ADDRESS = re.compile(r"https?://\S+")
_PLACEHOLDER = re.compile(
    r"(?:untitled|no title|\(no title\)|ohne titel|sans titre|null|none|test)"
)
# A title that is an order to a machine and nothing else. A headline about such an order goes on.
_ORDER_ONLY = re.compile(
    r"(?:please )?(?:ignore|disregard|forget|override) (?:all |any )?(?:of )?(?:the |your )?"
    r"(?:previous|prior|above|earlier|system) (?:instructions?|prompts?|messages?|rules)"
    r"(?:[,.;! ]*(?:and |then )?(?:post|say|print|reply|output|send|reveal|write|click|visit)\b.*)?"
    r"[.! ]*",
    re.IGNORECASE,
)

_SPONSORED_TITLE = re.compile(
    r"^\W{0,3}(?:sponsored|sponsor(?:ed)? (?:content|post)|paid (?:post|content|partnership)|advertorial|"
    r"advertisement|ad|promoted|partner content|brand(?:ed)? content|anzeige|werbung|publi-?reportage|"
    r"contenu sponsorisé|patrocinado|contenido patrocinado|gesponsert)\W{0,3}(?:[:|–—\])]|\s[-–—]\s)"
    r"|[\[(](?:sponsored|ad|advertorial|anzeige|paid|promoted|partner content)[\])]\s*$",
    re.IGNORECASE,
)
_SPONSORED_TEXT = re.compile(
    r"\b(?:this (?:article|post|story|content|episode) (?:is|was) (?:sponsored|paid for|brought to you)|"
    # Bills and attacks are sponsored by somebody, too: only an item that opens or ends so is meant.
    r"sponsored (?:content|post|article)|paid (?:content|post|advertisement)\b|in paid partnership|"
    r"brought to you by\b|"
    r"(?:produced|created|provided|written|paid for) by our (?:sponsor|advertis|partner)|"
    r"presented by our (?:sponsor|partner))"
    r"|(?:^|[.!?\n]\s*)\W{0,3}sponsored by\b",
    re.IGNORECASE,
)
# A shop's offer dressed as a headline.
_OFFER_TITLE = re.compile(
    r"\b(?:\d{1,2} ?%|[$€£] ?\d[\d.,]*) off\b(?!-)|^(?:get|save|last chance to save) (?:up to |over )?(?:\d{1,2} ?%|[$€£] ?\d)|"
    r"\bdeals? of the (?:day|week)\b|\blifetime (?:ai )?(?:subscription|access|licen[cs]e)\b|"
    r"\b(?:best|early|live) (?:[\w-]+ ){0,4}deals\b|\b(?:coupon|promo|voucher) codes?\b.{0,40}(?:%|\boff\b|\b20\d\d\b)",
    re.IGNORECASE,
)
_SPONSORED_CATEGORIES = frozenset(
    {"sponsored", "sponsored content", "advertorial", "partner content", "paid post", "anzeige",
     "sponsored post", "branded content"}
)  # fmt: skip

_ROLE = (
    r"(?:engineers?|developers?|managers?|designers?|scientists?|analysts?|interns?|recruiters?|"
    r"specialists?|architects?|leads?|directors?|consultants?|researchers?|writers?|editors?|"
    r"entwickler(?:in)?|ingénieure?|ingenier[oa])"
)
_JOB_TITLE = re.compile(
    r"\((?:m/w/d|w/m/d|m/f/d|f/m/d|m/f/x|f/m/x|d/m/w|h/f|f/h|all genders|gn)\)"
    r"|\(yc [swfx]\d{2}\).{0,40}\bis hiring\b"
    r"|^\W{0,3}(?:we'?re|we are|now|currently) hiring\b"
    r"|^\W{0,3}(?:hiring|job|jobs|job ad|job opening|vacancy|open position|open role|career opportunity|"
    r"stellenangebot|stellenanzeige|offre d'emploi|oferta de empleo|vacature)\s*[:|–—-]"
    rf"|\bis (?:hiring|looking for) (?:an? |its first |senior |junior |remote |ai |ml ){{1,4}}(?:\w+ ){{0,3}}{_ROLE}\b"
    rf"|^(?:senior |sr\.? |junior |lead |staff |principal |remote )(?:[\w/&+-]+ ){{0,5}}{_ROLE}\b(?<!s)(?=\s*(?:$|[,|(–—-]|at\b|@))"
    rf"|\b{_ROLE}\s*(?:[-–—|,(]\s*)+(?:remote|full[- ]time|part[- ]time|hybrid)\b"
    r"|\b(?:apply now|join our team|bewirb dich|jetzt bewerben)\b",
    re.IGNORECASE,
)
_JOB_SIGNALS = tuple(
    re.compile(signal, re.IGNORECASE)
    for signal in (
        r"\bapply (?:now|today|here|by|with your)\b|\bbewirb dich\b|\bpostulez\b",
        r"\byears? of (?:\w+ ){0,2}experience\b",
        r"\bequal[- ]opportunity employer\b",
        r"\b(?:salary range|base salary|compensation package|competitive salary)\b",
        r"\b(?:your responsibilities|what you(?:'|’)?ll do|what you will do|about the role|your profile)\b",
        r"\bsend (?:us )?your (?:cv|résumé|resume|application)\b",
        r"\b(?:full-time|part-time|permanent) (?:position|role|contract)\b",
        r"\b(?:we(?:'|’)re|we are) (?:hiring|looking for)\b",
    )
)
_JOB_CATEGORIES = frozenset({"jobs", "job", "careers", "vacancies", "stellenangebote", "hiring"})

_EVENT_TITLE = re.compile(
    r"^\W{0,3}(?:free )?(?:webinar|web seminar|workshop|masterclass|online event|live event|event|meet-?up|"
    r"save the date|call for (?:papers|speakers|participation)|rsvp|invitation)\s*[:|–—-]"
    r"|\b(?:register (?:now|today|here|for)|sign up (?:now|today) (?:for|to)|book your (?:seat|ticket|place)|"
    r"get your tickets?|buy (?:your )?tickets|early[- ]bird|last chance to (?:register|save|buy|apply|get)|"
    r"tickets? (?:on sale|are going fast)|save up to \W?\d+.{0,20}(?:pass|ticket)|join us (?:for|at|on|in|live))\b"
    r"|\b(?:days|hours) left to (?:save|register|book)\b"
    r"|^(?:call for papers|save the date)\b",
    re.IGNORECASE,
)
_EVENT_TEXT = re.compile(
    r"\bregister (?:now|today|here)\b.{0,300}\b(?:webinar|workshop|conference|summit|session)\b"
    r"|\b(?:webinar|workshop|summit|conference|session)\b.{0,300}\bregister (?:now|today|here)\b",
    re.IGNORECASE | re.DOTALL,
)

_LIST_THING = (
    r"(?:tools?|apps?|stories|news items|headlines|links|reads|papers|prompts|things|tips|gadgets|"
    r"products|plugins|extensions|resources|repos|repositories|newsletters|podcasts|takeaways|deals)"
)
_ROUNDUP_TITLE = re.compile(
    r"\b(?:this|last|the|our|my) (?:past )?(?:week|month|day|weekend|year) in (?:\w+ ){0,2}(?:ai|tech|"
    r"ml|review|models|machine learning|artificial intelligence|generative|agents|llms?)\b"
    r"|\b(?:weekly|daily|morning|evening|weekend|monthly|news|ai|links?|research) "
    r"(?:round-?up|recap|digest|briefing|wrap(?:-up)?|rundown)(?:\b(?! (?:weed|labs?|inc|app|feature|tool|"
    r"button|emails?|service|generator|bot|startup|start-up|by)))"
    r"|^\W{0,3}(?:round-?up|recap|digest|links?(?: for| of| roundup)?|reading list|the download|week in review|"
    r"newsletter|morning brief|tl;?dr|ainews|in brief|news in brief|kurzmeldungen|wochenrückblick|"
    r"revue de presse)\s*(?:[:|–—#\]-]|\d)"
    r"|^(?:import ai|last week in ai|the batch|the sequence|tldr ai|ai weekly|data points|jack clark)\W*#?\s?\d+"
    r"|\b(?:issue|edition|vol\.?|episode|ep\.?) ?#\s?\d+\s*(?:$|[:|–—-])"
    rf"|^(?:the )?(?:top |best |our )?(?:\d+|three|five|seven|ten|twelve) (?:\w+ ){{0,3}}{_LIST_THING}\b"
    r"(?=.{0,60}\b(?:to (?:try|know|watch|use|read|follow)|you|this (?:week|month|year)|for (?:\w+ )?"
    r"(?:teams?|marketers?|designers?|developers?|writers?|work|productivity|20\d\d)|of (?:the|20\d\d)|right now|in 20\d\d)\b|\s*$)"
    rf"|^(?:the )?(?:top|best) (?:\d+ )?(?:\w+ ){{0,3}}{_LIST_THING}\b"
    rf"|: (?:\d+|three|five|seven|ten) (?:\w+ ){{0,2}}{_LIST_THING} (?:to (?:try|know|watch|use)|you)\b"
    r"|\b(?:the|our) best (?:\w+ ){0,3}(?:laptops|phones|smartphones|headphones|pcs|tablets|monitors)\b"
    r"|^best (?:\w+ ){0,3}(?:laptops|phones|smartphones|headphones|pcs|tablets|monitors)\b"
    r"|^(?:die |les |las |los |le |i |os )?(?:\d+ )?(?:besten|meilleurs?|meilleures|mejores|migliori|melhores) (?:[\w’']+ ){0,2}"
    r"(?:(?:KI-)?(?:tools|apps|programme)|outils|applis|applications|herramientas|aplicaciones|strumenti|ferramentas)\b"
    r"|\b(?:everything|all the news) (?:\w+ ){0,3}(?:announced|from|you need to know)\b"
    r"|\band (?:more|other (?:ai )?(?:news|stories|updates))\W*$"
    r"|\b(?:wochenrückblick|die woche in|revue de la semaine|resumen semanal)\b",
    re.IGNORECASE,
)
# "A; B; C": three items in one title. Bars and plus signs also name sections and sites.
_SEVERAL_ITEMS = re.compile(r"^[^;]{8,120};[^;]{8,120};[^;]{8,}$")


def why_left_out(entry: Entry, feed: Feed, categories: Sequence[str] = ()) -> str | None:
    """
    Return why an entry does not get in, as one clause for people, or None when it does.

    Args:
        entry: As made from its feed; `seen_at` is what its age is measured against.
        feed: `only_ai` feeds need no AI word.
        categories: The item's own labels, when the feed gives some.
    """
    title = entry.title[:_TITLE_CHARS].strip()
    text = entry.text[:_TEXT_CHARS]
    labels = frozenset(label.strip().casefold() for label in categories)
    if not _is_headline(title):
        return NO_HEADLINE
    if not entry.url.lower().startswith(("http://", "https://")):
        return NO_LINK
    if entry.published_at is not None and entry.seen_at - entry.published_at > MAX_AGE:
        return TOO_OLD
    return _not_news(title, text, labels) or _off_subject(entry, feed, title, text)


def _is_headline(title: str) -> bool:
    bare = _ADDRESS.sub(" ", _TAG.sub(" ", title)).strip()
    letters = sum(char.isalpha() for char in bare)
    dense = any(ord(char) > _DENSE_FROM and char.isalpha() for char in bare)
    enough = letters >= (2 if dense else 4)
    return (
        enough and not _PLACEHOLDER.fullmatch(bare.casefold()) and not _ORDER_ONLY.fullmatch(bare)
    )


def _not_news(title: str, text: str, labels: frozenset[str]) -> str | None:
    """Return the first rule that says: this is no report of an event."""
    start = text[:_OPENING_CHARS]
    rules = (
        (SPONSORED, _SPONSORED_TITLE.search(title) or labels & _SPONSORED_CATEGORIES),
        (SPONSORED, _SPONSORED_TEXT.search(start) or _SPONSORED_TEXT.search(text[-200:])),
        (OFFER, _OFFER_TITLE.search(title)),
        (JOB_ADVERT, labels & _JOB_CATEGORIES or _is_job_advert(title, text)),
        (EVENT, _EVENT_TITLE.search(title) or _EVENT_TEXT.search(start)),
        (ROUNDUP, _ROUNDUP_TITLE.search(title) or _SEVERAL_ITEMS.match(title)),
    )
    return next((reason for reason, holds in rules if holds), None)


def _is_job_advert(title: str, text: str) -> bool:
    if _JOB_TITLE.search(title):
        return True
    # Two phrases that only adverts use together; a report on the job market has at most one.
    return sum(bool(signal.search(text)) for signal in _JOB_SIGNALS) >= 2  # noqa: PLR2004 - see above


def _off_subject(entry: Entry, feed: Feed, title: str, text: str) -> str | None:
    if feed.only_ai or ai_hits(title, entry.language):
        return None
    if ai_hits(text[:_OPENING_CHARS], entry.language):
        return None
    # One mention far down is a passing one; two make it a subject.
    return None if ai_hits(text, entry.language) >= 2 else NOT_AI  # noqa: PLR2004 - see above
