"""Where a matter stands: what a report says while it is open, and the outcomes that end it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.news.revise import RETRACTION, outcomes_in

# The outcomes -> what is said before them, and no longer holds then.
_OPEN = {
    frozenset(outcomes.split()): re.compile(rf"\b(?:{pattern})", re.IGNORECASE)
    for outcomes, pattern in {
        "approved rejected ruled passed settled fined banned": (
            r"(?:has|have|needs?|still ha(?:s|ve)|yet) (?:yet |still )?to (?:be )?(?:agree|approve|decide|rule|vote|sign off|clear)\w*|"
            r"(?:decision|ruling|verdict|vote|approval|judge?ment) (?:is|was|remains) (?:still )?(?:expected|due|pending|awaited|planned|outstanding|open)|"
            r"await(?:s|ing)? (?:\w+ ){0,3}(?:decision|ruling|verdict|vote|approval)|(?:is|are) (?:pending|under review|investigating|examining|reviewing)\b|"
            r"(?:is|are) (?:expected|due|set|about) to (?:decide|rule|vote|approve|agree)|will (?:soon |then )?(?:decide|rule|vote)\b|"
            r"Entscheidung (?:steht|wird|soll|ist noch)|muss (?:\w+ ){0,4}zustimmen|müssen (?:\w+ ){0,4}zustimmen|"
            r"consider(?:s|ing) (?:an? )?(?:ban|block|fine|penalt)\w*|(?:may|might|could) (?:be )?(?:ban|block|fine|outlaw)\w*|"
            r"(?:prüft|erwägt) (?:\w+ ){0,3}(?:Verbot|Sperre|Strafe|Bu(?:ß|ss)geld)\w*|"
            r"(?:soll|will|wird) (?:[\w.]+ ){0,6}(?:entscheiden|abstimmen|urteilen)|doit (?:encore )?(?:\w+ ){0,2}(?:approuver|décider|voter)|"
            r"debe (?:\w+ ){0,2}(?:aprobar|decidir|votar)"
        ),
        "acquired settled agreed cancelled rejected retracted": (
            r"in (?:\w+ ){0,2}(?:talks|negotiations|discussions)\b|(?:is|are) (?:still )?negotiat\w+|negotiations (?:are|continue|go on)|"
            r"(?:plans?|wants?|hopes?|seeks?|offers?|intends?|agreed|aims?|(?:is|are) (?:close|set|about|ready|poised|prepared)) to "
            r"(?:buy|acquire|take over|pay|purchase|sign|settle|merge|sell)\b|(?:may|might|could|would|will) (?:buy|acquire|take over|merge|sign|settle)\b|"
            r"consider(?:s|ing) (?:buying|a (?:bid|deal|merger|purchase))|near(?:s|ing)? (?:a )?(?:deal|agreement|settlement)|"
            r"(?:verhandel(?:t|n)|in (?:\w+ )?(?:Gesprächen|Verhandlungen))\b|(?:will|wollen|möchte) (?:\w+ ){0,6}(?:kaufen|übernehmen|erwerben)\b|"
            r"plant,? (?:\w+ ){0,5}(?:Übernahme|Kauf|zu kaufen|zu übernehmen)|en (?:pourparlers|négociations?|discussions?)\b|négocie\w*|"
            r"en (?:conversaciones|negociaciones)\b|negocian?\b|(?:quiere|planea) comprar|veut (?:acheter|racheter)"
        ),
        "released delayed cancelled": (
            r"(?:plans?|wants?|hopes?|intends?|aims?|(?:is|are) (?:\w+ )?(?:set|due|expected|scheduled|planned|about|going|slated)) to (?:be )?"
            r"(?:release|launch|ship|deliver|roll out|open|publish|arrive|start|go on sale|come out|appear|become available)\w*|"
            r"(?:will|would) (?:soon |then |also )?(?:be )?(?:release|launch|ship|roll|arrive|go on sale|come out|appear|become available|be available|available)\w*|"
            r"(?:is|are) (?:now |still )?(?:due|planned|scheduled|expected|slated) (?:in|for|on|next|this|by)\b|"
            r"coming (?:soon|weeks|months)|(?:is|are) not (?:yet )?(?:available|released|out)|waiting list|wait-?list|"
            r"(?:soll|sollen|wird|werden) (?:\w+\W+){0,7}(?:erscheinen|starten|kommen|veröffentlicht|ausgeliefert|verfügbar)|"
            r"(?:erscheint|startet|kommt) (?:am|im|ab|in|nächste)\b|noch nicht (?:verfügbar|erschienen)|"
            r"(?:doit|devrait|va) (?:sortir|être lancée?)|sortira|(?:saldrá|se lanzará)|(?:debe|va a) (?:salir|lanzarse)"
        ),
        "paused recalled cancelled closed banned": (
            r"(?:is|are|remains?|stays?) (?:now |already |freely |still )?(?:available|live|online|running|open (?:to|for))\b|"
            r"can (?:already |now |still )?(?:be )?(?:download|us|tri|try|buy|bought|book|order)\w*|"
            r"(?:ist|sind|bleibt) (?:\w+ ){0,3}(?:verfügbar|online|erhältlich)|kann (?:\w+ ){0,5}(?:heruntergeladen|genutzt|bestellt|getestet)|"
            r"est (?:déjà )?disponible|está disponible|(?:plans?|will|is set) to (?:expand|grow|continue)"
        ),
        "resumed fixed": (
            r"(?:is|are|remains?|stays?) (?:still |currently )?(?:down|offline|paused|suspended|unavailable|halted|blocked|banned|frozen|out of service|on hold)\b|"
            r"(?:ist|sind|bleibt|bleiben) (?:\w+ ){0,4}(?:ausgefallen|offline|gesperrt|pausiert|ausgesetzt|nicht erreichbar)|"
            r"est (?:suspendue?|hors service|en panne)|está (?:suspendid[oa]|fuera de servicio)"
        ),
        "fixed": (
            r"no (?:fix|patch)\b|(?:has|have|is|are) not (?:yet )?(?:been )?(?:fixed|patched|closed)|unpatched|working on a (?:fix|patch)|"
            r"(?:is|are|remains?) (?:still )?(?:vulnerable|exploitable)|noch nicht (?:behoben|geschlossen)|kein(?:en)? (?:Patch|Update)\b|"
            r"pas encore corrigée?|sin parche"
        ),
        "left": (
            r"(?:will|to) (?:stay|remain)\b|(?:remains|stays) (?:\w+'s |as |the |its )?(?:chief|ceo|head|chair\w*|boss|president|in (?:post|office|charge))\b|no plans to (?:leave|resign|step down)|refus\w+ to (?:resign|step down)|"
            r"bleibt (?:\w+[ -]){0,4}(?:Chef|CEO|Vorstand)\w*|reste à la tête"
        ),
        "appointed": (
            r"(?:is |are )?(?:looking|search\w*|hunting) for (?:an? |its |the )?(?:\w+ ){0,2}(?:chief|ceo|head|successor|replacement)|"
            r"(?:is|remains) vacant|sucht (?:\w+ ){0,3}(?:Nachfolg|Chef)\w*|cherche un successeur"
        ),
        "sued": r"(?:threatens?|plans?|wants?) to (?:sue|go to court)|(?:may|might|could) sue\b|droht mit (?:einer )?Klage",
    }.items()
}  # fmt: skip
_AGREED = re.compile(
    r"(?<!to )(?<!will )(?<!may )(?<!could )(?<!not )(?<!near )"
    r"\b(?:sign(?:s|ed)?|seal(?:s|ed)?|ink(?:s|ed)?|strikes?|struck|reach(?:es|ed)?|close[sd]?|clinch(?:es|ed)?|complete[sd]?)\b"
    r"(?= (?:\w+ ){0,4}(?:deal|agreement|contract|merger|purchase|takeover|acquisition|partnership|licen[cs]e)\b)|"
    r"\b(?:deal|agreement|contract|merger) (?:is |was |has been )?(?:signed|sealed|done|closed|agreed)\b|"
    r"\b(?:talks|negotiations) (?:have |has )?(?:collapse[ds]?|fail(?:s|ed)?|end(?:s|ed)?|broke(?:n)? down|break down)\b|"
    r"\b(?:unterschreib(?:t|en)|unterzeichne(?:t|n)|besiegel(?:t|n)|einig(?:t|en) sich|geplatzt|gescheitert|"
    r"signent?|ont signé|a signé|firman?|han firmado|ha firmado)\b",
    re.IGNORECASE,
)
_LIFTED = re.compile(
    r"\b(?:lift(?:s|ed)?|overturn(?:s|ed)?|end(?:s|ed)?|reverse[sd]?|hebt) (?:\w+ ){0,2}(?:ban|block|suspension|freeze|verbot|sperre)\b",
    re.IGNORECASE,
)
_SCHEDULE = re.compile(
    r"\b(?:next (?:week|month|year|quarter|spring|summer|autumn|winter)|this (?:week|month|spring|summer|autumn|winter|year)|"
    r"in (?:spring|summer|autumn|winter)|(?:on|by) (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:by|before) the end of|"
    r"nächste\w* (?:woche|monat|jahr)|im (?:frühling|frühjahr|sommer|herbst|winter)|am (?:montag|dienstag|mittwoch|donnerstag|freitag))\b",
    re.IGNORECASE,
)
_DELAYED = frozenset({"delayed"})


def outcomes_told(lines: Sequence[str]) -> frozenset[str]:
    """Return what the first lines of a report (its title before all) say has happened."""
    outcomes = {name for line in lines[:2] for name in outcomes_in(line)}
    if any(_AGREED.search(line) for line in lines):
        outcomes.add("agreed")
    if any(_LIFTED.search(line) for line in lines):
        outcomes.add("resumed")
    if any(RETRACTION.search(line) for line in lines):
        outcomes.add("retracted")
    return frozenset(outcomes)


def is_over(sentence: str, outcomes: frozenset[str], says_when: Callable[[], bool]) -> bool:
    """
    Return whether *sentence* tells as open what one of the outcomes has ended.

    Put off is not given up: then only a sentence that says when is over.

    Args:
        sentence: Of an earlier report.
        outcomes: What a later one says has happened.
        says_when: Whether the sentence names a day to come.
    """
    ended = any(outcomes & ends and said.search(sentence) for ends, said in _OPEN.items())
    if ended and outcomes <= _DELAYED:
        return says_when() or _SCHEDULE.search(sentence) is not None
    return ended
