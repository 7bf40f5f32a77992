"""`plainwire doctor`: is everything in place, and if not, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from bot.cli.options import FormatOption
from bot.cli.output import Format, print_json, run_async

if TYPE_CHECKING:
    from bot.app.finding import Finding

_MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


def doctor(format_: FormatOption = Format.TEXT) -> None:
    """Check settings, database, Slack, the model and every feed; says what to do for each failure."""
    findings = run_async(_examine(print_each=format_ is Format.TEXT))
    failed = [finding for finding in findings if finding.state == "failed"]
    if format_ is Format.JSON:
        print_json([_as_json(finding) for finding in findings])
    else:
        from bot.app.finding import counted

        warnings = sum(finding.state == "warning" for finding in findings)
        typer.echo(
            f"\n{counted(len(findings), 'check')}: {len(failed)} failed, "
            f"{counted(warnings, 'warning')}."
        )
    if failed:
        raise SystemExit(1)


async def _examine(*, print_each: bool) -> list[Finding]:
    from bot.app.checkup import examine
    from bot.app.finding import Finding
    from bot.errors import SettingsError
    from bot.settings import load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        finding = Finding(
            area="settings", state="failed", what=error.what, next_step=error.next_step
        )
        if print_each:
            _print(finding)
        return [finding]
    findings = []
    async for finding in examine(settings):
        findings.append(finding)
        if print_each:
            _print(finding)
    return findings


def _print(finding: Finding) -> None:
    from bot.render.clean import one_line

    lines = "\n         ".join(one_line(line) for line in finding.what.splitlines())
    typer.echo(f"{_MARKS[finding.state]}  {finding.area}: {lines}")
    if finding.next_step:
        typer.echo(f"         {one_line(finding.next_step)}")


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "area": finding.area,
        "state": finding.state,
        "what": finding.what,
        "next_step": finding.next_step,
    }
