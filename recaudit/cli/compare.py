"""A run beside an earlier one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from recaudit.cli.output import LanguageCode
from recaudit.cli.runs import RunArgument


class Form(StrEnum):
    """What `compare` writes."""

    text = "text"
    md = "md"
    html = "html"
    json = "json"


def compare(
    before: Annotated[Path, typer.Argument(metavar="BASE", help="An earlier run, or a baseline.")],
    after: RunArgument,
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.text,
    out: Annotated[
        Optional[Path],  # noqa: UP045 - typer evaluates this annotation
        typer.Option("--out", help="Write it into this file."),
    ] = None,
    language: LanguageCode = "en",
) -> None:
    """Say which findings are newly failing, fixed, worse, better or not shown to have changed; decides nothing."""
    from recaudit.audit import compare_runs
    from recaudit.files import write_atomically
    from recaudit.reports import render_changes_html, render_changes_markdown, render_changes_text, speaking

    made = compare_runs(before, after)
    if form is Form.json:
        text = made.to_json()
    else:
        render = {
            Form.text: render_changes_text,
            Form.md: render_changes_markdown,
            Form.html: render_changes_html,
        }[form]
        with speaking(language):
            text = render(made)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
        typer.echo(out)
