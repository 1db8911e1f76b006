"""Running an audit, measuring its evidence again, and reading its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from recaudit.cli.ci import finish
from recaudit.cli.output import JsonFlag, LanguageCode, Layout, say, show_progress, write_reports

if TYPE_CHECKING:
    from recaudit.audit import AuditConfig, AuditResult

INTERRUPTED = 130

ConfigArgument = Annotated[Path, typer.Argument(help="The TOML file that says what to audit.")]
OutOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer evaluates this annotation
    typer.Option("--out", help="Folder for the run; new or empty. [default: runs/<name>-<time>]"),
]
OnlyOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(help="Run this probe only; repeatable."),
]
BaselineOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--baseline", help="Decide gates with a margin against this, made by `recaudit baseline`."),
]
ResumeFlag = Annotated[
    bool, typer.Option("--resume", help="Go on with a stopped run; nothing answered is asked again.")
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or its result.json.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]


def run(
    config: ConfigArgument,
    out: OutOption = None,
    only: OnlyOption = None,
    resume: ResumeFlag = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked and what it would cost, and stop.")
    ] = False,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Ask in batches; stop as soon as every gate is settled.")
    ] = False,
    max_cost: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0, help="Stop asking when calls have cost this much by the configured prices."),
    ] = None,
    baseline: BaselineOption = None,
    json_output: JsonFlag = False,
) -> None:
    """Run an audit; the exit code is decided by its gates."""
    from recaudit.audit import load_config

    loaded = load_config(config)
    if dry_run:
        _forecast(loaded, only or [], sequential=sequential, json_output=json_output)
        return
    folder = out or default_folder(loaded, resume=resume)
    result = run_and_report(
        loaded,
        folder,
        only or [],
        resume=resume,
        sequential=sequential,
        max_cost=max_cost,
        baseline=baseline,
        command=f"recaudit run {config}{' --sequential' if sequential else ''}",
    )
    finish(result, folder, json_output=json_output)


def measure(
    run_path: RunFolder,
    config: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The run's configuration, if it has moved since."),
    ] = None,
    baseline: BaselineOption = None,
    json_output: JsonFlag = False,
) -> None:
    """Measure and decide again from a run's evidence; reaches no system."""
    from recaudit.audit import measure_run

    with show_progress() as progress:
        result = measure_run(run_path, config=config, baseline=baseline, progress=progress, announce=say)
        write_reports(result, run_path)
    finish(result, run_path, json_output=json_output)


def report(
    run_path: RunArgument,
    layout: Annotated[
        Layout,
        typer.Option(help="One file, or RUN/report/ with the style sheet and scripts beside the page."),
    ] = Layout.single,
    static: Annotated[
        bool, typer.Option("--static", help="Leave out all scripts and interactive charts (about 2 MB).")
    ] = False,
    language: LanguageCode = "en",
) -> None:
    """Render the report again from a run's result; needs neither the model nor the data."""
    from recaudit.audit import AuditResult
    from recaudit.reports import speaking

    result = AuditResult.load(run_path)
    folder = run_path if run_path.is_dir() else run_path.parent
    with speaking(language):
        typer.echo(write_reports(result, folder, layout=layout, static=static))


def default_folder(config: AuditConfig, *, resume: bool) -> Path:
    """Where a run goes that is told nothing: a new folder, or the newest one to go on with."""
    from recaudit.audit import newest_run, run_folder

    return newest_run(config) if resume else run_folder(config)


def run_and_report(
    config: AuditConfig,
    folder: Path,
    only: Sequence[str] = (),
    *,
    resume: bool,
    sequential: bool = False,
    max_cost: float | None = None,
    baseline: Path | None = None,
    command: str,
) -> AuditResult:
    """Run an audit and write its reports; `command` is what goes on with it."""
    from recaudit.audit import run_audit

    try:
        with show_progress() as progress:
            result = run_audit(
                config,
                out=folder,
                only=only,
                resume=resume,
                sequential=sequential,
                max_cost=max_cost,
                baseline=baseline,
                progress=progress,
                announce=say,
            )
            progress("writing the report", 0, 1)
            write_reports(result, folder)
            progress("writing the report", 1, 1)
    except KeyboardInterrupt:
        say(_interruption(command, folder))
        raise typer.Exit(INTERRUPTED) from None
    return result


def _interruption(command: str, folder: Path) -> str:
    if not (folder / "evidence.sqlite").is_file():
        return "interrupted before anything was asked; nothing was written"
    return (
        f"interrupted; every answer so far is kept and nothing was decided; go on with: "
        f"{command} --out {folder} --resume"
    )


def _forecast(config: AuditConfig, only: list[str], *, sequential: bool, json_output: bool) -> None:
    from recaudit.audit.forecast import forecast

    with show_progress() as progress:
        expected = forecast(config, only=only, sequential=sequential, progress=progress, announce=say)
    if json_output:
        typer.echo(expected.to_json())
        return
    from rich.console import Console

    from recaudit.reports.forecast import render_forecast

    console = Console()
    for part in render_forecast(expected):
        console.print(part)
