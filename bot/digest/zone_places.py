"""
What people write for a time zone that is no place: offsets and abbreviations, and what they may mean.

An offset ("GMT-5") is wrong after the next clock change, and IANA's names of that form have the sign
reversed: Etc/GMT-5 is five hours *ahead* of UTC. An abbreviation ("EST") is one half of a year, or
several places at once; the few that IANA knows are zones without summer time, or obsolete. UTC and
GMT mean the same everywhere and all year. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_OFFSET = re.compile(
    r"(?P<etc>etc/)?(?P<name>utc|gmt|ut|z|zulu)?\s*(?:(?P<sign>[+\u2212\u2013\u2014-])\s*)?"
    r"(?P<hours>\d{1,2}?)(?::?(?P<minutes>[0-5]\d))?\s*(?:h|hrs?|hours?|uhr)?",
    re.IGNORECASE,
)
_SPOKEN_SIGNS = {"plus": "+", "minus": "-"}
_LAST_HOUR = 14
_HOUR_MINUTES = 60


@dataclass(frozen=True, slots=True)
class NoPlace:
    """
    Attributes:
        places: IANA names that may be meant, likeliest first; () when nobody lives by the offset.
    """

    kind: Literal["offset", "abbreviation"]
    places: tuple[str, ...]


def no_place(typed: str) -> NoPlace | None:
    """
    Return what an offset or abbreviation may mean, None for everything else (UTC and GMT too).

    Signs are read as people write them: "GMT-5" is west of Greenwich.
    """
    folded = " ".join(
        unicodedata.normalize("NFKC", typed[:60]).casefold().replace("_", " ").split()
    )
    for word, sign in _SPOKEN_SIGNS.items():
        folded = folded.replace(f" {word} ", sign)
    found = _OFFSET.fullmatch(folded)
    if found is not None and (found["name"] or found["sign"]):
        return _offset(found)
    # What "EST/EDT", "CET+1" and the POSIX form "AEST-10" begin with says which clock is meant.
    begins = re.match(r"[a-z]{2,5}(?=[/+\d\u2212\u2013\u2014-])", folded)
    for name in (folded, begins[0] if begins else ""):
        places = _ABBREVIATIONS.get(name.replace(".", "").replace(" time", "").strip())
        if places is not None:
            return NoPlace("abbreviation", places)
    return None


def places_at(offset_minutes: int) -> tuple[str, ...]:
    """Return well-known places whose clocks have, or have in winter, this offset east of UTC."""
    return _BY_OFFSET.get(offset_minutes, ())


def _offset(found: re.Match[str]) -> NoPlace | None:
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    if hours > _LAST_HOUR:
        return NoPlace("offset", ())
    east = hours * _HOUR_MINUTES + minutes
    if found["sign"] not in {None, "+"}:
        east = -east
    if found["etc"] and east:
        # IANA's sign is reversed, and hardly anybody knows: both readings are offered.
        return NoPlace("offset", (*places_at(east)[:2], *places_at(-east)[:2]))
    return NoPlace("offset", places_at(east))


def _table(lines: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines.strip().splitlines():
        names, _, places = line.partition(":")
        for name in names.split(","):
            found[name.strip()] = tuple(places.split())
    return found


_ABBREVIATIONS = _table("""
z, greenwich mean, coordinated universal: UTC Europe/London
pacific: America/Los_Angeles America/Vancouver America/Tijuana
mountain: America/Denver America/Phoenix America/Edmonton
central: America/Chicago America/Winnipeg America/Mexico_City
british summer: Europe/London
irish standard: Europe/Dublin
india standard, indian standard: Asia/Kolkata
china standard: Asia/Shanghai
japan standard: Asia/Tokyo
korea standard: Asia/Seoul
australian eastern, australian eastern standard: Australia/Sydney Australia/Brisbane Australia/Melbourne
et, est, edt, est5edt, eastern, eastern standard, eastern daylight: America/New_York America/Toronto America/Panama
ct, cdt, cst6cdt, central standard, central daylight: America/Chicago America/Winnipeg America/Mexico_City
cst: America/Chicago Asia/Shanghai America/Havana
mt, mst, mdt, mst7mdt, mountain standard, mountain daylight: America/Denver America/Phoenix America/Edmonton
pt, pdt, pst8pdt, pacific standard, pacific daylight: America/Los_Angeles America/Vancouver America/Tijuana
pst: America/Los_Angeles Asia/Manila America/Vancouver
akst, akdt: America/Anchorage
hst, hdt, hast, hadt: Pacific/Honolulu America/Adak
ast: America/Halifax America/Puerto_Rico Asia/Riyadh
adt: America/Halifax Atlantic/Bermuda
nst, ndt: America/St_Johns
hne, hae: America/Toronto America/New_York
brt, brst: America/Sao_Paulo
art: America/Argentina/Buenos_Aires
clt, clst: America/Santiago
cot: America/Bogota
pet: America/Lima
ect: America/Guayaquil
bot: America/La_Paz
vet: America/Caracas
uyt: America/Montevideo
pyt, pyst: America/Asuncion
wet, west, wez, wesz: Europe/Lisbon Atlantic/Canary Atlantic/Faroe
bst: Europe/London Asia/Dhaka
cet, cest, met, mest, mez, mesz, hec, central european, central european summer, mitteleuropäische zeit: Europe/Berlin Europe/Paris Europe/Madrid
eet, eest, oez, oesz, eastern european, eastern european summer: Europe/Athens Europe/Helsinki Europe/Kyiv
msk, msd: Europe/Moscow
samt: Europe/Samara
trt: Europe/Istanbul
sast: Africa/Johannesburg
cat: Africa/Maputo Africa/Harare
eat: Africa/Nairobi Africa/Addis_Ababa
wat: Africa/Lagos Africa/Algiers
gst: Asia/Dubai Atlantic/South_Georgia Pacific/Guam
ist: Asia/Kolkata Europe/Dublin Asia/Jerusalem
idt: Asia/Jerusalem
irst, irdt: Asia/Tehran
azt: Asia/Baku
amt: Asia/Yerevan America/Manaus
get: Asia/Tbilisi
aft: Asia/Kabul
pkt: Asia/Karachi
uzt: Asia/Tashkent
yekt: Asia/Yekaterinburg
npt: Asia/Kathmandu
bdt, bdst: Asia/Dhaka
almt: Asia/Almaty
omst: Asia/Omsk
novt: Asia/Novosibirsk
mmt: Asia/Yangon
ict: Asia/Bangkok Asia/Ho_Chi_Minh
krat: Asia/Krasnoyarsk
wib: Asia/Jakarta
wita: Asia/Makassar
wit: Asia/Jayapura
sgt: Asia/Singapore
sst: Pacific/Pago_Pago Asia/Singapore
myt: Asia/Kuala_Lumpur
pht: Asia/Manila
hkt: Asia/Hong_Kong
irkt: Asia/Irkutsk
awst, awdt: Australia/Perth
jst: Asia/Tokyo
kst: Asia/Seoul
yakt: Asia/Yakutsk
acst, acdt: Australia/Adelaide Australia/Darwin
aest, aedt: Australia/Sydney Australia/Brisbane Australia/Melbourne
vlat: Asia/Vladivostok
chst: Pacific/Guam
magt: Asia/Magadan
sakt: Asia/Sakhalin
pett: Asia/Kamchatka
nzst, nzdt: Pacific/Auckland
fjt: Pacific/Fiji
""")  # fmt: skip
_BY_OFFSET = {
    int(offset): places
    for offset, places in _table("""
-660: Pacific/Pago_Pago
-600: Pacific/Honolulu
-570: Pacific/Marquesas
-540: America/Anchorage
-480: America/Los_Angeles America/Vancouver America/Tijuana
-420: America/Denver America/Phoenix America/Edmonton
-360: America/Chicago America/Mexico_City America/Costa_Rica
-300: America/New_York America/Bogota America/Lima
-240: America/Halifax America/Santiago America/La_Paz
-210: America/St_Johns
-180: America/Sao_Paulo America/Argentina/Buenos_Aires America/Montevideo
-120: America/Noronha
-60: Atlantic/Cape_Verde Atlantic/Azores
0: UTC Europe/London Africa/Accra
60: Europe/Berlin Europe/Paris Africa/Lagos
120: Europe/Athens Africa/Cairo Africa/Johannesburg
180: Europe/Istanbul Europe/Moscow Africa/Nairobi
210: Asia/Tehran
240: Asia/Dubai Asia/Tbilisi
270: Asia/Kabul
300: Asia/Karachi Asia/Tashkent
330: Asia/Kolkata Asia/Colombo
345: Asia/Kathmandu
360: Asia/Dhaka Asia/Bishkek
390: Asia/Yangon
420: Asia/Bangkok Asia/Ho_Chi_Minh Asia/Jakarta
480: Asia/Shanghai Asia/Singapore Asia/Manila
525: Australia/Eucla
540: Asia/Tokyo Asia/Seoul
570: Australia/Adelaide Australia/Darwin
600: Australia/Sydney Australia/Brisbane Pacific/Guam
630: Australia/Lord_Howe
660: Pacific/Noumea Pacific/Guadalcanal
720: Pacific/Auckland Pacific/Fiji
765: Pacific/Chatham
780: Pacific/Tongatapu Pacific/Apia
840: Pacific/Kiritimati
""").items()
}  # fmt: skip
