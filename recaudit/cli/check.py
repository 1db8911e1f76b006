"""Before a run: what an editor should know of the configuration, and everything that is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from recaudit.cli.output import JsonFlag, fail, say, show_progress
from recaudit.cli.runs import ConfigArgument

USAGE = 2


def check(config: ConfigArgument, json_output: JsonFlag = False) -> None:
    """Say everything that is wrong with an audit, and what it could show; asks no system anything.

    What rests on something that is wrong is not looked at: a mistake in the file itself hides data, systems and gates.
    Exits 0 if a run could begin, 2 if not.
    """
    from recaudit.audit.check import check_audit

    with show_progress() as progress:
        seen = check_audit(config, progress=progress, announce=say)
    sentences = [] if seen.problems is None else str(seen.problems).splitlines()
    if json_output:
        expected = None if seen.forecast is None else json.loads(seen.forecast.to_json())
        typer.echo(json.dumps({"problems": sentences, "forecast": expected}, indent=1))
    elif seen.forecast is not None:
        from rich.console import Console

        from recaudit.reports.forecast import render_forecast

        console = Console()
        for part in render_forecast(seen.forecast):
            console.print(part)
    if sentences:
        fail("\n".join(sentences), code=USAGE)
    say(f"{config}: nothing is wrong")


def schema(
    out: Annotated[
        Optional[Path],  # noqa: UP045 - typer evaluates this annotation
        typer.Option("--out", help="Write it into this file."),
    ] = None,
) -> None:
    """Write the JSON Schema of configurations, with every probe, adapter and dataset that is installed.

    Editors complete and check a configuration by it: write it with `recaudit schema --out recaudit.schema.json` and
    begin the configuration with the line `#:schema recaudit.schema.json`, which taplo and the VS Code extension Even
    Better TOML read.
    """
    from recaudit.audit.schema import config_schema
    from recaudit.files import write_atomically

    text = json.dumps(config_schema(), indent=1, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
        typer.echo(out)
