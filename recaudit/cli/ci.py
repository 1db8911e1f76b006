"""The end of a command that decides: the outcome, what a CI server reads, the exit code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from recaudit.cli.output import say, show_result

if TYPE_CHECKING:
    from recaudit.audit import AuditResult


def finish(result: AuditResult, folder: Path, *, json_output: bool) -> NoReturn:
    """Show the outcome of a run, tell CI and exit by its verdict."""
    from recaudit.audit import exit_code

    show_result(result, folder, json_output=json_output)
    tell_ci(result)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


def tell_ci(result: AuditResult) -> None:
    """Append the summary to `$GITHUB_STEP_SUMMARY` and print annotations, where GitHub Actions runs this."""
    from recaudit.reports import MOST_BYTES, render_annotations, render_markdown

    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        path = Path(summary)
        taken = path.stat().st_size if path.is_file() else 0
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(render_markdown(result, most_bytes=MOST_BYTES - taken))
        except OSError as error:
            say(f"the job summary {path} cannot be written: {error.strerror}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in render_annotations(result):
            say(line)
