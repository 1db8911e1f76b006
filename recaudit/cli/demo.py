"""The audit that shows what an audit is."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from recaudit.cli.output import INCOMPLETE, JsonFlag, say, show_result
from recaudit.cli.runs import OutOption, ResumeFlag, default_folder, run_and_report

EXPECT = {
    "demo": "eleven systems on MovieLens-100K, six of them with torch. On two slow cores that takes 7 to 9 minutes "
    "the first time, most of it training, and about 3 and a half minutes later, as what was trained is kept. "
    "In a hurry: recaudit demo --quick",
    "demo-quick": "five conventional systems and a small language model on MovieLens-100K. On two slow cores that "
    "takes about a minute and a half.",
}
"""What to expect of each audit, before it begins; measured by benchmarks/demo.py."""


def demo(
    out: OutOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Conventional recommenders and one small language model only.")
    ] = False,
    resume: ResumeFlag = False,
    json_output: JsonFlag = False,
) -> None:
    """Compare conventional recommenders and all four quadrants on MovieLens-100K; exits 0 when the audit completed."""
    from recaudit.audit.config import parse_config

    name = "demo-quick" if quick else "demo"
    text = resources.files("recaudit").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    say(f"{name}: {EXPECT[name]}")
    config = parse_config(text, Path(f"{name}.toml"))
    folder = out or default_folder(config, resume=resume)
    command = "recaudit demo --quick" if quick else "recaudit demo"
    result = run_and_report(config, folder, resume=resume, command=command)
    show_result(result, folder, json_output=json_output)
    if any(system.failure for system in result.systems):
        raise typer.Exit(INCOMPLETE)
