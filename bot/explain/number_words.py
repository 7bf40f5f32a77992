"""Words that are numbers, magnitudes, units and hedges in the languages of news; data only."""

from __future__ import annotations


def _count(words: str, start: int = 0) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), start)}


def _tens(words: str, start: int = 20) -> dict[str, int]:
    return {word: start + 10 * number for number, word in enumerate(words.split())}


def _months(*languages: str) -> dict[str, int]:
    return {
        name: number % 12 + 1 for names in languages for number, name in enumerate(names.split())
    }


CARDINALS: dict[str, dict[str, int]] = {
    "en": _count(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    )
    | _tens("twenty thirty forty fifty sixty seventy eighty ninety")
    | {"dozen": 12, "hundred": 100, "thousand": 1_000},
    "de": _count(
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn"
    )
    | _tens("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
    | {"dutzend": 12, "hundert": 100, "tausend": 1_000},
    "fr": _count(
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    )
    | _tens("vingt trente quarante cinquante soixante")
    | {"cent": 100, "mille": 1_000},
    "es": _count(
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    )
    | _tens("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
    | {"cien": 100, "ciento": 100, "mil": 1_000},
    "it": _count("zero uno due tre quattro cinque sei sette otto nove dieci undici dodici")
    | _tens("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
    | {"cento": 100, "mille": 1_000},
    "pt": _count("zero um dois três quatro cinco seis sete oito nove dez onze doze")
    | _tens("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
    | {"cem": 100, "mil": 1_000},
    "nl": _count("nul een twee drie vier vijf zes zeven acht negen tien elf twaalf")
    | _tens("twintig dertig veertig vijftig zestig zeventig tachtig negentig")
    | {"honderd": 100, "duizend": 1_000},
}
# "second" is also a length of time, and is left out. "sei" and "um" are small words too; a figure
# needs at least two, so they do no harm.
ORDINALS: dict[str, dict[str, int]] = {
    "en": _count("third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", 3),
    "de": _count("dritte vierte fünfte sechste siebte achte neunte zehnte", 3),
    "fr": _count("troisième quatrième cinquième sixième septième huitième neuvième dixième", 3),
    "es": _count("tercero cuarto quinto sexto séptimo octavo noveno décimo", 3),
}

_K, _M, _B, _T = 10**3, 10**6, 10**9, 10**12
MAGNITUDES: dict[str, dict[str, int]] = {
    "short": {"k": _K, "m": _M, "mn": _M, "b": _B, "bn": _B, "t": _T, "tn": _T},
    "en": {
        "hundred": 100, "thousand": _K, "million": _M, "millions": _M, "mn": _M,
        "billion": _B, "billions": _B, "bn": _B, "trillion": _T, "trillions": _T, "tn": _T,
    },
    "de": {
        "hundert": 100, "tausend": _K, "tsd": _K, "million": _M, "millionen": _M, "mio": _M,
        "milliarde": _B, "milliarden": _B, "mrd": _B, "billion": _T, "billionen": _T,
    },
    "fr": {
        "mille": _K, "million": _M, "millions": _M, "milliard": _B, "milliards": _B, "md": _B, "mds": _B,
        "billion": _T, "billions": _T,
    },
    "es": {"mil": _K, "millón": _M, "millones": _M, "billón": _T, "billones": _T},
    "it": {
        "mila": _K, "mille": _K, "milione": _M, "milioni": _M, "miliardo": _B, "miliardi": _B, "mld": _B,
    },
    "pt": {
        "mil": _K, "milhão": _M, "milhões": _M, "bilhão": _B, "bilhões": _B, "trilhão": _T, "trilhões": _T,
    },
    "nl": {"duizend": _K, "miljoen": _M, "mln": _M, "miljard": _B, "mrd": _B, "biljoen": _T},
}  # fmt: skip
MYRIADS = {
    "만": 10**4,
    "억": 10**8,
    "조": 10**12,
    "万": 10**4,
    "萬": 10**4,
    "億": 10**8,
    "亿": 10**8,
    "兆": 10**12,
}

PERCENT = frozenset(
    [
        "%",
        "percent",
        "percentage",
        "prozent",
        "procent",
        "porcentaje",
        "percentuale",
        "procents",
        "pct",
    ]
)
CURRENCIES: dict[str, str] = {
    "$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd", "dólar": "usd", "dólares": "usd",
    "dollaro": "usd", "dollari": "usd", "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur",
    "£": "gbp", "gbp": "gbp", "pound": "gbp", "pounds": "gbp", "pfund": "gbp", "livres": "gbp",
    "libras": "gbp", "sterling": "gbp", "¥": "yen", "jpy": "yen", "yen": "yen", "円": "yen",
    "yuan": "yuan", "rmb": "yuan", "cny": "yuan", "元": "yuan", "₹": "inr", "inr": "inr",
    "rupee": "inr", "rupees": "inr", "₩": "krw", "krw": "krw", "won": "krw", "chf": "chf",
    "franken": "chf", "francs": "chf", "kroner": "kr", "kronor": "kr", "krone": "kr", "krona": "kr",
    "kronen": "kr", "zloty": "pln", "zlotys": "pln", "pesos": "peso", "reais": "brl", "shekels": "ils",
    "lira": "try", "baht": "thb", "dirhams": "aed", "riyals": "sar", "rubles": "rub", "roubles": "rub",
    "rubel": "rub", "ringgit": "myr", "rupiah": "idr",
}  # fmt: skip

ABOUT = frozenset(
    {
        "about", "around", "roughly", "approximately", "some", "circa", "ca", "ca.", "~", "almost",
        "etwa", "rund", "ungefähr", "environ", "près de", "autour de", "unos", "unas", "cerca de",
        "aproximadamente", "quasi", "ongeveer", "zo'n",
    }
)  # fmt: skip
ABOVE = frozenset(
    {
        "over", "above", "exceeding", "more than", "at least", "über", "mehr als", "mindestens",
        "plus de", "au moins", "más de", "al menos", "oltre", "più di", "mais de", "meer dan",
    }
)  # fmt: skip
BELOW = frozenset(
    {
        "under", "below", "nearly", "less than", "fewer than", "up to", "unter", "knapp", "fast",
        "weniger als", "bis zu", "moins de", "presque", "casi", "menos de", "meno di", "minder dan",
    }
)  # fmt: skip
JOINERS = frozenset(
    [
        "-",
        "–",
        "—",
        "to",
        "and",
        "or",
        "bis",
        "und",
        "oder",
        "à",
        "a",
        "y",
        "o",
        "e",
        "et",
        "ou",
        "tot",
        "en",
    ]
)

# Months and weekdays are facts: they are compared across languages by number.
MONTHS = _months(
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)


def _weekdays(*languages: str) -> dict[str, int]:
    return {name: number for names in languages for number, name in enumerate(names.split())}


WEEKDAYS = _weekdays(
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
