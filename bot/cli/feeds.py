"""`plainwire feeds`: look at feeds, and change the list of those that are read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.options import FormatOption
from bot.cli.output import Format, print_json, run_async, say
from bot.news.feed import Feed, FeedReading, PolledFeed

_WIDE = 220

app = typer.Typer(help="Look at feeds, and change the list of those that are read.")


@app.command("check", short_help="Read each feed once; say what is in it and what is wrong.")
def check(
    sources: Annotated[list[str], typer.Argument(metavar="FILE_OR_URL...", show_default=False)],
    format_: FormatOption = Format.TEXT,
) -> None:
    """Read each feed once and say what is in it and what is wrong with it."""
    readings = run_async(_read(sources))
    checked = [_as_json(source, reading) for source, reading in readings]
    if format_ is Format.JSON:
        print_json(checked)
    else:
        typer.echo("\n".join(_as_text(one) for one in checked))
    if all(reading.outcome == "failed" for _, reading in readings):
        raise SystemExit(1)


async def _read(sources: list[str]) -> list[tuple[str, FeedReading]]:
    import asyncio

    from bot.app.readers import open_readers
    from bot.settings import load_settings

    async with open_readers(load_settings()) as readers:
        readings = await asyncio.gather(*(readers.feeds.read_source(one) for one in sources))
    return list(zip(sources, readings, strict=True))


def _as_json(source: str, reading: FeedReading) -> dict[str, Any]:
    return {
        "source": source,
        "title": reading.title,
        "kind": reading.kind,
        "entries": len(reading.entries),
        "undated": reading.undated,
        "problems": list(reading.problems),
    }


def _as_text(one: dict[str, Any]) -> str:
    from bot.render.clean import one_line

    undated = f", {one['undated']} undated" if one["undated"] else ""
    head = f"{one_line(one['source'])}\n  {one_line(one['title']) or '(no title)'}"
    facts = f"{one['kind']}, {one['entries']} entries{undated}"
    problems = "".join(f"\n  Problem: {one_line(problem)}" for problem in one["problems"])
    return f"{head} - {facts}{problems}"


@app.command("list")
def list_(format_: FormatOption = Format.TEXT) -> None:
    """Show the feeds that are read, and how they are doing."""
    polled = run_async(_list())
    if format_ is Format.JSON:
        print_json([_feed_json(one) for one in polled])
    elif not polled:
        typer.echo("No feeds. Add one with: plainwire feeds add URL")
    else:
        _print_table(polled)


async def _list() -> list[PolledFeed]:
    from bot.app.newsroom import open_database
    from bot.settings import load_settings

    async with await open_database(load_settings()) as database:
        return await database.feeds.all()


def _print_table(polled: list[PolledFeed]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Address", "Lang.", "Weight", "State"):
        table.add_column(heading, overflow="fold")
    for one in polled:
        feed = one.feed
        row = (feed.name, feed.url, feed.language, f"{feed.weight:g}", _state(one))
        table.add_row(*(escape(cell) for cell in row))
    # Not folded where a program reads it.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def _state(one: PolledFeed) -> str:
    if one.poll.gone:
        return "gone (the server says for good)"
    if one.poll.failures:
        return f"failing: {one.poll.last_error}"
    if one.poll.last_success_at:
        return f"read {one.poll.last_success_at:%Y-%m-%d %H:%M} UTC"
    return "not read yet"


def _feed_json(one: PolledFeed) -> dict[str, Any]:
    feed, poll = one.feed, one.poll
    return {
        "url": feed.url,
        "name": feed.name,
        "outlet": feed.outlet,
        "language": feed.language,
        "weight": feed.weight,
        "only_ai": feed.only_ai,
        "failures": poll.failures,
        "last_error": poll.last_error,
        "last_success_at": poll.last_success_at.isoformat() if poll.last_success_at else None,
        "next_poll_at": poll.next_poll_at.isoformat() if poll.next_poll_at else None,
        "gone": poll.gone,
    }


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False)],
    name: Annotated[str, typer.Option("--name", help="Default: the feed's own title.")] = "",
    language: Annotated[str, typer.Option("--language", help="Default: what it says.")] = "",
    weight: Annotated[float, typer.Option("--weight", min=0, max=1, help="Authority.")] = 0.5,
    only_ai: Annotated[
        bool, typer.Option("--only-ai", help="It carries nothing but AI news.")
    ] = False,
) -> None:
    """Read a feed once, and add it when it is one."""
    feed = Feed(
        url=url, name=name, outlet="", language=language.lower(), weight=weight, only_ai=only_ai
    )
    added, reading = run_async(_add(feed))
    verb = "Added" if added else "Updated (it was there already)"
    typer.echo(f"{verb}: {name or reading.title} - {len(reading.entries)} entries.")


async def _add(feed: Feed) -> tuple[bool, FeedReading]:
    from dataclasses import replace

    from bot.app.newsroom import open_database
    from bot.app.readers import open_readers
    from bot.errors import JobFailed
    from bot.news.urlkey import outlet_of
    from bot.settings import load_settings

    settings = load_settings()
    async with open_readers(settings) as readers:
        reading = await readers.feeds.read(PolledFeed(feed=feed))
    if reading.outcome == "failed":
        raise JobFailed(f"{feed.url} was not added: {' '.join(reading.problems)}")
    outlet = outlet_of(feed.url)
    whole = replace(
        feed,
        name=feed.name or reading.title or outlet,
        outlet=outlet,
        language=feed.language or reading.language[:2],
    )
    async with await open_database(settings) as database:
        return await database.feeds.add(whole), reading


@app.command("remove")
def remove(url: Annotated[str, typer.Argument(metavar="URL", show_default=False)]) -> None:
    """Take a feed off the list; what it told stays."""
    if not run_async(_remove(url)):
        say(f"plainwire: {url} is not on the list.\n  See: plainwire feeds list")
        raise SystemExit(1)
    typer.echo(f"Removed: {url}")


async def _remove(url: str) -> bool:
    from bot.app.newsroom import open_database
    from bot.settings import load_settings

    async with await open_database(load_settings()) as database:
        return await database.feeds.remove(url)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="OPML_FILE", show_default=False)],
) -> None:
    """Add all feeds of an OPML file; they are read at the next round."""
    from bot.errors import JobFailed
    from bot.net.local_file import read_local
    from bot.net.opml import MAX_OPML_BYTES

    try:
        body = read_local(file, MAX_OPML_BYTES)
    except OSError as error:
        raise JobFailed(f"{file} cannot be read ({error.strerror}).") from error
    added, known = run_async(_import(body))
    typer.echo(f"{added} feeds added, {known} were on the list already.")


async def _import(body: bytes) -> tuple[int, int]:
    from bot.app.newsroom import open_database
    from bot.app.readers import open_readers
    from bot.net.opml import read_opml
    from bot.news.urlkey import outlet_of
    from bot.settings import load_settings

    settings = load_settings()
    async with open_readers(settings) as readers:
        outlines = await read_opml(body, readers.workers)
    async with await open_database(settings) as database:
        known = {polled.feed.url for polled in await database.feeds.all()}
        fresh = [(title, url) for title, url in outlines if url not in known]
        for title, url in fresh:
            outlet = outlet_of(url)
            await database.feeds.add(
                Feed(url=url, name=title or outlet, outlet=outlet, language="")
            )
    return len(fresh), len(outlines) - len(fresh)


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(metavar="[OPML_FILE]", show_default=False)] = None,
) -> None:
    """Write the list as OPML, to a file or to standard output."""
    from bot.clock import SystemClock
    from bot.net.opml import write_opml

    pairs = [(polled.feed.name, polled.feed.url) for polled in run_async(_list())]
    text = write_opml(pairs, SystemClock().now())
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        say(f"{len(pairs)} feeds written to {file}")
