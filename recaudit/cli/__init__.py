"""The command line. Results go to stdout; progress and messages go to stderr."""

from __future__ import annotations

from collections.abc import Callable

import typer

from recaudit.cli.calibrate import calibrate
from recaudit.cli.check import check, schema
from recaudit.cli.compare import compare
from recaudit.cli.demo import demo
from recaudit.cli.gate import baseline, gate
from recaudit.cli.init import init
from recaudit.cli.look import list_names, show_name
from recaudit.cli.machine import doctor
from recaudit.cli.offline import export_requests, import_answers
from recaudit.cli.output import INCOMPLETE, fail
from recaudit.cli.runs import measure, report, run
from recaudit.errors import EvidenceError, InputError

app = typer.Typer(
    help="Audit recommender systems before they are released: is it good, is it fair, is it steady.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "init": init,
    "check": check,
    "run": run,
    "measure": measure,
    "report": report,
    "gate": gate,
    "baseline": baseline,
    "compare": compare,
    "calibrate": calibrate,
    "export-requests": export_requests,
    "import-answers": import_answers,
    "list": list_names,
    "show": show_name,
    "schema": schema,
    "doctor": doctor,
}
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """Run the command line; a person's mistake is one message and exit code 2."""
    try:
        app(standalone_mode=True)
    except InputError as error:
        fail(str(error), code=2)
    except EvidenceError as error:
        fail(str(error), code=INCOMPLETE)
