"""What the fake Azure says: texts made from the sources in the request, and from nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

_DOCUMENTS = re.compile(r'""" <documents>\n(.*?)\n</documents> """', re.DOTALL)
_BREAK = "\n\n---\n\n"
_LEANS_BACK = re.compile(r"(He|She|It|They|This|That|These|But|However|And|Also|We|Our|I)\b")
_MAX_WORDS = 142


def documents_of(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the documents in a request: their head lines by name ("Title") and their "text"."""
    found = []
    for message in body.get("input", []):
        for match in _DOCUMENTS.finditer(message.get("content", "")):
            whole = json.loads(f'"{match.group(1)}"')
            found += [_document(part) for part in whole.split(_BREAK)]
    return found


def _document(part: str) -> dict[str, str]:
    head, _, text = part.partition("\n\n")
    lines = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return {**lines, "text": text}


def house_terms(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the terms that the request offers with their meanings (one JSON object per line)."""
    lines = [
        line[2:]
        for message in body.get("input", [])
        for line in message.get("content", "").splitlines()
        if line.startswith('- {"term"')
    ]
    return [json.loads(line) for line in lines]


def explanation_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return a valid explanation made of the sources' own sentences and the offered terms."""
    documents = documents_of(body)
    title = documents[0].get("Title", "News") if documents else "News"
    pool = [line for document in documents for line in _sentences(document["text"])] or [title]
    in_short = pool[0]
    terms = [term for term in house_terms(body) if term["term"].lower() in " ".join(pool).lower()][
        :1
    ]
    explained = [_explaining_sentence(term) for term in terms]
    why = (
        "People who use such products at work can read this as a sign of what their own tools "
        "may do next; nothing has to be done today."
    )
    new = in_short if "Update: yes" in json.dumps(body) else None
    room = _MAX_WORDS - sum(
        len(text.split()) for text in [title, in_short, why, new or "", *explained]
    )
    core: list[str] = []
    for sentence in pool[1:]:
        if len(sentence.split()) <= room:
            core.append(sentence)
            room -= len(sentence.split())
    paragraphs = [" ".join(core[:2]), " ".join([*core[2:], *explained])]
    return {
        "headline": title[:110],
        "means_for_reader": "",
        "in_short": in_short,
        "paragraphs": [text for text in paragraphs if text] or [in_short],
        "terms": [
            {"term": term["term"], "meaning": _plain(term["meaning"]), "comparison": ""}
            for term in terms
        ],
        "why_it_matters": why,
        "what_is_new": new,
    }


def answer_text(body: dict[str, Any]) -> str:
    """Return a plain answer: the source sentences that share most words with the last question."""
    turns = [turn for turn in body.get("input", []) if turn.get("role") == "user"]
    question = _words(_DOCUMENTS.sub("", turns[-1]["content"])) if turns else set()
    pool = [line for doc in documents_of(body) for line in _sentences(doc["text"])]
    if not pool:
        return "The sources at hand do not say."
    best = sorted(pool, key=lambda line: -len(_words(line) & question))[:2]
    return " ".join(line for line in pool if line in best)


def smallest_value(schema: dict[str, Any]) -> Any:
    """Return a small value that a strict JSON schema allows."""
    if "anyOf" in schema:
        return smallest_value(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: smallest_value(part) for name, part in schema["properties"].items()}
    return {"boolean": True, "integer": 1, "number": 1.0, "array": [], "string": "ok"}.get(kind)


def _explaining_sentence(term: dict[str, str]) -> str:
    return f"The word {term['term']} stands for {_plain(term['meaning'])}."


def _plain(meaning: str) -> str:
    text = meaning.rstrip(".")
    return text[0].lower() + text[1:]


def _sentences(text: str) -> list[str]:
    lines = re.split(r"(?<=[.!?])\s+|\n+", text)
    return [
        line.strip()
        for line in lines
        if 5 <= len(line.split()) <= 32
        and line.strip().endswith((".", "!", "?"))
        and not _LEANS_BACK.match(line.strip())
        and not re.search(r'https?:|www\.|[<>@"“”]', line)
    ]


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"\w{4,}", text)}
