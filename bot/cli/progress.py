"""Progress for people, on standard error; silent when nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.news.collect import FeedProgress


@contextmanager
def feed_progress(*, shown: bool = True) -> Iterator[Callable[[FeedProgress], None] | None]:
    """Show a bar while feeds are read; yields what `collect` calls for each of them."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("Reading feeds"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}  {task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("feeds", total=None, name="")

        def show(progress: FeedProgress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, name=progress.feed.name)

        yield show
