"""`plainwire status`: how the bot stands, from the database alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.options import FormatOption
from bot.cli.output import Format, print_json, run_async

if TYPE_CHECKING:
    from bot.app.status import Status
    from bot.digest.delivery import Delivery
    from bot.digest.preference import Channel
    from bot.errors import StorageError

_SHOWN = 10


def status(format_: FormatOption = Format.TEXT) -> None:
    """Show channels and their next digests, the last week's deliveries, unfinished work, feeds, cost."""
    found = run_async(_read())
    if format_ is Format.JSON:
        print_json(_as_json(found))
    else:
        typer.echo("\n".join(_lines(found)))


async def _read() -> Status:
    from bot.app.short import database_for_one_job
    from bot.app.status import read_status
    from bot.clock import SystemClock
    from bot.settings import load_settings

    settings = load_settings()
    async with database_for_one_job(settings) as database:
        return await read_status(settings, database, SystemClock().now())


def _lines(found: Status) -> Iterator[str]:
    if found.trouble is not None:
        yield f"Database: {found.trouble.what}"
        yield f"  {found.trouble.next_step}"
        yield ""
    yield from _channel_lines(found)
    yield ""
    yield _week_line(found)
    for row in found.missed[:_SHOWN]:
        yield f"  {row.key} {found.name_of(row.key.workspace_id, row.key.channel_id)} {row.state.value}: {row.reason}"
    yield from _more(len(found.missed))
    yield from _work_lines(found)
    yield from _feed_lines(found)
    yield _model_line(found)
    for workspace_id, seen in found.others.items():
        yield (
            f"Another Plainwire posted with the same token in {workspace_id} ({seen.channel_id}, "
            f"{seen.when}); `plainwire doctor` says what to do"
        )


def _channel_lines(found: Status) -> Iterator[str]:
    on = [channel for channel in found.channels if channel.preference.on]
    if not on:
        yield "No channel has a digest yet. Switch one on: plainwire channels on '#CHANNEL'"
        return
    yield f"Channels with a digest: {len(on)} (off: {len(found.channels) - len(on)}). Next digests:"
    for channel in on[:_SHOWN]:
        yield f"  #{channel.name} ({channel.channel_id}): {_next(channel)}"
    yield from _more(len(on))


def _next(channel: Channel) -> str:
    if channel.state_reason:
        return f"stopped: {channel.state_reason}"
    if channel.next_due_at is None:
        return "none is due"
    return _local(channel.next_due_at, channel.preference.zone)


def _local(at: datetime, zone_name: str) -> str:
    from bot.digest.zones import UnknownZone, zone

    try:
        return f"{at.astimezone(zone(zone_name)):%a %d %b %H:%M} ({zone_name})"
    except UnknownZone:
        return f"{at:%a %d %b %H:%M} UTC (the zone {zone_name} is not known)"


def _week_line(found: Status) -> str:
    if not found.deliveries:
        return "Deliveries of the last 7 days: none"
    counts = sorted(found.deliveries.items(), key=lambda item: item[0].value)
    words = ", ".join(f"{count} {state.value}" for state, count in counts)
    return f"Deliveries of the last 7 days: {words}"


def _work_lines(found: Status) -> Iterator[str]:
    if not found.unfinished and not found.requests:
        yield "Unfinished work: none"
    else:
        from bot.app.finding import counted

        deliveries = counted(len(found.unfinished), "delivery", "deliveries")
        asked = counted(len(found.requests), "question or command", "questions or commands")
        yield f"Unfinished work: {deliveries}, {asked}"
    for row in found.unfinished[:_SHOWN]:
        yield f"  {row.key} {found.name_of(row.key.workspace_id, row.key.channel_id)} {_stand(row)}"
    yield from _more(len(found.unfinished))
    if found.jobs is not None:
        jobs = ", ".join(f"{count} {state}" for state, count in sorted(found.jobs.by_state.items()))
        yield f"Workers: {found.jobs.workers} alive; jobs: {jobs or 'none'}"


def _stand(row: Delivery) -> str:
    wait = f", not before {row.not_before:%H:%M:%S} UTC" if row.not_before else ""
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.state.value} (tries: {row.tries}{wait}){reason}"


def _feed_lines(found: Status) -> Iterator[str]:
    failing = found.failing
    yield f"Feeds: {len(found.feeds)}, of which {len(failing)} fail"
    for one in failing[:_SHOWN]:
        why = "gone for good" if one.poll.gone else f"{one.poll.failures} times in a row"
        yield f"  {one.feed.name}: {why} ({one.poll.last_error or 'did not answer'})"
    yield from _more(len(failing))


def _model_line(found: Status) -> str:
    calls = sum(total.calls for total in found.usage)
    failed = sum(total.calls for total in found.usage if total.outcome != "ok")
    unpriced = sum(total.unpriced for total in found.usage)
    limit = f" of {found.budget_usd:.2f}" if found.budget_usd is not None else ""
    missing = f" (without {unpriced} calls whose price is not known)" if unpriced else ""
    return (
        f"Model today (UTC): {calls} calls, {failed} without an answer; cost "
        f"{found.spent_usd:.2f}{limit} USD{missing}"
    )


def _more(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"  ... and {count - _SHOWN} more (--format json shows all)"


def _as_json(found: Status) -> dict[str, Any]:
    return {
        "at": found.at.isoformat(),
        "database": _trouble_json(found.trouble),
        "channels": [_channel_json(channel) for channel in found.channels],
        "deliveries_last_week": {state.value: n for state, n in found.deliveries.items()},
        "unfinished": [_delivery_json(row) for row in found.unfinished],
        "missed": [_delivery_json(row) for row in found.missed],
        "unanswered": [
            {"kind": one.kind.value, "state": one.state.value, "received_at": _iso(one.received_at)}
            for one in found.requests
        ],
        "feeds": {
            "all": len(found.feeds),
            "failing": [
                {
                    "name": one.feed.name,
                    "url": one.feed.url,
                    "failures": one.poll.failures,
                    "gone": one.poll.gone,
                    "error": one.poll.last_error,
                }
                for one in found.failing
            ],
        },
        "model_today": {
            "calls": {total.outcome: total.calls for total in found.usage},
            "spent_usd": round(found.spent_usd, 6),
            "budget_usd": found.budget_usd,
            "unpriced_calls": sum(total.unpriced for total in found.usage),
        },
        "other_instances": [
            {
                "workspace_id": name,
                "instance": seen.instance,
                "channel_id": seen.channel_id,
                "at": seen.at,
            }
            for name, seen in found.others.items()
        ],
        "jobs": None
        if found.jobs is None
        else {"by_state": found.jobs.by_state, "workers": found.jobs.workers},
    }


def _trouble_json(trouble: StorageError | None) -> dict[str, Any]:
    if trouble is None:
        return {"writable": True, "reason": None, "what": "", "next_step": ""}
    return {
        "writable": False,
        "reason": trouble.reason,
        "what": trouble.what,
        "next_step": trouble.next_step,
    }


def _channel_json(channel: Channel) -> dict[str, Any]:
    return {
        "workspace_id": channel.workspace_id,
        "channel_id": channel.channel_id,
        "name": channel.name,
        "on": channel.preference.on,
        "next_due_at": _iso(channel.next_due_at),
        "stopped": channel.state_reason,
    }


def _delivery_json(row: Delivery) -> dict[str, Any]:
    return {
        "delivery": str(row.key),
        "state": row.state.value,
        "due_at": _iso(row.due_at),
        "not_before": _iso(row.not_before),
        "tries": row.tries,
        "reason": row.reason,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
