"""How often would this audit be wrong: its own design in worlds where the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from recaudit.cli.output import JsonFlag, say, show_progress
from recaudit.cli.runs import INTERRUPTED


def calibrate(
    run_path: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="A run folder, or a configuration to take the newest run of."),
    ],
    worlds: Annotated[
        int, typer.Option(min=1, help="Simulated worlds of each kind; more give smaller Monte-Carlo errors.")
    ] = 100,
    seed: Annotated[
        Optional[int],  # noqa: UP045 - typer evaluates this annotation
        typer.Option(min=0, help="Of the worlds. [default: the audit's]"),
    ] = None,
    config: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The run's configuration, if it has moved since."),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Simulate a run's audit with known truths: false FAIL, false PASS, coverage and power of every gate.

    Reaches no system. Ctrl-C stops it and keeps what was simulated so far.
    """
    from recaudit.audit import calibrate as simulate
    from recaudit.audit import load_config, newest_run

    folder = newest_run(load_config(run_path)) if run_path.suffix == ".toml" else run_path
    try:
        with show_progress() as progress:
            found = simulate(folder, worlds=worlds, seed=seed, config=config, progress=progress, announce=say)
    except KeyboardInterrupt:
        say("interrupted before the first world was done; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    if json_output:
        typer.echo(found.to_json(), nl=False)
    else:
        from rich.console import Console

        from recaudit.reports.calibration import render_calibration

        console = Console()
        for part in render_calibration(found):
            console.print(part)
        typer.echo(
            f"Calibration: {folder / 'calibration.json'}; into the report with: recaudit report {folder}"
        )
    if found.interrupted:
        raise typer.Exit(INTERRUPTED)
