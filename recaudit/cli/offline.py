"""Auditing a system that this machine does not reach: questions out, answers in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from recaudit.cli.output import say
from recaudit.cli.runs import ConfigArgument, OnlyOption, RunFolder


def export_requests(
    config: ConfigArgument,
    out: Annotated[
        Optional[Path],  # noqa: UP045 - typer evaluates this annotation
        typer.Option("--out", help="Folder for the run; new or empty. [default: runs/<name>-<time>]"),
    ] = None,
    only: OnlyOption = None,
) -> None:
    """Begin a run and write what its offline systems are to be asked, a file of JSON lines each."""
    from recaudit.audit import load_config, run_folder
    from recaudit.audit.offline import export_questions

    loaded = load_config(config)
    folder = out or run_folder(loaded)
    for path, count in export_questions(loaded, folder, only=only or (), announce=say).items():
        typer.echo(f"{path}: {count:,} requests")
    say(f"put the answers in with: recaudit import-answers {folder} ANSWERS.jsonl --system NAME")


def import_answers(
    run_path: RunFolder,
    answers: Annotated[Path, typer.Argument(help="A file of JSON lines, each with id and items or text.")],
    system: Annotated[str, typer.Option(help="The system that gave the answers.")],
) -> None:
    """Put answers that were given elsewhere into a run's evidence."""
    from recaudit.audit.offline import import_given

    given, missing = import_given(run_path, answers, system, announce=say)
    typer.echo(f"{given:,} answers of {system} are in; {missing:,} of its requests have none yet")
    say(f"decide with: recaudit measure {run_path}")
