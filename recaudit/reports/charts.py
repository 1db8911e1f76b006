"""Interactive charts for what tables show less well: distributions, and quality against popularity.

Everything in a chart stands in a table of the page too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from recaudit.reports.language import _
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.reports.claims import Claim
    from recaudit.reports.comparison import ClaimRow
    from recaudit.reports.tables import Series, Shares
    from recaudit.reports.view import ProbeSection

Figure: TypeAlias = Mapping[str, Any]
"""A plotly figure as JSON: data and layout."""

_SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star", "hexagon", "x")
_DASHES = ("solid", "dash", "dashdot", "longdash")
_FIRST, _SECOND = "quality", "popularity"


def figures_of(probes: Sequence[ProbeSection], systems: Sequence[str]) -> dict[str, dict[str, Figure]]:
    """Make the charts of every probe.

    Args:
        probes: The sections of the page.
        systems: All systems in order; a system has the same colour and symbol in every chart.

    Returns:
        Probe name to chart title to figure; probes without charts are absent.
    """
    found: dict[str, dict[str, Figure]] = {}
    for probe in probes:
        charts = {f"{part.name}: {part.question}": shares_figure(part, systems) for part in probe.shares}
        if charts:
            found[probe.name] = charts
    rows = {probe.name: probe.everyone.rows[0] for probe in probes if probe.everyone.rows}
    if _FIRST in rows and _SECOND in rows:
        scatter = scatter_figure(across=rows[_SECOND], up=rows[_FIRST], systems=systems)
        if scatter["data"]:
            found.setdefault(_SECOND, {})[
                _("{up} against {across}").format(up=rows[_FIRST].title, across=rows[_SECOND].title)
            ] = scatter
    return found


def shares_figure(shares: Shares, systems: Sequence[str]) -> Figure:
    """Lines over ordered categories, points over others; what all systems share is dotted or dashed, and grey."""
    mode = "lines+markers" if shares.ordered else "markers"
    return _figure(
        data=[_line(series, shares.categories, systems) | {"mode": mode} for series in shares.series],
        layout={
            "xaxis": {"type": "category"},
            "yaxis": {"title": {"text": _("share")}, "tickformat": ".0%", "rangemode": "tozero"},
            "hovermode": "x unified",
        },
    )


def scatter_figure(*, across: ClaimRow, up: ClaimRow, systems: Sequence[str]) -> Figure:
    """One point per system with both intervals."""
    measured = [{cell.system: cell for cell in row.cells if cell and cell.mark} for row in (across, up)]
    pairs = [
        (place, measured[0][system], measured[1][system])
        for place, system in enumerate(systems)
        if all(system in found for found in measured)
    ]
    positions = [first.mark.value for _, first, _ in pairs if first.mark]
    middle = (min(positions) + max(positions)) / 2 if positions else 0.0
    points = [
        _point(first, second, place, "top right" if position <= middle else "top left")
        for (place, first, second), position in zip(pairs, positions, strict=True)
    ]
    return _figure(
        data=points,
        layout={
            "xaxis": {"title": {"text": label_text(f"{across.title} ({across.better})")}},
            "yaxis": {"title": {"text": label_text(f"{up.title} ({up.better})")}},
        },
    )


def _line(series: Series, categories: Sequence[str], systems: Sequence[str]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "type": "scatter",
        "name": label_text(
            f"{series.system}: {series.label}"
            if series.system
            else _("{series} (all systems)").format(series=series.label)
        ),
        "x": [label_text(category) for category in categories],
        "y": list(series.shares),
        "hovertemplate": "%{y:.1%}",
    }
    if not series.system:
        return line | {
            "line": {"dash": "dot", "width": 3},
            "marker": {"symbol": "line-ew-open", "size": 12, "line": {"width": 3}},
            "meta": {"colour": -1},
        }
    place = systems.index(series.system)
    dash = _DASHES[place // len(_SYMBOLS) % len(_DASHES)]
    return line | {
        "line": {"dash": dash, "width": 2},
        "marker": {"symbol": symbol_of(place), "size": 8},
        "meta": {"colour": place},
    }


def _point(across: Claim, up: Claim, place: int, beside: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": label_text(across.system),
        "text": [label_text(across.system)],
        "textposition": beside,
        "cliponaxis": False,
        "x": [across.mark and across.mark.value],
        "y": [up.mark and up.mark.value],
        "error_x": _error(across),
        "error_y": _error(up),
        "hovertemplate": label_text(f"{across.title} {across.value} ({across.interval})")
        + "<br>"
        + label_text(f"{up.title} {up.value} ({up.interval})"),
        "marker": {"symbol": symbol_of(place), "size": 10},
        "meta": {"colour": place},
        "showlegend": False,
    }


def _error(claim: Claim) -> dict[str, Any]:
    mark = claim.mark
    if mark is None or mark.low is None or mark.high is None:
        return {"visible": False}
    return {
        "type": "data",
        "symmetric": False,
        "array": [mark.high - mark.value],
        "arrayminus": [mark.value - mark.low],
        "thickness": 1.5,
        "width": 4,
    }


def _figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> Figure:
    """Let plotly check every property; the page adds the theme."""
    import plotly.graph_objects as go

    content: dict[str, Any] = go.Figure(data=data, layout={"template": "none", **layout}).to_plotly_json()
    content["layout"].pop("template", None)
    return content


def symbol_of(place: int) -> str:
    """The symbol of a system by its place; colours repeat after eight systems, and these go on.

    >>> symbol_of(0), symbol_of(8), symbol_of(16)
    ('circle', 'circle-open', 'square')
    """
    rounds, first = divmod(place, len(_SYMBOLS))
    symbol = _SYMBOLS[(first + rounds // 2) % len(_SYMBOLS)]
    return f"{symbol}-open" if rounds % 2 else symbol


def label_text(text: str) -> str:
    """Escape a text for a chart: plotly reads labels as a subset of HTML, and `%{...}` in hover texts as a template."""
    return escape(visible(text), quote=False).replace("%{", "%&#123;")
