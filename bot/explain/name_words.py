"""Words that help to tell names from other capitalised words; data only."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Stand in any text about AI and say nothing by themselves.
FREE = _set("ai i ia id it ki ok pc tv")

# Common words that open a sentence (en, de, fr, es), beside those the sources have in lower case.
OPENERS = _set(
    "a after all also although an and another any anybody anyone anything as at auf avec because "
    "before both but by ce ces cette companies con cuando customers dans das der developers die "
    "donde during each eight ein eine el ella elle en er es eso estas esto estos even every "
    "everybody everyone everything few five for four from für he her here his how however if il "
    "im imagine in instead it its just la las le les less like los man many meanwhile mit more "
    "most much nine no nobody none nor not nothing now ohne on once one only or other our over où "
    "para people picture por pour quand que qui quien readers same sans seven several she sie sin "
    "since six so some somebody someone something still such sur teams ten that the their then "
    "there these they think this those though three today two un una under une unless uno until "
    "users wann was we weil wenn wer what when where whether which while who whoever why wie wir "
    "with within without wo yet you your"
)

# Groups of people, and the like, that texts let speak without the source's having the word.
GROUPS = _set(
    "agencies analysts answers artists authorities authors businesses buyers competitors costs "
    "courts critics doctors editors employees engineers executives experts figures firms "
    "governments insiders investors journalists judges lawmakers lawyers makers managers members "
    "newcomers observers officials opponents others outsiders owners politicians prices "
    "programmers regulators researchers results reviewers rivals scientists sellers staff "
    "students supporters teachers testers tests workers writers"
)

# Languages that write every noun with a capital: only what is surely a name is looked at.
NOUNS_CAPITALISED = _set("de lb")

# Who a model names when it makes something up: a name even alone at the start of a sentence, and in
# languages that write every noun with a capital.
FAMOUS = _set(
    "accenture adobe alibaba alphabet altman amazon amd amodei anthropic apple arm asml baidu bezos "
    "bloomberg broadcom bytedance cerebras chatgpt cisco claude cohere coreweave databricks deepmind "
    "deepseek dell elevenlabs ericsson facebook foxconn gemini github google grok groq hassabis huawei "
    "huang ibm infosys instagram intel jpmorgan lecun lenovo linkedin llama mercedes meta microsoft "
    "midjourney mistral musk nadella netflix nokia nvidia openai oracle palantir perplexity pichai "
    "qualcomm reddit reuters salesforce samsung sequoia servicenow shopify siemens snapchat snowflake "
    "softbank sony spotify starlink stargate stripe sutskever telekom tencent tesla thiel tiktok toyota "
    "trump tsmc twitter uber vodafone volkswagen walmart waymo whatsapp wikipedia xiaomi youtube "
    "zuckerberg beijing berlin brussels california china europe france germany india israel japan "
    "korea london moscow paris russia taiwan tokyo washington"
)
