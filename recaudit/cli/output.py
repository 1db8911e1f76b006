"""What a person sees: results on stdout, progress and messages on stderr."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from recaudit.audit import AuditResult
    from recaudit.audit.progress import Progress


class Layout(StrEnum):
    """How the page is laid out in files."""

    single = "single"
    dir = "dir"


INCOMPLETE = 3
"""Exit code of an audit that could not be completed."""

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
LanguageCode = Annotated[
    str, typer.Option("--language", help="Code of a language that has a catalogue, such as de.")
]


def write_reports(
    result: AuditResult, folder: Path, *, layout: Layout = Layout.single, static: bool = False
) -> Path:
    """Write every form of the report into a run folder, with its calibration if it has one; gives the page's path."""
    from recaudit.audit import Calibration
    from recaudit.files import write_atomically
    from recaudit.reports import render_csv, render_folder, render_html, render_junit, render_markdown

    calibration = Calibration.load(folder)
    if calibration is not None and calibration.config_digest != result.provenance.config_digest:
        calibration = None
    report_path = folder / "report.html"
    if layout is Layout.dir:
        report_path = folder / "report" / "report.html"
        for name, content in render_folder(result, static=static, calibration=calibration).items():
            write_atomically(report_path.with_name(name), content)
    else:
        write_atomically(report_path, render_html(result, static=static, calibration=calibration))
    write_atomically(folder / "findings.csv", render_csv(result))
    write_atomically(folder / "junit.xml", render_junit(result))
    write_atomically(folder / "summary.md", render_markdown(result))
    return report_path


def show_result(result: AuditResult, run_path: Path, *, json_output: bool) -> None:
    """Print the outcome of a run."""
    folder = run_path if run_path.is_dir() else run_path.parent
    if json_output:
        from recaudit.audit import exit_code

        typer.echo(
            json.dumps(
                {
                    "verdict": result.verdict,
                    "exit_code": exit_code(result.verdict, result.provenance.inconclusive),
                    "run": str(folder),
                    "systems": {system.card.name: system.verdict for system in result.systems},
                    "gates": [_gate_row(finding) for finding in result.gated],
                },
                indent=1,
            )
        )
        return
    from rich.console import Console

    from recaudit.reports import render_terminal

    console = Console()
    for part in render_terminal(result):
        console.print(part)
    report_path = folder / "report.html"
    if report_path.is_file():
        typer.echo(f"Report: {report_path}")


def _gate_row(finding: Any) -> dict[str, Any]:
    estimate, limit = finding.estimate, finding.limit
    return {
        "system": finding.system,
        "finding": finding.hypothesis.id,
        "verdict": finding.verdict,
        "reason": finding.reason,
        "value": estimate and estimate.value,
        "interval": estimate and [_finite(estimate.low), _finite(estimate.high)],
        "limit": {"min": limit.low, "max": limit.high},
    }


def _finite(end: float | None) -> float | None:
    return end if end is not None and math.isfinite(end) else None


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Bars in a terminal, a line per stage elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
                if not console.is_terminal and done < total:
                    say(f"{stage} ...")
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def say(message: str) -> None:
    """Tell a person something."""
    typer.echo(message, err=True)


def fail(message: str, *, code: int) -> None:
    """Say what is wrong and exit."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    word = typer.style("error", fg="red", bold=True) if colour else "error"
    for line in message.splitlines():
        typer.echo(f"{word}: {line}", err=True)
    raise SystemExit(code)
