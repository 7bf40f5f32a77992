"""
Addresses: the key by which two feeds are seen to mean one article, the owner of an address, and
the identity of an entry.

The list of query parameters that do not change the article is written by us; a parameter that
*can* choose the article (`id`, `p`, `cid`, `story`) is never on it: joining two articles is worse
than missing that two addresses are one.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from bot.news.entry import ParsedEntry
from bot.news.text import word_set

_DENIED = word_set(
    # advertising and mailing click ids
    "fbclid gclid dclid gclsrc gbraid wbraid msclkid twclid ttclid yclid li_fat_id rdt_cid epik "
    "igsh igshid mc_cid mc_eid mkt_tok ml_subscriber ml_subscriber_hash s_cid icid srsltid "
    # share buttons, referrers, newsletters
    "ref_src ref_url share_id share_source sharetype smid smtyp soc_src soc_trk ncid cmpid "
    "guccounter guce_referrer guce_referrer_sig xtor wt_mc wt.mc_id trk trkcampaign taid ito "
    "spm scm campaign_id emc partner_ref rss_ref sref nl_ref "
    # analytics and sessions
    "_ga _gl _openstat phpsessid jsessionid sessionid sid "
    # other layouts of the same article
    "amp outputtype print"
)
_DENIED_PREFIXES = (
    "utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "at_", "ga_", "vero_", "oly_",
)  # fmt: skip
# These names sometimes choose the article; they are dropped only with a value that tells a channel.
_CHANNEL_PARAMETERS = frozenset({"ref", "source", "src", "from", "via", "medium", "origin"})
_CHANNEL = re.compile(
    r"rss|feed|atom|twitter|x|facebook|fb|linkedin|reddit|hn|hackernews|newsletter|email|mail|"
    r"e-?mail|telegram|whatsapp|slack|share|social|producthunt|(?:[a-z0-9-]+\.)+[a-z]{2,}"
)
# Hosts where one parameter is the article and everything else is decoration.
_KEEP_ONLY = {
    "youtube.com": frozenset({"v", "list"}),
    "news.ycombinator.com": frozenset({"id"}),
    "lobste.rs": frozenset[str](),
    "x.com": frozenset[str](),
    "twitter.com": frozenset[str](),
    "arxiv.org": frozenset[str](),
    "medium.com": frozenset[str](),
    "openreview.net": frozenset({"id"}),
    "play.google.com": frozenset({"id"}),
    "apps.apple.com": frozenset[str](),
}
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_MOBILE_INSIDE = re.compile(r"^([a-z-]{2,7})\.m\.(?=[^.]+\.)")
_AMP_CACHE_HOST = re.compile(r"\.cdn\.ampproject\.org$")
_AMP_CACHE_PATH = re.compile(r"^/(?:amp/|[cv]/)?s/(?=[^/]+\.)")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?]*", re.IGNORECASE)
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_END = re.compile(r"(?:/amp(?:\.html)?)$|\.amp(?=\.html?$)", re.IGNORECASE)
_DEFAULT_PORTS = {None, 80, 443}

# Two-part public suffixes that occur among news sites; the full public list is 10,000 lines.
_SUFFIXES = frozenset(
    f"{second}.{country}"
    for country, seconds in {
        "uk": "co org ac gov ltd plc me net sch nhs",
        "au": "com net org edu gov id asn",
        "nz": "co org net ac govt school",
        "za": "co org net ac gov web",
        "jp": "co or ne ac go ad ed gr lg",
        "kr": "co or ne ac go re pe",
        "in": "co net org gen firm ac edu gov nic res",
        "br": "com net org gov edu blog",
        "mx": "com net org gob edu",
        "ar": "com net org gob edu",
        "co": "com net org gov edu",
        "cn": "com net org gov edu ac",
        "tw": "com net org gov edu idv",
        "hk": "com net org gov edu idv",
        "sg": "com net org gov edu per",
        "my": "com net org gov edu",
        "ph": "com net org gov edu",
        "id": "co or web ac go sch",
        "th": "co or in ac go",
        "vn": "com net org gov edu",
        "tr": "com net org gov edu bel",
        "il": "co org net ac gov muni",
        "ua": "com net org gov edu in",
        "pl": "com net org gov edu",
        "ng": "com net org gov edu",
        "ke": "co or ne ac go",
        "eg": "com net org gov edu",
        "pk": "com net org gov edu",
        "bd": "com net org gov edu",
        "pt": "com org gov edu",
        "es": "com org gob edu nom",
        "at": "co or ac gv",
        "hu": "co org",
        "gr": "com org gov edu",
    }.items()
    for second in seconds.split()
)
# Platforms where the sub-domain is the owner.
_PLATFORMS = word_set(
    "substack.com github.io gitlab.io medium.com wordpress.com blogspot.com tumblr.com ghost.io "
    "beehiiv.com netlify.app vercel.app pages.dev workers.dev hashnode.dev notion.site "
    "readthedocs.io herokuapp.com web.app firebaseapp.com typepad.com livejournal.com "
    "bearblog.dev neocities.org write.as micro.blog squarespace.com wixsite.com webflow.io "
    "fly.dev onrender.com hf.space dev.to buttondown.email mataroa.blog"
)


def url_key(url: str) -> str:
    """
    Return an address without what does not change the article, or "" when it is not http(s).

    Used across feeds only: inside one feed, several items may share a page.
    """
    parts = _split(url)
    if parts is None:
        return ""
    host, path = _unwrap_amp_cache(_host(parts), parts.path)
    host, path, query = _short_forms(host, path, parts.query)
    key = f"https://{host}{_port(parts)}{_path(path)}"
    kept = _query(host, query)
    route = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return f"{key}{'?' + kept if kept else ''}{'#' + route if route else ''}"


def is_article_key(key: str) -> bool:
    """Return whether a key names a page of its own, and not a site's front page."""
    parts = urlsplit(key)
    return bool(key) and (len(parts.path) > 1 or bool(parts.query) or bool(parts.fragment))


def outlet_of(url: str) -> str:
    """Return the owner of an address as a registrable domain, or "" when it has no host."""
    parts = _split(url)
    if parts is None:
        return ""
    host = idna(parts.hostname or "")
    if is_ip(host):
        return host
    labels = [label for label in host.split(".") if label]
    if len(labels) > 2 and labels[0] == "www":  # noqa: PLR2004 - www.name.tld
        labels = labels[1:]
    last_two = ".".join(labels[-2:])
    wanted = 3 if last_two in _SUFFIXES or last_two in _PLATFORMS else 2
    return ".".join(labels[-wanted:])


def entry_id(feed_url: str, parsed: ParsedEntry, seed: str = "") -> str:
    """
    Return the identity of an item: "e_" and 16 hex digits.

    Made from the feed's address and the item's guid, else its link, else its title. An own feed has
    identities of its own by its seed, so that two conversations (or one and the catalogue) that
    read the same feed do not take each other's entries away.
    """
    own = parsed.guid.strip() or parsed.url.strip() or parsed.title.strip()
    material = f"{seed}\x1f{feed_url}\x1f{own}"
    return "e_" + hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        port_is_valid = parts.port != 0
    except ValueError:
        return None
    usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and port_is_valid
    return parts if usable else None


def _port(parts: SplitResult) -> str:
    return "" if parts.port in _DEFAULT_PORTS else f":{parts.port}"


def idna(host: str) -> str:
    """Return a host in small ASCII letters, as name servers know it; itself when it cannot be."""
    host = host.rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def is_ip(host: str) -> bool:
    """Return whether a host is an IP address, of either version, without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host(parts: SplitResult) -> str:
    host = idna(parts.hostname or "")
    if is_ip(host):
        return f"[{host}]" if ":" in host else host
    return _MOBILE_INSIDE.sub(r"\1.", _HOST_PREFIX.sub("", host))


def _unwrap_amp_cache(host: str, path: str) -> tuple[str, str]:
    """Return the publisher's own host and path for an address inside Google's AMP cache."""
    is_cache = bool(_AMP_CACHE_HOST.search(host)) or host == "google.com"
    inside = _AMP_CACHE_PATH.match(path) if is_cache else None
    if inside is None:
        return host, path
    real_host, _, real_path = path[inside.end() :].partition("/")
    return _HOST_PREFIX.sub("", real_host.lower()), "/" + real_path


def _short_forms(host: str, path: str, query: str) -> tuple[str, str, str]:
    if host == "youtu.be" and len(path) > 1:
        return "youtube.com", "/watch", f"v={path[1:]}"
    if host == "twitter.com":
        return "x.com", path, query
    if host == "arxiv.org":
        return (
            host,
            re.sub(r"^/(?:abs|pdf|html)/([\d.]+?)(?:v\d+)?(?:\.pdf)?$", r"/abs/\1", path),
            query,
        )
    return host, path, query


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", path)
    path = re.sub(r"/{2,}", "/", quote(unquote(path), safe="/:@!$&'()*+,;=~-._"))
    for _ in range(2):  # "/story/amp/index.html" carries two
        path = _INDEX_PAGE.sub("", path.rstrip("/"))
        path = _AMP_END.sub("", path)
    return path.rstrip("/")


def _query(host: str, query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    only = _KEEP_ONLY.get(host)
    kept = [
        (name, value)
        for name, value in pairs
        if (name in only if only is not None else not _is_decoration(name, value))
    ]
    return urlencode(sorted(kept)).replace("=&", "&").removesuffix("=")


def _is_decoration(name: str, value: str) -> bool:
    name = name.lower()
    if name in _DENIED or name.startswith(_DENIED_PREFIXES):
        return True
    return name in _CHANNEL_PARAMETERS and bool(_CHANNEL.fullmatch(value.lower()))
