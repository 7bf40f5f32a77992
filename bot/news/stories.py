"""
From entries to stories: what changes when new entries arrive. Pure; a second run changes nothing.

Shared stories are grouped from catalogue entries alone. Own feeds form layers on top of them: that of
a workspace, and on it those of single conversations. In each layer

- own entries that resemble no story of the wider layers open stories of their own;
- own entries that resemble a wider story make a *copy* of it in their layer, which holds the wider
  story's entries and the own ones. The wider story stays as it is for everybody else.

Nothing of a layer ever touches a wider one or its neighbour. `copy_of` leads from a copy to the event
that it copies, and `for_scope` shows each event once. The ids of own stories come from outside, for
they are random: nothing can be worked out from them, and only `copy_of` ties one to another.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.news.cluster import assign
from bot.news.entry import Entry
from bot.news.revise import novelty
from bot.news.scope import SHARED, Scope
from bot.news.shared_pages import survivor
from bot.news.story import Revision, Story
from bot.news.text import opening
from bot.news.topic import Topic
from bot.news.topic_tags import tag

NewId = Callable[[], str]
"""Draws the id of an own story: another one at each call, and never one that can be guessed."""
# What the ids of own stories begin with.
OWN_STORY: Final = "o_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """
    Attributes:
        changed: New and changed stories, whole, by id.
        merged: Id of a story that ended -> id of the story it became part of.
    """

    changed: tuple[Story, ...]
    merged: dict[str, str]


def story_id(first_entry_id: str) -> str:
    """Return the id of the shared story that an entry opens: "s_" and 12 hex digits."""
    return "s_" + hashlib.sha256(first_entry_id.encode()).hexdigest()[:12]


def is_own(story_id: str) -> bool:
    """Return whether an id is that of a story of own feeds."""
    return story_id.startswith(OWN_STORY)


def for_scope(stories: Iterable[Story], viewer: Scope) -> list[Story]:
    """Return what is seen in one place: each event once, a copy in place of what it copies."""
    around = viewer.around
    visible = [story for story in stories if story.scope in around]
    copied: set[str] = set()
    shown: set[str] = set()
    for scope in reversed(around):  # the narrowest first: a copy hides what is wider only
        there = [story for story in visible if story.scope == scope]
        shown |= {story.id for story in there if copied.isdisjoint({story.id, story.event_id})}
        copied |= {story.copy_of for story in there if story.copy_of}
    return [story for story in visible if story.id in shown]


def group(
    known: Sequence[Story],
    entries: Iterable[Entry],
    scopes: Iterable[Scope] = (),
    *,
    new_id: NewId,
) -> Grouping:
    """
    Return the stories that new entries open, change or join together.

    Args:
        known: Stories of the window, shared ones and those of the scopes concerned, with the wider
            ones that these see.
        entries: Accepted entries; those already in a story are passed over.
        scopes: Whose copies are to follow the wider stories even without own new entries.
        new_id: Gives each new own story its id.
    """
    by_scope: dict[Scope, list[Entry]] = defaultdict(list)
    for entry in _in_order(entries):
        by_scope[entry.scope].append(entry)
    shared = [story for story in known if story.scope == SHARED]
    grouping = _group_shared(shared, by_scope.get(SHARED, []))
    current = {story.id: story for story in known}
    changed, merged = _carried_over(current, grouping)
    layers = {*scopes, *by_scope, *(story.scope for story in known)} - {SHARED}
    for scope in sorted(layers):  # a workspace comes before its conversations
        own = [story for story in known if story.scope == scope]
        if not own and not by_scope.get(scope):
            continue
        below = for_scope((s for s in current.values() if s.scope != scope), scope)
        wider = {story.id: story for story in below}
        result = _group_own(scope, wider, own, by_scope.get(scope, []), merged, new_id)
        more_changed, more_merged = _carried_over(current, result)
        changed |= more_changed
        merged |= more_merged
    return Grouping(changed=tuple(changed[key] for key in sorted(changed)), merged=merged)


def _carried_over(
    current: dict[str, Story], grouping: Grouping
) -> tuple[dict[str, Story], dict[str, str]]:
    """Put a grouping into the stories as they are now; return it by id."""
    changed = {story.id: story for story in grouping.changed}
    current.update(changed)
    for ended in grouping.merged:
        current.pop(ended, None)
    return changed, dict(grouping.merged)


def _group_shared(known: Sequence[Story], entries: Sequence[Entry]) -> Grouping:
    by_id = {story.id: story for story in known}
    new = _unplaced(known, entries)
    assignment = assign({story.id: story.entries for story in known}, new)
    merged = {old: _plain_id(to, by_id) for old, to in assignment.merged.items() if old in by_id}
    joining: dict[str, list[Entry]] = defaultdict(list)
    for entry in new:
        joining[_plain_id(assignment.group_of[entry.id], by_id)].append(entry)
    changed = []
    for target in sorted({*joining, *merged.values()}):
        parts = [by_id[target]] if target in by_id else []
        parts += [by_id[old] for old, to in sorted(merged.items()) if to == target]
        changed.append(_combine(target, SHARED, parts, joining[target]))
    return Grouping(changed=tuple(changed), merged=merged)


def _group_own(
    scope: Scope,
    wider: Mapping[str, Story],
    own: Sequence[Story],
    entries: Sequence[Entry],
    merged_wider: Mapping[str, str],
    new_id: NewId,
) -> Grouping:
    """Place one layer's entries among the wider stories and its own; see the module's text."""
    new = _unplaced(own, entries)
    group_key = _group_keys(own, wider, merged_wider)
    members: dict[str, dict[str, Entry]] = {
        key: {entry.id: entry for entry in story.entries} for key, story in wider.items()
    }
    for story in own:
        held = members.setdefault(group_key[story.id], {})
        held.update({entry.id: entry for entry in story.entries})
    groups = {key: tuple(held.values()) for key, held in members.items()}
    assignment = assign(groups, new, fixed=frozenset(wider))
    joining: dict[str, list[Entry]] = defaultdict(list)
    for entry in new:
        joining[assignment.group_of[entry.id]].append(entry)
    held_by: dict[str, list[Story]] = defaultdict(list)
    for story in sorted(own, key=_seniority):
        key = group_key[story.id]
        held_by[assignment.merged.get(key, key)].append(story)
    changed: list[Story] = []
    merged: dict[str, str] = {}
    for key in sorted({*joining, *held_by}):
        story = _own_story(scope, wider.get(key), held_by[key], joining[key], new_id)
        if story not in held_by[key]:
            changed.append(story)
        merged |= {old.id: story.id for old in held_by[key] if old.id != story.id}
    return Grouping(changed=tuple(changed), merged=merged)


def _group_keys(
    own: Sequence[Story], wider: Mapping[str, Story], merged_wider: Mapping[str, str]
) -> dict[str, str]:
    """
    Return own story id -> the group it stands for: the wider story that it copies, else itself.

    The wider story may have become part of another, or be a copy itself by now.
    """
    by_event = {story.event_id: key for key, story in wider.items()} | {key: key for key in wider}
    keys = {}
    for story in own:
        event = survivor(story.event_id, merged_wider)
        keys[story.id] = by_event.get(event, event)
    return keys


def _seniority(story: Story) -> tuple[bool, datetime, str]:
    """Of several own stories that are one, a copy keeps its id, then the earliest."""
    return (story.copy_of is None, story.first_at, story.id)


def _own_story(
    scope: Scope,
    wider: Story | None,
    held: Sequence[Story],
    new: Sequence[Entry],
    new_id: NewId,
) -> Story:
    """Return a layer's story of one group: a copy of *wider* when there is one, else its own."""
    copies = [story for story in held if story.copy_of]
    if wider is not None:
        copy_of: str | None = wider.event_id
    else:  # a wider story that is older than the window: its copy goes on
        copy_of = copies[0].copy_of if copies else None
    parts = list(held)
    if wider is not None and not copies:
        parts.insert(0, wider)
    have = {entry.id for part in parts for entry in part.entries}
    later = [entry for entry in (wider.entries if wider else ()) if entry.id not in have]
    target = held[0].id if held else new_id()
    return replace(_combine(target, scope, parts, [*later, *new]), copy_of=copy_of)


def _unplaced(stories: Iterable[Story], entries: Iterable[Entry]) -> list[Entry]:
    placed = {entry.id for story in stories for entry in story.entries}
    return [entry for entry in entries if entry.id not in placed]


def _plain_id(group_key: str, known: Mapping[str, Story]) -> str:
    return group_key if group_key in known else story_id(group_key)


def _combine(target: str, scope: Scope, parts: Sequence[Story], new: Sequence[Entry]) -> Story:
    """
    Return one story made of known ones and new entries, told in the order of their instants.

    Stories that become one keep the larger revision number: that they are one is no news by itself,
    and a channel told either of them is told again only by what comes after.
    """
    told = _in_order(entry for part in parts for entry in part.entries)
    fresh = _in_order(new)
    if not told:
        told, fresh = fresh[:1], fresh[1:]
    story = Story(
        id=target,
        entries=tuple(told),
        topics=(),
        language=told[0].language,
        revisions=_joined_revisions(parts),
        scope=scope,
    )
    for entry in fresh:
        story = _extend(story, entry)
    return replace(story, topics=_topics(story))


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    unique: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        unique.setdefault(entry.id, entry)
    return list(unique.values())


def _joined_revisions(parts: Sequence[Story]) -> tuple[Revision, ...]:
    revisions: tuple[Revision, ...] = ()
    for part in parts:
        more = part.revisions[len(revisions) :]
        revisions += tuple(
            replace(revision, number=number)
            for number, revision in enumerate(more, start=len(revisions) + 2)
        )
    return revisions


def _extend(story: Story, entry: Entry) -> Story:
    found = novelty(story, entry)
    entries = tuple(_in_order((*story.entries, entry)))
    if found is None:
        return replace(story, entries=entries)
    kind, detail = found
    revision = Revision(
        number=story.revision + 1, entry_id=entry.id, at=entry.at, novelty=kind, detail=detail
    )
    return replace(story, entries=entries, revisions=(*story.revisions, revision))


def _topics(story: Story) -> tuple[Topic, ...]:
    """Tag by all titles and openings: several outlets together say best whom it concerns."""
    titles = " . ".join(entry.title for entry in story.entries[:8])
    return tag(f"{titles} . {titles}\n{' '.join(opening(e.text) for e in story.entries[:8])}")
