"""Domains, IP addresses, `scheme://` and e-mail addresses in a folded text, as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from bot.explain.outgoing.fold import fold
from bot.news.text import word_set
from bot.news.urlkey import idna, is_ip, outlet_of

# What is written so that no program links it: "evil[.]com", "evil (dot) com", "me[at]evil.com".
_DOT_WORD = r"(?:dot|punkt|point|punto|ponto|punt)"
_BRACKETED_DOT = re.compile(rf"\s?[\[({{<]\s?(?:\.|{_DOT_WORD})\s?[\])}}>]\s?", re.IGNORECASE)
_BRACKETED_ENDING = re.compile(r"(?<=\w)[\[({]\.(\w{2,24})[\])}]")
_BRACKETED_COLON = re.compile(r"[\[({]:(//)?[\])}]")
_BRACKETED_AT = re.compile(r"(?<=\w)\s?[\[({]\s?(?:at|@)\s?[\])}]\s?(?=\w)", re.IGNORECASE)
_SURE_ENDINGS = (
    r"(?:com|net|org|io|ai|info|biz|xyz|online|site|top|shop|club|example|test|invalid|onion)"
)
_SPOKEN_DOT = re.compile(
    rf"(?<![\w-])(?!(?:the|a|an|this|first|of|late|early|new|old|another|since|before|after|der|die|das|la|le)\b)"
    rf"([\w-]{{2,63}})\s{_DOT_WORD}\s(?={_SURE_ENDINGS}\b(?!\s(?:bubble|boom|crash|era|bust|boss|burst|mania|age|days?)\b))",
    re.IGNORECASE,
)
_SPACED_DOT = re.compile(
    r"(?<=\w)\s\.\s(?=(?i:com|net|org|xyz|example|test|invalid|onion)\b)|"
    r"(?<=\w)\.\s(?=(?:com|net|org|xyz|example|test|invalid|onion)\b)|"
    r"(?<=[A-Z])\.\s(?=(?:COM|ORG|XYZ|EXAMPLE|TEST|INVALID|ONION)\b)|"
    r"(?<=\w)\s\.(?=(?i:com|org|xyz|example|test|invalid|onion)\b)|"
    r"(?<=\w)(?:[•●∘◦]|\s[•●∘◦]\s(?=com\b))(?=(?i:com|net|org|io|xyz|example|test|invalid|onion)\b)|(?<=\w),(?=(?i:com|net|org)\b)"
)

_LAST_LABEL = re.compile(r"([\w.-]{1,60})([.．。｡])\s?$")
_FIRST_LABEL = re.compile(r"[a-zA-Z]{2,24}\b")
_SURE = re.compile(_SURE_ENDINGS)
_MOST_CHARS = 4_000
_HOLDS_NONE = re.compile(r"[^.:/\\]*")
_SCHEME = re.compile(r"\b([A-Za-z][\w+.-]{1,20})\s?:\s?[/\\]\s?[/\\]\s?([^\s<>\"'|]{0,300})")
_SCHEME_ALONE = re.compile(
    r"\b(?:h(?:tt|xx|\*\*)ps?\s?:\s?[/\\]?\w|(?:javascript|vbscript|mailto|callto|facetime|ldaps?|whatsapp|slack|"
    r"bitcoin|ethereum|litecoin|monero|solana|lightning|sips?|xmpp|skype|view-source|ms-[a-z]{2,20}):(?=[^\s:])|"
    r"data:(?:[\w.+-]{1,40}/[\w.+-]{1,60}|[,;])|(?:tel|sms|geo):[+\d(-]|file:[/\\.]|magnet:\?|intent:[/#]|blob:\w)",
    re.IGNORECASE,
)
_NETWORK_PATH = re.compile(
    r"(?<![\w:/\\])\\\\[\w.-]{1,80}\\|(?<![\w:/])//(?=[\w-]{1,63}\.[\w.-]{2,80})"
)
_MAIL_HOST = re.compile(r"(?<=[\w.+-])@((?:[\w-]{1,63}\.){1,8}[\w-]{2,63})")
_DOTTED = re.compile(r"(?:[\w-]{1,63}\.){1,40}[\w-]{1,63}")
_PATH = re.compile(r":\d{2,5}\b|[/?#][a-z0-9_~@%=&-]|/(?=\s|$)")
_PUNYCODE = re.compile(r"\bxn--[\w-]", re.IGNORECASE)

_QUAD = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_VERSION = re.compile(
    r"\b(?:versions?|v|release|build|firmware|driver|patch|ios|android)\.?\s?$", re.IGNORECASE
)
_ODD_PART = r"(?:0x[0-9a-f]{1,8}|0[0-7]{1,11}|\d{1,10})"
_ODD_QUAD = re.compile(
    rf"(?<![\w.])(?=(?:[\w]{{1,12}}\.){{0,3}}0[x0-7])(?:{_ODD_PART}\.){{3}}{_ODD_PART}(?![\w]|\.\d)|"
    r"(?<![\w.])0x[0-9a-f]{8}(?=[/:]\w)|(?<![\w.])[1-4]\d{9}(?=/\w)",
    re.IGNORECASE,
)
_SIX = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")

# Endings that are also words which begin a sentence: "at work.In May" lacks a blank.
_WORDS_TOO = word_set(
    "in it is to so at be my no us me am by do as an new now one you how here all today also can for "
    "your next more news then day see call page open home data read watch show"
)


@dataclass(frozen=True, slots=True)
class Found:
    """
    Something that leads somewhere.

    Attributes:
        host: In lower case; "" when it has none (such as `javascript:`).
        name: The dotted token when it may be a name ("Character.ai"), else "".
        start: Where the token stands in `text`, which has its dots written out.
    """

    host: str
    text: str
    name: str = ""
    start: int = 0


def addresses(folded: str) -> Iterator[Found]:
    """Yield every address in a folded text of bounded length."""
    text = written_out(folded)
    if _HOLDS_NONE.fullmatch(text):
        return
    for match in _SCHEME.finditer(text):
        web = match[1].casefold() in {"http", "https"}
        yield Found(_host(match[2]) if web else "", text)
    rest = _SCHEME.sub(" ", text)
    if _SCHEME_ALONE.search(rest) or _NETWORK_PATH.search(rest) or _PUNYCODE.search(rest):
        yield Found("", text)
    yield from (Found(match[1].casefold().strip("."), text) for match in _MAIL_HOST.finditer(rest))
    yield from (Found(host, text) for host in _ip_addresses(rest))
    yield from _domains(rest)


def seam(before: str, text: str) -> str:
    """
    Return an address that was cut in two at its dot, as if it were a sentence's end, joined and folded.

    Args:
        before: The sentence before, which ends "… at evil．"
        text: The one after it, which begins "com …".

    Returns:
        "" when nothing was cut there.
    """
    ending = _LAST_LABEL.search(before)
    beginning = _FIRST_LABEL.match(text)
    is_wide = ending is not None and ending[2] != "."
    if ending and beginning and (is_wide or _SURE.fullmatch(beginning[0])):
        return fold(f"{ending[1]}.{text}")
    return ""


def leads_somewhere(text: str) -> bool:
    """Return whether a text has anything that Slack would make a link of by itself."""
    return next(addresses(fold(text[:_MOST_CHARS])), None) is not None


def written_out(folded: str) -> str:
    """Return the text with dots that are written in brackets or as a word as dots."""
    text = _BRACKETED_AT.sub("@", _BRACKETED_COLON.sub(r":\1", folded))
    text = _BRACKETED_ENDING.sub(r".\1", _BRACKETED_DOT.sub(".", text))
    return _SPACED_DOT.sub(".", _SPOKEN_DOT.sub(r"\1.", text))


def host_of(address: str) -> str:
    """Return the host of an address or a bare host, in lower case without `www.`; "" without one."""
    if "//" not in address:
        address = f"//{address}"
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return idna(host.rstrip(".")).removeprefix("www.")


class Hosts:
    """The hosts that may be named: those of the sources, and the sites they belong to."""

    def __init__(self, addresses_or_hosts: Iterable[str]) -> None:
        found = {host_of(address) for address in addresses_or_hosts} - {""}
        self._hosts = frozenset(found)
        self._sites = frozenset(outlet_of(f"https://{host}/") for host in found)

    def has(self, host: str) -> bool:
        """Return whether a host is a source's, lies below one, or is the site one belongs to."""
        host = idna(host).removeprefix("www.")
        if host in self._hosts or host in self._sites:
            return bool(host)
        return any(host.endswith(f".{own}") for own in self._hosts)


def _domains(text: str) -> Iterator[Found]:
    for match in _DOTTED.finditer(text):
        dotted = match[0].lstrip("_-")
        token = _domain_of(dotted.rstrip("_-"))
        if token is None:
            continue
        start = match.end() - len(dotted)
        low = token.casefold()
        end = start + len(token)
        is_plain = not low.startswith("www.") and not _PATH.match(text[end : end + 8])
        yield Found(low, text, token if is_plain else "", start)


def _domain_of(dotted: str) -> str | None:
    """Return the part of a dotted token that is a domain; None for "e.g", "v2.1" and "model.fit"."""
    labels = dotted.split(".")
    if _is_ending(labels):
        return ".".join(labels)
    # "die evil.com-Seite"
    compound = [*labels[:-1], labels[-1].partition("-")[0]]
    if _is_ending(compound):
        return ".".join(compound)
    # "evil.com.They": a blank is missing.
    if len(labels) > 2 and labels[-1][:1].isupper() and _is_ending(labels[:-1]):  # noqa: PLR2004 - name, ending, word
        return ".".join(labels[:-1])
    return None


def _is_ending(labels: list[str]) -> bool:
    *before, last = labels
    low = last.casefold()
    if len(low) < 2 or (low not in top_level_domains() and not low.startswith("xn--")):  # noqa: PLR2004 - letters
        return False
    if all(label.isdigit() for label in before):
        return False
    lacks_blank = last[0].isupper() and last[1:].islower() and low in _WORDS_TOO
    return not (lacks_blank and before[-1][-1:].islower())


def _ip_addresses(text: str) -> Iterator[str]:
    for match in _QUAD.finditer(text):
        if is_ip(match[0]) and not _VERSION.search(
            text[max(0, match.start() - 12) : match.start()]
        ):
            yield match[0]
    if _ODD_QUAD.search(text):
        yield "an odd way to write an IP address"
    for match in _SIX.finditer(text):
        token = match[0].strip("[]")
        if token.count(":") > 1 and any(map(str.isdigit, token)) and is_ip(token):
            yield token


def _host(rest: str) -> str:
    """Return the host after `//`; "" when it has user info, which is there to deceive."""
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    return "" if "@" in authority else host_of(authority.strip(".,;!)]"))


@cache
def top_level_domains() -> frozenset[str]:
    """Return the endings of the root zone, folded like texts, and those that never leave a house."""
    listed = files("bot.explain.outgoing").joinpath("top_level_domains.txt").read_text("utf-8")
    return frozenset(fold(ending).casefold() for ending in listed.split())
