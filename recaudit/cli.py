"""The command line. Results go to stdout; progress and messages go to stderr."""

from __future__ import annotations

import inspect
import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from recaudit.errors import InputError

if TYPE_CHECKING:
    from recaudit.audit import AuditConfig, AuditResult
    from recaudit.audit.progress import Progress
    from recaudit.registry import Registry

INTERRUPTED = 130

app = typer.Typer(
    help="Audit recommender systems before they are released: is it good, is it fair, is it steady.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
OutOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer evaluates this annotation
    typer.Option("--out", help="Folder for the run; new or empty. [default: runs/<name>-<time>]"),
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or its result.json.")]


class Kind(StrEnum):
    """What `list` lists."""

    metrics = "metrics"
    probes = "probes"
    adapters = "adapters"
    datasets = "datasets"


def main() -> None:
    """Run the command line; a person's mistake is one message and exit code 2."""
    try:
        app(standalone_mode=True)
    except InputError as error:
        _fail(str(error))


@app.command()
def demo(out: OutOption = None, json_output: JsonFlag = False) -> None:
    """Audit five conventional recommenders on MovieLens-100K; exits 0 when the audit completed."""
    from recaudit.audit.config import parse_config

    text = resources.files("recaudit").joinpath("demo.toml").read_text(encoding="utf-8")
    result = _run(parse_config(text, Path("demo.toml")), out, [], json_output=json_output)
    if any(system.failure for system in result.systems):
        raise typer.Exit(3)


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="The TOML file that says what to audit.")],
    out: OutOption = None,
    only: Annotated[Optional[list[str]], typer.Option(help="Run this probe only; repeatable.")] = None,  # noqa: UP045
    json_output: JsonFlag = False,
) -> None:
    """Run an audit; the exit code is decided by its gates."""
    from recaudit.audit import exit_code, load_config

    loaded = load_config(config)
    result = _run(loaded, out, only or [], json_output=json_output)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


@app.command()
def report(
    run_path: RunArgument,
    charts: Annotated[bool, typer.Option(help="Add interactive charts (about 2 MB).")] = True,
) -> None:
    """Render the report again from a run's result; needs neither the model nor the data."""
    from recaudit.audit import AuditResult

    result = AuditResult.load(run_path)
    folder = run_path if run_path.is_dir() else run_path.parent
    typer.echo(_write_reports(result, folder, charts=charts))


@app.command()
def gate(run_path: RunArgument, json_output: JsonFlag = False) -> None:
    """Show what was decided in a run and exit by it."""
    from recaudit.audit import AuditResult, exit_code

    result = AuditResult.load(run_path)
    _show(result, run_path, json_output=json_output)
    raise typer.Exit(exit_code(result.verdict, result.provenance.inconclusive))


@app.command("list")
def list_names(kind: Kind, json_output: JsonFlag = False) -> None:
    """List metrics, probes, adapters or datasets, with a line on each."""
    rows = {name: _summary(kind, entry) for name, entry in _registry(kind).items()}
    if json_output:
        typer.echo(json.dumps(rows, indent=1))
        return
    width = max(map(len, rows), default=0)
    for name, summary in rows.items():
        typer.echo(f"{name:<{width}}  {summary}")


@app.command()
def show(name: Annotated[str, typer.Argument(help="A metric, probe, adapter or dataset.")]) -> None:
    """Explain one metric, probe, adapter or dataset."""
    found = [(kind, _registry(kind)) for kind in Kind if name in _registry(kind)]
    if not found:
        from recaudit.errors import UnknownNameError

        raise UnknownNameError.among(
            "name", name, {known for kind in Kind for known in _registry(kind).names()}
        )
    typer.echo("\n\n".join(_explanation(kind, name, registry.get(name)) for kind, registry in found))


def _run(config: AuditConfig, out: Path | None, only: list[str], *, json_output: bool) -> AuditResult:
    from datetime import UTC, datetime

    from recaudit.audit import run_audit, run_folder

    folder = out or run_folder(config, datetime.now(UTC))
    try:
        with _progress() as progress:
            result = run_audit(config, out=folder, only=only, progress=progress, announce=_say)
            progress("writing the report", 0, 1)
            _write_reports(result, folder, charts=True)
            progress("writing the report", 1, 1)
    except KeyboardInterrupt:
        _say(f"interrupted; what was answered so far is in {folder}, and nothing was decided")
        raise typer.Exit(INTERRUPTED) from None
    _show(result, folder, json_output=json_output)
    return result


def _write_reports(result: AuditResult, folder: Path, *, charts: bool) -> Path:
    from recaudit.files import write_atomically
    from recaudit.reports import render_csv, render_html, render_markdown

    report_path = folder / "report.html"
    write_atomically(report_path, render_html(result, charts=charts))
    write_atomically(folder / "findings.csv", render_csv(result))
    write_atomically(folder / "summary.md", render_markdown(result))
    return report_path


def _show(result: AuditResult, run_path: Path, *, json_output: bool) -> None:
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
def _progress() -> Iterator[Progress]:
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
                    _say(f"{stage} ...")
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def _registry(kind: Kind) -> Registry[Any]:
    if kind is Kind.metrics:
        from recaudit.metrics import METRICS

        return METRICS
    if kind is Kind.probes:
        from recaudit.probes import PROBES

        return PROBES
    if kind is Kind.adapters:
        from recaudit.adapters import ADAPTERS

        return ADAPTERS
    from recaudit.datasets import DATASETS

    return DATASETS


def _summary(kind: Kind, entry: Any) -> str:
    if kind is Kind.probes:
        return str(entry.question)
    text = entry.function.__doc__ if kind is Kind.metrics else entry.__doc__
    return (text or "").strip().partition("\n")[0]


def _explanation(kind: Kind, name: str, entry: Any) -> str:
    title = f"{name} ({kind.value.removesuffix('s')})"
    if kind is Kind.probes:
        options = {key: field.default for key, field in entry.options.model_fields.items()}
        lines = [
            title,
            entry.question,
            "",
            f"[probes.{name}]",
            *_as_toml(options),
            "",
            inspect.getdoc(entry.options),
        ]
        return "\n".join(lines)
    if kind is Kind.adapters:
        parameters = list(inspect.signature(entry).parameters.values())[1:]
        options = {parameter.name: parameter.default for parameter in parameters}
        lines = [title, inspect.getdoc(entry) or "", "", "[systems.options]", *_as_toml(options)]
        return "\n".join(lines)
    function = entry.function if kind is Kind.metrics else entry
    return f"{title}\n{inspect.getdoc(function) or 'no description'}"


def _as_toml(options: dict[str, Any]) -> list[str]:
    def line(key: str, default: Any) -> str:
        if default is inspect.Parameter.empty:
            return f"{key} = ...  # required"
        return f"# {key} is not set" if default is None else f"{key} = {json.dumps(default)}"

    return [line(key, default) for key, default in options.items()] or ["# takes no options"]


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _fail(message: str) -> None:
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    word = typer.style("error", fg="red", bold=True) if colour else "error"
    for line in message.splitlines():
        typer.echo(f"{word}: {line}", err=True)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
