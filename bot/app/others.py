"""What `doctor` finds out about another Plainwire that posts with the same token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.app.instance import sightings
from bot.app.slack_side import SlackSide
from bot.digest.preference import Channel
from bot.errors import SlackError
from bot.slack.instances import Sighting
from bot.slack.look import others_in
from storage.database import Database

RECENT = timedelta(days=3)
# One call of conversations.history each.
MOST_CHANNELS = 5
TAKE_OVER = (
    "Stop one of the two; `plainwire run --take-over` lets this one go on, and the other one stops."
)


async def find_others(
    slack: SlackSide, database: Database, channels: Sequence[Channel]
) -> tuple[list[str], list[str]]:
    """
    Look into the history of channels with a digest, and at what a running bot has seen.

    Args:
        slack: Already open.
        database: Of this instance.
        channels: Those with a digest.

    Returns:
        A sentence for each workspace in which another instance posted within three days, and the
        names of channels that could not be read.
    """
    found = {name: seen for name, seen in (await sightings(database)).items() if _is_recent(seen)}
    unread = []
    for channel in channels[:MOST_CHANNELS]:
        try:
            seen = await others_in(slack.clients, channel.workspace_id, channel.channel_id)
        except SlackError:
            unread.append(f"#{channel.name}")
            continue
        for one in filter(_is_recent, seen):
            known = found.get(channel.workspace_id)
            if known is None or known.at < one.at:
                found[channel.workspace_id] = one
    return [_sentence(name, seen) for name, seen in found.items()], unread


def _is_recent(seen: Sighting) -> bool:
    return datetime.now(UTC).timestamp() - seen.at < RECENT.total_seconds()


def _sentence(workspace_id: str, seen: Sighting) -> str:
    return (
        f"Another Plainwire, with a database of its own, posted in the workspace {workspace_id} "
        f"with the same token (in {seen.channel_id} at {seen.when})."
    )
