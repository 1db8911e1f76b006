"""Means by group for the reader to explore: one chart, in which attribute, metric and systems are chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from recaudit.reports.charts import label_text, symbol_of
from recaudit.reports.sentences import attribute_words, group_words
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import SystemResult
    from recaudit.records import GroupTable

Explorable: TypeAlias = Mapping[str, Any]
"""What one chart is drawn from, as JSON: the attributes to choose from, and every mean."""

DIGITS = 4
"""Of each mean: enough for a chart."""


def explorers(systems: Sequence[SystemResult]) -> dict[str, Explorable]:
    """Gather the means by group of every probe that has any.

    Args:
        systems: In the order in which they have colours.

    Returns:
        Probe name to what its chart is drawn from.
    """
    tables: dict[str, dict[str, dict[int, GroupTable]]] = {}
    for place, system in enumerate(systems):
        for part in system.probes:
            for table in part.tables:
                tables.setdefault(part.probe, {}).setdefault(table.attribute, {})[place] = table
    names = [system.card.name for system in systems]
    return {
        probe: {"attributes": [_explorable(attribute, found, names) for attribute, found in of_probe.items()]}
        for probe, of_probe in tables.items()
    }


def _explorable(attribute: str, tables: Mapping[int, GroupTable], names: Sequence[str]) -> Explorable:
    """Groups in the order of the largest system; a system without a group or a metric has None there."""
    groups = dict.fromkeys(group for table in tables.values() for group in table.groups)
    metrics = dict.fromkeys(metric for table in tables.values() for metric in table.metrics)
    return {
        "name": visible(attribute_words(attribute)),
        "groups": [label_text(group_words(group)) for group in groups],
        "systems": [
            {
                "name": label_text(names[place]),
                "place": place,
                "symbol": symbol_of(place),
                "counts": _in_order(table, groups, table.counts),
            }
            for place, table in tables.items()
        ],
        "metrics": [
            {
                "name": visible(metric),
                "title": label_text(metric),
                "means": [_means(table, metric, groups) for table in tables.values()],
            }
            for metric in metrics
        ],
    }


def _means(table: GroupTable, metric: str, groups: Collection[str]) -> list[float | None]:
    if metric not in table.metrics:
        return [None] * len(groups)
    column = table.metrics.index(metric)
    short = [None if row[column] is None else float(f"{row[column]:.{DIGITS}g}") for row in table.values]
    return _in_order(table, groups, short)


def _in_order(table: GroupTable, groups: Collection[str], entries: Sequence[Any]) -> list[Any]:
    by_group = dict(zip(table.groups, entries, strict=True))
    return [by_group.get(group) for group in groups]
