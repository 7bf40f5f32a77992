"""A submitted settings view, read back (pure): whose it is, the form, and the feeds to add and remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.digest.form import SettingsForm
from bot.render import ids


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedSettings:
    """
    What a settings view sends.

    Attributes:
        form: Raw strings; `bot/digest/form.py` reads them.
        add_feed: An address as typed, or "".
        remove_feeds: `ids.feed_key` of each feed to remove.
        share_feeds: `ids.feed_key` of each feed that is to serve the whole workspace.
    """

    target: ids.SettingsTarget
    form: SettingsForm
    add_feed: str = ""
    remove_feeds: tuple[str, ...] = ()
    share_feeds: tuple[str, ...] = ()


def read_settings(view: Mapping[str, Any]) -> SubmittedSettings | None:
    """Return what the `view` of a view_submission or block_actions says; None when it is not ours."""
    target = ids.parse_settings_metadata(str(view.get("private_metadata", "")))
    values = _dict(_dict(view.get("state")).get("values"))
    if target is None:
        return None
    found = form_values(values)
    add_feed, removed = found.pop("add_feed"), found.pop("remove_feeds")
    shared = found.pop("share_feeds")
    # mypy cannot check `**found`; `test_settings_view` names every field.
    form = SettingsForm(**found)
    return SubmittedSettings(
        target=target, form=form, add_feed=add_feed, remove_feeds=removed, share_feeds=shared
    )


def form_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return `view["state"]["values"]` as the arguments of `SettingsForm`, plus the three of the feeds.

    None stands for what the view does not show. The result has `add_feed` (str), `remove_feeds`
    and `share_feeds` (tuples of str) besides.
    """
    topics = [_ticked(values, block) for block in ids.SETTINGS_TOPIC_BLOCKS if block in values]
    muted = _ticked(values, "muted") if "muted" in values else None
    recap = _ticked(values, "weekly_recap") if "weekly_recap" in values else None
    return {
        "on": _chosen(values, "on"),
        "at": _typed(values, "at", "selected_time"),
        "zone": _typed(values, "zone", "value"),
        "days": _ticked(values, "days") if "days" in values else None,
        "topics": tuple(slug for group in topics for slug in group) if topics else None,
        "level": _chosen(values, "level"),
        "stories": _chosen(values, "stories"),
        "language": _chosen(values, "language"),
        "muted": None if muted is None else ",".join(muted),
        "thread_replies": _chosen(values, "thread_replies"),
        "weekly_recap": None if recap is None else ("on" if recap else "off"),
        "add_feed": (_typed(values, ids.SETTINGS_ADD_FEED, "value") or "").strip(),
        "remove_feeds": _ticked(values, ids.SETTINGS_REMOVE_FEEDS),
        "share_feeds": _ticked(values, ids.SETTINGS_SHARE_FEEDS),
    }


def _element(values: Mapping[str, Any], block_id: str) -> dict[str, Any]:
    return _dict(_dict(values.get(block_id)).get(ids.FIELD))


def _typed(values: Mapping[str, Any], block_id: str, name: str) -> str | None:
    """Return what was typed, "" when the field was emptied, None when there is no such field."""
    if block_id not in values:
        return None
    found = _element(values, block_id).get(name)
    return found if isinstance(found, str) else ""


def _chosen(values: Mapping[str, Any], block_id: str) -> str | None:
    found = _dict(_element(values, block_id).get("selected_option")).get("value")
    return found if isinstance(found, str) else None


def _ticked(values: Mapping[str, Any], block_id: str) -> tuple[str, ...]:
    options = _element(values, block_id).get("selected_options")
    if not isinstance(options, list):
        return ()
    found = (_dict(option).get("value") for option in options)
    return tuple(value for value in found if isinstance(value, str))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
