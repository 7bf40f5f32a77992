"""What the demo shows in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from bot.app.demo import Say
from bot.digest.digest import Digest
from bot.explain.outgoing.named import shown_left_out
from bot.news.collect import FeedProgress
from bot.news.story import CollectReport
from bot.render.clean import one_line
from bot.render.text import Line, digest_lines

_SHOWN_LEFT_OUT = 8
_WIDTH = 100


class DemoScreen:
    """Prints each step as it happens, then the digests."""

    def __init__(self, *, has_model: bool) -> None:
        self._console = Console(highlight=False, width=None)
        self._failed: list[str] = []
        self.say = Say(
            step=self._step, feed=self._feed, collected=self._collected, digest=self._digest
        )
        writer = (
            "the model that your settings name"
            if has_model
            else "no model (AZURE_OPENAI_ENDPOINT is not set): the publishers' own sentences"
        )
        self._step(f"Explanations by {writer}")

    def look_at(self, url: str, *, once: bool) -> None:
        """Say where to look, and how to end it."""
        stay = "" if once else "\nThe bot stays connected. Ctrl-C ends everything."
        text = Text.assemble(("Look at it in the local Slack workspace: ", ""), (url, "bold"), stay)
        self._console.print(Panel(text, width=min(self._console.width, _WIDTH)))

    def _step(self, sentence: str) -> None:
        self._console.print(f"[dim]·[/] {escape(sentence)}")

    def _feed(self, progress: FeedProgress) -> None:
        name = escape(one_line(progress.feed.name))
        if progress.error:
            self._failed.append(f"{name}: {escape(one_line(progress.error))}")
            return
        self._console.print(
            f"[dim]·[/]   {progress.done:>2}/{progress.total} {name}: {progress.entries} entries"
        )

    def _collected(self, report: CollectReport, is_sample: bool) -> None:
        sample = " (sample edition)" if is_sample else ""
        self._step(
            f"{report.feeds_answered} of {report.feeds_read} feeds answered{sample}: "
            f"{report.new_entries} new entries, {len(report.touched)} stories new or changed, "
            f"{len(report.left_out)} entries left out"
        )
        for sentence in self._failed:
            self._console.print(f"[dim]·[/]   did not answer: {sentence}")
        self._failed.clear()
        for left_out in map(shown_left_out, report.left_out[:_SHOWN_LEFT_OUT]):
            headline = escape(one_line(left_out.headline))
            self._console.print(f"[dim]·   left out: {headline} - {escape(left_out.reason)}[/]")

    def _digest(self, title: str, digest: Digest) -> None:
        self._step(f"{len(digest.items)} stories explained and posted into #ai-news")
        body = Text("\n").join(_styled(line) for line in digest_lines(digest))
        width = min(self._console.width, _WIDTH)
        self._console.print(Panel(body, title=title, title_align="left", width=width))


def _styled(line: Line) -> Text:
    """Return a line with its label and its explained terms in bold, headlines in colour."""
    style = {"title": "bold", "headline": "bold cyan", "dim": "dim"}.get(line.style, "")
    text = Text(line.text, style=style)
    text.stylize("italic", 0, line.label_chars)
    for start, end in line.bold:
        text.stylize("bold", start, end)
    return text
