"""A forecast for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from recaudit.reports.intervals import limit_words
from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import show, show_count
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from recaudit.audit.forecast import Forecast, GateForecast


def render_forecast(forecast: Forecast) -> tuple[RenderableType, ...]:
    """Make what `rich` prints: what would be asked and cost, and what the gates could show."""
    parts: list[RenderableType] = [
        Text(_("Nothing was asked. A run of {name} would ask:").format(name=visible(forecast.name))),
        _asking(forecast),
        *(
            Text(_("{system} cannot be asked: {reason}").format(system=visible(name), reason=visible(why)))
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
            Text(
                _(
                    "At most {total}: tokens sent by four characters each, tokens written at their limit."
                ).format(total=total)
            )
        )
    else:
        parts.append(Text(_("No cost: no system has [systems.prices].")))
    not_run = list(_not_run(forecast))
    if not_run:
        parts += [Text("\n" + _("NOT_RUN, as things are:")), *map(Text, not_run)]
    if forecast.gates:
        parts += [
            Text(
                "\n"
                + _(
                    "What the gates could show with {power} power, if values scatter as widely as they can:"
                ).format(power="80 %")
            ),
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
            asked = row.claims + count
            claims = ngettext("{number} of {total} claim", "{number} of {total} claims", asked).format(
                number=show_count(count), total=show_count(asked)
            )
            if gated:
                claims = ngettext(
                    "{claims}, {number} of them gated", "{claims}, {number} of them gated", gated
                ).format(claims=claims, number=gated)
            yield f"{visible(row.system)}, {row.probe}: {claims}: {why}"


def _asking(forecast: Forecast) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(_("System"), overflow="fold")
    table.add_column(_("Probe"), overflow="fold")
    for name in (
        _("Requests"),
        _("Calls"),
        _("Tokens in").replace(" ", "\n"),
        _("Tokens out").replace(" ", "\n"),
        _("Cost"),
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in forecast.asking:
        counts = (row.requests, row.calls, row.tokens_in, row.tokens_out)
        cost = NO_VALUE if row.cost is None else f"{row.cost:.4g}"
        probe = row.probe
        if row.not_offered:
            probe = _("{probe} ({number} not offered)").format(
                probe=probe, number=show_count(row.not_offered)
            )
        table.add_row(Text(visible(row.system)), Text(probe), *map(show_count, counts), cost)
    return table


def _gates(forecast: Forecast) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(_("System"), overflow="fold")
    table.add_column(_("Gate"), overflow="fold")
    table.add_column(_("Limit"))
    table.add_column(_("Units"), justify="right")
    table.add_column(_("Effect seen"), justify="right")
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
    margin = [_("margin {margin}").format(margin=show(gate.margin))] if gate.margin is not None else []
    return ", ".join([*limit, *margin])
