"""Orders of all languages in two patterns, and the words around them (see `orders`). Pure data."""

from __future__ import annotations

from bot.explain.outgoing import orders_elsewhere, orders_english
from bot.explain.outgoing.order_pattern import pattern

# Where an imperative stands; and wherever in a sentence.
BEGINS = pattern(*orders_english.BEGINS, *orders_elsewhere.BEGINS)
ANYWHERE = pattern(*orders_english.ANYWHERE, *orders_elsewhere.ANYWHERE)
# Polite words and the like that stand before an imperative.
LEADS = pattern(
    r"(?:(?:please|feel free to|kindly|pls|now|then|first|next|finally|just|simply|also|so|and|immediately|today|urgent(?:ly)?|attention|important|"
    r"warning|notice|reminder|alert|hello|hi|hey|dear (?:reader|user|customer|member|colleague|subscriber|all|team)s?|step \d|quick(?:ly)?|always|again|"
    r"to (?:do so|proceed|continue)|bitte|jetzt|sofort|nun|dann|zuerst|wichtig|achtung|dringend|veuillez|maintenant|ensuite|d'abord|urgent|"
    r"attention|important|por favor|ahora|luego|urgente|atencion|importante|primero|ora|subito|per favore|agora|nu|graag)"
    r"[\s,:!–—-]{1,4}){1,4}"
)
INTRODUCES = pattern(
    r"(?:to|if|should you|in order|before|after|when|once|for|otherwise|by|until|unless|due|because|since|as|dear|hello|hi|hey|attention|important|"
    r"urgent|warning|today|immediately|um|wenn|falls|damit|bevor|nachdem|sobald|weil|pour|si|afin|avant|apres|des que|para|antes|despues|cuando|"
    r"per|se|prima|dopo|om|als|voordat|security|your|ihr|ihre|votre|su|tu|readers|folks|team|reader|all|everyone|everybody|members|"
    r"users|subscribers|friends|colleagues|kolleg\w+|liebe|chers?|cheres|estimad\w+|queridos)\b"
)
# A quotation in news about fraud may hold an order; the sentence says whose it is.
REPORTED = pattern(
    r"phish|scam|fraud|\bfake|bogus|attack|hack|malware|malicious|criminal|victim|spoof|\blures?\b|trick|impersonat|thie(?:f|ves)|betrug|betrug|"
    r"angreif|gefalscht|arnaque|hameconn|pirates?\b|fraudul|estafa|fraude|truffa|golpe|oplicht|injection|\bprompts?\b"
)
REPORTS = pattern(
    r"\b(?:said|says?|saying|told|tells?|telling|asks?|asked|asking|reads?|reading|urg\w+|prompt\w*|invit\w*|instruct\w*|titled|labell?ed|claim\w*|"
    r"demand\w*|wrote|writes?|writing|schr(?:ie|ei)b\w*|lautet\w*|like|such as|with|word\w*|messages?|lines?|forder\w*|aufgeford\w*|sagt\w*|stand|steht|dit|disait|demand\w*|dice|pide|pedi\w*|dic[eo]\w*)\b"
)
