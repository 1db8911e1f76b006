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
    from collections.abc import Iterator

    from rich.console import RenderableType

    from recaudit.audit.forecast import Forecast, GateForecast


def render_forecast(forecast: Forecast) -> tuple[RenderableType, ...]:
    """Make what `rich` prints: what would be asked and cost, and what the gates could show."""
    parts: list[RenderableType] = [
        Text.assemble("Nothing was asked. A run of ", (visible(forecast.name), "bold"), " would ask:"),
        _asking(forecast),
        *(
            Text(f"{visible(name)} cannot be asked: {visible(why)}")
            for name, why in forecast.failures.items()
        ),
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
    not_run = list(_not_run(forecast))
    if not_run:
        parts += [Text("\nNOT_RUN, as things are:"), *map(Text, not_run)]
    if forecast.gates:
        parts += [
            Text("\nWhat the gates could show with 80 % power, if values scatter as widely as they can:"),
            _gates(forecast),
        ]
    return tuple(parts)


def _not_run(forecast: Forecast) -> Iterator[str]:
    for row in forecast.asking:
        for why, count in row.not_run.items():
            gated = sum(
                gate.system == row.system and gate.not_run == why and gate.finding.startswith(f"{row.probe}/")
                for gate in forecast.gates
            )
            gates = f", {gated} of them gated" if gated else ""
            claims = f"{count:,} of {row.claims + count:,} claims"
            yield f"{visible(row.system)}, {row.probe}: {claims}{gates}: {why}"


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
            _asked_of(gate),
            "NOT_RUN" if gate.not_run else show_count(gate.units),
            seen,
        )
    return table


def _asked_of(gate: GateForecast) -> str:
    limit = [limit_words(gate.limit)] if gate.limit is not None else []
    margin = [f"margin {show(gate.margin)}"] if gate.margin is not None else []
    return ", ".join([*limit, *margin])
