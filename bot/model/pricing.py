"""What a call cost and when its model is switched off, by dated data files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from bot.model.reply import Tokens

_MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens; writing to the prompt cache costs like input unless said."""

    input: float
    cached: float
    output: float
    cache_write: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Prices and retirement dates by model name without its date suffix, with the day they were noted."""

    prices: Mapping[str, Price]
    prices_as_of: date
    retirements: Mapping[str, date]

    @staticmethod
    @cache
    def load() -> ModelFacts:
        prices, retirements = _toml("pricing.toml"), _toml("retirements.toml")
        return ModelFacts(
            prices={name: Price(**row) for name, row in prices["models"].items()},
            prices_as_of=prices["as_of"],
            retirements=retirements["models"],
        )

    def cost_usd(self, model: str, tokens: Tokens) -> float | None:
        """Return the price of one call, or None when model or counts are unknown."""
        price = self.prices.get(bare_name(model))
        if price is None or tokens.input_tokens is None or tokens.output_tokens is None:
            return None
        cached = min(tokens.cached_tokens or 0, tokens.input_tokens)
        written = min(tokens.cache_write_tokens or 0, tokens.input_tokens - cached)
        fresh = tokens.input_tokens - cached - written
        write_price = price.input if price.cache_write is None else price.cache_write
        total = fresh * price.input + cached * price.cached + written * write_price
        return (total + tokens.output_tokens * price.output) / _MILLION

    def retires_on(self, model: str) -> date | None:
        return self.retirements.get(bare_name(model))


def bare_name(model: str) -> str:
    """Return "gpt-5-mini" for "gpt-5-mini-2025-08-07"."""
    return _DATED.sub("", model.strip().lower())


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("bot.model").joinpath(name).read_text(encoding="utf-8"))
