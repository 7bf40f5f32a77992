"""`plainwire deliver` and `plainwire redo`: one digest, now, by command."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import option_error, run_async, say

if TYPE_CHECKING:
    from bot.digest.delivery import Delivery
    from bot.digest.preference import Channel

ChannelArgument = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Name or id.", show_default=False)
]
DeliveryArgument = Annotated[
    str,
    typer.Argument(
        metavar="DELIVERY", help="WORKSPACE/CHANNEL/DATE, as `status` shows it.", show_default=False
    ),
]
DateOption = Annotated[
    str | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        help="The channel's local date; today by default.",
        show_default=False,
    ),
]


def deliver(channel: ChannelArgument, on: DateOption = None) -> None:
    """Post a channel's digest now, or go on with one that is not finished; never a second one."""
    wanted = None if on is None else _date(on)
    typer.echo(run_async(_deliver(channel, wanted)))


def redo(delivery: DeliveryArgument) -> None:
    """Start a digest again that was skipped or given up; what was posted stays single."""
    typer.echo(run_async(_redo(delivery)))


def _date(typed: str) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a local date has no zone
    except ValueError:
        raise option_error("date", f"{typed!r} is not a date such as 2026-03-02") from None


async def _deliver(wanted: str, on: date | None) -> str:
    from bot.app.one_delivery import deliver, open_desk, where
    from bot.settings import load_settings

    async with open_desk(load_settings(), say) as desk:
        channel, row = await deliver(desk, wanted, on)
        return _posted(channel, row, await where(desk, channel, row))


async def _redo(name: str) -> str:
    from bot.app.one_delivery import open_desk, redo, where
    from bot.settings import load_settings

    async with open_desk(load_settings(), say) as desk:
        channel, row = await redo(desk, name)
        return _posted(channel, row, await where(desk, channel, row))


def _posted(channel: Channel, row: Delivery, place: str) -> str:
    if row.reason:
        return f"The digest of {row.key.on} is in #{channel.name}: {row.reason} ({place})."
    stories = "1 story" if len(row.stories) == 1 else f"{len(row.stories)} stories"
    return f"Posted the digest of {row.key.on} in #{channel.name} ({stories}): {place}."
