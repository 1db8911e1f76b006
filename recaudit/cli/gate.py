"""Deciding a run that is there, with or without a baseline, and keeping one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from recaudit.cli.ci import finish
from recaudit.cli.output import JsonFlag, say, write_reports
from recaudit.cli.runs import BaselineOption, RunArgument


def baseline(
    run_path: RunArgument,
    out: Annotated[
        Path, typer.Option("--out", help="The baseline; the values of units go beside it.")
    ] = Path("audit-baseline.json"),
) -> None:
    """Keep what a run found, for later runs to be compared with; commit both files."""
    from recaudit.audit import make_baseline

    made = make_baseline(run_path, out)
    typer.echo(out)
    typer.echo(out.with_name(made.values.file))
    bad = sorted({one.verdict for one in made.findings if one.verdict not in {"PASS", None}})
    if bad:
        say(f"among what is kept as the baseline are gates that did not pass: {', '.join(map(str, bad))}")


def gate(
    run_path: RunArgument,
    baseline_path: BaselineOption = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045 - typer evaluates this annotation
        typer.Option(
            "--out", help="Write the reports of what is decided into this folder; the run stays as it is."
        ),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Decide a run by its gates, those with a margin too if there is a baseline, and exit by it."""
    from recaudit.audit import AuditResult, changed_since, compared, open_baseline

    result = AuditResult.load(run_path)
    folder = run_path if run_path.is_dir() else run_path.parent
    if changed_since(result):
        say(
            f"{result.provenance.config_name} has changed since this run, whose gates are those of then; run again to "
            "decide by the new ones"
        )
    if baseline_path is not None:
        result = compared(result, folder, open_baseline(baseline_path))
    if out is not None:
        result.save(out / "result.json")
        write_reports(result, out, charts=True)
    finish(result, folder if out is None else out, json_output=json_output)
