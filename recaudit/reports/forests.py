"""The groups of an attribute side by side: one row per group, one column per system, one scale for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from recaudit.reports.claims import claim_of
from recaudit.reports.columns import ABREAST, lettered, shared_count
from recaudit.reports.intervals import range_words
from recaudit.reports.language import _
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import attribute_words, better_words, group_words
from recaudit.reports.svg import Mark, Scale, scale_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recaudit.records import Estimate, Finding, GroupEstimate, Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCell:
    """One group's mean for one system; `note` says why a value is missing."""

    value: str
    interval: str
    n: str
    note: str
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group for every system; `n` counts its units for most systems, and a field with other units has to say so."""

    group: str
    n: str
    cells: tuple[GroupCell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The groups of an attribute in one metric, all systems that have any of them on one scale.

    Attributes:
        metric: The metric label.
        caption: What is shown.
        better: Which side is better.
        systems: The columns.
        rows: One per group, in the order of the estimates.
        everyone: The mean over all users by system, None where no claim holds it.
        scales: By system; all span the same numbers, and each refers to the mean over all users. None are drawn of an
            attribute that no gate asks about where there are many systems.
        notes: Why a value or an interval is missing, and the letter that stands for it in the fields.
    """

    metric: str
    caption: str
    better: str
    systems: tuple[str, ...]
    rows: tuple[GroupRow, ...]
    everyone: tuple[GroupCell | None, ...]
    scales: tuple[Scale, ...]
    notes: Mapping[str, str]


MeansOfAll: TypeAlias = Mapping[tuple[str, tuple[str, ...]], Mapping[str, GroupCell]]
"""Metric and arms to system to the mean over all users."""


def means_of_all(findings: Iterable[Finding]) -> MeansOfAll:
    """Take the means over all users from the findings of a probe about all units; one without a value is left out."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, GroupCell]] = {}
    for finding in findings:
        claim = finding.hypothesis
        if claim.contrast == "mean" and (cell := _everyone(finding)) is not None:
            found.setdefault((claim.metric, claim.arms), {})[finding.system] = cell
    return found


def forests(findings: Sequence[Finding], everyone: MeansOfAll, systems: Sequence[str]) -> tuple[Forest, ...]:
    """Draw the group means of one attribute, one panel per metric that has any.

    Args:
        findings: The findings of one probe about one attribute.
        everyone: The means of the probe over all users, of which a panel takes those of its metric in its arms.
        systems: Column order.
    """
    with_groups: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        if finding.estimate is not None and any(group.value is not None for group in finding.estimate.groups):
            with_groups.setdefault(finding.hypothesis.metric, {}).setdefault(finding.system, finding)
    plain = len(systems) > ABREAST and all(finding.limit is None for finding in findings)
    return tuple(
        _forest(found, everyone, [system for system in systems if system in found], plain=plain)
        for found in with_groups.values()
    )


def _forest(
    found: Mapping[str, Finding],
    means: MeansOfAll,
    systems: Sequence[str],
    *,
    plain: bool,
) -> Forest:
    claim = next(iter(found.values())).hypothesis
    estimates = {
        system: finding.estimate for system, finding in found.items() if finding.estimate is not None
    }
    groups = dict.fromkeys(group.group for estimate in estimates.values() for group in estimate.groups)
    rows = tuple(_group_row(group, estimates, systems) for group in groups)
    everyone = means.get((claim.metric, claim.arms), {})
    total = tuple(everyone.get(system) for system in systems)
    cells = [cell for row in rows for cell in row.cells if cell]
    scale = None if plain else scale_over(cell.mark for cell in (*cells, *total) if cell and cell.mark)
    return Forest(
        metric=claim.metric,
        caption=_caption(claim),
        better=better_words("neither" if claim.attribute is None else claim.better),
        systems=tuple(systems),
        rows=rows,
        everyone=total,
        scales=tuple(_about(scale, cell) for cell in total) if scale else (),
        notes=lettered(cell.note for cell in cells),
    )


def _caption(claim: Hypothesis) -> str:
    if claim.contrast in {"part gap", "part ratio", "part size"}:
        return _("{metric}, each group of items").format(metric=claim.metric)
    if claim.attribute is None:
        return _("Mean {metric} in each arm").format(metric=claim.metric)
    return _("Mean {metric} by {attribute}").format(
        metric=claim.metric, attribute=attribute_words(claim.attribute)
    )


def _about(scale: Scale, everyone: GroupCell | None) -> Scale:
    return replace(scale, reference=everyone.mark.value if everyone and everyone.mark else None)


def _everyone(mean: Finding) -> GroupCell | None:
    claim = claim_of(mean)
    if claim.mark is None:
        return None
    mark = replace(claim.mark, floor=None, ceiling=None)
    return GroupCell(value=claim.value, interval=claim.interval, n=show_count(claim.n), note="", mark=mark)


def _group_row(group: str, estimates: Mapping[str, Estimate], systems: Sequence[str]) -> GroupRow:
    cells: list[GroupCell | None] = []
    for system in systems:
        estimate = estimates.get(system)
        of_group = [entry for entry in estimate.groups if entry.group == group] if estimate else []
        cells.append(_group_cell(of_group[0]) if estimate and of_group else None)
    return GroupRow(
        group=group_words(group), n=shared_count(cell.n for cell in cells if cell), cells=tuple(cells)
    )


def _group_cell(entry: GroupEstimate) -> GroupCell:
    if entry.value is None:
        return GroupCell(
            value="", interval="", n=show_count(entry.n), note=entry.note or _("no value"), mark=None
        )
    places = decimal_places([entry.value, entry.low, entry.high])
    value, interval = show(entry.value, places), ""
    if entry.low is not None and entry.high is not None:
        interval = range_words(show(entry.low, places), show(entry.high, places))
    mark = Mark(value=entry.value, low=entry.low, high=entry.high)
    return GroupCell(value=value, interval=interval, n=show_count(entry.n), note=entry.note, mark=mark)
