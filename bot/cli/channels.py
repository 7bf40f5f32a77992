"""`plainwire channels`: switch a channel's digest on and off, and change it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli.options import FormatOption, checked
from bot.cli.output import Format, print_json, run_async
from bot.digest.notices import zone_is_no_place
from bot.digest.preference import Channel, Preference, Weekday
from bot.digest.typed import (
    parse_days,
    parse_language,
    parse_level,
    parse_stories,
    parse_time,
    parse_topics,
    parse_zone,
)

app = typer.Typer(help="Switch a channel's digest on and off, and change it.")

ChannelArgument = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Name or id.", show_default=False)
]


@app.command("on", short_help="Switch a channel's digest on, or change it.")
def on(
    channel: ChannelArgument,
    at: Annotated[
        str | None, typer.Option("--at", help="Local time, such as 09:00.", show_default=False)
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Time zone, such as Europe/Berlin.", show_default=False),
    ] = None,
    days: Annotated[
        str | None,
        typer.Option("--days", help="Such as mon-fri, daily or mon,wed.", show_default=False),
    ] = None,
    topics: Annotated[
        str | None,
        typer.Option(
            "--topics", help="Names, comma-separated; -NAME leaves one out.", show_default=False
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help="newcomer, practitioner or expert.", show_default=False),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Two-letter code.", show_default=False)
    ] = None,
    stories: Annotated[
        int | None, typer.Option("--stories", help="1 to 8.", show_default=False)
    ] = None,
) -> None:
    """Switch a channel's digest on, or change it; what is not named stays as it is."""
    given: dict[str, Any] = {
        "at": at and checked(parse_time(at), "at"),
        "zone": zone and checked(parse_zone(zone), "zone"),
        "days": days and checked(parse_days(days), "days"),
        "topics": topics and checked(parse_topics(topics), "topics"),
        "level": level and checked(parse_level(level), "level"),
        "language": language and checked(parse_language(language), "language"),
        "stories": None if stories is None else checked(parse_stories(str(stories)), "stories"),
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    stored = run_async(_on(channel, chosen))
    typer.echo(f"#{stored.name}: on, {describe(stored.preference)}.")
    if stored.next_due_at is not None:
        typer.echo(f"Next digest: {_local(stored)}.")
    if note := zone_is_no_place(stored.preference.zone):
        typer.echo(note)


async def _on(wanted: str, chosen: dict[str, Any]) -> Channel:
    from dataclasses import replace

    from bot.app.short import slack_for_one_job
    from bot.digest.setup import set_channel
    from bot.settings import load_settings

    settings = load_settings()
    async with slack_for_one_job(settings) as (newsroom, slack):
        found = await slack.directory.resolve(slack.installation.workspace_id, wanted)
        joined = await slack.directory.ensure_member(slack.installation.workspace_id, found)
        database = newsroom.database
        old = await database.channels.get(slack.installation.workspace_id, joined.id)
        preference = replace(old.preference if old else Preference(), **chosen, on=True)
        channel = replace(
            old
            or Channel(
                workspace_id=slack.installation.workspace_id,
                channel_id=joined.id,
                name=joined.name,
                preference=preference,
            ),
            name=joined.name,
            preference=preference,
            state_reason="",
        )
        return await set_channel(
            database.channels, database.deliveries, channel, newsroom.clock.now()
        )


@app.command("off")
def off(channel: ChannelArgument) -> None:
    """Switch a channel's digest off; its settings are kept."""
    name = run_async(_off(channel))
    typer.echo(f"#{name}: off.")


async def _off(wanted: str) -> str:
    from dataclasses import replace

    from bot.app.short import database_for_one_job
    from bot.clock import SystemClock
    from bot.digest.setup import set_channel
    from bot.errors import JobFailed
    from bot.settings import load_settings

    name = wanted.lstrip("#")
    now = SystemClock().now()
    async with database_for_one_job(load_settings()) as database:
        for channel in await database.channels.all():
            if name in {channel.channel_id, channel.name}:
                preference = replace(channel.preference, on=False)
                wanted_off = replace(channel, preference=preference, is_set_up=True)
                await set_channel(database.channels, database.deliveries, wanted_off, now)
                return channel.name
    raise JobFailed(f"#{name} has no digest.", next_step="See: plainwire channels list")


@app.command("list")
def list_(format_: FormatOption = Format.TEXT) -> None:
    """Show the channels that have a digest, and when the next one comes."""
    channels = run_async(_list())
    if format_ is Format.JSON:
        print_json([_as_json(channel) for channel in channels])
    elif not channels:
        typer.echo("No channel has a digest yet. Switch one on: plainwire channels on '#CHANNEL'")
    else:
        typer.echo("\n".join(_line(channel) for channel in channels))


async def _list() -> list[Channel]:
    from bot.app.short import database_for_one_job
    from bot.settings import load_settings

    async with database_for_one_job(load_settings()) as database:
        return await database.channels.all()


def _line(channel: Channel) -> str:
    state = f"next {_local(channel)}" if channel.next_due_at else "off"
    return f"#{channel.name} ({channel.channel_id}): {describe(channel.preference)}; {state}"


def describe(preference: Preference) -> str:
    """Return the preference in one line of words."""
    days = _days(preference.days)
    topics = "all topics" if len(preference.topics) == _all_topics() else _topics(preference)
    stories = "1 story" if preference.stories == 1 else f"{preference.stories} stories"
    return (
        f"{preference.at:%H:%M} {preference.zone}, {days}, {stories}, {preference.level.value}, "
        f"{preference.language}, {topics}"
    )


def _all_topics() -> int:
    from bot.news.topic import ALL_TOPICS

    return len(ALL_TOPICS)


def _topics(preference: Preference) -> str:
    return ", ".join(sorted(topic.label for topic in preference.topics))


def _days(days: frozenset[Weekday]) -> str:
    from bot.digest.preference import EVERY_DAY, WORKDAYS

    if days == EVERY_DAY:
        return "every day"
    if days == WORKDAYS:
        return "Monday to Friday"
    return ", ".join(day.name.capitalize() for day in sorted(days))


def _local(channel: Channel) -> str:
    from bot.digest.zones import zone

    assert channel.next_due_at is not None
    local = channel.next_due_at.astimezone(zone(channel.preference.zone))
    return f"{local:%a %d %b %H:%M} ({channel.preference.zone})"


def _as_json(channel: Channel) -> dict[str, Any]:
    wanted = channel.preference
    return {
        "workspace_id": channel.workspace_id,
        "channel_id": channel.channel_id,
        "name": channel.name,
        "on": wanted.on,
        "at": wanted.at.isoformat("minutes"),
        "zone": wanted.zone,
        "days": [day.name.lower() for day in sorted(wanted.days)],
        "topics": sorted(topic.value for topic in wanted.topics),
        "level": wanted.level.value,
        "stories": wanted.stories,
        "language": wanted.language,
        "next_due_at": channel.next_due_at.isoformat() if channel.next_due_at else None,
    }
