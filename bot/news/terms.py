"""The words of an entry as grouping and likeness count them: title twice, opening once, pairs too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from bot.news.text import opening, tokens, word_set

# Stems that most AI headlines share: they say the trade, not the event.
_TRADE_WORDS = word_set(
    "ai artificial intelligenc model system tool company start-up startup technology tech new use user "
    "launch releas announc introduc unveil report plan make work research team data people year week "
    "month day today first open generativ languag llm agent assistant chatbot app softwar product "
    "servic custom busines develop train million billion percent world industri market gpt openai "
    "googl microsoft meta ki ia"
)  # fmt: skip


@lru_cache(maxsize=512)  # likeness asks for the same few again and again
def term_counts(
    title: str, text: str, language: str, bigram_weight: float = 0.5
) -> Mapping[str, float]:
    """Return how often each word and word pair stands in a title (twice) and a text's opening."""
    counts: dict[str, float] = defaultdict(float)
    title_words = tokens(title[:300], language)
    for found, weight in ((title_words, 2.0), (tokens(opening(text), language), 1.0)):
        for word in found:
            counts[word] += weight
        for pair in pairwise(found):
            counts[" ".join(pair)] += weight * bigram_weight
    return dict(counts)


def is_trade_word(term: str) -> bool:
    """Return whether a word (or every word of a pair) is one that most AI headlines share."""
    return all(word in _TRADE_WORDS for word in term.split(" "))
