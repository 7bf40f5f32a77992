"""
All settings, as one typed table, read from the environment and `.env`, validated all at once.

Every field is documented in docs/configuration.md; a test compares the two.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.setting_kinds import (
    azure_url,
    database_address,
    fernet_keys,
    http_url,
    networks,
    public_address,
    slack_url,
    starts_with,
)

SLACK_API_URL = "https://slack.com/api/"
DEFAULT_DATABASE_URL = "sqlite:///plainwire-data/plainwire.db"
# Entra ID audience of Azure's v1 API; older resources expect https://cognitiveservices.azure.com/.default
AZURE_SCOPE = "https://ai.azure.com/.default"
# Between the end of the longest call to Slack and the moment when others look for its post.
ABANDONED_MARGIN_SECONDS = 1.0


# By alias and by name; comma-separated in the environment.
_LISTS = (
    "PLAINWIRE_ALLOW_PRIVATE",
    "allow_private",
    "PLAINWIRE_TRUSTED_PROXIES",
    "trusted_proxies",
)
Seconds = Annotated[float, Field(gt=0, le=7 * 24 * 3600)]


class Settings(BaseSettings):
    """
    What the operator sets.

    A field's environment variable is its `alias`; an empty variable counts as not set.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    # Slack
    slack_bot_token: Annotated[SecretStr, starts_with("xoxb-", "Bot User OAuth Token")] | None = (
        Field(None, alias="SLACK_BOT_TOKEN")
    )
    slack_app_token: Annotated[SecretStr, starts_with("xapp-", "App-Level Token")] | None = Field(
        None, alias="SLACK_APP_TOKEN"
    )
    slack_signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_client_id: str | None = Field(None, alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(None, alias="SLACK_CLIENT_SECRET")
    slack_api_url: Annotated[str, AfterValidator(slack_url)] = Field(
        SLACK_API_URL, alias="SLACK_API_URL"
    )
    command_prefix: str = Field(
        "", pattern=r"^(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)?$", alias="PLAINWIRE_COMMAND_PREFIX"
    )

    # HTTP mode
    public_url: Annotated[str, AfterValidator(public_address)] | None = Field(
        None, alias="PLAINWIRE_PUBLIC_URL"
    )
    http_host: str = Field("127.0.0.1", alias="PLAINWIRE_HTTP_HOST")
    http_port: int = Field(3000, ge=0, le=65_535, alias="PLAINWIRE_HTTP_PORT")
    metrics_port: int | None = Field(None, ge=0, le=65_535, alias="PLAINWIRE_METRICS_PORT")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, AfterValidator(networks)] = Field(
        (), alias="PLAINWIRE_TRUSTED_PROXIES"
    )

    # The model
    azure_endpoint: Annotated[str, AfterValidator(azure_url)] | None = Field(
        None, alias="AZURE_OPENAI_ENDPOINT"
    )
    azure_api_key: SecretStr | None = Field(None, alias="AZURE_OPENAI_API_KEY")
    azure_deployment: str | None = Field(None, alias="AZURE_OPENAI_DEPLOYMENT")
    azure_scope: str = Field(AZURE_SCOPE, alias="AZURE_OPENAI_SCOPE")
    azure_effort: Literal["none", "minimal", "low", "medium", "high"] | None = Field(
        None, alias="AZURE_OPENAI_EFFORT"
    )
    model_timeout_seconds: Seconds = Field(60.0, alias="PLAINWIRE_MODEL_TIMEOUT_SECONDS")
    model_concurrency: int = Field(4, ge=1, le=64, alias="PLAINWIRE_MODEL_CONCURRENCY")
    daily_budget_usd: float | None = Field(None, gt=0, alias="PLAINWIRE_DAILY_BUDGET_USD")

    # The database
    database_url: Annotated[str, AfterValidator(database_address)] = Field(
        database_address(DEFAULT_DATABASE_URL), alias="DATABASE_URL"
    )
    encryption_key: Annotated[SecretStr, AfterValidator(fernet_keys)] | None = Field(
        None, alias="PLAINWIRE_ENCRYPTION_KEY"
    )
    retention_days: int = Field(90, ge=15, le=3650, alias="PLAINWIRE_RETENTION_DAYS")
    delivery_retention_days: int = Field(
        400, ge=30, le=3650, alias="PLAINWIRE_DELIVERY_RETENTION_DAYS"
    )

    # Reading the news
    fetch_timeout_seconds: Seconds = Field(20.0, alias="PLAINWIRE_FETCH_TIMEOUT_SECONDS")
    read_pages: bool = Field(True, alias="PLAINWIRE_READ_PAGES")
    allow_private: Annotated[tuple[str, ...], NoDecode] = Field((), alias="PLAINWIRE_ALLOW_PRIVATE")
    outbound_proxy: Annotated[str, AfterValidator(http_url)] | None = Field(
        None, alias="PLAINWIRE_OUTBOUND_PROXY"
    )
    contact_url: Annotated[str, AfterValidator(http_url)] = Field(
        "https://github.com/plainwire/plainwire", alias="PLAINWIRE_CONTACT_URL"
    )

    # Delivering
    catch_up_seconds: Seconds = Field(3 * 3600.0, alias="PLAINWIRE_CATCH_UP_SECONDS")
    unknown_outcome: Literal["missed", "repeat"] = Field(
        "missed", alias="PLAINWIRE_UNKNOWN_OUTCOME"
    )
    prepare_ahead_seconds: Seconds = Field(1800.0, alias="PLAINWIRE_PREPARE_AHEAD_SECONDS")
    tick_seconds: Seconds = Field(5.0, alias="PLAINWIRE_TICK_SECONDS")
    collect_seconds: Seconds = Field(60.0, alias="PLAINWIRE_COLLECT_SECONDS")
    sweep_seconds: Seconds = Field(15.0, alias="PLAINWIRE_SWEEP_SECONDS")
    settle_seconds: Seconds = Field(5.0, alias="PLAINWIRE_SETTLE_SECONDS")
    abandoned_seconds: Seconds = Field(120.0, alias="PLAINWIRE_ABANDONED_SECONDS")
    retry_seconds: Seconds = Field(15.0, alias="PLAINWIRE_RETRY_SECONDS")
    slack_timeout_seconds: Seconds = Field(30.0, alias="PLAINWIRE_SLACK_TIMEOUT_SECONDS")

    # Answering
    thread_retention_days: int = Field(7, ge=1, le=365, alias="PLAINWIRE_THREAD_RETENTION_DAYS")
    question_seconds: Seconds = Field(600.0, alias="PLAINWIRE_QUESTION_SECONDS")

    # Running
    workers: int = Field(32, ge=1, le=256, alias="PLAINWIRE_WORKERS")
    grace_seconds: Seconds = Field(5.0, alias="PLAINWIRE_GRACE_SECONDS")
    takeover_seconds: Seconds = Field(30.0, alias="PLAINWIRE_TAKEOVER_SECONDS")

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="PLAINWIRE_LOG_LEVEL"
    )
    log_format: Literal["console", "json"] = Field("console", alias="PLAINWIRE_LOG_FORMAT")

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: object) -> object:
        if isinstance(values, dict):
            for name in _LISTS:
                if isinstance(values.get(name), str):
                    parts = (part.strip() for part in values[name].split(","))
                    values[name] = tuple(part for part in parts if part)
        return values

    @model_validator(mode="after")
    def _azure_is_whole(self) -> Self:
        if self.azure_endpoint and not self.azure_deployment:
            raise ValueError(
                "AZURE_OPENAI_DEPLOYMENT is missing: set it to the name of your deployment"
            )
        if self.azure_deployment and not self.azure_endpoint:
            raise ValueError("AZURE_OPENAI_ENDPOINT is missing: copy it from your Azure resource")
        return self

    @model_validator(mode="after")
    def _oauth_is_whole(self) -> Self:
        if self.slack_client_id and not self.slack_client_secret:
            raise ValueError("SLACK_CLIENT_SECRET is missing: copy it from Basic Information")
        if self.slack_client_secret and not self.slack_client_id:
            raise ValueError("SLACK_CLIENT_ID is missing: copy it from Basic Information")
        return self

    @model_validator(mode="after")
    def _posts_end_before_they_are_abandoned(self) -> Self:
        # Else a process could look for a post, not find it, and post again while the first one's
        # call is still under way.
        if self.abandoned_seconds < self.slack_timeout_seconds + ABANDONED_MARGIN_SECONDS:
            raise ValueError(
                "PLAINWIRE_ABANDONED_SECONDS must be at least "
                f"{ABANDONED_MARGIN_SECONDS:g} s longer than PLAINWIRE_SLACK_TIMEOUT_SECONDS"
            )
        return self

    @property
    def is_cluster(self) -> bool:
        """Return True when the database is a server, so that many processes can share the work."""
        return not self.database_url.startswith("sqlite")

    @property
    def is_http(self) -> bool:
        """Return True when Slack sends events to a public address, False for Socket Mode."""
        return self.public_url is not None

    @property
    def has_oauth(self) -> bool:
        """Return True when workspaces install the app by themselves."""
        return self.is_http and self.slack_client_id is not None

    @property
    def has_model(self) -> bool:
        """Return True when a model is configured; whether it answers is another matter."""
        return self.azure_endpoint is not None

    @property
    def sqlite_path(self) -> Path | None:
        """Return the file of an SQLite database; None for a server or a memory database."""
        scheme, _, rest = self.database_url.partition("://")
        path = rest.partition("?")[0]
        if not scheme.startswith("sqlite") or path in {"", "/", "/:memory:"}:
            return None
        return Path(path[1:])

    @property
    def key_path(self) -> Path:
        """Return where a generated encryption key is kept: beside the SQLite file."""
        folder = self.sqlite_path.parent if self.sqlite_path else Path("plainwire-data")
        return folder / "encryption.key"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before `.env`; no other place."""
        return init_settings, env_settings, dotenv_settings


def load_settings(**overrides: object) -> Settings:
    """
    Read and validate all settings.

    Raises:
        SettingsError: Names every setting that is missing or wrong, one per line, never its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic validates them
    except ValidationError as error:
        raise SettingsError(
            "Some settings cannot be used:\n" + "\n".join(_sentences(error)),
            next_step="Change them in the environment or in .env (docs/configuration.md).",
        ) from None  # the chained error would print the values


def _sentences(error: ValidationError) -> list[str]:
    sentences = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        what = problem["msg"].removeprefix("Value error, ")
        sentences.append(f"  {name}: {what}." if name else f"  {what}.")
    return sentences


def setting_names() -> list[str]:
    """Return the environment variable of every setting, in the order of the table."""
    return [str(field.alias) for field in Settings.model_fields.values()]


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return one sentence for each PLAINWIRE_ variable that is no setting, with the likely name."""
    names = setting_names()
    sentences = []
    for name in sorted(environment):
        if name.startswith("PLAINWIRE_") and name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            sentences.append(f"{name} is not a setting of Plainwire.{hint}")
    return sentences
