"""Running an audit, measuring its evidence again, and reading its outcome."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from recaudit.cli.output import JsonFlag, Layout, say, show_progress, show_result, write_reports

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
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or its result.json.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]


def demo(out: OutOption = None, json_output: JsonFlag = False) -> None:
    """Audit five conventional recommenders on MovieLens-100K; exits 0 when the audit completed."""
    from recaudit.audit.config import parse_config

    text = resources.files("recaudit").joinpath("demo.toml").read_text(encoding="utf-8")
    result = _run(parse_config(text, Path("demo.toml")), out, json_output=json_output)
    if any(system.failure for system in result.systems):
        raise typer.Exit(3)


def run(
    config: ConfigArgument,
    out: OutOption = None,
    only: OnlyOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a stopped run; nothing answered is asked again.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked and what it would cost, and stop.")
    ] = False,
    max_cost: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0, help="Stop asking when calls have cost this much by the configured prices."),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Run an audit; the exit code is decided by its gates."""
    from recaudit.audit import exit_code, load_config

    loaded = load_config(config)
    if dry_run:
        _forecast(loaded, only or [], json_output=json_output)
        return
    result = _run(loaded, out, only or [], resume=resume, max_cost=max_cost, json_output=json_output)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


def measure(
    run_path: RunFolder,
    config: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The run's configuration, if it has moved since."),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Measure and decide again from a run's evidence; reaches no system."""
    from recaudit.audit import exit_code, measure_run

    with show_progress() as progress:
        result = measure_run(run_path, config=config, progress=progress, announce=say)
        write_reports(result, run_path)
    show_result(result, run_path, json_output=json_output)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


def report(
    run_path: RunArgument,
    layout: Annotated[
        Layout,
        typer.Option(help="One file, or RUN/report/ with the style sheet and scripts beside the page."),
    ] = Layout.single,
    static: Annotated[
        bool, typer.Option("--static", help="Leave out all scripts and interactive charts (about 2 MB).")
    ] = False,
) -> None:
    """Render the report again from a run's result; needs neither the model nor the data."""
    from recaudit.audit import AuditResult

    result = AuditResult.load(run_path)
    folder = run_path if run_path.is_dir() else run_path.parent
    typer.echo(write_reports(result, folder, layout=layout, static=static))


def gate(run_path: RunArgument, json_output: JsonFlag = False) -> None:
    """Show what was decided in a run and exit by it."""
    from recaudit.audit import AuditResult, exit_code

    result = AuditResult.load(run_path)
    show_result(result, run_path, json_output=json_output)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


def _run(
    config: AuditConfig,
    out: Path | None,
    only: list[str] | None = None,
    *,
    resume: bool = False,
    max_cost: float | None = None,
    json_output: bool,
) -> AuditResult:
    from recaudit.audit import newest_run, run_audit, run_folder

    folder = out or (newest_run(config) if resume else run_folder(config))
    try:
        with show_progress() as progress:
            result = run_audit(
                config,
                out=folder,
                only=only or (),
                resume=resume,
                max_cost=max_cost,
                progress=progress,
                announce=say,
            )
            progress("writing the report", 0, 1)
            write_reports(result, folder)
            progress("writing the report", 1, 1)
    except KeyboardInterrupt:
        say(_interruption(config, folder))
        raise typer.Exit(INTERRUPTED) from None
    show_result(result, folder, json_output=json_output)
    return result


def _interruption(config: AuditConfig, folder: Path) -> str:
    if not (folder / "evidence.sqlite").is_file():
        return "interrupted before anything was asked; nothing was written"
    return (
        f"interrupted; every answer so far is kept and nothing was decided; go on with: "
        f"recaudit run {config.path} --out {folder} --resume"
    )


def _forecast(config: AuditConfig, only: list[str], *, json_output: bool) -> None:
    from recaudit.audit.forecast import forecast

    with show_progress() as progress:
        expected = forecast(config, only=only, progress=progress, announce=say)
    if json_output:
        typer.echo(expected.to_json())
        return
    from rich.console import Console

    from recaudit.reports.forecast import render_forecast

    console = Console()
    for part in render_forecast(expected):
        console.print(part)
