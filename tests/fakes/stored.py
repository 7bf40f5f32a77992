"""Small valid values, and hypothesis strategies for every value that storage keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from pydantic import SecretStr

from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.feedback_record import Effect, Feedback, FeedbackKind
from bot.digest.preference import Channel, Preference, ThreadReplies, Weekday
from bot.explain.explanation import (
    ExplainedTerm,
    Explanation,
    ExplanationKey,
    Form,
    Level,
    Source,
)
from bot.model.port import Usage
from bot.news.entry import Entry, Page
from bot.news.feed import Feed, PollState
from bot.news.scope import SHARED, Scope
from bot.news.story import Revision, Story
from bot.news.topic import Topic

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_feed(name: str = "ledger", **changes: Any) -> Feed:
    values = {"url": f"https://{name}.example/feed", "name": name, "outlet": f"{name}.example"}
    return Feed(**{**values, **changes})


def make_entry(entry_id: str = "e1", **changes: Any) -> Entry:
    values = {
        "id": entry_id,
        "feed_url": "https://ledger.example/feed",
        "outlet": "ledger.example",
        "outlet_name": "The Ledger",
        "title": f"Headline of {entry_id}",
        "url": f"https://ledger.example/{entry_id}",
        "url_key": f"ledger.example/{entry_id}",
        "text": "A model was released.",
        "language": "en",
        "weight": 0.5,
        "seen_at": NOON,
        "published_at": NOON - timedelta(hours=1),
    }
    return Entry(**{**values, **changes})


def make_story(story_id: str = "s1", *entries: Entry, **changes: Any) -> Story:
    values = {
        "id": story_id,
        "entries": entries or (make_entry(f"{story_id}-1"),),
        "topics": (Topic.GENERAL,),
        "language": "en",
    }
    return Story(**{**values, **changes})


def make_explanation(**changes: Any) -> Explanation:
    key = ExplanationKey(
        story_id=changes.pop("story_id", "s1"),
        revision=changes.pop("revision", 1),
        form=Form.DIGEST,
        level=Level.NEWCOMER,
        language="en",
        prompt_version="p1",
        scope=changes.pop("scope", SHARED),
    )
    values = {
        "key": key,
        "headline": "A model was released",
        "means_for_reader": "",
        "in_short": "A lab released a model today.",
        "paragraphs": ("It is a language model.",),
        "terms": (ExplainedTerm(term="language model", meaning="a program that writes"),),
        "why_it_matters": None,
        "what_is_new": None,
        "topics": (Topic.GENERAL,),
        "sources": (Source(name="The Ledger", url="https://ledger.example/1"),),
        "basis": "summary",
        "written_by": "azure",
        "written_at": NOON,
    }
    return Explanation(**{**values, **changes})


def make_channel(channel_id: str = "C1", **changes: Any) -> Channel:
    values = {
        "workspace_id": "T1",
        "channel_id": channel_id,
        "name": f"name-of-{channel_id}",
        "preference": Preference(on=True),
        "set_up_by": "U1",
        "next_due_at": NOON,
        "switched_on_at": NOON - timedelta(days=1),
    }
    return Channel(**{**values, **changes})


def make_key(channel_id: str = "C1", on: date = date(2026, 3, 2)) -> DeliveryKey:
    return DeliveryKey(workspace_id="T1", channel_id=channel_id, on=on)


def make_request(source_key: str = "Ev1", **changes: Any) -> Request:
    values = {
        "source_key": source_key,
        "twin_key": f"C1:{source_key}",
        "kind": RequestKind.QUESTION,
        "workspace_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "text": "What is a token?",
        "received_at": NOON,
    }
    return Request(**{**values, **changes})


def make_turn(ts: str, user_id: str = "U1", **changes: Any) -> StoredTurn:
    """Return something said: by a person, or by us when *user_id* is ""."""
    values = {
        "role": "user" if user_id else "assistant",
        "text": f"text of {ts}",
        "ts": ts,
        "at": NOON,
        "user_id": user_id,
    }
    return StoredTurn(**{**values, **changes})


def make_memory(thread_ts: str = "1.0", *turns: StoredTurn, **changes: Any) -> ThreadMemory:
    key = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts=thread_ts)
    values = {"key": key, "turns": turns, "expires_at": NOON + timedelta(days=7)}
    return ThreadMemory(**{**values, **changes})


def make_feedback(feedback_id: str = "F1", **changes: Any) -> Feedback:
    values = {
        "id": feedback_id,
        "workspace_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "kind": FeedbackKind.MUTE,
        "at": NOON,
        "outlet": "ledger.example",
        "before": Preference(on=True),
    }
    return Feedback(**{**values, **changes})


def make_usage(**changes: Any) -> Usage:
    values = {
        "at": NOON,
        "purpose": "explain",
        "deployment": "main",
        "outcome": "ok",
        "latency_seconds": 1.5,
    }
    return Usage(**{**values, **changes})


# Everything that a database can hold: no NUL, no lone surrogates (they are taken out on the way).
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
instants = st.timedeltas(timedelta(days=-30_000), timedelta(days=60_000)).map(NOON.__add__)
topics = st.lists(st.sampled_from(Topic), min_size=1, max_size=3, unique=True).map(tuple)
workspaces = st.none() | st.sampled_from(["T1", "T2"])
scopes = st.sampled_from([SHARED, Scope("T1"), Scope("T2"), Scope("T1", "C1"), Scope("T1", "D1")])
counts = st.none() | st.integers(0, 10**9)
amounts = st.none() | st.floats(0, 1e6)
weights = st.floats(0, 1)

polls = st.builds(
    PollState,
    etag=st.none() | texts,
    last_modified=st.none() | texts,
    next_poll_at=st.none() | instants,
    last_success_at=st.none() | instants,
    last_error=st.none() | texts,
    failures=st.integers(0, 1000),
    moved_to=st.none() | texts,
    moved_seen=st.integers(0, 10),
    gone=st.booleans(),
)
feeds = st.builds(
    Feed,
    url=texts,
    name=texts,
    outlet=texts,
    language=texts,
    weight=weights,
    only_ai=st.booleans(),
    scope=scopes,
)
entries = st.builds(
    Entry,
    id=texts,
    feed_url=texts,
    outlet=texts,
    outlet_name=texts,
    title=texts,
    url=texts,
    url_key=texts,
    text=texts,
    language=texts,
    weight=weights,
    seen_at=instants,
    published_at=st.none() | instants,
    scope=scopes,
)
pages = st.builds(
    Page,
    source=texts,
    title=texts,
    text=texts,
    author=texts,
    published_at=st.none() | instants,
    canonical_url=texts,
    paywalled=st.booleans(),
    problems=st.lists(texts, max_size=3).map(tuple),
)
novelties = st.sampled_from(["figure", "date", "actor", "outcome", "retraction"])


@st.composite
def stories(draw: st.DrawFn) -> Story:
    told_by = draw(st.lists(entries, min_size=1, max_size=4, unique_by=lambda entry: entry.id))
    revisions = [
        Revision(
            number=number,
            entry_id=draw(texts),
            at=draw(instants),
            novelty=draw(novelties),
            detail=draw(texts),
        )
        for number in range(2, 2 + draw(st.integers(0, 3)))
    ]
    return Story(
        id=draw(texts),
        entries=tuple(sorted(told_by, key=lambda entry: entry.at)),
        topics=draw(topics),
        language=draw(texts),
        revisions=tuple(revisions),
        scope=draw(scopes),
        copy_of=draw(st.none() | texts),
    )


explanations = st.builds(
    Explanation,
    key=st.builds(
        ExplanationKey,
        story_id=texts,
        revision=st.integers(1, 1000),
        form=st.sampled_from(Form),
        level=st.sampled_from(Level),
        language=texts,
        prompt_version=texts,
        scope=scopes,
    ),
    headline=texts,
    means_for_reader=texts,
    in_short=texts,
    paragraphs=st.lists(texts, max_size=4).map(tuple),
    terms=st.lists(
        st.builds(ExplainedTerm, term=texts, meaning=texts, comparison=texts), max_size=3
    ).map(tuple),
    why_it_matters=st.none() | texts,
    what_is_new=st.none() | texts,
    topics=topics,
    sources=st.lists(
        st.builds(Source, name=texts, url=texts, paywalled=st.booleans()), min_size=1, max_size=3
    ).map(tuple),
    basis=st.sampled_from(["full text", "summary"]),
    written_by=st.sampled_from(["azure", "extractive"]),
    written_at=instants,
    dropped_sentences=st.integers(0, 50),
)
preferences = st.builds(
    Preference,
    on=st.booleans(),
    at=st.times(),
    zone=st.timezone_keys(),
    days=st.frozensets(st.sampled_from(Weekday)),
    topics=st.frozensets(st.sampled_from(Topic)),
    level=st.sampled_from(Level),
    stories=st.integers(1, 8),
    language=texts,
    muted_outlets=st.frozensets(texts, max_size=4),
    thread_replies=st.sampled_from(ThreadReplies),
    weekly_recap=st.booleans(),
    paused_until=st.none() | st.dates(),
    topic_weights=st.lists(st.tuples(st.sampled_from(Topic), st.floats(0.25, 2.0)), max_size=3).map(
        tuple
    ),
)
channels = st.builds(
    Channel,
    workspace_id=texts,
    channel_id=texts,
    name=texts,
    preference=preferences,
    set_up_by=texts,
    next_due_at=st.none() | instants,
    switched_on_at=st.none() | instants,
    greeted=st.booleans(),
    is_dm=st.booleans(),
    state_reason=texts,
    post_to_general_confirmed=st.booleans(),
)
keys = st.builds(DeliveryKey, workspace_id=texts, channel_id=texts, on=st.dates())
deliveries = st.builds(
    Delivery,
    key=keys,
    state=st.sampled_from(DeliveryState),
    attempt=st.just(1),
    due_at=instants,
    not_before=st.none() | instants,
    tries=st.integers(0, 1000),
    sending_at=st.none() | instants,
    sent_at=st.none() | instants,
    stories=st.lists(st.tuples(texts, st.integers(1, 100)), max_size=8).map(tuple),
    message=st.none() | texts,
    ts=st.none() | texts,
    reason=texts,
)
usages = st.builds(
    Usage,
    at=instants,
    purpose=st.sampled_from(["explain", "repair", "answer", "doctor"]),
    deployment=texts,
    outcome=texts,
    latency_seconds=weights,
    model=texts,
    first_token_seconds=amounts,
    input_tokens=counts,
    cached_tokens=counts,
    output_tokens=counts,
    reasoning_tokens=counts,
    cost_usd=amounts,
    request_id=texts,
    workspace_id=workspaces,
)
requests = st.builds(
    Request,
    source_key=texts,
    twin_key=texts,
    kind=st.sampled_from(RequestKind),
    workspace_id=texts,
    channel_id=texts,
    user_id=texts,
    text=st.text(max_size=50),
    received_at=instants,
    thread_ts=st.none() | texts,
    message_ts=st.none() | texts,
    private=st.booleans(),
    response_url=st.none() | texts.map(SecretStr),
    details=st.dictionaries(texts, texts, max_size=3),
    state=st.sampled_from(RequestState),
    attempt=st.integers(0, 1000),
    answer_ts=st.none() | texts,
    not_before=st.none() | instants,
    reason=texts,
)
turns = st.builds(
    StoredTurn,
    role=st.sampled_from(["user", "assistant"]),
    text=st.text(max_size=50),
    ts=texts,
    at=instants,
    user_id=texts,
    story_id=st.none() | texts,
)
memories = st.builds(
    ThreadMemory,
    key=st.builds(ThreadKey, workspace_id=texts, channel_id=texts, thread_ts=texts),
    stories=st.lists(st.tuples(st.integers(1, 8), texts, st.integers(1, 9)), max_size=3).map(tuple),
    explained=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    source_text=texts,
    source_url=texts,
    turns=st.lists(turns, max_size=4).map(tuple),
    answer=texts,
    expires_at=st.none() | instants,
)
feedback = st.builds(
    Feedback,
    id=texts,
    workspace_id=texts,
    channel_id=texts,
    user_id=texts,
    kind=st.sampled_from(FeedbackKind),
    at=instants,
    message_ts=st.none() | texts,
    story_id=st.none() | texts,
    outlet=texts,
    request_key=texts,
    before=st.none() | preferences,
    effect=st.builds(
        Effect,
        muted=texts,
        topic=st.none() | st.sampled_from(Topic),
        steps=st.integers(-6, 6),
        topic_added=st.booleans(),
    ),
    undone_at=st.none() | instants,
)
