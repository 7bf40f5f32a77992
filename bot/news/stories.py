"""
From entries to stories: what changes when new entries arrive. Pure; a second run changes nothing.

Shared stories are grouped from catalogue entries alone. A workspace's own feeds form an overlay:

- own entries that resemble no shared story open stories of their own ("s_…", `workspace_id` set);
- own entries that resemble a shared story make a *copy* of it for that workspace ("w_…"), which
  holds the shared entries and the own ones. The shared story stays as it is for everybody else.

Nothing of a workspace ever touches a shared story. The copy's id contains the shared story's, so
`event_id` leads from one to the other, and `for_workspace` shows one workspace each event once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.news.cluster import assign
from bot.news.entry import Entry
from bot.news.revise import novelty
from bot.news.story import Revision, Story
from bot.news.text import opening
from bot.news.topic import Topic
from bot.news.topic_tags import tag


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
    """Return the id of the story that an entry opens: "s_" and 12 hex digits."""
    return "s_" + hashlib.sha256(first_entry_id.encode()).hexdigest()[:12]


def overlay_id(shared_id: str, workspace_id: str) -> str:
    """Return the id of a workspace's copy of a shared story: "w_", the shared digits, the workspace's."""
    own = hashlib.sha256(workspace_id.encode()).hexdigest()[:8]
    return f"w_{shared_id.removeprefix('s_')}_{own}"


def event_id(any_story_id: str) -> str:
    """Return the shared id behind a workspace's copy; other ids stay. What was told is known by it."""
    return "s_" + any_story_id.split("_")[1] if any_story_id.startswith("w_") else any_story_id


def may_see(story: Story, workspace_id: str) -> bool:
    """
    Return whether a story may be shown in the conversations of a workspace.

    Whatever story id comes in with a click or stands in a recorded request is held to this, where it
    is looked up; "no" is answered like an id that nobody knows.
    """
    return story.workspace_id in {None, workspace_id}


def for_workspace(stories: Iterable[Story], workspace_id: str | None) -> list[Story]:
    """Return what one workspace sees: shared stories and its own, a copy in place of its original."""
    visible = [story for story in stories if story.workspace_id in {None, workspace_id}]
    copied = {event_id(story.id) for story in visible if story.id.startswith("w_")}
    return [story for story in visible if story.id not in copied]


def group(
    known: Sequence[Story], entries: Iterable[Entry], workspaces: Iterable[str] = ()
) -> Grouping:
    """
    Return the stories that new entries open, change or join together.

    Args:
        known: Stories of the window, shared ones and those of the workspaces concerned.
        entries: Accepted entries; those already in a story are passed over.
        workspaces: Whose copies are to follow the shared stories even without own new entries.
    """
    by_workspace: dict[str | None, list[Entry]] = defaultdict(list)
    for entry in _in_order(entries):
        by_workspace[entry.workspace_id].append(entry)
    shared = [story for story in known if story.workspace_id is None]
    grouping = _group_shared(shared, by_workspace.pop(None, []))
    current = {story.id: story for story in (*shared, *grouping.changed)}
    current = {key: story for key, story in current.items() if key not in grouping.merged}
    changed, merged = list(grouping.changed), dict(grouping.merged)
    own_workspaces = {story.workspace_id for story in known if story.workspace_id}
    for workspace in sorted({*workspaces, *own_workspaces, *filter(None, by_workspace)}):
        own = [story for story in known if story.workspace_id == workspace]
        result = _group_own(workspace, current, own, by_workspace.get(workspace, []), merged)
        changed += result.changed
        merged |= result.merged
    return Grouping(changed=tuple(sorted(changed, key=lambda story: story.id)), merged=merged)


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
        changed.append(_combine(target, None, parts, joining[target]))
    return Grouping(changed=tuple(changed), merged=merged)


def _group_own(
    workspace: str,
    shared: Mapping[str, Story],
    own: Sequence[Story],
    entries: Sequence[Entry],
    merged_shared: Mapping[str, str],
) -> Grouping:
    """Place one workspace's entries among the shared stories and its own; see the module's text."""
    new = _unplaced(own, entries)
    group_key = {story.id: _followed(event_id(story.id), merged_shared) for story in own}
    members: dict[str, dict[str, Entry]] = {
        key: {entry.id: entry for entry in story.entries} for key, story in shared.items()
    }
    for story in own:
        held = members.setdefault(group_key[story.id], {})
        held.update({entry.id: entry for entry in story.entries})
    groups = {key: tuple(held.values()) for key, held in members.items()}
    assignment = assign(groups, new, fixed=frozenset(shared))
    joining: dict[str, list[Entry]] = defaultdict(list)
    for entry in new:
        joining[assignment.group_of[entry.id]].append(entry)
    held_by: dict[str, list[Story]] = defaultdict(list)
    for story in own:
        key = group_key[story.id]
        held_by[assignment.merged.get(key, key)].append(story)
    changed: list[Story] = []
    merged: dict[str, str] = {}
    for key in sorted({*joining, *held_by}):
        story = _own_story(workspace, key, shared.get(key), held_by[key], joining[key])
        if story not in held_by[key]:
            changed.append(story)
        merged |= {old.id: story.id for old in held_by[key] if old.id != story.id}
    return Grouping(changed=tuple(changed), merged=merged)


def _own_story(
    workspace: str, key: str, shared: Story | None, held: Sequence[Story], new: Sequence[Entry]
) -> Story:
    """Return a workspace's story of one group: a copy of *shared* when there is one, else its own."""
    copies = [story.id for story in held if story.id.startswith("w_")]
    if shared is not None:
        target = overlay_id(shared.id, workspace)
    elif copies:  # the shared story is older than the window; its copy goes on
        target = copies[0]
    else:
        target = _plain_id(key, {story.id: story for story in held})
    parts = [story for story in held if story.id == target]
    if shared is not None and not parts:
        parts = [shared]
    parts += [story for story in held if story.id != target]
    have = {entry.id for part in parts for entry in part.entries}
    later = [entry for entry in (shared.entries if shared else ()) if entry.id not in have]
    return _combine(target, workspace, parts, [*later, *new])


def _unplaced(stories: Iterable[Story], entries: Iterable[Entry]) -> list[Entry]:
    placed = {entry.id for story in stories for entry in story.entries}
    return [entry for entry in entries if entry.id not in placed]


def _plain_id(group_key: str, known: Mapping[str, Story]) -> str:
    return group_key if group_key in known else story_id(group_key)


def _followed(key: str, merged: Mapping[str, str]) -> str:
    return merged.get(key, key)


def _combine(
    target: str, workspace: str | None, parts: Sequence[Story], new: Sequence[Entry]
) -> Story:
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
        workspace_id=workspace,
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
