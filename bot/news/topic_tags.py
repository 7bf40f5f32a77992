"""
Topics of a text by a lexicon of stems, written by us: the first guess, and the check on a model's.

A stem ending in "*" matches the beginning of a word; other entries match whole words; phrases may
contain spaces. A weight of 2 marks words that leave little doubt.
"""

from __future__ import annotations

import re
from functools import cache

from bot.news.text import fold
from bot.news.topic import Topic

_STEMS: dict[Topic, str] = {
    Topic.SOFTWARE_DEVELOPMENT: (
        "developer* | programmer* | coding!| code!| codebase* | github!| gitlab | pull request*!| software engineer*!"
        "| debug* | compiler* | sdk | api | apis | repositor* | devops | ide | command line | open source | refactor*"
        "| programming!| kubernetes | bug fix* | copilot | unit test* | deploy* | runtime | quanti* | inference | open weights | weights | local model* | coding agent*! | software team* | software | bugs"
        "| entwickler* | programmier*"
    ),
    Topic.DATA_ANALYTICS: (
        "data scien*!| analytics!| dashboard* | spreadsheet*!| database* | sql!| data warehouse*!| dataset* | data set*"
        "| forecast* | statistic* | business intelligence!| data pipeline*!| data analy*!| tabular | data cleaning"
        "| excel | query | queries | census | time series | data quality"
    ),
    Topic.AUDIO_VIDEO: (
        "video*!| film* | footage | movie* | podcast* | music*!| song* | soundtrack* | editing suite | animation"
        "| youtube | streaming | clip | clips | camera* | hollywood | studio* | recording* | audio!| cinema*"
        "| musician* | visual effects"
    ),
    Topic.PRODUCTIVITY: (
        "productivity!| workflow*!| calendar* | meeting*!| note-taking | notes | to-do | office suite*!| workspace*"
        "| automat* | task | tasks | minutes | document* | summari* | schedul* | knowledge worker* | spreadsheet*"
        "| paperwork | time-saving | back office"
    ),
    Topic.VOICE_SPEECH: (
        "voice*!| speech!| speak* | spoken | accent* | dictation | transcri*!| text-to-speech!| phone call*"
        "| voice clon*!| voice assistant*!| call handling | siri | alexa | pronunciation | interpreter* | dubbing"
        "| phone line* | sprache*"
    ),
    Topic.SALES: (
        "sales!| salespe*!| outreach!| crm!| lead generation!| prospect* | cold call*!| cold email*!| cold mail*!| quota* | pipeline review"
        "| account executive* | deal desk | seller* | b2b | quotes | quotation* | customer relationship | sales rep*!"
        "| vertrieb*"
    ),
    Topic.DESIGN: (
        "design!| designer*!| figma!| layout* | user interface*!| ux!| prototyp* | typograph* | font* | mock-up* | mockup*"
        "| wireframe* | brand identity | creative suite | photoshop!| adobe | canva | logo* | sketch* | 3d model*"
        "| architect*"
    ),
    Topic.MARKETING: (
        "marketing!| marketer*!| advert*!| ads!| ad | campaign* | seo!| brand* | influencer* | social media | audience*"
        "| growth | newsletter* | conversion* | targeting | commercials | e-commerce | retail media | click-through"
        "| werbung"
    ),
    Topic.SEARCH: (
        "search!| search engine*!| browser* | answer engine*!| discover* | index* | retriev* | citation* | web crawler*"
        "| crawler*!| rag | recommendation* | perplexity | ranking | publishers | ai overviews!| vector database*!"
        "| embedding* | suchmaschine*"
    ),
    Topic.EMAIL: (
        "email*!| e-mail*!| mailbox*!| inbox*!| gmail!| outlook | messaging | messages | slack | chat app* | whatsapp"
        "| spam | phishing | reply | replies | correspondence | teams chat | newsletter software | unsubscribe*"
        "| mail client*!"
    ),
    Topic.ART: (
        "art!| artist*!| illustrat*!| painting* | painter* | image generat*!| drawing* | museum* | gallery | galleries | exhibition*"
        "| comic* | photograph* | picture* | midjourney!| stable diffusion!| diffusion | portrait* | sculpt* | watercolo*"
        "| choir* | kunst"
    ),
    Topic.CUSTOMER_SUPPORT: (
        "customer service!| customer chat*!| hotline*!| customer support!| support team*!| help desk*!| helpdesk*!| call cent*!| contact cent*!| ticket* | chatbot*"
        "| complaint* | refund* | service agent*!| support agent*!| customer question*!| self-service"
        "| customers | waiting time* | kundendienst | kundenservice"
    ),
    Topic.HR: (
        "hiring!| recruit*!| applicant*!| job cut*!| layoff*!| human resources!| hr!| workforce!| employee* | employer* | staff"
        "| candidate* | resume screening!| cv | cvs | interview* | talent | workplace | training course* | labour market"
        "| labor market | payroll | trade union* | personalabteilung"
    ),
    Topic.WRITING: (
        "writer*!| writing!| author*!| novel* | copywrit*!| journalis*!| newsroom*!| editor* | manuscript* | draft* | essay*"
        "| translat* | proofread*!| blog* | publishing house*!| ghostwrit* | grammar!| editorial* | book* | headline*"
        "| screenwrit*!"
    ),
    Topic.GENERAL: (
        "law | laws | regulat*!| court*!| judge | lawsuit* | parliament!| minister* | government*!| policy | copyright | licen*"
        "| funding | invest* | valuation | shares | partnership*!| acqui* | merger* | research* | study | scientists | university"
        "| safety | benchmark* | chip | chips!| data cent*!| energy | antitrust!| eu | commission | billion | ceo"
        "| exclusive | foundation model* | frontier"
    ),
}
_STRONG = 2.0
_WEAK = 1.0
# The field shared by everybody weighs less, so that it never hides a special one.
_GENERAL_WEIGHT = 0.6
_LEAST = 1.5
_MOST_TOPICS = 3
_NEAR_BEST = 0.45


def tag(text: str) -> tuple[Topic, ...]:
    """
    Return one to three topics, best first; General when nothing special is said.

    Args:
        text: Title first: words in the first 200 characters count twice.
    """
    plain = fold(text[:6_000])
    scores = {topic: _score(topic, plain) for topic in Topic}
    order = {topic: place for place, topic in enumerate(Topic)}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], order[item[0]]))
    best = ranked[0][1]
    if best < _LEAST:
        return (Topic.GENERAL,)
    near = [topic for topic, score in ranked if score >= max(_LEAST, _NEAR_BEST * best)]
    return tuple(near[:_MOST_TOPICS])


def _score(topic: Topic, plain: str) -> float:
    """Return the weight of a topic's distinct words; a word that comes again adds nothing."""
    best: dict[str, float] = {}
    pattern, strong = _pattern(topic)
    for match in pattern.finditer(plain):
        name = match.lastgroup or ""
        in_title = 2.0 if match.start() < 200 else 1.0  # noqa: PLR2004 - characters, see `tag`
        best[name] = max(best.get(name, 0.0), in_title * (_STRONG if name in strong else _WEAK))
    return sum(best.values()) * (_GENERAL_WEIGHT if topic is Topic.GENERAL else 1.0)


@cache
def _pattern(topic: Topic) -> tuple[re.Pattern[str], frozenset[str]]:
    """Return one pattern with a named group per stem, and the names of the strong ones."""
    stems = [stem.strip() for stem in re.split(r"\||(?<=!)\|", _STEMS[topic]) if stem.strip()]
    strong = frozenset(f"s{i}" for i, stem in enumerate(stems) if stem.endswith("!"))
    parts = [f"(?P<s{i}>{_stem_pattern(stem.rstrip('!').strip())})" for i, stem in enumerate(stems)]
    # Longest first, so that "customer service" wins over "customer".
    parts.sort(key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)"), strong


def _stem_pattern(stem: str) -> str:
    begins = stem.endswith("*")
    return re.escape(fold(stem.rstrip("*"))) + (r"\w*" if begins else "")
