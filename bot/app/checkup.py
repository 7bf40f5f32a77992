"""What `plainwire doctor` examines: each check gives findings, each failure says what to do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

from bot.app.check_feeds import check_feeds
from bot.app.check_scopes import check_scopes
from bot.app.finding import Finding, State, counted, failed
from bot.app.keys import require_fitting_key
from bot.app.newsroom import Newsroom, deployment_of, load_cipher, open_newsroom
from bot.app.others import TAKE_OVER, find_others
from bot.app.slack_side import SlackSide, open_slack
from bot.clock import SystemClock
from bot.digest.preference import Channel
from bot.errors import PlainwireError
from bot.model.azure import AzureModel
from bot.model.doctor import check_deployment
from bot.settings import Settings, unknown_settings
from bot.slack.connection import check_app_token
from storage.database import Database

_MAY_READ = "The bot has to be in the channel, with the history permissions of the manifest."


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield findings as they are made; never raises for what is wrong out there."""
    for finding in _settings(settings):
        yield finding
    try:
        database = await Database.open(settings.database_url, cipher=load_cipher(settings))
    except PlainwireError as error:
        yield failed("database", error)
        return
    async with database, open_newsroom(settings, database, SystemClock()) as newsroom:
        trouble = await database.write_trouble()
        yield (
            failed("database", trouble)
            if trouble is not None
            else Finding(area="database", state="ok", what=_database_words(settings))
        )
        try:
            await require_fitting_key(settings, database, thorough=True)
        except PlainwireError as error:
            # Asking Slack would need what cannot be read, and write with the wrong key.
            yield failed("database", error)
        else:
            async for finding in _slack(settings, newsroom, keep=trouble is None):
                yield finding
        yield await _model(settings, newsroom)
        for finding in await check_feeds(newsroom):
            yield finding


def _settings(settings: Settings) -> list[Finding]:
    findings = [
        Finding(area="settings", state="warning", what=sentence, next_step="Correct its name.")
        for sentence in unknown_settings(os.environ)
    ]
    if not findings:
        findings.append(Finding(area="settings", state="ok", what="All settings can be used."))
    if settings.sqlite_path is None and settings.encryption_key is None:
        findings.append(
            Finding(
                area="settings",
                state="failed",
                what="PLAINWIRE_ENCRYPTION_KEY is missing; a database server needs one.",
                next_step="Make one: python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'",
            )
        )
    return findings


def _database_words(settings: Settings) -> str:
    where = settings.sqlite_path or "the database server"
    return f"{where} can be read and written, and its schema is up to date."


async def _slack(settings: Settings, newsroom: Newsroom, *, keep: bool) -> AsyncIterator[Finding]:
    try:
        async with open_slack(settings, newsroom, keep=keep) as slack:
            if slack.own is None:
                yield _installed(len(slack.installed))
            else:
                yield Finding(
                    area="slack",
                    state="ok",
                    what=f"The bot token works in the workspace {slack.own.name}.",
                )
            for finding in await check_scopes(slack, settings.public_url):
                yield finding
            if settings.is_http:
                yield _http(settings)
            elif settings.slack_app_token is None:
                yield Finding(
                    area="slack",
                    state="failed",
                    what="SLACK_APP_TOKEN is missing.",
                    next_step="Make an App-Level Token with the scope connections:write.",
                )
            else:
                await check_app_token(slack.clients.for_token(None), settings.slack_app_token)
                yield Finding(area="slack", state="ok", what="Socket Mode can connect.")
            channels = await newsroom.database.channels.all()
            on = [channel for channel in channels if channel.preference.on]
            for finding in await _others(slack, newsroom, on):
                yield finding
            for channel in on:
                found = await slack.directory.info(channel.workspace_id, channel.channel_id)
                if found.is_member:
                    yield Finding(area="slack", state="ok", what=f"In #{found.name}.")
                else:
                    yield Finding(
                        area="slack",
                        state="failed",
                        what=f"Not a member of #{found.name}, which has a digest.",
                        next_step="Type /invite @plainwire in that channel.",
                    )
    except PlainwireError as error:
        yield failed("slack", error)


async def _others(slack: SlackSide, newsroom: Newsroom, channels: list[Channel]) -> list[Finding]:
    others, unread = await find_others(slack, newsroom.database, channels)
    findings = [
        Finding(area="slack", state="warning", what=sentence, next_step=TAKE_OVER)
        for sentence in others
    ]
    if unread and not others:
        what = f"Whether another Plainwire posts in {', '.join(unread)} cannot be read there."
        findings.append(Finding(area="slack", state="warning", what=what, next_step=_MAY_READ))
    elif channels and not others:
        what = "No other Plainwire posts with this token."
        findings.append(Finding(area="slack", state="ok", what=what))
    return findings


def _installed(workspaces: int) -> Finding:
    if workspaces:
        return Finding(
            area="slack", state="ok", what=f"Installed in {counted(workspaces, 'workspace')}."
        )
    return Finding(
        area="slack",
        state="warning",
        what="Not installed in any workspace yet.",
        next_step="Open /slack/install of the running bot in a browser.",
    )


def _http(settings: Settings) -> Finding:
    if settings.slack_signing_secret is None:
        return Finding(
            area="slack",
            state="failed",
            what="SLACK_SIGNING_SECRET is missing; HTTP mode needs it.",
            next_step="Copy it from Basic Information of your Slack app.",
        )
    return Finding(area="slack", state="ok", what=f"Slack sends events to {settings.public_url}.")


async def _model(settings: Settings, newsroom: Newsroom) -> Finding:
    deployment = deployment_of(settings)
    if deployment is None:
        return Finding(
            area="model",
            state="warning",
            what="No model is configured: digests will be extractive, and say so.",
            next_step="Set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_DEPLOYMENT.",
        )
    try:
        model = AzureModel(deployment, newsroom.database.usage, newsroom.clock)
    except PlainwireError as error:
        return failed("model", error)
    try:
        today = newsroom.clock.now().date()
        check = await check_deployment(model, today=today)
    finally:
        await model.aclose()
    first, *rest = check.sentences
    state: State = "ok" if check.ok else "failed"
    return Finding(area="model", state=state, what=first, next_step=" ".join(rest))
