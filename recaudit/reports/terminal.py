"""The verdict for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from recaudit.reports.language import _, ngettext
from recaudit.reports.overview import VISIBLE_GATES, Overview, overview
from recaudit.reports.sentences import capitalised
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.verdicts import verdict_words
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.audit.result import AuditResult
    from recaudit.records import Verdict
    from recaudit.reports.claims import Claim

_STYLES: dict[Verdict, str] = {
    "FAIL": "bold red",
    "ERROR": "bold magenta",
    "INCONCLUSIVE": "bold yellow",
    "NOT_RUN": "bold",
    "PASS": "bold green",
}
MOST_NOT_TESTED = 8


def render_terminal(result: AuditResult) -> tuple[RenderableType, ...]:
    """Make what `rich` prints, part by part: verdict, worst finding, systems, gates, what was not tested.

    No text from data or models is read as rich markup.
    """
    view = overview(result)
    parts: list[RenderableType] = [
        Text.assemble(_badge(view.verdict), "  ", (visible(view.name), "bold")),
        Text(verdict_words(view.verdict).advice),
        *(Text(visible(lead)) for lead in view.leads),
        Text(f"{capitalised(view.counts)}."),
    ]
    parts += [Text(visible(line)) for line in (view.baseline, *view.sequential) if line]
    if len(view.systems) > 1:
        parts.append(_systems(view))
    if view.gates:
        parts.append(_gates(view))
    parts.append(Text(_("Not tested"), style="bold"))
    parts += _not_tested(view)
    return tuple(parts)


def _badge(verdict: Verdict) -> Text:
    words = verdict_words(verdict)
    return Text(f"{words.symbol} {words.word}", style=_STYLES[verdict])


def _systems(view: Overview) -> Table:
    table = _table((_("System"), _("Verdict"), _("Gates")))
    for system in view.systems:
        table.add_row(_plain(system.name), _badge(system.verdict), _plain(system.counts))
    return table


def _gates(view: Overview) -> Table:
    table = Table.grid(padding=(0, 2))
    for gate in view.gates[:VISIBLE_GATES]:
        table.add_row(_badge(gate.verdict or "NOT_RUN"), _gate(gate))
    hidden = len(view.gates) - VISIBLE_GATES
    if hidden > 0:
        table.add_row("", Text(_more(hidden), style="dim"))
    return table


def _gate(gate: Claim) -> Text:
    versus = f" ({gate.versus})" if gate.versus else ""
    value = gate.value or NO_VALUE
    interval = f" ({gate.sure})" if gate.sure else ""
    limit = _("limit: {limit}").format(limit=gate.limit)
    return Text.assemble(
        (visible(gate.system), "bold"),
        visible(f": {gate.title}{versus} {value}{interval}; {limit}"),
    )


def _more(number: int) -> str:
    return ngettext("and {number} more in the report", "and {number} more in the report", number).format(
        number=number
    )


def _not_tested(view: Overview) -> list[Text]:
    if not view.not_tested:
        return [Text("  " + _("Nothing is recorded as left out."))]
    lines = [
        Text(f"  {visible(entry.what)} – {visible(entry.why)}") for entry in view.not_tested[:MOST_NOT_TESTED]
    ]
    hidden = len(view.not_tested) - MOST_NOT_TESTED
    return [*lines, Text(f"  {_more(hidden)}")] if hidden > 0 else lines


def _table(columns: tuple[str, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _plain(text: str) -> Text:
    return Text(visible(text))
