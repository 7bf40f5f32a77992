"""
Words by which AI news is known, as they stand in headlines; written by us.

Some words are enough alone. Names that also mean something else ("Gemini", "Claude", "Llama")
count only near a word of their own context.
"""

from __future__ import annotations

import re

# "AI" is judged by case: "ai" is a French verb ending and an Italian preposition. A CJK neighbour
# is no letter of the word, so the boundary is "no Latin letter or digit".
_BEFORE = r"(?<![A-Za-z0-9À-ÿ_])"
_AFTER = r"(?![A-Za-z0-9À-ÿ_])"

# Not news about artificial intelligence, though "AI" stands there.
_OTHER_AI = re.compile(
    r"Amnesty International|artificial insemination|Air India|Adobe Illustrator|"
    r"avian influenza|\bAI[- ]?(?:\d{2,4})\b|Appreciation Index|adequate intake",
    re.IGNORECASE,
)

_CASED = re.compile(
    _BEFORE
    + r"(?:AI|A\.I\.|AIs|GenAI|genAI|xAI|AGI(?=[^a-z]{0,80}(?:\bAI\b|intelligence))|LLMs?(?! degree| student| program)"
    r"|VLMs?|GPT-?\d[\w.]*|GPTs?|RLHF|ASI|XAI|NPUs?)" + _AFTER
)
# The same letters in other languages, each only where it is the word for AI.
_CASED_BY_LANGUAGE = {
    "de": "KI",
    "fr": "IA",
    "es": "IA",
    "pt": "IA",
    "it": "IA",
    "ca": "IA",
    "gl": "IA",
    "ro": "IA",
    "da": "KI",
    "no": "KI",
    "nb": "KI",
    "sv": "AI",
    "pl": "SI",
    "ru": "ИИ",
    "uk": "ШІ",
    "bg": "ИИ",
    "tr": "YZ",
    "cs": "UI",
    "vi": "TTNT",
}
_STRONG = re.compile(
    r"\b(?:artificial(?:ly)? (?:general |super)?intelligen(?:ce|t)|superintelligence|"
    r"apple intelligence|machine[- ]learning|deep[- ]learning|"
    r"reinforcement learning|neural net(?:work)?s?|chat-?bots?|language models?|"
    r"(?:foundation|frontier|diffusion|video|image|voice|speech|music|vision|audio|reasoning|multimodal|open-weights?|world|vision-language) models?|"
    r"text-to-(?:image|video|speech|3d|music)|speech(?:-to-text| recognition| synthesis)|"
    r"voice clon(?:e|es|ing)|face recognition|facial recognition|computer vision|machine translation|"
    r"image generators?|video generators?|music generators?|deep-?fakes?|prompt injections?|"
    r"prompt engineering|jailbreak(?:s|ing)? (?:of )?(?:chatgpt|claude|gemini|the model|models)|"
    r"fine-tun(?:e|es|ed|ing)|retrieval-augmented|vector databases?|open weights?|agentic|"
    r"(?:coding|voice|autonomous|research) agents?|coding assistants?|"
    r"ki-(?:modell|chip|system|start-?up|firma|bild|assistent|agent)\w*|(?:sprach|bild)-ki|context windows?|tokens of context|training data|"
    r"generative (?:model|art|tool|video|music|design|fill)s?|"
    r"openai|anthropic|deepmind|chatgpt|hugging ?face|midjourney|stable diffusion|stability ai|"
    r"dall-?e|deepseek|mistral ai|le chat|qwen ?\d?|ernie bot|kimi k\d|moonshot ai|zhipu|minimax m\d|"
    r"github copilot|microsoft copilot|copilot\+|notebooklm|character\.ai|elevenlabs|"
    r"perplexity ai|scale ai|inflection ai|ai21|eleuther(?:ai)?|claude (?:code|opus|sonnet|haiku|\d)|"
    r"gemini (?:pro|flash|ultra|nano|live|\d)|google gemini|llama[- ]?\d|meta ai|grok[- ]?\d|"
    r"gemma[- ]?\d|phi-\d|nano banana|veo ?\d|imagen ?\d|whisper model|tensorflow|pytorch|"
    r"sutskever|altman|amodei|hassabis|lecun|"
    # other languages
    r"künstliche[nrms]? intelligenz|maschinelle[nrms]? lernen|sprachmodell(?:e|en|s)?|"
    r"intelligence artificielle|apprentissage automatique|modèles? de langage|"
    r"inteligencia artificial|aprendizaje automático|modelos? de lenguaje|"
    r"inteligência artificial|intelligenza artificiale|modell[oi] linguistic[oi]|"
    r"kunstmatige intelligentie|taalmodel(?:len)?|kunstig intelligens|artificiell intelligens|"
    r"sztuczn(?:a|ej|ą) inteligencj[aiąę]|umělá inteligence|mesterséges intelligencia|yapay zek[aâ]|"
    r"tekoäly\w*|искусственн\w+ интеллект\w*|нейросет\w+|штучн\w+ інтелект\w*|trí tuệ nhân tạo)\b"
    r"|人工智能|人工智慧|人工知能|生成式|生成AI|大模型|大規模言語モデル|机器学习|機械学習|深度学习|"
    r"チャットGPT|인공지능|생성형|챗GPT|챗봇|"
    # Arabic writes "the", "by", "for" and "and" as part of the word
    r"ذكاء (?:ال)?[إا]صطناعي|(?:شات|تشات) ?جي ?بي ?تي|चैटजीपीटी|एआई(?![\u0900-\u097f])|"
    r"בינה מלאכותית|कृत्रिम बुद्धिमत्ता|ปัญญาประดิษฐ์",
    re.IGNORECASE,
)
# A name, and the words near which it means the AI product.
_IN_CONTEXT = (
    (
        re.compile(r"\bGemini\b"),
        re.compile(
            r"\bgoogle|deepmind|\bmodel|\bassistant|\bapp\b|\bbot\b|\bprompt|android|workspace", re.IGNORECASE
        ),
    ),
    (
        re.compile(r"\bClaude\b(?! (?:Monet|Debussy|Juncker|Makélélé|Lelouch))"),
        re.compile(
            r"\bmodel|\bassistant|\bcod(?:e|ing)\b|\bprompt|\bagent|\bbot\b|\btoken|\bapi\b", re.IGNORECASE
        ),
    ),
    (
        re.compile(r"\b(?:Llama|LLaMA)\b"),
        re.compile(r"\bmeta\b|\bmodel|\bopen[- ](?:source|weight)|\btoken", re.IGNORECASE),
    ),
    (
        re.compile(r"\bMistral\b"),
        re.compile(r"\bmodel|\bstart-?up|\bfrench (?:lab|tech)|\bAPI\b|\bopen[- ]weight", re.IGNORECASE),
    ),
    (
        re.compile(r"\bCopilot\b"),
        re.compile(r"microsoft|github|\boffice\b|\bexcel\b|\boutlook\b|windows|365|\bcode\b|\bassistant", re.IGNORECASE),
    ),
    (
        re.compile(r"\bGrok\b"),
        re.compile(r"\bmusk|\bxai\b|\bx\b|\bmodel|\bbot\b|\bassistant|twitter", re.IGNORECASE),
    ),
    (
        re.compile(r"\bPerplexity\b"),
        re.compile(r"\bsearch|\bbrowser|\bstart-?up|\bcomet\b|\banswer|\bpublisher|\bsue", re.IGNORECASE),
    ),
    (
        re.compile(r"\bCursor\b"),
        re.compile(r"\bcod(?:e|ing)\b|\banysphere|\beditor|\bdeveloper", re.IGNORECASE),
    ),
    (
        re.compile(r"\bSora\b"),
        re.compile(r"\bvideo|\bgenerat|\bmodel", re.IGNORECASE),
    ),
    (
        re.compile(r"\b(?:Nvidia|NVIDIA|TSMC|AMD|Cerebras|Groq|CoreWeave)\b"),
        re.compile(
            r"\btraining\b|\binference|\bdata ?cent(?:er|re)|\baccelerator|\bh[12]00\b|blackwell|"
            r"\brubin\b|\bmodels\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(r"\b(?:Alexa|Siri|Cortana|Bixby|Bard|Runway|Cohere|Suno|Udio|Manus|Lovable)\b"),
        re.compile(
            r"\bassistant|\bmodel|\bgenerat|\bagent|\bprompt|\bmusic label|\bvoice\b", re.IGNORECASE
        ),
    ),
    (
        re.compile(r"\bRAG\b"),
        re.compile(r"\bretriev|\bmodel|\bembedding|\bcontext|\bdocument", re.IGNORECASE),
    ),
    (
        re.compile(r"\b(?:self-driving|driverless|robotaxis?|humanoid robots?)\b", re.IGNORECASE),
        re.compile(r"\bmodel|\bneural|\blearn|\btrained\b|\bsoftware\b", re.IGNORECASE),
    ),
)  # fmt: skip


def ai_hits(text: str, language: str = "en") -> int:
    """
    Return how many AI words a text carries; 0 means that nothing in it names the subject.

    Args:
        text: Title or opening, at most a few thousand characters.
        language: Two-letter code; decides which short form ("KI", "IA") counts.
    """
    clean = _OTHER_AI.sub(" ", text)
    hits = len(_CASED.findall(clean)) + len(_STRONG.findall(clean))
    own = _CASED_BY_LANGUAGE.get(language)
    if own:
        hits += len(re.findall(_BEFORE + own + r"(?![A-Za-z0-9À-ÿА-я])", clean))
    return hits + sum(
        bool(name.search(clean) and context.search(name.sub(" ", clean)))
        for name, context in _IN_CONTEXT
    )
