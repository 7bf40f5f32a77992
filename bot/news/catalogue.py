"""A list of feeds written as TOML, checked: the shipped starter list, or an operator's own."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.errors import UsageError
from bot.news.feed import Feed
from bot.news.urlkey import outlet_of

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$", max_length=2_000)]
_Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")]


class _CatalogueFeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    url: _Address
    outlet: str = ""
    language: _Language = ""
    weight: float = Field(default=0.5, ge=0.0, le=1.0)
    only_ai: bool = False


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: tuple[_CatalogueFeed, ...]

    @model_validator(mode="after")
    def _each_once(self) -> _Catalogue:
        urls = [feed.url for feed in self.feeds]
        twice = sorted({url for url in urls if urls.count(url) > 1})
        if twice:
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return self


def read_catalogue(text: str, *, source: str = "the feed list") -> list[Feed]:
    """
    Return the feeds of a TOML document, in its order.

    Args:
        text: The document: `[[feeds]]` tables with name, url and, if wanted, outlet (else the
            address's owner), language, weight (0 to 1) and only_ai.
        source: How errors name it.

    Raises:
        UsageError: It is no TOML, or an entry is wrong; all wrong places are named at once.
    """
    try:
        catalogue = _Catalogue.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{source} is not valid TOML: {error}.", next_step="Correct it."
        ) from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(str(part) for part in found['loc']) or 'feeds'}: {found['msg']}"
            for found in error.errors()
        )
        raise UsageError(f"{source} has mistakes: {places}.", next_step="Correct them.") from error
    return [
        Feed(
            url=feed.url,
            name=feed.name,
            outlet=feed.outlet or outlet_of(feed.url),
            language=feed.language,
            weight=feed.weight,
            only_ai=feed.only_ai,
        )
        for feed in catalogue.feeds
    ]


def starter_feeds() -> list[Feed]:
    """Return the shipped list of AI-news feeds."""
    file = resources.files("bot.news").joinpath("starter_feeds.toml")
    return read_catalogue(file.read_text("utf-8"), source="starter_feeds.toml")
