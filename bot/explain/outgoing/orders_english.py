"""
Orders in English, as patterns (see `order_pattern`). Pure data.

BEGINS matches where an imperative stands; ANYWHERE is an order wherever it stands.
"""

from __future__ import annotations

from bot.explain.outgoing.order_pattern import words

_THINGS = (
    r"(?:accounts?|passwords?|passphrases?|passcodes?|identity|id|credentials?|e-?mails?|log-?ins?|sign-?ins?|wallets?|"
    r"seed|recovery|phrases?|codes?|tokens?|keys?|cards?|payments?|billing|bank|details|workspaces?|sessions?|access|"
    r"subscriptions?|profiles?|devices?|phones?|numbers?|pin|2fa|mfa|licen[cs]es?|permissions?|slack|membership|"
    r"integration|connection|authori[sz]ation|installation|request|invitation|mailbox|inbox|registration)\b"
)
_NO_NOUN = (
    r"(?!\s(?:pages?|screens?|flows?|process(?:es)?|buttons?|forms?|names?|prompts?|attempts?|links?|options?|methods?|data|events|requests?|"
    r"systems?|details|token|codes?|bugs?|errors?)\b)"
    r"(?!\swith\s[\w']+(?:\s[\w']+)?\s(?:is|was|are|now|will|has|comes|coming|gets|can|lets|adds|supports?|works?|becomes?|"
    r"could|may|rolls?|arrives?|launche[sd]|goes|expands?|feature|buttons?)\b)"
)
_SIGN = (
    rf"(?:sign|log)[\s-]?(?:back\s)?(?:in|on|out and)\b(?!-){_NO_NOUN}|re-?log-?in\b|re-?sign\b|(?:re-?)?authenticate\b|"
    r"re-?authori[sz]e\b|re-?connect\b|re-?link\b|re-?activate\b|re-?enter\b|re-?verify\b|re-?confirm\b|re-?validate\b|"
    r"(?:visit|go to|open|use)\s(?:[\w'-]+\s){0,4}?(?:to|and)\s(?:sign|log)[\s-](?:back\s)?in\b"
)
# What only its owner should touch; a phone or an e-mail address is also what products are told to use.
_SECRETS = (
    r"(?:accounts?|passwords?|passphrases?|passcodes?|identity|credentials?|log-?ins?|sign-?ins?|wallets?|seed|recovery|phrases?|"
    r"codes?|tokens?|keys?|cards?|payments?|billing|bank|details|workspaces?|sessions?|access|subscriptions?|pin|2fa|mfa|"
    r"licen[cs]es?|slack|membership|mailbox)\b"
)
_VERIFY = (
    r"(?:confirm|verify|validate|authori[sz]e|reset|renew|unlock|restore|activate|enter|provide|submit|approve|accept|grant|"
    rf"register|type(?: in)?|tell us|give us|send us|reveal|fill in)\s{words(3)}(?:your|ur)\s{words(2)}{_THINGS}|"
    rf"(?:update|share|change|complete|allow|enable|secure|protect|check|review|back\s?up|export|import|upload)\s{words(3)}"
    rf"(?:your|ur)\s{words(2)}{_SECRETS}|(?:connect|link)\s{words(3)}(?:your|ur)\s{words(2)}"
    r"(?:accounts?|wallets?|bank|workspaces?|slack|cards?)\b|"
    r"(?:confirm|verify|validate|authori[sz]e|enter|submit|approve|accept|grant|unlock|type(?: in)?)\s"
    rf"(?:(?:the|this|that|all|it|an?)\s)?{words(2)}{_THINGS}|(?:claim|redeem|collect)\s{words(2)}"
    r"(?:your|now)\b|(?:confirm|verify|activate|authori[sz]e|approve)\s(?:now|here|it|this|that it is you|that you)\b"
)
_COMMANDS = (
    r"(?:commands?|scripts?|snippets?|installer|curl|wget|bash|zsh|powershell|iex|cmd|npx|npm|pip3?|pipx|sudo|apt|apt-get|"
    r"terminal|executable|attachment|macros?|one-liner|brew|yarn|conda|[\w-]+\.(?:exe|msi|dmg|pkg|bat|ps1|vbs|scr|apk|jar))\b"
)
_PASTE = (
    rf"(?:paste|copy and paste|copy-paste|copy, paste)\s{words(4)}(?:this|the|it|following|commands?|code|line|text|link|below|"
    rf"into|in|your)\b|copy\s(?:this|the|that|your|following)\s{words(2)}(?:commands?|code|lines?|text|link|key|token|phrase|"
    r"passwords?|snippet|string)\b"
)
_RUN = (
    rf"(?:run|execute|launch|type|enter)\s{words(4)}{_COMMANDS}|use\s(?:this|the|our)\s{words(2)}(?:commands?|scripts?|installer)\b|"
    r"(?:run|execute)\s(?:this|the following|the file)\b(?:\s(?:now|in|on|file|code|as|to|:)|:|$)|"
    r"(?:run|execute)\sit\s(?:now\b|as\s(?:root|admin)|in\s(?:a|the|your)\s(?:terminal|shell|console))|"
    rf"(?:type|enter|paste|run)\s{words(5)}(?:into|in)\s(?:your|a|the)\s(?:shell|terminal|console|command line)\b|"
    rf"open\s{words(3)}(?:terminal|powershell|command prompt|console|shell|run dialog)\b|(?:curl|wget|sudo|iex|irm)\s\S|"
    r"(?:pip3?|pipx|npm|npx|yarn|brew|apt|apt-get|conda|cargo|docker)\s(?:install|i|add|run|exec)\s\S|npx\s\S"
)
_INSTALL = (
    r"(?:install|re-?install|download)\s(?!(?:speeds?|limits?|counts?|numbers?|figures|managers?|pages?|base|process|rates?|links?|"
    r"of|is|was|has|times?)\b)\S|get\sthe\s(?:app|update|patch|extension|tool)\s(?:now|here|from)\b"
)
_CALL = (
    r"(?:call|phone|ring|dial|text|whatsapp|contact|message|e-?mail|write to|reach|speak to)\s(?:yes\b|us\b|me\b|this (?:number|line)|"
    r"the (?:number|hotline|help ?desk|support)|our\b|your\b|support\b|help ?desk|hotline|now\b|today\b|immediately|toll|"
    r"\+?\(?\d[\d\s().-]{3,}\d|it support|customer (?:support|service)|slack support)"
)
_MONEY = (
    r"(?:[$€£¥₿]\s?\d|\d[\d.,]*\s?(?:btc|eth|sol|xmr|usdt|usdc|usd|eur|gbp|dollars?|euros?|pounds?|bitcoins?|ether|monero|"
    r"dogecoin|[$€£])|bitcoins?\b|btc\b|ether(?:eum)?\b|crypto\w*|money\b|funds\b|gift cards?|"
    rf"(?:the|a|an|your|this|our|any)\s{words(2)}(?:fees?|invoices?|ransom|bills?|deposit|fine|amount|balance|charge|payment|coins?)\b)"
)
_PAY = (
    rf"(?:pay|send|transfer|wire|deposit|donate|remit|buy|purchase|top up)\s{words(3)}(?:{_MONEY}|now\b(?!, pay later)|here\b|"
    r"to (?:this|the following|our|my)\b)"
)
_CLICK = (
    rf"(?:click|tap|press|double-click|hit|push|use|scan|follow|open|visit|go to|head (?:over )?to|browse to|navigate to)\s{words(4)}"
    r"(?:here\b|(?:this|the|our|following|attached)\s(?:[\w-]+\s){0,2}?(?:link|button|page|site|website|portal|qr|qr-code|form|"
    r"attachment|url|address|file)\b|below\b|qr\b)|(?:click|tap|scan|follow|open|visit)\s{words(4)}links?\b|"
    rf"(?:visit|go to|open|follow|head (?:over )?to|browse to|navigate to)\s{words(3)}[\w-]+(?:\.[\w-]+)+|(?:click|tap)\s(?:on|to|now)\b|"
    r"press\s(?:the\s)?(?:windows|win|ctrl|control|cmd)\b|forward\s(?:this|it)\b|donate\s(?:now|to|here)\b|give us a (?:call|ring)\b|"
    rf"(?:disable|turn off|switch off|deactivate)\s{words(2)}(?:2fa|mfa|two-factor|anti-?virus|firewall|security|protection|defender)\b|"
    rf"add\s{words(3)}to\syour\s(?:slack|workspace)\b|fill (?:in|out)\s{words(3)}(?:form|details|below)\b|help us (?:verify|confirm)\b"
)
_REPLY = rf"(?:reply|respond|answer|write back|send)\s{words(3)}(?:with\s)?{words(2)}(?:your|my|the)\s{words(1)}(?:password|code|pin|credentials?|key|token|seed|card)\b"
_ALARM = (
    r"(?:action|attention) (?:is )?(?:required|needed)\b|act now\b|hurry\b[,!]|(?:urgent|immediate) action\b|"
    r"(?:(?:immediate|urgent|new|fresh) )?(?:re-?authori[sz]ation|re-?authentication|account verification|sign[\s-]?in|log[\s-]?in|password reset|verification)\s"
    r"(?:is\s)?(?:required|needed|necessary)(?:\s(?:to (?:keep|continue|avoid|restore)|now|again)|\s?[.!:]|$)|"
    r"password (?:change|update|confirmation) (?:is )?(?:required|needed|necessary)\b|"
    rf"(?:would|do) you mind (?:(?:sign|logg)ing (?:back )?in\b|(?:confirm|verify|enter|authori[sz]|provid|shar|send)ing\s{words(2)}your\b)"
)
_MORE = (
    rf"(?:give|hand|send|tell|post|message|text|e-?mail)\s{words(3)}your\s{words(2)}(?:passwords?|passphrases?|passcodes?|credentials?|"
    r"seed|recovery|codes?|pin|cards?|tokens?|keys?|bank)\b|"
    rf"(?:authori[sz]e|approve|allow|reconnect)\s{words(2)}(?:apps?|bots?|applications?)\b|"
    r"scan\s(?:the|this|a|our)\s(?:[\w-]+\s)?(?:code|qr|barcode|image)\b|"
    r"(?:reply|respond|answer|text)\s(?:with\s)?(?:yes|ja|oui|si|stop|ok|now)\b|"
    rf"(?:update|upgrade|patch)\s{words(3)}(?:browsers?|apps?|client|software|devices?|phones?|system|extensions?|plug-?ins?|drivers?)\s"
    r"(?:now|today|immediately|at once|here)\b|"
    rf"(?:run|execute)\s{words(2)}(?:code|file|program|app)\s(?:below|above|now|here)\b|"
    r"(?:run|execute|type|enter)\s(?:rm|chmod|dd|ssh|nc|regsvr32|rundll32|msiexec)\s|(?:run|execute|type)\s[\"“']\w|"
    r"use\s(?:pip3?|npm|npx|brew|apt|curl|wget)\b"
)
_ENGLISH = (_SIGN, _VERIFY, _PASTE, _RUN, _INSTALL, _CALL, _PAY, _CLICK, _REPLY, _MORE)
_ORDERED = "|".join(_ENGLISH)
_YOU_MUST = (
    r"\b(?:you(?:'ll| will)? (?:must|need to|have to|are (?:required|asked|requested|urged|obliged) to)|you(?:'ve| have) got to|"
    r"make sure (?:to|you)|be sure to|do(?:n't| not) forget to|remember to|it(?:'s| is) time to|time to|"
    r"we (?:\w+ )?(?:ask|need|require|want|urge) (?:you to|that you)|last chance to|you have (?:until|\w{1,8}) \w{1,12} to|failure to|unless you|"
    r"if you (?:do not|don't|fail to)|(?:important|necessary|mandatory|essential|required|vital|urgent) (?:that you|for you to)|"
    r"(?:editors?|administrators?|admins?|it department|security team|support|team|slack|publishers?|newsroom|plainwire)\s(?:\w+\s)?"
    r"(?:asks?|requires?|wants?|urges?|needs?|requests?)\s(?:all readers|readers|you|everyone|members)\sto|(?:everyone|everybody|all of you|all (?:readers|members|recipients|subscribers|users) here|"
    r"readers|the reader|recipients|(?:members|users|subscribers|admins?) of (?:this|the) (?:channel|workspace|digest)) "
    r"(?:must|needs? to|ha(?:s|ve) to|should|(?:is|are) (?:required|asked|requested) to)|please|kindly|pls)"
    rf"\s{words(2)}(?:{_ORDERED})|\b(?:please|kindly|pls)\s(?:\w+\s)?(?:confirm|verify|authenticate|validate|pay|install|"
    r"download|call|reply|respond|subscribe|renew|update|log in|sign in)\b\s?(?:[.!,;:]|$)|"
    rf"\b(?:we|i)\s(?:need|want|require)\s{words(1)}your\s{words(2)}(?:passwords?|passphrases?|credentials?|codes?|pin|seed|cards?)\b"
)
_ALL_MUST = (
    r"^(?![^\n]{0,400}\b(?:says?|said|according|told|reports?|reported|announced|law|court|regulator)\b)(?:all|slack) (?:\w+\s)?"
    rf"(?:users|members|employees|customers|staff|admins?|administrators|owners|subscribers)\s{words(3)}"
    rf"(?:must|needs? to|ha(?:s|ve) to|should|are (?:required|asked|requested) to)\s{words(1)}(?:{_ORDERED})|"
    rf"\bplainwire\b[^.]{{0,120}}?\b(?:re-?authori\w+|sign\w* (?:back )?in|log\w* (?:back )?in|verif\w+|confirm\w*|re-?connect\w*|password|pay|install|paste)\b|"
    rf"\b(?:re-?authori\w+|sign\w* (?:back )?in|log\w* (?:back )?in|verify|confirm|re-?connect\w*|password|pay|install|paste)\b[^.]{{0,120}}?\bplainwire\b"
)
_YOU_SHOULD = (
    rf"^(?!why|how|what|when|whether|if|[^.]{{0,80}}\b(?:say|says|said|warn|warns|advise|advises|recommends?)\b)[^.]{{0,80}}"
    rf"\byou (?:should|ought to|had better)\s{words(1)}(?:{_ORDERED})"
)
_YOUR_ACCOUNT = (
    rf"\b(?:your|ur)\s{words(2)}(?:accounts?|workspace|session|subscription|password|access|profile|mailbox|wallet|log-?in|"
    rf"licen[cs]e|digest|membership|token|credentials?|slack|device|payment)\s{words(2)}(?:must|needs? to|ha(?:s|ve) to|will|is about to|"
    rf"has been|have been|was|were|is|are|expires?|expired|requires?)\b\s?{words(3)}(?:re-?authori\w+|authori[sz]\w+|re-?connect\w*|"
    r"verif\w+|confirm\w+|suspend\w*|lock\w*|deactivat\w+|disabl\w+|expir\w+|block\w*|delet\w+|clos\w+|terminat\w+|"
    r"compromis\w+|renew\w*|sign\w* in|log\w* in|on hold|at risk|declin\w+|revok\w+|fail\w+|required|needed)|"
    r"\byour (?:session|password|access|token|subscription|account|workspace)(?:'s)? (?:has |have |is |was )?(?:expire[sd]?|been)\b"
)
_THIS = r"(?:this (?:daily )?(?:digest|slack (?:workspace|channel)|workspace|bot)|your (?:daily )?digest)"
_THIS_DIGEST = (
    rf"\b{_THIS}\b[^.]{{0,120}}?\b(?:re-?authori\w+|sign\w*(?: back)? in|log\w*(?: back)? in|verif\w+|confirm\w*|re-?connect\w*|"
    r"password|expir\w+|install|paste|pay|re-?activat\w+)\b|"
    r"\b(?:re-?authori\w+|sign\w*(?: back)? in|log\w*(?: back)? in|verif\w+|confirm\w*|re-?connect\w*|password|pay|re-?activat\w+)\b"
    rf"[^.]{{0,120}}?\b{_THIS}\b|"
    r"\bto (?:keep|continue|go on|resume) (?:receiving|getting|using|reading)\b[^.]{0,60}\b(?:this|these|your|it)\b|"
    r"\bto (?:keep|receive|continue|resume) (?:this|your) (?:digest|subscription|channel)\b"
)
_SHELL = (
    r"\b(?:curl|wget|iwr|irm|invoke-webrequest)\s[^|\n]{1,200}\|\s?(?:sudo\s)?(?:ba|z|k|da|fi)?sh\b|\|\s?iex\b|"
    r"\bpowershell(?:\.exe)?\s-\w|\b(?:ba|z)?sh\s-c\s|\b(?:ba|z)?sh\s<\(|\bsudo\s(?:rm|curl|apt|bash|sh|wget)\b|\bmshta\s"
)

BEGINS = (_ORDERED, _ALARM)
ANYWHERE = (_YOU_MUST, _ALL_MUST, _YOU_SHOULD, _YOUR_ACCOUNT, _THIS_DIGEST, _SHELL)
