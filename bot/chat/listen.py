"""
Whether the bot answers a message in a thread, or leaves people to talk to each other. Pure.

The rule in one sentence: it answers who speaks to it, it answers questions that nobody else was
asked, and otherwise it is silent, because a bot that interrupts is switched off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.chat.ask_patterns import HELP
from bot.chat.digest_question import names_only_a_story
from bot.chat.slack_text import links_in, with_plain_marks, without_links
from bot.chat.story_numbers import names_story_anywhere
from bot.digest.preference import ThreadReplies

Last = Literal["bot", "person", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    A message as `listen` sees it.

    Attributes:
        text: Plain (see `slack_text.decode`).
        mentions_us, mentions_others: From decoding.
        by_bot: Written by a bot, us included; edits, joins and the like never get here.
        direct: In a direct message with us: everything there is for us.
        our_thread: Under a digest or an answer of ours, or in a thread whose memory we have.
        last: Who spoke last before: we, a person, or nobody yet.
        last_was_author: The person who spoke last is the author of this message.
        others_talk: How many messages since our last answer other people said to each other: not
            the author's own, and no small talk.
    """

    text: str
    mode: ThreadReplies = ThreadReplies.QUESTIONS_AND_MENTIONS
    mentions_us: bool = False
    mentions_others: bool = False
    by_bot: bool = False
    direct: bool = False
    our_thread: bool = True
    last: Last = "nobody"
    last_was_author: bool = False
    others_talk: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """The bot answers; `why` is for logs and tests."""

    why: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The bot says nothing; `why` is for logs and tests."""

    why: str


def listen(said: Said) -> Answered | Silent:
    """Return whether the bot answers, and why."""
    said = replace(said, text=with_plain_marks(said.text))
    speaks = says_something(said.text)
    # In this order: the first that applies decides.
    rules: tuple[tuple[bool, Answered | Silent], ...] = (
        (said.by_bot, Silent("a bot speaks")),
        (said.mentions_us, Answered("mentioned")),
        (said.direct and speaks, Answered("direct message")),
        # Who says hello to a bot wants to know what it can do.
        (said.direct and bool(HELP.fullmatch(said.text)), Answered("asks for help")),
        (not said.direct and not said.our_thread, Silent("not our thread")),
        (said.mentions_others, Silent("speaks to somebody else")),
        (said.mode is ThreadReplies.MENTIONS_ONLY, Silent("mentions only")),
        (not speaks, Silent("says nothing")),
        (said.mode is ThreadReplies.EVERY_MESSAGE, Answered("every message")),
    )
    for applies, decision in rules:
        if applies:
            return decision
    return _question_for_us(said)


def _question_for_us(said: Said) -> Answered | Silent:
    words = " ".join(without_links(said.text).split())
    people_talk = bool(said.others_talk) and said.last == "person"
    # "#2", as we ask for it when it could be several stories.
    to_us = said.last != "person" or said.last_was_author
    names_story = names_only_a_story(words) and (to_us or "#" in words)
    no_question = Silent("a link, not a question" if links_in(said.text) else "no question")
    rules: tuple[tuple[bool, Answered | Silent], ...] = (
        (bool(_ADDRESSED_TO_PERSON.search(words)), Silent("asks people")),
        (bool(_RHETORICAL.search(words)), Silent("rhetorical")),
        (bool(_REQUEST.match(words)), Answered("asks for an explanation")),
        (names_story, Answered("names a story")),
        (not is_question(words), no_question),
        (people_talk and not _is_about_news(words), Silent("people talk to each other")),
    )
    return next((decision for applies, decision in rules if applies), Answered("question"))


def _is_about_news(words: str) -> bool:
    return names_story_anywhere(words) or bool(_ABOUT_NEWS.search(words))


def is_question(text: str) -> bool:
    """Return True for a sentence that asks, with or without a question mark."""
    words = " ".join(with_plain_marks(text).split())
    last = re.split(r"(?<=[.!?])\s+", words)[-1] if words else ""
    if any(_asks(part) for part in re.split(r"(?<=[.!?])\s+", words)):
        return True
    return bool(_NUMBER_AND_WORD.fullmatch(words)) or (
        bool(_QUESTION_WORD.match(last)) and not _STATEMENT.match(last)
    )


def _asks(sentence: str) -> bool:
    # "¿Qué es RAG" asks before it ends; emoji and brackets may follow the mark.
    if not (sentence.startswith("¿") or _ASKED.search(sentence)):
        return False
    return set(sentence) <= {"?"} or any(letter.isalnum() for letter in sentence)


def says_something(text: str) -> bool:
    """Return False for thanks, "ok", emoji and bare links: said to the bot or to nobody."""
    words = without_links(text)
    if links_in(text) and not words.strip():
        return False
    bare = " ".join(
        _SIGNS.sub(" ", re.sub(r":[a-z0-9_+'-]+:", " ", words, flags=re.IGNORECASE)).split()
    )
    if not any(letter.isalnum() for letter in bare):
        return "?" in bare and len(bare) <= 3  # noqa: PLR2004 - "?" and "???" ask, "?!!!!" shouts
    return not _SMALL_TALK.fullmatch(bare)


_ASKED = re.compile(
    # Begun at the beginning of a run of marks alone: a long one is read once.
    r"(?<![?!])!*+\?[?!]*+(?:[ )\]}\"'”’»*_~`]|:[a-z0-9_+'-]{1,60}:)*+$|:(?:grey_)?question:$|:interrobang:$",
    re.IGNORECASE,
)
_THANKED_FOR = (
    r"info|information|help|answers?|explanations?|clarifications?|summar(?:y|ies)|update|heads[- ]up|tip|pointer|details?|link|reply|response|"
    r"context|overview|effort|work"
)
# What people say to a bot, or to nobody, longest first; several in a row are small talk as well.
_SMALL_WORDS = (
    r"good (?:morning|night)(?: (?:all|everyone|everybody|team|folks))?|(?:have a )?(?:nice|great|good) (?:day|evening|weekend)|super bien|"
    r"(?:(?:many|much|big|huge) )?(?:thanks?|thx|thnx|tnx|tx|ty|tysm|thank (?:you|u)|cheers|kudos)"
    r"(?:,? (?:a lot|a million|a ton|a bunch|loads|heaps|tons|so much|very much|indeed|kindly|you|u|all|guys|again|bot|mate|everyone|everybody|team|plainwire|für die info|in advance|"
    rf"for (?:this|that|it|sharing|(?:explaining|clarifying)(?: (?:this|that|it))?|your time|(?:all )?(?:the|your|that|this)(?: (?:quick|fast|great|good|nice|clear|clean|short|simple|detailed|helpful|useful)){{0,2}} (?:{_THANKED_FOR}))))*|"
    r"(?:i )?(?:really |much |very much )?appreciate(?:d| (?:it|that|this|the (?:help|info|answer|explanation)))|"
    r"dank (?:je|u)(?: wel)?|(?:vielen |herzlichen |besten |lieben |tausend )?dank(?:e(?: ?(?:schön|sehr|dir|euch|vielmals))?| dir| euch)?"
    r"(?: (?:fürs erklären|für (?:die|deine) (?:info|erklärung|antwort|hilfe|zusammenfassung)))?|"
    r"merci(?: (?:beaucoup|bien|à tous|infiniment))?(?: (?:pour (?:l['’]|la |cette |ton )?(?:info|explication|réponse|aide)))?|"
    r"(?:muchas |mil |muchísimas )?gracias(?: por (?:la |tu )(?:explicación|respuesta|ayuda|info))?|(?:muito )?obrigad[oa]|grazie(?: mille)?|bedankt|"
    r"tack(?: så mycket)?|(?:tusen |mange )?(?:takk|tak)(?: skal du have)?|dzięki|dziękuję|děkuji|díky|ďakujem|hvala|köszönöm|kiitos|mulțumesc|(?:çok )?teşekkür(?:ler| ederim)|sağ ol|"
    r"(?:большое )?спасибо(?: большое)?|благодарю|дякую|благодаря|хвала|ευχαριστώ(?: πολύ)?|תודה(?: רבה)?|شكرا(?:ً)?(?: (?:جزيلا|لك))?|شكراً|متشکرم|ممنون|धन्यवाद|शुक्रिया|ধন্যবাদ|ขอบคุณ(?:ครับ|ค่ะ|มาก)*|cảm ơn|terima kasih|"
    r"(?:多|非常)?(?:谢谢|謝謝|感谢|感謝|多谢|多謝)(?:你|您|大家|了|啦)*|(?:どうも)?(?:有難う|ありがとう)(?:ございます|ございました)?|(?:정말 )?(?:감사합니다|감사해요|고마워요?|고맙습니다)|"
    r"好的?|明白了?|了解(?:です|しました)?|なるほど|知道了|懂了|понятно|ясно|хорошо|отлично|네|아하|"
    r"lol|lmao|rofl|(?:ha){2,}h?|(?:he){2,}|(?:ha )+ha|ha|xd|wow|nice(?: one| work| job| summary)?|cool(?: stuff| thanks)?|"
    r"(?:really |very |so |super |quite |pretty |that['’]?s |that (?:is|was) |this (?:is|was) |it['’]?s )*(?:great|helpful|useful|interesting|impressive|perfect|awesome|amazing|excellent|brilliant|cool|nice|good|clear|clearer|fine|super|wild|crazy|neat|fab|sweet|dope)"
    r"(?: (?:stuff|read|news|summary|answer|explanation|question|job|work|idea|point|catch|one|bot|thanks|now|to know|by me|erklärt))?|(?:much |way )clearer(?: now)?|crystal clear|wonderful|fantastic|lovely|bravo|legend|"
    r"(?:very )?well (?:done|explained)|love (?:it|this|that)|you (?:rock|['’]?re (?:the best|awesome|great))|you['’]re (?:the best|awesome|great|welcome)|interesting|"
    r"(?:that|this)(?: really)? (?:answers|answered) (?:it|my question)|(?:that['’]?s )?(?:exactly )?what i (?:needed|wanted)(?: to know)?|"
    r"sounds (?:good|great|fine)|works for me|will do|"
    r"no (?:problem|worries|way)|np|ok(?:ay|i|idoki)?(?: then)?|k|kk|yes|yep|yeah|yup|no|nope|nah|sure(?: thing)?|agreed|agree|same|this|so true|true|exactly|indeed|"
    r"right|alright|all right|(?:now )?(?:i )?(?:got|get) it(?: now)?|gotcha|(?:oh |ah )?i see(?: now)?|understood|(?:now )?i understand(?: now)?|noted|"
    r"(?:that |it |this |now it |now that )?(?:makes sense|helps|helped)(?: a lot| now| me)*|fair(?: enough| point)?|"
    r"\+1(?: to that)?|-1|100|100%|oh(?: no)?|ah|aha|hm+|huh|ouch|yikes|oops|omg|wtf|fyi|til|sorry|my bad|congrats|congratulations|"
    r"super(?: erklärt)?|toll|klasse|prima|perfekt|genau|stimmt|ja|nein|klar|krass|(?:sehr )?(?:interessant|hilfreich|spannend|gut|nett)(?: erklärt)?|gut zu wissen|"
    r"alles klar|ach so|achso|(?:habe? ich )?verstanden|(?:ah |ach )?verstehe|top|passt|g[eé]nial|parfait|d['’]accord|très bien|bien|vale|perfecto|"
    r"morning|(?:hi|hello|hey)(?: (?:all|everyone|everybody|team|folks))?|hallo|moin|bye|see you"
)
_SMALL_TALK = re.compile(
    rf"(?>(?:{_SMALL_WORDS})\b)(?:[\s.!…,;:)(-]++(?:and |und |et |y )?+(?>(?:{_SMALL_WORDS})\b))*+[\s.!…,;:)(%-]*+",
    re.IGNORECASE,
)
# Signs that are no words: emoji, ¡, hearts.
_SIGNS = re.compile(r"<3+|[^\w\s.,!?;:…()'’+%/-]")
_WORD_START = (
    r"what|who|whom|whose|how|why|when|where|which|is|are|was|were|does|do|did|can|could|should|would|"
    r"will|has|have|am|any|what['’]s|who['’]s|how['’]s|wer|wie|was|warum|wieso|weshalb|wann|wo|welche\w*|wofür|"
    r"womit|gibt|kann|heißt|bedeutet|gilt|ist das"
)
_QUESTION_WORD = re.compile(
    rf"(?:(?:and|but|so|ok|okay|und|aber|also),?\s+)?(?:{_WORD_START})\b", re.IGNORECASE
)
# Begins like a question and is none: "what a day", "how nice", "when I tried it, …", "will do".
_STATEMENT = re.compile(
    r"(?:what an? |how (?:nice|cool|great|funny|sad|interesting|exciting|wonderful|lovely)\b|"
    r"(?:when|where|why) (?:i|we|they|you|he|she|it)\b(?! (?:can|will|do|does))|what (?:i|we|they) (?:\w+ )*(?:is|was|like|love|think|want|meant|need)\b|"
    r"which (?:is|are|means|was|will|makes)\b|which\b[^?]*\bwhat\b|(?:is|are|was|were|does|do|did|has|have|can|could|should|would|will|any|am)\b|"
    r"was (?:für ein|eine?)\b|wie (?:schön|toll|cool)\b|wenn\b|kann (?:ich|man) (?:nur|bestätigen)|(?:who|how|what|why) cares|who knew|wer weiß|how about (?:that|lunch))",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:please\s+|pls\s+|bitte\s+|ok(?:ay)?,?\s+|and\s+|hey,?\s+)?(?:explain|define|summari[sz]e|tell (?:me|us) (?:more|about|what|why|how)|say more|more (?:detail|about)|"
    r"(?:can|could|would) you (?:please )?(?:explain|define|summari[sz]e|tell (?:me|us)|elaborate|say more)|elaborate|"
    r"i (?:don['’]t|do not) (?:understand|get) (?:what|why|how|#|the|this|that|story|number|it)|not sure i (?:understand|get) (?:this|the|what|#)|"
    r"erklär\w*|kannst du (?:mir |uns )?(?:das |bitte )*\w* ?(?:erklären|sagen)|(?:das )?versteh\w* ich nicht|ich versteh\w*(?: \w+)* nicht|mehr (?:dazu|details|zu)\b)",
    re.IGNORECASE,
)
_RHETORICAL = re.compile(
    r"\b(?:who (?:cares|knew|knows|would have thought)|what could (?:possibly )?go wrong|how (?:hard|bad) can it be|"
    r"what else is new|isn['’]t it\?*$|right\?+$|eh\?+$|don['’]t you think\?*$|you know\?*$|why (?:am i|are we) not surprised|"
    r"seriously\?+$|really\?+$|are you kidding(?: me)?|can you believe|is it (?:friday|weekend) yet|why not\?+$|"
    r"oder\?+$|nicht wahr\?+$|was soll(?:['’]s| das)\?*$|wer hätte das gedacht|na und\?*$|so what\?*$|say what\?*$|wait,? what\?*$)",
    re.IGNORECASE,
)
_ADDRESSED_TO_PERSON = re.compile(
    r"(?:^|\s)@(?!\s)\S+|\b(?:anyone|anybody|someone|somebody|everyone|everybody|guys|folks|team|y['’]all|jemand|ihr|leute)\b(?!['’]s)|"
    r"\b(?:shall|should|could|can|do|are|would|will|have|did) we\b|\b(?:what|how|who|when|where|why) (?:\w+ )?(?:should|shall|do|can|could|are|would|will|did) we\b|"
    r"\bwe (?:should|could|need to|ought to)\b|\b(?:what|how) do you (?:all )?think\b|\bwhat are your thoughts\b|\bthoughts\?|\bopinions\?|\bwhat about lunch\b|"
    r"\b(?:are|were) you (?:going|coming|free|around|in|there|using|ok|sure|joining|planning|still)\b|"
    r"\b(?:did|have) you (?:see|seen|read|try|tried|use|used|hear|heard|get|got|talk|ask|check|send|sent)\b|"
    r"\b(?:can|could|would|will) you (?:check|look|send|ask|review|share|join|handle|take|call|ping|test|try|set|add|book|remind|do|forward|fix|update|talk|help)\b|"
    r"\b(?:sollen|sollten|können|könnten|wollen|müssen|haben|nutzen|machen) wir\b|\bwas (?:meint|haltet|denkt|sagt) (?:ihr|du)\b|"
    r"\b(?:hast|bist|kommst|gehst|nutzt|meinst|denkst|machst) du\b|\bkannst du (?:mal |bitte |das )*(?:schauen|prüfen|checken|schicken|nachsehen|machen|fragen)\b|\bwollt ihr\b",
    re.IGNORECASE,
)
# Words of ours and of the news, by which a question in the middle of people's talk is still for us.
_ABOUT_NEWS = re.compile(
    r"\b(?:story|stories|digest|article|source|headline|number \d|the (?:first|second|third|fourth|fifth|last) (?:one|story)|"
    r"mean|means|explain|stand for|what is|what are|what['’]s an?|bedeutet|heißt|was ist|meldung|artikel|quelle)\b",
    re.IGNORECASE,
)
_NUMBER_AND_WORD = re.compile(
    r"#?\d{1,2}\s*[:,-]?\s*(?:why|how|what|who|when|where|more|warum|wie|was|mehr)\W*",
    re.IGNORECASE,
)
