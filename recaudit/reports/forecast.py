"""A forecast for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from recaudit.reports.numbers import show, show_count
from recaudit.reports.sentences import limit_words
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.audit.forecast import Forecast


def render_forecast(forecast: Forecast) -> tuple[RenderableType, ...]:
    """Make what `rich` prints: what would be asked and cost, and what the gates could show."""
    parts: list[RenderableType] = [
        Text.assemble("Nothing was asked. A run of ", (visible(forecast.name), "bold"), " would ask:"),
        _asking(forecast),
    ]
    totals: dict[str, float] = {}
    for row in forecast.asking:
        if row.cost is not None:
            totals[row.currency] = totals.get(row.currency, 0.0) + row.cost
    if totals:
        total = " + ".join(f"{cost:.4g} {visible(currency)}" for currency, cost in totals.items())
        parts.append(
            Text(f"At most {total}: tokens sent by four characters each, tokens written at their limit.")
        )
    else:
        parts.append(Text("No cost: no system has [systems.prices]."))
    if forecast.gates:
        parts += [
            Text("\nWhat the gates could show with 80 % power, if values scatter as widely as they can:"),
            _gates(forecast),
        ]
    return tuple(parts)


def _asking(forecast: Forecast) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("System", overflow="fold")
    table.add_column("Probe", overflow="fold")
    for name in ("Requests", "Calls", "Tokens\nin", "Tokens\nout", "Cost"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in forecast.asking:
        counts = (row.requests, row.calls, row.tokens_in, row.tokens_out)
        cost = NO_VALUE if row.cost is None else f"{row.cost:.4g}"
        left = f" ({row.not_offered:,} not offered)" if row.not_offered else ""
        table.add_row(Text(visible(row.system)), Text(row.probe + left), *map(show_count, counts), cost)
    return table


def _gates(forecast: Forecast) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("System", overflow="fold")
    table.add_column("Gate", overflow="fold")
    table.add_column("Limit")
    table.add_column("Units", justify="right")
    table.add_column("Effect seen", justify="right")
    for gate in forecast.gates:
        seen = NO_VALUE if gate.detectable is None else show(gate.detectable)
        table.add_row(
            Text(visible(gate.system)),
            Text(visible(gate.finding)),
            limit_words(gate.limit),
            show_count(gate.units),
            seen,
        )
    return table
